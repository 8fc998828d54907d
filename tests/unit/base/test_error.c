/* SPDX-License-Identifier: MIT */
/* Names and texts of the codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "xylem/error.h"
#include "xylem/str.h"

static void codes_have_names_and_texts(void **state)
{
    (void)state;
    assert_string_equal(xy_err_name(XY_OK), "XY_OK");
    assert_string_equal(xy_err_text(XY_OK), "no error");
    assert_string_equal(xy_err_name(XY_ELIMIT), "XY_ELIMIT");
    assert_string_equal(xy_err_text(XY_ELIMIT), "a configured limit was reached");
    assert_string_equal(xy_err_name(-15), "XY_EUNAVAILABLE");
}

static void other_numbers_are_named_too(void **state)
{
    static const int numbers[] = {1, -1000, 42};

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_string_equal(xy_err_name(numbers[i]), "XY_E?");
        assert_string_equal(xy_err_text(numbers[i]), "unknown error");
    }
}

/* Codes are part of the interface: they may be added to, not moved. */
static void codes_are_negative_and_distinct(void **state)
{
    static const int codes[] = {
#define CODE(name, number, text) XY_##name,
        XY_ERR_MAP(CODE)
#undef CODE
    };

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_int_equal(codes[i], -(int)i - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_have_names_and_texts),
        cmocka_unit_test(other_numbers_are_named_too),
        cmocka_unit_test(codes_are_negative_and_distinct),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
