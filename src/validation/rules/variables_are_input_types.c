/* SPDX-License-Identifier: MIT */
/* Spec 5.8.2 Variables Are Input Types */
#include "language/printer.h"
#include "validation/context.h"

static const xy_type *named_type(const xy_schema *schema, const xy_ast_type *ref)
{
    while (ref->of)
        ref = ref->of;
    return xy__schema_type(schema, ref->name->value);
}

static xy_visit_next enter_variable_definition(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_variable_definition *definition = (const void *)at->node;
    const xy_type *type = named_type(v->schema, definition->type);

    if (type && !xy__type_is_input(type)) {
        xy_str text = xy__print_str(v->arena, &definition->type->node);

        xy__validation_report(v, &definition->type->node,
                              "Variable \"$%.*s\" cannot be non-input type \"%.*s\".",
                              XY_PRI(definition->variable->name->value), XY_PRI(text));
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(VARIABLE_DEFINITION), enter_variable_definition, NULL}, {0}};
const xy_rule xy__rule_variables_are_input_types = {"VariablesAreInputTypes", XY_RULE_STATELESS,
                                                    NULL, visitor};
