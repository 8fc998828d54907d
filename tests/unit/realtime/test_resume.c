/* SPDX-License-Identifier: MIT */
/* Clients of a durable topic come, stall, lose their connection and come again with the id of the
 * last event that they have, while others publish and the oldest events give way. Whatever the
 * order, each of them is sent every event once, in order; or is told of a gap, exactly when what is
 * missing was forgotten.
 *
 * First some lives to read, then random ones from seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "realtime/resume.h"
#include "stage.h"

static int open_d(client *c, xy_call *call)
{
    (void)call;
    return xy_stream_topic(c->stream, XY_STR("d"), XY_STR_NULL);
}

static int open_two(client *c, xy_call *call)
{
    (void)call;
    assert_int_equal(xy_stream_topic(c->stream, XY_STR("d"), XY_STR_NULL), XY_OK);
    assert_int_equal(xy_stream_topic(c->stream, XY_STR("x"), XY_STR_NULL), XY_OK);
    return xy_stream_topic(c->stream, XY_STR("t"), XY_STR_NULL);
}

static int open_t(client *c, xy_call *call)
{
    (void)call;
    return xy_stream_topic(c->stream, XY_STR("t"), XY_STR_NULL);
}

static int open_nothing(client *c, xy_call *call)
{
    (void)c;
    (void)call;
    return XY_OK;
}

static stage *open_stage(uint32_t events_max)
{
    const xy_durable_limits durable = {events_max, 60, 1 << 20};

    return stage_create_durable(&durable);
}

static void settle(stage *s)
{
    for (int i = 0; i < 40; i++)
        stage_turn(s);
}

static void publish_all(stage *s, const char *topic, int from, int to)
{
    for (int i = from; i <= to; i++)
        assert_int_equal(stage_publish(s, topic, i), XY_OK);
}

/* It comes again, after `id`. */
static client *come_again(stage *s, int id, const char *last_id, int (*open)(client *, xy_call *))
{
    client *c;

    s->options.last_event_id = xy_str_from(last_id);
    c = stage_open(s, id, "n", open);
    s->options.last_event_id = XY_STR_NULL;
    settle(s);
    return c;
}

/* ---- lives ---- */

static void goes_on_after_the_last(void **state)
{
    stage *s = open_stage(100);
    client *c = stage_open(s, 0, "n", open_d);

    (void)state;
    publish_all(s, "d", 1, 3);
    settle(s);
    assert_string_equal(c->text, "1 2 3");
    client_gone(c);
    publish_all(s, "d", 4, 30);
    c = come_again(s, 0, c->last_id, open_d);
    assert_string_equal(c->text, "4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 "
                                 "27 28 29 30");
    publish_all(s, "d", 31, 32);
    settle(s);
    assert_non_null(strstr(c->text, "30 31 32"));
    stage_destroy(s);
}

static void has_everything_already(void **state)
{
    stage *s = open_stage(100);
    client *c = stage_open(s, 0, "n", open_d);

    (void)state;
    publish_all(s, "d", 1, 1);
    settle(s);
    client_gone(c);
    c = come_again(s, 0, c->last_id, open_d);
    assert_string_equal(c->text, "");
    publish_all(s, "d", 2, 2);
    settle(s);
    assert_string_equal(c->text, "2");
    stage_destroy(s);
}

/* Once it has caught up it shares runs with the others again. */
static void is_one_of_many_afterwards(void **state)
{
    stage *s = open_stage(100);
    client *a = stage_play(s, 0, 0, NULL, open_d);
    client *b = stage_play(s, 1, 0, NULL, open_d);

    (void)state;
    for (int i = 1; i <= 2; i++)
        stage_publish_play(s, "d", &(play_event){.number = i});
    settle(s);
    assert_int_equal(s->runs, 2);
    client_gone(b);
    stage_publish_play(s, "d", &(play_event){.number = 3});
    settle(s);
    s->options.last_event_id = xy_str_from(b->last_id);
    b = stage_play(s, 1, 0, NULL, open_d);
    settle(s);
    assert_string_equal(b->text, "\"3\"");
    assert_int_equal(s->runs, 4);
    stage_publish_play(s, "d", &(play_event){.number = 4});
    settle(s);
    assert_int_equal(s->runs, 5);
    assert_string_equal(a->text, "\"1\" \"2\" \"3\" \"4\"");
    assert_string_equal(b->text, "\"3\" \"4\"");
    assert_string_equal(a->last_id, b->last_id);
    stage_destroy(s);
}

