/* SPDX-License-Identifier: MIT */
/* schema/inspect.h -- values in messages, as graphql-js' inspect() writes them: JSON with spaces,
 * keys without quotes, nested no deeper than three, lists cut after ten items. */
#ifndef XY_SCHEMA_INSPECT_H
#define XY_SCHEMA_INSPECT_H

#include "xylem/value.h"

#include "base/buf.h"

/* Append `value`. Numbers are JavaScript's: 1e400 is Infinity, -0 is 0, 2^53 + 1 is 2^53. */
void xy__inspect(xy_buf *buf, const xy_value *value);

/* The number alone, as JavaScript's String() writes it. */
void xy__inspect_double(xy_buf *buf, double value);

#endif
