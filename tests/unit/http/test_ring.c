/* SPDX-License-Identifier: MIT */
/* Sends by the batch: each is done once or reported, whatever becomes of sockets and ring. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "forbid.h"
#include "http/ring.h"

typedef struct ring_test {
    xy_ring *ring;
    int ends[XY_RING_MAX][2];
    char texts[XY_RING_MAX][16];
    xy_ring_send sends[XY_RING_MAX];
} ring_test;

static int setup(void **state)
{
    ring_test *t = calloc(1, sizeof *t);

    t->ring = xy__ring_create();
    for (size_t i = 0; i < XY_RING_MAX; i++)
        assert_int_equal(
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, t->ends[i]), 0);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    ring_test *t = *state;

    xy__ring_destroy(t->ring);
    for (size_t i = 0; i < XY_RING_MAX; i++) {
        close(t->ends[i][0]);
        close(t->ends[i][1]);
    }
    free(t);
    return 0;
}

/* A text of its own for each socket. */
static bool send_round(ring_test *t, int round, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int size = snprintf(t->texts[i], sizeof t->texts[i], "%d:%zu", round, i);

        t->sends[i] = (xy_ring_send){t->ends[i][0], 0, t->texts[i], (size_t)size};
    }
    return xy__ring_send(t->ring, t->sends, len);
}

static void expect_text(const ring_test *t, size_t i)
{
    char got[64];
    ssize_t len = recv(t->ends[i][1], got, sizeof got, 0);

    assert_int_equal(t->sends[i].result, t->sends[i].len);
    assert_int_equal(len, t->sends[i].len);
    assert_memory_equal(got, t->texts[i], t->sends[i].len);
}

/* Reported as not done, and not done. */
static void expect_nothing(const ring_test *t, size_t i)
{
    char got[64];

    assert_int_equal(t->sends[i].result, -ECANCELED);
    assert_int_equal(recv(t->ends[i][1], got, sizeof got, 0), -1);
}

/* A build or a machine without io_uring has nothing to test but that. */
static void need_ring(ring_test *t)
{
    if (!xy__ring_send(t->ring, t->sends, 0))
        skip();
}

static void sends_batch_after_batch(void **state)
{
    ring_test *t = *state;

    need_ring(t);
    for (int round = 0; round < 5; round++) {
        size_t len = round == 3 ? 9 : XY_RING_MAX;

        assert_true(send_round(t, round, len));
        for (size_t i = 0; i < len; i++)
            expect_text(t, i);
    }
}

static void tells_that_a_peer_has_gone(void **state)
{
    ring_test *t = *state;

    need_ring(t);
    close(t->ends[3][1]);
    assert_true(send_round(t, 0, 10));
    t->ends[3][1] = -1;
    assert_true(t->sends[3].result == -EPIPE || t->sends[3].result == -ECONNRESET);
    for (size_t i = 0; i < 10; i++) {
        if (i != 3)
            expect_text(t, i);
    }
}

static void does_not_wait_for_room(void **state)
{
    static const char much[4 << 20];
    ring_test *t = *state;

    need_ring(t);
    /* Who waits because the socket says so would wait here, too. */
    assert_int_equal(fcntl(t->ends[0][0], F_SETFL, 0), 0);
    t->sends[0] = (xy_ring_send){t->ends[0][0], 0, much, sizeof much};
    assert_true(xy__ring_send(t->ring, t->sends, 1));
    assert_in_range(t->sends[0].result, 1, sizeof much - 1);
    assert_true(send_round(t, 0, 10));
    assert_int_equal(t->sends[0].result, -EAGAIN);
    for (size_t i = 1; i < 10; i++)
        expect_text(t, i);
}

/* In a process of its own, as what is forbidden stays so. */
static void run_apart(ring_test *t, void (*fn)(ring_test *))
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (!child) {
        fn(t);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void without_setup(ring_test *t)
{
    forbid(SYS_io_uring_setup);
    for (int round = 0; round < 2; round++) {
        assert_false(send_round(t, round, 10));
        for (size_t i = 0; i < 10; i++)
            expect_nothing(t, i);
    }
}

static void does_nothing_where_it_is_forbidden(void **state)
{
    run_apart(*state, without_setup);
}

static void without_enter(ring_test *t)
{
    if (!send_round(t, 0, 10))
        return;
    for (size_t i = 0; i < 10; i++)
        expect_text(t, i);
    forbid(SYS_io_uring_enter);
    for (int round = 1; round < 3; round++) {
        assert_false(send_round(t, round, 10));
        for (size_t i = 0; i < 10; i++)
            expect_nothing(t, i);
    }
    xy__ring_destroy(t->ring);
    for (size_t i = 0; i < 10; i++)
        expect_nothing(t, i);
}

static void does_nothing_once_it_has_failed(void **state)
{
    run_apart(*state, without_enter);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sends_batch_after_batch),         TEST(tells_that_a_peer_has_gone),
        TEST(does_not_wait_for_room),          TEST(does_nothing_where_it_is_forbidden),
        TEST(does_nothing_once_it_has_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
