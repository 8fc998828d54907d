/* SPDX-License-Identifier: MIT */
/* Chunks that many own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>
#include <cmocka.h>

#include "xylem/bytes.h"

static void a_chunk_is_a_copy(void **state)
{
    char text[] = "a\0b";
    xy_bytes *bytes = xy_bytes_create((xy_str){text, 3});

    (void)state;
    memset(text, 'x', 3);
    assert_int_equal(xy_bytes_str(bytes).len, 3);
    assert_memory_equal(xy_bytes_str(bytes).ptr, "a\0b", 3);
    xy_bytes_unref(bytes);
}

static void nothing_is_a_chunk_too(void **state)
{
    xy_bytes *bytes = xy_bytes_create(XY_STR_NULL);

    (void)state;
    assert_non_null(xy_bytes_str(bytes).ptr);
    assert_int_equal(xy_bytes_str(bytes).len, 0);
    xy_bytes_unref(bytes);
    xy_bytes_unref(NULL);
}

static void the_last_owner_frees_it(void **state)
{
    xy_bytes *bytes = xy_bytes_create(XY_STR("shared"));

    (void)state;
    assert_ptr_equal(xy_bytes_ref(bytes), bytes);
    xy_bytes_unref(bytes);
    assert_true(xy_str_is(xy_bytes_str(bytes), "shared"));
    xy_bytes_unref(bytes);
}

static void read_and_let_go(void *arg)
{
    xy_bytes *bytes = arg;

    for (int i = 0; i < 1000; i++) {
        xy_bytes *mine = xy_bytes_ref(bytes);

        if (!xy_str_is(xy_bytes_str(mine), "shared"))
            return;
        xy_bytes_unref(mine);
    }
    xy_bytes_unref(bytes);
}

static void owners_are_on_any_thread(void **state)
{
    enum { THREADS = 4 };
    xy_bytes *bytes = xy_bytes_create(XY_STR("shared"));
    uv_thread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(uv_thread_create(&threads[i], read_and_let_go, xy_bytes_ref(bytes)), 0);
    xy_bytes_unref(bytes);
    for (int i = 0; i < THREADS; i++)
        uv_thread_join(&threads[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chunk_is_a_copy),
        cmocka_unit_test(nothing_is_a_chunk_too),
        cmocka_unit_test(the_last_owner_frees_it),
        cmocka_unit_test(owners_are_on_any_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
