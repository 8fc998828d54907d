/* SPDX-License-Identifier: MIT */
/* One stream for many operations: what is on the wire, who is told to wait, to go on and to stop,
 * and all that on several threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "serve/reservation.h"

#define QUEUE_HIGH ((size_t)1000)
#define SEATS_MAX  ((size_t)3)

/* ---- one thread, two loops ---- */

typedef struct fixture {
    xy_loop stream_loop;
    xy_loop seat_loop;
    xy_realtime_gauges gauges;
    xy_reservation *reservation;
    int wakes;
} fixture;

typedef struct sitter {
    xy_seat *seat;
    int ready;
    int stopped;
} sitter;

static void on_events(void *arg)
{
    ((fixture *)arg)->wakes++;
}

static void on_ready(void *arg)
{
    ((sitter *)arg)->ready++;
}

static void on_stop(void *arg)
{
    ((sitter *)arg)->stopped++;
}

static fixture *begin(void)
{
    fixture *f = xy__zalloc(sizeof *f);

    xy__loop_init(&f->stream_loop, XY_CLOCK_VIRTUAL);
    xy__loop_init(&f->seat_loop, XY_CLOCK_VIRTUAL);
    f->reservation =
        xy__reservation_create((xy_reservation_limits){QUEUE_HIGH, SEATS_MAX, &f->gauges});
    return f;
}

/* Every test ends here: nothing waits, and nobody is on the way. */
static void end(fixture *f)
{
    xy__reservation_unref(f->reservation);
    xy__loop_deinit(&f->seat_loop);
    xy__loop_deinit(&f->stream_loop);
    assert_int_equal(f->gauges.waiting_bytes, 0);
    free(f);
}

static int open_stream(fixture *f)
{
    return xy__reservation_open(f->reservation,
                                (xy_reservation_stream){&f->stream_loop, on_events, f});
}

static int sit(fixture *f, const char *id, sitter *s)
{
    *s = (sitter){0};
    return xy__seat_take(f->reservation, xy_str_from(id), &f->seat_loop,
                         (xy_seat_events){on_ready, on_stop, s}, &s->seat);
}

static void turn(fixture *f)
{
    xy__loop_turn(&f->seat_loop);
    xy__loop_turn(&f->stream_loop);
}

static void assert_event(fixture *f, const char *expected)
{
    xy_bytes *event = xy__reservation_take(f->reservation);

    assert_non_null(event);
    assert_int_equal(xy_bytes_str(event).len, strlen(expected));
    assert_memory_equal(xy_bytes_str(event).ptr, expected, strlen(expected));
    xy_bytes_unref(event);
}

static void assert_no_event(fixture *f)
{
    assert_null(xy__reservation_take(f->reservation));
}

static void events_carry_the_id_of_their_operation(void **state)
{
    fixture *f = begin();
    sitter s;

    (void)state;
    assert_int_equal(open_stream(f), XY_OK);
    assert_int_equal(sit(f, "op1", &s), XY_OK);
    assert_int_equal(xy__seat_next(s.seat, XY_STR("{\"data\":{\"a\":1}}")), XY_OK);
    xy__seat_complete(s.seat);
    assert_event(f, "event: next\ndata: {\"id\":\"op1\",\"payload\":{\"data\":{\"a\":1}}}\n\n");
    assert_event(f, "event: complete\ndata: {\"id\":\"op1\"}\n\n");
    assert_no_event(f);
    xy__reservation_close(f->reservation);
    end(f);
}

static void an_id_cannot_break_out_of_its_event(void **state)
{
    fixture *f = begin();
    sitter s;

    (void)state;
    assert_int_equal(sit(f, "\"\n\nevent: x", &s), XY_OK);
    xy__seat_complete(s.seat);
    assert_event(f, "event: complete\ndata: {\"id\":\"\\\"\\n\\nevent: x\"}\n\n");
    end(f);
}

static void results_before_the_stream_are_kept_for_it(void **state)
{
    fixture *f = begin();
    sitter s;

    (void)state;
    assert_int_equal(sit(f, "early", &s), XY_OK);
    xy__seat_complete(s.seat);
    turn(f);
    assert_int_equal(open_stream(f), XY_OK);
    assert_event(f, "event: complete\ndata: {\"id\":\"early\"}\n\n");
    xy__reservation_close(f->reservation);
    end(f);
}

