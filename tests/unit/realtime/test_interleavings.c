/* SPDX-License-Identifier: MIT */
/* Clients come, stall, read on and leave while sources push and others publish, in random order
 * from a seed; a model of a few lines says what each client must have been sent, to the letter.
 *
 * The model knows no pointers and no callbacks: a queue of numbers a client, a list of what is on
 * its way, and the order in which a turn of the loop does its work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "realtime/feed.h"
#include "stage.h"

enum { SEEDS = 200, STEPS = 400, TOPICS = 3, EVENTS_MAX = 5, HUB = STAGE_CLIENTS };

static const char *const topic_names[TOPICS] = {"a", "b", "c"};

/* ---- the model ---- */

typedef enum kind { KIND_TOPICS, KIND_LATE, KIND_PUSH } kind;

typedef struct model_event {
    int64_t number;
    char gap; /* the sign of the gap before it, or 0 */
} model_event;

typedef struct model_client {
    kind kind;
    bool drop_oldest;
    unsigned topics; /* bits */
    size_t since;    /* published before it came */
    model_event queue[EVENTS_MAX + 1];
    size_t len;
    model_event run; /* the event of the run in flight */
    char gap;        /* what is to be told with the next event */
    bool running;
    bool stalled;
    bool full;     /* the outlet says so from now on */
    bool there;    /* neither ended nor gone */
    bool draining; /* takes no more */
    bool too_slow;
    char text[CLIENT_TEXT_MAX];
    size_t text_len;
} model_client;

typedef struct model {
    uint64_t random;
    model_client clients[STAGE_CLIENTS];
    struct {
        int topic;
        int64_t number; /* 0: no event but a gap */
        char gap;
    } mail[STEPS];
    size_t mail_len;
    size_t mail_at;
    /* Of this turn, in order: clients, or HUB; each may be done and asked for again. */
    int jobs[2 * (STAGE_CLIENTS + 1)];
    size_t job_count;
    size_t job_at;
} model;

/* xorshift64 */
static unsigned roll(model *m, unsigned sides)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (unsigned)(m->random >> 33) % sides;
}

static void add_job(model *m, int job)
{
    for (size_t i = m->job_at; i < m->job_count; i++)
        if (m->jobs[i] == job)
            return;
    m->jobs[m->job_count++] = job;
}

static void model_say(model_client *c, const char *text)
{
    c->text_len += (size_t)snprintf(c->text + c->text_len, sizeof c->text - c->text_len, "%s%s",
                                    c->text_len ? " " : "", text);
}

static void model_put(model_client *c, model_event event)
{
    char text[32];

    snprintf(text, sizeof text, "%.*s%lld", event.gap != 0, &event.gap, (long long)event.number);
    model_say(c, text);
    c->stalled = c->full;
}

static void model_execute(model_client *c, model_event event)
{
    if (c->kind == KIND_LATE) {
        c->running = true;
        c->run = event;
    } else {
        model_put(c, event);
    }
}

/* Whatever it is told with is the next event that comes. */
static model_event model_take_gap(model_client *c, int64_t number)
{
    model_event event = {number, c->gap};

    c->gap = 0;
    return event;
}

static void model_drain(model *m, int id)
{
    m->clients[id].draining = true;
    add_job(m, id);
}

/* Returns false when the client was too slow. */
static bool model_enqueue(model *m, int id, int64_t number)
{
    model_client *c = &m->clients[id];

    if (c->len == EVENTS_MAX && !c->drop_oldest) {
        c->len = 0;
        c->too_slow = true;
        model_drain(m, id);
        return false;
    }
    c->queue[c->len++] = model_take_gap(c, number);
    if (c->len > EVENTS_MAX) {
        memmove(c->queue, c->queue + 1, --c->len * sizeof c->queue[0]);
        if (!c->queue[0].gap)
            c->queue[0].gap = '~';
    }
    return true;
}

static void model_deliver(model *m)
{
    for (; m->mail_at < m->mail_len; m->mail_at++) {
        for (int id = 0; id < STAGE_CLIENTS; id++) {
            model_client *c = &m->clients[id];
            bool hears = c->there && !c->draining && c->since <= m->mail_at &&
                         (c->topics & 1u << m->mail[m->mail_at].topic);

            if (!hears)
                continue;
            if (m->mail[m->mail_at].gap) {
                c->gap = m->mail[m->mail_at].gap;
            } else if (!c->len && !c->running && !c->stalled) {
                model_execute(c, model_take_gap(c, m->mail[m->mail_at].number));
            } else {
                model_enqueue(m, id, m->mail[m->mail_at].number);
            }
        }
    }
}

