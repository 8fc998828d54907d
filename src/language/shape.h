/* SPDX-License-Identifier: MIT */
/* language/shape.h -- what texts have in common that differ in nothing but literals: the text of an
 * executable document with holes.
 *
 *   query Q7{auction(id:"1"){id}}      ->      query _{auction(id:_){id}}
 *
 * Holes are the strings and numbers that stand as values of arguments of fields, and the name of
 * the first operation. Two texts of one shape are the same tokens but for those in the holes, which
 * are of the same kinds. That a text has a shape says nothing of its being valid: one that is no
 * document may well have one. */
#ifndef XY_LANGUAGE_SHAPE_H
#define XY_LANGUAGE_SHAPE_H

#include "base/arena.h"

/* Longer texts are not looked at. */
#define XY_SHAPE_TEXT_MAX ((size_t)64 << 10)

typedef enum xy_hole_kind {
    XY_HOLE_NAME,   /* of the first operation */
    XY_HOLE_STRING, /* without escapes, on one line */
    XY_HOLE_INT,
    XY_HOLE_FLOAT,
} xy_hole_kind;

/* A token that is left out. */
typedef struct xy_hole {
    uint32_t start; /* byte offset in the text */
    uint32_t len;   /* quotes included */
    uint8_t kind;   /* xy_hole_kind */
} xy_hole;

typedef struct xy_shape {
    xy_str key;    /* the text with one byte, that is in no text, for each hole */
    uint64_t hash; /* xy__hash() of it */
    const xy_hole *holes;
    size_t hole_count; /* at least one */
} xy_shape;

/* Read the shape of `text`. The result lives in `arena`. False when the text has none: it is too
 * long, is no document, or has no holes. */
bool xy__shape_read(xy_arena *arena, xy_str text, xy_shape *out);

/* What a hole's token stands for: the name, the digits, the string without its quotes. */
xy_str xy__hole_value(xy_str text, const xy_hole *hole);

#endif