static void a_stream_is_woken_once_for_all_that_gathers(void **state)
{
    fixture *f = begin();
    sitter s;

    (void)state;
    open_stream(f);
    sit(f, "op", &s);
    for (int i = 0; i < 3; i++)
        xy__seat_next(s.seat, XY_STR("1"));
    assert_int_equal(f->wakes, 0);
    turn(f);
    assert_int_equal(f->wakes, 1);
    turn(f);
    assert_int_equal(f->wakes, 1);
    xy__seat_leave(s.seat);
    xy__reservation_close(f->reservation);
    end(f);
}

static void there_is_one_stream_and_no_other_after_it(void **state)
{
    fixture *f = begin();
    sitter s;

    (void)state;
    assert_int_equal(open_stream(f), XY_OK);
    assert_int_equal(open_stream(f), XY_EEXIST);
    assert_false(xy__reservation_expire(f->reservation));
    xy__reservation_close(f->reservation);
    assert_int_equal(open_stream(f), XY_ECLOSED);
    assert_int_equal(sit(f, "op", &s), XY_ECLOSED);
    end(f);
}

static void an_id_is_in_use_until_its_operation_is_over(void **state)
{
    fixture *f = begin();
    sitter first;
    sitter second;

    (void)state;
    assert_int_equal(sit(f, "op", &first), XY_OK);
    assert_int_equal(sit(f, "op", &second), XY_EEXIST);
    xy__seat_complete(first.seat);
    assert_int_equal(sit(f, "op", &second), XY_OK);
    xy__seat_leave(second.seat);
    xy__reservation_expire(f->reservation);
    end(f);
}

static void there_are_so_many_seats(void **state)
{
    fixture *f = begin();
    sitter s[SEATS_MAX];
    sitter more;

    (void)state;
    assert_int_equal(sit(f, "0", &s[0]), XY_OK);
    assert_int_equal(sit(f, "1", &s[1]), XY_OK);
    assert_int_equal(sit(f, "2", &s[2]), XY_OK);
    assert_int_equal(sit(f, "3", &more), XY_ELIMIT);
    xy__seat_leave(s[1].seat);
    assert_int_equal(sit(f, "3", &more), XY_OK);
    xy__seat_leave(s[0].seat);
    xy__seat_leave(s[2].seat);
    xy__seat_leave(more.seat);
    end(f);
}

/* Puts until it is told to stop. */
static int fill(sitter *s)
{
    int count = 1;

    while (xy__seat_next(s->seat, XY_STR("\"0123456789\"")) == XY_OK)
        count++;
    return count;
}

static void a_full_queue_holds_up_who_puts_until_half_is_read(void **state)
{
    fixture *f = begin();
    sitter putting;
    sitter silent;
    sitter late;
    int count;

    (void)state;
    open_stream(f);
    sit(f, "putting", &putting);
    sit(f, "silent", &silent);
    count = fill(&putting);
    assert_true((size_t)count * (XY_RESERVATION_SLOT + 50) > QUEUE_HIGH);
    assert_int_equal(sit(f, "late", &late), XY_EFULL);
    for (int left = count; left > count / 2; left--) {
        turn(f);
        assert_int_equal(putting.ready, 0);
        xy_bytes_unref(xy__reservation_take(f->reservation));
    }
    turn(f);
    assert_int_equal(putting.ready, 1);
    assert_int_equal(silent.ready, 0);
    assert_int_equal(xy__seat_next(putting.seat, XY_STR("1")), XY_OK);
    xy__seat_leave(putting.seat);
    xy__seat_leave(silent.seat);
    xy__reservation_close(f->reservation);
    end(f);
}

static void a_stopped_operation_completes_and_is_told(void **state)
{
    fixture *f = begin();
    sitter s;
    sitter other;

    (void)state;
    open_stream(f);
    sit(f, "op", &s);
    sit(f, "other", &other);
    assert_true(xy__reservation_stop(f->reservation, XY_STR("op")));
    assert_false(xy__reservation_stop(f->reservation, XY_STR("op")));
    assert_int_equal(xy__seat_next(s.seat, XY_STR("1")), XY_ECLOSED);
    assert_int_equal(s.stopped, 0);
    turn(f);
    assert_int_equal(s.stopped, 1);
    assert_int_equal(other.stopped, 0);
    xy__seat_leave(s.seat);
    assert_event(f, "event: complete\ndata: {\"id\":\"op\"}\n\n");
    assert_no_event(f);
    xy__seat_leave(other.seat);
    xy__reservation_close(f->reservation);
    end(f);
}

