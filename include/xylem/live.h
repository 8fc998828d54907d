/* SPDX-License-Identifier: MIT */
/* xylem/live.h -- what a result depends on, said by a resolver where the data does not show it.
 *
 * A run that is watched tells the key `Type:id` of each object it meets whose type has a field
 * `id: ID!`. A resolver adds keys of its own with xy_depend(). */
#ifndef XYLEM_LIVE_H
#define XYLEM_LIVE_H

#include "xylem/call.h"

/* The result of the run that `call` belongs to depends on `key`, too. Nothing happens where nobody
 * watches. */
XY_API void xy_depend(xy_call *call, xy_str key);

#endif
