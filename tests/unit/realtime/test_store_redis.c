/* SPDX-License-Identifier: MIT */
/* The store over a real redis-server: two processes' worth of brokers on one loop, and the server
 * comes, goes and says what it likes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../redis/server.h"
#include "base/bytes.h"
#include "base/fatal.h"
#include "realtime/hub.h"
#include "realtime/invalidations.h"
#include "realtime/store_redis.h"

enum {
    TEXT_MAX = 1 << 16,
    WAIT_MS = 10000,
    WRITERS = 4,
    WRITES = 500,
    EVENT_MAX = 1000,
    MAILBOX_MAX = 1 << 24
};

typedef struct process {
    xy_store *store;
    xy_pubsub *ps;
    xy_invalidations *all;
    xy_hub *hub;
    xy_invalidation_listener keys;
    bool listens;         /* to invalidations */
    char heard[TEXT_MAX]; /* "1 ^ 2": events; "^" and "~": gaps; keys as "[A:1]", all as "[*]" */
    size_t len;
    int gaps;
} process;

typedef struct fixture {
    redis_server server;
    xy_loop loop;
    xy_timer late;
    process a;
    process b;
} fixture;

/* ---- a process ---- */

static void hear(process *p, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (p->len > TEXT_MAX / 2)
        p->len = 0;
    p->len += (size_t)snprintf(p->heard + p->len, TEXT_MAX - p->len, "%s", p->len ? " " : "");
    p->len += (size_t)vsnprintf(p->heard + p->len, TEXT_MAX - p->len, format, args);
    va_end(args);
}

static void forget(process *p)
{
    p->heard[0] = '\0';
    p->len = 0;
}

static size_t on_event(void *arg, const xy_event *event)
{
    process *p = arg;

    if (event->payload) {
        hear(p, "%.*s", XY_PRI(xy_bytes_str(event->payload)));
    } else {
        hear(p, event->gap == XY_GAP_DROPPED ? "~" : "^");
        p->gaps++;
    }
    return 1;
}

static size_t on_keys(xy_invalidation_listener *listener, xy_str batch)
{
    xy_str key;
    size_t count = 0;

    for (; xy__invalidation_next(&batch, &key); count++)
        hear(XY_CONTAINER(listener, process, keys), "[%.*s]", XY_PRI(key));
    return count;
}

static void on_all(xy_invalidation_listener *listener)
{
    hear(XY_CONTAINER(listener, process, keys), "[*]");
}

static void on_left(xy_invalidation_listener *listener)
{
    (void)listener;
}

static const xy_invalidation_ops key_ops = {on_keys, on_all, on_left};

static void begin(fixture *f, process *p, size_t queue_count, size_t mailbox_bytes)
{
    xy_pubsub_limits limits = {EVENT_MAX, mailbox_bytes, 5000};
    xy_store_redis_options options = {.url = f->server.url,
                                      .queue_bytes_max = 1 << 20,
                                      .queue_count_max = queue_count,
                                      .close_ms = 1000};
    char why[256];

    assert_int_equal(xy__store_redis_create(&options, &p->store, why, sizeof why), XY_OK);
    p->ps = xy__pubsub_create(&limits, p->store);
    p->all = xy__invalidations_create(1 << 16, xy__pubsub_gauges(p->ps), p->store);
    p->hub = xy__hub_create(p->ps, &f->loop);
}

static void finish(fixture *f, process *p)
{
    if (p->listens)
        xy__invalidations_leave(p->all, &p->keys);
    xy__hub_destroy(p->hub);
    while (xy__loop_turn(&f->loop))
        continue;
    p->store->ops->close(p->store);
    assert_int_equal(xy__gauge_read(&xy__pubsub_gauges(p->ps)->store_waiting), 0);
    xy__invalidations_destroy(p->all);
    xy__pubsub_destroy(p->ps);
}

static xy_realtime_figures figures(const process *p)
{
    return xy__gauges_read(xy__pubsub_gauges(p->ps));
}

/* ---- the fixture ---- */

static void on_late(xy_timer *timer)
{
    const fixture *f = XY_CONTAINER(timer, fixture, late);

    fail_msg("it takes too long; a heard: %s\nb heard: %s", f->a.heard, f->b.heard);
}

