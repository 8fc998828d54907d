/* SPDX-License-Identifier: MIT */
/* Any text as a document, executed at once and with late answers in random order, whole and in
 * parts.
 *
 *   - A result is JSON, and nothing is left of the run.
 *   - The data do not depend on what is late, nor on what comes from a source.
 *   - The result at once is the same with the document of a text that has other literals.
 *   - Of a valid document the parts are a sequence that a client may be sent; merged, they are the
 *     whole result, unless null stopped at one of them.
 *   - Nothing is put while the outlet is full, after the last part, or when the client has gone.
 *
 * Corpus: a byte of dice, a byte of switches (below), a byte that @skip, @include, @defer and
 * @stream get by variables, then the document. */
#include "xylem/call.h"
#include "xylem/stream.h"

#include "../increments.h"
#include "../relift.h"
#include "base/fatal.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "execution/exec.h"
#include "execution/response.h"
#include "json/read.h"
#include "json/write.h"
#include "schema/build.h"
#include "serve/form.h"

#define SCHEMA_MAX ((size_t)16 << 20)
#define ARENA_MAX  ((size_t)64 << 20)
#define HEAD       3u

/* Payloads that are read together: more take too long. */
#define PARTS_MAX       200u
#define PARTS_BYTES_MAX ((size_t)256 << 10)

/* Of the second byte. */
enum { TRUSTED = 1, HALF_LATE = 2, FORM_2022 = 4, GOES = 8, FILLS_UP = 16, NO_SOURCES = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char sdl[] =
    "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT\n"
    "directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD\n"
    "interface I { i: Int  j: I }\n"
    "type A implements I { i: Int  j: I  I: Int!  n: A  N: A!  l: [Int]  L: [Int!]!  ll: [[Int!]]\n"
    "  m: [A]  M: [A!]!  u: U  f(x: Int = 1, y: [Int!]): Int  s: String  id: ID }\n"
    "type B implements I { i: Int  j: I  b: Boolean  n: A }\n"
    "union U = A | B\n"
    "type Query { a: A  A: A!  j: I  u: U  us: [U]  f(x: Int = 1, y: [Int!]): Int }\n"
    "type Mutation { a: A  A: A!  i: Int }\n"
    "type Subscription { i: Int }\n";

typedef struct waiting {
    xy_promise *promise;
    uint64_t hash;
    const xy_type *type;
} waiting;

/* A list whose items are pushed. */
typedef struct source {
    xy_source_stream *stream;
    xy_result *items;
    uint32_t len;
    uint32_t next;
    bool fails;
    bool full;
} source;

typedef struct fuzz {
    xy_arena schema_arena;
    xy_schema *schema;
    xy_loop loop;
    xy_executor executor;
    uint64_t dice;
    unsigned late_chance; /* of 100 */
    unsigned source_chance;
    waiting *pool[4096];
    size_t pool_len;
    source *sources[256]; /* that are open */
    size_t sources_len;
} fuzz;

static fuzz state;

static unsigned roll(unsigned sides)
{
    state.dice = state.dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state.dice >> 33) % sides;
}

/* ---- values: a tree without end that depends on where one is alone ---- */

static uint64_t mix(uint64_t hash, xy_str s)
{
    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 29;
}

static xy_result value_of(xy_call *call, const xy_type *type, uint64_t hash);

static xy_result later(xy_call *call, const xy_type *type, uint64_t hash)
{
    waiting *w = xy_new(call, waiting);

    *w = (waiting){xy_later_item(call), hash, type};
    state.pool[state.pool_len++] = w;
    return xy_result_promise(w->promise);
}

static xy_result value_or_later(xy_call *call, const xy_type *type, uint64_t hash)
{
    bool room = state.pool_len < sizeof state.pool / sizeof *state.pool;

    if (room && roll(100) < state.late_chance)
        return later(call, type, hash);
    return value_of(call, type, hash);
}

static xy_result list_of(xy_call *call, const xy_type *item, uint64_t hash)
{
    uint32_t len = (uint32_t)(hash >> 8 & 3);
    xy_result *items = xy_results(call, len);

    for (uint32_t i = 0; i < len; i++)
        items[i] = value_or_later(call, item, mix(hash + i, XY_STR("item")));
    return (xy_result){.kind = XY_RESULT_LIST, .items = items, .len = len};
}

