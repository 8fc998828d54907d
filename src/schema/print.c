/* SPDX-License-Identifier: MIT */
/* schema/print.c -- a schema as SDL.
 *
 * "Sorted" sorts each list just before it is printed; the schema stays as it is. */
#include "schema/print.h"

#include <stdlib.h>

#include "language/block_string.h"
#include "language/printer.h"
#include "schema/introspection.h"
#include "schema/natural.h"

typedef struct printer {
    xy_buf *buf;
    bool sorted;
    xy_arena scratch; /* lists in the order of printing */
} printer;

/* ---- order ---- */

typedef struct named {
    xy_str name;
    size_t index;
    const void *item;
} named;

static int named_cmp(const void *left, const void *right)
{
    const named *a = left;
    const named *b = right;
    int order = xy__natural_cmp(a->name, b->name);

    return order ? order : (a->index > b->index) - (a->index < b->index);
}

/* The `count` pointers at `items`, whatever they point to, in the order of printing. `name` tells
 * the name of one. */
static const named *ordered(printer *p, const void *items, size_t count,
                            xy_str (*name)(const void *item))
{
    named *list = XY_ARENA_ARRAY(&p->scratch, named, count);

    for (size_t i = 0; i < count; i++) {
        memcpy(&list[i].item, (const char *)items + i * sizeof(void *), sizeof(void *));
        list[i].name = name(list[i].item);
        list[i].index = i;
    }
    if (p->sorted && count > 1)
        qsort(list, count, sizeof *list, named_cmp);
    return list;
}

#define ORDERED(p, list, name) ordered((p), (list).items, (list).len, (name))

static xy_str type_name(const void *item)
{
    return ((const xy_type *)item)->name;
}

static xy_str field_name(const void *item)
{
    return ((const xy_field *)item)->name;
}

static xy_str input_value_name(const void *item)
{
    return ((const xy_input_value *)item)->name;
}

static xy_str enum_value_name(const void *item)
{
    return ((const xy_enum_value *)item)->name;
}

static xy_str directive_name(const void *item)
{
    return ((const xy_directive *)item)->name;
}

static xy_str location_name(const void *item)
{
    return xy_str_from(item);
}

/* ---- pieces ---- */

static void indent(printer *p, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        XY_BUF_LITERAL(p->buf, "  ");
}

/* `first`: of its block; others are set apart by an empty line. */
static void print_description(printer *p, xy_str description, unsigned depth, bool first)
{
    if (!description.ptr)
        return;
    if (depth && !first)
        xy__buf_char(p->buf, '\n');
    indent(p, depth);
    if (xy__is_printable_as_block_string(description))
        xy__print_block_string_indented(p->buf, description, false, depth);
    else
        xy__print_string(p->buf, description);
    xy__buf_char(p->buf, '\n');
}

static void print_deprecated(printer *p, xy_str reason)
{
    if (!reason.ptr)
        return;
    XY_BUF_LITERAL(p->buf, " @deprecated");
    if (xy_str_is(reason, XY_DEPRECATION_REASON_DEFAULT))
        return;
    XY_BUF_LITERAL(p->buf, "(reason: ");
    xy__print_string(p->buf, reason);
    xy__buf_char(p->buf, ')');
}

static void print_type_ref(printer *p, const xy_type *type)
{
    if (type->kind == XY_TYPE_LIST)
        xy__buf_char(p->buf, '[');
    if (type->of)
        print_type_ref(p, type->of);
    else
        xy__buf_str(p->buf, type->name);
    if (type->kind == XY_TYPE_LIST)
        xy__buf_char(p->buf, ']');
    else if (type->kind == XY_TYPE_NON_NULL)
        xy__buf_char(p->buf, '!');
}

static void print_input_value(printer *p, const xy_input_value *value)
{
    xy__buf_str(p->buf, value->name);
    XY_BUF_LITERAL(p->buf, ": ");
    print_type_ref(p, value->type);
    if (value->default_value) {
        XY_BUF_LITERAL(p->buf, " = ");
        xy__print(p->buf, &value->default_value->node);
    }
    print_deprecated(p, value->deprecation_reason);
}

