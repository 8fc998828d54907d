/* SPDX-License-Identifier: MIT */
/* tests/fuzz/fuzz_answers.c -- documents executed over answers of all kinds, for clients that go.
 *
 * The bytes choose a document, validated or not, its variables, whether it is executed whole or in
 * parts, and what each resolver does: values that fit and that do not, errors, lists, promises,
 * sources. Promises are resolved and items pushed in an order that the bytes choose, the outlet may
 * be full, and the client may go at any moment. Must hold: one result a run, or parts of which the
 * last is flagged so; none while the outlet is full or once the client has gone; each is JSON and
 * has data or errors, as its flags say, or is a part that says whether more follows; at the end
 * nothing is alive. */
#include <math.h>

#include "base/fatal.h"
#include "execution/exec.h"
#include "execution/promise.h"
#include "json/read.h"
#include "maker.h"
#include "serve/form.h"

#define MEMORY_MAX   ((size_t)64 << 20)
#define TEXT_MAX     ((size_t)64 << 10)
#define RUN_MAX      ((size_t)4 << 20)
#define RESPONSE_MAX ((size_t)256 << 10) /* reading it takes longer than making it */
#define PENDING_MAX  64u
#define SOURCES_MAX  16u
#define ITEMS_MAX    4u
#define EVENTS_MAX   4u
#define ROUNDS_MAX   10000u
/* Or 16 KiB of them, that one client wants: fragments that are not valid may have no end. */
#define RESULTS_MAX  100u

#define COUNT(array) (sizeof(array) / sizeof *(array))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that its stop may resolve, and else somebody here must. */
typedef struct pending {
    xy_promise *promise;
    bool resolve_on_stop;
} pending;

/* A list whose items are pushed, by a timer or when the bytes choose it. */
typedef struct source {
    xy_source_stream *stream;
    struct fuzz *fuzz;
    bool timed;
    bool closed; /* its stop may come at the end of the turn */
} source;

typedef struct fuzz {
    maker m;
    xy_arena arena;
    xy_loop *loop;
    xy_executor executor;
    xy_outlet outlet;
    xy_operation *operation;
    pending *pending[PENDING_MAX];
    size_t pending_len;
    source *sources[SOURCES_MAX];
    size_t sources_len;
    bool in_parts;
    xy_form_kind form; /* of those */
    unsigned results;
    unsigned ends;
    bool full;
    bool last; /* has come */
    bool gone; /* the client */
} fuzz;

/* ---- promises ---- */

static xy_result answer(xy_call *call, unsigned depth);

static fuzz *fuzz_of(const xy_call *call)
{
    return (fuzz *)(void *)xy_call_app(call);
}

static void forget(fuzz *f, const pending *one)
{
    size_t i = 0;

    while (f->pending[i] != one)
        i++;
    f->pending[i] = f->pending[--f->pending_len];
}

static void on_stop(void *arg)
{
    pending *one = arg;

    if (one->resolve_on_stop) {
        forget(fuzz_of(xy_promise_call(one->promise)), one);
        xy_promise_resolve(one->promise);
    }
}

static void on_time(xy_promise *promise, void *arg)
{
    xy_call *call = xy_promise_call(promise);

    (void)arg;
    xy_put(call, answer(call, 1));
    xy_promise_resolve(promise);
}

/* Let it be resolved by a timer, by its stop, or when the bytes choose it. */
static void keep(fuzz *f, xy_call *call, xy_promise *promise)
{
    pending *one;

    if (f->pending_len == PENDING_MAX || maker_choose(&f->m, 4) == 1) {
        xy_promise_after(promise, maker_choose(&f->m, 4), on_time, NULL);
        return;
    }
    one = xy_new(call, pending);
    one->promise = promise;
    one->resolve_on_stop = maker_choose(&f->m, 3) == 1;
    if (one->resolve_on_stop || maker_choose(&f->m, 2))
        xy_promise_on_stop(promise, on_stop, one);
    f->pending[f->pending_len++] = one;
}

static void resolve_one(fuzz *f)
{
    pending *one = f->pending[maker_choose(&f->m, f->pending_len)];
    xy_call *call = xy_promise_call(one->promise);
    xy_promise *promise = one->promise;

    forget(f, one);
    if (maker_choose(&f->m, 8) == 1)
        xy_fail(call, "late");
    else
        xy_put(call, answer(call, 1));
    xy_promise_resolve(promise);
}

