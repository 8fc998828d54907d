/* SPDX-License-Identifier: MIT */
/* http/timeouts.h -- many timeouts of one duration on one timer.
 *
 * As all last equally long, they end in the order of their start: starting and stopping one is
 * O(1) in a ring, where a heap timer each would cost a walk through the heap at every request. */
#ifndef XY_HTTP_TIMEOUTS_H
#define XY_HTTP_TIMEOUTS_H

#include "base/loop.h"

typedef struct xy_timeouts xy_timeouts;

/* Embed it; all zero is a timeout that does not run. */
typedef struct xy_timeout {
    xy_link link;
    uint64_t due_ms;
    xy_timeouts *running_in; /* NULL: it does not run */
} xy_timeout;

typedef void xy_timeout_fn(xy_timeout *timeout);

struct xy_timeouts {
    xy_loop *loop;
    xy_timer timer;
    xy_link ring; /* oldest first */
    uint64_t duration_ms;
    xy_timeout_fn *fn;
};

/* Timeouts of `duration_ms`, 0 for never. keeps: loop, until the deinit. */
void xy__timeouts_init(xy_timeouts *timeouts, xy_loop *loop, uint64_t duration_ms,
                       xy_timeout_fn *fn);

/* None may run any more. */
void xy__timeouts_deinit(xy_timeouts *timeouts);

/* Run `timeout` from now on, here and nowhere else: one that runs is moved. It calls fn once,
 * unless it is stopped. */
void xy__timeout_start(xy_timeouts *timeouts, xy_timeout *timeout);

/* Harmless when it does not run. */
void xy__timeout_stop(xy_timeout *timeout);

/* The one that runs longest; NULL when none does. */
xy_timeout *xy__timeouts_oldest(const xy_timeouts *timeouts);

#endif
