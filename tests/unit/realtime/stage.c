/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "execution/promise.h"

static const char sdl[] = "type Query { unused: Int }\n"
                          "type Subscription {\n"
                          "  n(client: Int!): Int\n"
                          "  late(client: Int!): Int\n"
                          "  who(client: Int!): String\n"
                          "}\n";

/* ---- sources ---- */

static client *client_of(xy_call *call)
{
    stage *s = (stage *)(void *)xy_call_app(call);

    return &s->clients[xy_arg_int(call, "client")];
}

static void on_source_stop(void *arg)
{
    client *c = arg;

    c->stops++;
    c->stream = NULL;
}

static int open_source(xy_call *call, xy_source_stream *stream)
{
    client *c = client_of(call);

    c->stream = stream;
    xy_stream_on_stop(stream, on_source_stop, c);
    return c->open(c, call);
}

/* ---- resolvers ---- */

static void on_promise_stop(void *arg)
{
    client *c = arg;

    c->promise_stops++;
}

static int resolve_late(xy_call *call)
{
    client *c = client_of(call);
    xy_promise *promise = xy_later(call);

    XY_ASSERT(c->promise_count < CLIENT_PROMISES_MAX);
    c->promises[c->promise_count++] = promise;
    xy_promise_on_stop(promise, on_promise_stop, c);
    return XY_OK;
}

/* Says whose run this is, by what the run knows of its request. */
static int resolve_who(xy_call *call)
{
    const client *c = call->operation->context;

    return xy_put_str(call, xy_format(call, "%d", c->id));
}

void client_resolve(client *c)
{
    xy_promise *promise = c->promises[0];
    xy_call *call;

    if (!c->promise_count)
        return;
    c->promise_count--;
    memmove(c->promises, c->promises + 1, c->promise_count * sizeof c->promises[0]);
    call = xy_promise_call(promise);
    xy_put_value(call, xy_parent_value(call));
    xy_promise_resolve(promise);
}

/* ---- outlets ---- */

static void say(client *c, xy_str text)
{
    XY_ASSERT(c->text_len + text.len + 2 < sizeof c->text);
    if (c->text_len)
        c->text[c->text_len++] = ' ';
    memcpy(c->text + c->text_len, text.ptr, text.len);
    c->text_len += text.len;
    c->text[c->text_len] = '\0';
}

/* What stands in quotes after `"key":`; null when there is none. */
static xy_str quoted(xy_str json, const char *key)
{
    const char *at = memmem(json.ptr, json.len, key, strlen(key));
    const char *end;

    if (!at)
        return XY_STR_NULL;
    at += strlen(key) + 2;
    end = memchr(at, '"', (size_t)(json.ptr + json.len - at));
    return (xy_str){at, (size_t)(end - at)};
}

static void say_error(client *c, xy_str json)
{
    char text[256];
    xy_str code = quoted(json, "\"code\"");
    int len = snprintf(text, sizeof text, code.ptr ? "!%.*s[%.*s]" : "!%.*s",
                       XY_PRI(quoted(json, "\"message\"")), XY_PRI(code));

    say(c, (xy_str){text, (size_t)len});
}

void client_shorten(client *c)
{
    char *from = strstr(c->text, "!The subscription has ended");
    char *end = from ? strchr(from, ']') : NULL;

    if (!end)
        return;
    memcpy(from, "!slow", 5);
    memmove(from + 5, end + 1, strlen(end + 1) + 1);
}

static int put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    client *c = XY_CONTAINER(outlet, client, outlet);
    xy_str json = xy_bytes_str(result);
    const char *value = memchr(json.ptr + 1, '{', json.len - 1);

    if (flags & XY_PUT_ERRORS) {
        say_error(c, json);
    } else {
        /* {"data":{"n":1}} */
        value = memchr(value, ':', (size_t)(json.ptr + json.len - value));
        say(c, (xy_str){value + 1, (size_t)(json.ptr + json.len - 2 - value - 1)});
    }
    snprintf(c->last, sizeof c->last, "%.*s", XY_PRI(json));
    c->last_flags = flags;
    xy_bytes_unref(result);
    c->owed_ready = c->answer == XY_EFULL;
    return c->answer;
}

static void end(xy_outlet *outlet)
{
    client *c = XY_CONTAINER(outlet, client, outlet);

    say(c, XY_STR("end"));
    c->subscription = NULL;
}

static const xy_outlet_ops outlet_ops = {.put = put, .end = end};

void client_ready(client *c)
{
    c->answer = XY_OK;
    if (c->owed_ready && client_there(c)) {
        c->owed_ready = false;
        xy__outlet_ready(&c->outlet);
    }
}

void client_gone(client *c)
{
    if (!client_there(c))
        return;
    c->subscription = NULL;
    xy__outlet_stop(&c->outlet);
}

/* ---- the stage ---- */

static void on_unexpected(xy_operation *operation, const xy_error *error)
{
    stage *s = XY_CONTAINER(operation->executor, stage, executor);

    (void)error;
    s->unexpected++;
}

