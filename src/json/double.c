/* SPDX-License-Identifier: MIT */
/* json/double.c -- the shortest decimal of a double, after R. Giulietti, "The Schubfach way to
 * render doubles".
 *
 * All decimals that read back as v lie in an interval around it, whose ends are half way to its
 * neighbours. Of the powers of ten 10^k there is a largest one that is not longer than the
 * interval; so one or two multiples of 10^k lie within, and at most one of 10^(k+1). One
 * multiplication with a power of ten for v and for each end finds them:
 *
 *        lower end           v                upper end
 *   --------[----------------+-------------------]--------
 *      |          |          |s         |s+1         |        multiples of 10^k
 *      |                                |                     multiples of 10^(k+1): s/10
 */
#include "json/double.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "json/powers.h"

#define FRACTION_BITS 52
#define EXPONENT_BIAS 1075 /* of the significand as an integer */

typedef struct decimal_double {
    uint64_t digits;
    int exponent; /* of ten */
} decimal_double;

static uint64_t multiply_high(uint64_t a, uint64_t b)
{
    uint64_t a_low = a & UINT32_MAX;
    uint64_t b_low = b & UINT32_MAX;
    uint64_t middle = (a >> 32) * b_low + ((a_low * b_low) >> 32);
    uint64_t other = a_low * (b >> 32) + (middle & UINT32_MAX);

    return (a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32);
}

/* power * factor / 2^128; the lowest bit says that something below it was lost, which is all that
 * comparisons need to know ("round to odd"). */
static uint64_t multiply_odd(const uint64_t power[2], uint64_t factor)
{
    uint64_t low = power[0] * factor;
    uint64_t high = multiply_high(power[0], factor);
    uint64_t sum = low + multiply_high(power[1], factor);

    /* The power was rounded up, by less than one: a lowest bit of 1 is the rounding's. */
    return (high + (sum < low)) | (sum > 1);
}

/* floor(e * log10(2)), or with `narrow` floor(e * log10(2) + log10(3/4)). */
static int log10_of_power2(int e, bool narrow)
{
    return (e * 1262611 - (narrow ? 524031 : 0)) >> 22;
}

/* floor(e * log2(10)) */
static int log2_of_power10(int e)
{
    return (e * 1741647) >> 19;
}

/* The shortest decimal of significand * 2^exponent. `narrow`: the neighbour below is half as far
 * away as the one above, as for powers of two. */
static decimal_double shortest(uint64_t significand, int exponent, bool narrow)
{
    int k = log10_of_power2(exponent, narrow);
    int shift = exponent + log2_of_power10(-k) + 1;
    const uint64_t *power = xy__powers[-k - XY_POWER_FIRST];
    /* All times 4, so that the ends of the interval are integers. An end itself reads back as v
     * only when v is even. */
    uint64_t odd = significand & 1;
    uint64_t lower = multiply_odd(power, (significand * 4 - 2 + narrow) << shift) + odd;
    uint64_t here = multiply_odd(power, (significand * 4) << shift);
    uint64_t upper = multiply_odd(power, (significand * 4 + 2) << shift) - odd;
    uint64_t s = here / 4;
    uint64_t tens = s / 10;
    bool below;
    bool above;

    below = lower <= 40 * tens;
    above = 40 * tens + 40 <= upper;
    if (s >= 10 && below != above)
        return (decimal_double){tens + above, k + 1};
    below = lower <= 4 * s;
    above = 4 * s + 4 <= upper;
    if (below == above)
        above = here > 4 * s + 2 || (here == 4 * s + 2 && (s & 1));
    return (decimal_double){s + above, k};
}

static decimal_double to_decimal(uint64_t bits)
{
    uint64_t fraction = bits & ((UINT64_C(1) << FRACTION_BITS) - 1);
    int exponent = (int)(bits >> FRACTION_BITS & 0x7FF);

    if (exponent == 0)
        return shortest(fraction, 1 - EXPONENT_BIAS, false);
    return shortest(fraction | UINT64_C(1) << FRACTION_BITS, exponent - EXPONENT_BIAS,
                    fraction == 0 && exponent > 1);
}

/* Decimal digits; returns how many. */
static size_t put_digits(char *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - at;
}

size_t xy__int_text(int64_t value, char out[XY_DOUBLE_TEXT_MAX])
{
    if (value >= 0)
        return put_digits(out, (uint64_t)value);
    out[0] = '-';
    return 1 + put_digits(out + 1, 0 - (uint64_t)value);
}

/* d.ddde+x */
static char *put_scientific(char *out, const char *digits, size_t count, int exponent)
{
    *out++ = digits[0];
    if (count > 1) {
        *out++ = '.';
        memcpy(out, digits + 1, count - 1);
        out += count - 1;
    }
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    return out + put_digits(out, (uint64_t)(exponent < 0 ? -exponent : exponent));
}

static char *put_zeros(char *out, int count)
{
    memset(out, '0', (size_t)count);
    return out + count;
}

/* ECMA-262 Number::toString, steps 6 to 12. The value is 0.ddd * 10^point. */
static char *put_decimal(char *out, const char *digits, size_t count, int point)
{
    if (point > 21 || point <= -6)
        return put_scientific(out, digits, count, point - 1);
    if (point <= 0) {
        *out++ = '0';
        *out++ = '.';
        out = put_zeros(out, -point);
        memcpy(out, digits, count);
        return out + count;
    }
    if ((size_t)point >= count) {
        memcpy(out, digits, count);
        return put_zeros(out + count, point - (int)count);
    }
    memcpy(out, digits, (size_t)point);
    out += point;
    *out++ = '.';
    memcpy(out, digits + point, count - (size_t)point);
    return out + (count - (size_t)point);
}

size_t xy__double_text(double value, char out[XY_DOUBLE_TEXT_MAX])
{
    static const char null[] = {'n', 'u', 'l', 'l'};
    char digits[20];
    char *end = out;
    decimal_double decimal;
    uint64_t bits;
    size_t count;

    if (!isfinite(value)) {
        memcpy(out, null, sizeof null);
        return sizeof null;
    }
    if (fabs(value) < 0x1p53 && value == trunc(value))
        return xy__int_text((int64_t)value, out);
    memcpy(&bits, &value, sizeof bits);
    if (signbit(value))
        *end++ = '-';
    decimal = to_decimal(bits);
    while (decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.exponent++;
    }
    count = put_digits(digits, decimal.digits);
    end = put_decimal(end, digits, count, (int)count + decimal.exponent);
    return (size_t)(end - out);
}
