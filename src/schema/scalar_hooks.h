/* SPDX-License-Identifier: MIT */
/* schema/scalar_hooks.h -- calling the hooks of a custom scalar (xy_bind_scalar()). */
#ifndef XY_SCHEMA_SCALAR_HOOKS_H
#define XY_SCHEMA_SCALAR_HOOKS_H

#include "schema/types.h"

/* Call `hook` (NULL: *out is `value` as it is). What it allocates lives in `arena`. Returns 0; or
 * a negative code, *problem being what it said with xy_coercion_fail(), or null, in `arena`. */
int xy__scalar_hook_call(xy_arena *arena, xy_scalar_fn *hook, const xy_value *value, xy_value *out,
                         xy_str *problem);

#endif