static void model_step(model_client *c)
{
    if (c->too_slow)
        c->running = false;
    while (c->len && !c->running && !c->stalled) {
        model_event event = c->queue[0];

        memmove(c->queue, c->queue + 1, --c->len * sizeof c->queue[0]);
        model_execute(c, event);
    }
    if (!c->draining || c->len || c->running)
        return;
    if (c->too_slow)
        model_say(c, "!slow");
    model_say(c, "end");
    c->there = false;
}

static void model_turn(model *m)
{
    while (m->job_at < m->job_count) {
        int job = m->jobs[m->job_at++];

        if (job == HUB) {
            model_deliver(m);
        } else if (m->clients[job].there) {
            model_step(&m->clients[job]);
        }
    }
    m->job_count = 0;
    m->job_at = 0;
}

/* ---- the same done to both ---- */

typedef struct world {
    stage *s;
    model m;
    int64_t number;
} world;

static int open_client(client *c, xy_call *call)
{
    const model_client *mine = c->data;

    (void)call;
    for (int i = 0; i < TOPICS; i++)
        if (mine->topics & 1u << i)
            assert_int_equal(xy_stream_topic(c->stream, xy_str_from(topic_names[i]), XY_STR_NULL),
                             XY_OK);
    return XY_OK;
}

static void do_open(world *w, int id)
{
    model_client *c = &w->m.clients[id];

    *c = (model_client){.kind = (kind)roll(&w->m, 3),
                        .drop_oldest = roll(&w->m, 2),
                        .since = w->m.mail_len,
                        .there = true};
    if (c->kind != KIND_PUSH)
        c->topics = 1 + roll(&w->m, (1u << TOPICS) - 1);
    w->s->options.queue.overflow = c->drop_oldest ? XY_OVERFLOW_DROP_OLDEST : XY_OVERFLOW_CLOSE;
    w->s->clients[id].data = c;
    w->s->clients[id].promise_stops = 0;
    stage_open(w->s, id, c->kind == KIND_LATE ? "late" : "n", open_client);
}

static void do_push(world *w, int id)
{
    model_client *c = &w->m.clients[id];
    client *real = &w->s->clients[id];
    int rc;

    if (c->kind != KIND_PUSH || !real->stream)
        return;
    rc = xy_stream_push_int(real->stream, ++w->number);
    if (c->draining) {
        assert_int_equal(rc, XY_ECLOSED);
    } else if (!model_enqueue(&w->m, id, w->number)) {
        assert_int_equal(rc, XY_ELIMIT);
    } else {
        assert_int_equal(rc, c->stalled || c->len > EVENTS_MAX / 2 ? XY_EFULL : XY_OK);
        add_job(&w->m, id);
    }
}

/* An event, or now and then news of a gap. */
static void do_publish(world *w)
{
    int topic = (int)roll(&w->m, TOPICS);
    unsigned gap = roll(&w->m, 16);
    bool heard = false;

    w->m.mail[w->m.mail_len].gap = gap < 2 ? "^~"[gap] : 0;
    if (gap < 2) {
        xy__pubsub_gap_topic(w->s->ps, xy_str_from(topic_names[topic]),
                             gap ? XY_GAP_DROPPED : XY_GAP_RECONNECTED);
    } else {
        assert_int_equal(stage_publish(w->s, topic_names[topic], ++w->number), XY_OK);
    }
    for (int id = 0; id < STAGE_CLIENTS; id++)
        heard |= w->m.clients[id].there && !w->m.clients[id].draining &&
                 (w->m.clients[id].topics & 1u << topic);
    w->m.mail[w->m.mail_len].topic = topic;
    w->m.mail[w->m.mail_len++].number = w->number;
    if (heard)
        add_job(&w->m, HUB);
}

static void do_ready(world *w, int id)
{
    model_client *c = &w->m.clients[id];

    client_ready(&w->s->clients[id]);
    c->full = false;
    if (c->stalled)
        add_job(&w->m, id);
    c->stalled = false;
}