static void what_is_forgotten_is_told_first(void **state)
{
    stage *s = open_stage(4);
    client *c = stage_open(s, 0, "n", open_d);

    (void)state;
    publish_all(s, "d", 1, 2);
    settle(s);
    client_gone(c);
    publish_all(s, "d", 3, 10);
    c = come_again(s, 0, c->last_id, open_d);
    assert_string_equal(c->text, "? 7 8 9 10");
    assert_int_equal(stage_figures(s).gaps, 1);
    stage_destroy(s);
}

static void nobody_knows_it(void **state)
{
    static const char *const ids[] = {"garbage", "0123456789abcdef-0-1", "-", "0", "1.5"};
    stage *s = open_stage(100);

    (void)state;
    publish_all(s, "d", 1, 2);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        client *c = come_again(s, 0, ids[i], open_d);

        assert_string_equal(c->text, "?");
        publish_all(s, "d", 3, 3);
        settle(s);
        assert_string_equal(c->text, "? 3"); /* what comes from now on */
        client_gone(c);
    }
    stage_destroy(s);
}

/* What comes between the opening and the answer is "from now on", too. */
static void nobody_knows_it_and_events_come_at_once(void **state)
{
    stage *s = open_stage(100);
    client *c;

    (void)state;
    publish_all(s, "d", 1, 2);
    s->options.last_event_id = XY_STR("0123456789abcdef-0-1");
    c = stage_open(s, 0, "n", open_d);
    publish_all(s, "d", 3, 4);
    settle(s);
    assert_string_equal(c->text, "? 3 4");
    /* More than its queue holds. */
    c = stage_open(s, 1, "n", open_d);
    publish_all(s, "d", 5, 20);
    settle(s);
    assert_string_equal(c->text, "? 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20");
    stage_destroy(s);
}

static void an_id_of_another_topic(void **state)
{
    stage *s = open_stage(100);
    client *c = stage_open(s, 0, "n", open_d);
    char id[64];

    (void)state;
    publish_all(s, "d", 1, 1);
    publish_all(s, "x", 1, 3);
    settle(s);
    snprintf(id, sizeof id, "%s", c->last_id);
    client_gone(c);
    c = come_again(s, 1, id, open_t); /* not even durable */
    assert_string_equal(c->text, "?");
    publish_all(s, "t", 9, 9);
    settle(s);
    assert_string_equal(c->text, "? 9");
    c = come_again(s, 2, id, open_nothing);
    assert_string_equal(c->text, "?");
    stage_destroy(s);
}

/* The topic of the event goes on after it, the others begin now. */
static void several_topics(void **state)
{
    stage *s = open_stage(100);
    client *c = stage_open(s, 0, "n", open_two);

    (void)state;
    publish_all(s, "d", 1, 1);
    publish_all(s, "x", 101, 101);
    settle(s);
    assert_string_equal(c->text, "1 101");
    client_gone(c);
    publish_all(s, "d", 2, 2);
    publish_all(s, "x", 102, 112);
    publish_all(s, "t", 201, 201);
    c = come_again(s, 0, c->last_id, open_two);
    assert_string_equal(c->text, "102 103 104 105 106 107 108 109 110 111 112");
    publish_all(s, "t", 202, 202);
    publish_all(s, "d", 3, 3);
    publish_all(s, "x", 113, 113);
    settle(s);
    assert_non_null(strstr(c->text, "112 202 3 113"));
    stage_destroy(s);
}

