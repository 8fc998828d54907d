/* SPDX-License-Identifier: MIT */
/* base/pool.h -- threads for what may block, beside the loops.
 *
 *   job    a function that runs on a thread of the pool, then one on the loop it came from
 *   lane   the jobs of one origin: lanes take turns, so whoever brings a thousand jobs does not
 *          make everybody else wait for all of them
 *
 *   IDLE --submit--> QUEUED --a thread is free--> RUNNING --it returns--> BACK --loop--> IDLE
 *     ^                |
 *     +---- cancel ----+
 *
 * One a process, of all its loops. Threads are started when there is work for them, and stay. */
#ifndef XY_BASE_POOL_H
#define XY_BASE_POOL_H

#include "base/loop.h"

typedef struct xy_pool xy_pool;
typedef struct xy_job xy_job;

/* Embed it; all zero is an empty one. */
typedef struct xy_lane {
    xy_link link; /* in the pool's ring, while it has jobs */
    xy_link jobs; /* queued, oldest first */
    size_t len;
} xy_lane;

typedef enum xy_job_state {
    XY_JOB_IDLE,
    XY_JOB_QUEUED,
    XY_JOB_RUNNING,
    XY_JOB_BACK, /* its `done` has been posted */
    XY_JOB_STATES,
} xy_job_state;

/* Embed it and set the functions; all else zero. Its memory is the pool's from submit until `done`
 * is called, or it was cancelled. */
struct xy_job {
    void (*run)(xy_job *job);  /* on a thread of the pool */
    void (*done)(xy_job *job); /* on the loop's thread, after that; the job may be freed in it */
    xy_pool *pool;
    xy_lane *lane;
    xy_loop *loop;
    xy_job_state state; /* guarded by the pool's lock */
    xy_link link;       /* in the lane */
    xy_task task;
};

typedef struct xy_pool_figures {
    size_t queued;    /* now */
    size_t running;   /* now */
    uint64_t ended;   /* ever */
    uint64_t refused; /* for want of room in the queue, ever */
} xy_pool_figures;

/* A pool of at most `threads`, 1 or more, for which `queue_max` jobs may wait. gives: the pool. */
xy_pool *xy__pool_create(unsigned threads, size_t queue_max);

/* takes: pool (NULL is fine). Every job must be back. Joins the threads. */
void xy__pool_destroy(xy_pool *pool);

/* Run `job` as soon as a thread is free; xy__loop_run() of `loop` goes on until it is back. On the
 * loop's thread. keeps: lane, job. Returns XY_OK; XY_EFULL when too many wait already, or when
 * there is no thread and the system gives none: nothing is kept. */
int xy__pool_submit(xy_pool *pool, xy_lane *lane, xy_loop *loop, xy_job *job);

/* Take the job out of the queue: neither of its functions will be called. On the loop's thread.
 * False when it is too late for that: it runs, or is back. */
bool xy__job_cancel(xy_job *job);

/* From any thread. */
xy_pool_figures xy__pool_read(xy_pool *pool);

#endif