/* Turns of the loop until that is true. */
#define UNTIL(f, condition)                                                                        \
    do {                                                                                           \
        xy__timer_start(&(f)->loop, &(f)->late, WAIT_MS);                                          \
        while (!(condition)) {                                                                     \
            xy__loop_turn(&(f)->loop);                                                             \
            uv_sleep(1);                                                                           \
        }                                                                                          \
        xy__timer_stop(&(f)->loop, &(f)->late);                                                    \
    } while (0)

static fixture *open_fixture(size_t queue_count, size_t mailbox_bytes)
{
    fixture *f = xy__zalloc(sizeof *f);

    redis_server_open(&f->server, NULL);
    xy__loop_init(&f->loop, XY_CLOCK_REAL);
    f->late.fn = on_late;
    begin(f, &f->a, queue_count, mailbox_bytes);
    begin(f, &f->b, queue_count, mailbox_bytes);
    UNTIL(f, f->a.store->ops->state(f->a.store) == XY_STORE_CONNECTED &&
                 f->b.store->ops->state(f->b.store) == XY_STORE_CONNECTED);
    return f;
}

static void close_fixture(fixture *f)
{
    finish(f, &f->a);
    finish(f, &f->b);
    xy__loop_deinit(&f->loop);
    redis_server_close(&f->server);
    free(f);
}

static bool says(const process *p, const char *text)
{
    return strcmp(p->heard, text) == 0;
}

static xy_subscriber *subscribe(process *p, const char *topic)
{
    xy_subscriber *subscriber;

    assert_int_equal(xy__hub_subscribe(p->hub, xy_str_from(topic), on_event, p, &subscriber),
                     XY_OK);
    return subscriber;
}

static xy_subscriber *subscribe_live(fixture *f, process *p, const char *topic)
{
    xy_subscriber *subscriber = subscribe(p, topic);

    UNTIL(f, xy__subscriber_is_live(subscriber));
    return subscriber;
}

static int publish(process *p, const char *topic, const char *text)
{
    xy_bytes *payload = xy_bytes_create(xy_str_from(text));
    int rc = xy__pubsub_publish(p->ps, xy_str_from(topic), payload);

    xy_bytes_unref(payload);
    return rc;
}

static long long listeners(fixture *f, const char *channel)
{
    redisReply *reply = redis_server_ask(&f->server, "PUBSUB NUMSUB %s", channel);
    long long count = reply->element[1]->integer;

    freeReplyObject(reply);
    return count;
}

/* ---- events ---- */

static void an_event_reaches_all_processes(void **state)
{
    fixture *f = open_fixture(1000, MAILBOX_MAX);
    xy_subscriber *a = subscribe_live(f, &f->a, "t");
    xy_subscriber *b = subscribe_live(f, &f->b, "t");

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(publish(&f->a, "t", "{\"x\":[1,\"\\u00e9\"]}"), XY_OK);
    assert_int_equal(publish(&f->a, "other", "1"), XY_OK);
    assert_int_equal(publish(&f->a, "t", "2"), XY_OK);
    UNTIL(f, f->a.len && f->a.heard[f->a.len - 1] == '2' && says(&f->b, f->a.heard));
    assert_string_equal(f->a.heard, "{\"x\":[1,\"\\u00e9\"]} {\"x\":[1,\"\\u00e9\"]} "
                                    "{\"x\":[1,\"\\u00e9\"]} 2");
    xy__hub_unsubscribe(a);
    xy__hub_unsubscribe(b);
    close_fixture(f);
}

static void the_last_one_out_leaves_the_channel(void **state)
{
    fixture *f = open_fixture(1000, MAILBOX_MAX);
    xy_subscriber *first = subscribe_live(f, &f->a, "t");
    xy_subscriber *second = subscribe_live(f, &f->a, "t");

    (void)state;
    assert_int_equal(listeners(f, "t"), 1);
    xy__hub_unsubscribe(first);
    uv_sleep(20);
    assert_int_equal(listeners(f, "t"), 1);
    xy__hub_unsubscribe(second);
    UNTIL(f, listeners(f, "t") == 0);
    close_fixture(f);
}

