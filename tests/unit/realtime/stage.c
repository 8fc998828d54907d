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
#include "execution/share.h"
#include "realtime/follower.h"

static const char sdl[] = "type Query { unused: Int }\n"
                          "type Subscription {\n"
                          "  n(client: Int!): Int\n"
                          "  late(client: Int!): Int\n"
                          "  who(client: Int!): String\n"
                          "  play(id: Int!): String\n"
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

/* ---- play ---- */

xy_identity *stage_person(const char *words)
{
    xy_identity *identity;
    char text[64];
    char *rest = text;
    const char *word;

    if (*words == '-')
        return NULL;
    identity = xy__identity_create();
    snprintf(text, sizeof text, "%s", words);
    xy_identity_set_user(identity, xy_str_from(strtok_r(rest, " ", &rest)));
    while ((word = strtok_r(rest, " ", &rest)))
        xy_identity_add_role(identity, xy_str_from(word));
    return identity;
}

/* "7@ann+a-b!": the number, the user, the roles, that there is anybody: as far as it is read. */
void play_text(const play_event *event, const xy_identity *identity, char out[64])
{
    unsigned reads = event->reads | event->then;
    xy_str user = identity ? identity->user : XY_STR_NULL;
    bool a = xy__identity_has_role(identity, XY_STR("a"));
    bool b = xy__identity_has_role(identity, XY_STR("b"));
    int len = snprintf(out, 64, "%d", event->number);

    if (reads & 1)
        len += snprintf(out + len, 16, "@%.*s", XY_PRI(user));
    if (reads & 2)
        len += snprintf(out + len, 4, "%s", a ? "+a" : "-a");
    if (reads & 4)
        len += snprintf(out + len, 4, "%s", b ? "+b" : "-b");
    if (reads & 8)
        snprintf(out + len, 4, "%s", identity ? "!" : "?");
}

static play_event event_of(xy_call *call)
{
    static const char *const names[] = {"n", "reads", "then", "late"};
    int64_t of[4];

    for (int i = 0; i < 4; i++)
        assert_int_equal(
            xy_value_to_int64(xy_value_get(xy_parent_value(call), xy_str_from(names[i])), &of[i]),
            XY_OK);
    return (play_event){(int)of[0], (unsigned)of[1], (unsigned)of[2], of[3] != 0};
}

static void read_facts(xy_call *call, unsigned facts)
{
    if (facts & 1)
        (void)xy_user_id(call);
    if (facts & 2)
        (void)xy_has_role(call, "a");
    if (facts & 4)
        (void)xy_has_role(call, "b");
    if (facts & 8)
        (void)xy_signed_in(call);
}

static void on_late_stop(void *arg)
{
    stage *s = arg;

    s->late_stops++;
}

/* As whatever identity its run has. */
static int answer_play(xy_call *call, const play_event *event)
{
    char text[64];

    play_text(event, call->identity, text);
    return xy_put_str(call, xy_format(call, "%s", text));
}

static int resolve_play(xy_call *call)
{
    stage *s = (stage *)(void *)xy_call_app(call);
    play_event event = event_of(call);

    s->runs++;
    read_facts(call, event.reads);
    if (s->on_run)
        s->on_run(s);
    if (event.late) {
        XY_ASSERT(s->late_count < STAGE_LATE_MAX);
        s->late[s->late_count] = xy_later(call);
        xy_promise_on_stop(s->late[s->late_count++], on_late_stop, s);
        return XY_OK;
    }
    read_facts(call, event.then);
    return answer_play(call, &event);
}

void stage_resolve(stage *s, size_t index)
{
    xy_promise *promise = s->late[index];
    xy_call *call = xy_promise_call(promise);
    play_event event = event_of(call);

    s->late_count--;
    memmove(&s->late[index], &s->late[index + 1], (s->late_count - index) * sizeof s->late[0]);
    read_facts(call, event.then);
    answer_play(call, &event);
    xy_promise_resolve(promise);
}

static int open_play(xy_call *call, xy_source_stream *stream)
{
    stage *s = (stage *)(void *)xy_call_app(call);
    client *c = s->opening;

    if (!c)
        return xy_stream_topic(stream, XY_STR("t"), XY_STR_NULL);
    c->stream = stream;
    xy_stream_on_stop(stream, on_source_stop, c);
    return c->open(c, call);
}

static xy_bytes *play_payload(const play_event *event)
{
    char text[96];

    snprintf(text, sizeof text, "{\"n\":%d,\"reads\":%u,\"then\":%u,\"late\":%d}", event->number,
             event->reads, event->then, event->late);
    return xy_bytes_create(xy_str_from(text));
}