/* {"__typename": …, "h": hash} */
static xy_result object_of(xy_call *call, uint64_t hash)
{
    xy_member *members = xy_alloc(call, 2 * sizeof *members);
    xy_value *object = xy_new(call, xy_value);
    static const char *const names[] = {"A", "B", "A", "Query", "Nothing", "A", "B", "A"};

    members[0] =
        (xy_member){XY_STR("__typename"), xy_value_string(xy_str_from(names[hash >> 12 & 7]))};
    members[1] = (xy_member){XY_STR("h"), xy_value_int((int64_t)(hash & INT64_MAX))};
    *object = (xy_value){.kind = XY_VALUE_OBJECT, .len = 2, .members = members};
    return xy_result_value(object);
}

static xy_result value_of(xy_call *call, const xy_type *type, uint64_t hash)
{
    if (type->kind == XY_TYPE_NON_NULL)
        type = type->of;
    switch (hash >> 20 & 31) {
    case 0:
        return xy_result_null();
    case 1:
        return xy_result_error(XY_STR("no"));
    case 2:
        return xy_result_str(XY_STR("text"));
    default:
        break;
    }
    if (type->kind == XY_TYPE_LIST)
        return list_of(call, type->of, hash);
    if (xy__type_is_composite(type))
        return object_of(call, hash);
    return xy_result_int((int64_t)(hash & 0xffff));
}

/* ---- sources ---- */

static void forget(void *arg)
{
    for (size_t i = 0; i < state.sources_len; i++)
        if (state.sources[i] == arg)
            state.sources[i] = state.sources[--state.sources_len];
}

static int push_result(xy_source_stream *stream, const xy_result *item)
{
    switch ((int)item->kind) {
    case XY_RESULT_INT:
        return xy_stream_push_int(stream, item->integer);
    case XY_RESULT_STR:
        return xy_stream_push_str(stream, (xy_str){item->text, item->size});
    case XY_RESULT_VALUE:
        return xy_stream_push(stream, item->value);
    case XY_RESULT_ERROR:
        return xy_stream_push_error(stream, "no");
    default:
        return xy_stream_push(stream, &XY_NULL);
    }
}

/* One that has ended is forgotten when it is stopped, which may be at once. */
static void push_next(source *s)
{
    xy_source_stream *stream = s->stream;

    if (s->next < s->len) {
        int rc = push_result(stream, &s->items[s->next++]);

        XY_ASSERT(rc == XY_OK || rc == XY_EFULL || rc == XY_ECLOSED);
        if (rc != XY_ECLOSED)
            s->full = rc == XY_EFULL;
        return;
    }
    forget(s);
    if (s->fails)
        xy_stream_fail(stream, NULL, "no");
    else
        xy_stream_end(stream);
}

static void on_ready(xy_source_stream *stream, void *arg)
{
    (void)stream;
    ((source *)arg)->full = false;
}

/* Can a source bring such a value? It pushes JSON, and no lists that hold errors. */
static bool is_for_source(const xy_type *type, uint64_t hash)
{
    unsigned kind = hash >> 20 & 31;

    if (type->kind == XY_TYPE_NON_NULL)
        type = type->of;
    if (type->kind != XY_TYPE_LIST || kind == 0 || kind == 2)
        return false;
    type = type->of->kind == XY_TYPE_NON_NULL ? type->of->of : type->of;
    return type->kind != XY_TYPE_LIST;
}

static void open_source(xy_call *call, const xy_type *type, uint64_t hash)
{
    source *s = xy_new(call, source);
    xy_result list = {0};

    *s = (source){.stream = xy_later_list(call), .fails = (hash >> 20 & 31) == 1};
    if (!s->fails) {
        unsigned late_chance = state.late_chance;

        state.late_chance = 0;
        list = value_of(call, type, hash);
        state.late_chance = late_chance;
    }
    s->items = list.items;
    s->len = list.len;
    state.sources[state.sources_len++] = s;
    xy_stream_on_ready(s->stream, on_ready, s);
    xy_stream_on_stop(s->stream, forget, s);
    if (roll(3) == 0)
        push_next(s);
}

/* ---- resolving ---- */