static void do_resolve(world *w, int id)
{
    model_client *c = &w->m.clients[id];

    client_resolve(&w->s->clients[id]);
    if (!c->running) /* a run whose client has gone */
        return;
    c->running = false;
    model_put(c, c->run);
    if (c->len || c->draining)
        add_job(&w->m, id);
}

static void do_end(world *w, int id)
{
    if (w->s->clients[id].stream)
        xy_stream_end(w->s->clients[id].stream);
    if (!w->m.clients[id].draining)
        model_drain(&w->m, id);
}

static void do_gone(world *w, int id)
{
    client_gone(&w->s->clients[id]);
    w->m.clients[id].there = false;
    w->m.clients[id].running = false;
    for (size_t i = 0; i < w->m.job_count; i++)
        if (w->m.jobs[i] == id)
            memmove(&w->m.jobs[i], &w->m.jobs[i + 1], (--w->m.job_count - i) * sizeof w->m.jobs[0]);
}

/* ---- comparing ---- */

static void compare(world *w, unsigned seed, int step)
{
    for (int id = 0; id < STAGE_CLIENTS; id++) {
        client *real = &w->s->clients[id];
        const model_client *c = &w->m.clients[id];
        bool same;

        if (client_there(real) != c->there)
            fail_msg("seed %u, step %d: client %d should be %s", seed, step, id,
                     c->there ? "there" : "gone");
        if (!client_there(real))
            client_shorten(real);
        same = strcmp(real->text, c->text) == 0;
        if (!same)
            fail_msg("seed %u, step %d: client %d was sent\n%s\nnot\n%s", seed, step, id,
                     real->text, c->text);
        if (c->there)
            assert_int_equal(xy__subscription_waiting(real->subscription), c->len);
    }
}

static void one_step(world *w)
{
    int id = (int)roll(&w->m, STAGE_CLIENTS);
    unsigned what = roll(&w->m, 100);

    if (what < 30) {
        do_publish(w);
    } else if (!w->m.clients[id].there) {
        if (what < 60 && !w->s->clients[id].promise_count && !w->s->clients[id].stream)
            do_open(w, id);
        else
            do_resolve(w, id);
    } else if (what < 50) {
        do_push(w, id);
    } else if (what < 60) {
        do_resolve(w, id);
    } else if (what < 66) {
        w->s->clients[id].answer = XY_EFULL;
        w->m.clients[id].full = true;
    } else if (what < 75) {
        do_ready(w, id);
    } else if (what < 77) {
        do_end(w, id);
    } else if (what < 79) {
        do_gone(w, id);
    } else {
        stage_turn(w->s);
        model_turn(&w->m);
    }
}

static void every_client_gets_what_its_policy_says(void **state)
{
    world *w = test_calloc(1, sizeof *w);

    (void)state;
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        *w = (world){.s = stage_create(), .m.random = seed * 0x9E3779B97F4A7C15u};
        for (int step = 0; step < STEPS; step++) {
            one_step(w);
            compare(w, seed, step);
        }
        stage_destroy(w->s); /* and nothing is left of anyone */
    }
    test_free(w);
}

/* ---- clients who share their operations ---- */

/* Equal and different clients of shared operations, whose resolvers read what they like of the
 * request, at once or late. Each client must have been sent the events that reached its topics
 * while it was there, in order, each as its own identity. The model is that list. */

enum { ROUNDS = 100000, ROUND_STEPS = 32, HEARD_MAX = 3 * ROUND_STEPS + TOPICS, PEOPLE = 6 };

typedef struct audience_client {
    unsigned topics;
    size_t since;
    xy_identity *identity; /* a reference, or NULL */
    play_event heard[HEARD_MAX];
    bool gaps[HEARD_MAX]; /* what is told with each of them */
    bool gap;             /* and with the next */
    size_t len;
    size_t read;   /* so many of them are found in `text` */
    size_t offset; /* up to here */
    bool draining;
    bool expired; /* anonymous from some event on */
    bool there;
} audience_client;

typedef struct audience {
    stage *s;
    model m; /* its dice */
    audience_client clients[STAGE_CLIENTS];
    play_event mail[HEARD_MAX]; /* with the number 0: news of a gap */
    unsigned mail_topics[HEARD_MAX];
    size_t mail_len;
    size_t mail_at;
    int number;
    unsigned seed;
} audience;

static const char *const people[PEOPLE] = {"-", "ann", "bob a", "cat a", "dan a b", "bob b"};

