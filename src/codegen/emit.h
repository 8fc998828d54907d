/* SPDX-License-Identifier: MIT */
/* codegen/emit.h -- the files that `xylem generate types` writes, as text. The same model gives the
 * same text. */
#ifndef XY_CODEGEN_EMIT_H
#define XY_CODEGEN_EMIT_H

#include "codegen/model.h"

/* Append <prefix>types.h: structs, prototypes of resolvers, what publishes and invalidates. */
void xy__gen_header(xy_buf *out, xy_gen_model *model);

/* Append <prefix>types.c: the SDL, tables, and what lies between the engine and the resolvers. */
void xy__gen_bindings(xy_buf *out, xy_gen_model *model);

/* The middle of it: functions between the engine and the resolvers, of promises and sources. */
void xy__gen_glue(xy_buf *out, xy_gen_model *model);

/* The name of the table entry that reads `value` by itself, "item_Auction". In the model's
 * arena. */
xy_str xy__gen_item_name(xy_gen_model *model, const xy_gen_value *value);

#endif
