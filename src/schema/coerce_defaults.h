/* SPDX-License-Identifier: MIT */
/* schema/coerce_defaults.h -- the default values of a schema, coerced once. */
#ifndef XY_SCHEMA_COERCE_DEFAULTS_H
#define XY_SCHEMA_COERCE_DEFAULTS_H

#include "schema/types.h"

/* Set default_coerced of every argument and input field that has a default, in the schema's
 * arena. To be called once the schema is complete and valid, and again after hooks were bound.
 * Returns 0, or XY_EFAILED when some default is not valid (its default_coerced is then NULL). */
int xy__schema_coerce_defaults(xy_schema *schema);

/* The same for one `input`, and for those it needs. */
int xy__input_value_coerce_default(xy_arena *arena, xy_input_value *input);

#endif
