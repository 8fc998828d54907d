/* SPDX-License-Identifier: MIT */
/* schema/guard.h -- the directives at a field that the engine obeys, with their arguments coerced.
 *
 * Compiled when a schema is loaded (@requireAuth) and when a directive is bound; read-only
 * afterwards. A field without any has no guard at all. */
#ifndef XY_SCHEMA_GUARD_H
#define XY_SCHEMA_GUARD_H

#include "xylem/auth.h"

#include "base/errors.h"
#include "schema/types.h"

typedef enum xy_guard_kind {
    XY_GUARD_REQUIRE,   /* @requireAuth as the engine has it */
    XY_GUARD_VALIDATE,  /* before the field */
    XY_GUARD_TRANSFORM, /* after it */
} xy_guard_kind;

typedef struct xy_guard xy_guard;

/* One directive at one field. */
struct xy_guard {
    xy_guard_kind kind;
    const xy_ast_directive *node;
    size_t place; /* of the directive among those of its field */
    xy_value arguments;
    /* REQUIRE: one of these is needed; NULL: none is. Other items than strings are nobody's role */
    const xy_value *roles;
    xy_validator *validator;
    xy_transformer *transformer;
    xy_guard *next; /* behind it at the field */
};

/* Does a field of an object or interface among `definitions` bear the directive `name`? */
bool xy__guard_is_used(xy_node *const *definitions, size_t count, xy_str name);

/* Guard every field of an object that bears @requireAuth. Returns XY_OK; XY_EFAILED, with errors,
 * when its arguments are not what its definition says. */
int xy__guards_require(xy_schema *schema, xy_errors *errors);

#endif