/* What comes of all topics meanwhile comes once, after what was read. */
static void several_topics_at_once(void **state)
{
    stage *s = open_stage(100);
    client *c = stage_open(s, 0, "n", open_two);
    char id[64];

    (void)state;
    publish_all(s, "d", 1, 1);
    settle(s);
    snprintf(id, sizeof id, "%s", c->last_id);
    client_gone(c);
    publish_all(s, "d", 2, 3);
    s->options.last_event_id = xy_str_from(id);
    c = stage_open(s, 0, "n", open_two);
    publish_all(s, "t", 201, 201);
    publish_all(s, "d", 4, 4);
    publish_all(s, "x", 101, 101);
    settle(s);
    assert_string_equal(c->text, "2 3 201 4 101");
    stage_destroy(s);
}

/* JSON text of a number, and a turn of the loop reads only so many of them. */
static void publish_large(stage *s, int number)
{
    char text[8 << 10];
    xy_bytes *payload;

    snprintf(text, sizeof text, "%*d", (int)sizeof text - 1, number);
    payload = xy_bytes_create(xy_str_from(text));
    assert_int_equal(xy__pubsub_publish(s->ps, XY_STR("d"), payload), XY_OK);
    xy_bytes_unref(payload);
}

enum { PAGE_END = XY_RESUME_PAGE_EVENTS + 2, LARGE_END = PAGE_END + 20 };

static void publish_at_the_end_of_the_page(client *c, xy_str json)
{
    char text[64];

    snprintf(text, sizeof text, "{\"data\":{\"n\":%d}}", PAGE_END);
    if (xy_str_is(json, text))
        for (int i = PAGE_END + 1; i <= LARGE_END; i++)
            publish_large(c->stage, i);
}

/* The second page is the last one, and while it is given more is published: the answer to the third
 * question holds what is still on its way through the mailbox. */
static void what_was_read_comes_by_mail_later(void **state)
{
    stage *s = open_stage(1000);
    client *c = stage_open(s, 0, "n", open_d);
    const char *at;

    (void)state;
    publish_all(s, "d", 1, 1);
    settle(s);
    client_gone(c);
    publish_all(s, "d", 2, PAGE_END);
    s->on_put = publish_at_the_end_of_the_page;
    s->options.queue.events_max = 1000;
    s->options.queue.bytes_max = 1 << 20;
    c = come_again(s, 0, c->last_id, open_d);
    at = c->text;
    for (int i = 2; i <= LARGE_END; i++)
        assert_int_equal(strtol(at, (char **)(uintptr_t)&at, 10), i);
    assert_string_equal(at, "");
    stage_destroy(s);
}

