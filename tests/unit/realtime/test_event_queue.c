/* SPDX-License-Identifier: MIT */
/* Waiting events: both limits, both policies, and the memory of a backlog given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "realtime/event_queue.h"

/* Pushes words and pops what is left; compares with what the policy says. */
static const struct {
    const char *name;
    xy_event_queue_limits limits;
    const char *push[8];
    const char *refused; /* one letter a push: '.' taken, 'x' XY_ELIMIT */
    const char *left;
    uint64_t dropped;
} cases[] = {
    {"nothing", {4, 100, XY_OVERFLOW_CLOSE}, {NULL}, "", "", 0},
    {"in order", {4, 100, XY_OVERFLOW_CLOSE}, {"a", "b", "c"}, "...", "a b c ", 0},
    {"close: number", {2, 100, XY_OVERFLOW_CLOSE}, {"a", "b", "c"}, "..x", "a b ", 0},
    {"close: bytes", {9, 4, XY_OVERFLOW_CLOSE}, {"aa", "bb", "c"}, "..x", "aa bb ", 0},
    {"close: one always", {9, 4, XY_OVERFLOW_CLOSE}, {"aaaaa", "b"}, ".x", "aaaaa ", 0},
    {"drop: number", {2, 100, XY_OVERFLOW_DROP_OLDEST}, {"a", "b", "c", "d"}, "....", "c d ", 2},
    {"drop: bytes", {9, 4, XY_OVERFLOW_DROP_OLDEST}, {"a", "b", "cc", "ddd"}, "....", "ddd ", 3},
    {"drop: all for one", {9, 4, XY_OVERFLOW_DROP_OLDEST}, {"a", "b", "cccc"}, "...", "cccc ", 2},
    {"drop: one always", {9, 4, XY_OVERFLOW_DROP_OLDEST}, {"a", "bbbbb"}, "..", "bbbbb ", 1},
    {"drop: newest", {1, 4, XY_OVERFLOW_DROP_OLDEST}, {"a", "b"}, "..", "b ", 1},
    {"empty ones", {2, 0, XY_OVERFLOW_CLOSE}, {"", ""}, "..", "  ", 0},
};

static void limits_and_policies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        xy_realtime_gauges gauges = {0};
        xy_event_queue queue;
        xy_bytes *event;
        char left[64] = "";
        char refused[16] = "";

        print_message("%s\n", cases[i].name);
        xy__event_queue_init(&queue, &cases[i].limits, &gauges);
        for (size_t n = 0; cases[i].push[n]; n++) {
            event = xy_bytes_create(xy_str_from(cases[i].push[n]));
            refused[n] =
                xy__event_queue_push(&queue, (xy_event_slot){.event = event}) == XY_OK ? '.' : 'x';
            xy_bytes_unref(event);
        }
        if (queue.len)
            assert_int_equal(xy__event_queue_at(&queue, 0).gap,
                             cases[i].dropped ? XY_GAP_DROPPED : XY_GAP_NONE);
        while ((event = xy__event_queue_pop(&queue))) {
            size_t len = strlen(left);

            snprintf(left + len, sizeof left - len, "%.*s ", XY_PRI(xy_bytes_str(event)));
            xy_bytes_unref(event);
        }
        assert_string_equal(refused, cases[i].refused);
        assert_string_equal(left, cases[i].left);
        assert_int_equal(queue.dropped, cases[i].dropped);
        assert_int_equal(queue.bytes, 0);
        xy__event_queue_deinit(&queue);
        assert_null(queue.slots);
        assert_int_equal(gauges.waiting_events + gauges.waiting_bytes, 0);
        assert_int_equal(gauges.dropped, cases[i].dropped);
    }
}

/* A ring that goes round many times, growing on the way, against a counter at each end. */
static void goes_round(void **state)
{
    const xy_event_queue_limits limits = {100, 1 << 20, XY_OVERFLOW_CLOSE};
    xy_realtime_gauges gauges = {0};
    xy_event_queue queue;
    unsigned in = 0;
    unsigned out = 0;

    (void)state;
    xy__event_queue_init(&queue, &limits, &gauges);
    for (unsigned round = 0; round < 1000; round++) {
        unsigned waiting = (round * 7919u) % 90;
        char text[16];

        while (in - out < waiting) {
            xy_bytes *event;

            snprintf(text, sizeof text, "%u", in++);
            event = xy_bytes_create(xy_str_from(text));
            assert_int_equal(xy__event_queue_push(&queue, (xy_event_slot){.event = event}), XY_OK);
            xy_bytes_unref(event);
        }
        while (in - out > waiting / 2) {
            xy_bytes *event = xy__event_queue_pop(&queue);

            snprintf(text, sizeof text, "%u", out++);
            assert_true(xy_str_is(xy_bytes_str(event), text));
            xy_bytes_unref(event);
        }
    }
    while (out < in) {
        xy_bytes_unref(xy__event_queue_pop(&queue));
        out++;
    }
    assert_true(queue.cap <= 4); /* the backlog's memory is given back */
    xy__event_queue_deinit(&queue);
}

/* What was in hand already goes before what waits, whatever the limits say. */
static void goes_before_the_others(void **state)
{
    const xy_event_queue_limits limits = {4, 100, XY_OVERFLOW_CLOSE};
    xy_bytes *event = xy_bytes_create(XY_STR("1"));
    xy_realtime_gauges gauges = {0};
    xy_event_queue queue;
    xy_event_slot slot;

    (void)state;
    xy__event_queue_init(&queue, &limits, &gauges);
    for (uint64_t number = 2; number <= 5; number++)
        xy__event_queue_append(&queue, (xy_event_slot){event, number});
    assert_false(xy__event_queue_fits(&queue, event));
    xy__event_queue_prepend(&queue, (xy_event_slot){event, 1});
    xy__event_queue_append(&queue, (xy_event_slot){event, 6});
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(xy__event_queue_at(&queue, i).number, i + 1);
    assert_true(xy__event_queue_take(&queue, &slot));
    assert_int_equal(slot.number, 1);
    xy_bytes_unref(slot.event);
    assert_int_equal(gauges.waiting_events, 5);
    xy__event_queue_deinit(&queue);
    assert_int_equal(gauges.waiting_events + gauges.waiting_bytes, 0);
    xy_bytes_unref(event);
}

static void says_when_it_is_half_full(void **state)
{
    const xy_event_queue_limits limits = {4, 10, XY_OVERFLOW_CLOSE};
    xy_bytes *small = xy_bytes_create(XY_STR("1"));
    xy_bytes *large = xy_bytes_create(XY_STR("123456"));
    xy_realtime_gauges gauges = {0};
    xy_event_queue queue;

    (void)state;
    xy__event_queue_init(&queue, &limits, &gauges);
    xy__event_queue_push(&queue, (xy_event_slot){.event = small});
    assert_false(xy__event_queue_high(&queue));
    xy__event_queue_push(&queue, (xy_event_slot){.event = small});
    assert_true(xy__event_queue_high(&queue));
    xy__event_queue_deinit(&queue);
    xy__event_queue_push(&queue, (xy_event_slot){.event = large});
    assert_true(xy__event_queue_high(&queue));
    xy__event_queue_deinit(&queue);
    xy_bytes_unref(small);
    xy_bytes_unref(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_and_policies),
        cmocka_unit_test(goes_round),
        cmocka_unit_test(goes_before_the_others),
        cmocka_unit_test(says_when_it_is_half_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
