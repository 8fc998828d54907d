/* SPDX-License-Identifier: MIT */
/* schema/check.h -- is a schema valid? Spec 3.3 to 3.13, the "Type Validation" sections. */
#ifndef XY_SCHEMA_CHECK_H
#define XY_SCHEMA_CHECK_H

#include "schema/types.h"

/* More are not reported. */
#define XY_CHECK_ERRORS_MAX    1000u
#define XY_CHECK_MESSAGE_MAX   ((size_t)64 << 10) /* bytes of the names on a cycle */
#define XY_CHECK_LOCATIONS_MAX 10000u             /* of all errors together; the rest have none */

/* Check all types, fields, directives and default values. Returns 0, or XY_EFAILED with the
 * errors appended, in the order of graphql-js' validateSchema(). */
int xy__schema_check(const xy_schema *schema, xy_errors *errors);

#endif
