/* SPDX-License-Identifier: MIT */
/* Durable topics over a real redis-server: two processes' worth of brokers publish, others append
 * as they like, connections are cut, mailboxes are small, subscribers come and go. In the end the
 * stream says what each must have heard. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../redis/server.h"
#include "base/fatal.h"
#include "realtime/hub.h"
#include "realtime/store_redis.h"

enum { HEARD_MAX = 2000, WAIT_MS = 20000, STEPS = 80, SEEDS = 30, EVENT_MAX = 1000 };

typedef struct entry {
    xy_event_id id;
    int number;
} entry;

typedef struct process {
    xy_store *store;
    xy_pubsub *ps;
    xy_hub *hub;
    xy_subscriber *subscriber;
    entry heard[HEARD_MAX];
    size_t len;
    size_t before; /* published before it was live: it may have heard them or not */
    int gaps;
} process;

typedef struct fixture {
    redis_server server;
    xy_loop loop;
    xy_timer late;
    uint64_t random;
    uint64_t seed;
    char topic[32];
    char stream[64];
    size_t published;
    process all[2];
} fixture;

static int number_of(xy_str text)
{
    int number = 0;

    for (size_t i = 0; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9'; i++)
        number = 10 * number + (text.ptr[i] - '0');
    return number;
}

static unsigned roll(fixture *f, unsigned sides)
{
    f->random ^= f->random << 13;
    f->random ^= f->random >> 7;
    f->random ^= f->random << 17;
    return (unsigned)(f->random >> 33) % sides;
}

static void on_late(xy_timer *timer)
{
    const fixture *f = XY_CONTAINER(timer, fixture, late);

    fail_msg("seed %d takes too long: %zu published, %zu and %zu heard", (int)f->seed, f->published,
             f->all[0].len, f->all[1].len);
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

static void begin(fixture *f, process *p, const xy_durable_limits *durable, size_t mailbox_bytes)
{
    xy_pubsub_limits limits = {EVENT_MAX, mailbox_bytes, 5000};
    xy_store_redis_options options = {.url = f->server.url,
                                      .queue_bytes_max = 1 << 20,
                                      .queue_count_max = 10000,
                                      .close_ms = 1000,
                                      .durable = *durable};
    char why[256];

    *p = (process){0};
    assert_int_equal(xy__store_redis_create(&options, &p->store, why, sizeof why), XY_OK);
    p->ps = xy__pubsub_create(&limits, p->store);
    xy__pubsub_add_durable(p->ps, XY_STR("d"));
    p->hub = xy__hub_create(p->ps, &f->loop);
}

static void finish(fixture *f, process *p)
{
    xy__hub_unsubscribe(p->subscriber);
    xy__hub_destroy(p->hub);
    while (xy__loop_turn(&f->loop))
        continue;
    p->store->ops->close(p->store);
    xy__pubsub_destroy(p->ps);
}

/* Both processes, and a topic of its own. */
static void open_both(fixture *f, const xy_durable_limits *durable, size_t mailbox_bytes)
{
    snprintf(f->topic, sizeof f->topic, "d:%d", (int)f->seed);
    snprintf(f->stream, sizeof f->stream, "xylem:stream:{%s}", f->topic);
    f->published = 0;
    for (int i = 0; i < 2; i++)
        begin(f, &f->all[i], durable, mailbox_bytes);
    for (int i = 0; i < 2; i++)
        UNTIL(f, f->all[i].store->ops->state(f->all[i].store) == XY_STORE_CONNECTED);
}

static void close_both(fixture *f)
{
    for (int i = 0; i < 2; i++)
        finish(f, &f->all[i]);
}

static fixture *open_fixture(void)
{
    fixture *f = xy__zalloc(sizeof *f);

    redis_server_open(&f->server, NULL);
    xy__loop_init(&f->loop, XY_CLOCK_REAL);
    f->late.fn = on_late;
    return f;
}

static void close_fixture(fixture *f)
{
    xy__loop_deinit(&f->loop);
    redis_server_close(&f->server);
    free(f);
}

static size_t on_event(void *arg, const xy_event *event)
{
    process *p = arg;

    if (!event->payload) {
        p->gaps++;
        return 1;
    }
    assert_true(p->len < HEARD_MAX);
    p->heard[p->len++] = (entry){event->id, number_of(xy_bytes_str(event->payload))};
    return 1;
}

static void subscribe(fixture *f, process *p)
{
    p->len = 0;
    assert_int_equal(xy__hub_subscribe(p->hub, xy_str_from(f->topic), on_event, p, &p->subscriber),
                     XY_OK);
    UNTIL(f, xy__subscriber_is_live(p->subscriber));
    p->before = f->published;
}

static void unsubscribe(process *p)
{
    xy__hub_unsubscribe(p->subscriber);
    p->subscriber = NULL;
}

static void publish(fixture *f, process *p)
{
    char text[32];
    xy_bytes *payload;

    snprintf(text, sizeof text, "%zu", ++f->published);
    payload = xy_bytes_create(xy_str_from(text));
    assert_int_equal(xy__pubsub_publish(p->ps, xy_str_from(f->topic), payload), XY_OK);
    xy_bytes_unref(payload);
}

static void append_by_hand(fixture *f)
{
    freeReplyObject(
        redis_server_ask(&f->server, "XADD %s * x y d %d", f->stream, (int)++f->published));
    freeReplyObject(redis_server_ask(&f->server, "PUBLISH %s there", f->stream));
}

static void cut(fixture *f, const char *type)
{
    freeReplyObject(redis_server_ask(&f->server, "CLIENT KILL TYPE %s SKIPME yes", type));
}

/* The numbers that the stream holds, in order. Returns how many. */
static size_t read_stream(fixture *f, entry *out)
{
    redisReply *reply = redis_server_ask(&f->server, "XRANGE %s - +", f->stream);
    size_t len = reply->elements;

    assert_true(len <= HEARD_MAX);
    for (size_t i = 0; i < len; i++) {
        const redisReply *fields = reply->element[i]->element[1];

        out[i] =
            (entry){.number = number_of(xy_str_from(fields->element[fields->elements - 1]->str))};
        assert_int_equal(sscanf(reply->element[i]->element[0]->str, "%lu-%lu", &out[i].id.major,
                                &out[i].id.minor),
                         2);
    }
    freeReplyObject(reply);
    return len;
}

/* ---- what is asked ---- */

static void on_page(xy_history *history)
{
    *(xy_history **)history->arg = history;
}

/* gives: the answer. */
static xy_history *ask(fixture *f, process *p, xy_event_id_claim after, uint32_t events_max)
{
    xy_history *answer = NULL;
    xy_history *history = xy__history_create(&f->loop, xy_str_from(f->topic), on_page, &answer);

    history->from_claim = true;
    history->after = after;
    history->events_max = events_max;
    history->bytes_max = 1 << 20;
    xy__pubsub_read(p->ps, history);
    UNTIL(f, answer);
    return answer;
}

static xy_event_id_claim claim_of(const fixture *f, xy_event_id id)
{
    return (xy_event_id_claim){xy__event_id_tag(xy_str_from(f->topic), id.epoch), id.major,
                               id.minor};
}

/* Page by page, after something that was heard: what the stream has after it. */
static void check_history(fixture *f, process *p, const entry *stream, size_t len)
{
    const entry *known = &p->heard[roll(f, (unsigned)p->len)];
    xy_event_id_claim after = claim_of(f, known->id);
    size_t at = 0;
    bool end = false;

    while (stream[at].number != known->number)
        assert_true(++at < len);
    for (at++; !end;) {
        xy_history *page = ask(f, p, after, 1 + roll(f, 9));

        if (page->unavailable) {
            xy__history_destroy(page);
            continue;
        }
        assert_false(page->gap);
        for (size_t i = 0; i < page->events.len; i++, at++) {
            const xy_kept_event *kept = &page->events.items[i];

            assert_int_equal(kept->id.major, stream[at].id.major);
            assert_int_equal(kept->id.minor, stream[at].id.minor);
            assert_int_equal(number_of(xy_bytes_str(kept->payload)), stream[at].number);
            after = claim_of(f, kept->id);
        }
        end = page->end;
        xy__history_destroy(page);
    }
    assert_int_equal(at, len);
}

/* ---- random ones ---- */

static void step(fixture *f)
{
    process *p = &f->all[roll(f, 2)];

    switch (roll(f, 16)) {
    case 0:
        cut(f, "pubsub");
        break;
    case 1:
        cut(f, "normal");
        break;
    case 2:
        append_by_hand(f);
        break;
    case 3:
        if (p->subscriber) {
            unsubscribe(p);
        } else {
            subscribe(f, p);
        }
        break;
    case 4:
    case 5:
    case 6:
        xy__loop_turn(&f->loop);
        break;
    case 7:
        for (int i = 0; i < 40; i++)
            publish(f, p);
        break;
    default:
        publish(f, p);
        break;
    }
}

/* Everything once, and what one process has published in order. */
static void check_stream(const fixture *f, const entry *stream, size_t len)
{
    bool *seen = calloc(f->published + 1, sizeof *seen);

    assert_int_equal(len, f->published);
    for (size_t i = 0; i < len; i++) {
        assert_false(seen[stream[i].number]);
        seen[stream[i].number] = true;
    }
    free(seen);
}

/* It heard the end of the stream, beginning not later than where it was live. */
static void check_heard(const fixture *f, const process *p, const entry *stream, size_t len)
{
    assert_true(p->len >= f->published - p->before);
    assert_true(p->len <= len);
    for (size_t i = 0; i < p->len; i++)
        assert_int_equal(p->heard[i].number, stream[len - p->len + i].number);
    assert_int_equal(p->gaps, 0);
}

static void play(fixture *f, entry *stream)
{
    const xy_durable_limits durable = {10000, 60, 0};
    size_t len;

    f->random = f->seed * UINT64_C(0x9e3779b97f4a7c15);
    open_both(f, &durable, roll(f, 2) ? 1 << 20 : 4000);
    for (int i = 0; i < 2; i++)
        subscribe(f, &f->all[i]);
    for (int i = 0; i < STEPS; i++)
        step(f);
    for (int i = 0; i < 2; i++) {
        process *p = &f->all[i];

        if (!p->subscriber)
            subscribe(f, p);
        publish(f, p);
    }
    UNTIL(f, read_stream(f, stream) == f->published);
    len = read_stream(f, stream);
    check_stream(f, stream, len);
    for (int i = 0; i < 2; i++) {
        process *p = &f->all[i];

        UNTIL(f, p->len && p->heard[p->len - 1].number == stream[len - 1].number);
        check_heard(f, p, stream, len);
        check_history(f, p, stream, len);
    }
    close_both(f);
}

static void nothing_lost_nothing_twice(void **state)
{
    fixture *f = open_fixture();
    entry *stream = calloc(HEARD_MAX, sizeof *stream);

    (void)state;
    for (f->seed = 1; f->seed <= SEEDS; f->seed++) {
        print_message("seed %d\n", (int)f->seed);
        play(f, stream);
    }
    free(stream);
    close_fixture(f);
}

/* ---- cases ---- */

static const xy_durable_limits many = {10000, 60, 0};

/* A client may know an event that this process has not read yet: it is answered when it has. */
static void an_event_that_was_not_read_yet(void **state)
{
    fixture *f = open_fixture();
    process *p;
    entry stream[3];
    xy_history *page;

    (void)state;
    f->seed = 1;
    open_both(f, &many, 1 << 20);
    p = &f->all[0];
    subscribe(f, p);
    /* Nobody rings. */
    for (int i = 1; i <= 3; i++)
        freeReplyObject(redis_server_ask(&f->server, "XADD %s * d %d", f->stream, i));
    assert_int_equal(read_stream(f, stream), 3);
    page = ask(f, p, claim_of(f, (xy_event_id){1, stream[1].id.major, stream[1].id.minor}), 10);
    /* What it holds, and the event it came for, is in the mailbox already. */
    UNTIL(f, xy__hub_read(p->hub) == xy__hub_last(p->hub));
    assert_int_equal(p->len, 3);
    assert_int_equal(page->events.len, 1);
    assert_int_equal(number_of(xy_bytes_str(page->events.items[0].payload)), 3);
    assert_true(page->end && !page->gap);
    xy__history_destroy(page);
    close_both(f);
    close_fixture(f);
}

static void what_nobody_knows(void **state)
{
    fixture *f = open_fixture();
    process *p;
    entry stream[2];
    xy_event_id_claim claim;
    xy_history *page;

    (void)state;
    f->seed = 1;
    open_both(f, &many, 1 << 20);
    p = &f->all[0];
    for (int i = 0; i < 2; i++) {
        publish(f, p);
        UNTIL(f, read_stream(f, stream) == (size_t)i + 1);
    }
    /* Of another epoch, never there, of an empty topic. */
    for (int i = 0; i < 3; i++) {
        claim = claim_of(f, (xy_event_id){7, stream[0].id.major, stream[0].id.minor + (i == 1)});
        if (i == 2)
            freeReplyObject(redis_server_ask(&f->server, "DEL %s", f->stream));
        page = ask(f, p, claim, 10);
        assert_true(page->gap && page->end && !page->unavailable);
        assert_int_equal(page->events.len, 0);
        xy__history_destroy(page);
    }
    close_both(f);
    close_fixture(f);
}

/* What came right after it is gone: the oldest that there are. */
static void what_was_trimmed(void **state)
{
    fixture *f = open_fixture();
    process *p;
    entry stream[4];
    xy_history *page;

    (void)state;
    f->seed = 1;
    open_both(f, &many, 1 << 20);
    p = &f->all[0];
    subscribe(f, p);
    for (int i = 0; i < 4; i++)
        publish(f, p);
    UNTIL(f, p->len == 4);
    freeReplyObject(redis_server_ask(&f->server, "XTRIM %s MAXLEN = 2", f->stream));
    page = ask(f, p, claim_of(f, p->heard[0].id), 10);
    assert_true(page->gap && page->end);
    assert_int_equal(page->events.len, 2);
    assert_int_equal(page->events.items[0].id.major, p->heard[2].id.major);
    assert_int_equal(page->events.items[0].id.minor, p->heard[2].id.minor);
    assert_int_equal(page->events.items[0].id.epoch, p->heard[2].id.epoch);
    xy__history_destroy(page);
    assert_int_equal(read_stream(f, stream), 2);
    close_both(f);
    close_fixture(f);
}

/* Then on from the last of a page, as ever. */
static void what_came_since_a_time(void **state)
{
    fixture *f = open_fixture();
    const uint64_t since[] = {0, 1, 5000, 5001, 9001};
    const size_t expected[] = {3, 3, 2, 1, 0};

    (void)state;
    f->seed = 1;
    open_both(f, &many, 1 << 20);
    for (int i = 1; i <= 9; i += 4)
        freeReplyObject(redis_server_ask(&f->server, "XADD %s %d-0 d %d", f->stream, i * 1000, i));
    for (size_t i = 0; i < sizeof since / sizeof *since; i++) {
        xy_history *page = NULL;
        xy_history *history = xy__history_create(&f->loop, xy_str_from(f->topic), on_page, &page);

        history->since_ms = since[i];
        history->events_max = 10;
        history->bytes_max = 1 << 20;
        xy__pubsub_read(f->all[0].ps, history);
        UNTIL(f, page);
        assert_true(page->end && !page->gap && !page->unavailable);
        assert_int_equal(page->events.len, expected[i]);
        if (page->events.len)
            assert_int_equal(page->events.items[page->events.len - 1].id.major, 9000);
        xy__history_destroy(page);
    }
    close_both(f);
    close_fixture(f);
}

/* While nothing is read, so much comes that it is trimmed: that is told. */
static void trimmed_before_it_was_read(void **state)
{
    fixture *f = open_fixture();
    process *p;

    (void)state;
    f->seed = 1;
    open_both(f, &many, 4000);
    p = &f->all[0];
    subscribe(f, p);
    publish(f, p);
    UNTIL(f, p->len == 1);
    /* Fills the mailbox, as nobody turns the loop. */
    for (int i = 0; i < 300; i++)
        append_by_hand(f);
    freeReplyObject(redis_server_ask(&f->server, "XTRIM %s MAXLEN = 5", f->stream));
    UNTIL(f, p->heard[p->len - 1].number == 301);
    assert_true(p->len < 301);
    assert_true(p->gaps >= 1);
    close_both(f);
    close_fixture(f);
}

/* Somebody else has the key: that ends nothing, and is over when the key is free. */
static void the_key_is_taken(void **state)
{
    fixture *f = open_fixture();
    process *p;

    (void)state;
    f->seed = 1;
    open_both(f, &many, 1 << 20);
    p = &f->all[0];
    freeReplyObject(redis_server_ask(&f->server, "SET %s taken", f->stream));
    assert_int_equal(xy__hub_subscribe(p->hub, xy_str_from(f->topic), on_event, p, &p->subscriber),
                     XY_OK);
    publish(f, p);
    UNTIL(f, xy__gauge_read(&xy__pubsub_gauges(p->ps)->unpublished) == 1);
    assert_false(xy__subscriber_is_live(p->subscriber));
    freeReplyObject(redis_server_ask(&f->server, "DEL %s", f->stream));
    UNTIL(f, xy__subscriber_is_live(p->subscriber));
    publish(f, p);
    UNTIL(f, p->len == 1);
    close_both(f);
    close_fixture(f);
}

/* The store is away, or closed: whoever asks is told so, whenever that is. */
static void asked_at_the_end(void **state)
{
    fixture *f = open_fixture();
    xy_event_id_claim claim = {0};
    xy_history *page;

    (void)state;
    f->seed = 1;
    open_both(f, &many, 1 << 20);
    redis_server_kill(&f->server);
    UNTIL(f, f->all[0].store->ops->state(f->all[0].store) == XY_STORE_DISCONNECTED);
    page = ask(f, &f->all[0], claim, 1);
    assert_true(page->unavailable);
    xy__history_destroy(page);
    for (int i = 0; i < 100; i++) {
        xy_history *history = xy__history_create(&f->loop, xy_str_from(f->topic), on_page, &page);

        history->events_max = 1;
        xy__pubsub_read(f->all[1].ps, history);
        xy__history_abandon(history);
    }
    close_both(f);
    close_fixture(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_that_was_not_read_yet),
        cmocka_unit_test(what_nobody_knows),
        cmocka_unit_test(what_was_trimmed),
        cmocka_unit_test(what_came_since_a_time),
        cmocka_unit_test(trimmed_before_it_was_read),
        cmocka_unit_test(the_key_is_taken),
        cmocka_unit_test(asked_at_the_end),
        cmocka_unit_test(nothing_lost_nothing_twice),
    };

    signal(SIGPIPE, SIG_IGN); /* as servers do */
    if (!redis_server_there()) {
        print_message("there is no redis-server\n");
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
