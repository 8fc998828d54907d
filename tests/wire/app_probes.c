/* SPDX-License-Identifier: MIT */
/* Fields that are slow, that fail, and that show their arguments. */
#include "app.h"

#define LETTERS 26

typedef struct Probe {
    xy_str id;
} Probe;

static int Query_fastField(xy_call *call)
{
    return xy_put_str(call, XY_STR("I am fast"));
}

/* ---- late ---- */

typedef struct slow {
    app *application;
    xy_str text;
} slow;

static void slow_is_done(xy_promise *promise, void *arg)
{
    slow *state = arg;

    atomic_fetch_add(&state->application->stats.slow_finished, 1);
    xy_put_str(xy_promise_call(promise), state->text);
    xy_promise_resolve(promise);
}

static int answer_slowly(xy_call *call, xy_str text)
{
    slow *state = xy_new(call, slow);
    int32_t wait_ms = xy_arg_int(call, "waitFor");

    *state = (slow){app_of(call), text};
    atomic_fetch_add(&state->application->stats.slow_started, 1);
    xy_promise_after(xy_later(call), wait_ms > 0 ? (uint64_t)wait_ms : 0, slow_is_done, state);
    return XY_OK;
}

static int Query_slowField(xy_call *call)
{
    return answer_slowly(call, XY_STR("I am slow"));
}

/* ---- letters ---- */

typedef struct alphabet {
    uint32_t next;
} alphabet;

static void next_letter(xy_source_stream *stream, void *arg)
{
    static const char letters[LETTERS + 1] = "abcdefghijklmnopqrstuvwxyz";
    alphabet *state = arg;

    if (state->next == LETTERS) {
        xy_stream_end(stream);
        return;
    }
    xy_stream_push_str(stream, (xy_str){&letters[state->next++], 1});
}

static int Query_alphabet(xy_call *call)
{
    app *application = app_of(call);
    xy_source_stream *stream = xy_later_list(call);
    alphabet *state = xy_stream_alloc(stream, sizeof *state);

    app_count(stream, &application->stats.alphabet_active, &application->stats.alphabet_opened);
    xy_stream_every(stream, application->letter_ms ? application->letter_ms : 1, next_letter,
                    state);
    next_letter(stream, state);
    return XY_OK;
}

/* ---- failing ---- */

static int Query_boom(xy_call *call)
{
    return xy_fail_internal(call, "secret detail: /etc/passwd at db.internal:5432");
}

static int Query_userProblem(xy_call *call)
{
    static const xy_member field = {XY_STR_INIT("field"),
                                    {.kind = XY_VALUE_STRING, .len = 1, .text = "x"}};
    static const xy_value properties = {.kind = XY_VALUE_OBJECT, .len = 1, .members = &field};

    return xy_fail_with(call, "BAD_USER_INPUT", &properties, "Your input is not good");
}

static int Query_adminReport(xy_call *call)
{
    return xy_put_str(call, XY_STR("the admin report"));
}

static int Query_editorReport(xy_call *call)
{
    return xy_put_str(call, XY_STR("the editor report"));
}

static int Query_echo(xy_call *call)
{
    return xy_put_str(call, xy_json(call, xy_args(call)));
}

/* ---- Probe ---- */

static Probe *make_probe(xy_call *call, xy_str id)
{
    Probe *probe = xy_new(call, Probe);

    probe->id = id;
    return probe;
}

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

static void probe_is_read(xy_promise *promise, void *arg)
{
    xy_put_object(xy_promise_call(promise), arg);
    xy_promise_resolve(promise);
}

static int Query_probe(xy_call *call)
{
    Probe *probe = make_probe(call, xy_arg_str(call, "id"));
    uint64_t wait_ms = app_of(call)->probe_ms;

    if (!wait_ms)
        return xy_put_object(call, probe);
    xy_promise_after(xy_later(call), wait_ms, probe_is_read, probe);
    return XY_OK;
}

static int Probe_name(xy_call *call)
{
    return xy_put_str(call, xy_format(call, "probe %.*s", XY_PRI(app_probe_id(call))));
}

static int Probe_boom(xy_call *call)
{
    return xy_fail_internal(call, "nested secret");
}

static int Probe_boomHard(xy_call *call)
{
    return xy_fail_internal(call, "nested hard secret");
}

static int Probe_slow(xy_call *call)
{
    return answer_slowly(call, xy_format(call, "slow %.*s", XY_PRI(app_probe_id(call))));
}

static int Probe_child(xy_call *call)
{
    xy_str id = xy_format(call, "%.*s.c", XY_PRI(app_probe_id(call)));

    return xy_put_object(call, make_probe(call, id));
}

int app_bind_probes(xy_schema *schema)
{
    static const xy_slot slots[] = {
        {"id", XY_SLOT_STR, offsetof(Probe, id), XY_SLOT_NO_HAS, NULL, 0},
    };
    static const struct {
        const char *coordinate;
        xy_resolver *resolver;
    } fields[] = {
        {"Query.fastField", Query_fastField},
        {"Query.slowField", Query_slowField},
        {"Query.alphabet", Query_alphabet},
        {"Query.boom", Query_boom},
        {"Query.userProblem", Query_userProblem},
        {"Query.adminReport", Query_adminReport},
        {"Query.editorReport", Query_editorReport},
        {"Query.echo", Query_echo},
        {"Query.probe", Query_probe},
        {"Probe.name", Probe_name},
        {"Probe.boom", Probe_boom},
        {"Probe.boomHard", Probe_boomHard},
        {"Probe.slow", Probe_slow},
        {"Probe.child", Probe_child},
    };
    int rc = xy_bind_struct(schema, "Probe", slots, sizeof slots / sizeof *slots);

    for (size_t i = 0; rc == XY_OK && i < sizeof fields / sizeof *fields; i++)
        rc = xy_bind(schema, fields[i].coordinate, fields[i].resolver);
    return rc;
}