static int resolve(xy_call *call)
{
    const xy_value *parent = xy_value_get(xy_parent_value(call), XY_STR("h"));
    xy_str field = xy_call_field(call);
    const xy_type *on = xy__schema_type(state.schema, xy_call_type(call));
    uint64_t hash = mix(parent ? (uint64_t)parent->integer : 1, field);
    const xy_value *argument = xy_value_get(xy_args(call), XY_STR("x"));
    const xy_type *type = xy__type_field(on, field)->type;

    if (argument && argument->kind == XY_VALUE_INT)
        hash += (uint64_t)argument->integer;
    if (roll(100) < state.source_chance && is_for_source(type, hash) &&
        state.sources_len < sizeof state.sources / sizeof *state.sources) {
        open_source(call, type, hash);
        return XY_OK;
    }
    return xy_put(call, value_or_later(call, type, hash));
}

static void resolve_one(size_t index)
{
    waiting *w = state.pool[index];

    state.pool[index] = state.pool[--state.pool_len];
    xy_put(xy_promise_call(w->promise),
           value_or_later(xy_promise_call(w->promise), w->type, w->hash));
    xy_promise_resolve(w->promise);
}

/* Something happens out there, if there is anything to come. */
static void happen(void)
{
    size_t s = state.sources_len > 0 ? roll((unsigned)state.sources_len) : 0;

    if (state.sources_len > 0 && !state.sources[s]->full && roll(2) == 0)
        push_next(state.sources[s]);
    else if (state.pool_len > 0)
        resolve_one(roll((unsigned)state.pool_len));
    else
        xy__loop_advance(&state.loop, 1);
}

static void set_chances(unsigned late, unsigned sources)
{
    state.late_chance = late;
    state.source_chance = sources;
}

static void assert_nothing_left(void)
{
    while (state.pool_len > 0)
        resolve_one(roll((unsigned)state.pool_len));
    xy__loop_advance(&state.loop, 1);
    XY_ASSERT(state.sources_len == 0);
    XY_ASSERT(state.executor.gauges.runs == 0);
    XY_ASSERT(state.executor.gauges.promises == 0);
    XY_ASSERT(state.executor.gauges.operations == 0);
}

/* ---- executing ---- */

typedef struct catcher {
    xy_outlet outlet;
    xy_bytes *result;
} catcher;

static int on_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    XY_ASSERT(flags & XY_PUT_LAST);
    XY_CONTAINER(outlet, catcher, outlet)->result = result;
    return XY_OK;
}

static void on_end(xy_outlet *outlet)
{
    XY_ASSERT(XY_CONTAINER(outlet, catcher, outlet)->result);
}

static const xy_outlet_ops ops = {.put = on_put, .end = on_end};

/* Every condition variable a document may name. */
static xy_value variables(xy_arena *arena, uint8_t bits)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    xy_member *members = XY_ARENA_ARRAY(arena, xy_member, 4);

    for (size_t i = 0; i < 4; i++)
        members[i] = (xy_member){xy_str_from(names[i]), xy_value_bool(bits >> i & 1)};
    return (xy_value){.kind = XY_VALUE_OBJECT, .len = 4, .members = members};
}

/* All of the response, for the text of the document, or for the one whose literals are given. */
static xy_str respond(xy_arena *arena, xy_document *document, const xy_lifted *lifted, uint8_t bits)
{
    xy_operation *operation = xy__operation_create(&state.executor, document);
    catcher out = {.outlet = {.ops = &ops}};
    xy_value inputs = variables(arena, bits);
    xy_str text;

    set_chances(0, 0);
    if (lifted)
        xy__operation_lift(operation, lifted);
    if (xy__operation_prepare(operation, XY_STR_NULL, &inputs) == XY_OK)
        xy__execute_query_or_mutation(operation, NULL, &out.outlet);
    else
        out.result = xy__errors_response(&operation->errors);
    text = xy__arena_str(arena, xy_bytes_str(out.result));
    xy_bytes_unref(out.result);
    xy__operation_unref(operation);
    return text;
}