/* ---- answers ---- */

static xy_result answer_late(xy_call *call)
{
    xy_promise *promise = xy_later_item(call);

    keep(fuzz_of(call), call, promise);
    return xy_result_promise(promise);
}

static xy_result answer_list(xy_call *call, unsigned depth)
{
    uint32_t len = maker_choose(&fuzz_of(call)->m, ITEMS_MAX + 1);
    xy_result *items = xy_results(call, len);

    for (uint32_t i = 0; i < len; i++)
        items[i] = answer(call, depth + 1);
    return (xy_result){.kind = XY_RESULT_LIST, .items = items, .len = len};
}

static const xy_value *json(fuzz *f)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "{\"__typename\":\"A\",\"id\":1,\"x\":2,\"b\":{\"id\":\"b\",\"x\":null}}",
        "{\"__typename\":\"B\",\"id\":\"i\",\"interfaces\":[{\"id\":3},null]}",
        "{\"__typename\":\"E\"}",
        "[[1,null],{\"id\":true}]",
        "[{\"__typename\":\"A\",\"id\":1},{\"__typename\":\"B\",\"id\":[]}]",
        "1e300",
        "\"\\u0000\\ud83d\\ude00\"",
        "[1,2147483648,-1]",
    };
    const char *text = texts[maker_choose(&f->m, COUNT(texts))];
    xy_value *value = XY_ARENA_NEW(&f->arena, xy_value);

    XY_ASSERT(xy__json_read(&f->arena, xy_str_from(text), 0, value, NULL) == XY_OK);
    return value;
}

static xy_result answer_object(xy_call *call)
{
    static const char *const types[] = {"A", "B", NULL, "Nope", "E"};
    static const int object;

    return xy_result_object(types[maker_choose(&fuzz_of(call)->m, COUNT(types))], &object);
}

/* One that fits the field's type, or that of its items. */
static xy_result answer_fitting(xy_call *call, unsigned depth)
{
    static const int object;
    const xy_type *type = call->field->field->type;

    if (type->kind == XY_TYPE_NON_NULL)
        type = type->of;
    if (type->kind == XY_TYPE_LIST && depth == 0)
        return answer_list(call, depth);
    switch ((int)type->named->kind) {
    case XY_TYPE_OBJECT:
        return xy_result_object(NULL, &object);
    case XY_TYPE_INTERFACE:
    case XY_TYPE_UNION:
        return xy_result_object(maker_choose(&fuzz_of(call)->m, 2) ? "A" : "B", &object);
    case XY_TYPE_ENUM:
        return xy_result_str(XY_STR("TWO"));
    default:
        return xy_result_int(7);
    }
}

static xy_result answer(xy_call *call, unsigned depth)
{
    fuzz *f = fuzz_of(call);

    if (f->m.len == 0 || depth > ITEMS_MAX)
        return xy_result_int(1);
    switch (maker_choose(&f->m, 16)) {
    case 0:
        return xy_result_null();
    case 1:
        return xy_result_float(maker_choose(&f->m, 2) ? 0.1 : (double)INFINITY);
    case 2:
        return xy_result_str(XY_STR("text \"\n"));
    case 3:
        return xy_result_bool(true);
    case 4:
        return xy_result_error(XY_STR("no \xc3\xa4"));
    case 5:
        return answer_list(call, depth);
    case 6:
        return xy_result_value(json(f));
    case 7:
        return answer_object(call);
    case 8:
    case 9:
        return answer_late(call);
    default:
        return answer_fitting(call, depth);
    }
}

static void go(fuzz *f)
{
    if (f->gone)
        return;
    f->gone = true;
    if (f->outlet.on_stop)
        xy__outlet_stop(&f->outlet);
    else
        xy__operation_cancel(f->operation);
}

/* ---- sources ---- */

static void forget_source(void *arg)
{
    source *s = arg;
    fuzz *f = s->fuzz;

    for (size_t i = 0; i < f->sources_len; i++)
        if (f->sources[i] == s)
            f->sources[i] = f->sources[--f->sources_len];
}

