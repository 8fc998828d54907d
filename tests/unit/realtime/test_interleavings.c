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
#include <cmocka.h>

#include "stage.h"

enum { SEEDS = 200, STEPS = 400, TOPICS = 3, EVENTS_MAX = 5, HUB = STAGE_CLIENTS };

static const char *const topic_names[TOPICS] = {"a", "b", "c"};

/* ---- the model ---- */

typedef enum kind { KIND_TOPICS, KIND_LATE, KIND_PUSH } kind;

typedef struct model_client {
    kind kind;
    bool drop_oldest;
    unsigned topics; /* bits */
    size_t since;    /* published before it came */
    int64_t queue[EVENTS_MAX + 1];
    size_t len;
    int64_t run; /* the event of the run in flight */
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
        int64_t number;
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

static void model_put(model_client *c, int64_t number)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)number);
    model_say(c, text);
    c->stalled = c->full;
}

static void model_execute(model_client *c, int64_t number)
{
    if (c->kind == KIND_LATE) {
        c->running = true;
        c->run = number;
    } else {
        model_put(c, number);
    }
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
    c->queue[c->len++] = number;
    if (c->len > EVENTS_MAX)
        memmove(c->queue, c->queue + 1, --c->len * sizeof c->queue[0]);
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
            if (!c->len && !c->running && !c->stalled) {
                model_execute(c, m->mail[m->mail_at].number);
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
        int64_t number = c->queue[0];

        memmove(c->queue, c->queue + 1, --c->len * sizeof c->queue[0]);
        model_execute(c, number);
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

static void do_publish(world *w)
{
    int topic = (int)roll(&w->m, TOPICS);
    bool heard = false;

    assert_int_equal(stage_publish(w->s, topic_names[topic], ++w->number), XY_OK);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_client_gets_what_its_policy_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