/* `document` is that of `text`. */
static void compare_lifted(xy_arena *arena, xy_document *document, xy_str text, uint8_t bits)
{
    xy_lifted lifted;
    xy_document *other = relift(state.schema, text, arena, &lifted);

    if (!other)
        return;
    XY_ASSERT(
        xy_str_eq(respond(arena, other, &lifted, bits), respond(arena, document, NULL, bits)));
    xy__document_unref(other);
}

/* The data; NULL when the operation was refused or ended by a limit. */
static const xy_value *execute(xy_arena *arena, xy_document *document, uint8_t bits)
{
    xy_operation *operation = xy__operation_create(&state.executor, document);
    catcher out = {.outlet = {.ops = &ops}};
    const xy_value *data = NULL;
    xy_value inputs = variables(arena, bits);
    xy_value *response = XY_ARENA_NEW(arena, xy_value);
    const xy_value *errors;

    if (xy__operation_prepare(operation, XY_STR_NULL, &inputs) == XY_OK) {
        xy__execute_query_or_mutation(operation, NULL, &out.outlet);
        while (!out.result)
            happen();
        XY_ASSERT(xy__json_read(arena, xy__arena_str(arena, xy_bytes_str(out.result)), 2100,
                                response, NULL) == XY_OK);
        xy_bytes_unref(out.result);
        data = xy_value_get(response, XY_STR("data"));
        errors = xy_value_get(response, XY_STR("errors"));
        XY_ASSERT(data);
        if (errors && !xy_value_get(&errors->items[0], XY_STR("path")))
            data = NULL;
    }
    xy__operation_unref(operation);
    assert_nothing_left();
    return data;
}

/* ---- executing in parts ---- */

typedef struct collector {
    xy_outlet outlet;
    xy_arena *arena;
    XY_VEC(xy_value) payloads;
    size_t bytes;
    bool too_many; /* payloads, to be read together */
    bool fills_up;
    bool full;
    bool last;
    bool ended;
    bool gone;
} collector;

static void read_part(collector *out, xy_bytes *result)
{
    xy_str text = xy_bytes_str(result);
    xy_arena scratch;
    xy_value ignored;

    if (out->payloads.len < PARTS_MAX && out->bytes + text.len < PARTS_BYTES_MAX) {
        text = xy__arena_str(out->arena, text);
        XY_ASSERT(xy__json_read(out->arena, text, 2100, xy_vec_push(out->arena, &out->payloads),
                                NULL) == XY_OK);
    } else {
        xy__arena_init(&scratch, ARENA_MAX);
        XY_ASSERT(xy__json_read(&scratch, text, 2100, &ignored, NULL) == XY_OK);
        xy__arena_deinit(&scratch);
        out->too_many = true;
    }
    out->bytes += text.len;
}

static int on_part(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    collector *out = XY_CONTAINER(outlet, collector, outlet);

    XY_ASSERT(!out->full && !out->last && !out->ended && !out->gone);
    read_part(out, result);
    xy_bytes_unref(result);
    out->last = flags & XY_PUT_LAST;
    out->full = out->too_many || (out->fills_up && roll(2));
    return out->full ? XY_EFULL : XY_OK;
}

static void on_last_end(xy_outlet *outlet)
{
    collector *out = XY_CONTAINER(outlet, collector, outlet);

    XY_ASSERT(out->last && !out->ended && !out->gone);
    out->ended = true;
}

static const xy_outlet_ops part_ops = {.put = on_part, .end = on_last_end};

static void start_in_parts(xy_operation *operation, xy_form_kind form, collector *out)
{
    if (xy__operation_is_incremental(operation))
        xy__execute_incrementally(operation, NULL, &out->outlet, xy__form_create(form));
    else
        xy__execute_query_or_mutation(operation, NULL, &out->outlet);
}

static void finish_in_parts(collector *out, bool goes)
{
    while (!out->ended && !out->gone) {
        /* Fragments that are not valid may have no end. */
        if (out->too_many || (goes && roll(16) == 0)) {
            out->gone = true;
            xy__outlet_stop(&out->outlet);
        } else if (out->full && roll(4) == 0) {
            out->full = false;
            xy__outlet_ready(&out->outlet);
        } else {
            happen();
        }
    }
}

/* Was a part ended by a limit? Its error has no path. */
static bool is_limited(const xy_value *merged)
{
    const xy_value *errors = xy_value_get(merged, XY_STR("errors"));

    for (uint32_t i = 0; errors && i < errors->len; i++)
        if (!xy_value_get(&errors->items[i], XY_STR("path")))
            return true;
    return false;
}

