/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "redis/slots.h"

#define WORDS ((size_t)1024)

void model_open(model *m, fake *f)
{
    *m = (model){.f = f};
    for (size_t i = 0; i < FAKE_LINES; i++)
        xy__buf_init(&m->lines[i].out, (size_t)1 << 28);
}

void model_close(model *m)
{
    model_hang_up_all(m);
    for (size_t i = 0; i < FAKE_LINES; i++)
        xy__buf_deinit(&m->lines[i].out);
}

void model_accept(model *m)
{
    fake_line *line;

    while ((line = fake_accept(m->f)) != NULL) {
        size_t i = 0;

        while (m->lines[i].line)
            assert_true(++i < FAKE_LINES);
        m->lines[i].line = line;
        m->lines[i].subscribed = 0;
        xy__buf_reset(&m->lines[i].out, 4096);
    }
}

void model_hang_up(model *m, model_line *line)
{
    (void)m;
    if (line->line)
        fake_hang_up(line->line);
    line->line = NULL;
    line->subscribed = 0;
}

void model_hang_up_all(model *m)
{
    for (size_t i = 0; i < FAKE_LINES; i++)
        model_hang_up(m, &m->lines[i]);
}

void model_leave(model *m)
{
    model_hang_up_all(m);
    fake_leave(m->f);
    memset(m->known, 0, sizeof m->known);
}

static size_t channel_of(xy_str name)
{
    size_t i = name.len > 1 ? strtoul(name.ptr + 1, NULL, 10) : MODEL_CHANNELS;

    assert_true(i < MODEL_CHANNELS && name.ptr[0] == 'c');
    return i;
}

static void put_bulk(xy_buf *out, xy_str text)
{
    xy__buf_printf(out, "$%zu\r\n%.*s\r\n", text.len, XY_PRI(text));
}

static void put_push(xy_buf *out, const char *kind, xy_str channel)
{
    XY_BUF_LITERAL(out, "*3\r\n");
    put_bulk(out, xy_str_from(kind));
    put_bulk(out, channel);
}

void model_publish(model *m, xy_str channel, xy_str message)
{
    uint64_t bit = 1ull << channel_of(channel);

    for (size_t i = 0; i < FAKE_LINES; i++)
        if (m->lines[i].line && m->lines[i].subscribed & bit) {
            put_push(&m->lines[i].out, m->cluster ? "smessage" : "message", channel);
            put_bulk(&m->lines[i].out, message);
        }
}

static void subscribe(model *m, model_line *line, const xy_str *words, size_t len)
{
    static const char *const kinds[2][2] = {{"unsubscribe", "subscribe"},
                                            {"sunsubscribe", "ssubscribe"}};
    bool on = xy_str_is(words[0], m->cluster ? "SSUBSCRIBE" : "SUBSCRIBE");

    for (size_t i = 1; i < len; i++)
        if (on && m->forbidden & 1ull << channel_of(words[i])) {
            XY_BUF_LITERAL(&line->out, "-NOPERM not that channel\r\n");
            return;
        }
    for (size_t i = 1; i < len; i++) {
        uint64_t bit = 1ull << channel_of(words[i]);

        line->subscribed = on ? line->subscribed | bit : line->subscribed & ~bit;
        put_push(&line->out, kinds[m->cluster != NULL][on], words[i]);
        XY_BUF_LITERAL(&line->out, ":1\r\n");
    }
}

void model_learn(model *m, unsigned channel, unsigned owner)
{
    char name[16];

    snprintf(name, sizeof name, "c%u", channel);
    m->cluster->views[m->self][channel] = owner;
    for (size_t i = 0; i < FAKE_LINES && owner != m->self; i++) {
        model_line *line = &m->lines[i];

        if (line->line && line->subscribed & 1ull << channel) {
            line->subscribed &= ~(1ull << channel);
            put_push(&line->out, "sunsubscribe", xy_str_from(name));
            XY_BUF_LITERAL(&line->out, ":0\r\n");
        }
    }
}

/* Each slot that a channel has is a range of its own; what lies between is the first server's. */
static void tell_slots(model *m, model_line *line)
{
    static unsigned owners[XY_REDIS_SLOTS];
    const unsigned *view = m->cluster->views[m->self];
    xy_buf ranges;
    size_t count = 0;

    memset(owners, 0, sizeof owners);
    for (unsigned c = 0; c < MODEL_CHANNELS; c++) {
        char name[16];

        snprintf(name, sizeof name, "c%u", c);
        owners[xy__redis_slot(xy_str_from(name))] = view[c];
    }
    xy__buf_init(&ranges, (size_t)1 << 20);
    for (size_t first = 0, last; first < XY_REDIS_SLOTS; first = last + 1) {
        last = first;
        while (last + 1 < XY_REDIS_SLOTS && owners[last + 1] == owners[first])
            last++;
        xy__buf_printf(&ranges, "*3\r\n:%zu\r\n:%zu\r\n*2\r\n$9\r\n127.0.0.1\r\n:%u\r\n", first,
                       last, (unsigned)m->cluster->servers[owners[first]]->f->port);
        count++;
    }
    xy__buf_printf(&line->out, "*%zu\r\n", count);
    xy__buf_str(&line->out, xy__buf_view(&ranges));
    xy__buf_deinit(&ranges);
}

