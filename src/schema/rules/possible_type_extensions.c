/* SPDX-License-Identifier: MIT */
/* PossibleTypeExtensions: what is extended exists and is of that kind (spec 3.5.4, 3.6.3 ...). */
#include "schema/sdl_rules.h"

typedef struct state {
    xy_doc_context *doc;
} state;

static const char *const kind_texts[] = {
    [XY_TYPE_SCALAR] = "scalar",       [XY_TYPE_OBJECT] = "object",
    [XY_TYPE_INTERFACE] = "interface", [XY_TYPE_UNION] = "union",
    [XY_TYPE_ENUM] = "enum",           [XY_TYPE_INPUT_OBJECT] = "input object",
};

static void report_unknown(xy_doc_context *doc, const xy_ast_name *name)
{
    xy_strs defined = xy__doc_type_names(doc);
    xy_suggester suggester;

    xy__suggester_init(&suggester, name->value);
    for (size_t i = 0; i < defined.len; i++)
        xy__suggester_offer(&suggester, defined.items[i]);
    for (size_t i = 0; doc->schema && i < doc->schema->types.len; i++)
        xy__suggester_offer(&suggester, doc->schema->types.items[i]->name);
    xy__doc_report(doc, &name->node, "Cannot extend type \"%.*s\" because it is not defined.%.*s",
                   XY_PRI(name->value), XY_PRI(xy__doc_suggestion(doc, &suggester)));
}

static void report_kind(xy_doc_context *doc, const xy_ast_type_definition *node,
                        const xy_ast_type_definition *definition)
{
    xy_error *error = xy__doc_report(
        doc, definition ? &definition->node : &node->node, "Cannot extend non-%s type \"%.*s\".",
        kind_texts[xy__kind_type_kind(node->node.kind)], XY_PRI(node->name->value));

    if (definition)
        xy__doc_locate(doc, error, &node->node);
}

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    xy_doc_context *doc = ((state *)arg)->doc;
    const xy_ast_type_definition *node = (const xy_ast_type_definition *)at->node;
    const xy_ast_type_definition *definition = xy__doc_type_definition(doc, node->name->value);
    const xy_type *type = doc->schema ? xy__schema_type(doc->schema, node->name->value) : NULL;
    xy_type_kind kind;

    if (!definition && !type) {
        report_unknown(doc, node->name);
        return xy__doc_next(doc);
    }
    kind = definition ? xy__kind_type_kind(definition->node.kind) : type->kind;
    if (kind != xy__kind_type_kind(node->node.kind))
        report_kind(doc, node, definition);
    return xy__doc_next(doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(SCALAR_TYPE_EXTENSION) | XY_KIND_BIT(OBJECT_TYPE_EXTENSION) |
         XY_KIND_BIT(INTERFACE_TYPE_EXTENSION) | XY_KIND_BIT(UNION_TYPE_EXTENSION) |
         XY_KIND_BIT(ENUM_TYPE_EXTENSION) | XY_KIND_BIT(INPUT_OBJECT_TYPE_EXTENSION),
     enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__sdl_rule_possible_type_extensions = {
    "PossibleTypeExtensions",
    sizeof(state),
    visitor,
};
