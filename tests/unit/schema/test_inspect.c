/* SPDX-License-Identifier: MIT */
/* Values in messages. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "json/read.h"
#include "schema/inspect.h"

#define ARENA_MAX ((size_t)1 << 20)
#define TEXT_MAX  ((size_t)1 << 16)

static const struct {
    const char *json;
    const char *expected;
} rows[] = {
    {"null", "null"},
    {"true", "true"},
    {"\"a\\\"\\n\\u0001\"", "\"a\\\"\\n\\u0001\""},
    {"1.0", "1"},
    {"-0", "0"},
    {"1e21", "1e+21"},
    {"0.0000001", "1e-7"},
    {"1e400", "Infinity"},
    {"-1e400", "-Infinity"},
    {"123456789012345678901234567890", "1.2345678901234568e+29"},
    {"9007199254740993", "9007199254740993"},
    {"[]", "[]"},
    {"{}", "{}"},
    {"{\"a\":1,\"b c\":\"x\"}", "{ a: 1, b c: \"x\" }"},
    {"[1,[2,[3,[4]]]]", "[1, [2, [Array]]]"},
    {"{\"a\":{\"b\":{\"c\":1}}}", "{ a: { b: [Object] } }"},
    {"{\"a\":{\"b\":{},\"c\":[]}}", "{ a: { b: {}, c: [] } }"},
    {"[0,1,2,3,4,5,6,7,8,9]", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"},
    {"[0,1,2,3,4,5,6,7,8,9,10]", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ... 1 more item]"},
    {"[0,1,2,3,4,5,6,7,8,9,10,11]", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ... 2 more items]"},
};

static void values_are_shown_as_javascript_shows_them(void **state)
{
    xy_arena arena;
    xy_buf buf;

    (void)state;
    xy__arena_init(&arena, ARENA_MAX);
    xy__buf_init(&buf, TEXT_MAX);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        xy_value value;

        assert_int_equal(xy__json_read(&arena, xy_str_from(rows[i].json), 0, &value, NULL), 0);
        xy__buf_reset(&buf, TEXT_MAX);
        xy__inspect(&buf, &value);
        if (!xy_str_is(xy__buf_view(&buf), rows[i].expected))
            fail_msg("%s: %.*s", rows[i].json, XY_PRI(xy__buf_view(&buf)));
    }
    xy__buf_deinit(&buf);
    xy__arena_deinit(&arena);
}

static void not_a_number(void **state)
{
    xy_value nan = xy_value_float(NAN);
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, TEXT_MAX);
    xy__inspect(&buf, &nan);
    assert_true(xy_str_is(xy__buf_view(&buf), "NaN"));
    xy__buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_shown_as_javascript_shows_them),
        cmocka_unit_test(not_a_number),
    };

    return cmocka_run_group_tests_name("schema/inspect", tests, NULL, NULL);
}
