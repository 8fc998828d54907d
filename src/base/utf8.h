/* SPDX-License-Identifier: MIT */
/* base/utf8.h -- reading UTF-8 that may be wrong. */
#ifndef XY_BASE_UTF8_H
#define XY_BASE_UTF8_H

#include <stdint.h>

#include "xylem/str.h"

/* Is all of `s` well-formed UTF-8 (Unicode 3.9 table 3-7: no overlong forms, no surrogates,
 * nothing beyond U+10FFFF)? */
bool xy__utf8_valid(xy_str s);

/* The code point at s.ptr[at] and its length in bytes in *len. Returns -1 (and *len 1) where the
 * bytes are not UTF-8. `at` must be less than s.len. */
int32_t xy__utf8_decode(xy_str s, size_t at, size_t *len);

/* Writes the 1 to 4 bytes of a code point that is no surrogate; returns how many. */
size_t xy__utf8_encode(char out[4], uint32_t cp);

/* How many UTF-16 units the well-formed text is long. */
size_t xy__utf8_utf16_len(xy_str s);

#endif
