/* SPDX-License-Identifier: MIT */
/* schema/check_literal.c -- what is wrong with a literal, in words.
 *
 * The order of an object's errors is the reference's: fields as the type defines them, then
 * unknown ones as they were written, then what @oneOf demands. */
#include "language/printer.h"
#include "schema/coerce_literal.h"
#include "schema/coerce_words.h"
#include "schema/coordinate.h"
#include "schema/scalar_hooks.h"
#include "schema/value_to_literal.h"

typedef struct checking {
    const xy_value *variables; /* NULL: not known yet */
    xy_coerce_report *report;
    bool failed;
} checking;

/* The literal to be checked, and where it is. */
typedef struct place {
    const xy_type *type;
    const xy_ast_value *literal;
    const xy_path *path;
} place;

static void check(checking *c, place at);

static xy_arena *scratch(const checking *c)
{
    return c->report->errors->arena;
}

static bool go_on(const checking *c)
{
    return !c->report->stopped && !xy__arena_over(scratch(c));
}

static void begin(checking *c, const place *at, xy_buf *buf)
{
    c->failed = true;
    xy__coerce_report_begin(c->report, at->path, buf);
}

static void end(checking *c, const place *at, xy_buf *buf)
{
    xy__coerce_report_end(c->report, at->path, &at->literal->node, buf);
}

/* ---- leaves: the reference shows them with variables replaced ---- */

static xy_ast_value *replace(xy_arena *arena, const xy_ast_value *literal,
                             const xy_value *variables);

static void replace_items(xy_arena *arena, xy_ast_value *list, const xy_value *variables)
{
    xy_ast_value **items = XY_ARENA_ARRAY(arena, xy_ast_value *, list->items.len);

    for (size_t i = 0; i < list->items.len; i++)
        items[i] = replace(arena, list->items.items[i], variables);
    list->items.items = items;
}

static void replace_fields(xy_arena *arena, xy_ast_value *object, const xy_value *variables)
{
    xy_ast_arguments before = object->fields;

    object->fields.items = XY_ARENA_ARRAY(arena, xy_ast_argument *, before.len);
    object->fields.len = 0;
    for (size_t i = 0; i < before.len; i++) {
        const xy_ast_value *value = before.items[i]->value;
        xy_ast_argument *field;

        if (value->node.kind == XY_KIND_VARIABLE && !xy_value_get(variables, value->text))
            continue;
        field = XY_ARENA_NEW(arena, xy_ast_argument);
        *field = *before.items[i];
        field->value = replace(arena, value, variables);
        object->fields.items[object->fields.len++] = field;
    }
}

/* A copy of the literal with the values of its variables in their place; absent ones are null in
 * a list, and left out of an object. */
static xy_ast_value *replace(xy_arena *arena, const xy_ast_value *literal,
                             const xy_value *variables)
{
    static const xy_value null = {.kind = XY_VALUE_NULL};
    xy_ast_value *copy;

    if (literal->node.kind == XY_KIND_VARIABLE) {
        const xy_value *value = xy_value_get(variables, literal->text);

        return xy__value_to_literal_untyped(arena, value ? value : &null);
    }
    copy = XY_ARENA_NEW(arena, xy_ast_value);
    *copy = *literal;
    replace_items(arena, copy, variables);
    replace_fields(arena, copy, variables);
    return copy;
}

static void print_leaf(const checking *c, const xy_ast_value *literal, xy_buf *buf)
{
    if (xy__literal_has_variable(literal))
        literal = replace(scratch(c), literal, c->variables);
    xy__print(buf, &literal->node);
}

/* "<text><literal>" */
static void refuse_leaf(checking *c, const place *at, const char *text)
{
    xy_buf buf;

    begin(c, at, &buf);
    xy__buf_str(&buf, xy_str_from(text));
    print_leaf(c, at->literal, &buf);
    end(c, at, &buf);
}

/* Spec 3.5.1 Int. */
static void check_int(checking *c, const place *at)
{
    const xy_value none = {.kind = XY_VALUE_OBJECT};
    xy_value value;

    if (at->literal->node.kind != XY_KIND_INT_VALUE)
        refuse_leaf(c, at, "Int cannot represent non-integer value: ");
    else if (xy__coerce_literal(scratch(c), at->type, at->literal, &none, &value) == XY_EFAILED)
        refuse_leaf(c, at, "Int cannot represent non 32-bit signed integer value: ");
}

