/* SPDX-License-Identifier: MIT */
/* execution/loads.h -- what one run, or the parts of one result, look up by key.
 *
 * An *entry* is a key of a loader:
 *
 *   IDLE --asked for--> GATHERED --turn ends--> LOADING --batch is back--> READY
 *    ^                     |                       |                         |
 *    +--- nobody waits ----+--- nobody waits ------+------- asked anew ------+
 *
 * Whoever asks for an entry that is not READY is a *waiter*: a promise in its own run.
 *
 *   loads (a scope) --> loader --> entry "7"  --> waiter, waiter
 *                              \-> entry "8"  --> waiter
 *                               `> batch {8, …}: a call with a promise, as of any resolver
 *
 * Scopes: a run that is no part has its own. Parts of one result share the scope that their
 * increments have at the time they first ask; once that holds much (XY_LOADS_BYTES), increments
 * turn to a new one, and the old one goes with the last run that used it. */
#ifndef XY_EXECUTION_LOADS_H
#define XY_EXECUTION_LOADS_H

#include "execution/promise.h"

/* What a scope may hold before parts that come get another: lists without end load without end. */
#define XY_LOADS_BYTES ((size_t)1 << 20)

/* takes: one reference (NULL is fine). */
void xy__loads_unref(xy_loads *loads);

/* The promise of the call that loads `batch` is resolved. */
void xy__batch_back(xy_batch *batch);

#endif
