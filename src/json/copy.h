/* SPDX-License-Identifier: MIT */
/* json/copy.h -- a value of one lifetime for another. */
#ifndef XY_JSON_COPY_H
#define XY_JSON_COPY_H

#include "xylem/value.h"

#include "base/arena.h"

/* `value` and all that it points to, in `arena`. As deep as the value is nested. */
xy_value xy__value_copy(xy_arena *arena, const xy_value *value);

#endif