/* Whatever the server was asked for before: who is live hears. */
static void who_comes_back_at_once_is_not_deaf(void **state)
{
    fixture *f = open_fixture(1000, MAILBOX_MAX);
    xy_subscriber *subscriber = subscribe(&f->a, "t");

    (void)state;
    for (int i = 0; i < 300; i++) {
        xy__hub_unsubscribe(subscriber);
        if (i % 3 == 0)
            xy__hub_unsubscribe(subscribe(&f->a, "t"));
        if (i % 5 == 0)
            uv_sleep(1);
        subscriber = subscribe_live(f, &f->a, "t");
        forget(&f->a);
        assert_int_equal(publish(&f->b, "t", "1"), XY_OK);
        UNTIL(f, says(&f->a, "1"));
    }
    xy__hub_unsubscribe(subscriber);
    UNTIL(f, listeners(f, "t") == 0);
    close_fixture(f);
}

/* Four threads, each with a topic of its own and one for all. */
typedef struct writer {
    process *p;
    int id;
} writer;

static void write_numbers(void *arg)
{
    const writer *w = arg;
    char topic[8];
    char text[32];

    snprintf(topic, sizeof topic, "w%d", w->id);
    for (int i = 0; i < WRITES; i++) {
        snprintf(text, sizeof text, "%d", w->id * WRITES + i);
        while (publish(w->p, topic, text) != XY_OK)
            uv_sleep(1);
        while (publish(w->p, "all", text) != XY_OK)
            uv_sleep(1);
    }
}

typedef struct order_check {
    int next[WRITERS];
    int count;
} order_check;

static size_t on_number(void *arg, const xy_event *event)
{
    order_check *check = arg;
    xy_str text = event->payload ? xy_bytes_str(event->payload) : XY_STR_NULL;
    int number = 0;

    assert_non_null(text.ptr);
    for (size_t i = 0; i < text.len; i++)
        number = 10 * number + (text.ptr[i] - '0');
    assert_int_equal(number % WRITES, check->next[number / WRITES]++);
    check->count++;
    return 1;
}

static void a_threads_events_stay_in_order(void **state)
{
    fixture *f = open_fixture(300, MAILBOX_MAX); /* it is full again and again */
    xy_subscriber *subscribers[WRITERS + 1];
    uv_thread_t threads[WRITERS];
    writer writers[WRITERS];
    order_check own = {0};
    order_check all = {0};
    char topic[8];

    (void)state;
    for (int i = 0; i <= WRITERS; i++) {
        snprintf(topic, sizeof topic, i < WRITERS ? "w%d" : "all", i);
        assert_int_equal(xy__hub_subscribe(f->b.hub, xy_str_from(topic), on_number,
                                           i < WRITERS ? &own : &all, &subscribers[i]),
                         XY_OK);
        UNTIL(f, xy__subscriber_is_live(subscribers[i]));
    }
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (writer){&f->a, i};
        assert_int_equal(uv_thread_create(&threads[i], write_numbers, &writers[i]), 0);
    }
    UNTIL(f, own.count == WRITERS * WRITES && all.count == WRITERS * WRITES);
    for (int i = 0; i < WRITERS; i++)
        uv_thread_join(&threads[i]);
    for (int i = 0; i <= WRITERS; i++)
        xy__hub_unsubscribe(subscribers[i]);
    close_fixture(f);
}

/* ---- what is sent there ---- */

static void what_is_not_json_is_counted_and_told(void **state)
{
    fixture *f = open_fixture(1000, MAILBOX_MAX);
    xy_subscriber *subscriber = subscribe_live(f, &f->a, "t");

    (void)state;
    redis_server_number(&f->server, "PUBLISH t %s", "{\"x\"");
    redis_server_number(&f->server, "PUBLISH t %b", "", (size_t)0);
    redis_server_number(&f->server, "PUBLISH t %s", "1 2");
    redis_server_number(&f->server, "PUBLISH t %s", "3");
    UNTIL(f, figures(&f->a).delivered == 4);
    assert_string_equal(f->a.heard, "null  3"); /* nothing: what no run can read */
    assert_int_equal(figures(&f->a).malformed_messages, 2);
    xy__hub_unsubscribe(subscriber);
    close_fixture(f);
}

