/* SPDX-License-Identifier: MIT */
/* Spec 5.3.3 Leaf Field Selections */
#include "validation/context.h"

static xy_visit_next enter_field(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_field *field = (const void *)at->node;
    const xy_type *type = xy__type_info_type(&v->types);
    xy_str name = field->name->value;
    xy_str text;

    if (!type || xy__type_is_leaf(type->named) == !field->selection_set)
        return xy__validation_next(v);
    text = xy__type_print(v->arena, type);
    if (field->selection_set) {
        xy__validation_report(v, &field->selection_set->node,
                              "Field \"%.*s\" must not have a selection since type \"%.*s\" has "
                              "no subfields.",
                              XY_PRI(name), XY_PRI(text));
    } else {
        xy__validation_report(v, at->node,
                              "Field \"%.*s\" of type \"%.*s\" must have a selection of "
                              "subfields. Did you mean \"%.*s { ... }\"?",
                              XY_PRI(name), XY_PRI(text), XY_PRI(name));
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(FIELD), enter_field, NULL}, {0}};
const xy_rule xy__rule_scalar_leafs = {"ScalarLeafs", XY_RULE_STATELESS, NULL, visitor};
