/* SPDX-License-Identifier: MIT */
/* Invalidations from several threads: none is missed, however small the mailbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "xylem/error.h"

#include "base/fatal.h"
#include "realtime/invalidations.h"

enum { WRITERS = 3, ROUNDS = 3000 };

typedef struct listener {
    xy_invalidation_listener base;
    char text[512];
    size_t len;
    unsigned all;
    bool left;
    bool stale[WRITERS];
} listener;

static listener *of(xy_invalidation_listener *base)
{
    return XY_CONTAINER(base, listener, base);
}

static size_t on_keys(xy_invalidation_listener *base, xy_str batch)
{
    listener *l = of(base);
    size_t count = 0;
    xy_str key;

    for (; xy__invalidation_next(&batch, &key); count++) {
        if (key.len == 1)
            l->stale[key.ptr[0] - '0'] = true;
        l->len += (size_t)snprintf(l->text + l->len, sizeof l->text - l->len, "%.*s;", XY_PRI(key));
        if (l->len > sizeof l->text / 2)
            l->len = 0;
    }
    l->len += (size_t)snprintf(l->text + l->len, sizeof l->text - l->len, "|");
    return count;
}

static void on_all(xy_invalidation_listener *base)
{
    of(base)->all++;
    memset(of(base)->stale, 1, sizeof of(base)->stale);
}

static void on_left(xy_invalidation_listener *base)
{
    of(base)->left = true;
}

static const xy_invalidation_ops ops = {on_keys, on_all, on_left};

static void batches_arrive_whole_and_in_order(void **state)
{
    static const xy_str first[] = {XY_STR_INIT("A:1"), XY_STR_INIT(""), XY_STR_INIT("B:2")};
    static const xy_str second[] = {XY_STR_INIT("C:3")};
    xy_str long_key = {xy__zalloc(XY_LIVE_KEY_BYTES_MAX + 1), XY_LIVE_KEY_BYTES_MAX + 1};
    xy_realtime_gauges gauges = {0};
    xy_invalidations *all = xy__invalidations_create(1 << 16, &gauges, NULL);
    listener l = {0};
    xy_loop loop;

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    assert_int_equal(xy__invalidate(all, first, 3), XY_OK);
    xy__invalidations_join(all, &l.base, &loop, &ops);
    assert_int_equal(xy__invalidate(all, first, 3), XY_OK);
    assert_int_equal(xy__invalidate(all, second, 1), XY_OK);
    assert_int_equal(xy__invalidate(all, &long_key, 1), XY_ELIMIT);
    assert_string_equal(l.text, "");
    xy__loop_turn(&loop);
    assert_string_equal(l.text, "A:1;B:2;|C:3;|");
    xy__invalidations_deliver_all(all);
    xy__loop_turn(&loop);
    assert_int_equal(l.all, 1);
    assert_int_equal(xy__invalidate_all(all), XY_OK);
    xy__loop_turn(&loop);
    assert_int_equal(l.all, 2);
    xy__invalidations_leave(all, &l.base);
    xy__loop_deinit(&loop);
    assert_true(l.left);
    xy__invalidations_destroy(all);
    free((void *)(uintptr_t)long_key.ptr);
}

/* ---- a store that carries them ---- */

typedef struct carrier {
    xy_store base;
    xy_invalidations *all;
    int answer;
    size_t carried;
    int watching;
} carrier;

static carrier *carrier_of(xy_store *store)
{
    return XY_CONTAINER(store, carrier, base);
}

static void attach_invalidations(xy_store *store, xy_invalidations *all)
{
    carrier_of(store)->all = all;
}

static int invalidate(xy_store *store, const xy_str *keys, size_t count)
{
    (void)keys;
    if (carrier_of(store)->answer == XY_OK)
        carrier_of(store)->carried += count;
    return carrier_of(store)->answer;
}

static void watch(xy_store *store)
{
    carrier_of(store)->watching++;
}

static void unwatch(xy_store *store)
{
    carrier_of(store)->watching--;
}

