/* SPDX-License-Identifier: MIT */
/* language/block_string.h -- what stands between two """. */
#ifndef XY_LANGUAGE_BLOCK_STRING_H
#define XY_LANGUAGE_BLOCK_STRING_H

#include "base/arena.h"
#include "base/buf.h"

/* Spec 2.9.4 BlockStringValue without the unescaping: the lines of `raw` (ended by LF, CRLF or
 * CR) without their common indent and without blank lines at either end, joined by LF. Points
 * into `raw` where it can, else into `arena`. */
xy_str xy__block_string_dedent(xy_arena *arena, xy_str raw);

/* The value of a block string whose source text between the quotes is `raw`. The same memory
 * rules. */
xy_str xy__block_string_cook(xy_arena *arena, xy_str raw);

/* How xy__print_block_string() lays a value out. */
typedef struct xy_block_layout {
    bool leading;  /* a line feed behind the opening quotes */
    bool trailing; /* and one before the closing ones */
    size_t width;  /* UTF-16 units of the text between them, escapes included */
} xy_block_layout;

xy_block_layout xy__block_string_layout(xy_str value, bool minimize);

/* As xy__print_block_string(), each line but the first `depth` times two spaces further in. */
void xy__print_block_string_indented(xy_buf *buf, xy_str value, bool minimize, unsigned depth);

#endif
