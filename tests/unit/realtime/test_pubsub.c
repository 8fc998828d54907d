/* SPDX-License-Identifier: MIT */
/* Topics: order, leaving at any moment, the last one out, several threads and workers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "base/fatal.h"
#include "realtime/hub.h"

enum { LISTENERS = 4, TEXT_MAX = 4096 };

typedef struct fixture fixture;

typedef struct listener {
    fixture *f;
    char name;
    xy_subscriber *subscriber;
    void (*on_event)(struct listener *self);
} listener;

struct fixture {
    xy_loop loop;
    xy_pubsub *ps;
    xy_hub *hub;
    listener listeners[LISTENERS]; /* named a, b, c, d */
    char heard[TEXT_MAX];          /* "a1 b1 a?": who heard what, in order; "?": of a gap */
    uint64_t last_epoch;
    uint64_t last_sequence;
};

static const xy_pubsub_limits limits = {.event_bytes_max = 1000, .mailbox_bytes_max = 1 << 16};

static fixture *open_fixture(void)
{
    fixture *f = xy__zalloc(sizeof *f);

    xy__loop_init(&f->loop, XY_CLOCK_VIRTUAL);
    f->ps = xy__pubsub_create(&limits, NULL);
    f->hub = xy__hub_create(f->ps, &f->loop);
    for (int i = 0; i < LISTENERS; i++)
        f->listeners[i] = (listener){.f = f, .name = (char)('a' + i)};
    return f;
}

static size_t on_event(void *arg, const xy_event *event)
{
    listener *self = arg;
    fixture *f = self->f;
    size_t len = strlen(f->heard);

    snprintf(f->heard + len, sizeof f->heard - len, "%s%c%.*s", len ? " " : "", self->name,
             XY_PRI(event->payload ? xy_bytes_str(event->payload) : XY_STR("?")));
    f->last_epoch = event->epoch;
    f->last_sequence = event->sequence;
    if (self->on_event)
        self->on_event(self);
    return 1;
}

static void subscribe(fixture *f, char name, const char *topic)
{
    listener *self = &f->listeners[name - 'a'];

    assert_int_equal(
        xy__hub_subscribe(f->hub, xy_str_from(topic), on_event, self, &self->subscriber), XY_OK);
}

static void unsubscribe(fixture *f, char name)
{
    listener *self = &f->listeners[name - 'a'];

    xy__hub_unsubscribe(self->subscriber);
    self->subscriber = NULL;
}

static void publish(fixture *f, const char *topic, const char *payload)
{
    xy_bytes *bytes = xy_bytes_create(xy_str_from(payload));

    assert_int_equal(xy__pubsub_publish(f->ps, xy_str_from(topic), bytes), XY_OK);
    xy_bytes_unref(bytes);
}

/* What was heard since the last time. */
static void assert_heard(fixture *f, const char *expected)
{
    xy__loop_turn(&f->loop);
    assert_string_equal(f->heard, expected);
    f->heard[0] = '\0';
}

static xy_realtime_figures figures(fixture *f)
{
    return xy__gauges_read(xy__pubsub_gauges(f->ps));
}

/* Every test ends here: whoever is left leaves, and then nothing is left. */
static void close_fixture(fixture *f)
{
    xy_realtime_figures now;

    for (int i = 0; i < LISTENERS; i++)
        unsubscribe(f, (char)('a' + i));
    xy__hub_destroy(f->hub);
    xy__loop_deinit(&f->loop);
    now = figures(f);
    assert_int_equal(now.topics, 0);
    assert_int_equal(now.subscribers, 0);
    assert_int_equal(now.mailbox_bytes, 0);
    xy__pubsub_destroy(f->ps);
    free(f);
}