stage *stage_create(void)
{
    static const xy_pubsub_limits limits = {1 << 16, 1 << 20};
    stage *s = xy__zalloc(sizeof *s);
    xy_sdl file = {XY_STR("stage.graphql"), xy_str_from(sdl)};
    xy_schema_options options = {.files = &file, .file_count = 1};

    xy__loop_init(&s->loop, XY_CLOCK_VIRTUAL);
    s->ps = xy__pubsub_create(&limits, NULL);
    s->hub = xy__hub_create(s->ps, &s->loop);
    xy__executor_init(&s->executor, &s->loop);
    s->executor.app = (xy_app *)(void *)s;
    s->executor.on_unexpected = on_unexpected;
    assert_int_equal(xy_schema_load(&options, &s->schema, NULL), XY_OK);
    assert_int_equal(xy_bind_stream(s->schema, "Subscription.n", open_source), XY_OK);
    assert_int_equal(xy_bind_stream(s->schema, "Subscription.late", open_source), XY_OK);
    assert_int_equal(xy_bind_stream(s->schema, "Subscription.who", open_source), XY_OK);
    assert_int_equal(xy_bind(s->schema, "Subscription.late", resolve_late), XY_OK);
    assert_int_equal(xy_bind(s->schema, "Subscription.who", resolve_who), XY_OK);
    s->options =
        (xy_subscription_options){.queue = {5, 100, XY_OVERFLOW_CLOSE}, .event_bytes_max = 50};
    for (int i = 0; i < STAGE_CLIENTS; i++) {
        s->clients[i].stage = s;
        s->clients[i].id = i;
    }
    return s;
}

static xy_operation *prepare(stage *s, int id, const char *field)
{
    xy_document_options options = {.trusted = true};
    xy_document *document;
    xy_operation *operation;
    xy_arena arena;
    xy_errors errors;
    char text[64];

    snprintf(text, sizeof text, "subscription { %s(client: %d) }", field, id);
    xy__arena_init(&arena, SIZE_MAX);
    xy__errors_init(&errors, &arena);
    assert_int_equal(
        xy__document_create(s->schema, xy_str_from(text), &options, &document, &errors), XY_OK);
    xy__arena_deinit(&arena);
    operation = xy__operation_create(&s->executor, document);
    xy__document_unref(document);
    assert_int_equal(xy__operation_prepare(operation, XY_STR_NULL, NULL), XY_OK);
    return operation;
}

client *stage_open(stage *s, int id, const char *field, int (*open)(client *self, xy_call *call))
{
    client *c = &s->clients[id];
    xy_operation *operation = prepare(s, id, field);

    XY_ASSERT(!client_there(c));
    c->text_len = 0;
    c->text[0] = '\0';
    c->answer = XY_OK;
    c->owed_ready = false;
    c->stops = 0;
    c->open = open;
    c->outlet = (xy_outlet){.ops = &outlet_ops};
    operation->context = c;
    c->operation = operation;
    c->subscription = xy__subscription_open(s->hub, operation, NULL, &c->outlet, &s->options);
    xy__operation_unref(operation);
    return c;
}

void stage_turn(stage *s)
{
    xy__loop_turn(&s->loop);
}

int stage_publish(stage *s, const char *topic, int64_t number)
{
    char text[32];
    xy_bytes *payload;
    int rc;

    snprintf(text, sizeof text, "%lld", (long long)number);
    payload = xy_bytes_create(xy_str_from(text));
    rc = xy__pubsub_publish(s->ps, xy_str_from(topic), payload);
    xy_bytes_unref(payload);
    return rc;
}

xy_realtime_figures stage_figures(stage *s)
{
    return xy__gauges_read(xy__pubsub_gauges(s->ps));
}

static void assert_nothing_left(stage *s)
{
    xy_realtime_figures now = stage_figures(s);

    assert_int_equal(now.topics, 0);
    assert_int_equal(now.subscribers, 0);
    assert_int_equal(now.mailbox_bytes, 0);
    assert_int_equal(now.subscriptions, 0);
    assert_int_equal(now.waiting_events, 0);
    assert_int_equal(now.waiting_bytes, 0);
    assert_int_equal(s->executor.gauges.operations, 0);
    assert_int_equal(s->executor.gauges.runs, 0);
    assert_int_equal(s->executor.gauges.promises, 0);
}

void stage_destroy(stage *s)
{
    for (int i = 0; i < STAGE_CLIENTS; i++) {
        client_gone(&s->clients[i]);
        while (s->clients[i].promise_count)
            client_resolve(&s->clients[i]);
    }
    xy__hub_destroy(s->hub);
    xy__loop_deinit(&s->loop);
    assert_nothing_left(s);
    for (int i = 0; i < STAGE_CLIENTS; i++)
        assert_null(s->clients[i].stream);
    xy__executor_deinit(&s->executor);
    xy__pubsub_destroy(s->ps);
    xy_schema_destroy(s->schema);
    free(s);
}