static void what_is_too_large_is_dropped_and_told(void **state)
{
    fixture *f = open_fixture(1000, MAILBOX_MAX);
    xy_subscriber *subscriber = subscribe_live(f, &f->a, "t");
    char text[EVENT_MAX + 2];

    (void)state;
    memset(text, '1', EVENT_MAX + 1);
    text[EVENT_MAX + 1] = '\0';
    redis_server_number(&f->server, "PUBLISH t %s", text);
    redis_server_number(&f->server, "PUBLISH t 2");
    UNTIL(f, says(&f->a, "~ 2"));
    assert_int_equal(figures(&f->a).refused, 1);
    xy__hub_unsubscribe(subscriber);
    close_fixture(f);
}

/* Nobody reads the mailbox meanwhile. */
static void what_a_full_mailbox_loses_is_told(void **state)
{
    fixture *f = open_fixture(1000, 1 << 16);
    xy_subscriber *subscriber = subscribe_live(f, &f->a, "t");
    char text[EVENT_MAX + 1];

    (void)state;
    memset(text, '1', EVENT_MAX);
    text[EVENT_MAX] = '\0';
    while (!figures(&f->a).refused)
        redis_server_number(&f->server, "PUBLISH t %s", text);
    UNTIL(f, figures(&f->a).mailbox_bytes == 0);
    forget(&f->a);
    redis_server_number(&f->server, "PUBLISH t 2");
    redis_server_number(&f->server, "PUBLISH t 3");
    UNTIL(f, f->a.len && f->a.heard[f->a.len - 1] == '3');
    assert_non_null(strstr(f->a.heard, "2 3"));
    assert_true(f->a.gaps >= 1);
    xy__hub_unsubscribe(subscriber);
    close_fixture(f);
}

/* ---- outages ---- */

static void an_outage_is_told(void **state)
{
    fixture *f = open_fixture(1000, MAILBOX_MAX);
    xy_subscriber *subscriber = subscribe_live(f, &f->a, "t");
    xy_subscriber *late;

    (void)state;
    redis_server_kill(&f->server);
    UNTIL(f, f->a.store->ops->state(f->a.store) == XY_STORE_DISCONNECTED);
    assert_int_equal(figures(&f->a).store_losses, 1);
    late = subscribe(&f->a, "new");
    assert_int_equal(publish(&f->b, "t", "1"), XY_OK);
    redis_server_start(&f->server);
    UNTIL(f, f->a.store->ops->state(f->a.store) == XY_STORE_CONNECTED);
    UNTIL(f, xy__subscriber_is_live(late) && f->a.len);
    UNTIL(f, listeners(f, "t") == 1 && listeners(f, "new") == 1);
    assert_int_equal(publish(&f->b, "new", "2"), XY_OK);
    assert_int_equal(publish(&f->b, "t", "3"), XY_OK);
    UNTIL(f, f->a.heard[f->a.len - 1] == '3');
    /* What was published meanwhile arrives, or there is a gap; and who is new has none. */
    assert_true(says(&f->a, "^ 2 3") || says(&f->a, "^ 1 2 3"));
    assert_int_equal(figures(&f->a).store_connects, 2);
    xy__hub_unsubscribe(subscriber);
    xy__hub_unsubscribe(late);
    close_fixture(f);
}

