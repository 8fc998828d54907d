/* SPDX-License-Identifier: MIT */
/* Spec 5.8.1 Variable Uniqueness */
#include "validation/context.h"

static xy_error *report(xy_doc_context *doc, const xy_ast_name *first, const void *arg)
{
    (void)arg;
    return xy__doc_report(doc, &first->node, "There can be only one variable named \"$%.*s\".",
                          XY_PRI(first->value));
}

static xy_visit_next enter_operation(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_operation *operation = (const void *)at->node;
    size_t count = operation->variables.len;
    xy_ast_name **names;

    if (count < 2)
        return XY_VISIT_ON;
    names = XY_ARENA_ARRAY(v->arena, xy_ast_name *, count);
    for (size_t i = 0; i < count; i++)
        names[i] = operation->variables.items[i]->variable->name;
    xy__doc_unique_names(&v->doc, names, count, report, NULL);
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL}, {0}};
const xy_rule xy__rule_unique_variable_names = {"UniqueVariableNames", XY_RULE_STATELESS, NULL,
                                                visitor};
