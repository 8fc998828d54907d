/* SPDX-License-Identifier: MIT */
/* Spec 5.2.2.1 Operation Name Uniqueness */
#include "validation/context.h"

typedef struct state {
    xy_validation *v;
    xy_map names; /* -> xy_ast_name, the first of that name */
} state;

static void init(void *arg)
{
    state *s = arg;

    xy__map_init(&s->names, s->v->arena);
}

static xy_visit_next enter_operation(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    xy_ast_name *name = ((const xy_ast_operation *)(const void *)at->node)->name;
    xy_ast_name *first = name ? xy__map_get(&s->names, name->value) : NULL;

    if (first) {
        xy__validation_also_at(s->v,
                               xy__validation_report(s->v, &first->node,
                                                     "There can be only one operation named "
                                                     "\"%.*s\".",
                                                     XY_PRI(name->value)),
                               &name->node);
    } else if (name) {
        xy__map_put(&s->names, name->value, name);
    }
    return xy__validation_skip(s->v);
}

static xy_visit_next enter_fragment(void *arg, const xy_visit_at *at)
{
    (void)arg;
    (void)at;
    return XY_VISIT_SKIP;
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL},
    {XY_KIND_BIT(FRAGMENT_DEFINITION), enter_fragment, NULL},
    {0},
};
const xy_rule xy__rule_unique_operation_names = {"UniqueOperationNames", sizeof(state), init,
                                                 visitor};
