/* SPDX-License-Identifier: MIT */
/* Memory of one lifetime. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/arena.h"

static void blocks_are_aligned_and_apart(void **state)
{
    enum { COUNT = 2000 };
    unsigned char *blocks[COUNT];
    size_t sizes[COUNT];
    xy_arena *arena = xy__arena_create(SIZE_MAX);

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        sizes[i] = i % 50 == 49 ? i * 100 : i % 67;
        blocks[i] = xy__arena_alloc(arena, sizes[i]);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % XY_ARENA_ALIGN, 0);
        memset(blocks[i], (int)(i & 0xFF), sizes[i]);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(blocks[i][at], i & 0xFF);
    xy__arena_destroy(arena);
}

static void nothing_is_a_pointer_too(void **state)
{
    xy_arena arena;

    (void)state;
    xy__arena_init(&arena, 0);
    assert_non_null(xy__arena_alloc(&arena, 0));
    assert_non_null(xy__arena_zalloc(&arena, 0));
    assert_non_null(XY_ARENA_ARRAY(&arena, int, 0));
    xy__arena_deinit(&arena);
}

static void no_memory_is_taken_before_it_is_needed(void **state)
{
    xy_arena arena;
    xy_arena zeros = {0};

    (void)state;
    xy__arena_init(&arena, 100);
    assert_int_equal(arena.held, 0);
    xy__arena_reset(&arena);
    xy__arena_deinit(&arena);
    xy__arena_deinit(&zeros);
    xy__arena_destroy(NULL);
}

static void an_arena_over_its_maximum_is_marked_and_goes_on(void **state)
{
    xy_arena arena;

    (void)state;
    xy__arena_init(&arena, 8000);
    xy__arena_alloc(&arena, 100);
    assert_false(xy__arena_over(&arena));
    memset(xy__arena_alloc(&arena, 9000), 1, 9000);
    assert_true(xy__arena_over(&arena));
    assert_non_null(xy__arena_alloc(&arena, 1));
    assert_true(xy__arena_over(&arena));
    xy__arena_reset(&arena);
    assert_false(xy__arena_over(&arena));
    xy__arena_deinit(&arena);
}

/* The same work again and again takes memory once. */
static void a_reset_arena_uses_its_memory_again(void **state)
{
    xy_arena arena;
    size_t held = 0;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    for (int run = 0; run < 5; run++) {
        char *first = xy__arena_alloc(&arena, 16);

        memset(first, run, 16);
        for (int i = 0; i < 100; i++)
            memset(xy__arena_alloc(&arena, 24), run, 24);
        if (run > 0)
            assert_int_equal(arena.held, held);
        held = arena.held;
        xy__arena_reset(&arena);
    }
    xy__arena_deinit(&arena);
}

static void one_huge_block_is_not_held_for_ever(void **state)
{
    xy_arena arena;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    xy__arena_alloc(&arena, (size_t)10 << 20);
    xy__arena_reset(&arena);
    assert_int_equal(arena.held, 0);
    xy__arena_alloc(&arena, 16);
    for (int i = 0; i < 10; i++)
        xy__arena_alloc(&arena, (size_t)1 << 20);
    xy__arena_reset(&arena);
    assert_true(arena.held <= (size_t)1 << 19);
    xy__arena_deinit(&arena);
}

static void a_big_block_leaves_the_current_chunk_in_use(void **state)
{
    xy_arena arena;
    char *before;
    char *after;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    for (int i = 0; i < 100; i++)
        xy__arena_alloc(&arena, 1000);
    before = xy__arena_alloc(&arena, 8);
    xy__arena_alloc(&arena, (size_t)1 << 20);
    after = xy__arena_alloc(&arena, 8);
    assert_ptr_equal(after, before + 8 + XY_POISON_GAP);
    xy__arena_deinit(&arena);
}

static void zeroed_memory_is_zero(void **state)
{
    xy_arena arena;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    for (int run = 0; run < 2; run++) {
        uint64_t *numbers = XY_ARENA_ARRAY(&arena, uint64_t, 100);

        for (int i = 0; i < 100; i++)
            assert_int_equal(numbers[i], 0);
        memset(numbers, 0xFF, 100 * sizeof *numbers);
        xy__arena_reset(&arena);
    }
    xy__arena_deinit(&arena);
}