static void when_the_stream_goes_everyone_is_told(void **state)
{
    fixture *f = begin();
    sitter s[2];

    (void)state;
    open_stream(f);
    sit(f, "0", &s[0]);
    sit(f, "1", &s[1]);
    xy__seat_next(s[0].seat, XY_STR("1"));
    xy__reservation_close(f->reservation);
    assert_int_equal(f->gauges.waiting_bytes, 0);
    turn(f);
    assert_int_equal(f->wakes, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(s[i].stopped, 1);
        xy__seat_leave(s[i].seat);
    }
    end(f);
}

static void one_that_never_gets_a_stream_expires(void **state)
{
    fixture *f = begin();
    sitter s;

    (void)state;
    sit(f, "op", &s);
    assert_true(xy__reservation_expire(f->reservation));
    turn(f);
    assert_int_equal(s.stopped, 1);
    xy__seat_leave(s.seat);
    assert_int_equal(open_stream(f), XY_ECLOSED);
    end(f);
}

static void who_has_left_is_not_called(void **state)
{
    fixture *f = begin();
    sitter s;

    (void)state;
    open_stream(f);
    sit(f, "op", &s);
    xy__reservation_stop(f->reservation, XY_STR("op"));
    xy__seat_leave(s.seat);
    xy__reservation_close(f->reservation);
    end(f); /* the notice arrives while the loop is closed */
    assert_int_equal(s.stopped, 0);
}

/* ---- threads ---- */

enum { PRODUCERS = 4, SEATS_EACH = 8, RESULTS_EACH = 400 };

typedef struct producer producer;

typedef struct worker_seat {
    producer *producer;
    xy_seat *seat;
    int next; /* result to put */
    int number;
    xy_task task;
} worker_seat;

struct producer {
    xy_reservation *reservation;
    xy_loop loop;
    uv_thread_t thread;
    int index;
    int seated;
    worker_seat seats[SEATS_EACH];
};

typedef struct consumer {
    xy_reservation *reservation;
    xy_loop loop;
    int last[PRODUCERS * SEATS_EACH];
    int completed;
    int taken;
    int close_after; /* events; 0: when all is complete */
    bool closed;
} consumer;

static void leave_now(worker_seat *w, bool complete)
{
    if (complete) {
        xy__seat_complete(w->seat);
    } else {
        xy__seat_leave(w->seat);
    }
    w->seat = NULL;
    w->producer->seated--;
}

static void produce(void *arg)
{
    worker_seat *w = arg;
    char text[32];
    int rc = XY_OK;

    while (rc == XY_OK && w->next < RESULTS_EACH) {
        snprintf(text, sizeof text, "%d", w->next++);
        rc = xy__seat_next(w->seat, xy_str_from(text));
    }
    if (rc == XY_OK)
        leave_now(w, true);
}

static void on_produce(xy_task *task)
{
    produce(XY_CONTAINER(task, worker_seat, task));
}

/* It may come before the first result is put. */
static void on_seat_stop(void *arg)
{
    worker_seat *w = arg;

    xy__task_cancel(&w->task);
    leave_now(w, false);
}

static void sit_down(producer *p, int i)
{
    worker_seat *w = &p->seats[i];
    char id[16];
    int rc;

    w->producer = p;
    w->number = p->index * SEATS_EACH + i;
    w->task.fn = on_produce;
    snprintf(id, sizeof id, "%d", w->number);
    /* A full queue takes nobody in until the stream is read. */
    do {
        rc = xy__seat_take(p->reservation, xy_str_from(id), &p->loop,
                           (xy_seat_events){produce, on_seat_stop, w}, &w->seat);
    } while (rc == XY_EFULL);
    if (rc < 0)
        return;
    p->seated++;
    xy__loop_soon(&p->loop, &w->task);
}

