/* SPDX-License-Identifier: MIT */
#include "json/number.h"

#include <float.h>
#include <stdlib.h>

#include "xylem/error.h"

/* A double lies between two neighbours whose middle has at most 767 digits; of what follows, only
 * matters whether it is zero. */
#define DIGITS_EXACT 768
/* Digits that fit uint64_t whatever they are. */
#define DIGITS_FAST 19

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "+12", "-7", "400": not beyond XY_DECIMAL_HUGE. */
static int64_t parse_exponent(const char *p, const char *end)
{
    bool negative = *p == '-';
    int64_t exponent = 0;

    for (p += !is_digit(*p); p < end; p++)
        exponent = exponent < XY_DECIMAL_HUGE / 10 ? exponent * 10 + (*p - '0') : XY_DECIMAL_HUGE;
    return negative ? -exponent : exponent;
}

/* Counts the digits from the first that is not 0 to the last that is not 0. */
static void count_digits(xy_decimal *decimal, const char *p, const char *end)
{
    size_t zeros = 0;

    for (; p < end; p++) {
        if (!is_digit(*p))
            continue;
        if (*p == '0') {
            zeros += decimal->count > 0;
            continue;
        }
        if (!decimal->count)
            decimal->digits = p;
        decimal->count += zeros + 1;
        zeros = 0;
    }
}

xy_decimal xy__decimal_parse(xy_str text)
{
    xy_decimal decimal = {.negative = text.ptr[0] == '-'};
    const char *p = text.ptr + decimal.negative;
    const char *end = text.ptr + text.len;
    const char *mantissa_end = p;
    const char *dot = NULL;

    while (mantissa_end < end && (is_digit(*mantissa_end) || *mantissa_end == '.')) {
        if (*mantissa_end == '.')
            dot = mantissa_end;
        mantissa_end++;
    }
    count_digits(&decimal, p, mantissa_end);
    if (!decimal.count)
        return decimal;
    if (!dot)
        dot = mantissa_end;
    decimal.point = dot > decimal.digits ? dot - decimal.digits : dot - decimal.digits + 1;
    if (mantissa_end < end)
        decimal.point += parse_exponent(mantissa_end + 1, end);
    if (decimal.point > XY_DECIMAL_HUGE)
        decimal.point = XY_DECIMAL_HUGE;
    if (decimal.point < -XY_DECIMAL_HUGE)
        decimal.point = -XY_DECIMAL_HUGE;
    return decimal;
}

/* The digit at *p; moves on to the next. */
static unsigned next_digit(const char **p)
{
    unsigned digit;

    if (**p == '.')
        ++*p;
    digit = (unsigned)(**p - '0');
    ++*p;
    return digit;
}

bool xy__decimal_equal(const xy_decimal *a, const xy_decimal *b)
{
    const char *p = a->digits;
    const char *q = b->digits;

    if (!a->count && !b->count)
        return true;
    if (a->negative != b->negative || a->count != b->count || a->point != b->point)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (next_digit(&p) != next_digit(&q))
            return false;
    return true;
}

int xy__decimal_to_int64(const xy_decimal *decimal, int64_t *out)
{
    const char *p = decimal->digits;
    uint64_t limit = (uint64_t)INT64_MAX + decimal->negative;
    uint64_t magnitude = 0;

    if (!decimal->count) {
        *out = 0;
        return XY_OK;
    }
    if (decimal->point < (int64_t)decimal->count)
        return XY_EINVAL;
    if (decimal->point > DIGITS_FAST)
        return XY_ELIMIT;
    for (int64_t i = 0; i < decimal->point; i++)
        magnitude = magnitude * 10 + (i < (int64_t)decimal->count ? next_digit(&p) : 0);
    if (magnitude > limit)
        return XY_ELIMIT;
    /* Not negated as a signed number: the lowest one has no positive. */
    *out = decimal->negative ? -1 - (int64_t)(magnitude - 1) : (int64_t)magnitude;
    return XY_OK;
}

/* Clinger: an integer and a power of ten that are both exact as doubles give, multiplied or
 * divided, the one rounding that is wanted. */
static bool to_double_fast(const xy_decimal *decimal, double *out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *p = decimal->digits;
    uint64_t mantissa = 0;
    int64_t exponent;

    if (decimal->count > DIGITS_FAST)
        return false;
    exponent = decimal->point - (int64_t)decimal->count;
    if (exponent < -22 || exponent > 22)
        return false;
    for (size_t i = 0; i < decimal->count; i++)
        mantissa = mantissa * 10 + next_digit(&p);
    if (mantissa > UINT64_C(1) << DBL_MANT_DIG)
        return false;
    *out =
        exponent < 0 ? (double)mantissa / powers[-exponent] : (double)mantissa * powers[exponent];
    return true;
}

/* Appends the decimal form of an exponent; returns its end. */
static char *put_exponent(char *out, int64_t exponent)
{
    uint64_t rest = exponent < 0 ? 0 - (uint64_t)exponent : (uint64_t)exponent;
    char digits[20];
    size_t n = 0;

    *out++ = 'e';
    if (exponent < 0)
        *out++ = '-';
    do {
        digits[n++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    while (n)
        *out++ = digits[--n];
    return out;
}

/* Written out again as an integer with an exponent: strtod() would want the decimal point of the
 * locale. */
static double to_double_slow(const xy_decimal *decimal)
{
    char text[DIGITS_EXACT + 32];
    char *out = text;
    const char *p = decimal->digits;
    size_t count = decimal->count < DIGITS_EXACT ? decimal->count : DIGITS_EXACT;

    for (size_t i = 0; i < count; i++)
        *out++ = (char)('0' + next_digit(&p));
    /* The last digit of a decimal is not 0, so there is something left. */
    if (count < decimal->count) {
        *out++ = '1';
        count++;
    }
    out = put_exponent(out, decimal->point - (int64_t)count);
    *out = '\0';
    return strtod(text, NULL);
}

double xy__decimal_to_double(const xy_decimal *decimal)
{
    double magnitude;

    if (!to_double_fast(decimal, &magnitude))
        magnitude = to_double_slow(decimal);
    return decimal->negative ? -magnitude : magnitude;
}
