/* SPDX-License-Identifier: MIT */
#include "execution.h"

#include "../relift.h"
#include "base/fatal.h"
#include "json/read.h"
#include "schema/build.h"

/* ---- markers ---- */

/* What a unit of a delay is: much more than what takes no delay at all. */
#define DELAY_MS 100u

static const xy_value *member(const xy_value *value, const char *key)
{
    return value && value->kind == XY_VALUE_OBJECT ? xy_value_get(value, xy_str_from(key)) : NULL;
}

static void put_value(xy_call *call, const xy_value *value);

/* A delayed value has come. */
static void on_delay(xy_promise *promise, void *arg)
{
    put_value(xy_promise_call(promise), arg);
    xy_promise_resolve(promise);
}

static xy_result delayed(xy_call *call, const xy_value *marker)
{
    const xy_value *delay = member(marker, "__delay_ms");
    const xy_value *value = member(marker, "__value");
    xy_value *own = xy_new(call, xy_value);
    xy_promise *promise = xy_later_item(call);

    *own = value ? *value : XY_NULL;
    xy_promise_after(promise, (uint64_t)delay->integer * DELAY_MS, on_delay, own);
    return xy_result_promise(promise);
}

static xy_result list_result(xy_call *call, const xy_value *list);

/* An item of a plain list. */
static xy_result item_result(xy_call *call, const xy_value *item)
{
    const xy_value *error = member(item, "__error");

    if (error)
        return xy_result_error(xy_value_text(error));
    if (member(item, "__delay_ms"))
        return delayed(call, item);
    if (item->kind == XY_VALUE_LIST)
        return list_result(call, item);
    return xy_result_value(item);
}

static xy_result list_result(xy_call *call, const xy_value *list)
{
    xy_result *items = xy_results(call, list->len);

    for (size_t i = 0; i < list->len; i++)
        items[i] = item_result(call, &list->items[i]);
    return (xy_result){.kind = XY_RESULT_LIST, .items = items, .len = list->len};
}

/* ---- asynchronous lists ---- */

typedef struct async_list {
    const xy_value *items;
    size_t next;
} async_list;

static void yield(xy_source_stream *stream, void *arg);

/* The next item, or the end, is at a later time than all that was there already. */
static void await(xy_source_stream *stream, void *arg)
{
    const async_list *list = arg;
    const xy_value *delay = NULL;

    if (list->next < list->items->len)
        delay = member(&list->items->items[list->next], "__delay_ms");
    xy_stream_every(stream, delay ? (uint64_t)delay->integer * DELAY_MS : 1, yield, arg);
}

static const char *text_in(xy_source_stream *stream, const xy_value *text)
{
    char *copy = xy_stream_alloc(stream, (size_t)text->len + 1);

    memcpy(copy, text->text, text->len);
    return copy;
}

/* Returns what the push did; XY_ECLOSED when the source has failed. */
static int push_item(xy_source_stream *stream, const xy_value *item)
{
    const xy_value *value = member(item, "__delay_ms") ? member(item, "__value") : item;
    const xy_value *item_error = member(value, "__item_error");
    const xy_value *error = member(value, "__error");

    if (item_error)
        return xy_stream_push_error(stream, text_in(stream, item_error));
    if (!error)
        return xy_stream_push(stream, value);
    xy_stream_fail(stream, NULL, text_in(stream, error));
    return XY_ECLOSED;
}

static void yield(xy_source_stream *stream, void *arg)
{
    async_list *list = arg;
    int rc;

    xy_stream_every(stream, 0, yield, list);
    if (list->next == list->items->len) {
        xy_stream_end(stream);
        return;
    }
    /* When it is closed, all of it may be gone. */
    rc = push_item(stream, &list->items->items[list->next++]);
    if (rc == XY_OK)
        await(stream, list);
    XY_ASSERT(rc == XY_OK || rc == XY_EFULL || rc == XY_ECLOSED);
}

static void put_async_list(xy_call *call, const xy_value *items)
{
    xy_source_stream *stream = xy_later_list(call);
    async_list *list = xy_new(call, async_list);

    list->items = items;
    xy_stream_on_ready(stream, await, list);
    await(stream, list);
}

/* ---- answers ---- */

