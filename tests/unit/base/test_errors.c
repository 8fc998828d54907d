/* SPDX-License-Identifier: MIT */
/* The list of what the user did wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/errors.h"

static xy_arena arena;
static xy_errors errors;

static int start(void **state)
{
    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    xy__errors_init(&errors, &arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    xy__arena_deinit(&arena);
    return 0;
}

static void errors_are_kept_in_order(void **state)
{
    char message[] = "first";

    (void)state;
    xy__errors_add(&errors, (xy_str){message, 5});
    xy__errors_addf(&errors, "%s %d", "second", 2);
    message[0] = 'X';
    assert_int_equal(errors.list.len, 2);
    assert_true(xy_str_is(errors.list.items[0]->message, "first"));
    assert_true(xy_str_is(errors.list.items[1]->message, "second 2"));
}

static void an_error_has_nothing_but_its_message_at_first(void **state)
{
    xy_error *error = xy__errors_add(&errors, XY_STR(""));

    (void)state;
    assert_int_equal(error->location_count, 0);
    assert_null(error->path);
    assert_null(error->code);
    assert_null(error->extensions.ptr);
    assert_null(error->original.ptr);
}

static void errors_have_any_number_of_locations(void **state)
{
    xy_error *one = xy__errors_add(&errors, XY_STR("one"));
    xy_error *other = xy__errors_add(&errors, XY_STR("other"));

    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        xy__error_locate(&errors, one, (xy_location){.line = i, .column = 1});
        xy__error_locate(&errors, other, (xy_location){.line = i, .column = 2});
    }
    assert_int_equal(one->location_count, 100);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(one->locations[i].line, i);
        assert_int_equal(one->locations[i].column, 1);
        assert_int_equal(other->locations[i].column, 2);
    }
}

/* A merged field has as many locations as the client wrote fields. */
static void memory_for_locations_is_linear(void **state)
{
    xy_error *error = xy__errors_add(&errors, XY_STR("conflict"));

    (void)state;
    for (uint32_t i = 0; i < 20000; i++)
        xy__error_locate(&errors, error, (xy_location){.line = 1, .column = i});
    assert_true(arena.held < 20000 * sizeof(xy_location) * 6);
}

/* The pieces at 1:5 (3 columns wide) and 1:10 (1), and the one at 3:2 (4), are 1, 6 and 4 wide. */
static void locations_follow_a_text_that_differs(void **state)
{
    static const xy_shift pieces[] = {{1, 5, 3}, {1, 10, 1}, {3, 2, 4}};
    static const uint32_t widths[] = {1, 6, 4};
    static const xy_shifts shifts = {pieces, widths, 3};
    static const uint32_t cases[][3] = {{1, 1, 1},   {1, 5, 5},   {1, 9, 7}, {1, 10, 8},
                                        {1, 12, 15}, {2, 12, 12}, {3, 9, 9}};
    xy_error *error = xy__errors_add(&errors, XY_STR("x"));

    (void)state;
    errors.shifts = &shifts;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy__error_locate(&errors, error, (xy_location){.line = cases[i][0], .column = cases[i][1]});
        assert_int_equal(error->locations[i].line, cases[i][0]);
        assert_int_equal(error->locations[i].column, cases[i][2]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(errors_are_kept_in_order, start, end),
        cmocka_unit_test_setup_teardown(an_error_has_nothing_but_its_message_at_first, start, end),
        cmocka_unit_test_setup_teardown(errors_have_any_number_of_locations, start, end),
        cmocka_unit_test_setup_teardown(locations_follow_a_text_that_differs, start, end),
        cmocka_unit_test_setup_teardown(memory_for_locations_is_linear, start, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
