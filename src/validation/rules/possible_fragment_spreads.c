/* SPDX-License-Identifier: MIT */
/* Spec 5.5.2.3 Fragment Spread Is Possible */
#include "validation/context.h"

static xy_visit_next enter_inline_fragment(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_type *type = xy__type_info_type(&v->types);
    const xy_type *parent = xy__type_info_parent_type(&v->types);

    if (type && parent && xy__type_is_composite(type) && !xy__type_overlap(type, parent)) {
        xy__validation_report(v, at->node,
                              "Fragment cannot be spread here as objects of type \"%.*s\" can "
                              "never be of type \"%.*s\".",
                              XY_PRI(parent->name), XY_PRI(type->name));
    }
    return xy__validation_next(v);
}

static const xy_type *fragment_type(const xy_validation *v, xy_str name)
{
    const xy_definition *definition = xy__definitions_fragment(&v->definitions, name);
    const xy_ast_fragment *fragment;
    const xy_type *type;

    if (!definition)
        return NULL;
    fragment = (const void *)definition->node;
    type = xy__schema_type(v->schema, fragment->type_condition->name->value);
    return type && xy__type_is_composite(type) ? type : NULL;
}

static xy_visit_next enter_spread(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    xy_str name = ((const xy_ast_fragment_spread *)(const void *)at->node)->name->value;
    const xy_type *type = fragment_type(v, name);
    const xy_type *parent = xy__type_info_parent_type(&v->types);

    if (type && parent && !xy__type_overlap(type, parent)) {
        xy__validation_report(v, at->node,
                              "Fragment \"%.*s\" cannot be spread here as objects of type "
                              "\"%.*s\" can never be of type \"%.*s\".",
                              XY_PRI(name), XY_PRI(parent->name), XY_PRI(type->name));
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(INLINE_FRAGMENT), enter_inline_fragment, NULL},
    {XY_KIND_BIT(FRAGMENT_SPREAD), enter_spread, NULL},
    {0},
};
const xy_rule xy__rule_possible_fragment_spreads = {"PossibleFragmentSpreads", XY_RULE_STATELESS,
                                                    NULL, visitor};
