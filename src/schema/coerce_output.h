/* SPDX-License-Identifier: MIT */
/* schema/coerce_output.h -- a resolved value to the JSON of a leaf type. Spec 6.4.3 CoerceResult
 * and 3.5 to 3.9, "Result Coercion" of each kind; errors worded as graphql-js 17 words them. */
#ifndef XY_SCHEMA_COERCE_OUTPUT_H
#define XY_SCHEMA_COERCE_OUTPUT_H

#include "base/buf.h"
#include "schema/types.h"

/* Append `value` (not null) to `buf` as JSON of `type`, a scalar or enum. Memory is taken from
 * `arena` only for what goes wrong, and by hooks. Returns 0; XY_EFAILED, with nothing appended
 * and *problem saying why, in `arena`. */
int xy__coerce_output(xy_buf *buf, xy_arena *arena, const xy_type *type, const xy_value *value,
                      xy_str *problem);

/* The enum value number `index`, in the order of the SDL; else as xy__coerce_output(). */
int xy__coerce_output_enum(xy_buf *buf, xy_arena *arena, const xy_type *type, int index,
                           xy_str *problem);

#endif
