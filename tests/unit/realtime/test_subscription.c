/* SPDX-License-Identifier: MIT */
/* The life of a subscription, as a source, the publishers, the client and the server make it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "stage.h"

/* ---- scripts ---- */

/* One letter a step:
 *
 *   source   p push the next number   e end   f fail   F fail with a code   x refuse (opener)
 *            t, u listen to topic "t", "u:1"   T a timer of 10 ms that pushes   0 stop it
 *            o in on_ready, push two
 *   world    P, U publish the next number on "t", "u:1"  + let 10 ms pass    . a turn
 *   client   s reads no more   r reads again   c is closed   g has gone
 *   server   d ends the stream
 *
 * What stands before "|" is done inside the opener. Five events may wait. */
typedef struct script {
    const char *name;
    const char *steps;
    const char *sent;  /* to the client */
    const char *codes; /* that pushes and topics returned, other than XY_OK */
} script;

typedef struct player {
    char codes[256];
    int64_t next;
    const char *opener;
} player;

static void note(client *c, int rc)
{
    player *p = c->data;
    size_t len = strlen(p->codes);

    if (rc != XY_OK)
        snprintf(p->codes + len, sizeof p->codes - len, "%s%s", len ? " " : "",
                 xy_err_name(rc) + 3);
}

static void push(client *c)
{
    player *p = c->data;

    if (c->stream)
        note(c, xy_stream_push_int(c->stream, p->next++));
}

static void on_tick(xy_source_stream *stream, void *arg)
{
    (void)stream;
    push(arg);
}

static void on_ready(xy_source_stream *stream, void *arg)
{
    (void)stream;
    push(arg);
    push(arg);
}

static void source_step(client *c, char step)
{
    switch (step) {
    case 'p':
        push(c);
        break;
    case 'e':
        xy_stream_end(c->stream);
        break;
    case 'f':
        xy_stream_fail(c->stream, NULL, "boom");
        break;
    case 'F':
        xy_stream_fail(c->stream, "TEAPOT", "short and stout");
        break;
    case 't':
        note(c, xy_stream_topic(c->stream, XY_STR("t"), XY_STR_NULL));
        break;
    case 'u':
        note(c, xy_stream_topic(c->stream, XY_STR("u"), XY_STR("1")));
        break;
    case 'T':
        xy_stream_every(c->stream, 10, on_tick, c);
        break;
    case '0':
        xy_stream_every(c->stream, 0, NULL, NULL);
        break;
    case 'o':
        xy_stream_on_ready(c->stream, on_ready, c);
        break;
    default:
        fail_msg("no step '%c'", step);
    }
}

static void world_step(client *c, char step)
{
    player *p = c->data;

    switch (step) {
    case 'P':
        stage_publish(c->stage, "t", p->next++);
        break;
    case 'U':
        stage_publish(c->stage, "u:1", p->next++);
        break;
    case '+':
        xy__loop_advance(&c->stage->loop, 10);
        break;
    case '.':
        stage_turn(c->stage);
        break;
    case 's':
        c->answer = XY_EFULL;
        break;
    case 'r':
        client_ready(c);
        break;
    case 'c':
        c->answer = XY_ECLOSED;
        break;
    case 'g':
        client_gone(c);
        break;
    case 'd':
        if (client_there(c))
            xy__subscription_end(c->subscription);
        break;
    default:
        source_step(c, step);
    }
}

static int open_script(client *c, xy_call *call)
{
    const player *p = c->data;

    for (const char *step = p->opener; *step && *step != '|'; step++) {
        if (*step == 'x')
            return xy_fail(call, "no");
        source_step(c, *step);
    }
    return XY_OK;
}

static void play(const script *it, xy_overflow overflow)
{
    stage *s = stage_create();
    client *c = &s->clients[0];
    player p = {.next = 1, .opener = it->steps};
    const char *step = strchr(it->steps, '|') + 1;

    print_message("%s: %s\n", it->name, it->steps);
    s->options.queue.overflow = overflow;
    c->data = &p;
    stage_open(s, 0, "n", open_script);
    assert_string_equal(c->text, ""); /* nothing before open has returned */
    for (; *step; step++)
        world_step(c, *step);
    client_shorten(c);
    assert_string_equal(c->text, it->sent);
    assert_string_equal(p.codes, it->codes);
    client_gone(c);
    stage_turn(s);
    assert_int_equal(c->stops, 1);
    stage_destroy(s);
}

