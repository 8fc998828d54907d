/* SPDX-License-Identifier: MIT */
/* What is a secret, and what shows it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "serve/secret.h"

static void what_is_short_or_does_not_fit_a_header_is_none(void **state)
{
    static const char *const bad[] = {
        "",
        "123456789012345",
        "with a space 123456",
        "0123456789abcdef\n",
        "tab\t567890123456789",
        "0123456789abcde\x7f",
        "0123456789abcdef\xc3\xbc",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_non_null(xy__secret_problem(bad[i]));
    assert_null(xy__secret_problem("1234567890123456"));
    assert_null(xy__secret_problem("!~+/=._-,;:\"'()@"));
}

static void expect(const char *secret, const char *authorization, bool shown)
{
    xy_secret kept = xy__secret_of(secret);

    if (xy__secret_shown(&kept, xy_str_from(authorization)) != shown)
        fail_msg("\"%s\" for %s", authorization, secret);
}

static void the_secret_alone_shows_it(void **state)
{
    static const char secret[] = "0123456789abcdef";

    (void)state;
    expect(secret, "Bearer 0123456789abcdef", true);
    expect(secret, "bEARER 0123456789abcdef", true);
    expect(secret, "Bearer   0123456789abcdef", true);
    expect(secret, "Bearer 0123456789abcdeF", false);
    expect(secret, "Bearer 0123456789abcde", false);
    expect(secret, "Bearer 0123456789abcdef0", false);
    expect(secret, "Bearer 0123456789abcdef,", false);
    expect(secret, "Bearer0123456789abcdef", false);
    expect(secret, "Basic 0123456789abcdef", false);
    expect(secret, "0123456789abcdef", false);
    expect(secret, "Bearer ", false);
    expect(secret, "Bearer", false);
    expect(secret, "", false);
}

static void without_one_nothing_does(void **state)
{
    const xy_secret none = {.set = false};

    (void)state;
    expect(NULL, "Bearer 0123456789abcdef", false);
    expect(NULL, "Bearer ", false);
    assert_false(xy__secret_shown(&none, XY_STR_NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_short_or_does_not_fit_a_header_is_none),
        cmocka_unit_test(the_secret_alone_shows_it),
        cmocka_unit_test(without_one_nothing_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
