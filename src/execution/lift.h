/* SPDX-License-Identifier: MIT */
/* execution/lift.h -- one document for all texts that differ in literals only.
 *
 *   text --shape--> document of another text of this shape    parsed, validated, planned once
 *     `------------> literals                                  coerced for each operation
 *
 * Invariants
 *   1. What an operation answers is what it would have answered with a document of its own text:
 *      data, messages and locations.
 *   2. A literal takes part only where nothing but coercing an argument of a built-in scalar type
 *      looks at it. All others must be those of the document, byte for byte. So must be those of
 *      fields whose response name occurs twice: whether such fields can be merged depends on them.
 *   3. A literal that is no value of its argument's type does not fit; the text then gets a
 *      document, and errors, of its own. */
#ifndef XY_EXECUTION_LIFT_H
#define XY_EXECUTION_LIFT_H

#include "base/buf.h"
#include "execution/document.h"
#include "language/shape.h"

/* A hole of a document's shape. */
typedef struct xy_lift_place {
    xy_hole hole;
    const xy_type *type; /* of the argument; NULL: the token must be that of the document */
} xy_lift_place;

/* What a document has for the texts of its shape. */
struct xy_lift {
    xy_str key; /* of the shape, when ready */
    xy_lift_place *places;
    xy_shift *shifts; /* of the places */
    size_t len;
    bool ready;      /* for other texts: places and shifts are filled */
    bool name_lifts; /* the name of the operation is in the first place, and may be any */
};

/* The literals of an operation whose document is of another text. */
typedef struct xy_lifted {
    const xy_lift *lift;
    xy_value *values; /* one for each place; nothing where it has no type */
    xy_shifts shifts;
    xy_str name; /* of the operation, when name_lifts */
} xy_lifted;

/* `document`, just created of a text of the shape `shape`, will know its literals' places in plans.
 * Before it is used or shared. */
void xy__document_note_shape(xy_document *document, const xy_shape *shape);

/* Make it ready for other texts of that shape. Before anybody else may have the document. */
void xy__document_make_liftable(xy_document *document, const xy_shape *shape);

/* The literals of `text`, whose shape has the key of `document`, in `arena`; strings point into
 * `text`. False when they do not fit. */
bool xy__lifted_read(xy_arena *arena, const xy_document *document, xy_str text,
                     const xy_shape *shape, xy_lifted *out);

/* A copy of them in `arena`. */
const xy_lifted *xy__lifted_copy(xy_arena *arena, const xy_lifted *lifted);

/* 1 + the number of the place that begins at the byte `start`; 0: none does. `lift` may be NULL. */
uint32_t xy__lift_slot(const xy_lift *lift, uint32_t start);

/* The value in a slot; NULL when it is the document's own. `lifted` may be NULL, the slot 0. */
static inline const xy_value *xy__lifted_value(const xy_lifted *lifted, uint32_t slot)
{
    if (!lifted || slot == 0 || !lifted->lift->places[slot - 1].type)
        return NULL;
    return &lifted->values[slot - 1];
}

static inline const xy_shifts *xy__lifted_shifts(const xy_lifted *lifted)
{
    return lifted ? &lifted->shifts : NULL;
}

/* Append what tells them from those of other texts of the shape. */
void xy__lifted_write_key(const xy_lifted *lifted, xy_buf *key);

#endif