static void put_value(xy_call *call, const xy_value *value)
{
    const xy_value *error = member(value, "__error");
    const xy_value *async = member(value, "__async_list");

    if (error) {
        xy_put(call, xy_result_error(xy_value_text(error)));
    } else if (member(value, "__args")) {
        xy_put_value(call, xy_args(call));
    } else if (member(value, "__delay_ms")) {
        xy_put(call, delayed(call, value));
    } else if (async) {
        put_async_list(call, async);
    } else if (value->kind == XY_VALUE_LIST) {
        xy_put(call, list_result(call, value));
    } else {
        xy_put_value(call, value);
    }
}

void vector_answer(xy_call *call, const xy_value *value)
{
    put_value(call, value);
}

/* The property of that name, absent = null. */
static int property(xy_call *call)
{
    const xy_value *parent = xy_parent_value(call);
    const xy_value *value = parent ? xy_value_get(parent, xy_call_field(call)) : NULL;

    if (value)
        put_value(call, value);
    return XY_OK;
}

/* ---- a case ---- */

static const xy_value *variables_of(vector_case *c)
{
    xy_str text = vector_str(c->json, "variables_json");

    return text.ptr ? vector_json(c, text) : vector_get(c->json, "variables");
}

/* null is no name; "" is one. */
static xy_str operation_name(const vector_case *c)
{
    return vector_str(c->json, "operationName");
}

/* The operation, with a document of the query; or, where the case is run for that, of a text with
 * other literals. */
static int begin_operation(vector_execution *x, const xy_document_options *options)
{
    xy_str query = vector_str(x->c->json, "query");
    xy_document *document = NULL;
    xy_lifted lifted;
    bool lifts = false;
    int rc = XY_OK;

    if (x->c->lifts && !options->trusted)
        document = relift(x->schema, query, x->c->arena, &lifted);
    lifts = document != NULL;
    if (!lifts)
        rc = xy__document_create(x->schema, query, options, &document, &x->errors);
    if (rc < 0)
        return rc;
    x->operation = xy__operation_create(&x->executor, document);
    if (lifts)
        xy__operation_lift(x->operation, &lifted);
    xy__document_unref(document);
    return XY_OK;
}

int vector_execution_begin(vector_execution *x, vector_case *c, xy_delivery delivery)
{
    xy_document_options options = {.trusted = !vector_bool(c->json, "valid", false)};
    int rc;

    *x = (vector_execution){.c = c};
    xy__loop_init(&x->loop, XY_CLOCK_VIRTUAL);
    xy__executor_init(&x->executor, &x->loop);
    xy__errors_init(&x->errors, c->arena);
    rc = xy__schema_from_sdl(c->arena, vector_str(c->json, "sdl"), XY_SCHEMA_STAGE_DONE, &x->schema,
                             &x->errors, NULL);
    if (rc < 0)
        return rc;
    x->schema->default_resolver = property;
    rc = begin_operation(x, &options);
    if (rc < 0)
        return rc;
    xy__operation_deliver(x->operation, delivery);
    rc = xy__operation_prepare(x->operation, operation_name(c), variables_of(c));
    if (rc < 0)
        x->errors = x->operation->errors;
    return rc;
}

void vector_execution_end(vector_execution *x)
{
    xy__operation_unref(x->operation);
    XY_ASSERT(x->executor.gauges.promises == 0);
    xy__executor_deinit(&x->executor);
    xy__loop_deinit(&x->loop);
}

/* ---- execution ---- */

/* Longer than all delays of a case together. */
#define LONG_MS 1000000u

typedef struct collecting_outlet {
    xy_outlet outlet;
    xy_bytes *result;
    bool ended;
} collecting_outlet;

static int on_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    collecting_outlet *self = XY_CONTAINER(outlet, collecting_outlet, outlet);

    XY_ASSERT(!self->result && (flags & XY_PUT_LAST));
    self->result = result;
    return XY_OK;
}

static void on_end(xy_outlet *outlet)
{
    collecting_outlet *self = XY_CONTAINER(outlet, collecting_outlet, outlet);

    XY_ASSERT(self->result && !self->ended);
    self->ended = true;
}

static const xy_outlet_ops collect = {.put = on_put, .end = on_end};

xy_bytes *vector_execute(vector_execution *x, const xy_value *root)
{
    collecting_outlet out = {.outlet = {.ops = &collect}};

    xy__execute_query_or_mutation(x->operation, root, &out.outlet);
    xy__loop_advance(&x->loop, LONG_MS);
    XY_ASSERT(out.ended);
    return out.result;
}

