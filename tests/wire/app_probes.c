/* SPDX-License-Identifier: MIT */
/* Fields that are slow, that fail, and that show their arguments. */
#include "app.h"

#define LETTERS 26

int Query_fastField(xy_call *c, xy_str *out)
{
    (void)c;
    *out = XY_STR("I am fast");
    return XY_OK;
}

/* ---- late ---- */

typedef struct slow {
    app *application;
    xy_str text;
} slow;

static slow *begin_slowly(xy_call *c, xy_str text)
{
    slow *state = xy_new(c, slow);

    *state = (slow){app_of(c), text};
    atomic_fetch_add(&state->application->stats.slow_started, 1);
    return state;
}

static void slow_field_is_done(Query_slowField_promise *p, void *arg)
{
    slow *state = arg;

    atomic_fetch_add(&state->application->stats.slow_finished, 1);
    Query_slowField_resolve(p, state->text);
}

static uint64_t wait_of(int32_t wait_ms)
{
    return wait_ms > 0 ? (uint64_t)wait_ms : 0;
}

int Query_slowField(xy_call *c, const Query_slowField_args *a, Query_slowField_promise *p)
{
    Query_slowField_after(p, wait_of(a->waitFor), slow_field_is_done,
                          begin_slowly(c, XY_STR("I am slow")));
    return XY_OK;
}

/* ---- letters ---- */

static void next_letter(Query_alphabet_source *s, void *arg)
{
    static const char letters[LETTERS + 1] = "abcdefghijklmnopqrstuvwxyz";
    size_t *next = arg;

    if (*next == LETTERS) {
        Query_alphabet_end(s);
        return;
    }
    Query_alphabet_push(s, (xy_str){&letters[(*next)++], 1});
}

int Query_alphabet(xy_call *c, Query_alphabet_source *s)
{
    app *application = app_of(c);
    size_t *next = Query_alphabet_alloc(s, sizeof *next);

    app_count(s->stream, &application->stats.alphabet_active, &application->stats.alphabet_opened);
    Query_alphabet_every(s, application->letter_ms ? application->letter_ms : 1, next_letter, next);
    next_letter(s, next);
    return XY_OK;
}

/* ---- failing ---- */

int Query_boom(xy_call *c, xy_str *out)
{
    (void)out;
    return xy_fail_internal(c, "secret detail: /etc/passwd at db.internal:5432");
}

int Query_userProblem(xy_call *c, xy_str *out)
{
    static const xy_member field = {XY_STR_INIT("field"),
                                    {.kind = XY_VALUE_STRING, .len = 1, .text = "x"}};
    static const xy_value properties = {.kind = XY_VALUE_OBJECT, .len = 1, .members = &field};

    (void)out;
    return xy_fail_with(c, "BAD_USER_INPUT", &properties, "Your input is not good");
}

int Query_adminReport(xy_call *c, xy_str *out)
{
    (void)c;
    *out = XY_STR("the admin report");
    return XY_OK;
}

int Query_editorReport(xy_call *c, xy_str *out)
{
    (void)c;
    *out = XY_STR("the editor report");
    return XY_OK;
}

int Query_echo(xy_call *c, const Query_echo_args *a, xy_str *out)
{
    (void)a;
    *out = xy_json(c, xy_args(c));
    return XY_OK;
}

/* ---- Probe ---- */

/* What a resolver made is a struct, what a source pushed is JSON. */
static xy_str probe_id(const Probe *probe, const xy_value *value)
{
    return probe ? probe->id : xy_value_text(xy_value_get(value, XY_STR("id")));
}

xy_str app_probe_id(xy_call *call)
{
    return probe_id(xy_parent(call), xy_parent_value(call));
}

xy_str app_work_probe_id(const xy_work *work)
{
    return probe_id(xy_work_parent(work), xy_work_parent_value(work));
}

static Probe *make_probe(xy_call *c, xy_str id)
{
    Probe *probe = xy_new(c, Probe);

    probe->id = id;
    return probe;
}

static void probe_is_read(Query_probe_promise *p, void *arg)
{
    Query_probe_resolve(p, arg);
}

int Query_probe(xy_call *c, const Query_probe_args *a, Query_probe_promise *p)
{
    Probe *probe = make_probe(c, a->id);
    uint64_t wait_ms = app_of(c)->probe_ms;

    if (!wait_ms)
        return Query_probe_resolve(p, probe);
    Query_probe_after(p, wait_ms, probe_is_read, probe);
    return XY_OK;
}

int Probe_name(xy_call *c, const Probe *self, xy_str *out)
{
    *out = xy_format(c, "probe %.*s", XY_PRI(self->id));
    return XY_OK;
}

int Probe_boom(xy_call *c, const Probe *self, xy_str *out)
{
    (void)self;
    (void)out;
    return xy_fail_internal(c, "nested secret");
}

int Probe_boomHard(xy_call *c, const Probe *self, xy_str *out)
{
    (void)self;
    (void)out;
    return xy_fail_internal(c, "nested hard secret");
}

static void probe_slow_is_done(Probe_slow_promise *p, void *arg)
{
    slow *state = arg;

    atomic_fetch_add(&state->application->stats.slow_finished, 1);
    Probe_slow_resolve(p, state->text);
}

int Probe_slow(xy_call *c, const Probe *self, const Probe_slow_args *a, Probe_slow_promise *p)
{
    Probe_slow_after(p, wait_of(a->waitFor), probe_slow_is_done,
                     begin_slowly(c, xy_format(c, "slow %.*s", XY_PRI(self->id))));
    return XY_OK;
}

int Probe_child(xy_call *c, const Probe *self, Probe **out)
{
    *out = make_probe(c, xy_format(c, "%.*s.c", XY_PRI(self->id)));
    return XY_OK;
}
