/* SPDX-License-Identifier: MIT */
/* schema/coerce_defaults.c -- a default value may need others: `{}` of an input object is filled
 * up with the defaults of its fields. Those are coerced first, as deep as it goes; a circle of
 * them, which a valid schema has not, ends at the one that is being coerced. */
#include "schema/coerce_defaults.h"

#include "schema/coerce_literal.h"

#define DEPTH_MAX 500u

/* Stands for a default that is being coerced. */
static const xy_value in_work = {.kind = XY_VALUE_NULL};

static int coerce_default(xy_arena *arena, xy_input_value *input, unsigned depth);

static bool is_given(const xy_ast_value *object, xy_str name)
{
    for (size_t i = 0; i < object->fields.len; i++)
        if (xy_str_eq(object->fields.items[i]->name->value, name))
            return true;
    return false;
}

/* Coerce the defaults that coercing `literal` will ask for. */
static int prepare(xy_arena *arena, const xy_type *type, const xy_ast_value *literal,
                   unsigned depth)
{
    const xy_input_values *fields = &type->named->input_fields;
    int rc = XY_OK;

    if (type->named->kind != XY_TYPE_INPUT_OBJECT)
        return XY_OK;
    for (size_t i = 0; i < literal->items.len && rc == XY_OK; i++)
        rc = prepare(arena, type, literal->items.items[i], depth);
    if (literal->node.kind != XY_KIND_OBJECT_VALUE)
        return rc;
    for (size_t i = 0; i < fields->len && rc == XY_OK; i++)
        if (!is_given(literal, fields->items[i]->name))
            rc = coerce_default(arena, fields->items[i], depth + 1);
    for (size_t i = 0; i < literal->fields.len && rc == XY_OK; i++) {
        const xy_ast_argument *given = literal->fields.items[i];
        const xy_input_value *field =
            xy__map_get(&type->named->input_fields_by_name, given->name->value);

        if (field)
            rc = prepare(arena, field->type, given->value, depth);
    }
    return rc;
}

static int coerce_default(xy_arena *arena, xy_input_value *input, unsigned depth)
{
    xy_value *coerced;
    int rc;

    if (!input->default_value || (input->default_coerced && input->default_coerced != &in_work))
        return XY_OK;
    if (input->default_coerced == &in_work || depth > DEPTH_MAX)
        return XY_EFAILED;
    input->default_coerced = &in_work;
    coerced = XY_ARENA_NEW(arena, xy_value);
    rc = prepare(arena, input->type, input->default_value, depth);
    if (rc == XY_OK)
        rc = xy__coerce_literal(arena, input->type, input->default_value, NULL, coerced);
    input->default_coerced = rc == XY_OK ? coerced : NULL;
    return rc;
}

int xy__input_value_coerce_default(xy_arena *arena, xy_input_value *input)
{
    return coerce_default(arena, input, 0);
}

/* Forget what was coerced, or coerce. */
static int each(xy_schema *schema, const xy_input_values *inputs, bool forget)
{
    int rc = XY_OK;

    for (size_t i = 0; i < inputs->len; i++) {
        if (forget)
            inputs->items[i]->default_coerced = NULL;
        else if (coerce_default(schema->arena, inputs->items[i], 0) != XY_OK)
            rc = XY_EFAILED;
    }
    return rc;
}

static int each_of_fields(xy_schema *schema, const xy_fields *fields, bool forget)
{
    int rc = XY_OK;

    for (size_t i = 0; i < fields->len; i++)
        if (each(schema, &fields->items[i]->arguments, forget) != XY_OK)
            rc = XY_EFAILED;
    return rc;
}

static int each_of_schema(xy_schema *schema, bool forget)
{
    xy_field *meta[] = {schema->field_schema, schema->field_type, schema->field_typename};
    xy_fields meta_fields = {meta, schema->field_schema ? 3 : 0};
    int rc = each_of_fields(schema, &meta_fields, forget);

    for (size_t i = 0; i < schema->types.len; i++) {
        const xy_type *type = schema->types.items[i];

        if (each_of_fields(schema, &type->fields, forget) != XY_OK ||
            each(schema, &type->input_fields, forget) != XY_OK)
            rc = XY_EFAILED;
    }
    for (size_t i = 0; i < schema->directives.len; i++)
        if (each(schema, &schema->directives.items[i]->arguments, forget) != XY_OK)
            rc = XY_EFAILED;
    return rc;
}

int xy__schema_coerce_defaults(xy_schema *schema)
{
    (void)each_of_schema(schema, true);
    return each_of_schema(schema, false);
}
