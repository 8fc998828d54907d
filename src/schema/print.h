/* SPDX-License-Identifier: MIT */
/* schema/print.h -- a schema as SDL, in the layout of graphql-js' printSchema(). */
#ifndef XY_SCHEMA_PRINT_H
#define XY_SCHEMA_PRINT_H

#include "base/buf.h"
#include "schema/types.h"

/* Append the schema without what is built in; definitions in the SDL's order, or `sorted`: all
 * by name, as after lexicographicSortSchema(). */
void xy__schema_print(xy_buf *buf, const xy_schema *schema, bool sorted);

#endif