static int open_audience(client *c, xy_call *call)
{
    const audience_client *mine = c->data;

    (void)call;
    for (int i = 0; i < TOPICS; i++)
        if (mine->topics & 1u << i)
            assert_int_equal(xy_stream_topic(c->stream, xy_str_from(topic_names[i]), XY_STR_NULL),
                             XY_OK);
    return XY_OK;
}

static void audience_open(audience *w, int id)
{
    audience_client *c = &w->clients[id];

    /* Most have one topic and one operation in common. */
    *c = (audience_client){.topics = roll(&w->m, 5) ? 1 : roll(&w->m, 4),
                           .since = w->mail_len,
                           .identity = stage_person(people[roll(&w->m, PEOPLE)]),
                           .there = true};
    w->s->clients[id].data = c;
    stage_play(w->s, id, roll(&w->m, 8) == 0, c->identity, open_audience);
}

static play_event next_event(audience *w)
{
    play_event event = {.number = ++w->number, .late = roll(&w->m, 3) == 0};

    /* What is read once is known from then on: mostly nothing. */
    if (roll(&w->m, 4) == 0)
        event.reads = 1u << roll(&w->m, 4);
    if (roll(&w->m, 6) == 0)
        event.then = 1u << roll(&w->m, 4);
    return event;
}

static void audience_publish(audience *w)
{
    int topic = roll(&w->m, 4) ? 0 : (int)roll(&w->m, 2);
    play_event event = {0};

    if (roll(&w->m, 8)) {
        event = next_event(w);
        stage_publish_play(w->s, topic_names[topic], &event);
    } else {
        xy__pubsub_gap_topic(w->s->ps, xy_str_from(topic_names[topic]), XY_GAP_RECONNECTED);
    }
    w->mail_topics[w->mail_len] = 1u << topic;
    w->mail[w->mail_len++] = event;
}

static void audience_hear(audience_client *c, play_event event)
{
    if (!event.number) {
        c->gap = true;
        return;
    }
    c->heard[c->len] = event;
    c->gaps[c->len++] = c->gap;
    c->gap = false;
}

static void audience_push(audience *w, int id)
{
    audience_client *c = &w->clients[id];
    play_event event = next_event(w);
    int rc;

    if (c->draining)
        return;
    rc = client_push_play(&w->s->clients[id], &event);
    assert_true(rc == XY_OK || rc == XY_EFULL);
    audience_hear(c, event);
}

static void audience_turn(audience *w)
{
    for (; w->mail_at < w->mail_len; w->mail_at++)
        for (int id = 0; id < STAGE_CLIENTS; id++) {
            audience_client *c = &w->clients[id];

            if (c->there && !c->draining && c->since <= w->mail_at &&
                (c->topics & w->mail_topics[w->mail_at]))
                audience_hear(c, w->mail[w->mail_at]);
        }
    stage_turn(w->s);
}

static void audience_gone(audience *w, int id)
{
    audience_client *c = &w->clients[id];

    client_gone(&w->s->clients[id]);
    c->there = false;
    xy__identity_unref(c->identity);
    c->identity = NULL;
}

static void audience_expire(audience *w, int id)
{
    audience_client *c = &w->clients[id];

    if (!c->identity || (c->topics & (c->topics - 1)))
        return;
    c->expired = true;
    client_expire(&w->s->clients[id], c->identity);
}

static void audience_step(audience *w)
{
    int id = (int)roll(&w->m, STAGE_CLIENTS);
    audience_client *c = &w->clients[id];
    unsigned what = roll(&w->m, 100);

    if (what < 24) {
        audience_publish(w);
    } else if (what < 50) {
        audience_turn(w);
    } else if (what < 62) {
        if (w->s->late_count)
            stage_resolve(w->s, roll(&w->m, (unsigned)w->s->late_count));
    } else if (!c->there) {
        if (!w->s->clients[id].stream)
            audience_open(w, id);
    } else if (what < 72) {
        w->s->clients[id].answer = XY_EFULL;
    } else if (what < 84) {
        client_ready(&w->s->clients[id]);
    } else if (what < 90) {
        audience_push(w, id);
    } else if (what < 95) {
        audience_gone(w, id);
    } else if (what < 96) {
        audience_expire(w, id);
    } else if (what < 98) {
        c->draining = true;
        xy__subscription_end(w->s->clients[id].subscription);
    }
}

