/* SPDX-License-Identifier: MIT */
/* language/escape.h -- escape sequences of quoted strings. Spec 2.9.4 String Value. */
#ifndef XY_LANGUAGE_ESCAPE_H
#define XY_LANGUAGE_ESCAPE_H

#include <stdint.h>

#include "base/arena.h"

/* One escape sequence of a source text. */
typedef struct xy_escape {
    uint32_t len;       /* bytes; of an invalid one: UTF-16 units that a message should show */
    int32_t code_point; /* -1: invalid */
} xy_escape;

/* The escape sequence whose backslash is at text.ptr[at]. */
xy_escape xy__escape_read(xy_str text, size_t at);

/* `raw`, whose escapes are valid, without them. Lives in `arena`. */
xy_str xy__escapes_cook(xy_arena *arena, xy_str raw);

/* How many UTF-16 units xy__print_string() makes of `value`, its quotes not counted; some number
 * above `max` when they are more. */
size_t xy__escaped_width(xy_str value, size_t max);

#endif