static void strings_are_copied_with_a_nul(void **state)
{
    char source[] = "a\0b";
    xy_arena arena;
    xy_str copy;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    copy = xy__arena_str(&arena, (xy_str){source, 3});
    source[0] = 'x';
    assert_memory_equal(copy.ptr, "a\0b", 4);
    assert_int_equal(copy.len, 3);
    copy = xy__arena_str(&arena, XY_STR(""));
    assert_string_equal(copy.ptr, "");
    assert_null(xy__arena_str(&arena, XY_STR_NULL).ptr);
    xy__arena_deinit(&arena);
}

static void text_is_formatted(void **state)
{
    xy_arena arena;
    xy_str text;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    text = xy__arena_printf(&arena, "%s is %d", "n", 42);
    assert_true(xy_str_is(text, "n is 42"));
    assert_int_equal(text.ptr[text.len], 0);
    text = xy__arena_printf(&arena, "%6000d", 7);
    assert_int_equal(text.len, 6000);
    assert_int_equal(text.ptr[5999], '7');
    xy__arena_deinit(&arena);
}

static void grow(xy_arena *arena, char **blocks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        blocks[i] = xy__arena_alloc(arena, 1000);
}

static void large_chunks_are_used_again(void **state)
{
    enum { COUNT = 1000, OTHERS = 8 };
    char *blocks[COUNT];
    void *others[OTHERS];
    const char *last;
    bool found = false;
    xy_arena arena;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    grow(&arena, blocks, COUNT);
    last = blocks[COUNT - 1];
    xy__arena_deinit(&arena);
    /* Whoever asks the system now would get what had gone back to it. */
    for (size_t i = 0; i < OTHERS; i++)
        others[i] = malloc((size_t)256 << 10);
    grow(&arena, blocks, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        found = found || blocks[i] == last;
    assert_true(found);
    for (size_t i = 0; i < OTHERS; i++)
        free(others[i]);
    xy__arena_deinit(&arena);
}

static void memory_can_be_handed_over(void **state)
{
    xy_arena run;
    xy_arena work;
    char *mine;
    char *theirs;
    size_t held;

    (void)state;
    xy__arena_init(&run, 10000);
    xy__arena_init(&work, 10000);
    mine = xy__arena_alloc(&run, 8);
    xy__arena_alloc(&work, 8);
    theirs = xy__arena_alloc(&work, 5000);
    memset(theirs, 'x', 5000);
    held = run.held + work.held;
    xy__arena_adopt(&run, &work);
    assert_int_equal(run.held, held);
    assert_true(xy__arena_over(&run));
    assert_int_equal(work.held, 0);
    xy__arena_deinit(&work);
    assert_int_equal(theirs[4999], 'x');
    /* The room of the newest chunk is still in use. */
    assert_ptr_equal((char *)xy__arena_alloc(&run, 8), mine + 8 + XY_POISON_GAP);
    xy__arena_adopt(&work, &run);
    assert_int_equal(work.held, held);
    assert_int_equal(theirs[0], 'x');
    xy__arena_deinit(&work);
    xy__arena_adopt(&run, &work);
    assert_int_equal(run.held, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_apart),
        cmocka_unit_test(nothing_is_a_pointer_too),
        cmocka_unit_test(no_memory_is_taken_before_it_is_needed),
        cmocka_unit_test(an_arena_over_its_maximum_is_marked_and_goes_on),
        cmocka_unit_test(a_reset_arena_uses_its_memory_again),
        cmocka_unit_test(one_huge_block_is_not_held_for_ever),
        cmocka_unit_test(a_big_block_leaves_the_current_chunk_in_use),
        cmocka_unit_test(large_chunks_are_used_again),
        cmocka_unit_test(memory_can_be_handed_over),
        cmocka_unit_test(zeroed_memory_is_zero),
        cmocka_unit_test(strings_are_copied_with_a_nul),
        cmocka_unit_test(text_is_formatted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
