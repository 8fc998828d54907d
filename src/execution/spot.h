/* SPDX-License-Identifier: MIT */
/* execution/spot.h -- positions of the response at which, or beneath which, something is late.
 *
 *   OPEN ------------------------------+        around something late; its text is part of the
 *                                      |        segment around it
 *   WAITING --fill--> FILLED --null----+--> NULLED
 *      |    <--wait---                 |        late: its text is a segment of its own; what
 *      +-------------null--------------+        came may be a promise once more
 *
 * A run's text consists of segments, one behind the other in one buffer: the first pass writes
 * the first, each late value one more. A late spot is a *hole* in the segment around it: `at`
 * says where its own segment belongs. Rendering the tree of spots brings the pieces into order.
 *
 *   segment 1   {"a":| hole 1 |,"b":[1,| hole 2 |]}        segment 2   {"c":3}   (hole 2)
 *
 * Invariants
 *   1. Spots of one parent are linked in the order of their text, as segments are written from
 *      front to back.
 *   2. Beneath a NULLED spot there are none: those that waited are stopped and forgotten.
 *   3. run->waiting counts the WAITING spots that a promise will fill. */
#ifndef XY_EXECUTION_SPOT_H
#define XY_EXECUTION_SPOT_H

#include "execution/run.h"

typedef struct xy_found xy_found; /* execution/found.h */

typedef enum xy_spot_state {
    XY_SPOT_OPEN,
    XY_SPOT_WAITING,
    XY_SPOT_FILLED,
    XY_SPOT_NULLED,
    XY_SPOT_STATES,
} xy_spot_state;

struct xy_spot {
    xy_path path;
    xy_spot *up;    /* NULL: the root */
    xy_spot *first; /* beneath it */
    xy_spot *last;
    xy_spot *next; /* beside it */
    xy_spot_state state;
    bool late;
    bool nullable;
    bool root;    /* of "data", or the rest of a mutation: no step of a path */
    size_t at;    /* where it stands in the segment around it */
    size_t start; /* its text */
    size_t end;
    xy_plan_field *field; /* late: what will be completed, for which type; NULL: see `promise` */
    const xy_type *type;
    xy_promise *promise;         /* WAITING: resolves it; NULL: the rest of a mutation */
    xy_found *found;             /* what comes later of it; NULL: nothing */
    const xy_defer_scope *scope; /* late: as of its run when it was placed */
};

/* The spot of a frame that is being written, made with those around it if need be. */
xy_spot *xy__spot_of(xy_run *run, xy_frame *at);

/* The next spot of the tree under `top` in the order of their text; NULL behind the last. */
xy_spot *xy__spot_next(xy_spot *spot, const xy_spot *top);

/* The same with what is beneath a spot before it: the first of the tree under `top`, the next. */
xy_spot *xy__spot_innermost(xy_spot *top);
xy_spot *xy__spot_next_outward(xy_spot *spot, const xy_spot *top);

/* The position `at` is late: its value, of `type`, comes with `promise`. The frames around it get
 * spots too. Returns the position's spot, WAITING. */
xy_spot *xy__spot_place(xy_run *run, xy_frame *at, xy_plan_field *field, const xy_type *type,
                        xy_promise *promise);

/* The fields of the root object from here on come later. Returns their spot, WAITING. */
xy_spot *xy__spot_place_rest(xy_run *run, xy_frame *root);

/* WAITING → FILLED: its text is written from here on. */
void xy__spot_fill(xy_run *run, xy_spot *spot);

/* Forget the spots beneath `top`, stopping their promises, and what was found there and at `top`:
 * it is null, or nobody wants it. */
void xy__spot_drop(xy_run *run, xy_spot *top);

/* The value of a late spot failed and may not be null: null goes to the nearest position above
 * that may. Spec 6.4.4 Handling Execution Errors. */
void xy__spot_propagate(xy_run *run, xy_spot *spot);

/* The whole of "data" is null. */
void xy__spot_null_root(xy_run *run);

/* Append the text of `spot` to `out`. */
void xy__spot_render(const xy_run *run, const xy_spot *spot, xy_buf *out);

#endif