static void run_producer(void *arg)
{
    producer *p = arg;

    for (int i = 0; i < SEATS_EACH; i++)
        sit_down(p, i);
    while (p->seated > 0)
        xy__loop_wait(&p->loop);
}

static void close_stream(consumer *c)
{
    xy__reservation_close(c->reservation);
    c->closed = true;
}

/* `event: next\ndata: {"id":"7","payload":12}`: each operation's results come in their order. */
static void look_at(consumer *c, const char *text)
{
    int number;
    int result;

    if (sscanf(text, "event: next\ndata: {\"id\":\"%d\",\"payload\":%d}", &number, &result) == 2) {
        XY_ASSERT(result == c->last[number]);
        c->last[number]++;
    } else {
        XY_ASSERT(sscanf(text, "event: complete\ndata: {\"id\":\"%d\"}", &number) == 1);
        XY_ASSERT(c->last[number] == RESULTS_EACH);
        c->completed++;
    }
}

static void consume(void *arg)
{
    consumer *c = arg;
    xy_bytes *event;

    while (!c->closed && (event = xy__reservation_take(c->reservation))) {
        char text[128];

        snprintf(text, sizeof text, "%.*s", XY_PRI(xy_bytes_str(event)));
        look_at(c, text);
        xy_bytes_unref(event);
        c->taken++;
        if (c->taken == c->close_after || c->completed == PRODUCERS * SEATS_EACH)
            close_stream(c);
    }
}

static void run_threads(consumer *c)
{
    xy_realtime_gauges gauges = {0};
    producer *producers = xy__zalloc(PRODUCERS * sizeof *producers);

    c->reservation = xy__reservation_create((xy_reservation_limits){QUEUE_HIGH, 1000, &gauges});
    xy__loop_init(&c->loop, XY_CLOCK_REAL);
    XY_ASSERT(xy__reservation_open(c->reservation, (xy_reservation_stream){&c->loop, consume, c}) ==
              XY_OK);
    for (int i = 0; i < PRODUCERS; i++) {
        producers[i].reservation = c->reservation;
        producers[i].index = i;
        xy__loop_init(&producers[i].loop, XY_CLOCK_REAL);
        uv_thread_create(&producers[i].thread, run_producer, &producers[i]);
    }
    while (!c->closed)
        xy__loop_wait(&c->loop);
    for (int i = 0; i < PRODUCERS; i++)
        uv_thread_join(&producers[i].thread);
    for (int i = 0; i < PRODUCERS; i++)
        xy__loop_deinit(&producers[i].loop);
    xy__loop_deinit(&c->loop);
    xy__reservation_unref(c->reservation);
    XY_ASSERT(gauges.waiting_bytes == 0);
    free(producers);
}

static void threads_put_and_the_stream_reads_all_in_order(void **state)
{
    consumer c = {.close_after = 0};

    (void)state;
    run_threads(&c);
    assert_int_equal(c.taken, PRODUCERS * SEATS_EACH * (RESULTS_EACH + 1));
}

static void a_stream_that_goes_at_any_moment_stops_all_threads(void **state)
{
    (void)state;
    for (int after = 1; after < 2000; after += 199) {
        consumer c = {.close_after = after};

        run_threads(&c);
        assert_int_equal(c.taken, after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_carry_the_id_of_their_operation),
        cmocka_unit_test(an_id_cannot_break_out_of_its_event),
        cmocka_unit_test(results_before_the_stream_are_kept_for_it),
        cmocka_unit_test(a_stream_is_woken_once_for_all_that_gathers),
        cmocka_unit_test(there_is_one_stream_and_no_other_after_it),
        cmocka_unit_test(an_id_is_in_use_until_its_operation_is_over),
        cmocka_unit_test(there_are_so_many_seats),
        cmocka_unit_test(a_full_queue_holds_up_who_puts_until_half_is_read),
        cmocka_unit_test(a_stopped_operation_completes_and_is_told),
        cmocka_unit_test(when_the_stream_goes_everyone_is_told),
        cmocka_unit_test(one_that_never_gets_a_stream_expires),
        cmocka_unit_test(who_has_left_is_not_called),
        cmocka_unit_test(threads_put_and_the_stream_reads_all_in_order),
        cmocka_unit_test(a_stream_that_goes_at_any_moment_stops_all_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
