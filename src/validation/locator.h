/* SPDX-License-Identifier: MIT */
/* validation/locator.h -- where a node begins, for documents with many errors.
 *
 * xy__node_location() reads the source from its beginning; a hostile document can make thousands
 * of locations, so here the first one leaves marks in the source and each then reads from the
 * nearest mark only. */
#ifndef XY_VALIDATION_LOCATOR_H
#define XY_VALIDATION_LOCATOR_H

#include "base/errors.h"
#include "language/ast.h"

typedef struct xy_locator_mark {
    uint32_t line;
    uint32_t column;
} xy_locator_mark;

typedef struct xy_locator {
    const xy_source *source;
    xy_arena *arena;
    xy_locator_mark *marks; /* NULL before the first location */
} xy_locator;

/* keeps: source and arena. */
void xy__locator_init(xy_locator *locator, const xy_source *source, xy_arena *arena);

/* As xy__node_location(). `node` must be of the locator's source. */
xy_location xy__locator_find(xy_locator *locator, const xy_node *node);

#endif
