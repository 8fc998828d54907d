/* SPDX-License-Identifier: MIT */
/* execution/deadline.c -- the timer is armed for the oldest run and left alone when that one
 * finishes: it fires in vain at most once in the time that a run has, which is cheaper than moving
 * it for each. */
#include "execution/deadline.h"

#include "base/fatal.h"

static void on_timer(xy_timer *timer);

void xy__deadlines_init(xy_executor *executor)
{
    xy__list_init(&executor->deadlines);
    executor->deadline.fn = on_timer;
}

void xy__deadlines_deinit(xy_executor *executor)
{
    XY_ASSERT(xy__list_empty(&executor->deadlines));
    if (executor->loop)
        xy__timer_stop(executor->loop, &executor->deadline);
}

void xy__deadline_start(xy_run *run)
{
    xy_executor *executor = run->executor;
    uint64_t timeout_ms = executor->limits.timeout_ms;

    if (run->timed || timeout_ms == 0 || !executor->loop)
        return;
    run->timed = true;
    run->due_ms = xy__loop_now(executor->loop) + timeout_ms;
    xy__list_append(&executor->deadlines, &run->deadline);
    if (!xy__timer_armed(&executor->deadline))
        xy__timer_start(executor->loop, &executor->deadline, timeout_ms);
}

void xy__deadline_stop(xy_run *run)
{
    if (run->timed)
        xy__list_remove(&run->deadline);
}

static void time_out(xy_run *run)
{
    unsigned long long timeout_ms = run->executor->limits.timeout_ms;

    xy__deadline_stop(run);
    xy__run_enter(run);
    run->limit =
        xy__arena_printf(&run->arena, "The operation took longer than %llu ms.", timeout_ms).ptr;
    run->limit_code = XY_TIMEOUT_CODE;
    xy__run_leave(run);
}

/* What a result sets off may finish or start other runs, so the oldest is looked for each time. */
static void on_timer(xy_timer *timer)
{
    xy_executor *executor = XY_CONTAINER(timer, xy_executor, deadline);
    uint64_t now = xy__loop_now(executor->loop);

    while (!xy__list_empty(&executor->deadlines)) {
        xy_run *run = XY_CONTAINER(executor->deadlines.next, xy_run, deadline);

        if (run->due_ms > now) {
            xy__timer_start(executor->loop, timer, run->due_ms - now);
            return;
        }
        time_out(run);
    }
}