/* A slow client of a durable topic loses nothing, whatever the policy, and its queue is short. */
static void slow_and_nothing_is_lost(void **state)
{
    static const xy_overflow policies[] = {XY_OVERFLOW_CLOSE, XY_OVERFLOW_DROP_OLDEST};

    (void)state;
    for (size_t p = 0; p < 2; p++) {
        stage *s = open_stage(100);
        client *c;

        s->options.queue.overflow = policies[p];
        c = stage_open(s, 0, "n", open_d);
        c->answer = XY_EFULL;
        publish_all(s, "d", 1, 20);
        settle(s);
        assert_string_equal(c->text, "1");
        assert_true(xy__subscription_waiting(c->subscription) <= 5);
        client_ready(c);
        settle(s);
        assert_string_equal(c->text, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20");
        publish_all(s, "d", 21, 21);
        settle(s);
        assert_non_null(strstr(c->text, "20 21"));
        assert_int_equal(stage_figures(s).overflows, 0);
        assert_int_equal(stage_figures(s).dropped, 0);
        assert_int_equal(stage_figures(s).gaps, 0);
        stage_destroy(s);
    }
}

/* Slower than what is kept: told with the first event that there still is. */
static void slow_and_forgotten(void **state)
{
    stage *s = open_stage(6);
    client *c = stage_open(s, 0, "n", open_d);

    (void)state;
    c->answer = XY_EFULL;
    publish_all(s, "d", 1, 30);
    settle(s);
    client_ready(c);
    settle(s);
    assert_string_equal(c->text, "1 2 ~25 26 27 28 29 30");
    assert_int_equal(stage_figures(s).gaps, 1);
    stage_destroy(s);
}

/* Those for whom a late run has to end first wait together, and then each reads on. */
static void too_much_waits_for_a_late_run(void **state)
{
    stage *s = open_stage(100);
    client *a = stage_play(s, 0, 0, NULL, open_d);
    client *b = stage_play(s, 1, 0, NULL, open_d);
    const char *all = "\"1\" \"2\" \"3\" \"4\" \"5\" \"6\" \"7\" \"8\" \"9\" \"10\" \"11\" \"12\"";

    (void)state;
    stage_publish_play(s, "d", &(play_event){.number = 1, .late = true});
    for (int i = 2; i <= 12; i++)
        stage_publish_play(s, "d", &(play_event){.number = i});
    settle(s);
    assert_string_equal(a->text, "");
    stage_resolve(s, 0);
    settle(s);
    assert_string_equal(a->text, all);
    assert_string_equal(b->text, all);
    stage_destroy(s);
}

/* A client of several topics has no such way: it is too slow. */
static void slow_in_company(void **state)
{
    stage *s = open_stage(100);
    client *c = stage_open(s, 0, "n", open_two);

    (void)state;
    c->answer = XY_EFULL;
    publish_all(s, "d", 1, 8);
    settle(s);
    client_ready(c);
    settle(s);
    client_shorten(c);
    assert_string_equal(c->text, "1 !slow end");
    stage_destroy(s);
}

static int open_and_fail(client *c, xy_call *call)
{
    (void)c;
    return xy_fail(call, "no");
}

/* Whoever is refused, ends or goes leaves nothing behind. */
static void ends_meanwhile(void **state)
{
    stage *s = open_stage(100);
    client *c = stage_open(s, 0, "n", open_d);

    (void)state;
    publish_all(s, "d", 1, 1);
    settle(s);
    client_gone(c);
    publish_all(s, "d", 2, 50);
    s->options.last_event_id = xy_str_from(c->last_id);
    c = stage_open(s, 0, "n", open_and_fail);
    settle(s);
    assert_string_equal(c->text, "!no end");
    c = stage_open(s, 0, "n", open_d);
    client_gone(c);
    c = stage_open(s, 0, "n", open_d);
    c->answer = XY_EFULL;
    settle(s);
    xy__subscription_end(c->subscription);
    client_ready(c);
    settle(s);
    assert_string_equal(c->text, "2 end");
    c = stage_open(s, 0, "n", open_d);
    stage_destroy(s);
}

/* ---- random ones ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SLOW
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SLOW
#endif
#endif

#ifdef IS_SLOW
enum { SEEDS = 1000 };
#else
enum { SEEDS = 20000 };
#endif
enum { STEPS = 120, PEOPLE = 4 };

typedef struct model_client {
    bool comes_from; /* it has been sent something before: it comes with an id */
    int last;        /* the last event that it has, or that was there when it came */
    bool gap;        /* was told: what is next need not be the next one */
    bool
        nobodys; /* the id was of a history that is gone: events up to `opened_at` are not for it */
    int opened_at;
    int who;
} model_client;

typedef struct model {
    uint64_t random;
    uint64_t seed;
    stage *s;
    xy_loop loop; /* of its own questions */
    int total;
    bool roomy; /* "d" gives way to itself only */
    model_client clients[STAGE_CLIENTS];
    xy_identity *people[PEOPLE];
} model;

static model *playing; /* what on_put() is told nothing of */

static unsigned roll(model *m, unsigned sides)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (unsigned)(m->random >> 33) % sides;
}

static void on_page(xy_history *history)
{
    *(xy_history **)history->arg = history;
}

static xy_history *read_one(model *m, const xy_event_id_claim *claim)
{
    xy_history *answer = NULL;
    xy_history *history = xy__history_create(&m->loop, XY_STR("d"), on_page, &answer);

    history->events_max = 1;
    history->bytes_max = 1;
    if (claim) {
        history->from_claim = true;
        history->after = *claim;
    }
    xy__pubsub_read(m->s->ps, history);
    xy__loop_turn(&m->loop);
    assert_non_null(answer);
    return answer;
}

