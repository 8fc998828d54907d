/* SPDX-License-Identifier: MIT */
/* KnownTypeNames: a type that is named exists (spec 3.3, 5.5.1.2). */
#include "schema/doc_rule.h"
#include "schema/introspection.h"

typedef struct state {
    xy_doc_context *doc;
} state;

/* Is the place inside a type system definition or extension? */
static bool is_sdl(const xy_visit_at *at)
{
    unsigned kind;

    while (at->up && at->up->up)
        at = at->up;
    kind = at->node->kind;
    return xy__kind_is_type_definition(kind) || xy__kind_is_type_extension(kind) ||
           kind == XY_KIND_SCHEMA_DEFINITION || kind == XY_KIND_SCHEMA_EXTENSION ||
           kind == XY_KIND_DIRECTIVE_DEFINITION || kind == XY_KIND_DIRECTIVE_EXTENSION;
}

static xy_str suggest(xy_doc_context *doc, xy_str name, bool sdl)
{
    xy_strs defined = xy__doc_type_names(doc);
    xy_suggester suggester;

    xy__suggester_init(&suggester, name);
    for (size_t i = 0; sdl && i < XY_STANDARD_TYPE_COUNT; i++)
        xy__suggester_offer(&suggester, xy__standard_type_names[i]);
    for (size_t i = 0; doc->schema && i < doc->schema->types.len; i++)
        xy__suggester_offer(&suggester, doc->schema->types.items[i]->name);
    for (size_t i = 0; i < defined.len; i++)
        xy__suggester_offer(&suggester, defined.items[i]);
    return xy__doc_suggestion(doc, &suggester);
}

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    xy_doc_context *doc = ((state *)arg)->doc;
    xy_str name = ((const xy_ast_type *)at->node)->name->value;
    bool sdl;
    xy_str suggestion = XY_STR("");

    if ((doc->schema && xy__schema_type(doc->schema, name)) || xy__doc_type_definition(doc, name))
        return XY_VISIT_ON;
    sdl = is_sdl(at);
    if (sdl && xy__is_standard_type(name))
        return XY_VISIT_ON;
    if (!doc->hide_suggestions)
        suggestion = suggest(doc, name, sdl);
    xy__doc_report(doc, at->node, "Unknown type \"%.*s\".%.*s", XY_PRI(name), XY_PRI(suggestion));
    return xy__doc_next(doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(NAMED_TYPE), enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__doc_rule_known_type_names = {"KnownTypeNames", sizeof(state), visitor};
