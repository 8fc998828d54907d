/* SPDX-License-Identifier: MIT */
/* language/printer.h -- syntax tree to text, in the layout of graphql-js' print(). */
#ifndef XY_LANGUAGE_PRINTER_H
#define XY_LANGUAGE_PRINTER_H

#include "base/buf.h"
#include "language/ast.h"

/* Append `node` of any kind to `buf`. */
void xy__print(xy_buf *buf, const xy_node *node);

/* The same into `arena`. */
xy_str xy__print_str(xy_arena *arena, const xy_node *node);

/* Append `value` as a quoted string literal / as a block string literal (on one line where
 * `minimize` and the text allow). */
void xy__print_string(xy_buf *buf, xy_str value);
void xy__print_block_string(xy_buf *buf, xy_str value, bool minimize);

/* Would cooking the block string give `value` back? */
bool xy__is_printable_as_block_string(xy_str value);

#endif
