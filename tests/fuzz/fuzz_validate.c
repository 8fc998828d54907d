/* SPDX-License-Identifier: MIT */
/* tests/fuzz/fuzz_validate.c -- documents against a fixed schema.
 *
 * The first byte says how the others become a document: as its text, or as choices in a walk
 * over the schema, which makes documents that are nearly valid. Must hold: the result agrees with
 * the errors, the budget is kept, and the same document in another layout has the same errors. */
#include "base/fatal.h"
#include "base/utf8.h"
#include "language/parser.h"
#include "language/printer.h"
#include "schema/build.h"
#include "validation/validate.h"

#define MEMORY_MAX    ((size_t)256 << 20)
#define TEXT_MAX      ((size_t)64 << 10)
#define DEPTH_MAX     12u
#define SELECTION_MAX 6u
#define FRAGMENTS     5u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char sdl[] =
    "directive @live(if: Boolean = true) on QUERY\n"
    "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT\n"
    "directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD\n"
    "directive @tag(name: String!) repeatable on FIELD | QUERY | FRAGMENT_DEFINITION\n"
    "type Query { a: A b(in: In, e: E): B n: Node u: U s(n: Int! = 1): String l: [Node!]! "
    "one(of: One!): A any(json: Any): Any old: Int @deprecated }\n"
    "type Mutation { a: A l: [Node] }\n"
    "type Subscription { a: A u: U }\n"
    "interface Node { id: ID! node: Node }\n"
    "type A implements Node { id: ID! node: A a: A b: B x(n: Int): Int fields: [A] }\n"
    "type B implements Node { id: ID! node: Node a: A x(n: Int): Int! interfaces: [B!] }\n"
    "union U = A | B\n"
    "enum E { ONE TWO THREE @deprecated }\n"
    "input In { n: Int! e: E = ONE in: In list: [In!] }\n"
    "input One @oneOf { n: Int in: In }\n"
    "scalar Any\n";

static const xy_schema *get_schema(void)
{
    static xy_schema *schema;

    if (!schema) {
        xy_arena *arena = xy__arena_create(MEMORY_MAX);
        xy_errors errors;

        xy__errors_init(&errors, arena);
        XY_ASSERT(xy__schema_from_sdl(arena, xy_str_from(sdl), XY_SCHEMA_STAGE_DONE, &schema,
                                      &errors, NULL) == XY_OK);
    }
    return schema;
}

/* Choices, and the document made by them. */
typedef struct maker {
    const uint8_t *data;
    size_t len;
    const xy_schema *schema;
    xy_buf text;
} maker;

/* A number less than `count`; 0 when there are no choices left. */
static unsigned choose(maker *m, size_t count)
{
    unsigned choice;

    if (m->len == 0 || count == 0)
        return 0;
    choice = *m->data % (unsigned)count;
    m->data++;
    m->len--;
    return choice;
}

static void put(maker *m, const char *text)
{
    xy__buf_str(&m->text, xy_str_from(text));
}

static void put_one_of(maker *m, const char *const *texts, size_t count)
{
    put(m, texts[choose(m, count)]);
}

