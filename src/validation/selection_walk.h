/* SPDX-License-Identifier: MIT */
/* validation/selection_walk.h -- selections in document order, into fields and fragments where
 * the walker wants it, without recursion: chains of fragments are as long as a client likes.
 *
 *   xy__selection_walk_init(&walk, arena, operation->selection_set);
 *   while ((selection = xy__selection_walk_next(&walk)))
 *       if (...)
 *           xy__selection_walk_into(&walk, selection, fragment->selection_set);
 *
 * The walker stops at cycles itself. */
#ifndef XY_VALIDATION_SELECTION_WALK_H
#define XY_VALIDATION_SELECTION_WALK_H

#include "base/vec.h"
#include "language/ast.h"

/* A selection set that the walk is in. */
typedef struct xy_selection_level {
    const xy_node *owner; /* what it was entered by: a field, fragment or spread; NULL outermost */
    const xy_ast_selection_set *set;
    size_t next;
    /* The walker's own. A new level starts with those of the one around it. */
    const void *tag;
    unsigned depth;
} xy_selection_level;

typedef struct xy_selection_walk {
    xy_arena *arena;
    XY_VEC(xy_selection_level) levels;
} xy_selection_walk;

/* At the beginning of `set`. keeps: arena. */
void xy__selection_walk_init(xy_selection_walk *walk, xy_arena *arena,
                             const xy_ast_selection_set *set);

/* The next selection; NULL at the end. */
const xy_node *xy__selection_walk_next(xy_selection_walk *walk);

/* Go into `set` next, for the sake of `owner`; then back to where the walk was. Returns the new
 * level, valid until the next call. */
xy_selection_level *xy__selection_walk_into(xy_selection_walk *walk, const xy_node *owner,
                                            const xy_ast_selection_set *set);

/* The level of the selection that came last. */
static inline const xy_selection_level *xy__selection_walk_level(const xy_selection_walk *walk)
{
    return &walk->levels.items[walk->levels.len - 1];
}

/* The first directive `name` on a node; NULL without. */
const xy_ast_directive *xy__selection_directive(const xy_node *selection, const char *name);

/* The value of a directive's argument; NULL without. */
const xy_ast_value *xy__directive_argument(const xy_ast_directive *directive, const char *name);

/* Is it a literal true, or false? `value` may be NULL. */
static inline bool xy__value_is_boolean(const xy_ast_value *value, bool boolean)
{
    return value && value->node.kind == XY_KIND_BOOLEAN_VALUE && value->boolean == boolean;
}

#endif
