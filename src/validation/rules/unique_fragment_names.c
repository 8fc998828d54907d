/* SPDX-License-Identifier: MIT */
/* Spec 5.5.1.1 Fragment Name Uniqueness */
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
    (void)arg;
    (void)at;
    return XY_VISIT_SKIP;
}

static xy_visit_next enter_fragment(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    xy_ast_name *name = ((const xy_ast_fragment *)(const void *)at->node)->name;
    xy_ast_name *first = xy__map_get(&s->names, name->value);

    if (first) {
        xy__validation_also_at(s->v,
                               xy__validation_report(s->v, &first->node,
                                                     "There can be only one fragment named "
                                                     "\"%.*s\".",
                                                     XY_PRI(name->value)),
                               &name->node);
    } else {
        xy__map_put(&s->names, name->value, name);
    }
    return xy__validation_skip(s->v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL},
    {XY_KIND_BIT(FRAGMENT_DEFINITION), enter_fragment, NULL},
    {0},
};
const xy_rule xy__rule_unique_fragment_names = {"UniqueFragmentNames", sizeof(state), init,
                                                visitor};
