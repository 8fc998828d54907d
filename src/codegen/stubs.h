/* SPDX-License-Identifier: MIT */
/* codegen/stubs.h -- resolvers that are yet to be written, as something to start from. */
#ifndef XY_CODEGEN_STUBS_H
#define XY_CODEGEN_STUBS_H

#include "codegen/model.h"

/* Is there a definition of the resolver of `field` in `text`, a C source: "int Query_auction("? */
bool xy__gen_defines(xy_str text, const xy_gen_field *field);

/* Append a resolver for `field` that fails with a message. Not of topics, which have none. */
void xy__gen_stub(xy_buf *out, xy_gen_model *model, const xy_gen_field *field);

/* The name of the file for it: that of the SDL file which has the field, without its ending. In the
 * model's arena. */
xy_str xy__gen_stub_file(xy_gen_model *model, const xy_gen_field *field);

#endif