/* The oldest event that is kept; if there is none, the next one. */
static int oldest(model *m)
{
    xy_history *answer = read_one(m, NULL);
    int number = m->total + 1;

    if (answer->events.len)
        assert_int_equal(
            sscanf(xy_bytes_str(answer->events.items[0].payload).ptr, "{\"n\":%d", &number), 1);
    xy__history_destroy(answer);
    return number;
}

static bool is_known(model *m, const char *text)
{
    xy_event_id_claim claim;
    xy_history *answer;
    bool known;

    assert_true(xy__event_id_read(xy_str_from(text), &claim));
    answer = read_one(m, &claim);
    known = !answer->gap || answer->events.len;
    xy__history_destroy(answer);
    return known;
}

/* May the events from `from` to `to` be missing? */
static bool may_miss(model *m, const model_client *mc, int to)
{
    return to < oldest(m) || (mc->nobodys && to <= mc->opened_at);
}

static void check(model *m, client *c, xy_str json)
{
    model_client *mc = &m->clients[c->id];
    bool dropped = memmem(json.ptr, json.len, "EVENTS_DROPPED", 14) != NULL;
    int number;

    if (xy_str_is(json, STAGE_UNKNOWN)) {
        assert_false(mc->gap);
        mc->gap = true;
        return;
    }
    assert_int_equal(sscanf(json.ptr, "{\"data\":{\"play\":\"%d", &number), 1);
    if (dropped || mc->gap) {
        if (number <= mc->last || !may_miss(m, mc, number - 1))
            fail_msg("seed %d: client %d got %d after %d, gap told, oldest %d", (int)m->seed, c->id,
                     number, mc->last, oldest(m));
        /* Not told without need, unless the whole topic was forgotten and has begun anew. */
        if (number == mc->last + 1 && m->roomy)
            fail_msg("seed %d: client %d was told of no gap before %d", (int)m->seed, c->id,
                     number);
    } else if (number != mc->last + 1) {
        fail_msg("seed %d: client %d got %d after %d", (int)m->seed, c->id, number, mc->last);
    }
    mc->last = number;
    mc->gap = false;
    mc->nobodys = false;
    mc->comes_from = true;
}

static void on_put(client *c, xy_str json)
{
    c->text_len = 0;
    check(playing, c, json);
}

static void open_one(model *m, int id)
{
    model_client *mc = &m->clients[id];
    client *c = &m->s->clients[id];
    bool again = mc->comes_from && roll(m, 4);

    mc->gap = false;
    mc->nobodys = false;
    mc->opened_at = m->total;
    mc->who = (int)roll(m, PEOPLE);
    if (again) {
        mc->nobodys = !is_known(m, c->last_id);
        m->s->options.last_event_id = xy_str_from(c->last_id);
    } else {
        mc->last = m->total;
        mc->comes_from = false;
    }
    stage_play(m->s, id, (int)roll(m, STAGE_PLAYS), m->people[mc->who], open_d);
    m->s->options.last_event_id = XY_STR_NULL;
}

static void publish_some(model *m)
{
    for (unsigned i = 1 + roll(m, 4); i > 0; i--) {
        play_event event = {.number = ++m->total};

        if (!roll(m, 4))
            event.reads = 1u << roll(m, 4);
        if (!roll(m, 4))
            event.then = 1u << roll(m, 4);
        event.late = !roll(m, 6) && m->s->late_count < STAGE_LATE_MAX / 2;
        stage_publish_play(m->s, "d", &event);
    }
}

static void client_step(model *m)
{
    client *c = &m->s->clients[roll(m, STAGE_CLIENTS)];

    if (!client_there(c)) {
        open_one(m, c->id);
        return;
    }
    switch (roll(m, 6)) {
    case 0:
        client_gone(c);
        break;
    case 1:
    case 2:
        c->answer = XY_EFULL;
        break;
    default:
        client_ready(c);
        break;
    }
}

