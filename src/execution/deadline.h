/* SPDX-License-Identifier: MIT */
/* execution/deadline.h -- runs that wait, oldest first, until one has taken too long.
 *
 * All runs of an executor have the same time, so the ring of those that wait is in order of their
 * ends and one timer is enough. A run that resolves everything at once is never in it. */
#ifndef XY_EXECUTION_DEADLINE_H
#define XY_EXECUTION_DEADLINE_H

#include "execution/run.h"

/* extensions.code of a run that was ended so. */
#define XY_TIMEOUT_CODE "OPERATION_TIMEOUT"

void xy__deadlines_init(xy_executor *executor);

/* Stops the timer; no run may wait. */
void xy__deadlines_deinit(xy_executor *executor);

/* The run waits from now on; once is enough. When its time is over it is ended: what it waits for
 * is stopped, and its result is one error. Nothing happens without executor->limits.timeout_ms. */
void xy__deadline_start(xy_run *run);

/* The run is finished. */
void xy__deadline_stop(xy_run *run);

#endif
