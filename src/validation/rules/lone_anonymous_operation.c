/* SPDX-License-Identifier: MIT */
/* Spec 5.2.3.1 Lone Anonymous Operation */
#include "validation/context.h"

typedef struct state {
    xy_validation *v;
    size_t operations;
} state;

static void init(void *arg)
{
    state *s = arg;
    const xy_nodes *definitions = &s->v->document->definitions;

    for (size_t i = 0; i < definitions->len; i++)
        s->operations += definitions->items[i]->kind == XY_KIND_OPERATION_DEFINITION;
}

static xy_visit_next enter_operation(void *arg, const xy_visit_at *at)
{
    state *s = arg;

    if (!((const xy_ast_operation *)(const void *)at->node)->name && s->operations > 1) {
        xy__validation_report(s->v, at->node,
                              "This anonymous operation must be the only defined operation.");
    }
    return xy__validation_next(s->v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL}, {0}};
const xy_rule xy__rule_lone_anonymous_operation = {"LoneAnonymousOperation", sizeof(state), init,
                                                   visitor};
