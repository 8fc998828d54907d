/* SPDX-License-Identifier: MIT */
/* execution/introspection.h -- what answers for the fields of introspection: members of the
 * schema's own structs, and resolvers over them. Spec 4 Introspection. */
#ifndef XY_EXECUTION_INTROSPECTION_H
#define XY_EXECUTION_INTROSPECTION_H

#include "schema/types.h"

/* One of the two is set. */
typedef struct xy_introspection {
    xy_resolver *resolver;
    const xy_slot *slot;
} xy_introspection;

/* What answers for `field`: one of an introspection type, __schema or __type. Both NULL for any
 * other field. */
xy_introspection xy__introspection_of(const xy_schema *schema, const xy_field *field);

#endif
