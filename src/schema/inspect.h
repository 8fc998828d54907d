/* SPDX-License-Identifier: MIT */
/* schema/inspect.h -- values in messages, as graphql-js' inspect() writes them: JSON with spaces,
 * keys without quotes, what is nested thrice only named, lists cut after ten items. */
#ifndef XY_SCHEMA_INSPECT_H
#define XY_SCHEMA_INSPECT_H

#include "xylem/value.h"

#include "base/buf.h"

/* Append `value`. Numbers are JavaScript's: 1e400 is Infinity, -0 is 0; what fits int64_t is
 * exact, as if it were a BigInt. */
void xy__inspect(xy_buf *buf, const xy_value *value);

#endif
