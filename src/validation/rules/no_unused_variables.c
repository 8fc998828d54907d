/* SPDX-License-Identifier: MIT */
/* Spec 5.8.4 All Variables Used */
#include "validation/context.h"

static void report(xy_validation *v, const xy_ast_operation *operation,
                   const xy_ast_variable_definition *definition)
{
    xy_str name = definition->variable->text;

    if (operation->name) {
        xy__validation_report(v, &definition->node,
                              "Variable \"$%.*s\" is never used in operation \"%.*s\".",
                              XY_PRI(name), XY_PRI(operation->name->value));
    } else {
        xy__validation_report(v, &definition->node, "Variable \"$%.*s\" is never used.",
                              XY_PRI(name));
    }
}

static xy_visit_next enter_operation(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_operation *operation = (const void *)at->node;
    xy_variable_uses uses;
    const xy_variable_use *use;
    xy_map used;

    if (operation->variables.len == 0)
        return XY_VISIT_ON;
    xy__map_init(&used, v->arena);
    xy__variable_uses_init(&uses, v, xy__definitions_at(&v->definitions, at));
    while ((use = xy__variable_uses_next(&uses)))
        xy__map_put(&used, use->node->text, v);
    for (size_t i = 0; i < operation->variables.len && !v->doc.full; i++) {
        if (!xy__map_get(&used, operation->variables.items[i]->variable->text))
            report(v, operation, operation->variables.items[i]);
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL}, {0}};
const xy_rule xy__rule_no_unused_variables = {"NoUnusedVariables", XY_RULE_STATELESS, NULL,
                                              visitor};