/* Spec 3.5.6: a custom scalar, whose hook decides, once all of the value is known. */
static void check_custom(checking *c, const place *at)
{
    xy_str problem = XY_STR_NULL;
    xy_value value;
    xy_value coerced;
    xy_buf shown;
    xy_buf buf;
    int rc;

    if (!at->type->hooks || (!c->variables && xy__literal_has_variable(at->literal)))
        return;
    value = xy__literal_to_value(scratch(c), at->literal, c->variables);
    rc = xy__scalar_hook_call(scratch(c), at->type->hooks->parse, &value, &coerced, &problem);
    if (rc == XY_OK)
        return;
    xy__buf_init(&shown, XY_COERCE_MESSAGE_MAX);
    xy__print(&shown, &at->literal->node);
    begin(c, at, &buf);
    xy__words_hook(&buf, at->type, rc, problem, xy__buf_view(&shown));
    end(c, at, &buf);
    xy__buf_deinit(&shown);
}

static void check_scalar(checking *c, const place *at)
{
    unsigned kind = at->literal->node.kind;

    switch (at->type->scalar) {
    case XY_SCALAR_INT:
        check_int(c, at);
        break;
    case XY_SCALAR_FLOAT:
        if (kind != XY_KIND_INT_VALUE && kind != XY_KIND_FLOAT_VALUE)
            refuse_leaf(c, at, "Float cannot represent non numeric value: ");
        break;
    case XY_SCALAR_STRING:
        if (kind != XY_KIND_STRING_VALUE)
            refuse_leaf(c, at, "String cannot represent a non string value: ");
        break;
    case XY_SCALAR_BOOLEAN:
        if (kind != XY_KIND_BOOLEAN_VALUE)
            refuse_leaf(c, at, "Boolean cannot represent a non boolean value: ");
        break;
    case XY_SCALAR_ID:
        if (kind != XY_KIND_STRING_VALUE && kind != XY_KIND_INT_VALUE)
            refuse_leaf(c, at, "ID cannot represent a non-string and non-integer value: ");
        break;
    case XY_SCALAR_CUSTOM:
        check_custom(c, at);
        break;
    }
}

/* Spec 3.9 Enums. */
static void check_enum(checking *c, const place *at)
{
    bool is_name = at->literal->node.kind == XY_KIND_ENUM_VALUE;
    xy_buf shown;
    xy_buf buf;

    if (is_name && xy__map_get(&at->type->values_by_name, at->literal->text))
        return;
    xy__buf_init(&shown, XY_COERCE_MESSAGE_MAX);
    print_leaf(c, at->literal, &shown);
    begin(c, at, &buf);
    xy__words_enum(&buf, at->type, is_name ? NULL : "non-enum", xy__buf_view(&shown),
                   c->report->hide_suggestions);
    end(c, at, &buf);
    xy__buf_deinit(&shown);
}

/* ---- lists and objects ---- */

static void check_list(checking *c, const place *at)
{
    const xy_ast_values *items = &at->literal->items;

    if (at->literal->node.kind != XY_KIND_LIST_VALUE) {
        check(c, (place){.type = at->type->of, .literal = at->literal, .path = at->path});
        return;
    }
    for (size_t i = 0; i < items->len && go_on(c); i++) {
        xy_path step = {.up = at->path, .index = i};

        check(c, (place){.type = at->type->of, .literal = items->items[i], .path = &step});
    }
}

static void refuse_object(checking *c, const place *at)
{
    xy_buf buf;

    begin(c, at, &buf);
    xy__buf_printf(
        &buf, "Expected value of type \"%.*s\" to be an object, found: ", XY_PRI(at->type->name));
    xy__print(&buf, &at->literal->node);
    xy__buf_char(&buf, '.');
    end(c, at, &buf);
}

static void refuse_missing_field(checking *c, const place *at, xy_str name)
{
    xy_buf buf;

    begin(c, at, &buf);
    xy__words_required_field(&buf, at->type, name);
    xy__print(&buf, &at->literal->node);
    xy__buf_char(&buf, '.');
    end(c, at, &buf);
}

static void refuse_unknown_field(checking *c, const place *at, const xy_ast_argument *field)
{
    xy_buf buf;

    begin(c, at, &buf);
    xy__words_unknown_field(&buf, at->type, field->name->value, c->report->hide_suggestions);
    xy__print(&buf, &at->literal->node);
    xy__buf_char(&buf, '.');
    xy__coerce_report_end(c->report, at->path, &field->node, &buf);
}

/* What a variable is for a field of a @oneOf type: something, and not null. */
static void check_one_of_variable(checking *c, const place *at, xy_str field, xy_str variable,
                                  const xy_value *value)
{
    xy_buf buf;

    if (value && value->kind != XY_VALUE_NULL)
        return;
    begin(c, at, &buf);
    xy__buf_printf(&buf,
                   "Expected variable \"$%.*s\" provided to field \"%.*s\" for OneOf Input Object "
                   "type \"%.*s\" ",
                   XY_PRI(variable), XY_PRI(field), XY_PRI(at->type->name));
    xy__buf_str(&buf, value ? XY_STR("not to be null.") : XY_STR("to provide a runtime value."));
    end(c, at, &buf);
}

