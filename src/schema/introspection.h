/* SPDX-License-Identifier: MIT */
/* schema/introspection.h -- what every schema has without saying so: scalars, directives, the
 * types of introspection (spec 4), the meta fields. As data; resolvers are in `execution`. */
#ifndef XY_SCHEMA_INTROSPECTION_H
#define XY_SCHEMA_INTROSPECTION_H

#include "schema/types.h"

/* SDL of the built-in scalars, introspection types and directives; the type `__Meta` holds the
 * meta fields and is no type of a schema. */
extern const xy_str xy__builtin_sdl;

/* SDL of @live, which every schema has that does not define one of its own. */
extern const xy_str xy__live_sdl;
extern const xy_str xy__require_auth_sdl;
extern const xy_str xy__skip_auth_sdl;

/* SDL of @defer and @stream, for schemas that want them (xy_schema_options.defer_stream). */
extern const xy_str xy__defer_sdl;
extern const xy_str xy__stream_sdl;

/* Names of the built-in scalars and of the introspection types, in the reference's order. */
#define XY_STANDARD_TYPE_COUNT 13u
extern const xy_str xy__standard_type_names[XY_STANDARD_TYPE_COUNT];

bool xy__is_standard_type(xy_str name);

/* include, skip, deprecated, specifiedBy, oneOf. */
bool xy__is_standard_directive(xy_str name);

/* The value of __TypeKind: "SCALAR", "NON_NULL". Static storage. */
const char *xy__type_kind_name(xy_type_kind kind);

/* What @deprecated without a reason says. */
#define XY_DEPRECATION_REASON_DEFAULT "No longer supported"

#endif
