/* SPDX-License-Identifier: MIT */
/* execution/collect.h -- the field nodes that a selection set comes to for one object type.
 * Spec 6.3.2 CollectFields. */
#ifndef XY_EXECUTION_COLLECT_H
#define XY_EXECUTION_COLLECT_H

#include "base/vec.h"
#include "execution/plan.h"

/* Where a walk through nested fragments is to go on. */
typedef struct xy_collect_step {
    const xy_ast_selection_set *set;
    size_t next;
} xy_collect_step;

/* Field nodes in order of their visit, of one selection set or several in a row. Used again for
 * the next by xy__collector_start(). */
typedef struct xy_collector {
    const xy_plans *plans;
    const uint8_t *conditions;
    const xy_type *type;
    size_t steps; /* selections visited, ever */
    size_t steps_max;
    uint32_t *visited; /* by fragment: the number of the last collection that spread it */
    uint32_t number;
    xy_arena *scratch;
    XY_VEC(xy_collect_step) stack;
    XY_VEC(const xy_ast_field *) nodes;
    const xy_ast_directive *bad_condition; /* the first one met; NULL: none */
} xy_collector;

/* A collector for the operation of `plans` and conditions that turned out as in `conditions`.
 * keeps: scratch, until its last use. */
void xy__collector_init(xy_collector *collector, xy_arena *scratch, const xy_plans *plans,
                        const uint8_t *conditions);

/* Forget the nodes; collect for the object type `type` from here on. */
void xy__collector_start(xy_collector *collector, const xy_type *type);

/* Append the nodes of `set` that apply. False when steps_max is passed; what was collected is
 * then worthless. */
bool xy__collect_fields(xy_collector *collector, const xy_ast_selection_set *set);

#endif