static int push_something(xy_source_stream *stream, fuzz *f, unsigned choice)
{
    if (choice == 0)
        return xy_stream_push_error(stream, "no \xc3\xa4");
    if (choice == 1)
        return xy_stream_push_int(stream, 7);
    if (choice == 2)
        return xy_stream_push_str(stream, XY_STR("TWO"));
    return xy_stream_push(stream, json(f));
}

/* What a source does next, whether or not anybody wants more of it. */
static void push(xy_source_stream *stream, void *arg)
{
    source *s = arg;
    maker *m = &s->fuzz->m;
    unsigned choice = maker_choose(m, 8);

    if (choice > 1) {
        s->closed = push_something(stream, s->fuzz, choice - 2) == XY_ECLOSED;
        return;
    }
    s->closed = true;
    if (choice == 0)
        xy_stream_end(stream);
    else
        xy_stream_fail(stream, maker_choose(m, 2) ? "CODE" : NULL, "failed");
}

static void push_when_ready(xy_source_stream *stream, void *arg)
{
    if (maker_choose(&((source *)arg)->fuzz->m, 2))
        push(stream, arg);
}

static int answer_by_source(xy_call *call)
{
    fuzz *f = fuzz_of(call);
    source *s;

    if (call->field->field->type->kind != XY_TYPE_LIST &&
        (call->field->field->type->kind != XY_TYPE_NON_NULL ||
         call->field->field->type->of->kind != XY_TYPE_LIST))
        return XY_OK;
    if (f->sources_len == SOURCES_MAX)
        return XY_OK;
    s = xy_new(call, source);
    *s = (source){.stream = xy_later_list(call), .fuzz = f, .timed = maker_choose(&f->m, 2)};
    f->sources[f->sources_len++] = s;
    xy_stream_on_stop(s->stream, forget_source, s);
    xy_stream_on_ready(s->stream, push_when_ready, s);
    if (s->timed)
        xy_stream_every(s->stream, 1 + maker_choose(&f->m, 3), push, s);
    if (maker_choose(&f->m, 4) == 1)
        push(s->stream, s);
    return XY_OK;
}

/* ---- resolvers ---- */

static int resolver(xy_call *call)
{
    fuzz *f = fuzz_of(call);

    switch (maker_choose(&f->m, 14)) {
    case 12:
    case 13:
        return answer_by_source(call);
    case 1:
        keep(f, call, xy_later(call));
        return maker_choose(&f->m, 2) ? XY_OK : xy_put(call, answer(call, 0));
    case 2:
        return xy_fail_code(call, "CODE", "no %d", 1);
    case 3:
        return maker_choose(&f->m, 2) ? XY_EIO : xy_fail_internal(call, "secret");
    case 4:
        if (f->pending_len > 0)
            resolve_one(f);
        return XY_OK;
    case 5:
        if (maker_choose(&f->m, 4) == 1)
            go(f);
        return XY_OK;
    case 6:
        xy_put(call, answer(call, 0));
        return xy_put(call, answer(call, 0));
    default:
        return xy_put(call, answer(call, 0));
    }
}

/* ---- results ---- */

/* A result, or the first part of one. */
static void check_first(const xy_value *value, unsigned flags)
{
    const xy_value *errors = xy_value_get(value, XY_STR("errors"));
    const xy_value *data = xy_value_get(value, XY_STR("data"));

    XY_ASSERT(errors || data);
    XY_ASSERT(!errors || (errors->kind == XY_VALUE_LIST && errors->len > 0));
    XY_ASSERT(!data || data->kind == XY_VALUE_OBJECT || (data->kind == XY_VALUE_NULL && errors));
    XY_ASSERT((errors != NULL) == ((flags & XY_PUT_ERRORS) != 0));
    XY_ASSERT((data == NULL) == ((flags & XY_PUT_NO_DATA) != 0));
}

static void check_result(xy_bytes *result, unsigned flags, bool first, bool more)
{
    const xy_value *has_next;
    xy_value value;
    xy_arena arena;

    xy__arena_init(&arena, MEMORY_MAX);
    XY_ASSERT(xy__json_read(&arena, xy_bytes_str(result), XY_JSON_DEPTH_MAX, &value, NULL) ==
              XY_OK);
    XY_ASSERT(value.kind == XY_VALUE_OBJECT);
    if (first)
        check_first(&value, flags);
    has_next = xy_value_get(&value, XY_STR("hasNext"));
    if (!first || more)
        XY_ASSERT(has_next && has_next->kind == XY_VALUE_BOOL && has_next->boolean == more);
    else
        XY_ASSERT(!has_next);
    xy__arena_deinit(&arena);
    xy_bytes_unref(result);
}

