/* SPDX-License-Identifier: MIT */
/* Jobs that may block: on which thread they run, in which order, how many there may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "xylem/error.h"

#include "base/pool.h"

/* What jobs that are held wait for. */
static struct {
    uv_mutex_t lock;
    uv_cond_t changed;
    unsigned held; /* jobs that wait for it now */
    bool open;
} gate;

static xy_loop loop;
static char trace[64]; /* names of jobs as they ran; guarded by the gate's lock */

typedef struct named {
    xy_job job;
    char name;
    uv_thread_t thread; /* that it ran on */
    unsigned done;
} named;

static void note(named *it)
{
    it->thread = uv_thread_self();
    uv_mutex_lock(&gate.lock);
    trace[strlen(trace)] = it->name;
    uv_mutex_unlock(&gate.lock);
}

static void run_at_once(xy_job *job)
{
    note(XY_CONTAINER(job, named, job));
}

static void run_held(xy_job *job)
{
    uv_mutex_lock(&gate.lock);
    gate.held++;
    uv_cond_broadcast(&gate.changed);
    while (!gate.open)
        uv_cond_wait(&gate.changed, &gate.lock);
    gate.held--;
    uv_mutex_unlock(&gate.lock);
    note(XY_CONTAINER(job, named, job));
}

static void on_done(xy_job *job)
{
    XY_CONTAINER(job, named, job)->done++;
}

static void wait_held(unsigned count)
{
    uv_mutex_lock(&gate.lock);
    while (gate.held < count)
        uv_cond_wait(&gate.changed, &gate.lock);
    uv_mutex_unlock(&gate.lock);
}

static void open_gate(void)
{
    uv_mutex_lock(&gate.lock);
    gate.open = true;
    uv_cond_broadcast(&gate.changed);
    uv_mutex_unlock(&gate.lock);
}

static named make(char name, void (*run)(xy_job *job))
{
    return (named){.job = {.run = run, .done = on_done}, .name = name};
}

