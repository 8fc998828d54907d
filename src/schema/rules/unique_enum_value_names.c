/* SPDX-License-Identifier: MIT */
/* UniqueEnumValueNames: the values of an enum have different names (spec 3.9), those of its
 * extensions included. */
#include "schema/rules/members.h"
#include "schema/sdl_rules.h"

typedef struct state {
    xy_doc_context *doc;
    xy_members members;
} state;

static bool exists(const xy_type *type, xy_str name)
{
    return type && type->kind == XY_TYPE_ENUM && xy__map_get(&type->values_by_name, name);
}

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    const xy_ast_type_definition *node = (const xy_ast_type_definition *)at->node;
    const xy_schema *schema = s->doc->schema;
    const xy_type *type = schema ? xy__schema_type(schema, node->name->value) : NULL;
    xy_map *members = xy__members_of(&s->members, s->doc->arena, node->name->value);

    for (size_t i = 0; i < node->values.len; i++) {
        xy_ast_name *name = node->values.items[i]->name;
        const xy_ast_name *known;

        if (exists(type, name->value)) {
            xy__doc_report(s->doc, &name->node,
                           "Enum value \"%.*s.%.*s\" already exists in the schema. It cannot also "
                           "be defined in this type extension.",
                           XY_PRI(node->name->value), XY_PRI(name->value));
            continue;
        }
        known = xy__members_add(members, name);
        if (known) {
            xy_error *error = xy__doc_report(s->doc, &known->node,
                                             "Enum value \"%.*s.%.*s\" can only be defined once.",
                                             XY_PRI(node->name->value), XY_PRI(name->value));

            xy__doc_locate(s->doc, error, &name->node);
        }
    }
    return xy__doc_skip(s->doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(ENUM_TYPE_DEFINITION) | XY_KIND_BIT(ENUM_TYPE_EXTENSION), enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__sdl_rule_unique_enum_value_names = {
    "UniqueEnumValueNames",
    sizeof(state),
    visitor,
};