static void step(model *m)
{
    switch (roll(m, 10)) {
    case 0:
    case 1:
    case 2:
        publish_some(m);
        break;
    case 3:
        if (m->s->late_count)
            stage_resolve(m->s, roll(m, (unsigned)m->s->late_count));
        break;
    case 4: /* pushes the events of "d" out */
        if (!roll(m, 4))
            publish_all(m->s, "x", 1, 1 + (int)roll(m, 12));
        break;
    case 5:
    case 6:
        stage_turn(m->s);
        break;
    default:
        client_step(m);
        break;
    }
}

static void let_all_read(model *m)
{
    for (int i = 0; i < 100; i++) {
        for (int id = 0; id < STAGE_CLIENTS; id++)
            client_ready(&m->s->clients[id]);
        while (m->s->late_count)
            stage_resolve(m->s, roll(m, (unsigned)m->s->late_count));
        stage_turn(m->s);
    }
}

/* In the end everybody reads, and has got everything that is still to be had. If nothing is, they
 * hear of that with the next event. */
static void finish(model *m)
{
    let_all_read(m);
    for (int id = 0; id < STAGE_CLIENTS; id++) {
        const model_client *mc = &m->clients[id];

        if (client_there(&m->s->clients[id]) && mc->last < m->total && !may_miss(m, mc, m->total))
            fail_msg("seed %d: client %d has %d of %d", (int)m->seed, id, mc->last, m->total);
    }
    stage_publish_play(m->s, "d", &(play_event){.number = ++m->total});
    let_all_read(m);
    for (int id = 0; id < STAGE_CLIENTS; id++)
        if (client_there(&m->s->clients[id]))
            assert_int_equal(m->clients[id].last, m->total);
    assert_int_equal(stage_figures(m->s).waiting_events, 0);
}

static void play(uint64_t seed)
{
    static const char *const people[PEOPLE] = {"-", "ann a", "bob a b", "eve"};
    model *m = calloc(1, sizeof *m);
    xy_durable_limits durable = {.age_max_s = 60};

    m->seed = seed;
    m->random = seed * 0x9e3779b97f4a7c15u + 1;
    durable.events_max = 3 + roll(m, 40);
    m->roomy = roll(m, 3);
    durable.bytes_max = m->roomy ? 1 << 20 : 400 + roll(m, 4000);
    playing = m;
    m->s = stage_create_durable(&durable);
    m->s->on_put = on_put;
    m->s->options.queue.events_max = 1 + roll(m, 8);
    m->s->options.queue.bytes_max = roll(m, 2) ? 10000 : 50 + roll(m, 400);
    m->s->options.queue.overflow = roll(m, 2) ? XY_OVERFLOW_CLOSE : XY_OVERFLOW_DROP_OLDEST;
    xy__loop_init(&m->loop, XY_CLOCK_VIRTUAL);
    for (int i = 0; i < PEOPLE; i++)
        m->people[i] = stage_person(people[i]);
    for (int i = 0; i < STEPS; i++)
        step(m);
    finish(m);
    stage_destroy(m->s);
    xy__loop_deinit(&m->loop);
    for (int i = 0; i < PEOPLE; i++)
        xy__identity_unref(m->people[i]);
    free(m);
}

static void nothing_lost_nothing_twice(void **state)
{
    const char *only = getenv("XYLEM_SEED");

    (void)state;
    if (only) {
        play(strtoull(only, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        play(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_on_after_the_last),
        cmocka_unit_test(has_everything_already),
        cmocka_unit_test(is_one_of_many_afterwards),
        cmocka_unit_test(what_is_forgotten_is_told_first),
        cmocka_unit_test(nobody_knows_it),
        cmocka_unit_test(nobody_knows_it_and_events_come_at_once),
        cmocka_unit_test(an_id_of_another_topic),
        cmocka_unit_test(several_topics),
        cmocka_unit_test(several_topics_at_once),
        cmocka_unit_test(what_was_read_comes_by_mail_later),
        cmocka_unit_test(slow_and_nothing_is_lost),
        cmocka_unit_test(slow_and_forgotten),
        cmocka_unit_test(too_much_waits_for_a_late_run),
        cmocka_unit_test(slow_in_company),
        cmocka_unit_test(ends_meanwhile),
        cmocka_unit_test(nothing_lost_nothing_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
