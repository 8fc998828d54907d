/* SPDX-License-Identifier: MIT */
/* Subscriptions: {sdl, source, query, operationName?, variables?, valid} and what comes of it,
 * responses and a stream_error, or the result that refuses. */
#include "base/fatal.h"
#include "base/vec.h"
#include "execution.h"
#include "execution/promise.h"
#include "schema/inspect.h"

/* What a source stream was given, before any of it is executed. */
typedef struct recording {
    xy_source_stream stream;
    xy_arena *arena;
    XY_VEC(xy_bytes *) events;
    xy_str failure; /* null: none */
    bool ended;
} recording;

static recording *recording_of(xy_source_stream *stream)
{
    return XY_CONTAINER(stream, recording, stream);
}

static int on_push(xy_source_stream *stream, xy_bytes *event)
{
    recording *r = recording_of(stream);

    *xy_vec_push(r->arena, &r->events) = event;
    return XY_OK;
}

static void on_end(xy_source_stream *stream)
{
    recording_of(stream)->ended = true;
}

static void on_fail(xy_source_stream *stream, const char *code, xy_str message)
{
    recording *r = recording_of(stream);

    (void)code;
    r->failure = xy__arena_str(r->arena, message);
    r->ended = true;
}

static int on_topic(xy_source_stream *stream, xy_str topic)
{
    (void)stream;
    (void)topic;
    return XY_ENOTFOUND;
}

static const xy_source_stream_ops record = {
    .push = on_push,
    .end = on_end,
    .fail = on_fail,
    .topic = on_topic,
};

/* ---- the source of the case ---- */

static void play(xy_source_stream *stream, const xy_value *source, const xy_value *events)
{
    xy_str error = vector_str(source, "__then_error");

    for (size_t i = 0; i < events->len; i++)
        XY_ASSERT(xy_stream_push(stream, &events->items[i]) == XY_OK);
    if (error.ptr) {
        xy_stream_fail(stream, NULL, xy__arena_str(recording_of(stream)->arena, error).ptr);
    } else {
        xy_stream_end(stream);
    }
}

static int refuse(xy_call *call, const xy_value *source)
{
    xy_buf text;

    xy__buf_init(&text, SIZE_MAX);
    xy__inspect(&text, source);
    xy_fail(call, "Subscription field must return Async Iterable. Received: %.*s.",
            XY_PRI(xy__buf_view(&text)));
    xy__buf_deinit(&text);
    return XY_EFAILED;
}

static int open_source(xy_call *call, xy_source_stream *stream)
{
    const vector_case *c = call->operation->context;
    const xy_value *source = xy_value_get(c->json, XY_STR("source"));
    const xy_value *events = vector_get(source, "__events");
    xy_str error = vector_str(source, "__error");

    if (error.ptr)
        return xy_fail(call, "%.*s", XY_PRI(error));
    if (!events)
        return refuse(call, source);
    play(stream, source, events);
    return XY_OK;
}

/* ---- one case ---- */

static void on_result(void *arg, xy_bytes *result, unsigned flags)
{
    xy_bytes **out = arg;

    XY_ASSERT(!*out && !(flags & XY_PUT_NO_DATA));
    *out = result;
}

static vector_verdict execute_event(vector_execution *x, xy_bytes *event, const xy_value *expected)
{
    xy_bytes *result = NULL;
    vector_verdict verdict;

    xy__execute_event(x->operation, NULL, event, on_result, &result);
    XY_ASSERT(result);
    verdict = vector_expect_response(x->c, expected, xy_bytes_str(result), false);
    xy_bytes_unref(result);
    return verdict;
}

static vector_verdict execute(vector_execution *x, const recording *r)
{
    const xy_value *responses = vector_get(x->c->json, "responses");
    size_t expected = responses ? responses->len : SIZE_MAX;

    if (expected != r->events.len)
        return vector_fail(x->c, "responses", XY_STR("others"),
                           xy__arena_printf(x->c->arena, "%zu events", r->events.len));
    for (size_t i = 0; i < expected; i++)
        if (execute_event(x, r->events.items[i], &responses->items[i]) == VECTOR_FAIL)
            return VECTOR_FAIL;
    XY_ASSERT(r->ended);
    return vector_expect_str(x->c, "stream_error",
                             vector_str(vector_get(x->c->json, "stream_error"), "message"),
                             r->failure);
}

static vector_verdict subscribe(vector_execution *x)
{
    recording r = {.arena = x->c->arena};
    const xy_value *expected = vector_get(x->c->json, "result");
    vector_verdict verdict;

    x->operation->context = x->c;
    xy__source_stream_init(&r.stream, &(xy_source_env){&record, &x->loop, 1u << 20});
    if (xy__create_source_stream(x->operation, NULL, &r.stream, &x->operation->errors) < 0) {
        verdict = vector_expect_refusal(x->c, expected, &x->operation->errors);
    } else {
        verdict = execute(x, &r);
    }
    xy__source_stream_stop(&r.stream);
    for (size_t i = 0; i < r.events.len; i++)
        xy_bytes_unref(r.events.items[i]);
    return verdict;
}

static vector_verdict run_one(vector_case *c)
{
    vector_execution x;
    vector_verdict verdict;

    if (vector_execution_begin(&x, c, XY_DELIVER_WHOLE) < 0) {
        verdict = vector_expect_refusal(c, vector_get(c->json, "result"), &x.errors);
    } else {
        for (size_t i = 0; x.schema->subscription && i < x.schema->subscription->fields.len; i++)
            x.schema->subscription->fields.items[i]->opener = open_source;
        verdict = subscribe(&x);
    }
    vector_execution_end(&x);
    return verdict;
}

static vector_verdict run(vector_case *c)
{
    return vector_run_both(c, run_one);
}

const xy_vector_family vector_family_subscribe = {.name = "subscribe", .run = run};
