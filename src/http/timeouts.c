/* SPDX-License-Identifier: MIT */
/* http/timeouts.c -- a ring in order of due times, and a timer for its front.
 *
 * Stopping the front one leaves the timer as it is: it then fires for nobody and is set anew. A
 * busy connection thus costs no timer call per request. */
#include "http/timeouts.h"

#include "base/fatal.h"

static void arm(xy_timeouts *timeouts)
{
    xy_timeout *oldest = xy__timeouts_oldest(timeouts);
    uint64_t now = xy__loop_now(timeouts->loop);

    if (oldest)
        xy__timer_start(timeouts->loop, &timeouts->timer,
                        oldest->due_ms > now ? oldest->due_ms - now : 0);
}

static void on_timer(xy_timer *timer)
{
    xy_timeouts *timeouts = XY_CONTAINER(timer, xy_timeouts, timer);
    uint64_t now = xy__loop_now(timeouts->loop);

    for (;;) {
        xy_timeout *oldest = xy__timeouts_oldest(timeouts);

        if (!oldest || oldest->due_ms > now)
            break;
        xy__timeout_stop(oldest);
        timeouts->fn(oldest);
    }
    arm(timeouts);
}

void xy__timeouts_init(xy_timeouts *timeouts, xy_loop *loop, uint64_t duration_ms,
                       xy_timeout_fn *fn)
{
    *timeouts = (xy_timeouts){.loop = loop, .duration_ms = duration_ms, .fn = fn};
    timeouts->timer.fn = on_timer;
    xy__list_init(&timeouts->ring);
}

void xy__timeouts_deinit(xy_timeouts *timeouts)
{
    XY_ASSERT(xy__list_empty(&timeouts->ring));
    xy__timer_stop(timeouts->loop, &timeouts->timer);
}

void xy__timeout_start(xy_timeouts *timeouts, xy_timeout *timeout)
{
    xy__timeout_stop(timeout);
    if (!timeouts->duration_ms)
        return;
    timeout->running_in = timeouts;
    timeout->due_ms = xy__loop_now(timeouts->loop) + timeouts->duration_ms;
    xy__list_append(&timeouts->ring, &timeout->link);
    if (!xy__timer_armed(&timeouts->timer))
        arm(timeouts);
}

void xy__timeout_stop(xy_timeout *timeout)
{
    if (!timeout->running_in)
        return;
    timeout->running_in = NULL;
    xy__list_remove(&timeout->link);
}

xy_timeout *xy__timeouts_oldest(const xy_timeouts *timeouts)
{
    if (xy__list_empty(&timeouts->ring))
        return NULL;
    return XY_CONTAINER(timeouts->ring.next, xy_timeout, link);
}
