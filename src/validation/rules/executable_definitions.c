/* SPDX-License-Identifier: MIT */
/* Spec 5.1.1 Executable Definitions */
#include "validation/context.h"

/* The name of a type system definition; null for those of the schema. */
static xy_str definition_name(const xy_node *node)
{
    const void *definition = node;

    if (node->kind == XY_KIND_DIRECTIVE_DEFINITION || node->kind == XY_KIND_DIRECTIVE_EXTENSION)
        return ((const xy_ast_directive_definition *)definition)->name->value;
    if (xy__kind_is_type_definition(node->kind) || xy__kind_is_type_extension(node->kind))
        return ((const xy_ast_type_definition *)definition)->name->value;
    return XY_STR_NULL;
}

static xy_visit_next enter_document(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_document *document = (const void *)at->node;

    for (size_t i = 0; i < document->definitions.len && !v->doc.full; i++) {
        const xy_node *node = document->definitions.items[i];
        xy_str name = definition_name(node);

        if (node->kind == XY_KIND_OPERATION_DEFINITION || node->kind == XY_KIND_FRAGMENT_DEFINITION)
            continue;
        if (name.ptr) {
            xy__validation_report(v, node, "The \"%.*s\" definition is not executable.",
                                  XY_PRI(name));
        } else {
            xy__validation_report(v, node, "The schema definition is not executable.");
        }
    }
    return xy__validation_skip(v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(DOCUMENT), enter_document, NULL}, {0}};
const xy_rule xy__rule_executable_definitions = {"ExecutableDefinitions", XY_RULE_STATELESS, NULL,
                                                 visitor};