void stage_publish_play(stage *s, const char *topic, const play_event *event)
{
    xy_bytes *payload = play_payload(event);

    assert_int_equal(xy__pubsub_publish(s->ps, xy_str_from(topic), payload), XY_OK);
    xy_bytes_unref(payload);
}

int client_push_play(client *c, const play_event *event)
{
    return c->stream->env->ops->push(c->stream, play_payload(event));
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

/* A result without its gap notice, which must be its last member. Returns its sign, or "". */
static const char *cut_notice(xy_str *json)
{
    static const struct {
        xy_str tail;
        const char *sign;
    } notices[] = {
        {XY_STR_INIT(",\"extensions\":{\"gap\":{\"reason\":\"STORE_RECONNECTED\"}}}"), "^"},
        {XY_STR_INIT(",\"extensions\":{\"gap\":{\"reason\":\"EVENTS_DROPPED\"}}}"), "~"},
    };

    for (int i = 0; i < 2; i++) {
        xy_str tail = notices[i].tail;

        if (json->len > tail.len &&
            memcmp(json->ptr + json->len - tail.len, tail.ptr, tail.len) == 0) {
            json->len -= tail.len - 1;
            return notices[i].sign;
        }
    }
    return "";
}

static void opened(xy_outlet *outlet)
{
    client *c = XY_CONTAINER(outlet, client, outlet);

    assert_int_equal(c->text_len, 0);
    c->opened++;
}

static int put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    client *c = XY_CONTAINER(outlet, client, outlet);
    xy_str json = xy_bytes_str(result);
    const char *value = memchr(json.ptr + 1, '{', json.len - 1);
    const char *sign = cut_notice(&json);
    char text[128];

    assert_int_equal(c->opened, 1);
    if (c->stage->on_put)
        c->stage->on_put(c, xy_bytes_str(result));
    if (xy_str_is(json, STAGE_UNKNOWN)) {
        say(c, XY_STR("?"));
    } else if (flags & XY_PUT_ERRORS) {
        say_error(c, json);
    } else {
        /* {"data":{"n":1}} */
        value = memchr(value, ':', (size_t)(json.ptr + json.len - value));
        snprintf(text, sizeof text, "%s%.*s", sign, (int)(json.ptr + json.len - 2 - value - 1),
                 value + 1);
        say(c, xy_str_from(text));
    }
    json = xy_bytes_str(result);
    snprintf(c->last, sizeof c->last, "%.*s", XY_PRI(json));
    c->last_flags = flags;
    xy_bytes_unref(result);
    c->owed_ready = c->answer == XY_EFULL;
    return c->answer;
}

/* As an event stream's: clients know the name of the last result that has one. */
static int put_shared(xy_outlet *outlet, xy_shared_result *result)
{
    client *c = XY_CONTAINER(outlet, client, outlet);
    xy_str name = xy__shared_result_name(result);

    if (name.len)
        snprintf(c->last_id, sizeof c->last_id, "%.*s", XY_PRI(name));
    return put(outlet, xy_bytes_ref(result->json), result->flags);
}

static void end(xy_outlet *outlet)
{
    client *c = XY_CONTAINER(outlet, client, outlet);

    say(c, XY_STR("end"));
    c->subscription = NULL;
}

static const xy_outlet_ops outlet_ops = {
    .open = opened, .put = put, .put_shared = put_shared, .end = end};

void client_ready(client *c)
{
    c->answer = XY_OK;
    if (c->owed_ready && client_there(c)) {
        c->owed_ready = false;
        xy__outlet_ready(&c->outlet);
    }
}

