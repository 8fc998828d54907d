/* SPDX-License-Identifier: MIT */
/* json/read.h -- JSON text to xy_value. RFC 8259, strictly: no comments, no trailing commas, no
 * invalid UTF-8, no lone surrogates in escapes (they become U+FFFD), duplicate keys: the last
 * one wins, in the place of the first. */
#ifndef XY_JSON_READ_H
#define XY_JSON_READ_H

#include "xylem/error.h"
#include "xylem/value.h"

#include "base/arena.h"

#define XY_JSON_DEPTH_DEFAULT 128u
/* More than that is never accepted: writing and comparing a value recurse as deep as it is. */
#define XY_JSON_DEPTH_MAX 4096u

typedef struct xy_json_error {
    const char *message; /* static storage: "expected ',' or '}'" */
    size_t offset;       /* byte where it was noticed */
} xy_json_error;

/* Read one JSON text, white space around it allowed. Strings without escapes point into `text`:
 * keeps: text, as long as the value. `depth_max` 0 means XY_JSON_DEPTH_DEFAULT; `error` may be
 * NULL. Returns 0, XY_ESYNTAX, XY_EUTF8, or XY_ELIMIT for nesting beyond depth_max or an arena
 * over its maximum. */
int xy__json_read(xy_arena *arena, xy_str text, uint32_t depth_max, xy_value *out,
                  xy_json_error *error);

#endif
