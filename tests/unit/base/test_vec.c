/* SPDX-License-Identifier: MIT */
/* Growing arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/vec.h"

typedef struct point {
    int x;
    double y;
} point;

static void items_stay_in_order(void **state)
{
    XY_VEC(point) points = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        *xy_vec_push(NULL, &points) = (point){i, i / 2.0};
    assert_int_equal(points.len, 1000);
    assert_true(points.cap >= 1000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(points.items[i].x, i);
        assert_true(points.items[i].y == i / 2.0);
    }
    free(points.items);
}

static void items_may_live_in_an_arena(void **state)
{
    XY_VEC(const char *) names = {0};
    xy_arena arena;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    for (int i = 0; i < 100; i++)
        *xy_vec_push(&arena, &names) = xy__arena_printf(&arena, "%d", i).ptr;
    for (int i = 0; i < 100; i++)
        assert_int_equal(strtol(names.items[i], NULL, 10), i);
    xy__arena_deinit(&arena);
}

static void a_popped_place_is_used_again(void **state)
{
    XY_VEC(int) stack = {0};
    int *items;

    (void)state;
    *xy_vec_push(NULL, &stack) = 1;
    *xy_vec_push(NULL, &stack) = 2;
    items = stack.items;
    stack.len--;
    *xy_vec_push(NULL, &stack) = 3;
    assert_ptr_equal(stack.items, items);
    assert_int_equal(stack.items[1], 3);
    free(stack.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_stay_in_order),
        cmocka_unit_test(items_may_live_in_an_arena),
        cmocka_unit_test(a_popped_place_is_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
