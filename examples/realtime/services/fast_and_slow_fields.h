/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLE_FAST_AND_SLOW_FIELDS_H
#define EXAMPLE_FAST_AND_SLOW_FIELDS_H

#include "xylem/xylem.h"

/* Bind the fields of graphql/fast_and_slow_fields.graphql. Returns 0, or as xy_bind(). */
int fast_and_slow_fields_bind(xy_schema *schema);

#endif