/* Do the parts come to `whole` (NULL: no idea)? */
static void check_parts(const collector *out, xy_form_kind form, const xy_value *whole)
{
    increments read;

    if (out->too_many)
        return;
    increments_read(&read, out->arena, form == XY_FORM_2022 ? INCREMENTS_2022 : INCREMENTS_2023,
                    form == XY_FORM_2022 ? MERGE_NULL_WINS : MERGE_LAST_WINS, out->payloads.items,
                    out->payloads.len);
    if (is_limited(&read.merged))
        return;
    if (read.fault)
        xy__fatal("payload %zu: %s", read.faulty, read.fault);
    XY_ASSERT(!whole || read.failed.len > 0 ||
              xy_value_equal(xy_value_get(&read.merged, XY_STR("data")), whole));
}

static void execute_in_parts(xy_arena *arena, xy_document *document, const uint8_t *head,
                             const xy_value *whole)
{
    xy_form_kind form = head[1] & FORM_2022 ? XY_FORM_2022 : XY_FORM_2023;
    collector out = {.outlet = {.ops = &part_ops}, .arena = arena, .fills_up = head[1] & FILLS_UP};
    xy_operation *operation = xy__operation_create(&state.executor, document);
    xy_value inputs = variables(arena, head[2]);

    xy__operation_deliver(operation, xy__form_delivery(form));
    if (xy__operation_prepare(operation, XY_STR_NULL, &inputs) < 0) {
        xy__operation_unref(operation);
        return;
    }
    start_in_parts(operation, form, &out);
    xy__operation_unref(operation);
    finish_in_parts(&out, head[1] & GOES);
    assert_nothing_left();
    if (!out.gone && !(head[1] & TRUSTED))
        check_parts(&out, form, whole);
}

static void start(void)
{
    xy_errors errors;

    xy__arena_init(&state.schema_arena, SCHEMA_MAX);
    xy__errors_init(&errors, &state.schema_arena);
    if (xy__schema_from_sdl(&state.schema_arena, xy_str_from(sdl), XY_SCHEMA_STAGE_DONE,
                            &state.schema, &errors, NULL) < 0)
        xy__fatal("%.*s", XY_PRI(errors.list.items[0]->message));
    state.schema->default_resolver = resolve;
    xy__loop_init(&state.loop, XY_CLOCK_VIRTUAL);
    xy__executor_init(&state.executor, &state.loop);
    state.executor.limits.response_bytes_max = (size_t)64 << 10;
    state.executor.limits.run_bytes_max = (size_t)4 << 20;
}

static void execute_in_all_ways(xy_arena *arena, xy_document *document, xy_str text,
                                const uint8_t *head)
{
    unsigned late_chance = head[1] & HALF_LATE ? 50 : 10;
    unsigned source_chance = head[1] & NO_SOURCES ? 0 : 50;
    const xy_value *at_once;
    const xy_value *late;

    set_chances(0, 0);
    at_once = execute(arena, document, head[2]);
    state.dice = head[0];
    set_chances(late_chance, source_chance);
    late = execute(arena, document, head[2]);
    XY_ASSERT(!at_once || !late || xy_value_equal(at_once, late));
    execute_in_parts(arena, document, head, at_once);
    compare_lifted(arena, document, text, head[2]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_document_options options = {0};
    xy_document *document;
    xy_errors errors;
    xy_arena arena;
    xy_str text;

    if (!state.schema)
        start();
    if (size < HEAD)
        return 0;
    text = (xy_str){(const char *)data + HEAD, size - HEAD};
    /* The text of a document is UTF-8: whoever reads requests has seen to it. */
    if (!xy__utf8_valid(text))
        return 0;
    options.trusted = data[1] & TRUSTED;
    xy__arena_init(&arena, ARENA_MAX);
    xy__errors_init(&errors, &arena);
    if (xy__document_create(state.schema, text, &options, &document, &errors) == XY_OK) {
        execute_in_all_ways(&arena, document, text, data);
        xy__document_unref(document);
    }
    xy__arena_deinit(&arena);
    return 0;
}
