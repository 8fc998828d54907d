/* SPDX-License-Identifier: MIT */
#include "live_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "xylem/identity.h"

#include "base/fatal.h"
#include "execution/promise.h"
#include "execution/share.h"

static const char sdl[] = "type Query { item(id: ID!): Item  items: [Item!]!  late(id: ID!): Int\n"
                          "  me: String  admin: Boolean  own: String  slow(id: ID!): Item\n"
                          "  report(id: ID!): Item  who: String }\n"
                          "type Item { id: ID!  value: Int }\n";

typedef struct Item {
    int number;
    int value;
} Item;

/* ---- resolvers ---- */

static live_stage *stage_of(const xy_call *call)
{
    return (live_stage *)(void *)xy_call_app(call);
}

static live_stage *begin(const xy_call *call)
{
    live_stage *s = stage_of(call);

    s->runs++;
    if (s->on_run)
        s->on_run(s, call);
    return s;
}

static int number_of(const xy_call *call)
{
    return (int)strtol(xy_arg_str(call, "id").ptr, NULL, 10) % ITEMS;
}

static Item *make_item(xy_call *call, int number)
{
    Item *item = xy_new(call, Item);

    *item = (Item){number, stage_of(call)->values[number]};
    return item;
}

static int Query_item(xy_call *call)
{
    begin(call);
    return xy_put_object(call, make_item(call, number_of(call)));
}

static int Query_items(xy_call *call)
{
    xy_result *items = xy_put_list(call, ITEMS);

    begin(call);
    for (int i = 0; i < ITEMS; i++)
        items[i] = xy_result_object(NULL, make_item(call, i));
    return XY_OK;
}

static int Item_id(xy_call *call)
{
    return xy_put_int(call, ((const Item *)xy_parent(call))->number);
}

static int Item_value(xy_call *call)
{
    return xy_put_int(call, ((const Item *)xy_parent(call))->value);
}

static void forget(live_stage *s, size_t at)
{
    memmove(&s->lates[at], &s->lates[at + 1], (--s->late_count - at) * sizeof s->lates[0]);
}

/* Nobody waits for it any more. */
static void on_stop(void *arg)
{
    xy_promise *promise = arg;
    live_stage *s = stage_of(xy_promise_call(promise));

    for (size_t i = 0; i < s->late_count; i++) {
        if (s->lates[i].promise == promise) {
            forget(s, i);
            break;
        }
    }
    xy_promise_resolve(promise);
}

static int answer_late(xy_call *call)
{
    live_stage *s = begin(call);
    xy_promise *promise = xy_later(call);

    XY_ASSERT(s->late_count < LATE_MAX);
    s->lates[s->late_count++] =
        (late){promise, call->operation, call->identity, s->values[number_of(call)]};
    xy_promise_on_stop(promise, on_stop, promise);
    return XY_OK;
}

static int Query_late(xy_call *call)
{
    char key[32];

    snprintf(key, sizeof key, "Item:%d", number_of(call));
    xy_depend(call, xy_str_from(key));
    return answer_late(call);
}

/* Reads the item now, and shows only with its answer which one that was. */
static int Query_slow(xy_call *call)
{
    return answer_late(call);
}

void live_stage_resolve(live_stage *s, size_t at)
{
    late run = s->lates[at];

    forget(s, at);
    if (xy_str_is(xy_call_field(xy_promise_call(run.promise)), "slow")) {
        Item *item =
            make_item(xy_promise_call(run.promise), number_of(xy_promise_call(run.promise)));

        item->value = run.value;
        xy_put_object(xy_promise_call(run.promise), item);
    } else {
        xy_put_int(xy_promise_call(run.promise), run.value);
    }
    xy_promise_resolve(run.promise);
}

static int Query_me(xy_call *call)
{
    xy_str user = xy_user_id(call);

    begin(call);
    return xy_put_str(call, user.ptr ? user : XY_STR("nobody"));
}

static int Query_admin(xy_call *call)
{
    begin(call);
    return xy_put_bool(call, xy_has_role(call, "admin"));
}

static int Query_own(xy_call *call)
{
    live_stage *s = begin(call);

    if (s->invalidates_itself)
        live_stage_invalidate(s, "Query.own");
    return xy_put_str(call, XY_STR("own"));
}

/* ---- outlets ---- */

static void append(watcher *w, xy_str text)
{
    XY_ASSERT(w->len + text.len < sizeof w->text);
    memcpy(w->text + w->len, text.ptr, text.len);
    w->len += text.len;
}

static void note_time(watcher *w)
{
    uint64_t now = xy__loop_now(&w->stage->loop);

    if (w->count && now - w->last_ms < w->gap_ms)
        w->gap_ms = now - w->last_ms;
    w->last_ms = now;
    w->count++;
}

/* `{"data":{…},"isLive":true}` is written down as {…}, anything else as it is. */
static int put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    static const char head[] = "{\"data\":";
    static const char tail[] = ",\"isLive\":true}";
    watcher *w = XY_CONTAINER(outlet, watcher, outlet);
    xy_str json = xy_bytes_str(result);
    bool plain = json.len > sizeof head + sizeof tail && memcmp(json.ptr, head, 8) == 0 &&
                 memcmp(json.ptr + json.len - 15, tail, 15) == 0;

    (void)flags;
    XY_ASSERT(w->there);
    if (w->on_result) {
        w->on_result(w, json);
    } else {
        append(w, plain ? (xy_str){json.ptr + 8, json.len - 23} : json);
    }
    snprintf(w->last, sizeof w->last, "%.*s", XY_PRI(json));
    note_time(w);
    xy_bytes_unref(result);
    w->owed_ready |= w->answer == XY_EFULL;
    return w->answer;
}

