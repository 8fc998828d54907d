/* SPDX-License-Identifier: MIT */
/* Values of header fields taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "serve/field.h"

static void lists_are_cut_at_separators(void **state)
{
    xy_str rest = XY_STR(" a;q=1 ,\t\"b,c\" ,, d");

    (void)state;
    assert_true(xy_str_is(xy__field_cut(&rest, ','), "a;q=1"));
    assert_true(xy_str_is(xy__field_cut(&rest, ','), "\"b,c\""));
    assert_true(xy_str_is(xy__field_cut(&rest, ','), ""));
    assert_true(xy_str_is(xy__field_cut(&rest, ','), "d"));
    assert_int_equal(rest.len, 0);
}

/* A header that is absent is the null string. */
static void of_nothing_there_is_nothing_to_cut(void **state)
{
    xy_str rest = XY_STR_NULL;

    (void)state;
    assert_int_equal(xy__field_cut(&rest, ',').len, 0);
    assert_null(rest.ptr);
}

static void weights_are_thousandths(void **state)
{
    static const struct {
        const char *text;
        unsigned weight;
    } cases[] = {
        {"1", 1000},    {"1.000", 1000}, {"0", 0},     {"0.", 0},      {"0.5", 500}, {"0.25", 250},
        {"0.125", 125}, {"0.0019", 1},   {"0.x", 0},   {"", 1000},     {"x", 1000},  {"-1", 1000},
        {"9", 1000},    {".5", 1000},    {"0.000", 0}, {"0.999", 999},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (xy__field_weight(xy_str_from(cases[i].text)) != cases[i].weight)
            fail_msg("q=%s is %u", cases[i].text, xy__field_weight(xy_str_from(cases[i].text)));
    }
}

static void lists_of_names_hold_tokens_only(void **state)
{
    static const char *const good[] = {"a", "content-type", "a,b", "x-One , x_two", "*"};
    static const char *const bad[] = {"", " ", "a b", "a,,b", "a:b", "\xc3\xbc", "a\r\nb", "\"a\""};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(xy__field_is_token_list(xy_str_from(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(xy__field_is_token_list(xy_str_from(bad[i])));
    assert_false(xy__field_is_token_list(XY_STR_NULL));
    assert_false(xy__field_is_token(((xy_str){"a\0b", 3})));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_cut_at_separators),
        cmocka_unit_test(of_nothing_there_is_nothing_to_cut),
        cmocka_unit_test(weights_are_thousandths),
        cmocka_unit_test(lists_of_names_hold_tokens_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
