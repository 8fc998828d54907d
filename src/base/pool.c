/* SPDX-License-Identifier: MIT */
/* base/pool.c
 *
 * Invariants
 *   1. A lane is in the ring exactly while jobs are queued in it.
 *   2. running is at most the number of threads; queued + running at most threads_max + queue_max.
 *   3. A job is not touched by the pool any more once its `done` was posted.
 *
 * Why not libuv's pool: it is one for everything in the process, file access and name lookups
 * too, which would wait behind resolvers; its queue has no bound and no turns; and the number of
 * its threads can be set by the environment only. */
#include "base/pool.h"

#include <stdlib.h>

#include "xylem/error.h"

#include "base/fatal.h"

#define BIT(state) (1u << (state))

struct xy_pool {
    uv_mutex_t lock; /* guards all that follows */
    uv_cond_t wanted;
    xy_link lanes; /* those with jobs; the first is next */
    xy_pool_figures figures;
    size_t queue_max;
    unsigned threads_max;
    unsigned thread_count;
    bool closing;
    uv_thread_t threads[];
};

static const uint8_t may_go[XY_JOB_STATES] = {
    [XY_JOB_IDLE] = BIT(XY_JOB_QUEUED),
    [XY_JOB_QUEUED] = BIT(XY_JOB_IDLE) | BIT(XY_JOB_RUNNING),
    [XY_JOB_RUNNING] = BIT(XY_JOB_BACK),
    [XY_JOB_BACK] = BIT(XY_JOB_IDLE),
};

static void go(xy_job *job, xy_job_state to)
{
    XY_ASSERT(may_go[job->state] & BIT(to));
    job->state = to;
}

/* ---- the queue; under the lock ---- */

static void enqueue(xy_pool *pool, xy_lane *lane, xy_job *job)
{
    if (lane->len == 0) {
        xy__list_init(&lane->jobs);
        xy__list_append(&pool->lanes, &lane->link);
    }
    xy__list_append(&lane->jobs, &job->link);
    lane->len++;
    pool->figures.queued++;
}

static void dequeue(xy_pool *pool, xy_job *job)
{
    xy_lane *lane = job->lane;

    xy__list_remove(&job->link);
    lane->len--;
    pool->figures.queued--;
    if (lane->len == 0)
        xy__list_remove(&lane->link);
}

/* The oldest job of the lane whose turn it is, which goes to the end of the ring. */
static xy_job *take(xy_pool *pool)
{
    xy_lane *lane = XY_CONTAINER(pool->lanes.next, xy_lane, link);
    xy_job *job = XY_CONTAINER(lane->jobs.next, xy_job, link);

    dequeue(pool, job);
    if (lane->len > 0) {
        xy__list_remove(&lane->link);
        xy__list_append(&pool->lanes, &lane->link);
    }
    go(job, XY_JOB_RUNNING);
    pool->figures.running++;
    return job;
}

/* ---- threads ---- */

static void run_job(xy_pool *pool, xy_job *job)
{
    uv_mutex_unlock(&pool->lock);
    job->run(job);
    uv_mutex_lock(&pool->lock);
    go(job, XY_JOB_BACK);
    pool->figures.running--;
    pool->figures.ended++;
    XY_ASSERT(xy__loop_post(job->loop, &job->task) == XY_OK);
}

static void run_thread(void *arg)
{
    xy_pool *pool = arg;

    uv_mutex_lock(&pool->lock);
    for (;;) {
        while (xy__list_empty(&pool->lanes) && !pool->closing)
            uv_cond_wait(&pool->wanted, &pool->lock);
        if (xy__list_empty(&pool->lanes))
            break;
        run_job(pool, take(pool));
    }
    uv_mutex_unlock(&pool->lock);
}

/* One more thread if those there are do not suffice. False when there is none at all. */
static bool provide_thread(xy_pool *pool)
{
    bool enough = pool->figures.running + pool->figures.queued < pool->thread_count;

    if (!enough && pool->thread_count < pool->threads_max &&
        uv_thread_create(&pool->threads[pool->thread_count], run_thread, pool) == 0)
        pool->thread_count++;
    return pool->thread_count > 0;
}

/* ---- from outside ---- */

xy_pool *xy__pool_create(unsigned threads, size_t queue_max)
{
    xy_pool *pool = xy__zalloc(sizeof *pool + threads * sizeof *pool->threads);

    XY_ASSERT(threads > 0);
    pool->threads_max = threads;
    pool->queue_max = queue_max;
    xy__list_init(&pool->lanes);
    XY_ASSERT(uv_mutex_init(&pool->lock) == 0);
    XY_ASSERT(uv_cond_init(&pool->wanted) == 0);
    return pool;
}

void xy__pool_destroy(xy_pool *pool)
{
    if (!pool)
        return;
    uv_mutex_lock(&pool->lock);
    XY_ASSERT(pool->figures.queued == 0 && pool->figures.running == 0);
    pool->closing = true;
    uv_cond_broadcast(&pool->wanted);
    uv_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->thread_count; i++)
        uv_thread_join(&pool->threads[i]);
    uv_cond_destroy(&pool->wanted);
    uv_mutex_destroy(&pool->lock);
    free(pool);
}

/* Nobody else touches a job that is back. */
static void on_back(xy_task *task)
{
    xy_job *job = XY_CONTAINER(task, xy_job, task);

    go(job, XY_JOB_IDLE);
    xy__loop_unhold(job->loop);
    job->done(job);
}

/* Is there room for one more, and a thread? Under the lock. */
static bool has_place(xy_pool *pool)
{
    size_t jobs = pool->figures.running + pool->figures.queued;
    bool has_room = jobs < pool->threads_max || jobs - pool->threads_max < pool->queue_max;

    if (has_room && provide_thread(pool))
        return true;
    pool->figures.refused++;
    return false;
}

int xy__pool_submit(xy_pool *pool, xy_lane *lane, xy_loop *loop, xy_job *job)
{
    bool accepted;

    uv_mutex_lock(&pool->lock);
    accepted = has_place(pool);
    if (accepted) {
        go(job, XY_JOB_QUEUED);
        job->pool = pool;
        job->lane = lane;
        job->loop = loop;
        job->task.fn = on_back;
        enqueue(pool, lane, job);
        uv_cond_signal(&pool->wanted);
    }
    uv_mutex_unlock(&pool->lock);
    if (!accepted)
        return XY_EFULL;
    xy__loop_hold(loop);
    return XY_OK;
}

bool xy__job_cancel(xy_job *job)
{
    xy_pool *pool = job->pool;
    bool queued;

    uv_mutex_lock(&pool->lock);
    queued = job->state == XY_JOB_QUEUED;
    if (queued) {
        dequeue(pool, job);
        go(job, XY_JOB_IDLE);
    }
    uv_mutex_unlock(&pool->lock);
    if (queued)
        xy__loop_unhold(job->loop);
    return queued;
}

xy_pool_figures xy__pool_read(xy_pool *pool)
{
    xy_pool_figures figures;

    uv_mutex_lock(&pool->lock);
    figures = pool->figures;
    uv_mutex_unlock(&pool->lock);
    return figures;
}