static bool any_described(const xy_input_values *arguments)
{
    for (size_t i = 0; i < arguments->len; i++)
        if (arguments->items[i]->description.ptr)
            return true;
    return false;
}

/* `depth`: of what they are the arguments of. */
static void print_arguments(printer *p, const xy_input_values *arguments, unsigned depth)
{
    const named *list = ORDERED(p, *arguments, input_value_name);
    bool lines = any_described(arguments);

    if (arguments->len == 0)
        return;
    xy__buf_str(p->buf, lines ? XY_STR("(\n") : XY_STR("("));
    for (size_t i = 0; i < arguments->len; i++) {
        const xy_input_value *argument = list[i].item;

        if (i > 0)
            xy__buf_str(p->buf, lines ? XY_STR("\n") : XY_STR(", "));
        if (lines) {
            print_description(p, argument->description, depth + 1, i == 0);
            indent(p, depth + 1);
        }
        print_input_value(p, argument);
    }
    if (lines) {
        xy__buf_char(p->buf, '\n');
        indent(p, depth);
    }
    xy__buf_char(p->buf, ')');
}

/* ` implements A & B`, ` = A | B`, ` on A | B`. */
static void print_names(printer *p, const named *list, size_t count, const char *before,
                        const char *between)
{
    for (size_t i = 0; i < count; i++) {
        xy__buf_str(p->buf, xy_str_from(i ? between : before));
        xy__buf_str(p->buf, list[i].name);
    }
}

static void print_head(printer *p, const xy_type *type, const char *keyword)
{
    print_description(p, type->description, 0, true);
    xy__buf_str(p->buf, xy_str_from(keyword));
    xy__buf_char(p->buf, ' ');
    xy__buf_str(p->buf, type->name);
}

/* ---- definitions ---- */

static void print_scalar(printer *p, const xy_type *type)
{
    print_head(p, type, "scalar");
    if (!type->specified_by_url.ptr)
        return;
    XY_BUF_LITERAL(p->buf, " @specifiedBy(url: ");
    xy__print_string(p->buf, type->specified_by_url);
    xy__buf_char(p->buf, ')');
}

static void print_fields(printer *p, const xy_type *type, const char *keyword)
{
    const named *interfaces = ORDERED(p, type->interfaces, type_name);
    const named *fields = ORDERED(p, type->fields, field_name);

    print_head(p, type, keyword);
    print_names(p, interfaces, type->interfaces.len, " implements ", " & ");
    if (type->fields.len == 0)
        return;
    XY_BUF_LITERAL(p->buf, " {\n");
    for (size_t i = 0; i < type->fields.len; i++) {
        const xy_field *field = fields[i].item;

        print_description(p, field->description, 1, i == 0);
        indent(p, 1);
        xy__buf_str(p->buf, field->name);
        print_arguments(p, &field->arguments, 1);
        XY_BUF_LITERAL(p->buf, ": ");
        print_type_ref(p, field->type);
        print_deprecated(p, field->deprecation_reason);
        xy__buf_char(p->buf, '\n');
    }
    xy__buf_char(p->buf, '}');
}

static void print_enum(printer *p, const xy_type *type)
{
    const named *values = ORDERED(p, type->values, enum_value_name);

    print_head(p, type, "enum");
    if (type->values.len == 0)
        return;
    XY_BUF_LITERAL(p->buf, " {\n");
    for (size_t i = 0; i < type->values.len; i++) {
        const xy_enum_value *value = values[i].item;

        print_description(p, value->description, 1, i == 0);
        indent(p, 1);
        xy__buf_str(p->buf, value->name);
        print_deprecated(p, value->deprecation_reason);
        xy__buf_char(p->buf, '\n');
    }
    xy__buf_char(p->buf, '}');
}

