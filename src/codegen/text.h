/* SPDX-License-Identifier: MIT */
/* codegen/text.h -- what header.c, bindings.c and stubs.c write alike. */
#ifndef XY_CODEGEN_TEXT_H
#define XY_CODEGEN_TEXT_H

#include "codegen/model.h"

/* A declaration, "int Query_auction(xy_call *c, …)", in lines of 100 columns, piece by piece. */
typedef struct xy_gen_call {
    xy_buf *out;
    size_t column;
    bool first;
} xy_gen_call;

/* `head` is what stands before the parenthesis. */
xy_gen_call xy__gen_call_begin(xy_buf *out, const char *fmt, ...) XY_PRINTF(2, 3);
void xy__gen_call_add(xy_gen_call *call, const char *fmt, ...) XY_PRINTF(2, 3);
/* Writes ")" and `tail`. */
void xy__gen_call_end(xy_gen_call *call, const char *tail);

/* `text` as a comment, each line behind `indent`; nothing when it is null. */
void xy__gen_comment(xy_buf *out, const char *indent, xy_str text);

/* "const Auction *" or "int32_t": how the value is passed; with a space behind unless it ends in a
 * star. */
xy_str xy__gen_parameter(xy_gen_model *model, const xy_gen_value *value);

/* The same for a variable: "Auction *", "int32_t ". */
xy_str xy__gen_variable(xy_gen_model *model, const xy_gen_value *value);

/* The prototype of the function that answers for `field`, without what follows. Not of topics. */
void xy__gen_prototype(xy_buf *out, xy_gen_model *model, const xy_gen_field *field,
                       const char *tail);

#endif
