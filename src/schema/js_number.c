/* SPDX-License-Identifier: MIT */
#include "schema/js_number.h"

#include <math.h>

#include "xylem/error.h"

#include "base/utf8.h"
#include "json/double.h"
#include "json/number.h"

/* A power of two that makes any number but 0 infinite. */
#define EXPONENT_BEYOND 4096

xy_int_verdict xy__js_int32(double number, int32_t *out)
{
    if (!xy__js_is_integer(number))
        return XY_INT_NOT_INTEGER;
    if (number < INT32_MIN || number > INT32_MAX)
        return XY_INT_NOT_32_BIT;
    *out = (int32_t)number;
    return XY_INT_OK;
}

bool xy__js_is_integer(double number)
{
    return isfinite(number) && !(number < trunc(number)) && !(number > trunc(number));
}

/* ECMA-262 WhiteSpace and LineTerminator. */
static bool is_space(int32_t c)
{
    return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

static xy_str trim(xy_str text)
{
    size_t start = 0;
    size_t end;
    size_t len;

    while (start < text.len && is_space(xy__utf8_decode(text, start, &len)))
        start += len;
    end = start;
    for (size_t at = start; at < text.len; at += len)
        if (!is_space(xy__utf8_decode(text, at, &len)))
            end = at + len;
    return (xy_str){text.ptr + start, end - start};
}

/* The value of a digit in bases up to 16; 16 for what is none. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}

/* Digits of 1, 3 or 4 bits. The highest bits are kept and the rest counted; the lowest bit kept
 * says whether one of those was set, which is all that rounding to a double needs to know. */
static double parse_bits(xy_str digits, unsigned bits_a_digit)
{
    uint64_t kept = 0;
    int dropped = 0;

    for (size_t i = 0; i < digits.len; i++) {
        unsigned digit = digit_value(digits.ptr[i]);

        if (digit >> bits_a_digit)
            return NAN;
        for (unsigned bit = bits_a_digit; bit-- > 0;) {
            if (kept >> 62) {
                kept |= digit >> bit & 1;
                dropped += dropped < EXPONENT_BEYOND;
            } else {
                kept = kept << 1 | (digit >> bit & 1);
            }
        }
    }
    return digits.len ? ldexp((double)kept, dropped) : NAN;
}

static size_t skip_digits(xy_str text, size_t at)
{
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
        at++;
    return at;
}

/* ECMA-262 StrUnsignedDecimalLiteral but for Infinity, which is of no use to anybody here: digits
 * with or without a point, and an exponent. */
static bool is_decimal(xy_str text)
{
    size_t whole = skip_digits(text, 0);
    size_t at = whole;
    size_t digits = whole;

    if (at < text.len && text.ptr[at] == '.') {
        size_t end = skip_digits(text, at + 1);

        digits += end - at - 1;
        at = end;
    }
    if (!digits)
        return false;
    if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
        size_t start = at + 1;

        if (start < text.len && (text.ptr[start] == '+' || text.ptr[start] == '-'))
            start++;
        at = skip_digits(text, start);
        if (at == start)
            return false;
    }
    return at == text.len;
}

double xy__js_string_to_number(xy_str text)
{
    static const char prefixes[] = "bBoOxX";
    static const uint8_t bits[] = {1, 1, 3, 3, 4, 4};
    const char *prefix;
    bool negative;
    xy_decimal decimal;
    double number;

    text = trim(text);
    if (!text.len)
        return 0;
    if (text.len >= 2 && text.ptr[0] == '0' && text.ptr[1] != '\0') {
        prefix = strchr(prefixes, text.ptr[1]);
        if (prefix)
            return parse_bits((xy_str){text.ptr + 2, text.len - 2}, bits[prefix - prefixes]);
    }
    negative = text.ptr[0] == '-';
    if (negative || text.ptr[0] == '+')
        text = (xy_str){text.ptr + 1, text.len - 1};
    if (!is_decimal(text))
        return NAN;
    decimal = xy__decimal_parse(text);
    number = xy__decimal_to_double(&decimal);
    return negative ? -number : number;
}

xy_str xy__js_number_to_string(xy_arena *arena, const xy_value *value)
{
    char text[XY_DOUBLE_TEXT_MAX];
    double number = NAN;

    if (value->kind == XY_VALUE_INT)
        return xy__arena_str(arena, (xy_str){text, xy__int_text(value->integer, text)});
    (void)xy_value_to_double(value, &number);
    if (isinf(number))
        return number < 0 ? XY_STR("-Infinity") : XY_STR("Infinity");
    if (isnan(number))
        return XY_STR("NaN");
    return xy__arena_str(arena, (xy_str){text, xy__double_text(number, text)});
}

xy_str xy__js_integer_to_string(xy_arena *arena, const xy_value *value)
{
    double number;

    if (xy_value_to_double(value, &number) != XY_OK || !xy__js_is_integer(number))
        return XY_STR_NULL;
    return xy__js_number_to_string(arena, value);
}