static int on_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    fuzz *f = XY_CONTAINER(outlet, fuzz, outlet);
    size_t result_bytes = result->len;

    XY_ASSERT(!f->gone && !f->full && !f->last && f->ends == 0);
    XY_ASSERT(f->in_parts || (flags & XY_PUT_LAST));
    f->last = flags & XY_PUT_LAST;
    check_result(result, flags & ~(unsigned)XY_PUT_LAST, f->results == 0, !f->last);
    f->results += 1 + (unsigned)(result_bytes >> 14);
    f->full = maker_choose(&f->m, 4) == 1 || f->results > RESULTS_MAX;
    return f->full ? XY_EFULL : XY_OK;
}

static void on_end(xy_outlet *outlet)
{
    fuzz *f = XY_CONTAINER(outlet, fuzz, outlet);

    XY_ASSERT(!f->gone && f->ends == 0 && f->last);
    f->ends++;
}

static void on_result(void *arg, xy_bytes *result, unsigned flags)
{
    fuzz *f = arg;

    XY_ASSERT(!f->gone && !(flags & XY_PUT_LAST));
    f->results++;
    check_result(result, flags, true, false);
}

/* ---- an execution ---- */

static const xy_value *choose_json(fuzz *f, const char *const *texts, size_t count)
{
    const char *text = texts[maker_choose(&f->m, count)];
    xy_value *value;

    if (!text)
        return NULL;
    value = XY_ARENA_NEW(&f->arena, xy_value);
    XY_ASSERT(xy__json_read(&f->arena, xy_str_from(text), 0, value, NULL) == XY_OK);
    return value;
}

static unsigned start_events(fuzz *f)
{
    static const char *const events[] = {"{\"id\":1,\"x\":5}", "null", "{\"__typename\":\"B\"}",
                                         "no json", "[1]"};
    unsigned count = 1 + maker_choose(&f->m, EVENTS_MAX);

    for (unsigned i = 0; i < count && !f->gone; i++) {
        xy_bytes *event = xy_bytes_create(xy_str_from(events[maker_choose(&f->m, COUNT(events))]));

        xy__execute_event(f->operation, NULL, event, on_result, f);
        xy_bytes_unref(event);
    }
    return count;
}

static bool is_full(fuzz *f)
{
    return f->full && !f->gone && f->ends == 0;
}

static void make_room(fuzz *f)
{
    f->full = false;
    xy__outlet_ready(&f->outlet);
}

static void push_one(fuzz *f)
{
    source *s = f->sources[maker_choose(&f->m, f->sources_len)];

    if (s->timed || s->closed)
        xy__loop_advance(f->loop, 1);
    else
        push(s->stream, s);
}

/* Until all has come that must: the bytes choose what is next, and when there are none left, room
 * in the outlet, then a source, then time. */
static void finish(fuzz *f)
{
    unsigned rounds = 0;

    while (f->executor.gauges.runs > 0) {
        XY_ASSERT(rounds++ < ROUNDS_MAX);
        if (f->results > RESULTS_MAX || maker_choose(&f->m, 16) == 1)
            go(f);
        else if (is_full(f) && maker_choose(&f->m, 4) == 0)
            make_room(f);
        else if (f->sources_len > 0 && maker_choose(&f->m, 3) == 0)
            push_one(f);
        else if (f->pending_len == 0 || maker_choose(&f->m, 8) == 1)
            xy__loop_advance(f->loop, 1);
        else
            resolve_one(f);
    }
    XY_ASSERT(f->sources_len == 0);
}

static void start(fuzz *f, const xy_value *root)
{
    if (f->in_parts && xy__operation_is_incremental(f->operation))
        xy__execute_incrementally(f->operation, root, &f->outlet, xy__form_create(f->form));
    else
        xy__execute_query_or_mutation(f->operation, root, &f->outlet);
}