static void each_subscriber_hears_its_topic_in_order(void **state)
{
    fixture *f = open_fixture();

    (void)state;
    subscribe(f, 'a', "news");
    subscribe(f, 'b', "news");
    subscribe(f, 'c', "other");
    publish(f, "news", "1");
    publish(f, "other", "2");
    publish(f, "news", "3");
    publish(f, "nobody", "4");
    assert_string_equal(f->heard, ""); /* never inside publish */
    assert_heard(f, "a1 b1 c2 a3 b3");
    assert_int_equal(figures(f).published, 4);
    assert_int_equal(figures(f).delivered, 5);
    assert_int_equal(figures(f).topics, 2);
    assert_int_equal(figures(f).subscribers, 3);
    close_fixture(f);
}

static void one_hears_what_came_after_it_subscribed(void **state)
{
    fixture *f = open_fixture();

    (void)state;
    publish(f, "t", "0");
    subscribe(f, 'a', "t");
    publish(f, "t", "1");
    subscribe(f, 'b', "t");
    publish(f, "t", "2");
    assert_heard(f, "a1 a2 b2");
    close_fixture(f);
}

static void an_event_on_its_way_finds_nobody_who_left(void **state)
{
    fixture *f = open_fixture();

    (void)state;
    subscribe(f, 'a', "t");
    subscribe(f, 'b', "u");
    publish(f, "t", "1");
    publish(f, "u", "1");
    unsubscribe(f, 'a');
    unsubscribe(f, 'b');
    subscribe(f, 'b', "t"); /* another topic now has the place of the one that went */
    subscribe(f, 'c', "u");
    assert_heard(f, "");
    publish(f, "t", "2");
    assert_heard(f, "b2");
    close_fixture(f);
}

static void leave_self(listener *self)
{
    unsubscribe(self->f, self->name);
}

static void leave_next(listener *self)
{
    unsubscribe(self->f, (char)(self->name + 1));
}

static void leave_before(listener *self)
{
    unsubscribe(self->f, (char)(self->name - 1));
}

static void leave_all(listener *self)
{
    for (char name = 'a'; name < 'a' + LISTENERS; name++)
        unsubscribe(self->f, name);
}

static void leave_all_and_come_back(listener *self)
{
    leave_all(self);
    subscribe(self->f, 'a', "t");
}

static void d_comes(listener *self)
{
    if (!self->f->listeners[3].subscriber)
        subscribe(self->f, 'd', "t");
}

