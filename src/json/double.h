/* SPDX-License-Identifier: MIT */
/* json/double.h -- numbers to text, as JavaScript prints them. */
#ifndef XY_JSON_DOUBLE_H
#define XY_JSON_DOUBLE_H

#include <stddef.h>
#include <stdint.h>

/* Room for any double or int64_t: "-0.0000012345678901234567" is the longest. */
#define XY_DOUBLE_TEXT_MAX 32

/* The shortest digits that read back as `value`, and of those the nearest to it; -0 is "0", and
 * what is not finite is "null". Not terminated; returns the length. (ECMA-262
 * Number::toString.) */
size_t xy__double_text(double value, char out[XY_DOUBLE_TEXT_MAX]);

/* Decimal digits; not terminated, returns the length. */
size_t xy__int_text(int64_t value, char out[XY_DOUBLE_TEXT_MAX]);

#endif
