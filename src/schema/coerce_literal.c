/* SPDX-License-Identifier: MIT */
/* schema/coerce_literal.c -- literals to values, quietly. They recurse as deep as the literal is,
 * which the parser has limited. */
#include "schema/coerce_literal.h"

#include "json/number.h"
#include "schema/coordinate.h"
#include "schema/js_number.h"
#include "schema/scalar_hooks.h"

typedef struct coercion {
    xy_arena *arena;
    const xy_value *variables;
} coercion;

static bool coerce(const coercion *c, const xy_type *type, const xy_ast_value *literal,
                   xy_value *out);

bool xy__literal_has_variable(const xy_ast_value *literal)
{
    if (literal->node.kind == XY_KIND_VARIABLE)
        return true;
    for (size_t i = 0; i < literal->items.len; i++)
        if (xy__literal_has_variable(literal->items.items[i]))
            return true;
    for (size_t i = 0; i < literal->fields.len; i++)
        if (xy__literal_has_variable(literal->fields.items[i]->value))
            return true;
    return false;
}

static bool is_absent(const xy_ast_value *literal, const xy_value *variables)
{
    return literal->node.kind == XY_KIND_VARIABLE && !xy_value_get(variables, literal->text);
}

/* Exact where it fits an int64_t or can be kept as text, as the JSON reader does it. */
static xy_value number_to_value(const xy_ast_value *literal)
{
    xy_decimal decimal = xy__decimal_parse(literal->text);
    int64_t integer;

    if (literal->node.kind == XY_KIND_INT_VALUE &&
        xy__decimal_to_int64(&decimal, &integer) == XY_OK)
        return xy_value_int(integer);
    return (xy_value){
        .kind = XY_VALUE_NUMBER,
        .len = (uint32_t)literal->text.len,
        .text = literal->text.ptr,
    };
}

static xy_value string_to_value(const xy_ast_value *literal)
{
    return xy_value_string(literal->text.ptr ? literal->text : XY_STR(""));
}

static xy_value enum_to_value(xy_str name)
{
    xy_value value = xy_value_string(name);

    value.is_enum = 1;
    return value;
}

static xy_value list_to_value(xy_arena *arena, const xy_ast_value *list, const xy_value *variables)
{
    xy_value *items = xy__arena_alloc(arena, list->items.len * sizeof *items);

    for (size_t i = 0; i < list->items.len; i++)
        items[i] = xy__literal_to_value(arena, list->items.items[i], variables);
    return (xy_value){.kind = XY_VALUE_LIST, .len = (uint32_t)list->items.len, .items = items};
}

/* Of fields of one name the last counts, in the place of the first. (A valid document has none, so
 * the table is mostly for nothing; but a client chooses how many fields there are.) */
static xy_value object_to_value(xy_arena *arena, const xy_ast_value *object,
                                const xy_value *variables)
{
    xy_member *members = xy__arena_alloc(arena, object->fields.len * sizeof *members);
    uint32_t len = 0;
    xy_map places;

    xy__map_init(&places, NULL);
    for (size_t i = 0; i < object->fields.len; i++) {
        const xy_ast_argument *field = object->fields.items[i];
        xy_member *member = xy__map_get(&places, field->name->value);

        if (is_absent(field->value, variables))
            continue;
        if (!member) {
            member = &members[len++];
            member->key = field->name->value;
            xy__map_put(&places, member->key, member);
        }
        member->value = xy__literal_to_value(arena, field->value, variables);
    }
    xy__map_deinit(&places);
    return (xy_value){.kind = XY_VALUE_OBJECT, .len = len, .members = members};
}

