/* SPDX-License-Identifier: MIT */
/* execution/work.h -- a call to a blocking resolver, on its way to a thread and back.
 *
 * On the loop a work is a promise: cancellation, deadlines, serial mutations and results in parts
 * know nothing else. What the resolver sees is a call of no run, with an arena of its own:
 *
 *   loop   call --promise--+                            +-- facts and keys told, memory adopted,
 *                          | submit                     | post                 promise resolved
 *   pool                   +------ resolver(work) ------+
 *
 * Nobody waits any more: a work that is queued is taken out; one that runs is told
 * (xy_work_cancelled()) and goes on to its end, and nothing comes of it. */
#ifndef XY_EXECUTION_WORK_H
#define XY_EXECUTION_WORK_H

#include "execution/executor.h"

/* extensions.code where too many wait for a thread. */
#define XY_BUSY_CODE "SERVER_BUSY"

/* What runs on a thread; returns as a resolver. */
typedef int xy_work_fn(xy_work *work, void *arg);

/* Let `fn` answer `call` on the pool. keeps: arg, until it has returned. Returns as a resolver: the
 * answer comes later, or is there where there is no pool, or is the error XY_BUSY_CODE. */
int xy__work_start(xy_call *call, xy_work_fn *fn, void *arg);

/* Memory of the thread that `work` is on. */
xy_arena *xy__work_arena(xy_work *work);

/* The xy_resolver of every field that has a blocking one. */
int xy__work_resolve(xy_call *call);

/* Call `fn` once, as soon as none of the executor's works is out; perhaps before this returns. No
 * more may be submitted. keeps: arg, until then. */
void xy__works_end(xy_executor *executor, void (*fn)(void *arg), void *arg);

#endif
