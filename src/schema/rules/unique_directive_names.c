/* SPDX-License-Identifier: MIT */
/* UniqueDirectiveNames: all directives of a schema have different names (spec 3.3). */
#include "schema/sdl_rules.h"

typedef struct state {
    xy_doc_context *doc;
    xy_map names; /* -> xy_ast_name */
} state;

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    xy_ast_name *name = ((const xy_ast_directive_definition *)at->node)->name;
    const xy_ast_name *known;

    if (!s->names.arena)
        xy__map_init(&s->names, s->doc->arena);
    known = xy__map_get(&s->names, name->value);
    if (s->doc->schema && xy__schema_directive(s->doc->schema, name->value)) {
        xy__doc_report(s->doc, &name->node,
                       "Directive \"@%.*s\" already exists in the schema. It cannot be redefined.",
                       XY_PRI(name->value));
    } else if (known) {
        xy_error *error =
            xy__doc_report(s->doc, &known->node, "There can be only one directive named \"@%.*s\".",
                           XY_PRI(name->value));

        xy__doc_locate(s->doc, error, &name->node);
    } else {
        xy__map_put(&s->names, name->value, name);
    }
    return xy__doc_skip(s->doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(DIRECTIVE_DEFINITION), enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__sdl_rule_unique_directive_names = {
    "UniqueDirectiveNames",
    sizeof(state),
    visitor,
};