static const xy_store_ops carrier_ops = {
    .attach_invalidations = attach_invalidations,
    .invalidate = invalidate,
    .watch = watch,
    .unwatch = unwatch,
};

static void a_store_carries_them(void **state)
{
    static const xy_str keys[] = {XY_STR_INIT("A:1"), XY_STR_INIT("B:2")};
    carrier c = {.base.ops = &carrier_ops};
    xy_realtime_gauges gauges = {0};
    xy_invalidations *all = xy__invalidations_create(1 << 16, &gauges, &c.base);
    xy_str arrived[] = {keys[0],
                        XY_STR(""),
                        {xy__zalloc(XY_LIVE_KEY_BYTES_MAX + 1), XY_LIVE_KEY_BYTES_MAX + 1},
                        keys[1]};
    listener l = {0};
    xy_loop loop;

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    xy__invalidations_join(all, &l.base, &loop, &ops);
    assert_int_equal(c.watching, 0);
    xy__invalidations_watch(all);
    xy__invalidations_watch(all);
    assert_int_equal(c.watching, 1);
    assert_int_equal(xy__invalidate(all, keys, 2), XY_OK);
    c.answer = XY_EUNAVAILABLE;
    assert_int_equal(xy__invalidate(all, keys, 2), XY_EUNAVAILABLE);
    assert_int_equal(c.carried, 2);
    assert_int_equal(gauges.invalidations, 2);
    xy__loop_turn(&loop);
    assert_string_equal(l.text, "");
    xy__invalidations_deliver(c.all, arrived, 4);
    xy__loop_turn(&loop);
    assert_string_equal(l.text, "A:1;B:2;|");
    xy__invalidations_unwatch(all);
    assert_int_equal(c.watching, 1);
    xy__invalidations_unwatch(all);
    assert_int_equal(c.watching, 0);
    xy__invalidations_leave(all, &l.base);
    xy__loop_deinit(&loop);
    xy__invalidations_destroy(all);
    free((void *)(uintptr_t)arrived[2].ptr);
}

/* Each writer changes its value and then says so; the reader reads a value when it is told to. */
typedef struct writer {
    xy_invalidations *all;
    char key;
    _Atomic unsigned value;
    _Atomic bool done;
} writer;

static void write_values(void *arg)
{
    writer *w = arg;
    xy_str key = {&w->key, 1};

    for (unsigned i = 1; i <= ROUNDS; i++) {
        atomic_store(&w->value, i);
        xy__invalidate(w->all, &key, 1);
    }
    atomic_store(&w->done, true);
}

static void after_the_last_one_everything_that_changed_was_told(void **state)
{
    xy_realtime_gauges gauges = {0};
    /* Room for three mails, so that the mailbox is full again and again. */
    xy_invalidations *all = xy__invalidations_create(3 * (sizeof(xy_mail) + 3), &gauges, NULL);
    writer writers[WRITERS];
    unsigned seen[WRITERS] = {0};
    uv_thread_t threads[WRITERS];
    listener l = {0};
    xy_loop loop;
    bool done = false;

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_REAL);
    xy__invalidations_join(all, &l.base, &loop, &ops);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (writer){.all = all, .key = (char)('0' + i)};
        assert_int_equal(uv_thread_create(&threads[i], write_values, &writers[i]), 0);
    }
    while (!done || gauges.mailbox_bytes) {
        done = true;
        for (int i = 0; i < WRITERS; i++)
            done &= atomic_load(&writers[i].done);
        xy__loop_turn(&loop);
        for (int i = 0; i < WRITERS; i++) {
            if (l.stale[i])
                seen[i] = atomic_load(&writers[i].value);
            l.stale[i] = false;
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        uv_thread_join(&threads[i]);
        assert_int_equal(seen[i], ROUNDS);
    }
    assert_true(l.all > 0);
    xy__invalidations_leave(all, &l.base);
    xy__loop_deinit(&loop);
    xy__invalidations_destroy(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_arrive_whole_and_in_order),
        cmocka_unit_test(a_store_carries_them),
        cmocka_unit_test(after_the_last_one_everything_that_changed_was_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
