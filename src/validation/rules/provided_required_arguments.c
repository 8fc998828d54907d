/* SPDX-License-Identifier: MIT */
/* Spec 5.4.3 Required Arguments, of fields; for those of directives see schema/rules/. */
#include "schema/coordinate.h"
#include "validation/context.h"

static bool is_provided(const xy_ast_field *node, xy_str name)
{
    for (size_t i = 0; i < node->arguments.len; i++) {
        if (xy_str_eq(node->arguments.items[i]->name->value, name))
            return true;
    }
    return false;
}

static void report(xy_validation *v, const xy_node *node, const xy_field *field,
                   const xy_input_value *argument)
{
    xy_str coordinate = xy__argument_coordinate(v->arena, field, argument);
    xy_str type = xy__type_print(v->arena, argument->type);

    xy__validation_report(
        v, node, "Argument \"%.*s\" of type \"%.*s\" is required, but it was not provided.",
        XY_PRI(coordinate), XY_PRI(type));
}

static xy_visit_next leave_field(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_field *node = (const void *)at->node;
    const xy_field *field = xy__type_info_field(&v->types);

    for (size_t i = 0; field && i < field->arguments.len && !v->doc.full; i++) {
        const xy_input_value *argument = field->arguments.items[i];

        if (xy__input_value_is_required(argument) && !is_provided(node, argument->name))
            report(v, at->node, field, argument);
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(FIELD), NULL, leave_field}, {0}};
const xy_rule xy__rule_provided_required_arguments = {"ProvidedRequiredArguments",
                                                      XY_RULE_STATELESS, NULL, visitor};
