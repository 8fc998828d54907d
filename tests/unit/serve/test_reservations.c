/* SPDX-License-Identifier: MIT */
/* Tokens lead to their reservations until a stream has come and gone, or has not come in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "serve/reservations.h"

#define WAIT_MS 15000u

static const xy_reservations_limits limits = {
    .count_max = 3,
    .wait_ms = WAIT_MS,
    .queue_high = 1000,
    .seats_max = 3,
};

static void ignore(void *arg)
{
    (void)arg;
}

static xy_str text_of(const char token[XY_TOKEN_LEN])
{
    return (xy_str){token, XY_TOKEN_LEN};
}

static bool is_known(xy_reservations *table, const char token[XY_TOKEN_LEN])
{
    xy_reservation *found = xy__reservations_find(table, text_of(token));

    xy__reservation_unref(found);
    return found != NULL;
}

static void tokens_look_like_uuids_and_differ(void **state)
{
    xy_reservations *table = xy__reservations_create(&limits);
    char a[XY_TOKEN_LEN];
    char b[XY_TOKEN_LEN];

    (void)state;
    assert_int_equal(xy__reservations_add(table, 0, a), XY_OK);
    assert_int_equal(xy__reservations_add(table, 0, b), XY_OK);
    assert_memory_not_equal(a, b, XY_TOKEN_LEN);
    for (size_t i = 0; i < XY_TOKEN_LEN; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        assert_true(dash ? a[i] == '-' : strchr("0123456789abcdef", a[i]) != NULL);
    }
    assert_true(is_known(table, a));
    a[35] = a[35] == '0' ? '1' : '0';
    assert_false(is_known(table, a));
    assert_null(xy__reservations_find(table, XY_STR("")));
    assert_null(xy__reservations_find(table, (xy_str){b, XY_TOKEN_LEN - 1}));
    xy__reservations_destroy(table);
}

static void there_are_so_many(void **state)
{
    xy_reservations *table = xy__reservations_create(&limits);
    char token[XY_TOKEN_LEN];

    (void)state;
    for (size_t i = 0; i < limits.count_max; i++)
        assert_int_equal(xy__reservations_add(table, 0, token), XY_OK);
    assert_int_equal(xy__reservations_add(table, 0, token), XY_ELIMIT);
    xy__reservations_expire(table, WAIT_MS);
    assert_int_equal(xy__reservations_add(table, WAIT_MS, token), XY_OK);
    xy__reservations_destroy(table);
}

static void none_at_all_is_no_table(void **state)
{
    const xy_reservations_limits off = {.count_max = 0};

    (void)state;
    assert_null(xy__reservations_create(&off));
    assert_int_equal(xy__reservations_queued(NULL), 0);
    xy__reservations_destroy(NULL);
}

static void those_without_a_stream_expire_in_order(void **state)
{
    xy_reservations *table = xy__reservations_create(&limits);
    char first[XY_TOKEN_LEN];
    char second[XY_TOKEN_LEN];

    (void)state;
    assert_int_equal(xy__reservations_expire(table, 0), 0);
    xy__reservations_add(table, 1000, first);
    xy__reservations_add(table, 1500, second);
    assert_int_equal(xy__reservations_expire(table, WAIT_MS), 1000);
    assert_true(is_known(table, first));
    assert_int_equal(xy__reservations_expire(table, WAIT_MS + 1000), 500);
    assert_false(is_known(table, first));
    assert_true(is_known(table, second));
    assert_int_equal(xy__reservations_expire(table, WAIT_MS + 1500), 0);
    assert_false(is_known(table, second));
    xy__reservations_destroy(table);
}

static void one_with_a_stream_lasts_as_long_as_that(void **state)
{
    xy_reservations *table = xy__reservations_create(&limits);
    xy_reservation_stream stream = {.on_events = ignore};
    xy_reservation *open;
    xy_reservation *other;
    char token[XY_TOKEN_LEN];
    xy_loop loop;

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    stream.loop = &loop;
    xy__reservations_add(table, 0, token);
    assert_int_equal(xy__reservations_open(table, text_of(token), stream, &open), XY_OK);
    assert_int_equal(xy__reservations_open(table, text_of(token), stream, &other), XY_EEXIST);
    assert_int_equal(xy__reservations_expire(table, 10 * (uint64_t)WAIT_MS), 0);
    assert_true(is_known(table, token));
    xy__reservations_close(table, text_of(token), open);
    assert_false(is_known(table, token));
    assert_int_equal(xy__reservations_open(table, text_of(token), stream, &other), XY_ENOTFOUND);
    xy__loop_deinit(&loop);
    xy__reservations_destroy(table);
}

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 500 };

typedef struct visitor {
    xy_reservations *table;
    xy_loop loop; /* made and closed by the main thread, as a server does */
    uv_thread_t thread;
    int lost; /* streams that could not be opened */
} visitor;

/* Reserves and opens, while others let what waits expire. */
static void visit(void *arg)
{
    visitor *v = arg;

    for (uint64_t i = 0; i < ROUNDS; i++) {
        char token[XY_TOKEN_LEN];
        xy_reservation *open;

        if (xy__reservations_add(v->table, i, token) < 0 ||
            xy__reservations_open(v->table, text_of(token),
                                  (xy_reservation_stream){&v->loop, ignore, NULL}, &open) < 0) {
            v->lost++;
        } else {
            xy__reservations_close(v->table, text_of(token), open);
        }
        xy__reservations_expire(v->table, i + WAIT_MS - 1);
    }
}

static void threads_reserve_open_and_expire(void **state)
{
    xy_reservations_limits wide = limits;
    visitor visitors[THREADS];
    int lost = 0;

    (void)state;
    wide.count_max = 1000;
    visitors[0].table = xy__reservations_create(&wide);
    for (int i = 0; i < THREADS; i++) {
        visitors[i] = (visitor){.table = visitors[0].table};
        xy__loop_init(&visitors[i].loop, XY_CLOCK_REAL);
    }
    for (int i = 0; i < THREADS; i++)
        uv_thread_create(&visitors[i].thread, visit, &visitors[i]);
    for (int i = 0; i < THREADS; i++) {
        uv_thread_join(&visitors[i].thread);
        lost += visitors[i].lost;
    }
    for (int i = 0; i < THREADS; i++)
        xy__loop_deinit(&visitors[i].loop);
    assert_in_range(lost, 0, THREADS * ROUNDS - 1);
    assert_int_equal(xy__reservations_expire(visitors[0].table, UINT64_MAX), 0);
    xy__reservations_destroy(visitors[0].table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_look_like_uuids_and_differ),
        cmocka_unit_test(there_are_so_many),
        cmocka_unit_test(none_at_all_is_no_table),
        cmocka_unit_test(those_without_a_stream_expire_in_order),
        cmocka_unit_test(one_with_a_stream_lasts_as_long_as_that),
        cmocka_unit_test(threads_reserve_open_and_expire),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
