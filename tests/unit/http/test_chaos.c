/* SPDX-License-Identifier: MIT */
/* Clients and handlers that do anything at any time, chosen by a seed. What must hold: answers
 * come in order, nothing is answered twice, whoever goes is told of once, and at the end nothing
 * is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "web.h"

#define CLIENTS 5
#define STEPS   150
#define SEEDS   20

typedef struct chaos {
    web web;
    client clients[CLIENTS];
    bool open[CLIENTS];
    unsigned asked[CLIENTS];    /* number of the last request */
    unsigned answered[CLIENTS]; /* number in the last answer */
    uint32_t seed;
} chaos;

static uint32_t dice(chaos *c, uint32_t sides)
{
    c->seed = c->seed * 1664525u + 1013904223u;
    return (c->seed >> 8) % sides;
}

/* ---- clients ---- */

static void ask(chaos *c, size_t i)
{
    static const char *const targets[] = {"/echo",  "/echo",    "/echo",
                                          "/later", "/watched", "/stream"};
    static const char *const ends[] = {"", "", "", "Connection: close\r\n"};
    char text[256];
    unsigned number = ++c->asked[i];
    size_t len;
    size_t first;

    if (dice(c, 2)) {
        len =
            (size_t)snprintf(text, sizeof text,
                             "POST %s?n=%u; HTTP/1.1\r\nHost: x\r\n%sContent-Length: 4\r\n\r\nbody",
                             targets[dice(c, 6)], number, ends[dice(c, 4)]);
    } else {
        len = (size_t)snprintf(text, sizeof text, "GET %s?n=%u; HTTP/1.%u\r\nHost: x\r\n%s\r\n",
                               targets[dice(c, 6)], number, dice(c, 8) ? 1 : 0, ends[dice(c, 4)]);
    }
    first = dice(c, 3) ? len : 1 + dice(c, (uint32_t)len);
    client_send(&c->clients[i], (xy_str){text, first});
    if (dice(c, 3))
        xy__loop_turn(&c->web.loop);
    client_send(&c->clients[i], (xy_str){text + first, len - first});
}

static void misbehave(chaos *c, size_t i)
{
    static const char *const noises[] = {
        "\r\n", "garbage\r\n\r\n", "GET / HTTP/1.1\r\n", "0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\nabc"};

    client_send(&c->clients[i], xy_str_from(noises[dice(c, 5)]));
}

/* Every answer to request n says "n=<n>;" in its order. */
static void look(chaos *c, size_t i)
{
    for (const char *at = client_read(&c->clients[i]); (at = strstr(at, "n=")); at++) {
        unsigned number = (unsigned)strtoul(at + 2, NULL, 10);

        assert_true(number > c->answered[i]);
        assert_true(number <= c->asked[i]);
        c->answered[i] = number;
    }
}

static void act(chaos *c, size_t i)
{
    if (!c->open[i]) {
        client_open(&c->clients[i], &c->web);
        c->open[i] = true;
        c->asked[i] = c->answered[i] = 0;
        return;
    }
    switch (dice(c, 12)) {
    case 0:
        client_close(&c->clients[i]);
        c->open[i] = false;
        break;
    case 1:
        client_abort(&c->clients[i]);
        c->open[i] = false;
        break;
    case 2:
        client_fin(&c->clients[i]);
        break;
    case 3:
        misbehave(c, i);
        break;
    case 4:
    case 5:
        look(c, i);
        break;
    default:
        ask(c, i);
    }
}

/* ---- handlers ---- */

static void answer_one(chaos *c)
{
    web *w = &c->web;
    size_t i = dice(c, (uint32_t)w->later_len + 1);
    char text[64];

    if (i >= w->later_len || !w->later[i])
        return;
    if (dice(c, 4) == 0) {
        web_stream(w, i);
        return;
    }
    snprintf(text, sizeof text, "%.*s", XY_PRI(xy__exchange_request(w->later[i])->query));
    web_answer(w, i, text);
}

static void write_one(chaos *c)
{
    web *w = &c->web;
    size_t i = dice(c, (uint32_t)w->sinks_len + 1);

    if (i >= w->sinks_len || !w->sinks[i])
        return;
    if (dice(c, 3)) {
        web_write(w, i, "some event");
        return;
    }
    if (dice(c, 4)) {
        xy__sink_end(w->sinks[i]);
    } else {
        xy__sink_abort(w->sinks[i]);
    }
    w->sinks[i] = NULL;
}

/* Forget what is over, so that there is room for more. */
static void tidy(web *w)
{
    size_t kept = 0;

    for (size_t i = 0; i < w->later_len; i++) {
        if (w->later[i])
            w->later[kept++] = w->later[i];
    }
    w->later_len = kept;
    kept = 0;
    for (size_t i = 0; i < w->sinks_len; i++) {
        if (w->sinks[i])
            w->sinks[kept++] = w->sinks[i];
    }
    w->sinks_len = kept;
}

static void step(chaos *c)
{
    tidy(&c->web);
    if (c->web.later_len > WEB_SINKS / 2 || dice(c, 4) == 0) {
        answer_one(c);
    } else if (c->web.sinks_len > WEB_SINKS / 2 || dice(c, 4) == 0) {
        write_one(c);
    } else if (dice(c, 40) == 0) {
        xy__loop_advance(&c->web.loop, dice(c, 40000));
    } else {
        act(c, dice(c, CLIENTS));
    }
    if (dice(c, 2))
        xy__loop_turn(&c->web.loop);
}

static void run(uint32_t seed)
{
    chaos *c = calloc(1, sizeof *c);

    c->seed = seed;
    web_init(&c->web, XY_CLOCK_VIRTUAL);
    c->web.options.connections_max = 4;
    c->web.options.read_ahead_max = 1024;
    c->web.options.pipeline_max = 3;
    web_open(&c->web);
    for (int i = 0; i < STEPS; i++)
        step(c);
    if (dice(c, 2))
        xy__http_server_drain(c->web.server, dice(c, 2) * 1000, web_on_drained, &c->web);
    for (size_t i = 0; i < CLIENTS; i++) {
        if (c->open[i])
            client_close(&c->clients[i]);
    }
    /* Who did not want to be told that its client has gone still answers, and the next one in
     * its line. */
    for (size_t i = 0; i < c->web.later_len; i++) {
        if (c->web.later[i])
            web_answer(&c->web, i, "");
        web_settle(&c->web);
    }
    assert_int_equal(xy__http_server_stats(c->web.server).connections, 0);
    for (size_t i = 0; i < c->web.sinks_len; i++)
        assert_null(c->web.sinks[i]);
    web_close(&c->web);
    free(c);
}

static void anything_at_any_time(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++)
        run(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anything_at_any_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
