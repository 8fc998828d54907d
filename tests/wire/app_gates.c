/* SPDX-License-Identifier: MIT */
/* What happens when a test says so: fields and lists that wait for a gate, lists that push as fast
 * as the client takes them, and lists that fail. Only with --gates. */
#include "app.h"

/* Workers cannot wake each other's promises, so whoever waits looks again. */
#define LOOK_MS 2

static _Atomic int64_t *gate_of(xy_call *call)
{
    int32_t number = xy_arg_int(call, "gate");

    return number >= 0 && number < APP_GATES ? &app_of(call)->gates[number] : NULL;
}

static int no_such_gate(xy_call *call)
{
    return xy_fail_code(call, "BAD_USER_INPUT", "There is no such gate.");
}

static int Mutation_openGate(xy_call *call)
{
    _Atomic int64_t *gate = gate_of(call);
    app *application = app_of(call);
    int64_t opened;

    if (!gate)
        return no_such_gate(call);
    pthread_mutex_lock(&application->gates_lock);
    opened = atomic_fetch_add(gate, 1) + 1;
    pthread_cond_broadcast(&application->gates_changed);
    pthread_mutex_unlock(&application->gates_lock);
    return xy_put_int(call, opened);
}

/* ---- a field ---- */

typedef struct held {
    _Atomic int64_t *gate;
    xy_str text;
} held;

static void look_at_gate(xy_promise *promise, void *arg)
{
    held *state = arg;

    if (!atomic_load(state->gate)) {
        xy_promise_after(promise, LOOK_MS, look_at_gate, state);
        return;
    }
    xy_put_str(xy_promise_call(promise), state->text);
    xy_promise_resolve(promise);
}

static int hold(xy_call *call, xy_str text)
{
    held *state = xy_new(call, held);

    *state = (held){gate_of(call), text};
    if (!state->gate)
        return no_such_gate(call);
    look_at_gate(xy_later(call), state);
    return XY_OK;
}

static int Query_held(xy_call *call)
{
    return hold(call, XY_STR("open"));
}

static int Probe_held(xy_call *call)
{
    return hold(call, xy_format(call, "%.*s is open", XY_PRI(app_probe_id(call))));
}

/* ---- lists ---- */

static xy_source_stream *open_list(xy_call *call)
{
    app_stats *stats = &app_of(call)->stats;
    xy_source_stream *stream = xy_later_list(call);

    app_count(stream, &stats->lists_active, &stats->lists_opened);
    return stream;
}

typedef struct held_list {
    _Atomic int64_t *gate;
    int64_t pushed;
    int64_t count;
} held_list;

static void push_what_is_let_through(xy_source_stream *stream, void *arg)
{
    held_list *state = arg;

    while (state->pushed < state->count && state->pushed < atomic_load(state->gate))
        xy_stream_push_int(stream, ++state->pushed);
    if (state->pushed >= state->count)
        xy_stream_end(stream);
}

static int Query_heldList(xy_call *call)
{
    _Atomic int64_t *gate = gate_of(call);
    xy_source_stream *stream;
    held_list *state;

    if (!gate)
        return no_such_gate(call);
    stream = open_list(call);
    state = xy_stream_alloc(stream, sizeof *state);
    *state = (held_list){.gate = gate, .count = xy_arg_int(call, "count")};
    xy_stream_every(stream, LOOK_MS, push_what_is_let_through, state);
    return XY_OK;
}

typedef struct numbers {
    int64_t next;
    int64_t count;
} numbers;

/* Until there is no more, or the client is behind: the push that says so was the last for now. */
static void push_numbers(xy_source_stream *stream, void *arg)
{
    numbers *state = arg;
    int rc = XY_OK;

    while (rc == XY_OK && state->next < state->count)
        rc = xy_stream_push_int(stream, state->next++);
    if (state->next >= state->count)
        xy_stream_end(stream);
}

static int Query_numbers(xy_call *call)
{
    xy_source_stream *stream = open_list(call);
    numbers *state = xy_stream_alloc(stream, sizeof *state);

    state->count = xy_arg_int(call, "count");
    xy_stream_on_ready(stream, push_numbers, state);
    push_numbers(stream, state);
    return XY_OK;
}

static int Query_probes(xy_call *call)
{
    xy_source_stream *stream = open_list(call);
    int32_t count = xy_arg_int(call, "count");

    for (int32_t i = 1; i <= count; i++) {
        xy_member id = {XY_STR("id"), xy_value_string(xy_format(call, "p%d", i))};
        xy_value probe = {.kind = XY_VALUE_OBJECT, .len = 1, .members = &id};

        xy_stream_push(stream, &probe);
    }
    xy_stream_end(stream);
    return XY_OK;
}

static int Query_brokenItems(xy_call *call)
{
    xy_source_stream *stream = open_list(call);

    xy_stream_push_int(stream, 1);
    xy_stream_push_error(stream, "This item is broken.");
    xy_stream_push_int(stream, 3);
    xy_stream_end(stream);
    return XY_OK;
}

static int Query_brokenList(xy_call *call)
{
    xy_source_stream *stream = open_list(call);

    xy_stream_push_int(stream, 1);
    xy_stream_push_int(stream, 2);
    xy_stream_fail(stream, NULL, "list secret");
    return XY_OK;
}

int app_bind_gates(xy_schema *schema)
{
    static const struct {
        const char *coordinate;
        xy_resolver *resolver;
    } fields[] = {
        {"Mutation.openGate", Mutation_openGate},
        {"Query.held", Query_held},
        {"Probe.held", Probe_held},
        {"Query.heldList", Query_heldList},
        {"Query.numbers", Query_numbers},
        {"Query.probes", Query_probes},
        {"Query.brokenItems", Query_brokenItems},
        {"Query.brokenItemsHard", Query_brokenItems},
        {"Query.brokenList", Query_brokenList},
    };
    int rc = XY_OK;

    for (size_t i = 0; rc == XY_OK && i < sizeof fields / sizeof *fields; i++)
        rc = xy_bind(schema, fields[i].coordinate, fields[i].resolver);
    return rc;
}