static void play_all(const script *scripts, size_t count, xy_overflow overflow)
{
    for (size_t i = 0; i < count; i++)
        play(&scripts[i], overflow);
}

#define PLAY(scripts, overflow)                                                                    \
    play_all(scripts, sizeof(scripts) / sizeof((scripts)[0]), XY_OVERFLOW_##overflow)

static void a_source_pushes_and_ends(void **state)
{
    static const script scripts[] = {
        {"nothing at all", "|..", "", ""},
        {"inside the opener", "pp|.", "1 2", ""},
        {"later", "|p.pp.", "1 2 3", ""},
        {"end at once", "e|.", "end", ""},
        {"push and end inside the opener", "pe|.", "1 end", ""},
        {"end later", "p|.e.", "1 end", ""},
        {"what was pushed before the end is delivered", "|ppe.", "1 2 end", ""},
        {"push after the end", "|pep.", "1 end", "ECLOSED"},
        {"twice the end", "|pee.", "1 end", ""},
        {"fail", "|pf.", "1 !boom end", ""},
        {"fail inside the opener", "pf|.", "1 !boom end", ""},
        {"fail with a code", "|F.", "!short and stout[TEAPOT] end", ""},
        {"fail after the end", "|pef.", "1 end", ""},
        {"end after failing", "|fe.", "!boom end", ""},
        {"refused", "x|.", "!no end", ""},
        {"refused after a push", "ppx|.", "!no end", ""},
        {"refused after the end", "pex|.", "!no end", ""},
        {"refused after listening", "tx|P.P.", "!no end", ""},
        {"the server ends it", "|pd.", "1 end", ""},
        {"the server ends it twice", "|pdd.d", "1 end", ""},
        {"end, then the server", "|ped.", "1 end", ""},
        {"the server, then end and a push", "|pdpe.", "1 end", "ECLOSED"},
        {"gone", "p|.g..", "1", ""},
        {"gone before the first turn", "p|g..", "", ""},
        {"gone after the end was said", "p|eg..", "", ""},
        {"gone after failing", "p|fg..", "", ""},
    };

    (void)state;
    PLAY(scripts, CLOSE);
}

static void a_timer_pushes(void **state)
{
    static const script scripts[] = {
        {"every 10 ms", "T|+++", "1 2 3", ""},
        {"stopped", "T|+0++", "1", ""},
        {"ends with the end", "T|+e+++", "1 end", ""},
        {"ends with the client", "T|+g+++", "1", ""},
        {"ends with a refusal", "Tx|+++", "!no end", ""},
        {"ends although the client does not read", "Tp|s.+e+++", "1", "EFULL"},
    };

    (void)state;
    PLAY(scripts, CLOSE);
}

static void topics_deliver(void **state)
{
    static const script scripts[] = {
        {"one topic", "t|P.P.", "1 2", ""},
        {"not the others'", "t|PUP.", "1 3", ""},
        {"two topics, in order of publishing", "tu|PUUP.", "1 2 3 4", ""},
        {"the same topic twice", "tt|P.", "1", ""},
        {"listening later", "|Pt.P.", "2", ""},
        {"left at the end", "t|P.eP.", "1 end", ""},
        {"events on their way at the end are not its own", "t|Pe.", "end", ""},
        {"listening after the end", "|et.", "end", "ECLOSED"},
        {"topics and pushes", "t|pP.", "1 2", ""},
        {"gone", "t|P.gP.", "1", ""},
        {"gone with events on their way", "t|P.Pg.", "1", ""},
    };

    (void)state;
    PLAY(scripts, CLOSE);
}

static void a_slow_client_makes_events_wait(void **state)
{
    static const script scripts[] = {
        {"nothing more until it reads", "t|sP.PP.", "1", ""},
        {"then all of it", "t|sP.PP.r.", "1 2 3", ""},
        {"and directly again", "t|sP.P.r.P.", "1 2 3", ""},
        {"the source is told", "|sp.p", "1", "EFULL"},
        {"and is told when to go on", "o|sp.pr.", "1 2 3 4", "EFULL"},
        {"not before", "o|sp.prs..", "1 2", "EFULL"},
        {"once", "o|sp.pr.sp.r.", "1 2 3 4 5", "EFULL"},
        {"a queue half full", "|ppp.", "1 2 3", "EFULL"},
        {"has an on_ready, too", "o|ppp..", "1 2 3 4 5", "EFULL"},
        {"the end waits for the events", "t|sP.PP.e.", "1", ""},
        {"and comes after them", "t|sP.PP.e.r.", "1 2 3 end", ""},
        {"the end does not wait for the client", "t|sP.e.", "1 end", ""},
        {"a failure waits for the events", "t|sP.PP.f.r.", "1 2 3 !boom end", ""},
        {"the source stops before the client has read all", "|sp.pe..", "1", "EFULL"},
        {"gone while events wait", "t|sP.PP.g.", "1", ""},
        {"gone while draining", "t|sP.PP.e.g.", "1", ""},
        {"a closed one gets no more", "t|cP.PP.", "1", ""},
    };

    (void)state;
    PLAY(scripts, CLOSE);
}

static void the_queue_is_bounded(void **state)
{
    static const script close[] = {
        {"five may wait", "t|sP.PPPPP.r.", "1 2 3 4 5 6", ""},
        {"six are too many", "t|sP.PPPPPP.", "1 !slow end", ""},
        {"no more after that", "t|sP.PPPPPPPP.P.r.", "1 !slow end", ""},
        {"pushed", "|sp.pppppp", "1", "EFULL EFULL EFULL EFULL EFULL ELIMIT"},
        {"and what comes of it", "|sp.ppppppp.", "1 !slow end",
         "EFULL EFULL EFULL EFULL EFULL ELIMIT ECLOSED"},
        {"inside the opener", "pppppp|.", "!slow end", "EFULL EFULL EFULL ELIMIT"},
        {"and then refused", "ppppppx|.", "!no end", "EFULL EFULL EFULL ELIMIT"},
        {"gone before it is told", "|ppppppg.", "", "EFULL EFULL EFULL ELIMIT"},
    };
    static const script drop[] = {
        {"five may wait", "t|sP.PPPPP.r.", "1 2 3 4 5 6", ""},
        {"the oldest go", "t|sP.PPPPPPP.r.", "1 ~4 5 6 7 8", ""},
        {"the oldest of the pushed", "|pppppppe.", "~3 4 5 6 7 end",
         "EFULL EFULL EFULL EFULL EFULL"},
    };

    (void)state;
    PLAY(close, CLOSE);
    PLAY(drop, DROP_OLDEST);
}

/* ---- the source's own functions ---- */

static void tick_ends(xy_source_stream *stream, void *arg)
{
    push(arg);
    xy_stream_end(stream);
    push(arg);
}

static void tick_fails(xy_source_stream *stream, void *arg)
{
    (void)arg;
    xy_stream_fail(stream, NULL, "boom");
    xy_stream_fail(stream, NULL, "again");
}

static void tick_once(xy_source_stream *stream, void *arg)
{
    push(arg);
    xy_stream_every(stream, 0, NULL, NULL);
}

static void tick_slower(xy_source_stream *stream, void *arg)
{
    push(arg);
    xy_stream_every(stream, 30, on_tick, arg);
}

static void tick_too_much(xy_source_stream *stream, void *arg)
{
    (void)stream;
    for (int i = 0; i < 7; i++)
        push(arg);
}

static void tick_listens(xy_source_stream *stream, void *arg)
{
    client *c = arg;

    xy_stream_topic(stream, XY_STR("t"), XY_STR_NULL);
    world_step(c, 'P');
}

static const struct {
    const char *name;
    xy_stream_fn *tick;
    const char *sent; /* in 50 ms */
    const char *codes;
} ticks[] = {
    {"end", tick_ends, "1 end", "ECLOSED"},
    {"fail", tick_fails, "!boom end", ""},
    {"stop the timer", tick_once, "1", ""},
    {"change the timer", tick_slower, "1 2", ""},
    {"push too much", tick_too_much, "!slow end", "EFULL EFULL EFULL ELIMIT ECLOSED"},
    {"listen and publish", tick_listens, "1 2 3 4 5", ""},
};

static xy_stream_fn *tick_of(const client *c)
{
    const player *p = c->data;

    return ticks[p->opener[0] - '0'].tick;
}

static int open_ticking(client *c, xy_call *call)
{
    (void)call;
    xy_stream_every(c->stream, 10, tick_of(c), c);
    return XY_OK;
}

static void a_tick_may_do_anything(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ticks / sizeof ticks[0]; i++) {
        stage *s = stage_create();
        client *c = &s->clients[0];
        char opener[2] = {(char)('0' + i), '\0'};
        player p = {.next = 1, .opener = opener};

        print_message("%s\n", ticks[i].name);
        c->data = &p;
        stage_open(s, 0, "n", open_ticking);
        xy__loop_advance(&s->loop, 55);
        client_shorten(c);
        assert_string_equal(c->text, ticks[i].sent);
        assert_string_equal(p.codes, ticks[i].codes);
        stage_destroy(s);
    }
}

