/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "language/strip.h"

#define ARENA_MAX ((size_t)1 << 20)

static void stripping(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {" # nothing\n", ""},
        {"{ a, b }", "{a b}"},
        {"query Q ( $a : Int = 1 ) { a ( b : $a ) }", "query Q($a:Int=1){a(b:$a)}"},
        /* `...` needs distance from a word before it, not from one behind it. */
        {"{ a ... b }", "{a ...b}"},
        {"{ a { b } ... c }", "{a{b}...c}"},
        {"[ 1 , -2 \"s\" ]", "[1 -2 \"s\"]"},
        {"\"\"\"\n  a\n    b\n\"\"\" type A", "\"\"\"\na\n  b\"\"\" type A"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_source source = {.text = xy_str_from(cases[i][0])};
        xy_arena arena;
        xy_errors errors;
        xy_buf text;

        xy__arena_init(&arena, ARENA_MAX);
        xy__errors_init(&errors, &arena);
        xy__buf_init(&text, ARENA_MAX);
        assert_int_equal(xy__strip_ignored(&arena, &source, &text, &errors), 0);
        if (!xy_str_is(xy__buf_view(&text), cases[i][1]))
            fail_msg("%s: %.*s", cases[i][0], XY_PRI(xy__buf_view(&text)));
        xy__buf_deinit(&text);
        xy__arena_deinit(&arena);
    }
}

static void wrong_tokens(void **state)
{
    xy_source source = {.text = XY_STR("{ a ? }")};
    xy_arena arena;
    xy_errors errors;
    xy_buf text;

    (void)state;
    xy__arena_init(&arena, ARENA_MAX);
    xy__errors_init(&errors, &arena);
    xy__buf_init(&text, ARENA_MAX);
    assert_int_equal(xy__strip_ignored(&arena, &source, &text, &errors), XY_ESYNTAX);
    assert_int_equal(errors.list.len, 1);
    assert_int_equal(errors.list.items[0]->locations[0].column, 5);
    xy__buf_deinit(&text);
    xy__arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stripping),
        cmocka_unit_test(wrong_tokens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
