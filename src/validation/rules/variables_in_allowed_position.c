/* SPDX-License-Identifier: MIT */
/* Spec 5.8.5 All Variable Usages Are Allowed */
#include "schema/type_ref.h"
#include "validation/context.h"

/* A variable of the operation; `type` is NULL when the schema has no such type. */
typedef struct variable {
    const xy_ast_variable_definition *definition;
    const xy_type *type;
} variable;

/* Spec 5.8.5 IsVariableUsageAllowed */
static bool is_allowed(const variable *var, const xy_variable_use *use)
{
    const xy_ast_value *value = var->definition->default_value;

    if (use->type->kind == XY_TYPE_NON_NULL && var->type->kind != XY_TYPE_NON_NULL) {
        if ((!value || value->node.kind == XY_KIND_NULL_VALUE) && !use->has_default)
            return false;
        return xy__type_is_sub_type(use->type->of, var->type);
    }
    return xy__type_is_sub_type(use->type, var->type);
}

static void check_use(xy_validation *v, const variable *var, const xy_variable_use *use)
{
    const xy_type *parent = use->parent_type;
    xy_str name = use->node->text;
    xy_str text;

    if (!is_allowed(var, use)) {
        xy_str wanted = xy__type_print(v->arena, use->type);

        text = xy__type_print(v->arena, var->type);
        xy__validation_also_at(
            v,
            xy__validation_report(
                v, &var->definition->node,
                "Variable \"$%.*s\" of type \"%.*s\" used in position expecting type \"%.*s\".",
                XY_PRI(name), XY_PRI(text), XY_PRI(wanted)),
            &use->node->node);
    }
    if (parent && parent->is_one_of && var->type->kind != XY_TYPE_NON_NULL) {
        text = xy__type_print(v->arena, var->type);
        xy__validation_also_at(
            v,
            xy__validation_report(v, &var->definition->node,
                                  "Variable \"$%.*s\" is of type \"%.*s\" but must be "
                                  "non-nullable to be used for OneOf Input Object \"%.*s\".",
                                  XY_PRI(name), XY_PRI(text), XY_PRI(parent->name)),
            &use->node->node);
    }
}

static xy_visit_next leave_operation(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_operation *operation = (const void *)at->node;
    size_t count = operation->variables.len;
    variable *variables = XY_ARENA_ARRAY(v->arena, variable, count);
    const xy_variable_use *use;
    xy_variable_uses uses;
    xy_map by_name;

    if (count == 0)
        return XY_VISIT_ON;
    xy__map_init(&by_name, v->arena);
    for (size_t i = 0; i < count; i++) {
        variables[i].definition = operation->variables.items[i];
        variables[i].type = xy__schema_type_ref(v->schema, v->arena, variables[i].definition->type);
        xy__map_put(&by_name, variables[i].definition->variable->text, &variables[i]);
    }
    xy__variable_uses_init(&uses, v, xy__definitions_at(&v->definitions, at));
    while ((use = xy__variable_uses_next(&uses))) {
        const variable *var = xy__map_get(&by_name, use->node->text);

        if (var && var->type && use->type)
            check_use(v, var, use);
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), NULL, leave_operation}, {0}};
const xy_rule xy__rule_variables_in_allowed_position = {"VariablesInAllowedPosition",
                                                        XY_RULE_STATELESS, NULL, visitor};
