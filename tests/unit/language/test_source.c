/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "language/source.h"

typedef struct place {
    const char *text;
    const char *marked; /* the location asked for is behind this much of the text */
    uint32_t line;
    uint32_t column;
} place;

static void locations(void **state)
{
    static const place places[] = {
        {"{ a }", "", 1, 1},
        {"{ a }", "{ ", 1, 3},
        {"a\nb", "a\n", 2, 1},
        {"a\r\nb", "a\r\n", 2, 1},
        {"a\rb", "a\r", 2, 1},
        {"a\n\r\n\rb", "a\n\r\n\r", 4, 1},
        /* The LF of a CRLF is still on the line that the two end. */
        {"a\r\nb", "a\r", 1, 3},
        /* Columns count UTF-16 units. */
        {"\xC3\xA9x", "\xC3\xA9", 1, 2},
        {"\xE2\x82\xACx", "\xE2\x82\xAC", 1, 2},
        {"\xF0\x9F\x98\x80x", "\xF0\x9F\x98\x80", 1, 3},
        {"\xEF\xBB\xBFx", "\xEF\xBB\xBF", 1, 2},
        /* A line separator ends no line. */
        {"a\xE2\x80\xA8x", "a\xE2\x80\xA8", 1, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        xy_source source = {.text = xy_str_from(places[i].text), .name = XY_STR("a.graphql")};
        xy_location location = xy__source_location(&source, (uint32_t)strlen(places[i].marked));

        assert_int_equal(location.line, places[i].line);
        assert_int_equal(location.column, places[i].column);
        assert_true(xy_str_is(location.file, "a.graphql"));
    }
}

static void offsets_beyond_the_end_are_at_the_end(void **state)
{
    xy_source source = {.text = XY_STR("ab")};
    xy_source empty = {0};

    (void)state;
    assert_int_equal(xy__source_location(&source, 99).column, 3);
    assert_int_equal(xy__source_location(&empty, 0).column, 1);
    assert_int_equal(xy__source_location(&empty, 7).line, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locations),
        cmocka_unit_test(offsets_beyond_the_end_are_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
