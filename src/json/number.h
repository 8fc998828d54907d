/* SPDX-License-Identifier: MIT */
/* json/number.h -- the value of a JSON number's text: exactly, as a double, as an integer. */
#ifndef XY_JSON_NUMBER_H
#define XY_JSON_NUMBER_H

#include <stdint.h>

#include "xylem/str.h"

/* 0.d1 d2 d3 ... * 10^point, where d1 and the last digit are not 0. Borrows the text. */
typedef struct xy_decimal {
    bool negative;      /* -0 too */
    const char *digits; /* from d1; a '.' may lie between */
    size_t count;       /* of digits; 0: the number is zero, and has no digits */
    int64_t point;      /* at most XY_DECIMAL_HUGE: exponents beyond are all the same */
} xy_decimal;

#define XY_DECIMAL_HUGE (INT64_C(1) << 60)

/* The value of `text`, a JSON number. */
xy_decimal xy__decimal_parse(xy_str text);

/* The same value? -0 is 0. */
bool xy__decimal_equal(const xy_decimal *a, const xy_decimal *b);

/* As an integer. Returns XY_EINVAL when it has a fraction, XY_ELIMIT when it does not fit. */
int xy__decimal_to_int64(const xy_decimal *decimal, int64_t *out);

/* The nearest double, ties to even; infinite when it is too large. */
double xy__decimal_to_double(const xy_decimal *decimal);

#endif
