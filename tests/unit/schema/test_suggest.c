/* SPDX-License-Identifier: MIT */
/* Did you mean? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "schema/suggest.h"

#define TEXT_MAX  ((size_t)1 << 20)
#define NAMES_MAX 8

typedef struct row {
    const char *input;
    const char *names[NAMES_MAX];
    const char *expected;
} row;

static const row rows[] = {
    {"", {"a", "bc"}, " Did you mean \"a\"?"},
    {"input", {"hello"}, ""},
    {"verGreet", {"verGreet"}, " Did you mean \"verGreet\"?"},
    /* another case is one edit, wherever */
    {"verylongstring", {"VERYLONGSTRING"}, " Did you mean \"VERYLONGSTRING\"?"},
    /* so is a swap of neighbours */
    {"ab", {"ba"}, " Did you mean \"ba\"?"},
    {"abc", {"a", "ab", "abcd"}, " Did you mean \"ab\", \"abcd\", or \"a\"?"},
    {"greenish", {"red", "green", "greens"}, " Did you mean \"greens\" or \"green\"?"},
    /* equally far: by name, numbers by value */
    {"a", {"ax", "az", "ay"}, " Did you mean \"ax\", \"ay\", or \"az\"?"},
    {"item", {"item10", "item9", "item01"}, " Did you mean \"item9\", \"item01\", or \"item10\"?"},
    /* five at most, the best of all */
    {"ab",
     {"f", "abe", "a", "abd", "abc", "ab", "abf"},
     " Did you mean \"ab\", \"a\", \"abc\", \"abd\", or \"abe\"?"},
    /* offered twice */
    {"ab", {"abc", "abc"}, " Did you mean \"abc\"?"},
    /* beyond ASCII a character is unlike all in names, but for two */
    {"\xC3\xA9"
     "cole",
     {"ecole"},
     " Did you mean \"ecole\"?"},
    {"\xE2\x84\xAA", {"k"}, " Did you mean \"k\"?"},
    {"\xC4\xB0", {"i"}, " Did you mean \"i\"?"},
    {"\xF0\x9F\x98\x80", {"a", "ab"}, ""},
    {"\xF0\x9F\x98\x80", {"abc"}, ""},
};

static void check(const row *r)
{
    xy_suggester suggester;
    xy_buf buf;

    xy__buf_init(&buf, TEXT_MAX);
    xy__suggester_init(&suggester, xy_str_from(r->input));
    for (size_t i = 0; i < NAMES_MAX && r->names[i]; i++)
        xy__suggester_offer(&suggester, xy_str_from(r->names[i]));
    xy__suggester_write(&suggester, NULL, &buf);
    if (!xy_str_is(xy__buf_view(&buf), r->expected))
        fail_msg("%s:%.*s", r->input, XY_PRI(xy__buf_view(&buf)));
    xy__buf_deinit(&buf);
}

static void names_are_suggested(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(&rows[i]);
}

static void kinds_are_named(void **state)
{
    static const xy_str names[] = {XY_STR_INIT("A"), XY_STR_INIT("B")};
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, TEXT_MAX);
    xy__did_you_mean(&buf, "the enum value", names, 2);
    assert_true(xy_str_is(xy__buf_view(&buf), " Did you mean the enum value \"A\" or \"B\"?"));
    xy__buf_reset(&buf, TEXT_MAX);
    xy__did_you_mean(&buf, "the enum value", names, 0);
    assert_int_equal(buf.len, 0);
    xy__buf_deinit(&buf);
}

/* A client may send names of any length. */
static void long_names_cost_nothing(void **state)
{
    size_t len = (size_t)1 << 20;
    char *text = malloc(len);
    xy_suggester suggester;

    (void)state;
    memset(text, 'a', len);
    xy__suggester_init(&suggester, (xy_str){text, len});
    for (size_t option_len = 1; option_len <= XY_SUGGEST_NAME_MAX + 1; option_len++)
        xy__suggester_offer(&suggester, (xy_str){text, option_len});
    assert_int_equal(suggester.count, 0);

    xy__suggester_init(&suggester, (xy_str){text, XY_SUGGEST_NAME_MAX});
    xy__suggester_offer(&suggester, (xy_str){text, XY_SUGGEST_NAME_MAX - 1});
    xy__suggester_offer(&suggester, (xy_str){text, XY_SUGGEST_NAME_MAX + 1});
    assert_int_equal(suggester.count, 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_suggested),
        cmocka_unit_test(kinds_are_named),
        cmocka_unit_test(long_names_cost_nothing),
    };

    return cmocka_run_group_tests_name("schema/suggest", tests, NULL, NULL);
}
