/* SPDX-License-Identifier: MIT */
/* The queue of a connection: what goes in comes out in order, however much is taken at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "http/outbox.h"

static xy_slab slab;

static int setup(void **state)
{
    (void)state;
    slab = (xy_slab){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    xy__slab_deinit(&slab);
    return 0;
}

static void put(xy_outbox *outbox, const char *text)
{
    size_t len = strlen(text);

    memcpy(xy__slab_room(&slab, len), text, len);
    xy__slab_grow(&slab, len);
    xy__outbox_push_slab(outbox, &slab, slab.used - len, slab.used);
}

static void push(xy_outbox *outbox, const char *text)
{
    xy__outbox_push(outbox, xy_bytes_create(xy_str_from(text)), 0, strlen(text));
}

/* All that is queued, `step` bytes at a time. */
static void expect(xy_outbox *outbox, size_t step, const char *expected)
{
    xy_buf got;

    xy__buf_init(&got, 1u << 20);
    while (!xy__outbox_empty(outbox)) {
        struct iovec bufs[3];
        unsigned count = xy__outbox_gather(outbox, bufs, 3);
        size_t left = step;

        for (unsigned i = 0; i < count && left; i++) {
            size_t len = bufs[i].iov_len < left ? bufs[i].iov_len : left;

            xy__buf_append(&got, bufs[i].iov_base, len);
            left -= len;
        }
        xy__outbox_consume(outbox, step - left);
    }
    xy__buf_char(&got, '\0');
    assert_string_equal(got.ptr, expected);
    assert_int_equal(xy__outbox_cost(outbox), 0);
    assert_null(outbox->more);
    xy__buf_deinit(&got);
}

static void gives_back_what_was_put_in(void **state)
{
    (void)state;
    for (size_t step = 1; step < 50; step++) {
        xy_outbox outbox = {0};

        put(&outbox, "one ");
        push(&outbox, "two ");
        put(&outbox, "three ");
        put(&outbox, "four ");
        push(&outbox, "");
        push(&outbox, "five ");
        push(&outbox, "six ");
        put(&outbox, "seven ");
        push(&outbox, "eight");
        assert_int_equal(xy__outbox_bytes(&outbox), 39);
        expect(&outbox, step, "one two three four five six seven eight");
    }
}

static void grows_around_its_end(void **state)
{
    xy_outbox outbox = {0};

    (void)state;
    push(&outbox, "a");
    push(&outbox, "b");
    push(&outbox, "c");
    xy__outbox_consume(&outbox, 2);
    for (int i = 0; i < 20; i++)
        push(&outbox, i % 2 ? "-" : "+");
    expect(&outbox, 7, "c+-+-+-+-+-+-+-+-+-+-");
}

static void sends_ranges(void **state)
{
    xy_outbox outbox = {0};
    xy_bytes *bytes = xy_bytes_create(XY_STR("0123456789"));

    (void)state;
    xy__outbox_push(&outbox, xy_bytes_ref(bytes), 2, 5);
    xy__outbox_push(&outbox, bytes, 9, 10);
    expect(&outbox, 2, "2349");
}

static void joins_what_lies_side_by_side(void **state)
{
    xy_outbox outbox = {0};

    (void)state;
    put(&outbox, "one ");
    put(&outbox, "two ");
    put(&outbox, "three");
    assert_int_equal(xy__outbox_len(&outbox), 1);
    expect(&outbox, 100, "one two three");
}

/* Also behind something else, and not with what only looks alike. */
static void joins_the_last_range(void **state)
{
    xy_outbox outbox = {0};

    (void)state;
    put(&outbox, "0123456789");
    push(&outbox, "-");
    xy__outbox_push_slab(&outbox, &slab, 2, 4);
    xy__outbox_push_slab(&outbox, &slab, 4, 7);
    xy__outbox_push_slab(&outbox, &slab, 8, 8);
    assert_int_equal(xy__outbox_len(&outbox), 3);
    xy__outbox_push_slab(&outbox, &slab, 8, 9);
    assert_int_equal(xy__outbox_len(&outbox), 4);
    assert_int_equal(xy__outbox_bytes(&outbox), 17);
    expect(&outbox, 5, "0123456789-234568");
}

/* A slab that is full is left behind: letting it go counts as well. */
static void unshares_older_slabs(void **state)
{
    xy_outbox outbox = {0};
    xy_bytes *first;

    (void)state;
    put(&outbox, "one ");
    first = xy_bytes_ref(slab.bytes);
    xy__slab_room(&slab, 100000);
    assert_ptr_not_equal(slab.bytes, first);
    xy__outbox_unshare(&outbox);
    assert_int_equal(first->refs, 1);
    xy_bytes_unref(first);
    put(&outbox, "two");
    expect(&outbox, 100, "one two");
}

static void begins_the_slab_again_when_nobody_holds_it(void **state)
{
    xy_outbox a = {0};
    xy_outbox b = {0};
    const xy_bytes *first;

    (void)state;
    put(&a, "one");
    first = slab.bytes;
    put(&b, "two");
    assert_int_equal(slab.used, 6);
    expect(&a, 100, "one");
    expect(&b, 100, "two");
    put(&a, "three");
    assert_ptr_equal(slab.bytes, first);
    assert_int_equal(slab.used, 5);
    expect(&a, 100, "three");
}

/* Who cannot send lets the slab go. */
static void unshares(void **state)
{
    xy_outbox outbox = {0};

    (void)state;
    put(&outbox, "one ");
    push(&outbox, "two ");
    put(&outbox, "three");
    xy__outbox_consume(&outbox, 2);
    xy__outbox_unshare(&outbox);
    assert_int_equal(slab.bytes->refs, 1);
    memset(xy__slab_room(&slab, 100), '?', 100);
    expect(&outbox, 3, "e two three");
}

static void takes_what_is_larger_than_a_slab(void **state)
{
    xy_outbox outbox = {0};
    static char text[300001];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    put(&outbox, "a");
    put(&outbox, text);
    put(&outbox, "b");
    assert_int_equal(xy__outbox_bytes(&outbox), 300002);
    xy__outbox_clear(&outbox);
    assert_int_equal(xy__outbox_cost(&outbox), 0);
}

static void counts_small_things_too(void **state)
{
    xy_outbox outbox = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        push(&outbox, "x");
    assert_true(xy__outbox_cost(&outbox) > 30000);
    xy__outbox_clear(&outbox);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_back_what_was_put_in),
        TEST(grows_around_its_end),
        TEST(sends_ranges),
        TEST(joins_what_lies_side_by_side),
        TEST(joins_the_last_range),
        TEST(unshares_older_slabs),
        TEST(begins_the_slab_again_when_nobody_holds_it),
        TEST(unshares),
        TEST(takes_what_is_larger_than_a_slab),
        TEST(counts_small_things_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