/* Is what stands at `at` this event as seen by `identity`, after this gap? */
static bool reads_as(const char *at, const play_event *event, bool gap, const xy_identity *identity)
{
    char quoted[68];
    char text[64];
    size_t len;

    play_text(event, identity, text);
    len = (size_t)snprintf(quoted, sizeof quoted, "%s\"%s\"", gap ? "^" : "", text);
    return strncmp(at, quoted, len) == 0 && (at[len] == ' ' || at[len] == '\0');
}

/* What has been sent since the last look. */
static void audience_read(audience *w, int id)
{
    client *real = &w->s->clients[id];
    audience_client *c = &w->clients[id];

    while (c->offset < real->text_len) {
        const char *at = real->text + c->offset + (c->offset > 0);
        const play_event *next = &c->heard[c->read];
        bool gap = c->gaps[c->read];
        bool right = c->read < c->len && (reads_as(at, next, gap, c->identity) ||
                                          (c->expired && reads_as(at, next, gap, NULL)));

        if (!right && c->read == c->len && c->draining && strcmp(at, "end") == 0) {
            audience_gone(w, id);
            return;
        }
        if (!right)
            fail_msg("round %u: client %d was sent\n%s\nand should read on with event %d", w->seed,
                     id, real->text, c->read < c->len ? next->number : 0);
        c->read++;
        c->offset = (size_t)(at - real->text) + strcspn(at, " ");
    }
}

static void audience_read_all(audience *w)
{
    for (int id = 0; id < STAGE_CLIENTS; id++)
        if (w->clients[id].there)
            audience_read(w, id);
}

/* Nobody is behind any more, and nothing waits. */
static void check_settled(void *arg, const xy_feed_info *info)
{
    (void)arg;
    assert_int_equal(info->behind + info->waiting, 0);
    assert_true(info->members > 0);
    assert_string_equal(info->state, "idle");
}

/* An event of each topic, with which the last gaps are told. */
static void audience_say_goodbye(audience *w)
{
    for (int topic = 0; topic < TOPICS; topic++) {
        play_event event = {.number = ++w->number};

        stage_publish_play(w->s, topic_names[topic], &event);
        w->mail_topics[w->mail_len] = 1u << topic;
        w->mail[w->mail_len++] = event;
    }
}

/* Everybody reads again, every promise is kept: nothing may be left unsent. */
static void audience_settle(audience *w)
{
    bool more = true;

    audience_say_goodbye(w);
    for (int id = 0; id < STAGE_CLIENTS; id++)
        if (w->clients[id].there)
            client_ready(&w->s->clients[id]);
    while (more) {
        if (w->s->late_count)
            stage_resolve(w->s, 0);
        audience_turn(w);
        audience_turn(w);
        more = w->s->late_count > 0;
    }
    audience_read_all(w);
    xy__feed_each(w->s->hub, check_settled, NULL);
    for (int id = 0; id < STAGE_CLIENTS; id++) {
        if (!w->clients[id].there)
            continue;
        if (w->clients[id].read < w->clients[id].len)
            fail_msg("round %u: client %d was sent only\n%s\nnot event %d", w->seed, id,
                     w->s->clients[id].text, w->clients[id].heard[w->clients[id].read].number);
        audience_gone(w, id);
    }
    stage_turn(w->s);
    assert_int_equal(stage_figures(w->s).subscribers + stage_figures(w->s).waiting_bytes, 0);
    assert_int_equal(w->s->executor.gauges.runs + w->s->executor.gauges.operations, 0);
}

static void equal_clients_get_the_same_and_others_their_own(void **state)
{
    audience *w = test_calloc(1, sizeof *w);
    stage *s = stage_create();
    const char *only = getenv("ROUND"); /* to look at one */

    (void)state;
    s->options.queue = (xy_event_queue_limits){HEARD_MAX, 1 << 20, XY_OVERFLOW_CLOSE};
    for (unsigned seed = 1; seed <= ROUNDS; seed++) {
        if (only && seed != strtoul(only, NULL, 10))
            continue;
        *w = (audience){.s = s, .m.random = seed * 0x9E3779B97F4A7C15u, .seed = seed};
        for (int step = 0; step < ROUND_STEPS; step++) {
            audience_step(w);
            audience_read_all(w);
        }
        audience_settle(w);
    }
    stage_destroy(s);
    test_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_client_gets_what_its_policy_says),
        cmocka_unit_test(equal_clients_get_the_same_and_others_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
