/* SPDX-License-Identifier: MIT */
/* execution/planner.h -- the making of a plan: from collected nodes to selections.
 *
 *   plan.c             waits for what is beneath each field; interns
 *   plan_selection.c   nodes by response key, fields
 *   plan_deferral.c    what is deferred apart */
#ifndef XY_EXECUTION_PLANNER_H
#define XY_EXECUTION_PLANNER_H

#include "execution/collect.h"

/* One planning: until every field that it made has its selection. */
typedef struct xy_planner {
    xy_plan *plan;
    const xy_schema *schema;
    xy_arena scratch; /* as long as the planning */
    xy_arena temp;    /* as long as one selection is made */
    xy_collector collector;
    XY_VEC(xy_plan_field *) waiting;
    /* The same nodes may come up again: by another spread of a fragment, or for another object type
     * that an abstract field above them can have. */
    bool repeats;
} xy_planner;

/* Collected nodes and what leads to each. */
typedef struct xy_planned_nodes {
    const xy_type *type;
    const xy_ast_field *const *items;
    const xy_defer_usage *const *usages; /* of each; NULL: nothing is deferred in them */
    size_t len;
    xy_defer_set within;
} xy_planned_nodes;

/* plan_selection.c: the fields of `nodes`; those that the type has not are left out. */
xy_selection *xy__plan_fields(xy_planner *p, const xy_planned_nodes *nodes);

/* The same number for each node of a response key, numbers from 0 on in order of the keys' first
 * nodes; returns how many there are. `numbers` has room for nodes->len. */
size_t xy__plan_keys(xy_planner *p, const xy_planned_nodes *nodes, uint32_t *numbers);

/* plan_deferral.c: what the collector holds, of which something is deferred or is in a part. */
const xy_selection *xy__plan_deferral(xy_planner *p, const xy_planned_nodes *nodes);

/* Give `field`, just planned from its nodes, what it needs to know of @defer and @stream. */
void xy__plan_field_increments(xy_planner *p, xy_plan_field *field,
                               const xy_defer_usage *const *usages, xy_defer_set within);

/* plan.c: the selection of `nodes`, of which nothing is deferred here: found or made. */
const xy_selection *xy__plan_intern(xy_planner *p, const xy_planned_nodes *nodes);

#endif