static void print_input_object(printer *p, const xy_type *type)
{
    const named *fields = ORDERED(p, type->input_fields, input_value_name);

    print_head(p, type, "input");
    if (type->is_one_of)
        XY_BUF_LITERAL(p->buf, " @oneOf");
    if (type->input_fields.len == 0)
        return;
    XY_BUF_LITERAL(p->buf, " {\n");
    for (size_t i = 0; i < type->input_fields.len; i++) {
        const xy_input_value *field = fields[i].item;

        print_description(p, field->description, 1, i == 0);
        indent(p, 1);
        print_input_value(p, field);
        xy__buf_char(p->buf, '\n');
    }
    xy__buf_char(p->buf, '}');
}

static void print_type(printer *p, const xy_type *type)
{
    switch ((int)type->kind) {
    case XY_TYPE_SCALAR:
        print_scalar(p, type);
        break;
    case XY_TYPE_OBJECT:
        print_fields(p, type, "type");
        break;
    case XY_TYPE_INTERFACE:
        print_fields(p, type, "interface");
        break;
    case XY_TYPE_UNION:
        print_head(p, type, "union");
        print_names(p, ORDERED(p, type->possible, type_name), type->possible.len, " = ", " | ");
        break;
    case XY_TYPE_ENUM:
        print_enum(p, type);
        break;
    default:
        print_input_object(p, type);
        break;
    }
}

static void print_directive(printer *p, const xy_directive *directive)
{
    print_description(p, directive->description, 0, true);
    XY_BUF_LITERAL(p->buf, "directive @");
    xy__buf_str(p->buf, directive->name);
    print_arguments(p, &directive->arguments, 0);
    print_deprecated(p, directive->deprecation_reason);
    if (directive->repeatable)
        XY_BUF_LITERAL(p->buf, " repeatable");
    print_names(p, ORDERED(p, directive->locations, location_name), directive->locations.len,
                " on ", " | ");
}

static bool is_default_root(const xy_schema *schema, const xy_type *type, const char *name)
{
    return type == xy__schema_type(schema, xy_str_from(name));
}

static void print_root(printer *p, const char *operation, const xy_type *type)
{
    if (!type)
        return;
    indent(p, 1);
    xy__buf_str(p->buf, xy_str_from(operation));
    XY_BUF_LITERAL(p->buf, ": ");
    xy__buf_str(p->buf, type->name);
    xy__buf_char(p->buf, '\n');
}

/* Spec 3.3.1 Default Root Operation Type Names: left out when it says nothing new. False when it
 * is. */
static bool print_schema_definition(printer *p, const xy_schema *schema)
{
    if (!schema->query && !schema->mutation && !schema->subscription)
        return false;
    if (!schema->description.ptr && is_default_root(schema, schema->query, "Query") &&
        is_default_root(schema, schema->mutation, "Mutation") &&
        is_default_root(schema, schema->subscription, "Subscription"))
        return false;
    print_description(p, schema->description, 0, true);
    XY_BUF_LITERAL(p->buf, "schema {\n");
    print_root(p, "query", schema->query);
    print_root(p, "mutation", schema->mutation);
    print_root(p, "subscription", schema->subscription);
    xy__buf_char(p->buf, '}');
    return true;
}

/* Definitions are separated by an empty line. */
static void begin_definition(printer *p, bool *first)
{
    if (!*first)
        XY_BUF_LITERAL(p->buf, "\n\n");
    *first = false;
}

void xy__schema_print(xy_buf *buf, const xy_schema *schema, bool sorted)
{
    printer p = {.buf = buf, .sorted = sorted};
    const named *list;
    bool first;

    xy__arena_init(&p.scratch, SIZE_MAX);
    first = !print_schema_definition(&p, schema);
    list = ORDERED(&p, schema->directives, directive_name);
    for (size_t i = 0; i < schema->directives.len; i++) {
        if (xy__is_standard_directive(list[i].name))
            continue;
        begin_definition(&p, &first);
        print_directive(&p, list[i].item);
    }
    list = ORDERED(&p, schema->types, type_name);
    for (size_t i = 0; i < schema->types.len; i++) {
        if (xy__is_standard_type(list[i].name))
            continue;
        begin_definition(&p, &first);
        print_type(&p, list[i].item);
    }
    xy__arena_deinit(&p.scratch);
}