#define PUT_ONE_OF(m, ...)                                                                         \
    put_one_of((m), (const char *const[]){__VA_ARGS__},                                            \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void put_value(maker *m, const xy_type *type, unsigned depth);

static void put_object(maker *m, const xy_type *type, unsigned depth)
{
    put(m, "{");
    for (size_t i = 0; i < type->input_fields.len; i++) {
        const xy_input_value *field = type->input_fields.items[i];

        if (choose(m, 3) == 0)
            continue;
        xy__buf_printf(&m->text, "%.*s: ", XY_PRI(field->name));
        put_value(m, field->type, depth + 1);
        put(m, " ");
    }
    put(m, "}");
}

/* A value that is mostly of the type. */
static void put_value(maker *m, const xy_type *type, unsigned depth)
{
    unsigned choice = choose(m, 8);

    if (choice == 1 || depth > DEPTH_MAX) {
        PUT_ONE_OF(m, "null", "$v", "$w", "{n: 1 n: 2}", "\"text\"", "1.5", "true", "[]");
    } else if (type->kind == XY_TYPE_NON_NULL) {
        put_value(m, type->of, depth);
    } else if (type->kind == XY_TYPE_LIST) {
        put(m, "[");
        for (unsigned i = choose(m, 3); i > 0; i--)
            put_value(m, type->of, depth + 1);
        put(m, "]");
    } else if (type->kind == XY_TYPE_INPUT_OBJECT) {
        put_object(m, type, depth);
    } else {
        PUT_ONE_OF(m, "1", "ONE", "TWO", "\"text\"", "true", "99999999999", "ON");
    }
}

static void put_arguments(maker *m, const xy_input_values *arguments)
{
    bool open = false;

    for (size_t i = 0; i < arguments->len; i++) {
        if (choose(m, 3) == 0)
            continue;
        xy__buf_printf(&m->text, "%s%.*s: ", open ? ", " : "(", XY_PRI(arguments->items[i]->name));
        put_value(m, arguments->items[i]->type, 0);
        open = true;
    }
    put(m, open ? ")" : "");
}

static void put_directive(maker *m)
{
    if (choose(m, 4) == 1) {
        PUT_ONE_OF(m, " @skip(if: $v)", " @include(if: true)", " @defer", " @defer(label: \"l\")",
                   " @stream", " @stream(initialCount: 1)", " @tag(name: \"t\")", " @tag", " @live",
                   " @nope(a: 1)", " @stream(if: false)", " @defer(if: $w)");
    }
}

static void put_selections(maker *m, const xy_type *type, unsigned depth);

static void put_field(maker *m, const xy_type *type, unsigned depth)
{
    const xy_field *field;

    if (choose(m, 3) == 1)
        PUT_ONE_OF(m, "x: ", "y: ", "id: ");
    if (type->fields.len == 0 || choose(m, 12) == 1) {
        PUT_ONE_OF(m, "__typename ", "nope ", "__schema { types { fields { name } } } ", "xx ");
        return;
    }
    field = type->fields.items[choose(m, type->fields.len)];
    xy__buf_str(&m->text, field->name);
    put_arguments(m, &field->arguments);
    put_directive(m);
    if (xy__type_is_composite(field->type->named))
        put_selections(m, field->type->named, depth + 1);
    put(m, " ");
}

static const xy_type *choose_composite(maker *m)
{
    static const char *const names[] = {"A", "B", "Node", "U", "Query", "Subscription", "E"};

    return xy__schema_type(m->schema, xy_str_from(names[choose(m, sizeof names / sizeof *names)]));
}

static void put_selection(maker *m, const xy_type *type, unsigned depth)
{
    unsigned choice = choose(m, 6);

    if (choice == 1) {
        xy__buf_printf(&m->text, "...F%u", choose(m, FRAGMENTS + 1));
        put_directive(m);
        put(m, " ");
    } else if (choice == 2) {
        const xy_type *condition = choose_composite(m);

        xy__buf_printf(&m->text, "... on %.*s", XY_PRI(condition->name));
        put_directive(m);
        put_selections(m, condition, depth + 1);
    } else {
        put_field(m, type, depth);
    }
}

static void put_selections(maker *m, const xy_type *type, unsigned depth)
{
    unsigned count = 1 + choose(m, SELECTION_MAX);

    put(m, " { ");
    if (depth > DEPTH_MAX || m->len == 0) {
        put(m, "__typename");
        count = 0;
    }
    while (count-- > 0)
        put_selection(m, type, depth);
    put(m, " }");
}

static void put_operation(maker *m)
{
    static const char *const kinds[] = {"query", "mutation", "subscription"};
    unsigned kind = choose(m, 3);
    const xy_type *roots[] = {m->schema->query, m->schema->mutation, m->schema->subscription};

    put(m, kinds[kind]);
    PUT_ONE_OF(m, " P", " Q", "");
    PUT_ONE_OF(m, "", "($v: Int)", "($v: Boolean!, $w: In)", "($v: [In!] = null, $v: E = ONE)",
               "($w: Query)", "($w: Nope!)");
    put_directive(m);
    put_selections(m, roots[kind], 0);
}

static void put_document(maker *m)
{
    for (unsigned count = 1 + choose(m, 2); count > 0; count--)
        put_operation(m);
    for (unsigned i = 0; i < FRAGMENTS; i++) {
        const xy_type *condition = choose_composite(m);

        xy__buf_printf(&m->text, " fragment F%u on %.*s", i, XY_PRI(condition->name));
        put_directive(m);
        put_selections(m, condition, 0);
    }
}

static int validate(xy_arena *arena, xy_str text, const xy_validate_options *options,
                    const xy_ast_document **parsed, xy_errors *errors)
{
    xy_source *source = XY_ARENA_NEW(arena, xy_source);
    xy_ast_document *document;
    uint32_t work;
    int rc;

    source->text = text;
    xy__errors_init(errors, arena);
    if (xy__parse(arena, source, NULL, &document, errors) < 0)
        return XY_ESYNTAX;
    *parsed = document;
    rc = xy__validate_measured(get_schema(), document, options, errors, &work);
    XY_ASSERT((rc == XY_OK) == (errors->list.len == 0));
    XY_ASSERT(work <= XY_VALIDATE_WORK_DEFAULT);
    XY_ASSERT(errors->list.len <= XY_VALIDATE_ERRORS_DEFAULT + 1);
    for (size_t i = 0; i < errors->list.len; i++)
        XY_ASSERT(errors->list.items[i]->message.len > 0);
    return rc;
}

static void check(xy_arena *arena, xy_str text, const xy_validate_options *options)
{
    const xy_ast_document *document;
    xy_errors errors;
    xy_errors again;
    int rc = validate(arena, text, options, &document, &errors);

    if (rc == XY_ESYNTAX)
        return;
    text = xy__print_str(arena, &document->node);
    XY_ASSERT(validate(arena, text, options, &document, &again) == rc);
    XY_ASSERT(errors.list.len == again.list.len);
    for (size_t i = 0; i < errors.list.len; i++) {
        XY_ASSERT(xy_str_eq(errors.list.items[i]->message, again.list.items[i]->message));
        XY_ASSERT(errors.list.items[i]->location_count == again.list.items[i]->location_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_validate_options options = {0};
    maker m = {.schema = get_schema()};
    xy_arena arena;

    if (size == 0)
        return 0;
    options.hide_suggestions = data[0] & 2;
    options.hide_introspection = data[0] & 4;
    options.report_deprecated = data[0] & 8;
    xy__arena_init(&arena, MEMORY_MAX);
    xy__buf_init(&m.text, TEXT_MAX);
    if (data[0] & 1) {
        m.data = data + 1;
        m.len = size - 1;
        put_document(&m);
    } else {
        xy__buf_append(&m.text, data + 1, size - 1);
    }
    if (xy__utf8_valid(xy__buf_view(&m.text)))
        check(&arena, xy__buf_view(&m.text), &options);
    xy__buf_deinit(&m.text);
    xy__arena_deinit(&arena);
    return 0;
}