/* Somebody else has what the command is about: said so. */
static bool is_elsewhere(model *m, model_line *line, const xy_str *words)
{
    bool calls = xy_str_starts(words[0], XY_STR("EVAL"));
    xy_str name = words[calls ? 3 : 1];
    unsigned owner;

    if (!m->cluster || !(calls || xy_str_is(words[0], "SPUBLISH") ||
                         xy_str_is(words[0], "SSUBSCRIBE") || xy_str_is(words[0], "SUNSUBSCRIBE")))
        return false;
    owner = m->cluster->views[m->self][channel_of(name)];
    if (owner == m->self)
        return false;
    xy__buf_printf(&line->out, "-MOVED %u 127.0.0.1:%u\r\n", (unsigned)xy__redis_slot(name),
                   (unsigned)m->cluster->servers[owner]->f->port);
    return true;
}

static void evaluate(model *m, model_line *line, const xy_str *words, size_t len)
{
    bool by_sha = words[0].len == 7;
    unsigned script = (unsigned)(words[1].ptr[0] - '0');

    assert_true(len > 3 && script < MODEL_SCRIPTS);
    if (by_sha && !m->known[script]) {
        XY_BUF_LITERAL(&line->out, "-NOSCRIPT No matching script.\r\n");
        return;
    }
    m->known[script] = true;
    m->on_call(m->arg, script, words + 3, len - 3);
    xy__buf_printf(&line->out, ":%u\r\n", script);
}

static void load(model *m, model_line *line, xy_str text)
{
    unsigned script = (unsigned)(text.ptr[0] - '0');

    assert_true(script < MODEL_SCRIPTS);
    m->known[script] = true;
    xy__buf_printf(&line->out, "$40\r\n%040u\r\n", script);
    line->out.ptr[line->out.len - 42] = (char)('0' + script);
}

static void answer(model *m, model_line *line, const xy_str *words, size_t len)
{
    bool sends = xy_str_is(words[0], m->cluster ? "SPUBLISH" : "PUBLISH");
    bool publishes = sends || xy_str_starts(words[0], XY_STR("EVAL"));

    m->commands++;
    m->largest = len > m->largest ? len : m->largest;
    if (publishes && m->error) {
        xy__buf_printf(&line->out, "-%s\r\n", m->error);
        m->error = NULL;
    } else if (is_elsewhere(m, line, words)) {
        return;
    } else if (xy_str_is(words[0], "CLUSTER") && m->cluster) {
        tell_slots(m, line);
    } else if (xy_str_is(words[0], "COMMAND")) {
        XY_BUF_LITERAL(&line->out, "*1\r\n*1\r\n$10\r\nssubscribe\r\n");
    } else if (xy_str_is(words[0], "PING")) {
        xy__buf_str(&line->out, line->subscribed ? XY_STR("*2\r\n$4\r\npong\r\n$0\r\n\r\n")
                                                 : XY_STR("+PONG\r\n"));
    } else if (words[0].len >= 9 &&
               xy_str_is((xy_str){words[0].ptr + words[0].len - 9, 9}, "SUBSCRIBE")) {
        subscribe(m, line, words, len);
    } else if (sends) {
        m->on_publish(m->arg, words[1], words[2]);
        model_publish(m, words[1], words[2]);
        XY_BUF_LITERAL(&line->out, ":1\r\n");
    } else if (xy_str_is(words[0], "SCRIPT")) {
        load(m, line, words[2]);
    } else if (xy_str_starts(words[0], XY_STR("EVAL"))) {
        evaluate(m, line, words, len);
    } else {
        put_bulk(&line->out, words[0]);
    }
}

size_t model_work(model *m, model_line *line, size_t max)
{
    static xy_str words[WORDS];
    size_t done = 0;
    size_t len;

    if (!line->line)
        return 0;
    fake_take(line->line);
    while (done < max && (len = fake_command(line->line, words, WORDS)) > 0) {
        answer(m, line, words, len);
        done++;
    }
    if (line->line->ended && !done)
        model_hang_up(m, line);
    return done;
}

void model_tell(model *m, model_line *line, size_t max)
{
    size_t len = line->out.len < max ? line->out.len : max;

    (void)m;
    if (!line->line || !len)
        return;
    fake_say_bytes(line->line, (xy_str){line->out.ptr, len});
    memmove(line->out.ptr, line->out.ptr + len, line->out.len - len);
    xy__buf_truncate(&line->out, line->out.len - len);
}

void model_settle(model *m)
{
    for (int quiet = 0; quiet < 3; quiet++) {
        model_accept(m);
        for (size_t i = 0; i < FAKE_LINES; i++) {
            size_t had = m->lines[i].line ? m->lines[i].line->got.len : 0;
            bool busy = model_work(m, &m->lines[i], SIZE_MAX) > 0;

            if (busy || (m->lines[i].line && m->lines[i].line->got.len > had) ||
                (m->lines[i].line && m->lines[i].out.len))
                quiet = -1;
            model_tell(m, &m->lines[i], (size_t)64 << 10);
        }
        for (int i = 0; i < 3; i++)
            xy__loop_turn(m->f->loop);
    }
}

uint64_t model_subscribed(const model *m)
{
    uint64_t all = 0;

    for (size_t i = 0; i < FAKE_LINES; i++)
        if (m->lines[i].line)
            all |= m->lines[i].subscribed;
    return all;
}