void client_expire(client *c, xy_identity *identity)
{
    const xy_follower *follower = (const xy_follower *)(const void *)c->subscription;

    xy_identity_set_expiry(identity, 1);
    if (follower->first.kin.cohort)
        follower->first.kin.cohort->expires_s = 1;
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

/* ---- a store that is away until a test says otherwise ---- */

static void away_attach(xy_store *store, xy_pubsub *ps)
{
    (void)store;
    (void)ps;
}

static int away_publish(xy_store *store, xy_str topic, xy_bytes *payload, bool durable)
{
    (void)durable;
    return xy__pubsub_deliver(XY_CONTAINER(store, stage, store)->ps, topic, payload, NULL);
}

static bool away_listen(xy_store *store, xy_str topic, bool durable)
{
    (void)store;
    (void)topic;
    (void)durable;
    return false;
}

static void away_ignore(xy_store *store, xy_str topic, bool durable)
{
    (void)store;
    (void)topic;
    (void)durable;
}

static void away_destroy(xy_store *store)
{
    (void)store;
}

static const xy_store_ops away_ops = {
    .attach = away_attach,
    .publish = away_publish,
    .listen = away_listen,
    .ignore = away_ignore,
    .destroy = away_destroy,
};

static stage *create(bool away, const xy_durable_limits *durable)
{
    static const xy_pubsub_limits limits = {1 << 16, 1 << 20, STAGE_WAIT_MS};
    stage *s = xy__zalloc(sizeof *s);
    xy_sdl file = {XY_STR("stage.graphql"), xy_str_from(sdl)};
    xy_schema_options options = {.files = &file, .file_count = 1};

    xy__loop_init(&s->loop, XY_CLOCK_VIRTUAL);
    s->store.ops = &away_ops;
    s->ps = xy__pubsub_create(&limits, away ? &s->store : xy__store_memory_create(durable));
    s->hub = xy__hub_create(s->ps, &s->loop);
    xy__executor_init(&s->executor, &s->loop);
    s->executor.app = (xy_app *)(void *)s;
    s->executor.on_unexpected = on_unexpected;
    assert_int_equal(xy_schema_load(&options, &s->schema, NULL), XY_OK);
    assert_int_equal(xy_bind_stream(s->schema, "Subscription.n", open_source), XY_OK);
    assert_int_equal(xy_bind_stream(s->schema, "Subscription.late", open_source), XY_OK);
    assert_int_equal(xy_bind_stream(s->schema, "Subscription.who", open_source), XY_OK);
    assert_int_equal(xy_bind_stream(s->schema, "Subscription.play", open_play), XY_OK);
    assert_int_equal(xy_bind(s->schema, "Subscription.play", resolve_play), XY_OK);
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

stage *stage_create(void)
{
    return create(false, &(xy_durable_limits){0});
}

stage *stage_create_away(void)
{
    return create(true, NULL);
}

stage *stage_create_durable(const xy_durable_limits *durable)
{
    stage *s = create(false, durable);

    xy__pubsub_add_durable(s->ps, XY_STR("d"));
    xy__pubsub_add_durable(s->ps, XY_STR("x"));
    return s;
}

static xy_document *parse(stage *s, const char *field, const char *argument, int id)
{
    xy_document_options options = {.trusted = true};
    xy_document *document;
    xy_arena arena;
    xy_errors errors;
    char text[64];

    snprintf(text, sizeof text, "subscription { %s(%s: %d) }", field, argument, id);
    xy__arena_init(&arena, SIZE_MAX);
    xy__errors_init(&errors, &arena);
    assert_int_equal(
        xy__document_create(s->schema, xy_str_from(text), &options, &document, &errors), XY_OK);
    xy__arena_deinit(&arena);
    return document;
}

static xy_operation *prepare(stage *s, xy_document *document)
{
    xy_operation *operation = xy__operation_create(&s->executor, document);

    assert_int_equal(xy__operation_prepare(operation, XY_STR_NULL, NULL), XY_OK);
    return operation;
}

static client *begin(stage *s, int id, int (*open)(client *self, xy_call *call))
{
    client *c = &s->clients[id];

    XY_ASSERT(!client_there(c));
    c->text_len = 0;
    c->text[0] = '\0';
    c->answer = XY_OK;
    c->owed_ready = false;
    c->opened = 0;
    c->stops = 0;
    c->open = open;
    c->outlet = (xy_outlet){.ops = &outlet_ops};
    return c;
}

client *stage_open(stage *s, int id, const char *field, int (*open)(client *self, xy_call *call))
{
    client *c = begin(s, id, open);
    xy_document *document = parse(s, field, "client", id);
    xy_operation *operation = prepare(s, document);

    xy__document_unref(document);
    operation->context = c;
    c->operation = operation;
    c->subscription = xy__subscription_open(s->hub, operation, NULL, &c->outlet, &s->options);
    xy__operation_unref(operation);
    return c;
}

xy_operation *stage_share(stage *s, int which)
{
    if (!s->plays[which])
        s->plays[which] = parse(s, "play", "id", which);
    return xy__operation_share(prepare(s, s->plays[which]));
}

client *stage_play(stage *s, int id, int which, xy_identity *identity,
                   int (*open)(client *self, xy_call *call))
{
    client *c = begin(s, id, open);
    xy_operation *operation = stage_share(s, which);

    s->opening = c;
    c->subscription = xy__subscription_open(s->hub, operation, identity, &c->outlet, &s->options);
    s->opening = NULL;
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
    while (s->late_count)
        stage_resolve(s, 0);
    xy__hub_destroy(s->hub);
    xy__loop_deinit(&s->loop);
    assert_nothing_left(s);
    for (int i = 0; i < STAGE_CLIENTS; i++)
        assert_null(s->clients[i].stream);
    for (int i = 0; i < STAGE_PLAYS; i++)
        xy__document_unref(s->plays[i]);
    xy__executor_deinit(&s->executor);
    xy__pubsub_destroy(s->ps);
    xy_schema_destroy(s->schema);
    free(s);
}
