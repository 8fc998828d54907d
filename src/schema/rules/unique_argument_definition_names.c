/* SPDX-License-Identifier: MIT */
/* UniqueArgumentDefinitionNames: the arguments of a field or directive have different names
 * (spec 3.6.1, 3.13). */
#include "schema/sdl_rules.h"

typedef struct state {
    xy_doc_context *doc;
} state;

/* Whose arguments: of `field` of the type `owner`, or of the directive `owner`. */
typedef struct place {
    xy_str owner;
    xy_str field; /* null for a directive */
} place;

static xy_error *report(xy_doc_context *doc, const xy_ast_name *first, const void *arg)
{
    const place *p = arg;
    bool directive = !p->field.ptr;

    return xy__doc_report(doc, &first->node,
                          "Argument \"%s%.*s%s%.*s(%.*s:)\" can only be defined once.",
                          directive ? "@" : "", XY_PRI(p->owner), directive ? "" : ".",
                          XY_PRI(p->field), XY_PRI(first->value));
}

static void check(xy_doc_context *doc, place p, const xy_ast_input_values *arguments)
{
    xy_ast_name **names;

    if (arguments->len < 2)
        return;
    names = XY_ARENA_ARRAY(doc->arena, xy_ast_name *, arguments->len);
    for (size_t i = 0; i < arguments->len; i++)
        names[i] = arguments->items[i]->name;
    xy__doc_unique_names(doc, names, arguments->len, report, &p);
}

static xy_visit_next enter_directive(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    const xy_ast_directive_definition *node = (const xy_ast_directive_definition *)at->node;

    check(s->doc, (place){node->name->value, XY_STR_NULL}, &node->arguments);
    return xy__doc_skip(s->doc);
}

static xy_visit_next enter_type(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    const xy_ast_type_definition *node = (const xy_ast_type_definition *)at->node;

    for (size_t i = 0; i < node->fields.len; i++) {
        const xy_ast_field_definition *field = node->fields.items[i];

        check(s->doc, (place){node->name->value, field->name->value}, &field->arguments);
    }
    return xy__doc_skip(s->doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(DIRECTIVE_DEFINITION), enter_directive, NULL},
    {XY_KIND_BIT(INTERFACE_TYPE_DEFINITION) | XY_KIND_BIT(INTERFACE_TYPE_EXTENSION) |
         XY_KIND_BIT(OBJECT_TYPE_DEFINITION) | XY_KIND_BIT(OBJECT_TYPE_EXTENSION),
     enter_type, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__sdl_rule_unique_argument_definition_names = {
    "UniqueArgumentDefinitionNames",
    sizeof(state),
    visitor,
};
