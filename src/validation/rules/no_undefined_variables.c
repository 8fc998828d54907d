/* SPDX-License-Identifier: MIT */
/* Spec 5.8.3 All Variable Uses Defined */
#include "validation/context.h"

static void report(xy_validation *v, const xy_ast_operation *operation, const xy_ast_value *use)
{
    xy_error *error;

    if (operation->name) {
        error = xy__validation_report(v, &use->node,
                                      "Variable \"$%.*s\" is not defined by operation \"%.*s\".",
                                      XY_PRI(use->text), XY_PRI(operation->name->value));
    } else {
        error = xy__validation_report(v, &use->node, "Variable \"$%.*s\" is not defined.",
                                      XY_PRI(use->text));
    }
    xy__validation_also_at(v, error, &operation->node);
}

static xy_visit_next enter_operation(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_operation *operation = (const void *)at->node;
    const xy_variable_use *use;
    xy_variable_uses uses;
    xy_map defined;

    xy__map_init(&defined, v->arena);
    for (size_t i = 0; i < operation->variables.len; i++) {
        xy_ast_value *variable = operation->variables.items[i]->variable;

        xy__map_put(&defined, variable->text, variable);
    }
    xy__variable_uses_init(&uses, v, xy__definitions_at(&v->definitions, at));
    while ((use = xy__variable_uses_next(&uses))) {
        if (!xy__map_get(&defined, use->node->text))
            report(v, operation, use->node);
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL}, {0}};
const xy_rule xy__rule_no_undefined_variables = {"NoUndefinedVariables", XY_RULE_STATELESS, NULL,
                                                 visitor};
