/* SPDX-License-Identifier: MIT */
/* schema/js_number.h -- numbers as JavaScript reads them; the reference for coercion is written
 * in it. */
#ifndef XY_SCHEMA_JS_NUMBER_H
#define XY_SCHEMA_JS_NUMBER_H

#include <stdint.h>

#include "xylem/value.h"

#include "base/arena.h"

typedef enum xy_int_verdict {
    XY_INT_OK,
    XY_INT_NOT_INTEGER,
    XY_INT_NOT_32_BIT,
} xy_int_verdict;

/* The number as a GraphQL Int (spec 3.5.1). */
xy_int_verdict xy__js_int32(double number, int32_t *out);

/* Is it finite and without a fraction? */
bool xy__js_is_integer(double number);

/* The number that a string is, white space around it allowed: "12", "0x10", "1e3", ".5", " " (0).
 * NaN when it is none. (ECMA-262 StringToNumber.) */
double xy__js_string_to_number(xy_str text);

/* The number as JavaScript's String() writes it, in `arena`; what fits int64_t is exact, as if it
 * were a BigInt. */
xy_str xy__js_number_to_string(xy_arena *arena, const xy_value *value);

/* The same for an integer, however it is written (1.0, 1e2); the null string for what is none. */
xy_str xy__js_integer_to_string(xy_arena *arena, const xy_value *value);

#endif
