/* SPDX-License-Identifier: MIT */
/* Spec 5.5.1.4 Fragments Must Be Used */
#include "validation/context.h"

/* For each definition: a fragment in the reach of some operation? */
static bool *find_used(xy_validation *v)
{
    xy_definitions *definitions = &v->definitions;
    bool *used = XY_ARENA_ARRAY(v->arena, bool, definitions->len);
    XY_VEC(xy_definition *) operations = {0};
    xy_reach reach;

    for (size_t i = 0; i < definitions->len; i++) {
        if (definitions->items[i].node->kind == XY_KIND_OPERATION_DEFINITION)
            *xy_vec_push(v->arena, &operations) = &definitions->items[i];
    }
    xy__definitions_find_reach(v, operations.items, operations.len, &reach);
    for (size_t i = 0; i < reach.len; i++)
        used[reach.items[i]->index] = true;
    return used;
}

static xy_visit_next leave_document(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    bool *used = find_used(v);

    (void)at;
    for (size_t i = 0; i < v->definitions.len && !v->doc.full; i++) {
        const xy_definition *definition = &v->definitions.items[i];

        if (definition->named && !used[definition->named->index]) {
            xy__validation_report(v, definition->node, "Fragment \"%.*s\" is never used.",
                                  XY_PRI(definition->name));
        }
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(DOCUMENT), NULL, leave_document}, {0}};
const xy_rule xy__rule_no_unused_fragments = {"NoUnusedFragments", XY_RULE_STATELESS, NULL,
                                              visitor};