/* The last field of that name, or NULL. */
static const xy_ast_value *find_field(const xy_ast_value *object, xy_str name)
{
    for (size_t i = object->fields.len; i-- > 0;)
        if (xy_str_eq(object->fields.items[i]->name->value, name))
            return object->fields.items[i]->value;
    return NULL;
}

static void check_field(checking *c, const place *at, const xy_input_value *field)
{
    const xy_ast_value *literal = find_field(at->literal, field->name);
    xy_path step = {.up = at->path, .key = field->name};

    if (!literal) {
        if (xy__input_value_is_required(field))
            refuse_missing_field(c, at, field->name);
        return;
    }
    if (literal->node.kind == XY_KIND_VARIABLE && c->variables) {
        const xy_value *value = xy_value_get(c->variables, literal->text);

        if (at->type->is_one_of)
            check_one_of_variable(c, at, field->name, literal->text, value);
        else if (!value && !xy__input_value_is_required(field))
            return;
    }
    check(c, (place){.type = field->type, .literal = literal, .path = &step});
}

/* Spec 3.10.1 OneOf Input Objects; `known` is how many fields the type has, `only` one of them. */
static void check_one_of(checking *c, const place *at, size_t known, const xy_ast_argument *only)
{
    place where = *at;
    xy_path step = {.up = at->path};
    xy_buf buf;

    if (known == 1) {
        if (only->value->node.kind != XY_KIND_NULL_VALUE)
            return;
        step.key = only->name->value;
        where.path = &step;
    }
    begin(c, &where, &buf);
    xy__words_one_of(&buf, at->type);
    end(c, &where, &buf);
}

/* Spec 3.10 Input Objects. */
static void check_object(checking *c, const place *at)
{
    const xy_ast_arguments *fields = &at->literal->fields;
    const xy_ast_argument *only = NULL;
    size_t known = 0;

    if (at->literal->node.kind != XY_KIND_OBJECT_VALUE) {
        refuse_object(c, at);
        return;
    }
    for (size_t i = 0; i < at->type->input_fields.len && go_on(c); i++)
        check_field(c, at, at->type->input_fields.items[i]);
    for (size_t i = 0; i < fields->len && go_on(c); i++) {
        if (xy__map_get(&at->type->input_fields_by_name, fields->items[i]->name->value)) {
            only = fields->items[i];
            known++;
        } else {
            refuse_unknown_field(c, at, fields->items[i]);
        }
    }
    if (at->type->is_one_of && go_on(c))
        check_one_of(c, at, known, only);
}

static void check_variable(checking *c, const place *at)
{
    const xy_value *value = xy_value_get(c->variables, at->literal->text);
    xy_str type;
    xy_buf buf;

    if (!c->variables || at->type->kind != XY_TYPE_NON_NULL ||
        (value && value->kind != XY_VALUE_NULL))
        return;
    type = xy__type_print(scratch(c), at->type);
    begin(c, at, &buf);
    xy__buf_printf(&buf, "Expected variable \"$%.*s\" provided to %stype \"%.*s\" %s.",
                   XY_PRI(at->literal->text), value ? "non-null " : "", XY_PRI(type),
                   value ? "not to be null" : "to provide a runtime value");
    end(c, at, &buf);
}

static void check_null(checking *c, const place *at)
{
    xy_buf buf;

    if (at->type->kind != XY_TYPE_NON_NULL)
        return;
    begin(c, at, &buf);
    xy__words_null(&buf, scratch(c), at->type);
    end(c, at, &buf);
}

static void check(checking *c, place at)
{
    if (at.literal->node.kind == XY_KIND_VARIABLE) {
        check_variable(c, &at);
        return;
    }
    if (at.literal->node.kind == XY_KIND_NULL_VALUE) {
        check_null(c, &at);
        return;
    }
    if (at.type->kind == XY_TYPE_NON_NULL)
        at.type = at.type->of;
    switch ((int)at.type->kind) {
    case XY_TYPE_LIST:
        check_list(c, &at);
        break;
    case XY_TYPE_INPUT_OBJECT:
        check_object(c, &at);
        break;
    case XY_TYPE_ENUM:
        check_enum(c, &at);
        break;
    default:
        check_scalar(c, &at);
        break;
    }
}

int xy__check_literal(const xy_type *type, const xy_ast_value *literal, const xy_value *variables,
                      xy_coerce_report *report)
{
    checking c = {.variables = variables, .report = report};

    check(&c, (place){.type = type, .literal = literal});
    if (xy__arena_over(report->errors->arena))
        return XY_ELIMIT;
    return c.failed ? XY_EFAILED : XY_OK;
}
