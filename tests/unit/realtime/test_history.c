/* SPDX-License-Identifier: MIT */
/* Questions to a store: answered from any thread, abandoned at any moment, and the order of what a
 * durable topic carries and keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "realtime/hub.h"

static const xy_pubsub_limits limits = {.event_bytes_max = 1000, .mailbox_bytes_max = 1 << 20};

static void on_done(xy_history *history)
{
    int *count = history->arg;

    ++*count;
    xy__history_destroy(history);
}

static void answered(void **state)
{
    xy_loop loop;
    int count = 0;

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    xy__history_answer(xy__history_create(&loop, XY_STR("t"), on_done, &count));
    assert_int_equal(count, 0); /* never from within */
    xy__loop_turn(&loop);
    assert_int_equal(count, 1);
    xy__loop_deinit(&loop);
}

static void abandoned_before_the_answer(void **state)
{
    xy_loop loop;
    xy_history *history;
    int count = 0;

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    history = xy__history_create(&loop, XY_STR("t"), on_done, &count);
    xy__history_abandon(history);
    xy__loop_deinit(&loop); /* it may go, as the answer does not come back to it */
    xy__history_answer(history);
    assert_int_equal(count, 0);
}

static void abandoned_after_the_answer(void **state)
{
    xy_loop loop;
    xy_history *history;
    int count = 0;

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    history = xy__history_create(&loop, XY_STR("t"), on_done, &count);
    xy__history_answer(history);
    xy__history_abandon(history);
    xy__loop_deinit(&loop);
    assert_int_equal(count, 0);
}

enum { RACES = 2000 };

typedef struct race {
    xy_history *all[RACES];
    _Atomic int asked;
    _Atomic int taken;
} race;

static void answer_all(void *arg)
{
    race *r = arg;

    for (int i = 0; i < RACES; i++) {
        while (atomic_load(&r->asked) <= i)
            ;
        xy__history_answer(r->all[i]);
    }
}

/* A store's thread answers while the asker abandons every second question. */
static void answered_and_abandoned_at_once(void **state)
{
    race *r = xy__zalloc(sizeof *r);
    uv_thread_t store;
    xy_loop loop;
    int count = 0;
    int kept = 0;

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    assert_int_equal(uv_thread_create(&store, answer_all, r), 0);
    for (int i = 0; i < RACES; i++) {
        r->all[i] = xy__history_create(&loop, XY_STR("t"), on_done, &count);
        if (i % 2) {
            atomic_store(&r->asked, i + 1);
            xy__loop_turn(&loop);
            kept++;
            continue;
        }
        /* Abandoned without having been seen by the loop: it may be answered at this moment. */
        atomic_store(&r->asked, i + 1);
        xy__history_abandon(r->all[i]);
    }
    uv_thread_join(&store);
    xy__loop_deinit(&loop);
    assert_int_equal(count, kept);
    free(r);
}

/* ---- what is carried is what is kept ---- */

enum { WRITERS = 4, EACH = 500 };

static xy_pubsub *durable_broker(void)
{
    const xy_durable_limits durable = {WRITERS * EACH, 60, 1 << 20};
    xy_pubsub *ps = xy__pubsub_create(&limits, xy__store_memory_create(&durable));

    xy__pubsub_add_durable(ps, XY_STR("news"));
    return ps;
}

typedef struct writer {
    xy_pubsub *ps;
    int from;
} writer;

static void write_all(void *arg)
{
    const writer *w = arg;

    for (int i = 0; i < EACH; i++) {
        char text[16];
        xy_bytes *payload;

        snprintf(text, sizeof text, "%d", w->from + i);
        payload = xy_bytes_create(xy_str_from(text));
        XY_ASSERT(xy__pubsub_publish(w->ps, XY_STR("news:1"), payload) == XY_OK);
        xy_bytes_unref(payload);
    }
}

typedef struct heard {
    xy_event_id id;
    char text[16];
} heard;

typedef struct listener {
    heard all[WRITERS * EACH];
    size_t len;
} listener;

static size_t on_event(void *arg, const xy_event *event)
{
    listener *l = arg;
    heard *h = &l->all[l->len++];

    h->id = event->id;
    snprintf(h->text, sizeof h->text, "%.*s", XY_PRI(xy_bytes_str(event->payload)));
    return 1;
}

static void on_page(xy_history *history)
{
    *(xy_history **)history->arg = history;
}

/* From several threads at once: mailbox and archive agree on order and ids. */
static void the_order_of_delivery_is_that_of_the_archive(void **state)
{
    xy_pubsub *ps = durable_broker();
    listener *l = xy__zalloc(sizeof *l);
    writer writers[WRITERS];
    uv_thread_t threads[WRITERS];
    xy_subscriber *subscriber;
    xy_history *history;
    xy_history *page = NULL;
    xy_loop loop;
    xy_hub *hub;

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    hub = xy__hub_create(ps, &loop);
    xy__hub_subscribe(hub, XY_STR("news:1"), on_event, l, &subscriber);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (writer){ps, i * EACH};
        assert_int_equal(uv_thread_create(&threads[i], write_all, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++)
        uv_thread_join(&threads[i]);
    while (l->len < WRITERS * EACH)
        xy__loop_turn(&loop);
    history = xy__history_create(&loop, XY_STR("news:1"), on_page, &page);
    history->events_max = WRITERS * EACH;
    history->bytes_max = SIZE_MAX;
    xy__pubsub_read(ps, history);
    xy__loop_turn(&loop);
    assert_non_null(page);
    assert_int_equal(page->events.len, l->len);
    assert_true(page->end && !page->gap);
    for (size_t i = 0; i < l->len; i++) {
        const xy_kept_event *kept = &page->events.items[i];

        assert_int_equal(kept->id.minor, i + 1);
        assert_int_equal(l->all[i].id.minor, i + 1);
        assert_true(kept->id.epoch != 0 && kept->id.epoch == l->all[i].id.epoch);
        assert_true(xy_str_is(xy_bytes_str(kept->payload), l->all[i].text));
    }
    xy__history_destroy(page);
    xy__hub_unsubscribe(subscriber);
    xy__hub_destroy(hub);
    xy__loop_deinit(&loop);
    xy__pubsub_destroy(ps);
    free(l);
}

/* It is kept also while nobody listens; other topics' events have no id and are not kept. */
static void nobody_listens(void **state)
{
    xy_pubsub *ps = durable_broker();
    xy_bytes *payload = xy_bytes_create(XY_STR("7"));
    xy_history *page = NULL;
    xy_history *history;
    xy_loop loop;

    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    assert_true(xy__pubsub_is_durable(ps, XY_STR("news")));
    assert_false(xy__pubsub_is_durable(ps, XY_STR("newsletter")));
    xy__pubsub_publish(ps, XY_STR("news"), payload);
    history = xy__history_create(&loop, XY_STR("news"), on_page, &page);
    history->events_max = 1;
    history->bytes_max = 1;
    xy__pubsub_read(ps, history);
    xy__loop_turn(&loop);
    assert_int_equal(page->events.len, 1);
    assert_true(page->end);
    xy__history_destroy(page);
    xy_bytes_unref(payload);
    xy__loop_deinit(&loop);
    xy__pubsub_destroy(ps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answered),
        cmocka_unit_test(abandoned_before_the_answer),
        cmocka_unit_test(abandoned_after_the_answer),
        cmocka_unit_test(answered_and_abandoned_at_once),
        cmocka_unit_test(the_order_of_delivery_is_that_of_the_archive),
        cmocka_unit_test(nobody_listens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
