/* SPDX-License-Identifier: MIT */
/* Silent streams are heard once a period; those that speak, and those that have gone, are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "serve/heartbeat.h"

#define PERIOD_MS 12000u

typedef struct stream {
    xy_heart heart;
    int beats;
} stream;

static void on_silence(xy_heart *heart)
{
    XY_CONTAINER(heart, stream, heart)->beats++;
}

static void a_silent_stream_beats_once_a_period(void **state)
{
    xy_loop loop;
    xy_heartbeats all;
    stream silent = {.beats = 0};
    stream talking = {.beats = 0};

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    xy__heartbeats_init(&all, &loop, PERIOD_MS, on_silence);
    xy__heart_start(&all, &silent.heart);
    xy__heart_start(&all, &talking.heart);
    xy__loop_advance(&loop, PERIOD_MS - 1);
    assert_int_equal(silent.beats, 0);
    xy__heart_spoke(&all, &talking.heart);
    xy__loop_advance(&loop, 1);
    assert_int_equal(silent.beats, 1);
    assert_int_equal(talking.beats, 0);
    xy__loop_advance(&loop, PERIOD_MS - 1);
    assert_int_equal(silent.beats, 1);
    assert_int_equal(talking.beats, 1);
    xy__loop_advance(&loop, 1);
    assert_int_equal(silent.beats, 2);
    xy__heart_stop(&all, &silent.heart);
    xy__heart_stop(&all, &talking.heart);
    xy__loop_advance(&loop, 2 * PERIOD_MS);
    assert_int_equal(silent.beats, 2);
    xy__loop_deinit(&loop); /* asserts that no timer is left */
}

static void a_period_of_0_means_never(void **state)
{
    xy_loop loop;
    xy_heartbeats all;
    stream silent = {.beats = 0};

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    xy__heartbeats_init(&all, &loop, 0, on_silence);
    xy__heart_start(&all, &silent.heart);
    xy__heart_spoke(&all, &silent.heart);
    xy__loop_advance(&loop, UINT32_MAX);
    assert_int_equal(silent.beats, 0);
    xy__heart_stop(&all, &silent.heart);
    xy__loop_deinit(&loop);
}

/* As one whose format has no heartbeat, beside others that are watched. */
static void who_is_not_watched_may_speak_all_the_same(void **state)
{
    xy_loop loop;
    xy_heartbeats all;
    stream silent = {.beats = 0};
    stream other = {.beats = 0};

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    xy__heartbeats_init(&all, &loop, PERIOD_MS, on_silence);
    xy__list_init(&other.heart.link);
    xy__heart_start(&all, &silent.heart);
    xy__loop_advance(&loop, 1);
    xy__heart_spoke(&all, &other.heart);
    xy__loop_advance(&loop, 3 * PERIOD_MS);
    assert_int_equal(silent.beats, 3);
    assert_int_equal(other.beats, 0);
    xy__heart_stop(&all, &silent.heart);
    xy__loop_deinit(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_stream_beats_once_a_period),
        cmocka_unit_test(a_period_of_0_means_never),
        cmocka_unit_test(who_is_not_watched_may_speak_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
