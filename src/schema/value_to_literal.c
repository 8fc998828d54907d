/* SPDX-License-Identifier: MIT */
#include "schema/value_to_literal.h"

#include <math.h>

#include "schema/coordinate.h"
#include "schema/js_number.h"

static xy_ast_value *make(xy_arena *arena, xy_kind kind, xy_str text)
{
    xy_ast_value *literal = XY_ARENA_NEW(arena, xy_ast_value);

    literal->node.kind = (uint16_t)kind;
    literal->text = text;
    return literal;
}

/* Does the text parse as an IntValue? */
static bool is_int(xy_str text)
{
    size_t at = text.len > 0 && text.ptr[0] == '-';

    if (at == text.len || (text.ptr[at] == '0' && at + 1 < text.len))
        return false;
    for (; at < text.len; at++)
        if (text.ptr[at] < '0' || text.ptr[at] > '9')
            return false;
    return true;
}

static xy_ast_value *number_to_literal(xy_arena *arena, const xy_value *value)
{
    double number = NAN;
    xy_str text;

    (void)xy_value_to_double(value, &number);
    if (!isfinite(number))
        return make(arena, XY_KIND_NULL_VALUE, XY_STR_NULL);
    text = xy__js_number_to_string(arena, value);
    return make(arena, is_int(text) ? XY_KIND_INT_VALUE : XY_KIND_FLOAT_VALUE, text);
}

static xy_ast_value *make_list(xy_arena *arena, size_t len)
{
    xy_ast_value *list = make(arena, XY_KIND_LIST_VALUE, XY_STR_NULL);

    list->items.items = XY_ARENA_ARRAY(arena, xy_ast_value *, len);
    list->items.len = len;
    return list;
}

/* With room for `cap` fields. */
static xy_ast_value *make_object(xy_arena *arena, size_t cap)
{
    xy_ast_value *object = make(arena, XY_KIND_OBJECT_VALUE, XY_STR_NULL);

    object->fields.items = XY_ARENA_ARRAY(arena, xy_ast_argument *, cap);
    return object;
}

static void add_field(xy_arena *arena, xy_ast_value *object, xy_str name, xy_ast_value *value)
{
    xy_ast_argument *field = XY_ARENA_NEW(arena, xy_ast_argument);

    field->node.kind = XY_KIND_OBJECT_FIELD;
    field->name = XY_ARENA_NEW(arena, xy_ast_name);
    field->name->node.kind = XY_KIND_NAME;
    field->name->value = name;
    field->value = value;
    object->fields.items[object->fields.len++] = field;
}

static xy_ast_value *untyped_list(xy_arena *arena, const xy_value *value)
{
    xy_ast_value *list = make_list(arena, value->len);

    for (uint32_t i = 0; i < value->len; i++)
        list->items.items[i] = xy__value_to_literal_untyped(arena, &value->items[i]);
    return list;
}

static xy_ast_value *untyped_object(xy_arena *arena, const xy_value *value)
{
    xy_ast_value *object = make_object(arena, value->len);

    for (uint32_t i = 0; i < value->len; i++)
        add_field(arena, object, value->members[i].key,
                  xy__value_to_literal_untyped(arena, &value->members[i].value));
    return object;
}

xy_ast_value *xy__value_to_literal_untyped(xy_arena *arena, const xy_value *value)
{
    xy_ast_value *literal;

    switch ((xy_value_kind)value->kind) {
    case XY_VALUE_NULL:
        break;
    case XY_VALUE_BOOL:
        literal = make(arena, XY_KIND_BOOLEAN_VALUE, XY_STR_NULL);
        literal->boolean = value->boolean;
        return literal;
    case XY_VALUE_INT:
    case XY_VALUE_FLOAT:
    case XY_VALUE_NUMBER:
        return number_to_literal(arena, value);
    case XY_VALUE_STRING:
        return make(arena, value->is_enum ? XY_KIND_ENUM_VALUE : XY_KIND_STRING_VALUE,
                    xy_value_text(value));
    case XY_VALUE_LIST:
        return untyped_list(arena, value);
    case XY_VALUE_OBJECT:
        return untyped_object(arena, value);
    }
    return make(arena, XY_KIND_NULL_VALUE, XY_STR_NULL);
}

