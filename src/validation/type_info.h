/* SPDX-License-Identifier: MIT */
/* validation/type_info.h -- the types at the current node of a walk.
 *
 * Give xy__type_info_around() to xy__visit() and ask while visiting. What cannot be known (below
 * an unknown field, say) is NULL. At the callbacks of a Field, for example, type() and field()
 * are its own, parent_type() is what it is selected on; at a ListValue input_type() is that of
 * the items and parent_input_type() that of the list. */
#ifndef XY_VALIDATION_TYPE_INFO_H
#define XY_VALIDATION_TYPE_INFO_H

#include "base/vec.h"
#include "language/visitor.h"
#include "schema/types.h"

/* Where a value stands. */
typedef struct xy_input_place {
    const xy_type *type; /* NULL: unknown, or no input type */
    bool has_default;    /* of the argument or input field */
} xy_input_place;

typedef struct xy_type_info {
    const xy_schema *schema;
    xy_arena *arena;
    XY_VEC(const xy_type *) types;
    XY_VEC(const xy_type *) parent_types;
    XY_VEC(const xy_field *) fields;
    XY_VEC(xy_input_place) inputs;
    const xy_directive *directive;
    const xy_input_value *argument;
    const xy_enum_value *enum_value;
} xy_type_info;

/* Outside of any node. keeps: schema and arena, for as long as it is asked. */
void xy__type_info_init(xy_type_info *info, const xy_schema *schema, xy_arena *arena);

/* What makes `info` follow a walk. keeps: info. */
xy_visit_around xy__type_info_around(xy_type_info *info);

/* The field `name` of a composite type as a selection names it: with the meta fields, of which
 * __schema and __type are the query type's only. NULL when there is none. */
const xy_field *xy__schema_field(const xy_schema *schema, const xy_type *parent, xy_str name);

/* The root type of an operation; NULL when the schema has none. */
const xy_type *xy__schema_root(const xy_schema *schema, xy_operation_type operation);

/* The output type of the innermost field, fragment or operation, wrappers included. */
static inline const xy_type *xy__type_info_type(const xy_type_info *info)
{
    return info->types.len ? info->types.items[info->types.len - 1] : NULL;
}

/* The composite type that the innermost selection set selects on. */
static inline const xy_type *xy__type_info_parent_type(const xy_type_info *info)
{
    return info->parent_types.len ? info->parent_types.items[info->parent_types.len - 1] : NULL;
}

static inline const xy_field *xy__type_info_field(const xy_type_info *info)
{
    return info->fields.len ? info->fields.items[info->fields.len - 1] : NULL;
}

/* The place of the innermost argument, variable definition, list item or object field. */
static inline xy_input_place xy__type_info_input(const xy_type_info *info)
{
    return info->inputs.len ? info->inputs.items[info->inputs.len - 1] : (xy_input_place){0};
}

static inline const xy_type *xy__type_info_input_type(const xy_type_info *info)
{
    return xy__type_info_input(info).type;
}

/* The input type around the innermost one. */
static inline const xy_type *xy__type_info_parent_input_type(const xy_type_info *info)
{
    return info->inputs.len > 1 ? info->inputs.items[info->inputs.len - 2].type : NULL;
}

#endif
