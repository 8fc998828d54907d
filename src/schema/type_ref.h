/* SPDX-License-Identifier: MIT */
/* schema/type_ref.h -- a type reference of a document (of a variable, say) against a schema that
 * must not change. */
#ifndef XY_SCHEMA_TYPE_REF_H
#define XY_SCHEMA_TYPE_REF_H

#include "schema/types.h"

/* The type which `ref` names; NULL when the schema has none of that name. A wrapper that the
 * schema does not hold is made in `arena`, which also makes the result's identity: compare such
 * types with xy__type_equal(). */
xy_type *xy__schema_type_ref(const xy_schema *schema, xy_arena *arena, const xy_ast_type *ref);

/* The same wrappers around the same named type? */
bool xy__type_equal(const xy_type *a, const xy_type *b);

#endif