xy_value xy__literal_to_value(xy_arena *arena, const xy_ast_value *literal,
                              const xy_value *variables)
{
    const xy_value *value;

    switch (literal->node.kind) {
    case XY_KIND_INT_VALUE:
    case XY_KIND_FLOAT_VALUE:
        return number_to_value(literal);
    case XY_KIND_STRING_VALUE:
        return string_to_value(literal);
    case XY_KIND_ENUM_VALUE:
        return enum_to_value(literal->text);
    case XY_KIND_BOOLEAN_VALUE:
        return xy_value_bool(literal->boolean);
    case XY_KIND_LIST_VALUE:
        return list_to_value(arena, literal, variables);
    case XY_KIND_OBJECT_VALUE:
        return object_to_value(arena, literal, variables);
    case XY_KIND_VARIABLE:
        value = xy_value_get(variables, literal->text);
        return value ? *value : XY_NULL;
    default:
        return XY_NULL;
    }
}

/* Spec 3.5.1 Int. */
static bool coerce_int(const xy_ast_value *literal, xy_value *out)
{
    xy_decimal decimal;
    int64_t integer;

    if (literal->node.kind != XY_KIND_INT_VALUE)
        return false;
    decimal = xy__decimal_parse(literal->text);
    if (xy__decimal_to_int64(&decimal, &integer) != XY_OK || integer < INT32_MIN ||
        integer > INT32_MAX)
        return false;
    *out = xy_value_int(integer);
    return true;
}

/* Spec 3.5.2 Float. */
static bool coerce_float(const xy_ast_value *literal, xy_value *out)
{
    xy_decimal decimal;

    if (literal->node.kind != XY_KIND_INT_VALUE && literal->node.kind != XY_KIND_FLOAT_VALUE)
        return false;
    decimal = xy__decimal_parse(literal->text);
    *out = xy_value_float(xy__decimal_to_double(&decimal));
    return true;
}

/* Spec 3.5.6: a custom scalar, whose hook decides. */
static bool coerce_custom(const coercion *c, const xy_type *type, const xy_ast_value *literal,
                          xy_value *out)
{
    xy_value value = xy__literal_to_value(c->arena, literal, c->variables);
    xy_str problem;

    if (!type->hooks) {
        *out = value;
        return true;
    }
    return xy__scalar_hook_call(c->arena, type->hooks->parse, &value, out, &problem) == XY_OK;
}

static bool coerce_scalar(const coercion *c, const xy_type *type, const xy_ast_value *literal,
                          xy_value *out)
{
    switch (type->scalar) {
    case XY_SCALAR_INT:
        return coerce_int(literal, out);
    case XY_SCALAR_FLOAT:
        return coerce_float(literal, out);
    case XY_SCALAR_STRING:
        *out = string_to_value(literal);
        return literal->node.kind == XY_KIND_STRING_VALUE;
    case XY_SCALAR_BOOLEAN:
        *out = xy_value_bool(literal->boolean);
        return literal->node.kind == XY_KIND_BOOLEAN_VALUE;
    case XY_SCALAR_ID:
        *out = string_to_value(literal);
        return literal->node.kind == XY_KIND_STRING_VALUE ||
               literal->node.kind == XY_KIND_INT_VALUE;
    case XY_SCALAR_CUSTOM:
        break;
    }
    return coerce_custom(c, type, literal, out);
}

/* Spec 3.9 Enums. */
static bool coerce_enum(const xy_type *type, const xy_ast_value *literal, xy_value *out)
{
    const xy_enum_value *value = NULL;

    if (literal->node.kind == XY_KIND_ENUM_VALUE)
        value = xy__map_get(&type->values_by_name, literal->text);
    if (value)
        *out = enum_to_value(value->name);
    return value != NULL;
}

/* Spec 3.12.1: what is no list is a list of one; an absent variable among the items is null. */
static bool coerce_list(const coercion *c, const xy_type *type, const xy_ast_value *literal,
                        xy_value *out)
{
    bool is_list = literal->node.kind == XY_KIND_LIST_VALUE;
    size_t len = is_list ? literal->items.len : 1;
    xy_value *items = xy__arena_alloc(c->arena, len * sizeof *items);

    for (size_t i = 0; i < len; i++) {
        const xy_ast_value *item = is_list ? literal->items.items[i] : literal;

        if (is_list && type->of->kind != XY_TYPE_NON_NULL && is_absent(item, c->variables))
            items[i] = XY_NULL;
        else if (!coerce(c, type->of, item, &items[i]))
            return false;
    }
    *out = (xy_value){.kind = XY_VALUE_LIST, .len = (uint32_t)len, .items = items};
    return true;
}