static void stop_and_push(void *arg)
{
    client *c = arg;

    c->stops++;
    assert_int_equal(xy_stream_push_int(c->stream, 1), XY_ECLOSED);
    assert_int_equal(xy_stream_topic(c->stream, XY_STR("t"), XY_STR_NULL), XY_ECLOSED);
    xy_stream_end(c->stream);
    xy_stream_every(c->stream, 1, on_tick, c);
    c->stream = NULL;
}

static int open_stubborn(client *c, xy_call *call)
{
    (void)call;
    xy_stream_on_stop(c->stream, stop_and_push, c);
    return xy_stream_topic(c->stream, XY_STR("t"), XY_STR_NULL);
}

static void nothing_comes_of_what_is_done_after_the_end(void **state)
{
    stage *s = stage_create();
    client *c = stage_open(s, 0, "n", open_stubborn);

    (void)state;
    client_gone(c);
    stage_turn(s);
    assert_int_equal(c->stops, 1);
    c = stage_open(s, 0, "n", open_stubborn);
    xy_stream_end(c->stream);
    xy__loop_advance(&s->loop, 10);
    assert_int_equal(c->stops, 1);
    assert_string_equal(c->text, "end");
    stage_destroy(s);
}

/* ---- more than letters ---- */

static int open_topic(client *c, xy_call *call)
{
    (void)call;
    return xy_stream_topic(c->stream, XY_STR("t"), XY_STR_NULL);
}

