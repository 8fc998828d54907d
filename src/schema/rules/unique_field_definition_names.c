/* SPDX-License-Identifier: MIT */
/* UniqueFieldDefinitionNames: the fields of a type have different names (spec 3.6, 3.7, 3.10),
 * those of its extensions included. */
#include "schema/rules/members.h"
#include "schema/sdl_rules.h"

typedef struct state {
    xy_doc_context *doc;
    xy_members members;
} state;

static bool exists(const xy_type *type, xy_str name)
{
    return type && (xy__map_get(&type->fields_by_name, name) ||
                    xy__map_get(&type->input_fields_by_name, name));
}

static void check(state *s, const xy_ast_type_definition *node, xy_map *members, xy_ast_name *name)
{
    const xy_schema *schema = s->doc->schema;
    const xy_ast_name *known;
    xy_error *error;

    if (schema && exists(xy__schema_type(schema, node->name->value), name->value)) {
        xy__doc_report(s->doc, &name->node,
                       "Field \"%.*s.%.*s\" already exists in the schema. It cannot also be "
                       "defined in this type extension.",
                       XY_PRI(node->name->value), XY_PRI(name->value));
        return;
    }
    known = xy__members_add(members, name);
    if (!known)
        return;
    error = xy__doc_report(s->doc, &known->node, "Field \"%.*s.%.*s\" can only be defined once.",
                           XY_PRI(node->name->value), XY_PRI(name->value));
    xy__doc_locate(s->doc, error, &name->node);
}

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    const xy_ast_type_definition *node = (const xy_ast_type_definition *)at->node;
    xy_map *members = xy__members_of(&s->members, s->doc->arena, node->name->value);

    for (size_t i = 0; i < node->fields.len; i++)
        check(s, node, members, node->fields.items[i]->name);
    for (size_t i = 0; i < node->input_fields.len; i++)
        check(s, node, members, node->input_fields.items[i]->name);
    return xy__doc_skip(s->doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(INPUT_OBJECT_TYPE_DEFINITION) | XY_KIND_BIT(INPUT_OBJECT_TYPE_EXTENSION) |
         XY_KIND_BIT(INTERFACE_TYPE_DEFINITION) | XY_KIND_BIT(INTERFACE_TYPE_EXTENSION) |
         XY_KIND_BIT(OBJECT_TYPE_DEFINITION) | XY_KIND_BIT(OBJECT_TYPE_EXTENSION),
     enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__sdl_rule_unique_field_definition_names = {
    "UniqueFieldDefinitionNames",
    sizeof(state),
    visitor,
};
