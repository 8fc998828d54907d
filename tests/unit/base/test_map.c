/* SPDX-License-Identifier: MIT */
/* Maps from strings to pointers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/map.h"

enum { KEYS = 3000 };

static char keys[KEYS][16];
static int values[KEYS];

static xy_str key(int i)
{
    return xy_str_from(keys[i]);
}

static int make_keys(void **state)
{
    (void)state;
    for (int i = 0; i < KEYS; i++)
        snprintf(keys[i], sizeof keys[i], "key %d", i);
    return 0;
}

static void what_was_put_is_found(void **state)
{
    xy_map map;
    int a = 1;
    int b = 2;

    (void)state;
    xy__map_init(&map, NULL);
    assert_null(xy__map_get(&map, XY_STR("a")));
    assert_null(xy__map_del(&map, XY_STR("a")));
    assert_null(xy__map_put(&map, XY_STR("a"), &a));
    assert_ptr_equal(xy__map_get(&map, XY_STR("a")), &a);
    assert_ptr_equal(xy__map_put(&map, XY_STR("a"), &b), &a);
    assert_ptr_equal(xy__map_get(&map, XY_STR("a")), &b);
    assert_int_equal(map.len, 1);
    assert_null(xy__map_get(&map, XY_STR("A")));
    assert_null(xy__map_get(&map, XY_STR("aa")));
    assert_ptr_equal(xy__map_del(&map, XY_STR("a")), &b);
    assert_null(xy__map_get(&map, XY_STR("a")));
    assert_int_equal(map.len, 0);
    xy__map_deinit(&map);
}

static void the_empty_key_is_a_key(void **state)
{
    xy_map map;
    int a = 1;

    (void)state;
    xy__map_init(&map, NULL);
    assert_null(xy__map_get(&map, XY_STR("")));
    xy__map_put(&map, XY_STR(""), &a);
    assert_ptr_equal(xy__map_get(&map, XY_STR("")), &a);
    assert_ptr_equal(xy__map_get(&map, XY_STR_NULL), &a);
    assert_ptr_equal(xy__map_del(&map, XY_STR_NULL), &a);
    assert_null(xy__map_get(&map, XY_STR("")));
    xy__map_deinit(&map);
}

static void many_entries(xy_arena *arena)
{
    xy_map map;

    xy__map_init(&map, arena);
    for (int i = 0; i < KEYS; i++)
        assert_null(xy__map_put(&map, key(i), &values[i]));
    for (int i = 0; i < KEYS; i += 3)
        assert_ptr_equal(xy__map_del(&map, key(i)), &values[i]);
    for (int i = 0; i < KEYS; i++)
        assert_ptr_equal(xy__map_get(&map, key(i)), i % 3 ? &values[i] : NULL);
    assert_int_equal(map.len, KEYS - KEYS / 3);
    for (int i = 0; i < KEYS; i++)
        assert_ptr_equal(xy__map_put(&map, key(i), &values[0]), i % 3 ? &values[i] : NULL);
    assert_int_equal(map.len, KEYS);
    xy__map_deinit(&map);
}

static void many_entries_are_found_again(void **state)
{
    xy_arena arena;

    (void)state;
    many_entries(NULL);
    xy__arena_init(&arena, SIZE_MAX);
    many_entries(&arena);
    xy__arena_deinit(&arena);
}

/* Entries that come and go do not make the table grow. */
static void a_table_is_as_large_as_what_is_in_it(void **state)
{
    xy_map map;

    (void)state;
    xy__map_init(&map, NULL);
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < KEYS; i++) {
            xy__map_put(&map, key(i), &values[i]);
            if (i >= 4)
                assert_ptr_equal(xy__map_del(&map, key(i - 4)), &values[i - 4]);
        }
        for (int i = KEYS - 4; i < KEYS; i++)
            xy__map_del(&map, key(i));
    }
    assert_int_equal(map.len, 0);
    assert_true(map.cap <= 32);
    xy__map_deinit(&map);
}

/* A key's bytes are not looked at any more once its entry is deleted. */
static void deleted_keys_may_be_freed(void **state)
{
    char text[] = "key";
    xy_map map;
    int a = 1;

    (void)state;
    xy__map_init(&map, NULL);
    xy__map_put(&map, (xy_str){text, 3}, &a);
    xy__map_del(&map, XY_STR("key"));
    text[0] = 'x';
    assert_null(xy__map_get(&map, XY_STR("key")));
    assert_null(xy__map_get(&map, XY_STR("xey")));
    for (int i = 0; i < 100; i++)
        xy__map_put(&map, key(i), &values[i]);
    assert_int_equal(map.len, 100);
    xy__map_deinit(&map);
}

static void each_entry_is_iterated_once(void **state)
{
    bool seen[KEYS] = {false};
    size_t at = 0;
    size_t count = 0;
    xy_map_slot *slot;
    xy_map map;

    (void)state;
    xy__map_init(&map, NULL);
    assert_null(xy__map_next(&map, &at));
    for (int i = 0; i < KEYS; i++)
        xy__map_put(&map, key(i), &values[i]);
    at = 0;
    while ((slot = xy__map_next(&map, &at)) != NULL) {
        ptrdiff_t i = (int *)slot->value - values;

        assert_false(seen[i]);
        seen[i] = true;
        count++;
        assert_true(xy_str_eq(slot->key, key((int)i)));
        if (i % 2)
            xy__map_del(&map, slot->key);
    }
    assert_int_equal(count, KEYS);
    assert_int_equal(map.len, KEYS / 2);
    xy__map_deinit(&map);
}

static void equal_bytes_have_equal_hashes(void **state)
{
    char copy[] = "some text";

    (void)state;
    assert_true(xy__hash(XY_STR("some text")) == xy__hash(xy_str_from(copy)));
    assert_true(xy__hash(XY_STR("some text")) != xy__hash(XY_STR("some texT")));
    assert_true(xy__hash(XY_STR("")) == xy__hash(XY_STR_NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found),
        cmocka_unit_test(the_empty_key_is_a_key),
        cmocka_unit_test(many_entries_are_found_again),
        cmocka_unit_test(a_table_is_as_large_as_what_is_in_it),
        cmocka_unit_test(deleted_keys_may_be_freed),
        cmocka_unit_test(each_entry_is_iterated_once),
        cmocka_unit_test(equal_bytes_have_equal_hashes),
    };

    return cmocka_run_group_tests(tests, make_keys, NULL);
}