static void one_run_at_a_time(void **state)
{
    stage *s = stage_create();
    client *c = stage_open(s, 0, "late", open_topic);

    (void)state;
    for (int i = 1; i <= 3; i++)
        stage_publish(s, "t", i);
    stage_turn(s);
    assert_int_equal(c->promise_count, 1);
    assert_int_equal(stage_figures(s).waiting_events, 2);
    for (int i = 0; i < 3; i++) {
        client_resolve(c);
        stage_turn(s);
    }
    assert_string_equal(c->text, "1 2 3");
    stage_destroy(s);
}

static void the_end_waits_for_the_run(void **state)
{
    stage *s = stage_create();
    client *c = stage_open(s, 0, "late", open_topic);

    (void)state;
    stage_publish(s, "t", 1);
    stage_publish(s, "t", 2);
    stage_turn(s);
    xy_stream_end(c->stream);
    stage_turn(s);
    assert_int_equal(c->stops, 1); /* the source need not wait */
    client_resolve(c);
    stage_turn(s);
    assert_string_equal(c->text, "1");
    client_resolve(c);
    stage_turn(s);
    assert_string_equal(c->text, "1 2 end");
    stage_destroy(s);
}

static void a_client_that_goes_stops_its_run(void **state)
{
    stage *s = stage_create();
    client *c = stage_open(s, 0, "late", open_topic);

    (void)state;
    stage_publish(s, "t", 1);
    stage_turn(s);
    client_gone(c);
    assert_int_equal(c->promise_stops, 1);
    stage_turn(s);
    assert_int_equal(stage_figures(s).subscriptions, 0);
    client_resolve(c); /* too late, and harmless */
    assert_string_equal(c->text, "");
    stage_destroy(s);
}