/* ---- responses ---- */

/* Without "extensions", which the reference does not have. */
static xy_value plain_error(xy_arena *arena, const xy_value *error)
{
    xy_member *members = XY_ARENA_ARRAY(arena, xy_member, error->len);
    uint32_t len = 0;

    for (size_t i = 0; i < error->len; i++)
        if (!xy_str_is(error->members[i].key, "extensions"))
            members[len++] = error->members[i];
    return (xy_value){.kind = XY_VALUE_OBJECT, .len = len, .members = members};
}

static const xy_value *plain_errors(xy_arena *arena, const xy_value *errors)
{
    xy_value *items;
    xy_value *list;

    if (!errors)
        return NULL;
    items = XY_ARENA_ARRAY(arena, xy_value, errors->len);
    for (size_t i = 0; i < errors->len; i++)
        items[i] = plain_error(arena, &errors->items[i]);
    list = XY_ARENA_NEW(arena, xy_value);
    *list = (xy_value){.kind = XY_VALUE_LIST, .len = errors->len, .items = items};
    return list;
}

/* Does the path of `error` lead to, or beneath, a null of `data`? */
static bool is_beneath_null(const xy_value *data, const xy_value *error)
{
    const xy_value *path = vector_get(error, "path");

    for (size_t i = 0; path && i < path->len; i++) {
        const xy_value *step = &path->items[i];

        if (!data || data->kind == XY_VALUE_NULL)
            return true;
        if (step->kind == XY_VALUE_STRING) {
            data = xy_value_get(data, xy_value_text(step));
        } else {
            data = data->kind == XY_VALUE_LIST && (uint64_t)step->integer < data->len
                       ? &data->items[step->integer]
                       : NULL;
        }
    }
    return !data || data->kind == XY_VALUE_NULL;
}

/* `errors` without those that the expectation has not and a null in the data excuses. */
static const xy_value *excuse(vector_case *c, const xy_value *expected, const xy_value *errors)
{
    const xy_value *wanted = vector_get(expected, "errors");
    size_t wanted_len = wanted ? wanted->len : 0;
    bool *used = XY_ARENA_ARRAY(c->arena, bool, wanted_len + 1);
    xy_value *items;
    xy_value *list;
    uint32_t len = 0;

    if (!errors)
        return NULL;
    items = XY_ARENA_ARRAY(c->arena, xy_value, errors->len);
    for (size_t i = 0; i < errors->len; i++) {
        size_t at = 0;

        while (at < wanted_len && (used[at] || !vector_same(&wanted->items[at], &errors->items[i])))
            at++;
        if (at < wanted_len)
            used[at] = true;
        if (at < wanted_len || !is_beneath_null(vector_get(expected, "data"), &errors->items[i]))
            items[len++] = errors->items[i];
    }
    list = XY_ARENA_NEW(c->arena, xy_value);
    *list = (xy_value){.kind = XY_VALUE_LIST, .len = len, .items = items};
    return list;
}

vector_verdict vector_expect_response(vector_case *c, const xy_value *expected, xy_str got,
                                      bool is_async)
{
    xy_value response;
    const xy_value *errors;

    if (xy__json_read(c->arena, got, 0, &response, NULL) < 0)
        return vector_fail(c, "response", XY_STR("JSON"), got);
    if (vector_expect_value(c, "data", vector_get(expected, "data"),
                            vector_get(&response, "data")) == VECTOR_FAIL)
        return VECTOR_FAIL;
    errors = plain_errors(c->arena, vector_get(&response, "errors"));
    if (is_async)
        errors = excuse(c, expected, errors);
    return vector_expect_multiset(c, "errors", vector_get(expected, "errors"), errors);
}

vector_verdict vector_expect_refusal(vector_case *c, const xy_value *expected,
                                     const xy_errors *errors)
{
    xy_str first = errors->list.len > 0 ? errors->list.items[0]->message : XY_STR_NULL;

    if (vector_get(expected, "data"))
        return vector_fail(c, "data", XY_STR("data"), first);
    return vector_expect_errors(c, "errors", vector_get(expected, "errors"), errors);
}

vector_verdict vector_run_both(vector_case *c, vector_verdict (*run)(vector_case *c))
{
    vector_verdict verdict;

    c->lifts = false;
    verdict = run(c);
    if (verdict != VECTOR_PASS)
        return verdict;
    c->lifts = true;
    return run(c);
}
