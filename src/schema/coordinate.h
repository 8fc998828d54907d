/* SPDX-License-Identifier: MIT */
/* schema/coordinate.h -- members of a schema as messages name them. */
#ifndef XY_SCHEMA_COORDINATE_H
#define XY_SCHEMA_COORDINATE_H

#include "schema/types.h"

/* "Query.room"; "<meta>.__type" for a meta field. In `arena`. */
xy_str xy__field_coordinate(xy_arena *arena, const xy_field *field);

/* "Query.room(id:)". */
xy_str xy__argument_coordinate(xy_arena *arena, const xy_field *field, const xy_input_value *arg);

/* "@skip(if:)". */
xy_str xy__directive_argument_coordinate(xy_arena *arena, const xy_directive *directive,
                                         const xy_input_value *arg);

/* "Filter.text". */
xy_str xy__input_field_coordinate(xy_arena *arena, const xy_type *type,
                                  const xy_input_value *field);

/* The one named `name`; NULL without. O(len): argument lists are short. */
xy_input_value *xy__input_values_find(const xy_input_values *list, xy_str name);

/* Must a value be given (non-null type and no default)? Spec 3.6.1, 3.10. */
static inline bool xy__input_value_is_required(const xy_input_value *value)
{
    return value->type->kind == XY_TYPE_NON_NULL && !value->default_value;
}

#endif