static void a_client_that_is_too_slow_stops_its_run(void **state)
{
    stage *s = stage_create();
    client *c = stage_open(s, 0, "late", open_topic);

    (void)state;
    for (int i = 1; i <= 7; i++)
        stage_publish(s, "t", i);
    stage_turn(s);
    assert_int_equal(c->promise_stops, 1);
    client_shorten(c);
    assert_string_equal(c->text, "!slow end");
    assert_int_equal(stage_figures(s).overflows, 1);
    client_resolve(c);
    stage_destroy(s);
}

/* A client that stalls costs references to payloads that others read, and delays nobody. */
static void a_stalled_client_delays_nobody(void **state)
{
    stage *s = stage_create();
    client *stalled = stage_open(s, 0, "n", open_topic);
    client *reading = stage_open(s, 1, "n", open_topic);

    (void)state;
    s->options.queue.overflow = XY_OVERFLOW_DROP_OLDEST;
    stage_open(s, 2, "n", open_topic)->answer = XY_EFULL;
    stalled->answer = XY_EFULL;
    for (int i = 1; i <= 9; i++) {
        stage_publish(s, "t", i);
        stage_turn(s);
    }
    assert_string_equal(reading->text, "1 2 3 4 5 6 7 8 9");
    client_shorten(stalled);
    assert_string_equal(stalled->text, "1 !slow end");
    assert_int_equal(stage_figures(s).waiting_events, 5);
    assert_int_equal(stage_figures(s).dropped, 3);
    client_ready(&s->clients[2]);
    stage_turn(s);
    assert_string_equal(s->clients[2].text, "1 ~5 6 7 8 9");
    stage_destroy(s);
}

static int publish_and_listen(client *c, xy_call *call)
{
    stage_publish(c->stage, "t", 1);
    return open_topic(c, call);
}

/* Whoever publishes, from within whatever request: an event is executed as its client. */
static void a_run_is_its_own_clients(void **state)
{
    stage *s = stage_create();

    (void)state;
    stage_open(s, 0, "who", open_topic);
    stage_open(s, 1, "who", open_topic);
    stage_open(s, 2, "who", publish_and_listen);
    stage_turn(s);
    stage_publish(s, "t", 1);
    stage_turn(s);
    assert_string_equal(s->clients[0].text, "\"0\" \"0\"");
    assert_string_equal(s->clients[1].text, "\"1\" \"1\"");
    assert_string_equal(s->clients[2].text, "\"2\"");
    stage_destroy(s);
}

static void an_unexpected_failure_is_masked_and_told(void **state)
{
    stage *s = stage_create();
    client *c = stage_open(s, 0, "n", open_topic);

    (void)state;
    s->executor.mask_errors = true;
    xy_stream_fail(c->stream, NULL, "the password is hunter2");
    stage_turn(s);
    assert_string_equal(c->text, "!" XY_MASKED_MESSAGE "[" XY_MASKED_CODE "] end");
    assert_int_equal(s->unexpected, 1);
    c = stage_open(s, 0, "n", open_topic);
    xy_stream_fail(c->stream, "SOLD_OUT", "no seats left");
    stage_turn(s);
    assert_string_equal(c->text, "!no seats left[SOLD_OUT] end");
    assert_int_equal(s->unexpected, 1);
    stage_destroy(s);
}

static int open_many(client *c, xy_call *call)
{
    int rc = XY_OK;

    (void)call;
    for (size_t i = 0; i <= XY_SUBSCRIPTION_TOPICS_MAX && rc == XY_OK; i++) {
        char id[16];

        snprintf(id, sizeof id, "%zu", i);
        rc = xy_stream_topic(c->stream, XY_STR("t"), xy_str_from(id));
    }
    assert_int_equal(rc, XY_ELIMIT);
    return XY_OK;
}

