/* SPDX-License-Identifier: MIT */
/* Spec 5.2.1.1 Operation Type Existence */
#include "validation/context.h"

static xy_visit_next enter_operation(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_operation *operation = (const void *)at->node;

    if (!xy__type_info_type(&v->types)) {
        xy__validation_report(v, at->node, "The %s operation is not supported by the schema.",
                              xy__operation_type_name(operation->operation));
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL}, {0}};
const xy_rule xy__rule_known_operation_types = {"KnownOperationTypes", XY_RULE_STATELESS, NULL,
                                                visitor};
