/* SPDX-License-Identifier: MIT */
/* language/locator.h -- where nodes begin, for documents with many errors.
 *
 * xy__node_location() reads the source from its beginning; a hostile document can make thousands
 * of locations, so here the first one leaves marks in the source and each then reads from the
 * nearest mark only. */
#ifndef XY_LANGUAGE_LOCATOR_H
#define XY_LANGUAGE_LOCATOR_H

#include "base/vec.h"
#include "language/ast.h"

typedef struct xy_locator_mark {
    uint32_t line;
    uint32_t column;
} xy_locator_mark;

/* The marks in one source. */
typedef struct xy_marked_source {
    const xy_source *source;
    const xy_locator_mark *marks;
} xy_marked_source;

typedef struct xy_locator {
    xy_arena *arena;
    XY_VEC(xy_marked_source) sources; /* those that were asked for; few */
    size_t last;                      /* the one asked for last */
} xy_locator;

/* keeps: arena, and the sources of nodes that are asked for. */
void xy__locator_init(xy_locator *locator, xy_arena *arena);

/* As xy__node_location(). */
xy_location xy__locator_find(xy_locator *locator, const xy_node *node);

#endif
