/* SPDX-License-Identifier: MIT */
/* Many timeouts of one duration, on a clock that is turned by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/timeouts.h"

typedef struct bell {
    xy_timeout timeout;
    char name;
    xy_timeouts *again; /* start it there when it rings */
} bell;

static char rung[64];
static size_t rung_len;

static void ring(xy_timeout *timeout)
{
    bell *b = XY_CONTAINER(timeout, bell, timeout);

    rung[rung_len++] = b->name;
    rung[rung_len] = '\0';
    if (b->again)
        xy__timeout_start(b->again, timeout);
}

static int setup(void **state)
{
    static xy_loop loop;

    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    rung_len = 0;
    rung[0] = '\0';
    *state = &loop;
    return 0;
}

static int teardown(void **state)
{
    xy__loop_deinit(*state);
    return 0;
}

static void ring_in_the_order_of_their_start(void **state)
{
    xy_loop *loop = *state;
    xy_timeouts all;
    bell a = {.name = 'a'};
    bell b = {.name = 'b'};
    bell c = {.name = 'c'};

    xy__timeouts_init(&all, loop, 100, ring);
    xy__timeout_start(&all, &a.timeout);
    xy__timeout_start(&all, &b.timeout);
    xy__loop_advance(loop, 10);
    xy__timeout_start(&all, &c.timeout);
    xy__loop_advance(loop, 89);
    assert_string_equal(rung, "");
    assert_ptr_equal(xy__timeouts_oldest(&all), &a.timeout);
    xy__loop_advance(loop, 1);
    assert_string_equal(rung, "ab");
    xy__loop_advance(loop, 10);
    assert_string_equal(rung, "abc");
    assert_null(xy__timeouts_oldest(&all));
    xy__timeouts_deinit(&all);
}

static void start_again_from_now(void **state)
{
    xy_loop *loop = *state;
    xy_timeouts all;
    bell a = {.name = 'a'};
    bell b = {.name = 'b'};

    xy__timeouts_init(&all, loop, 100, ring);
    xy__timeout_start(&all, &a.timeout);
    xy__timeout_start(&all, &b.timeout);
    xy__loop_advance(loop, 60);
    xy__timeout_start(&all, &a.timeout);
    xy__loop_advance(loop, 40);
    assert_string_equal(rung, "b");
    xy__loop_advance(loop, 60);
    assert_string_equal(rung, "ba");
    xy__timeouts_deinit(&all);
}

static void stop(void **state)
{
    xy_loop *loop = *state;
    xy_timeouts all;
    bell a = {.name = 'a'};
    bell b = {.name = 'b'};

    xy__timeouts_init(&all, loop, 100, ring);
    xy__timeout_stop(&a.timeout);
    xy__timeout_start(&all, &a.timeout);
    xy__loop_advance(loop, 50);
    xy__timeout_start(&all, &b.timeout);
    xy__timeout_stop(&a.timeout);
    xy__timeout_stop(&a.timeout);
    xy__loop_advance(loop, 99);
    assert_string_equal(rung, "");
    xy__loop_advance(loop, 1);
    assert_string_equal(rung, "b");
    xy__timeouts_deinit(&all);
}

static void move_from_one_kind_to_another(void **state)
{
    xy_loop *loop = *state;
    xy_timeouts fast;
    xy_timeouts slow;
    bell a = {.name = 'a'};

    xy__timeouts_init(&fast, loop, 10, ring);
    xy__timeouts_init(&slow, loop, 100, ring);
    xy__timeout_start(&fast, &a.timeout);
    xy__timeout_start(&slow, &a.timeout);
    xy__loop_advance(loop, 99);
    assert_string_equal(rung, "");
    a.again = &fast;
    xy__loop_advance(loop, 31);
    assert_string_equal(rung, "aaaa");
    xy__timeout_stop(&a.timeout);
    xy__timeouts_deinit(&fast);
    xy__timeouts_deinit(&slow);
}

static void never_ring_without_a_duration(void **state)
{
    xy_loop *loop = *state;
    xy_timeouts never;
    xy_timeouts soon;
    bell a = {.name = 'a'};

    xy__timeouts_init(&never, loop, 0, ring);
    xy__timeouts_init(&soon, loop, 1, ring);
    xy__timeout_start(&soon, &a.timeout);
    xy__timeout_start(&never, &a.timeout);
    xy__loop_advance(loop, 1000000);
    assert_string_equal(rung, "");
    xy__timeouts_deinit(&never);
    xy__timeouts_deinit(&soon);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ring_in_the_order_of_their_start), TEST(start_again_from_now),          TEST(stop),
        TEST(move_from_one_kind_to_another),    TEST(never_ring_without_a_duration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
