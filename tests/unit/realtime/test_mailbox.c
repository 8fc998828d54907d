/* SPDX-License-Identifier: MIT */
/* A bounded queue into a loop: order, one wake-up for many, room given back, closing at any
 * moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "base/fatal.h"
#include "realtime/mailbox.h"

enum { READ_MAX = 4096 };

typedef struct fixture {
    xy_loop loop;
    xy_mailbox mailbox;
    _Atomic uint64_t total;
    uint64_t read[READ_MAX]; /* numbers of the mails, as they came */
    size_t read_count;
    void (*on_read)(struct fixture *f); /* what a test does inside the reader */
    size_t calls;                       /* that each mail leads to */
    bool closed;
} fixture;

static size_t on_mail(xy_mailbox *mailbox, const xy_mail *mail)
{
    fixture *f = XY_CONTAINER(mailbox, fixture, mailbox);

    XY_ASSERT(f->read_count < READ_MAX);
    f->read[f->read_count++] = mail->number;
    if (f->on_read)
        f->on_read(f);
    return f->calls;
}

static void on_closed(xy_mailbox *mailbox)
{
    fixture *f = XY_CONTAINER(mailbox, fixture, mailbox);

    f->closed = true;
}

static fixture *open_with(size_t bytes_max)
{
    fixture *f = xy__zalloc(sizeof *f);

    xy__loop_init(&f->loop, XY_CLOCK_VIRTUAL);
    xy__mailbox_open(&f->mailbox, &f->loop, bytes_max, &f->total, on_mail);
    return f;
}

/* Every test ends here: nothing is left in the mailbox, its gauge or the loop. */
static void close_and_free(fixture *f)
{
    if (!f->mailbox.on_closed)
        xy__mailbox_close(&f->mailbox, on_closed);
    xy__loop_deinit(&f->loop);
    assert_true(f->closed);
    assert_int_equal(f->total, 0);
    free(f);
}

static void put(fixture *f, size_t payload_len)
{
    xy_bytes *payload = xy__bytes_alloc(payload_len);

    memset(payload->data, 'x', payload_len);
    payload->len = payload_len;
    xy__mailbox_put(&f->mailbox, (xy_mail){.payload = payload});
    xy_bytes_unref(payload);
}

