/* SPDX-License-Identifier: MIT */
/* UniqueTypeNames: all types of a schema have different names (spec 3.3). */
#include "schema/sdl_rules.h"

typedef struct state {
    xy_doc_context *doc;
    xy_map names; /* -> xy_ast_name */
} state;

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    xy_ast_name *name = ((const xy_ast_type_definition *)at->node)->name;
    const xy_ast_name *known;

    if (!s->names.arena)
        xy__map_init(&s->names, s->doc->arena);
    known = xy__map_get(&s->names, name->value);
    if (s->doc->schema && xy__schema_type(s->doc->schema, name->value)) {
        xy__doc_report(s->doc, &name->node,
                       "Type \"%.*s\" already exists in the schema. It cannot also be defined in "
                       "this type definition.",
                       XY_PRI(name->value));
    } else if (known) {
        xy_error *error =
            xy__doc_report(s->doc, &known->node, "There can be only one type named \"%.*s\".",
                           XY_PRI(name->value));

        xy__doc_locate(s->doc, error, &name->node);
    } else {
        xy__map_put(&s->names, name->value, name);
    }
    return xy__doc_skip(s->doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(SCALAR_TYPE_DEFINITION) | XY_KIND_BIT(OBJECT_TYPE_DEFINITION) |
         XY_KIND_BIT(INTERFACE_TYPE_DEFINITION) | XY_KIND_BIT(UNION_TYPE_DEFINITION) |
         XY_KIND_BIT(ENUM_TYPE_DEFINITION) | XY_KIND_BIT(INPUT_OBJECT_TYPE_DEFINITION),
     enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__sdl_rule_unique_type_names = {"UniqueTypeNames", sizeof(state), visitor};
