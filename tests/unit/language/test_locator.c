/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "language/locator.h"

/* Each character's start has the place that reading from the beginning gives it. */
static void expect_all_places(xy_str text)
{
    xy_source source = {.text = text, .name = XY_STR("a.graphql")};
    xy_locator locator;
    xy_arena arena;

    xy__arena_init(&arena, (size_t)1 << 20);
    xy__locator_init(&locator, &arena);
    for (uint32_t i = 0; i <= text.len; i++) {
        xy_node node = {.start = i, .end = i, .source = &source};
        xy_location expected = xy__source_location(&source, i);
        xy_location got;

        if (i < text.len && ((unsigned char)text.ptr[i] & 0xc0) == 0x80)
            continue;
        got = xy__locator_find(&locator, &node);
        assert_int_equal(got.line, expected.line);
        assert_int_equal(got.column, expected.column);
        assert_true(xy_str_eq(got.file, expected.file));
    }
    xy__arena_deinit(&arena);
}

static void test_line_ends(void **state)
{
    (void)state;
    expect_all_places(XY_STR(""));
    expect_all_places(XY_STR("a\nb\rc\r\nd\n\n\r\r\n\r"));
    expect_all_places(XY_STR("\xef\xbb\xbf{ a }"));
}

/* Marks fall on all bytes of characters and line ends. */
static void test_texts_of_many_marks(void **state)
{
    static const char *const patterns[] = {
        "a",         "ab\n",           "abc\r\n",           "\r\n\r",
        "\xc3\xa9x", "\xe2\x82\xac\n", "\xf0\x9f\x8c\xb2y", "ab\xf0\x9f\x8c\xb2\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        xy_buf text;

        xy__buf_init(&text, SIZE_MAX);
        while (text.len < 1200)
            xy__buf_str(&text, xy_str_from(patterns[i]));
        expect_all_places(xy__buf_view(&text));
        xy__buf_deinit(&text);
    }
}

/* Each source has marks of its own. */
static void test_several_sources(void **state)
{
    const xy_source sources[] = {
        {XY_STR("a\nbc"), XY_STR("a.graphql")},
        {XY_STR("\n\nabc"), XY_STR("b.graphql")},
    };
    xy_locator locator;
    xy_arena arena;

    (void)state;
    xy__arena_init(&arena, (size_t)1 << 20);
    xy__locator_init(&locator, &arena);
    for (size_t i = 0; i < 6; i++) {
        xy_node node = {.start = 3, .source = &sources[i / 2 % 2]};
        xy_location expected = xy__node_location(&node);
        xy_location got = xy__locator_find(&locator, &node);

        assert_int_equal(got.line, expected.line);
        assert_int_equal(got.column, expected.column);
        assert_true(xy_str_eq(got.file, expected.file));
    }
    assert_int_equal(locator.sources.len, 2);
    xy__arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_ends),
        cmocka_unit_test(test_texts_of_many_marks),
        cmocka_unit_test(test_several_sources),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
