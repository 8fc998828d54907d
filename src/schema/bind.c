/* SPDX-License-Identifier: MIT */
/* schema/bind.c -- what answers for the fields of a schema. */
#include "schema/types.h"

/* The field that "Type.field" names: of an object type, for only those are asked. */
static xy_field *find_field(const xy_schema *schema, const char *coordinate)
{
    const char *dot = strchr(coordinate, '.');
    const xy_type *type;

    if (!dot)
        return NULL;
    type = xy__schema_type(schema, (xy_str){coordinate, (size_t)(dot - coordinate)});
    if (!type || type->kind != XY_TYPE_OBJECT)
        return NULL;
    return xy__type_field(type, xy_str_from(dot + 1));
}

int xy_bind(xy_schema *schema, const char *coordinate, xy_resolver *resolver)
{
    xy_field *field = find_field(schema, coordinate);

    if (!field)
        return XY_ENOTFOUND;
    if (field->resolver || field->blocking)
        return XY_EEXIST;
    field->resolver = resolver;
    return XY_OK;
}

int xy_bind_blocking(xy_schema *schema, const char *coordinate, xy_blocking_resolver *resolver)
{
    xy_field *field = find_field(schema, coordinate);

    if (!field)
        return XY_ENOTFOUND;
    if (field->resolver || field->blocking)
        return XY_EEXIST;
    field->blocking = resolver;
    return XY_OK;
}

int xy_bind_stream(xy_schema *schema, const char *coordinate, xy_opener *opener)
{
    xy_field *field = find_field(schema, coordinate);

    if (!field || field->parent != schema->subscription)
        return XY_ENOTFOUND;
    if (field->opener)
        return XY_EEXIST;
    field->opener = opener;
    return XY_OK;
}

void xy_bind_default(xy_schema *schema, xy_resolver *resolver)
{
    schema->default_resolver = resolver;
}

void xy_schema_make_durable(xy_schema *schema, const char *name)
{
    *xy_vec_push(schema->arena, &schema->durable_topics) = name;
}

/* Can values of `type` be read through a slot of this kind? */
static bool slot_fits(const xy_slot *slot, const xy_type *type)
{
    if (type->kind == XY_TYPE_NON_NULL)
        type = type->of;
    switch (slot->kind) {
    case XY_SLOT_VALUE:
        return true;
    case XY_SLOT_LIST:
        return type->kind == XY_TYPE_LIST && slot->item && slot_fits(slot->item, type->of);
    case XY_SLOT_OBJECT:
    case XY_SLOT_STRUCT:
        return type->kind == XY_TYPE_OBJECT;
    case XY_SLOT_ANY:
        return xy__type_is_abstract(type);
    case XY_SLOT_ENUM:
        return type->kind == XY_TYPE_ENUM;
    case XY_SLOT_BOOL:
    case XY_SLOT_INT32:
    case XY_SLOT_INT64:
    case XY_SLOT_DOUBLE:
        return type->kind == XY_TYPE_SCALAR;
    case XY_SLOT_STR:
        return xy__type_is_leaf(type);
    }
    return false;
}

static int check_slot(const xy_type *type, const xy_slot *slot)
{
    const xy_field *field = xy__type_field(type, xy_str_from(slot->field));

    if (!field)
        return XY_ENOTFOUND;
    if (field->slot)
        return XY_EEXIST;
    return slot_fits(slot, field->type) ? XY_OK : XY_EINVAL;
}

int xy_bind_struct(xy_schema *schema, const char *type_name, const xy_slot *slots, size_t count)
{
    const xy_type *type = xy__schema_type(schema, xy_str_from(type_name));

    if (!type || type->kind != XY_TYPE_OBJECT)
        return XY_ENOTFOUND;
    for (size_t i = 0; i < count; i++) {
        int rc = check_slot(type, &slots[i]);

        if (rc < 0)
            return rc;
    }
    for (size_t i = 0; i < count; i++)
        xy__type_field(type, xy_str_from(slots[i].field))->slot = &slots[i];
    return XY_OK;
}