static void end(xy_outlet *outlet)
{
    watcher *w = XY_CONTAINER(outlet, watcher, outlet);

    append(w, XY_STR("end"));
    w->there = false;
}

static const xy_outlet_ops outlet_ops = {.put = put, .end = end};

const char *watcher_text(watcher *w)
{
    w->text[w->len] = '\0';
    w->len = 0;
    return w->text;
}

void watcher_ready(watcher *w)
{
    w->answer = XY_OK;
    if (w->there && w->owed_ready) {
        w->owed_ready = false;
        xy__outlet_ready(&w->outlet);
    }
}

void watcher_gone(watcher *w)
{
    if (!w->there)
        return;
    w->there = false;
    xy__outlet_stop(&w->outlet);
}

/* ---- the stage ---- */

live_stage *live_stage_create(const xy_live_options *options)
{
    static const struct {
        const char *field;
        xy_resolver *resolver;
    } fields[] = {
        {"Query.item", Query_item}, {"Query.items", Query_items}, {"Query.late", Query_late},
        {"Query.me", Query_me},     {"Query.admin", Query_admin}, {"Query.own", Query_own},
        {"Query.slow", Query_slow}, {"Item.id", Item_id},         {"Item.value", Item_value},
    };
    live_stage *s = xy__zalloc(sizeof *s);
    xy_sdl file = {XY_STR("stage.graphql"), xy_str_from(sdl)};

    s->options =
        options ? *options : (xy_live_options){.keys_max = 100, .throttle_max_ms = 1000000};
    xy__loop_init(&s->loop, XY_CLOCK_VIRTUAL);
    s->all = xy__invalidations_create(1 << 20, &s->gauges, NULL);
    s->live = xy__live_create(s->all, &s->loop, &s->options, &s->gauges);
    xy__executor_init(&s->executor, &s->loop);
    s->executor.app = (xy_app *)(void *)s;
    XY_ASSERT(xy_schema_load(&(xy_schema_options){.files = &file, .file_count = 1}, &s->schema,
                             NULL) == XY_OK);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        XY_ASSERT(xy_bind(s->schema, fields[i].field, fields[i].resolver) == XY_OK);
    return s;
}

void live_stage_destroy(live_stage *s)
{
    for (int i = 0; i < WATCHERS; i++)
        watcher_gone(&s->watchers[i]);
    live_stage_turn(s);
    assert_int_equal(s->late_count, 0);
    assert_int_equal(s->executor.gauges.operations, 0);
    assert_int_equal(s->executor.gauges.runs, 0);
    assert_int_equal(s->executor.gauges.promises, 0);
    assert_int_equal(s->gauges.live_queries, 0);
    assert_int_equal(s->gauges.live_groups, 0);
    assert_int_equal(s->gauges.live_keys, 0);
    assert_int_equal(s->loop.heap_len, 0);
    xy__live_destroy(s->live);
    xy__loop_deinit(&s->loop);
    assert_int_equal(s->gauges.mailbox_bytes, 0);
    xy__invalidations_destroy(s->all);
    xy__executor_deinit(&s->executor);
    xy_schema_destroy(s->schema);
    free(s);
}

xy_identity *live_person(const char *words)
{
    xy_identity *identity = words ? xy__identity_create() : NULL;
    char text[64];
    char *rest = text;
    const char *word;

    if (!words)
        return NULL;
    snprintf(text, sizeof text, "%s", words);
    xy_identity_set_user(identity, xy_str_from(strtok_r(rest, " ", &rest)));
    while ((word = strtok_r(rest, " ", &rest)))
        xy_identity_add_role(identity, xy_str_from(word));
    return identity;
}

static xy_document *find_document(live_stage *s, xy_str text)
{
    xy_document *document = xy__shared_document(&s->executor, text);
    xy_arena arena;
    xy_errors errors;

    if (document)
        return document;
    xy__arena_init(&arena, SIZE_MAX);
    xy__errors_init(&errors, &arena);
    XY_ASSERT(xy__document_create(s->schema, text, NULL, &document, &errors) == XY_OK);
    xy__arena_deinit(&arena);
    return document;
}

watcher *live_stage_open(live_stage *s, int i, const char *query, xy_identity *identity)
{
    watcher *w = &s->watchers[i];
    xy_document *document = find_document(s, xy_str_from(query));
    xy_operation *operation = xy__operation_create(&s->executor, document);
    xy_live_request live;

    XY_ASSERT(!w->there);
    w->outlet.ops = &outlet_ops;
    w->stage = s;
    w->there = true;
    w->answer = XY_OK;
    w->owed_ready = false;
    w->count = 0;
    w->len = 0;
    w->gap_ms = UINT64_MAX;
    xy__document_unref(document);
    XY_ASSERT(xy__operation_prepare(operation, XY_STR_NULL, NULL) == XY_OK);
    XY_ASSERT(xy__live_request(operation, &live) == XY_OK && live.live);
    operation = xy__operation_share(operation);
    xy__live_open(s->live, operation, identity, &w->outlet, live.throttle_ms);
    xy__operation_unref(operation);
    xy__identity_unref(identity);
    return w;
}

void live_stage_invalidate(live_stage *s, const char *key)
{
    xy_str text = xy_str_from(key);

    XY_ASSERT(xy__invalidate(s->all, &text, 1) == XY_OK);
}

void live_stage_change(live_stage *s, int item)
{
    char key[32];

    s->values[item]++;
    snprintf(key, sizeof key, "Item:%d", item);
    live_stage_invalidate(s, key);
}

void live_stage_turn(live_stage *s)
{
    xy__loop_turn(&s->loop);
}
