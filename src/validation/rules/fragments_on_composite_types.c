/* SPDX-License-Identifier: MIT */
/* Spec 5.5.1.3 Fragments on Object, Interface or Union Types */
#include "validation/context.h"

static bool is_wrong(const xy_validation *v, const xy_ast_type *condition)
{
    const xy_type *type = condition ? xy__schema_type(v->schema, condition->name->value) : NULL;

    return type && !xy__type_is_composite(type);
}

static xy_visit_next enter_inline_fragment(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_type *condition =
        ((const xy_ast_inline_fragment *)(const void *)at->node)->type_condition;

    if (is_wrong(v, condition)) {
        xy__validation_report(v, &condition->node,
                              "Fragment cannot condition on non composite type \"%.*s\".",
                              XY_PRI(condition->name->value));
    }
    return xy__validation_next(v);
}

static xy_visit_next enter_fragment(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_fragment *fragment = (const void *)at->node;
    const xy_ast_type *condition = fragment->type_condition;

    if (is_wrong(v, condition)) {
        xy__validation_report(v, &condition->node,
                              "Fragment \"%.*s\" cannot condition on non composite type \"%.*s\".",
                              XY_PRI(fragment->name->value), XY_PRI(condition->name->value));
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(INLINE_FRAGMENT), enter_inline_fragment, NULL},
    {XY_KIND_BIT(FRAGMENT_DEFINITION), enter_fragment, NULL},
    {0},
};
const xy_rule xy__rule_fragments_on_composite_types = {"FragmentsOnCompositeTypes",
                                                       XY_RULE_STATELESS, NULL, visitor};
