/* SPDX-License-Identifier: MIT */
/* Sockets in a poller: who hears what, and for how long they keep the loop alive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "xylem/error.h"

#include "http/poller.h"

#define MANY 600

typedef struct poller_test {
    xy_loop loop;
    xy_poller poller;
    int ends[MANY][2];
    int heard[MANY];
    uint32_t events;
    bool closed;
} poller_test;

static poller_test test;

static void on_events(xy_poller *poller, void *what, uint32_t events)
{
    assert_ptr_equal(poller, &test.poller);
    test.heard[(int *)what - test.heard]++;
    test.events = events;
}

static void on_closed(uv_handle_t *handle)
{
    (void)handle;
    test.closed = true;
}

static int setup(void **state)
{
    (void)state;
    test = (poller_test){0};
    xy__loop_init(&test.loop, XY_CLOCK_VIRTUAL);
    xy__poller_open(&test.poller, &test.loop, on_events);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    xy__poller_close(&test.poller, on_closed);
    xy__loop_turn(&test.loop);
    xy__loop_deinit(&test.loop);
    return !test.closed;
}

static void add(int i, uint32_t events)
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, test.ends[i]), 0);
    assert_int_equal(xy__poller_add(&test.poller, test.ends[i][0], events, &test.heard[i]), XY_OK);
}

static void drop(int i)
{
    xy__poller_remove(&test.poller, test.ends[i][0]);
    close(test.ends[i][0]);
    close(test.ends[i][1]);
}

static void tells_what_is_asked_for(void **state)
{
    (void)state;
    add(0, EPOLLIN);
    xy__loop_turn(&test.loop);
    assert_int_equal(test.heard[0], 0);
    assert_int_equal(write(test.ends[0][1], "x", 1), 1);
    xy__loop_turn(&test.loop);
    assert_int_equal(test.heard[0], 1);
    assert_int_equal(test.events, EPOLLIN);
    xy__poller_change(&test.poller, test.ends[0][0], EPOLLOUT, &test.heard[0]);
    xy__loop_turn(&test.loop);
    assert_int_equal(test.events, EPOLLOUT);
    xy__poller_change(&test.poller, test.ends[0][0], 0, &test.heard[0]);
    xy__loop_turn(&test.loop);
    assert_int_equal(test.heard[0], 2);
    close(test.ends[0][1]);
    xy__loop_turn(&test.loop);
    assert_int_equal(test.heard[0], 3);
    assert_true(test.events & EPOLLHUP);
    xy__poller_remove(&test.poller, test.ends[0][0]);
    close(test.ends[0][0]);
}

/* More than it fetches at a time: the others' turn comes next. */
static void hears_everyone(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++)
        add(i, EPOLLOUT);
    xy__loop_turn(&test.loop);
    xy__loop_turn(&test.loop);
    for (int i = 0; i < MANY; i++) {
        assert_true(test.heard[i] > 0);
        drop(i);
    }
}

static void keeps_the_loop_alive_while_it_has_a_socket(void **state)
{
    (void)state;
    assert_false(xy__loop_turn(&test.loop));
    add(0, EPOLLIN);
    add(1, EPOLLIN);
    assert_true(xy__loop_turn(&test.loop));
    drop(0);
    assert_true(xy__loop_turn(&test.loop));
    drop(1);
    assert_false(xy__loop_turn(&test.loop));
}

static void refuses_what_is_always_ready(void **state)
{
    FILE *file = tmpfile();

    (void)state;
    assert_int_equal(xy__poller_add(&test.poller, fileno(file), EPOLLIN, NULL), XY_EINVAL);
    fclose(file);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_what_is_asked_for),
        TEST(hears_everyone),
        TEST(keeps_the_loop_alive_while_it_has_a_socket),
        TEST(refuses_what_is_always_ready),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