static int setup(void **state)
{
    (void)state;
    memset(&gate, 0, sizeof gate);
    memset(trace, 0, sizeof trace);
    uv_mutex_init(&gate.lock);
    uv_cond_init(&gate.changed);
    xy__loop_init(&loop, XY_CLOCK_REAL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    xy__loop_deinit(&loop);
    uv_cond_destroy(&gate.changed);
    uv_mutex_destroy(&gate.lock);
    return 0;
}

static void a_job_runs_elsewhere_and_comes_back(void **state)
{
    uv_thread_t here = uv_thread_self();
    xy_pool *pool = xy__pool_create(1, 0);
    xy_lane lane = {0};
    named a = make('a', run_at_once);

    (void)state;
    assert_int_equal(xy__pool_submit(pool, &lane, &loop, &a.job), XY_OK);
    assert_int_equal(a.done, 0);
    xy__loop_run(&loop); /* nothing but the job keeps it going */
    assert_int_equal(a.done, 1);
    assert_false(uv_thread_equal(&a.thread, &here));
    assert_int_equal(xy__pool_read(pool).ended, 1);
    xy__pool_destroy(pool);
}

static void jobs_run_at_the_same_time(void **state)
{
    xy_pool *pool = xy__pool_create(2, 0);
    xy_lane lane = {0};
    named a = make('a', run_held);
    named b = make('b', run_held);

    (void)state;
    xy__pool_submit(pool, &lane, &loop, &a.job);
    xy__pool_submit(pool, &lane, &loop, &b.job);
    wait_held(2);
    assert_int_equal(xy__pool_read(pool).running, 2);
    open_gate();
    xy__loop_run(&loop);
    assert_int_equal(a.done + b.done, 2);
    assert_int_equal(xy__pool_read(pool).running, 0);
    xy__pool_destroy(pool);
}

static void lanes_take_turns(void **state)
{
    xy_pool *pool = xy__pool_create(1, 10);
    xy_lane greedy = {0};
    xy_lane modest = {0};
    named first = make('.', run_held);
    named jobs[] = {make('a', run_at_once), make('b', run_at_once), make('c', run_at_once)};
    named other = make('M', run_at_once);

    (void)state;
    xy__pool_submit(pool, &greedy, &loop, &first.job);
    wait_held(1);
    for (size_t i = 0; i < 3; i++)
        xy__pool_submit(pool, &greedy, &loop, &jobs[i].job);
    xy__pool_submit(pool, &modest, &loop, &other.job);
    assert_int_equal(xy__pool_read(pool).queued, 4);
    open_gate();
    xy__loop_run(&loop);
    assert_string_equal(trace, ".aMbc");
    xy__pool_destroy(pool);
}

static void what_waits_can_be_taken_out(void **state)
{
    xy_pool *pool = xy__pool_create(1, 10);
    xy_lane lane = {0};
    named a = make('a', run_held);
    named b = make('b', run_at_once);
    named c = make('c', run_at_once);

    (void)state;
    xy__pool_submit(pool, &lane, &loop, &a.job);
    wait_held(1);
    xy__pool_submit(pool, &lane, &loop, &b.job);
    xy__pool_submit(pool, &lane, &loop, &c.job);
    assert_true(xy__job_cancel(&b.job));
    assert_false(xy__job_cancel(&a.job));
    open_gate();
    xy__loop_run(&loop);
    assert_string_equal(trace, "ac");
    assert_int_equal(a.done, 1);
    assert_int_equal(b.done, 0);
    assert_false(xy__job_cancel(&c.job));
    /* A job that was taken out can be submitted again. */
    assert_int_equal(xy__pool_submit(pool, &lane, &loop, &b.job), XY_OK);
    xy__loop_run(&loop);
    assert_string_equal(trace, "acb");
    xy__pool_destroy(pool);
}

static void the_queue_has_an_end(void **state)
{
    xy_pool *pool = xy__pool_create(1, 2);
    xy_lane lane = {0};
    named a = make('a', run_held);
    named b = make('b', run_at_once);
    named c = make('c', run_at_once);
    named d = make('d', run_at_once);

    (void)state;
    assert_int_equal(xy__pool_submit(pool, &lane, &loop, &a.job), XY_OK);
    assert_int_equal(xy__pool_submit(pool, &lane, &loop, &b.job), XY_OK);
    assert_int_equal(xy__pool_submit(pool, &lane, &loop, &c.job), XY_OK);
    assert_int_equal(xy__pool_submit(pool, &lane, &loop, &d.job), XY_EFULL);
    assert_int_equal(xy__pool_read(pool).refused, 1);
    open_gate();
    xy__loop_run(&loop);
    assert_string_equal(trace, "abc");
    assert_int_equal(d.done, 0);
    xy__pool_destroy(pool);
}

/* ---- two loops, one pool ---- */

enum { JOBS = 2000 };

static void run_quietly(xy_job *job)
{
    XY_CONTAINER(job, named, job)->thread = uv_thread_self();
}

static void *submit_and_cancel(void *arg)
{
    xy_pool *pool = arg;
    xy_loop mine;
    xy_lane lanes[4] = {0};
    named *jobs = calloc(JOBS, sizeof *jobs);
    unsigned expected = 0;
    unsigned done = 0;
    uint32_t random = (uint32_t)(uintptr_t)&mine | 1;

    xy__loop_init(&mine, XY_CLOCK_REAL);
    for (size_t i = 0; i < JOBS; i++) {
        jobs[i] = make('x', run_quietly);
        random = random * 1664525u + 1013904223u;
        expected += xy__pool_submit(pool, &lanes[random >> 30], &mine, &jobs[i].job) == XY_OK;
        if (i >= 8 && (random >> 16) % 3 == 0)
            expected -= xy__job_cancel(&jobs[i - random % 8].job);
        if ((random >> 8) % 5 == 0)
            xy__loop_turn(&mine);
    }
    xy__loop_run(&mine);
    for (size_t i = 0; i < JOBS; i++)
        done += jobs[i].done;
    xy__loop_deinit(&mine);
    free(jobs);
    return done == expected ? arg : NULL;
}

static void submit_from(void *arg)
{
    *(void **)arg = submit_and_cancel(*(void **)arg);
}

static void every_job_comes_back_to_its_own_loop(void **state)
{
    xy_pool *pool = xy__pool_create(3, 2 * JOBS);
    void *results[2] = {pool, pool};
    uv_thread_t threads[2];

    (void)state;
    for (size_t i = 0; i < 2; i++)
        uv_thread_create(&threads[i], submit_from, &results[i]);
    for (size_t i = 0; i < 2; i++) {
        uv_thread_join(&threads[i]);
        assert_ptr_equal(results[i], pool);
    }
    assert_int_equal(xy__pool_read(pool).queued, 0);
    assert_int_equal(xy__pool_read(pool).refused, 0);
    xy__pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_job_runs_elsewhere_and_comes_back, setup, teardown),
        cmocka_unit_test_setup_teardown(jobs_run_at_the_same_time, setup, teardown),
        cmocka_unit_test_setup_teardown(lanes_take_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(what_waits_can_be_taken_out, setup, teardown),
        cmocka_unit_test_setup_teardown(the_queue_has_an_end, setup, teardown),
        cmocka_unit_test_setup_teardown(every_job_comes_back_to_its_own_loop, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
