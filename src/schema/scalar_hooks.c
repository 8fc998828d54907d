/* SPDX-License-Identifier: MIT */
#include "schema/scalar_hooks.h"

#include <stdarg.h>

#include "schema/coerce_defaults.h"

struct xy_coercion {
    xy_arena *arena;
    xy_str problem;
};

int xy__scalar_hook_call(xy_arena *arena, xy_scalar_fn *hook, const xy_value *value, xy_value *out,
                         xy_str *problem)
{
    xy_coercion coercion = {.arena = arena};
    int rc;

    if (!hook) {
        *out = *value;
        return XY_OK;
    }
    rc = hook(&coercion, value, out);
    if (rc < 0)
        *problem = coercion.problem;
    return rc < 0 ? rc : XY_OK;
}

void *xy_coercion_alloc(xy_coercion *coercion, size_t size)
{
    return xy__arena_zalloc(coercion->arena, size);
}

int xy_coercion_fail(xy_coercion *coercion, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    coercion->problem = xy__arena_vprintf(coercion->arena, fmt, args);
    va_end(args);
    return XY_EFAILED;
}

int xy_bind_scalar(xy_schema *schema, const char *name, const xy_scalar_hooks *hooks)
{
    xy_type *type = xy__schema_type(schema, xy_str_from(name));

    if (!type || type->kind != XY_TYPE_SCALAR || type->scalar != XY_SCALAR_CUSTOM)
        return XY_ENOTFOUND;
    if (type->hooks)
        return XY_EEXIST;
    type->hooks = hooks;
    return xy__schema_coerce_defaults(schema);
}