static void what_waits_is_bounded(void **state)
{
    fixture *f = open_fixture(5, MAILBOX_MAX);
    static const xy_str keys[] = {XY_STR_INIT("A:1"), XY_STR_INIT(""), XY_STR_INIT("B:2")};
    xy_subscriber *subscriber;

    (void)state;
    redis_server_kill(&f->server);
    UNTIL(f, f->a.store->ops->state(f->a.store) == XY_STORE_DISCONNECTED);
    assert_int_equal(publish(&f->a, "t", "1"), XY_OK);
    assert_int_equal(publish(&f->a, "t", "2"), XY_OK);
    assert_int_equal(xy__invalidate(f->a.all, keys, 3), XY_OK);
    assert_int_equal(xy__invalidate(f->a.all, keys, 3), XY_EUNAVAILABLE);
    assert_int_equal(publish(&f->a, "t", "3"), XY_OK);
    uv_sleep(20);
    assert_int_equal(publish(&f->a, "t", "4"), XY_EUNAVAILABLE);
    assert_int_equal(figures(&f->a).unpublished, 4);
    UNTIL(f, figures(&f->a).store_waiting == 5);
    subscriber = subscribe(&f->a, "t");
    redis_server_start(&f->server);
    UNTIL(f, figures(&f->a).store_waiting == 0);
    UNTIL(f, xy__subscriber_is_live(subscriber));
    assert_int_equal(publish(&f->a, "t", "5"), XY_OK);
    UNTIL(f, f->a.len && f->a.heard[f->a.len - 1] == '5');
    xy__hub_unsubscribe(subscriber);
    close_fixture(f);
}

static void what_waits_is_sent_before_the_end(void **state)
{
    fixture *f = open_fixture(1000, MAILBOX_MAX);
    xy_subscriber *subscriber = subscribe_live(f, &f->b, "t");

    (void)state;
    for (int i = 0; i < 500; i++)
        assert_int_equal(publish(&f->a, "t", "1"), XY_OK);
    finish(f, &f->a);
    UNTIL(f, figures(&f->b).delivered == 500);
    xy__hub_unsubscribe(subscriber);
    begin(f, &f->a, 1000, MAILBOX_MAX);
    close_fixture(f);
}

/* ---- invalidations ---- */

static void listen_to_keys(fixture *f, process *p)
{
    xy__invalidations_join(p->all, &p->keys, &f->loop, &key_ops);
    p->listens = true;
}

static void keys_reach_whoever_watches(void **state)
{
    fixture *f = open_fixture(1000, MAILBOX_MAX);
    static const xy_str keys[] = {XY_STR_INIT("A:1"), XY_STR_INIT(""),
                                  XY_STR_INIT("Query.a(id:\"1\")")};

    (void)state;
    listen_to_keys(f, &f->a);
    listen_to_keys(f, &f->b);
    assert_int_equal(listeners(f, XY_REDIS_LIVE_CHANNEL), 0);
    xy__invalidations_watch(f->a.all);
    UNTIL(f, says(&f->a, "[*]"));
    assert_int_equal(listeners(f, XY_REDIS_LIVE_CHANNEL), 1);
    assert_int_equal(xy__invalidate(f->b.all, keys, 3), XY_OK);
    assert_int_equal(xy__invalidate(f->a.all, keys, 1), XY_OK);
    UNTIL(f, f->a.len > 30);
    assert_true(says(&f->a, "[*] [A:1] [Query.a(id:\"1\")] [A:1]") ||
                says(&f->a, "[*] [A:1] [A:1] [Query.a(id:\"1\")]"));
    assert_string_equal(f->b.heard, "");
    forget(&f->a);
    assert_int_equal(xy__invalidate_all(f->b.all), XY_OK);
    UNTIL(f, says(&f->a, "[*]"));
    forget(&f->a);
    redis_server_number(&f->server, "CLIENT KILL TYPE pubsub");
    UNTIL(f, says(&f->a, "[*]"));
    xy__invalidations_unwatch(f->a.all);
    UNTIL(f, listeners(f, XY_REDIS_LIVE_CHANNEL) == 0);
    close_fixture(f);
}

static void without_the_server_a_process_tells_itself(void **state)
{
    fixture *f = open_fixture(1000, MAILBOX_MAX);
    static const xy_str key = XY_STR_INIT("A:1");

    (void)state;
    listen_to_keys(f, &f->a);
    xy__invalidations_watch(f->a.all);
    UNTIL(f, says(&f->a, "[*]"));
    redis_server_kill(&f->server);
    UNTIL(f, f->a.store->ops->state(f->a.store) == XY_STORE_DISCONNECTED);
    assert_int_equal(xy__invalidate(f->a.all, &key, 1), XY_OK);
    UNTIL(f, says(&f->a, "[*] [A:1]"));
    assert_int_equal(xy__invalidate_all(f->a.all), XY_OK);
    UNTIL(f, says(&f->a, "[*] [A:1] [*]"));
    forget(&f->a);
    redis_server_start(&f->server);
    UNTIL(f, strstr(f->a.heard, "[*]"));
    xy__invalidations_unwatch(f->a.all);
    UNTIL(f, listeners(f, XY_REDIS_LIVE_CHANNEL) == 0);
    close_fixture(f);
}