/* A failing source is told by one error at the place of the operation, without a path. */
static void a_failure_is_one_last_result(void **state)
{
    stage *s = stage_create();
    client *c = stage_open(s, 0, "n", open_topic);

    (void)state;
    stage_publish(s, "t", 1);
    stage_turn(s);
    assert_string_equal(c->last, "{\"data\":{\"n\":1}}");
    assert_int_equal(c->last_flags, 0);
    xy_stream_fail(c->stream, "SOLD_OUT", "no seats left");
    stage_turn(s);
    assert_string_equal(c->last, "{\"errors\":[{\"message\":\"no seats left\","
                                 "\"locations\":[{\"line\":1,\"column\":1}],"
                                 "\"extensions\":{\"code\":\"SOLD_OUT\"}}]}");
    assert_int_equal(c->last_flags, XY_PUT_LAST | XY_PUT_ERRORS | XY_PUT_NO_DATA);
    stage_destroy(s);
}

static void topics_of_one_subscription_are_bounded(void **state)
{
    stage *s = stage_create();

    (void)state;
    stage_open(s, 0, "n", open_many);
    assert_int_equal(stage_figures(s).subscribers, XY_SUBSCRIPTION_TOPICS_MAX);
    stage_destroy(s);
}

typedef struct greedy {
    int64_t next;
    int turns;
} greedy;

static void push_until_full(xy_source_stream *stream, void *arg)
{
    greedy *g = arg;

    while (g->next < 1000 && xy_stream_push_int(stream, g->next++) == XY_OK) {
    }
}

static int open_greedy(client *c, xy_call *call)
{
    (void)call;
    xy_stream_on_ready(c->stream, push_until_full, c->data);
    push_until_full(c->stream, c->data);
    return XY_OK;
}

/* A source that pushes as fast as it is let, to a client that reads as fast: other clients have
 * their turns all the same. */
static void a_greedy_source_takes_turns(void **state)
{
    stage *s = stage_create();
    greedy g = {0};
    client *c = &s->clients[0];

    (void)state;
    c->data = &g;
    stage_open(s, 0, "n", open_greedy);
    for (; g.next < 1000; g.turns++)
        stage_turn(s);
    assert_true(g.turns > 100);
    stage_destroy(s);
}

static void a_long_stream_does_not_grow(void **state)
{
    stage *s = stage_create();
    client *c = stage_open(s, 0, "n", open_topic);
    size_t stream_held = 0;
    size_t operation_held = 0;

    (void)state;
    for (int i = 1; i <= 100000; i++) {
        c->text_len = 0;
        stage_publish(s, "t", i);
        if (i % 100)
            continue;
        stage_turn(s);
        if (i == 1000) {
            stream_held = c->stream->extras->arena.held;
            operation_held = c->operation->arena.held;
        }
    }
    assert_int_equal(c->stream->extras->arena.held, stream_held);
    assert_int_equal(c->operation->arena.held, operation_held);
    assert_int_equal(s->executor.gauges.runs, 0);
    assert_int_equal(xy__subscription_waiting(c->subscription), 0);
    stage_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_pushes_and_ends),
        cmocka_unit_test(a_timer_pushes),
        cmocka_unit_test(topics_deliver),
        cmocka_unit_test(a_slow_client_makes_events_wait),
        cmocka_unit_test(the_queue_is_bounded),
        cmocka_unit_test(a_tick_may_do_anything),
        cmocka_unit_test(nothing_comes_of_what_is_done_after_the_end),
        cmocka_unit_test(one_run_at_a_time),
        cmocka_unit_test(the_end_waits_for_the_run),
        cmocka_unit_test(a_client_that_goes_stops_its_run),
        cmocka_unit_test(a_client_that_is_too_slow_stops_its_run),
        cmocka_unit_test(a_stalled_client_delays_nobody),
        cmocka_unit_test(a_run_is_its_own_clients),
        cmocka_unit_test(an_unexpected_failure_is_masked_and_told),
        cmocka_unit_test(a_failure_is_one_last_result),
        cmocka_unit_test(topics_of_one_subscription_are_bounded),
        cmocka_unit_test(a_greedy_source_takes_turns),
        cmocka_unit_test(a_long_stream_does_not_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
