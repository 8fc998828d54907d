/* SPDX-License-Identifier: MIT */
/* schema/coerce_input.h -- a JSON value to a value of an input type. Spec 3.5 to 3.12, "Input
 * Coercion" of each kind; errors worded as graphql-js 17 words them. */
#ifndef XY_SCHEMA_COERCE_INPUT_H
#define XY_SCHEMA_COERCE_INPUT_H

#include "schema/coerce_report.h"
#include "schema/types.h"

/* Coerce `value` (NULL: absent) to `type`. In the result Int is INT, Float FLOAT, ID and String
 * STRING; enum values are STRINGs marked is_enum; an object has the members that were given or
 * have a default, in the order of the type's definition. A custom scalar without hooks is the
 * JSON as it is. keeps: value, as long as *out.
 *
 * Returns 0; XY_EFAILED and what is wrong, all of it, in `report`; XY_ELIMIT when `arena` or that
 * of the errors is over its maximum. */
int xy__coerce_input(xy_arena *arena, const xy_type *type, const xy_value *value,
                     xy_coerce_report *report, xy_value *out);

#endif
