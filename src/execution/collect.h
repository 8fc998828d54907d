/* SPDX-License-Identifier: MIT */
/* execution/collect.h -- the field nodes that a selection set comes to for one object type.
 * Spec 6.3.2 CollectFields. */
#ifndef XY_EXECUTION_COLLECT_H
#define XY_EXECUTION_COLLECT_H

#include "base/vec.h"
#include "execution/deferral.h"

/* Where a walk through nested fragments is to go on. */
typedef struct xy_collect_step {
    const xy_ast_selection_set *set;
    const xy_defer_usage *usage;
    size_t next;
} xy_collect_step;

/* A fragment that was spread with, or within, a @defer. */
typedef struct xy_deferred_spread {
    uint32_t fragment;
    const xy_ast_directive *directive;
} xy_deferred_spread;

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
    bool defers;                              /* @defer counts; only then: */
    xy_arena *kept;                           /* where usages live */
    XY_VEC(const xy_defer_usage *) usages_of; /* of each node; NULL: not deferred */
    XY_VEC(xy_defer_usage *) usages;          /* new ones */
    XY_VEC(xy_deferred_spread) spreads;
    const xy_ast_directive *bad_condition; /* the first one met; NULL: none */
} xy_collector;

/* A collector for the operation of `plans` and conditions that turned out as in `conditions`.
 * keeps: scratch, until its last use. */
void xy__collector_init(xy_collector *collector, xy_arena *scratch, const xy_plans *plans,
                        const uint8_t *conditions);

/* Take account of @defer. keeps: kept, for the usages. */
void xy__collector_defer(xy_collector *collector, xy_arena *kept);

/* Forget the nodes; collect for the object type `type` from here on. */
void xy__collector_start(xy_collector *collector, const xy_type *type);

/* Append the nodes of `set` that apply; `usage` leads there (NULL: none). False when steps_max is
 * passed; what was collected is then worthless. */
bool xy__collect_fields(xy_collector *collector, const xy_ast_selection_set *set,
                        const xy_defer_usage *usage);

#endif