/* The last field of that name, or NULL. */
static const xy_ast_value *find_field(const xy_ast_value *object, xy_str name)
{
    for (size_t i = object->fields.len; i-- > 0;)
        if (xy_str_eq(object->fields.items[i]->name->value, name))
            return object->fields.items[i]->value;
    return NULL;
}

/* Spec 3.10.1 OneOf Input Objects: exactly one field is given, and is not null. */
static bool is_one_of(const xy_ast_value *literal, const xy_value *object)
{
    for (size_t i = 1; i < literal->fields.len; i++)
        if (!xy_str_eq(literal->fields.items[i]->name->value,
                       literal->fields.items[0]->name->value))
            return false;
    return object->len == 1 && object->members[0].value.kind != XY_VALUE_NULL;
}

/* Spec 3.10 Input Objects. */
static bool coerce_object(const coercion *c, const xy_type *type, const xy_ast_value *literal,
                          xy_value *out)
{
    const xy_input_values *fields = &type->input_fields;
    xy_member *members;
    uint32_t len = 0;

    if (literal->node.kind != XY_KIND_OBJECT_VALUE || xy__arena_over(c->arena))
        return false;
    for (size_t i = 0; i < literal->fields.len; i++)
        if (!xy__map_get(&type->input_fields_by_name, literal->fields.items[i]->name->value))
            return false;
    members = xy__arena_alloc(c->arena, fields->len * sizeof *members);
    for (size_t i = 0; i < fields->len; i++) {
        const xy_input_value *field = fields->items[i];
        const xy_ast_value *value = find_field(literal, field->name);

        members[len].key = field->name;
        if (value && !is_absent(value, c->variables)) {
            if (!coerce(c, field->type, value, &members[len++].value))
                return false;
        } else if (field->default_coerced) {
            members[len++].value = *field->default_coerced;
        } else if (field->default_value || xy__input_value_is_required(field)) {
            return false;
        }
    }
    *out = (xy_value){.kind = XY_VALUE_OBJECT, .len = len, .members = members};
    return !type->is_one_of || is_one_of(literal, out);
}

static bool coerce_variable(const coercion *c, const xy_type *type, xy_str name, xy_value *out)
{
    const xy_value *value = xy_value_get(c->variables, name);

    if (!value || (value->kind == XY_VALUE_NULL && type->kind == XY_TYPE_NON_NULL))
        return false;
    *out = *value;
    return true;
}

static bool coerce(const coercion *c, const xy_type *type, const xy_ast_value *literal,
                   xy_value *out)
{
    if (literal->node.kind == XY_KIND_VARIABLE)
        return coerce_variable(c, type, literal->text, out);
    if (literal->node.kind == XY_KIND_NULL_VALUE) {
        *out = XY_NULL;
        return type->kind != XY_TYPE_NON_NULL;
    }
    if (type->kind == XY_TYPE_NON_NULL)
        type = type->of;
    switch ((int)type->kind) {
    case XY_TYPE_LIST:
        return coerce_list(c, type, literal, out);
    case XY_TYPE_INPUT_OBJECT:
        return coerce_object(c, type, literal, out);
    case XY_TYPE_ENUM:
        return coerce_enum(type, literal, out);
    default:
        return coerce_scalar(c, type, literal, out);
    }
}

int xy__coerce_literal(xy_arena *arena, const xy_type *type, const xy_ast_value *literal,
                       const xy_value *variables, xy_value *out)
{
    coercion c = {.arena = arena, .variables = variables};
    xy_value coerced;
    bool ok = coerce(&c, type, literal, &coerced);

    if (xy__arena_over(arena))
        return XY_ELIMIT;
    if (!ok)
        return XY_EFAILED;
    *out = coerced;
    return XY_OK;
}
