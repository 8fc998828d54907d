/* SPDX-License-Identifier: MIT */
#include "maker.h"

#include "base/fatal.h"
#include "schema/build.h"

#define MEMORY_MAX    ((size_t)16 << 20)
#define DEPTH_MAX     12u
#define SELECTION_MAX 6u
#define FRAGMENTS     5u

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

xy_schema *maker_schema(void)
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

unsigned maker_choose(maker *m, size_t count)
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
    put(m, texts[maker_choose(m, count)]);
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

        if (maker_choose(m, 3) == 0)
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
    unsigned choice = maker_choose(m, 8);

    if (choice == 1 || depth > DEPTH_MAX) {
        PUT_ONE_OF(m, "null", "$v", "$w", "{n: 1 n: 2}", "\"text\"", "1.5", "true", "[]");
    } else if (type->kind == XY_TYPE_NON_NULL) {
        put_value(m, type->of, depth);
    } else if (type->kind == XY_TYPE_LIST) {
        put(m, "[");
        for (unsigned i = maker_choose(m, 3); i > 0; i--)
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
        if (maker_choose(m, 3) == 0)
            continue;
        xy__buf_printf(&m->text, "%s%.*s: ", open ? ", " : "(", XY_PRI(arguments->items[i]->name));
        put_value(m, arguments->items[i]->type, 0);
        open = true;
    }
    put(m, open ? ")" : "");
}

static void put_directive(maker *m)
{
    if (maker_choose(m, 4) == 1) {
        PUT_ONE_OF(m, " @skip(if: $v)", " @include(if: true)", " @defer", " @defer(label: \"l\")",
                   " @stream", " @stream(initialCount: 1)", " @tag(name: \"t\")", " @tag", " @live",
                   " @nope(a: 1)", " @stream(if: false)", " @defer(if: $w)");
    }
}

static void put_selections(maker *m, const xy_type *type, unsigned depth);

static void put_field(maker *m, const xy_type *type, unsigned depth)
{
    const xy_field *field;

    if (maker_choose(m, 3) == 1)
        PUT_ONE_OF(m, "x: ", "y: ", "id: ");
    if (type->fields.len == 0 || maker_choose(m, 12) == 1) {
        PUT_ONE_OF(m, "__typename ", "nope ", "__schema { types { fields { name } } } ", "xx ");
        return;
    }
    field = type->fields.items[maker_choose(m, type->fields.len)];
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

    return xy__schema_type(m->schema,
                           xy_str_from(names[maker_choose(m, sizeof names / sizeof *names)]));
}

static void put_selection(maker *m, const xy_type *type, unsigned depth)
{
    unsigned choice = maker_choose(m, 6);

    if (choice == 1) {
        xy__buf_printf(&m->text, "...F%u", maker_choose(m, FRAGMENTS + 1));
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
    unsigned count = 1 + maker_choose(m, SELECTION_MAX);

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
    unsigned kind = maker_choose(m, 3);
    const xy_type *roots[] = {m->schema->query, m->schema->mutation, m->schema->subscription};

    put(m, kinds[kind]);
    PUT_ONE_OF(m, " P", " Q", "");
    PUT_ONE_OF(m, "", "($v: Int)", "($v: Boolean!, $w: In)", "($v: [In!] = null, $v: E = ONE)",
               "($w: Query)", "($w: Nope!)");
    put_directive(m);
    put_selections(m, roots[kind], 0);
}

void maker_put_document(maker *m)
{
    for (unsigned count = 1 + maker_choose(m, 2); count > 0; count--)
        put_operation(m);
    for (unsigned i = 0; i < FRAGMENTS; i++) {
        const xy_type *condition = choose_composite(m);

        xy__buf_printf(&m->text, " fragment F%u on %.*s", i, XY_PRI(condition->name));
        put_directive(m);
        put_selections(m, condition, 0);
    }
}
