/* SPDX-License-Identifier: MIT */
/* Numbers as JavaScript reads them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/js_number.h"

static const struct {
    const char *text;
    double expected;
} rows[] = {
    {"", 0},
    {" \t\r\n\v\f", 0},
    {"\xC2\xA0\xEF\xBB\xBF\xE2\x80\xA8 7 \xE3\x80\x80", 7},
    {"12", 12},
    {"+12", 12},
    {"-12", -12},
    {"007", 7},
    {"5.", 5},
    {".5", 0.5},
    {"1e3", 1000},
    {"1E-2", 0.01},
    {"1e999", HUGE_VAL},
    {"0x1F", 31},
    {"0Xff", 255},
    {"0b101", 5},
    {"0o17", 15},
    /* 2^53 + 1 and 2^54 + 3: to the even neighbour, and to the nearer one */
    {"0x20000000000001", 9007199254740992.0},
    {"0x40000000000003", 18014398509481988.0},
    /* the last bit decides, ten digits behind the last one kept */
    {"0x200000000000010000000000", 0x1.0p+93},
    {"0x200000000000010000000001", 0x1.0000000000001p+93},
    {".", NAN},
    {"e5", NAN},
    {"1e", NAN},
    {"1e+", NAN},
    {"1 2", NAN},
    {"--1", NAN},
    {"+", NAN},
    {"0x", NAN},
    {"0b2", NAN},
    {"-0x10", NAN},
    {"1_000", NAN},
    {"12px", NAN},
    {"\xC3\xA9", NAN},
};

static void strings_are_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double got = xy__js_string_to_number(xy_str_from(rows[i].text));
        double expected = rows[i].expected;

        if (isnan(expected) ? !isnan(got) : got < expected || got > expected || isnan(got))
            fail_msg("\"%s\": %.17g", rows[i].text, got);
    }
}

static void very_long_numbers(void **state)
{
    static char digits[1 << 16];

    (void)state;
    memset(digits, 'f', sizeof digits);
    digits[0] = '0';
    digits[1] = 'x';
    assert_true(isinf(xy__js_string_to_number((xy_str){digits, sizeof digits})));
    memset(digits + 2, '0', sizeof digits - 2);
    assert_true(!(xy__js_string_to_number((xy_str){digits, sizeof digits}) > 0));
}

static void integers(void **state)
{
    int32_t out = 0;

    (void)state;
    assert_int_equal(xy__js_int32(2147483647.0, &out), XY_INT_OK);
    assert_int_equal(out, INT32_MAX);
    assert_int_equal(xy__js_int32(-2147483648.0, &out), XY_INT_OK);
    assert_int_equal(out, INT32_MIN);
    assert_int_equal(xy__js_int32(2147483648.0, &out), XY_INT_NOT_32_BIT);
    assert_int_equal(xy__js_int32(0.5, &out), XY_INT_NOT_INTEGER);
    assert_int_equal(xy__js_int32(NAN, &out), XY_INT_NOT_INTEGER);
    assert_int_equal(xy__js_int32(HUGE_VAL, &out), XY_INT_NOT_INTEGER);
    assert_true(xy__js_is_integer(1e300));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_numbers),
        cmocka_unit_test(very_long_numbers),
        cmocka_unit_test(integers),
    };

    return cmocka_run_group_tests_name("schema/js_number", tests, NULL, NULL);
}