static void assert_read_in_order(const fixture *f, size_t count)
{
    assert_int_equal(f->read_count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(f->read[i], i + 1);
}

static void reads_in_order_in_a_later_step(void **state)
{
    fixture *f = open_with(SIZE_MAX);

    (void)state;
    for (int i = 0; i < 3; i++)
        put(f, 10);
    assert_int_equal(f->read_count, 0);
    xy__loop_turn(&f->loop);
    assert_read_in_order(f, 3);
    close_and_free(f);
}

static void needs_no_system_call_on_its_own_thread(void **state)
{
    fixture *f = open_with(SIZE_MAX);

    (void)state;
    put(f, 10);
    assert_true(xy__list_empty(&f->loop.posted));
    assert_false(xy__list_empty(&f->loop.soon));
    close_and_free(f);
}

static void put_two(void *arg)
{
    put(arg, 10);
    put(arg, 10);
}

static void is_woken_once_by_another_thread(void **state)
{
    fixture *f = open_with(SIZE_MAX);
    uv_thread_t thread;

    (void)state;
    assert_int_equal(uv_thread_create(&thread, put_two, f), 0);
    uv_thread_join(&thread);
    assert_ptr_equal(f->loop.posted.next, &f->mailbox.task.link);
    assert_ptr_equal(f->loop.posted.prev, &f->mailbox.task.link);
    xy__loop_wait(&f->loop);
    assert_read_in_order(f, 2);
    close_and_free(f);
}

static void one_turn_reads_so_many(void **state)
{
    fixture *f = open_with(SIZE_MAX);

    (void)state;
    for (size_t i = 0; i < XY_MAILBOX_TURN_MAILS * 2 + 1; i++)
        put(f, 1);
    xy__loop_turn(&f->loop);
    /* The turn begins with the first part and, after its look for I/O, has the second. */
    assert_int_equal(f->read_count, XY_MAILBOX_TURN_MAILS * 2);
    xy__loop_turn(&f->loop);
    assert_read_in_order(f, XY_MAILBOX_TURN_MAILS * 2 + 1);
    close_and_free(f);
}

static void one_turn_reads_so_many_bytes(void **state)
{
    fixture *f = open_with(SIZE_MAX);

    (void)state;
    for (int i = 0; i < 4; i++)
        put(f, XY_MAILBOX_TURN_BYTES);
    xy__loop_turn(&f->loop);
    assert_int_equal(f->read_count, 2);
    xy__loop_turn(&f->loop);
    assert_int_equal(f->read_count, 3);
    xy__loop_turn(&f->loop);
    assert_read_in_order(f, 4);
    close_and_free(f);
}

static void one_turn_calls_so_many(void **state)
{
    fixture *f = open_with(SIZE_MAX);

    (void)state;
    f->calls = XY_MAILBOX_TURN_CALLS / 2;
    for (int i = 0; i < 5; i++)
        put(f, 1);
    xy__loop_turn(&f->loop);
    assert_int_equal(f->read_count, 4);
    xy__loop_turn(&f->loop);
    assert_read_in_order(f, 5);
    close_and_free(f);
}

static void room_is_bounded_and_given_back(void **state)
{
    fixture *f = open_with(3 * (sizeof(xy_mail) + 100));
    xy_bytes *large = xy__bytes_alloc(100);
    xy_bytes *small = xy_bytes_create(XY_STR("1"));

    (void)state;
    large->len = 100;
    put(f, 100);
    put(f, 100);
    put(f, 65);
    assert_int_equal(f->total, 3 * sizeof(xy_mail) + 265);
    assert_false(xy__mailbox_fits(&f->mailbox, large));
    assert_false(xy__mailbox_fits(&f->mailbox, small)); /* its slot counts */
    xy__loop_turn(&f->loop);
    assert_int_equal(f->total, 0);
    assert_true(xy__mailbox_fits(&f->mailbox, large));
    xy_bytes_unref(large);
    xy_bytes_unref(small);
    close_and_free(f);
}

static void put_until_five(fixture *f)
{
    if (f->read_count < 5)
        put(f, 1);
    assert_true(f->read_count < 2 || f->read[f->read_count - 1] > f->read[f->read_count - 2]);
}

static void a_reader_may_put(void **state)
{
    fixture *f = open_with(SIZE_MAX);

    (void)state;
    f->on_read = put_until_five;
    put(f, 1);
    xy__loop_turn(&f->loop);
    assert_read_in_order(f, 5);
    close_and_free(f);
}

static void close_at_two(fixture *f)
{
    if (f->read_count == 2)
        xy__mailbox_close(&f->mailbox, on_closed);
}

static void a_reader_may_close(void **state)
{
    fixture *f = open_with(SIZE_MAX);

    (void)state;
    f->on_read = close_at_two;
    for (int i = 0; i < 5; i++)
        put(f, 1);
    xy__loop_turn(&f->loop);
    assert_read_in_order(f, 2);
    assert_true(f->closed);
    close_and_free(f);
}

static void closing_drops_what_is_there(void **state)
{
    fixture *f = open_with(SIZE_MAX);
    uv_thread_t thread;

    (void)state;
    /* Woken by another thread: the wake-up is on its way and cannot be called back. */
    assert_int_equal(uv_thread_create(&thread, put_two, f), 0);
    uv_thread_join(&thread);
    xy__mailbox_close(&f->mailbox, on_closed);
    assert_false(f->closed);
    close_and_free(f);
    f = open_with(SIZE_MAX);
    put(f, 1);
    xy__loop_turn(&f->loop);
    put(f, 1);
    close_and_free(f);
}

static void a_burst_gives_its_memory_back(void **state)
{
    fixture *f = open_with(SIZE_MAX);

    (void)state;
    for (int i = 0; i < READ_MAX - 1; i++)
        put(f, 1);
    while (f->read_count < READ_MAX - 1)
        xy__loop_turn(&f->loop);
    xy__loop_turn(&f->loop);
    assert_int_equal(f->mailbox.batch.cap + f->mailbox.incoming.cap, 0);
    close_and_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_in_order_in_a_later_step),
        cmocka_unit_test(needs_no_system_call_on_its_own_thread),
        cmocka_unit_test(is_woken_once_by_another_thread),
        cmocka_unit_test(one_turn_reads_so_many),
        cmocka_unit_test(one_turn_reads_so_many_bytes),
        cmocka_unit_test(one_turn_calls_so_many),
        cmocka_unit_test(room_is_bounded_and_given_back),
        cmocka_unit_test(a_reader_may_put),
        cmocka_unit_test(a_reader_may_close),
        cmocka_unit_test(closing_drops_what_is_there),
        cmocka_unit_test(a_burst_gives_its_memory_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