static void execute(fuzz *f, xy_document *document)
{
    static const char *const variables[] = {
        NULL,
        "{\"v\":true,\"w\":{\"n\":1}}",
        "{\"v\":3,\"w\":{\"n\":1,\"in\":{\"n\":2},\"list\":[{\"n\":3}]}}",
        "{\"v\":\"TWO\",\"w\":null}",
        "{\"v\":null,\"w\":{\"n\":null}}",
        "{\"v\":[{\"n\":1}]}",
    };
    static const char *const roots[] = {
        NULL,
        "{\"a\":{\"id\":1,\"b\":{\"x\":2},\"fields\":[{\"id\":2},null]},\"s\":\"t\",\"any\":[{}]}",
        "{\"n\":{\"__typename\":\"A\",\"id\":1},\"u\":{\"__typename\":\"B\",\"x\":3},\"l\":[]}",
    };
    const xy_value *given = choose_json(f, variables, COUNT(variables));

    f->operation = xy__operation_create(&f->executor, document);
    xy__operation_deliver(f->operation,
                          f->in_parts ? xy__form_delivery(f->form) : XY_DELIVER_WHOLE);
    if (xy__operation_prepare(f->operation, XY_STR_NULL, given) < 0) {
        XY_ASSERT(f->operation->errors.list.len > 0);
    } else if (xy__operation_type(f->operation) == XY_OPERATION_SUBSCRIPTION) {
        unsigned expected = start_events(f);

        finish(f);
        XY_ASSERT(f->gone || f->results == expected);
    } else {
        start(f, choose_json(f, roots, COUNT(roots)));
        finish(f);
        XY_ASSERT(f->gone || f->ends == 1);
    }
    xy__operation_unref(f->operation);
}

/* Bits of the first byte. */
enum {
    PLAIN = 1,
    TRUSTED = 2,
    MASKED = 4,
    SMALL_RUN = 8,
    SMALL_RESPONSE = 16,
    IN_PARTS = 32,
    FORM_2022 = 64,
};

/* Made once: a loop's own handles take more time than the rest. */
static xy_loop *one_loop(void)
{
    static xy_loop loop;
    static bool made;

    if (!made)
        xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    made = true;
    return &loop;
}

static void fuzz_init(fuzz *f, const uint8_t *data, size_t size)
{
    static const xy_outlet_ops ops = {.put = on_put, .end = on_end};

    *f = (fuzz){.m = {.data = data + 1, .len = size - 1, .schema = maker_schema()},
                .outlet = {.ops = &ops}};
    xy__arena_init(&f->arena, MEMORY_MAX);
    f->in_parts = data[0] & IN_PARTS;
    f->form = data[0] & FORM_2022 ? XY_FORM_2022 : XY_FORM_2023;
    f->loop = one_loop();
    xy__executor_init(&f->executor, f->loop);
    f->executor.app = (xy_app *)(void *)f;
    f->executor.mask_errors = data[0] & MASKED;
    f->executor.limits.run_bytes_max = data[0] & SMALL_RUN ? 8192 : RUN_MAX;
    f->executor.limits.response_bytes_max = data[0] & SMALL_RESPONSE ? 256 : RESPONSE_MAX;
    xy__buf_init(&f->m.text, TEXT_MAX);
    xy_bind_default(maker_schema(), data[0] & PLAIN ? NULL : resolver);
}

static void fuzz_deinit(fuzz *f)
{
    XY_ASSERT(f->executor.gauges.operations == 0 && f->executor.gauges.runs == 0 &&
              f->executor.gauges.promises == 0);
    xy__buf_deinit(&f->m.text);
    xy__executor_deinit(&f->executor);
    xy__arena_deinit(&f->arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_document_options options = {0};
    xy_document *document = NULL;
    xy_errors errors;
    fuzz f;

    if (size == 0)
        return 0;
    fuzz_init(&f, data, size);
    xy__errors_init(&errors, &f.arena);
    options.trusted = data[0] & TRUSTED;
    maker_put_document(&f.m);
    if (xy__document_create(maker_schema(), xy__buf_view(&f.m.text), &options, &document, &errors) <
        0) {
        XY_ASSERT(errors.list.len > 0);
    } else {
        execute(&f, document);
        xy__document_unref(document);
    }
    fuzz_deinit(&f);
    return 0;
}
