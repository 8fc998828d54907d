/* SPDX-License-Identifier: MIT */
/* schema/value_to_literal.h -- a JSON value as a literal, to be printed. */
#ifndef XY_SCHEMA_VALUE_TO_LITERAL_H
#define XY_SCHEMA_VALUE_TO_LITERAL_H

#include "schema/types.h"

/* The literal of `value`, not coerced, as `type`; NULL when it is no value of that type. Nodes
 * have no source. keeps: value, as long as the literal. */
xy_ast_value *xy__value_to_literal(xy_arena *arena, const xy_type *type, const xy_value *value);

/* The same without a type; strings marked is_enum become enum values. */
xy_ast_value *xy__value_to_literal_untyped(xy_arena *arena, const xy_value *value);

#endif