/* Both are served by one subscription, in whatever order they come and go. */
static void a_topic_may_have_the_name_of_their_channel(void **state)
{
    fixture *f = open_fixture(1000, MAILBOX_MAX);
    xy_subscriber *subscriber;

    (void)state;
    listen_to_keys(f, &f->a);
    xy__invalidations_watch(f->a.all);
    UNTIL(f, says(&f->a, "[*]"));
    subscriber = subscribe_live(f, &f->a, XY_REDIS_LIVE_CHANNEL);
    forget(&f->a);
    redis_server_number(&f->server, "PUBLISH %s 1", XY_REDIS_LIVE_CHANNEL);
    UNTIL(f, f->a.len == 5);
    assert_true(says(&f->a, "[1] 1") || says(&f->a, "1 [1]"));
    xy__invalidations_unwatch(f->a.all);
    forget(&f->a);
    redis_server_number(&f->server, "PUBLISH %s 2", XY_REDIS_LIVE_CHANNEL);
    UNTIL(f, f->a.len);
    UNTIL(f, strchr(f->a.heard, '2'));
    xy__hub_unsubscribe(subscriber);
    UNTIL(f, listeners(f, XY_REDIS_LIVE_CHANNEL) == 0);
    close_fixture(f);
}

/* ---- its life ---- */

static void an_address_that_makes_no_sense_is_refused(void **state)
{
    xy_store_redis_options options = {.url = "http://:secret@host"};
    xy_store *store = NULL;
    char why[256] = "";

    (void)state;
    assert_int_equal(xy__store_redis_create(&options, &store, why, sizeof why), XY_EINVAL);
    assert_null(store);
    assert_true(strlen(why) > 0);
    assert_null(strstr(why, "secret"));
}

static void a_server_that_never_was_there_ends_nothing(void **state)
{
    fixture *f = xy__zalloc(sizeof *f);
    xy_subscriber *subscriber;

    (void)state;
    snprintf(f->server.url, sizeof f->server.url, "unix:///nowhere/at/all");
    xy__loop_init(&f->loop, XY_CLOCK_REAL);
    begin(f, &f->a, 10, MAILBOX_MAX);
    subscriber = subscribe(&f->a, "t");
    assert_int_equal(publish(&f->a, "t", "1"), XY_OK);
    xy__loop_turn(&f->loop);
    assert_false(xy__subscriber_is_live(subscriber));
    xy__hub_unsubscribe(subscriber);
    finish(f, &f->a);
    xy__loop_deinit(&f->loop);
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_reaches_all_processes),
        cmocka_unit_test(the_last_one_out_leaves_the_channel),
        cmocka_unit_test(who_comes_back_at_once_is_not_deaf),
        cmocka_unit_test(a_threads_events_stay_in_order),
        cmocka_unit_test(what_is_not_json_is_counted_and_told),
        cmocka_unit_test(what_is_too_large_is_dropped_and_told),
        cmocka_unit_test(what_a_full_mailbox_loses_is_told),
        cmocka_unit_test(an_outage_is_told),
        cmocka_unit_test(what_waits_is_bounded),
        cmocka_unit_test(what_waits_is_sent_before_the_end),
        cmocka_unit_test(keys_reach_whoever_watches),
        cmocka_unit_test(without_the_server_a_process_tells_itself),
        cmocka_unit_test(a_topic_may_have_the_name_of_their_channel),
        cmocka_unit_test(an_address_that_makes_no_sense_is_refused),
        cmocka_unit_test(a_server_that_never_was_there_ends_nothing),
    };

    if (!redis_server_there()) {
        print_message("there is no redis-server\n");
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