static void anyone_may_leave_or_come_during_delivery(void **state)
{
    static const struct {
        char who;
        void (*does)(listener *self);
        const char *first;
        const char *second;
    } cases[] = {
        {'b', leave_self, "a1 b1 c1", "a2 c2"},    {'a', leave_self, "a1 b1 c1", "b2 c2"},
        {'c', leave_self, "a1 b1 c1", "a2 b2"},    {'b', leave_next, "a1 b1", "a2 b2"},
        {'b', leave_before, "a1 b1 c1", "b2 c2"},  {'a', leave_all, "a1", ""},
        {'c', leave_all, "a1 b1 c1", ""},          {'b', leave_all_and_come_back, "a1 b1", "a2"},
        {'b', d_comes, "a1 b1 c1", "a2 b2 c2 d2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture *f = open_fixture();

        for (char name = 'a'; name <= 'c'; name++)
            subscribe(f, name, "t");
        f->listeners[cases[i].who - 'a'].on_event = cases[i].does;
        publish(f, "t", "1");
        assert_heard(f, cases[i].first);
        publish(f, "t", "2");
        assert_heard(f, cases[i].second);
        close_fixture(f);
    }
}

static void publish_again(listener *self)
{
    if (self->f->last_sequence < 4)
        publish(self->f, "t", self->f->last_sequence == 1 ? "x" : "y");
}

static void publishing_inside_a_subscriber_is_not_re_entrant(void **state)
{
    fixture *f = open_fixture();

    (void)state;
    subscribe(f, 'a', "t");
    subscribe(f, 'b', "t");
    f->listeners[0].on_event = publish_again;
    publish(f, "t", "1");
    assert_heard(f, "a1 b1 ax bx ay by ay by");
    close_fixture(f);
}

static void the_last_one_out_ends_the_topic(void **state)
{
    fixture *f = open_fixture();
    uint64_t epoch;

    (void)state;
    subscribe(f, 'a', "t");
    subscribe(f, 'b', "t");
    publish(f, "t", "1");
    publish(f, "t", "2");
    assert_heard(f, "a1 b1 a2 b2");
    assert_int_equal(f->last_sequence, 2);
    epoch = f->last_epoch;
    unsubscribe(f, 'a');
    assert_int_equal(figures(f).topics, 1);
    publish(f, "t", "3");
    assert_heard(f, "b3");
    assert_int_equal(f->last_sequence, 3);
    assert_int_equal(f->last_epoch, epoch);
    unsubscribe(f, 'b');
    assert_int_equal(figures(f).topics, 0);
    subscribe(f, 'a', "t");
    publish(f, "t", "4");
    assert_heard(f, "a4");
    assert_int_equal(f->last_sequence, 1);
    assert_int_not_equal(f->last_epoch, epoch);
    close_fixture(f);
}

static void a_gap_is_told_by_a_new_epoch(void **state)
{
    fixture *f = open_fixture();
    uint64_t epoch;

    (void)state;
    subscribe(f, 'a', "t");
    publish(f, "t", "1");
    assert_heard(f, "a1");
    epoch = f->last_epoch;
    xy__pubsub_gap(f->ps, XY_GAP_RECONNECTED);
    publish(f, "t", "2");
    assert_heard(f, "a? a2");
    assert_int_not_equal(f->last_epoch, epoch);
    assert_int_equal(f->last_sequence, 1);
    close_fixture(f);
}

static void a_full_mailbox_is_told_to_the_publisher(void **state)
{
    fixture *f = open_fixture();
    xy_bytes *payload = xy__bytes_alloc(limits.event_bytes_max + 1);
    size_t accepted = 0;
    int rc;

    (void)state;
    memset(payload->data, '1', limits.event_bytes_max + 1);
    payload->len = limits.event_bytes_max + 1;
    subscribe(f, 'a', "t");
    assert_int_equal(xy__pubsub_publish(f->ps, XY_STR("t"), payload), XY_ELIMIT);
    payload->len = limits.event_bytes_max;
    f->heard[0] = '\0';
    for (rc = XY_OK; rc == XY_OK; accepted += rc == XY_OK)
        rc = xy__pubsub_publish(f->ps, XY_STR("t"), payload);
    assert_int_equal(rc, XY_EFULL);
    assert_int_equal(accepted, limits.mailbox_bytes_max / xy__mailbox_cost(payload));
    assert_int_equal(figures(f).refused, 1);
    assert_int_equal(figures(f).mailbox_bytes, accepted * xy__mailbox_cost(payload));
    /* Others are not concerned, and room comes back. */
    publish(f, "nobody", "1");
    while (figures(f).mailbox_bytes)
        xy__loop_turn(&f->loop);
    assert_int_equal(figures(f).delivered, accepted);
    assert_int_equal(f->last_sequence, accepted);
    assert_int_equal(xy__pubsub_publish(f->ps, XY_STR("t"), payload), XY_OK);
    xy__loop_turn(&f->loop);
    assert_int_equal(f->last_sequence, accepted + 1); /* what was refused left no gap */
    xy_bytes_unref(payload);
    close_fixture(f);
}

/* However often: the mailbox does not grow, and whoever came before the next event is told. */
static void a_gap_waits_for_room(void **state)
{
    fixture *f = open_fixture();
    xy_bytes *payload = xy__bytes_alloc(limits.event_bytes_max);
    xy_bytes *small = xy_bytes_create(XY_STR("1"));
    uint64_t bytes;

    (void)state;
    memset(payload->data, '1', limits.event_bytes_max);
    payload->len = limits.event_bytes_max;
    subscribe(f, 'a', "t");
    while (xy__pubsub_publish(f->ps, XY_STR("t"), payload) == XY_OK)
        continue;
    while (xy__pubsub_publish(f->ps, XY_STR("t"), small) == XY_OK)
        continue;
    bytes = figures(f).mailbox_bytes;
    for (int i = 0; i < 1000; i++)
        xy__pubsub_gap_topic(f->ps, XY_STR("t"), XY_GAP_DROPPED);
    assert_int_equal(figures(f).mailbox_bytes, bytes);
    while (figures(f).mailbox_bytes)
        xy__loop_turn(&f->loop);
    f->heard[0] = '\0';
    publish(f, "t", "2");
    publish(f, "t", "3");
    xy__loop_turn(&f->loop);
    assert_string_equal(f->heard, "a? a2 a3");
    xy_bytes_unref(payload);
    xy_bytes_unref(small);
    close_fixture(f);
}

static void names_of_topics_are_bounded(void **state)
{
    static char scratch[XY_TOPIC_BYTES_MAX];
    static char text[XY_TOPIC_BYTES_MAX + 1];
    fixture *f = open_fixture();
    xy_str longest = {text, XY_TOPIC_BYTES_MAX};
    xy_str too_long = {text, XY_TOPIC_BYTES_MAX + 1};
    xy_bytes *payload = xy_bytes_create(XY_STR("1"));
    xy_subscriber *subscriber = NULL;

    (void)state;
    memset(text, 't', sizeof text);
    assert_int_equal(xy__hub_subscribe(f->hub, too_long, on_event, NULL, &subscriber), XY_ELIMIT);
    assert_null(subscriber);
    assert_int_equal(xy__pubsub_publish(f->ps, too_long, payload), XY_ELIMIT);
    assert_true(xy_str_is(xy__topic_name(scratch, XY_STR("a"), XY_STR("1")), "a:1"));
    assert_true(xy_str_is(xy__topic_name(scratch, XY_STR("a"), XY_STR_NULL), "a"));
    assert_true(xy_str_is(xy__topic_name(scratch, XY_STR("a"), XY_STR("")), "a:"));
    assert_int_equal(xy__topic_name(scratch, longest, XY_STR_NULL).len, XY_TOPIC_BYTES_MAX);
    assert_null(xy__topic_name(scratch, longest, XY_STR("")).ptr);
    assert_null(xy__topic_name(scratch, too_long, XY_STR_NULL).ptr);
    xy_bytes_unref(payload);
    close_fixture(f);
}

static void a_hub_may_go_with_events_on_their_way(void **state)
{
    fixture *f = open_fixture();

    (void)state;
    subscribe(f, 'a', "t");
    publish(f, "t", "1");
    close_fixture(f);
}

/* ---- threads ---- */

enum { PUBLISHERS = 2, WORKERS = 2, EVENTS = 2000, TOPICS = 2 };

typedef struct crowd {
    xy_pubsub *ps;
    uv_sem_t ready; /* a worker listens */
} crowd;

typedef struct worker {
    crowd *crowd;
    xy_loop loop;
    size_t left;
    uint64_t sequence[TOPICS];
    long last[TOPICS][PUBLISHERS]; /* each publisher counts up */
} worker;

typedef struct publisher {
    crowd *crowd;
    int id;
} publisher;

static size_t crowd_event(void *arg, const xy_event *event)
{
    worker *self = arg;
    int topic = event->topic.ptr[0] - '0';
    long number = 0;
    int id = xy_bytes_str(event->payload).ptr[0] - '0';

    /* "<publisher> <number>" */
    number = strtol(xy_bytes_str(event->payload).ptr + 2, NULL, 10);
    XY_ASSERT(event->sequence == ++self->sequence[topic]);
    XY_ASSERT(number > self->last[topic][id]);
    self->last[topic][id] = number;
    if (--self->left == 0)
        xy__loop_stop(&self->loop);
    return 1;
}

static void worker_run(void *arg)
{
    worker *self = arg;
    xy_subscriber *subscribers[TOPICS];
    uv_timer_t alive;
    xy_hub *hub;

    xy__loop_init(&self->loop, XY_CLOCK_REAL);
    hub = xy__hub_create(self->crowd->ps, &self->loop);
    uv_timer_init(&self->loop.uv, &alive);
    uv_timer_start(&alive, (uv_timer_cb)abort, 60000, 0);
    for (int i = 0; i < TOPICS; i++)
        xy__hub_subscribe(hub, (xy_str){&"01"[i], 1}, crowd_event, self, &subscribers[i]);
    uv_sem_post(&self->crowd->ready);
    xy__loop_run(&self->loop);
    for (int i = 0; i < TOPICS; i++)
        xy__hub_unsubscribe(subscribers[i]);
    xy__hub_destroy(hub);
    uv_close((uv_handle_t *)&alive, NULL);
    xy__loop_deinit(&self->loop);
}

static void publisher_run(void *arg)
{
    const publisher *self = arg;

    for (int i = 1; i <= EVENTS; i++) {
        char text[32];
        xy_bytes *payload;

        snprintf(text, sizeof text, "%d %d ", self->id, i);
        payload = xy_bytes_create(xy_str_from(text));
        while (xy__pubsub_publish(self->crowd->ps, (xy_str){&"01"[i % TOPICS], 1}, payload) ==
               XY_EFULL)
            uv_sleep(1);
        xy_bytes_unref(payload);
    }
}

static void threads_publish_and_workers_hear_all_in_order(void **state)
{
    static const xy_pubsub_limits narrow = {.event_bytes_max = 100, .mailbox_bytes_max = 10000};
    crowd all = {.ps = xy__pubsub_create(&narrow, NULL)};
    worker *workers = xy__zalloc(WORKERS * sizeof *workers);
    publisher publishers[PUBLISHERS];
    uv_thread_t threads[WORKERS + PUBLISHERS];
    xy_realtime_figures now;

    (void)state;
    uv_sem_init(&all.ready, 0);
    for (int i = 0; i < WORKERS; i++) {
        workers[i].crowd = &all;
        workers[i].left = (size_t)EVENTS * PUBLISHERS;
        uv_thread_create(&threads[i], worker_run, &workers[i]);
    }
    for (int i = 0; i < WORKERS; i++)
        uv_sem_wait(&all.ready);
    for (int i = 0; i < PUBLISHERS; i++) {
        publishers[i] = (publisher){&all, i};
        uv_thread_create(&threads[WORKERS + i], publisher_run, &publishers[i]);
    }
    for (int i = 0; i < WORKERS + PUBLISHERS; i++)
        uv_thread_join(&threads[i]);
    now = xy__gauges_read(xy__pubsub_gauges(all.ps));
    assert_int_equal(now.published, EVENTS * PUBLISHERS);
    assert_int_equal(now.delivered, EVENTS * PUBLISHERS * WORKERS);
    assert_int_equal(now.topics + now.subscribers + now.mailbox_bytes, 0);
    xy__pubsub_destroy(all.ps);
    uv_sem_destroy(&all.ready);
    free(workers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_subscriber_hears_its_topic_in_order),
        cmocka_unit_test(one_hears_what_came_after_it_subscribed),
        cmocka_unit_test(an_event_on_its_way_finds_nobody_who_left),
        cmocka_unit_test(anyone_may_leave_or_come_during_delivery),
        cmocka_unit_test(publishing_inside_a_subscriber_is_not_re_entrant),
        cmocka_unit_test(the_last_one_out_ends_the_topic),
        cmocka_unit_test(a_gap_is_told_by_a_new_epoch),
        cmocka_unit_test(a_full_mailbox_is_told_to_the_publisher),
        cmocka_unit_test(a_gap_waits_for_room),
        cmocka_unit_test(names_of_topics_are_bounded),
        cmocka_unit_test(a_hub_may_go_with_events_on_their_way),
        cmocka_unit_test(threads_publish_and_workers_hear_all_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
