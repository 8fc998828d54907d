/* SPDX-License-Identifier: MIT */
/* Any text as a document, executed at once and with late answers in random order.
 *
 *   - A result is JSON, and nothing is left of the run.
 *   - The data do not depend on what is late.
 *   - The result at once is the same with the document of a text that has other literals.
 *
 * Corpus: a byte of dice, a byte of switches (1: not validated, 2: half of all is late), a byte
 * that @skip and @include get by variables, then the document. */
#include "xylem/call.h"

#include "../relift.h"
#include "base/fatal.h"
#include "base/utf8.h"
#include "execution/exec.h"
#include "execution/response.h"
#include "json/read.h"
#include "json/write.h"
#include "schema/build.h"

#define SCHEMA_MAX ((size_t)16 << 20)
#define ARENA_MAX  ((size_t)64 << 20)
#define HEAD       3u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char sdl[] =
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

typedef struct fuzz {
    xy_arena schema_arena;
    xy_schema *schema;
    xy_executor executor;
    uint64_t dice;
    unsigned late_chance; /* of 100 */
    waiting *pool[4096];
    size_t pool_len;
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

static int resolve(xy_call *call)
{
    const xy_value *parent = xy_value_get(xy_parent_value(call), XY_STR("h"));
    xy_str field = xy_call_field(call);
    const xy_type *on = xy__schema_type(state.schema, xy_call_type(call));
    uint64_t hash = mix(parent ? (uint64_t)parent->integer : 1, field);
    const xy_value *argument = xy_value_get(xy_args(call), XY_STR("x"));

    if (argument && argument->kind == XY_VALUE_INT)
        hash += (uint64_t)argument->integer;

    return xy_put(call, value_or_later(call, xy__type_field(on, field)->type, hash));
}

static void resolve_one(size_t index)
{
    waiting *w = state.pool[index];

    state.pool[index] = state.pool[--state.pool_len];
    xy_put(xy_promise_call(w->promise),
           value_or_later(xy_promise_call(w->promise), w->type, w->hash));
    xy_promise_resolve(w->promise);
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

    state.late_chance = 0;
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
        while (state.pool_len > 0)
            resolve_one(roll((unsigned)state.pool_len));
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
    XY_ASSERT(state.executor.gauges.runs == 0 && state.executor.gauges.promises == 0);
    return data;
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
    xy__executor_init(&state.executor, NULL);
    state.executor.limits.response_bytes_max = (size_t)64 << 10;
    state.executor.limits.run_bytes_max = (size_t)4 << 20;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_document_options options = {0};
    const xy_value *at_once;
    const xy_value *late;
    xy_document *document;
    xy_errors errors;
    xy_arena arena;

    if (!state.schema)
        start();
    /* The text of a document is UTF-8: whoever reads requests has seen to it. */
    if (size < HEAD || !xy__utf8_valid((xy_str){(const char *)data + HEAD, size - HEAD}))
        return 0;
    options.trusted = data[1] & 1;
    xy__arena_init(&arena, ARENA_MAX);
    xy__errors_init(&errors, &arena);
    if (xy__document_create(state.schema, (xy_str){(const char *)data + HEAD, size - HEAD},
                            &options, &document, &errors) == XY_OK) {
        state.late_chance = 0;
        at_once = execute(&arena, document, data[2]);
        state.dice = data[0];
        state.late_chance = data[1] & 2 ? 50 : 10;
        late = execute(&arena, document, data[2]);
        XY_ASSERT(!at_once || !late || xy_value_equal(at_once, late));
        compare_lifted(&arena, document, (xy_str){(const char *)data + HEAD, size - HEAD}, data[2]);
        xy__document_unref(document);
    }
    xy__arena_deinit(&arena);
    return 0;
}
