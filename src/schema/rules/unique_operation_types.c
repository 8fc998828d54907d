/* SPDX-License-Identifier: MIT */
/* UniqueOperationTypes: a schema has one root type for each kind of operation (spec 3.3.1). */
#include "schema/sdl_rules.h"

typedef struct state {
    xy_doc_context *doc;
    const xy_ast_operation_type *defined[XY_OPERATION_SUBSCRIPTION + 1];
} state;

static const xy_type *existing(const xy_schema *schema, xy_operation_type operation)
{
    if (!schema)
        return NULL;
    if (operation == XY_OPERATION_QUERY)
        return schema->query;
    return operation == XY_OPERATION_MUTATION ? schema->mutation : schema->subscription;
}

static void check(state *s, const xy_ast_operation_type *node)
{
    const xy_ast_operation_type **defined = &s->defined[node->operation];
    const char *name = xy__operation_type_name(node->operation);

    if (existing(s->doc->schema, node->operation)) {
        xy__doc_report(s->doc, &node->node,
                       "Type for %s already defined in the schema. It cannot be redefined.", name);
    } else if (*defined) {
        xy_error *error = xy__doc_report(s->doc, &(*defined)->node,
                                         "There can be only one %s type in schema.", name);

        xy__doc_locate(s->doc, error, &node->node);
    } else {
        *defined = node;
    }
}

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    const xy_ast_schema *node = (const xy_ast_schema *)at->node;

    for (size_t i = 0; i < node->operation_types.len; i++)
        check(s, node->operation_types.items[i]);
    return xy__doc_skip(s->doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(SCHEMA_DEFINITION) | XY_KIND_BIT(SCHEMA_EXTENSION), enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__sdl_rule_unique_operation_types = {
    "UniqueOperationTypes",
    sizeof(state),
    visitor,
};
