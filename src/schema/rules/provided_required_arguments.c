/* SPDX-License-Identifier: MIT */
/* ProvidedRequiredArguments, as far as directives go: a required argument is given (spec
 * 5.4.3). */
#include "language/printer.h"
#include "schema/coordinate.h"
#include "schema/doc_rule.h"

typedef struct state {
    xy_doc_context *doc;
} state;

static bool is_given(const xy_ast_directive *node, xy_str name)
{
    for (size_t i = 0; i < node->arguments.len; i++)
        if (xy_str_eq(node->arguments.items[i]->name->value, name))
            return true;
    return false;
}

static void report(xy_doc_context *doc, const xy_ast_directive *node, xy_str name, xy_str type)
{
    xy__doc_report(doc, &node->node,
                   "Argument \"@%.*s(%.*s:)\" of type \"%.*s\" is required, but it was not "
                   "provided.",
                   XY_PRI(node->name->value), XY_PRI(name), XY_PRI(type));
}

static xy_visit_next leave(void *arg, const xy_visit_at *at)
{
    xy_doc_context *doc = ((state *)arg)->doc;
    const xy_ast_directive *node = (const xy_ast_directive *)at->node;
    xy_known_directive known = xy__doc_directive(doc, node->name->value);

    for (size_t i = 0; known.directive && i < known.directive->arguments.len; i++) {
        const xy_input_value *argument = known.directive->arguments.items[i];

        if (xy__input_value_is_required(argument) && !is_given(node, argument->name))
            report(doc, node, argument->name, xy__type_print(doc->arena, argument->type));
    }
    for (size_t i = 0; known.definition && i < known.definition->arguments.len; i++) {
        const xy_ast_input_value *argument = known.definition->arguments.items[i];

        if (argument->type->node.kind == XY_KIND_NON_NULL_TYPE && !argument->default_value &&
            !is_given(node, argument->name->value))
            report(doc, node, argument->name->value,
                   xy__print_str(doc->arena, &argument->type->node));
    }
    return xy__doc_next(doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(DIRECTIVE), NULL, leave},
    {0, NULL, NULL},
};

const xy_doc_rule xy__doc_rule_provided_required_arguments_on_directives = {
    "ProvidedRequiredArgumentsOnDirectives",
    sizeof(state),
    visitor,
};
