/* SPDX-License-Identifier: MIT */
/* base/loop.h -- one thread's event loop: libuv, a clock that tests can turn by hand, timers,
 * tasks and posts.
 *
 *   timer  fires once, `delay_ms` from now; owned by the struct it sits in
 *   task   runs at the end of this turn, before the loop waits again: gathers a turn's work; or
 *          at the end of the next one, for work that goes on and on
 *   post   a task handed over from any other thread
 *
 * With XY_CLOCK_VIRTUAL time stands still until xy__loop_advance(): timers fire in order of
 * their due time, then of their start, and no test sleeps. */
#ifndef XY_BASE_LOOP_H
#define XY_BASE_LOOP_H

#include <stdatomic.h>
#include <stdint.h>
#include <uv.h>

#include "base/list.h"

typedef enum xy_clock_kind { XY_CLOCK_REAL, XY_CLOCK_VIRTUAL } xy_clock_kind;

typedef struct xy_loop xy_loop;
typedef struct xy_timer xy_timer;
typedef struct xy_task xy_task;
typedef void xy_timer_fn(xy_timer *timer);
typedef void xy_task_fn(xy_task *task);

/* Embed it; all zero is a timer that is not armed. */
struct xy_timer {
    xy_timer_fn *fn;
    uint64_t due_ms;
    uint64_t order; /* of equal due times the one started first fires first */
    size_t slot;    /* 1 + index in the loop's heap; 0: not armed */
};

/* Embed it; all zero is a task that is not queued. */
struct xy_task {
    xy_task_fn *fn;
    xy_link link;
    bool queued;
};

struct xy_loop {
    uv_loop_t uv;
    xy_clock_kind clock;
    uint64_t virtual_ms;
    xy_timer **heap;
    size_t heap_len;
    size_t heap_cap;
    uint64_t order;
    uv_timer_t alarm; /* armed for the heap's first timer */
    uv_prepare_t before_wait;
    uv_check_t after_wait;
    xy_link soon;    /* tasks of this turn */
    xy_link next;    /* tasks of the next turn */
    xy_link ready;   /* the same once that turn has begun */
    uv_idle_t hurry; /* active while there are any: the wait is only a look */
    bool once;       /* in xy__loop_wait() */
    bool hasty;      /* a timer of that has fired: it waits for nothing else */
    uv_async_t wake;
    uv_mutex_t post_lock;
    xy_link posted; /* guarded by post_lock */
    bool closed;
    size_t holds;   /* by those who expect a post */
    uint64_t turns; /* begun so far: who must not go on for ever within one looks at it */
};

/* The loop's own handles do not keep xy__loop_run() alive; armed timers, queued tasks and
 * sockets do, and a post that is there when it begins. */
void xy__loop_init(xy_loop *loop, xy_clock_kind clock);

/* Runs what was posted or queued, closes the loop's own handles and runs it until all is closed.
 * Asserts that no timer is armed and no handle of anyone else left: a test ends with it to prove
 * that nothing was forgotten. */
void xy__loop_deinit(xy_loop *loop);

/* Milliseconds since some moment in the past, never going back; fixed for the length of a
 * callback. */
uint64_t xy__loop_now(const xy_loop *loop);

/* Run until nothing is left to do or xy__loop_stop(). */
void xy__loop_run(xy_loop *loop);

/* One turn: what is ready now, without waiting. True when there is more to do or to wait for. */
bool xy__loop_turn(xy_loop *loop);

/* One turn that waits, if there is nothing to do already, for I/O, a post or a timer (of a real
 * clock), however long it takes. */
bool xy__loop_wait(xy_loop *loop);

/* Let xy__loop_run() return after this turn. Loop's thread only. */
void xy__loop_stop(xy_loop *loop);

/* Virtual clock only: let `ms` pass, firing what is due on the way in order, tasks after each.
 * I/O that is ready is served too. */
void xy__loop_advance(xy_loop *loop, uint64_t ms);

/* Arm `timer` to call timer->fn once in `delay_ms`; an armed timer is moved. keeps: timer, until
 * it has fired or was stopped. */
void xy__timer_start(xy_loop *loop, xy_timer *timer, uint64_t delay_ms);

/* Disarm; harmless when it is not armed. */
void xy__timer_stop(xy_loop *loop, xy_timer *timer);

static inline bool xy__timer_armed(const xy_timer *timer)
{
    return timer->slot != 0;
}

/* Run task->fn at the end of this turn; a queued task is left where it is. A task that a task
 * queues runs at the end of the same turn. keeps: task, until it ran or was cancelled. */
void xy__loop_soon(xy_loop *loop, xy_task *task);

/* Run task->fn after the loop has looked for I/O once more, without waiting for any; a queued
 * task is left where it is. For what would starve everyone else if it went on at once. keeps:
 * task, until it ran or was cancelled. */
void xy__loop_next(xy_loop *loop, xy_task *task);

/* A post will come, from some other thread: xy__loop_run() goes on although nothing seems left to
 * do, until each hold is let go of. */
void xy__loop_hold(xy_loop *loop);
void xy__loop_unhold(xy_loop *loop);

/* Take it out of the queue; harmless when it is in none. Loop's thread only, for tasks of
 * xy__loop_soon() and xy__loop_next(). */
void xy__task_cancel(xy_task *task);

/* From any thread: run task->fn on the loop's thread. keeps: task, until it ran. The task must
 * not be queued already. Returns XY_ECLOSED, and the task is not kept, once the loop is being
 * closed. */
int xy__loop_post(xy_loop *loop, xy_task *task);

#endif