static xy_ast_value *list_to_literal(xy_arena *arena, const xy_type *type, const xy_value *value)
{
    xy_ast_value *list;

    if (value->kind != XY_VALUE_LIST)
        return xy__value_to_literal(arena, type->of, value);
    list = make_list(arena, value->len);
    for (uint32_t i = 0; i < value->len; i++) {
        list->items.items[i] = xy__value_to_literal(arena, type->of, &value->items[i]);
        if (!list->items.items[i])
            return NULL;
    }
    return list;
}

static xy_ast_value *object_to_literal(xy_arena *arena, const xy_type *type, const xy_value *value)
{
    static const xy_value nothing = {.kind = XY_VALUE_OBJECT};
    xy_ast_value *object = make_object(arena, type->input_fields.len);

    /* To the reference a list is an object, whose keys are 0, 1, 2 … */
    if (value->kind == XY_VALUE_LIST && value->len == 0)
        value = &nothing;
    if (value->kind != XY_VALUE_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < value->len; i++)
        if (!xy__map_get(&type->input_fields_by_name, value->members[i].key))
            return NULL;
    for (size_t i = 0; i < type->input_fields.len; i++) {
        const xy_input_value *field = type->input_fields.items[i];
        const xy_value *given = xy_value_get(value, field->name);
        xy_ast_value *literal = NULL;

        if (!given && !xy__input_value_is_required(field))
            continue;
        if (given)
            literal = xy__value_to_literal(arena, field->type, given);
        if (!literal)
            return NULL;
        add_field(arena, object, field->name, literal);
    }
    return object;
}

/* An ID may be written as a number where that is what it is. */
static xy_ast_value *id_to_literal(xy_arena *arena, const xy_value *value)
{
    xy_str text = xy_value_text(value);

    if (value->kind == XY_VALUE_STRING)
        return make(arena, is_int(text) ? XY_KIND_INT_VALUE : XY_KIND_STRING_VALUE, text);
    text = xy__js_integer_to_string(arena, value);
    return text.ptr ? make(arena, XY_KIND_INT_VALUE, text) : NULL;
}

static xy_ast_value *int_to_literal(xy_arena *arena, const xy_value *value)
{
    double number;
    int32_t integer;

    if (xy_value_to_double(value, &number) != XY_OK || xy__js_int32(number, &integer) != XY_INT_OK)
        return NULL;
    return number_to_literal(arena, value);
}

static xy_ast_value *scalar_to_literal(xy_arena *arena, const xy_type *type, const xy_value *value)
{
    xy_ast_value *literal;
    bool fits = true;

    if (type->scalar == XY_SCALAR_ID)
        return id_to_literal(arena, value);
    if (type->scalar == XY_SCALAR_INT)
        return int_to_literal(arena, value);
    literal = xy__value_to_literal_untyped(arena, value);
    if (type->scalar == XY_SCALAR_FLOAT)
        fits = literal->node.kind == XY_KIND_FLOAT_VALUE || literal->node.kind == XY_KIND_INT_VALUE;
    if (type->scalar == XY_SCALAR_STRING)
        fits = literal->node.kind == XY_KIND_STRING_VALUE;
    if (type->scalar == XY_SCALAR_BOOLEAN)
        fits = literal->node.kind == XY_KIND_BOOLEAN_VALUE;
    return fits ? literal : NULL;
}

xy_ast_value *xy__value_to_literal(xy_arena *arena, const xy_type *type, const xy_value *value)
{
    if (value->kind == XY_VALUE_NULL)
        return type->kind == XY_TYPE_NON_NULL ? NULL : make(arena, XY_KIND_NULL_VALUE, XY_STR_NULL);
    if (type->kind == XY_TYPE_NON_NULL)
        type = type->of;
    switch ((int)type->kind) {
    case XY_TYPE_LIST:
        return list_to_literal(arena, type, value);
    case XY_TYPE_INPUT_OBJECT:
        return object_to_literal(arena, type, value);
    case XY_TYPE_ENUM:
        if (value->kind != XY_VALUE_STRING ||
            !xy__map_get(&type->values_by_name, xy_value_text(value)))
            return NULL;
        return make(arena, XY_KIND_ENUM_VALUE, xy_value_text(value));
    default:
        return scalar_to_literal(arena, type, value);
    }
}
