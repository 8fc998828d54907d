/* SPDX-License-Identifier: MIT */
/* KnownArgumentNames, as far as directives go: each argument is one of the directive's (spec
 * 5.4.1). */
#include "schema/coordinate.h"
#include "schema/doc_rule.h"

typedef struct state {
    xy_doc_context *doc;
} state;

static bool has_argument(xy_known_directive known, xy_str name)
{
    if (known.directive)
        return xy__input_values_find(&known.directive->arguments, name) != NULL;
    for (size_t i = 0; i < known.definition->arguments.len; i++)
        if (xy_str_eq(known.definition->arguments.items[i]->name->value, name))
            return true;
    return false;
}

static xy_str suggest(xy_doc_context *doc, xy_known_directive known, xy_str name)
{
    xy_suggester suggester;

    xy__suggester_init(&suggester, name);
    if (known.directive) {
        for (size_t i = 0; i < known.directive->arguments.len; i++)
            xy__suggester_offer(&suggester, known.directive->arguments.items[i]->name);
    } else {
        for (size_t i = 0; i < known.definition->arguments.len; i++)
            xy__suggester_offer(&suggester, known.definition->arguments.items[i]->name->value);
    }
    return xy__doc_suggestion(doc, &suggester);
}

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    xy_doc_context *doc = ((state *)arg)->doc;
    const xy_ast_directive *node = (const xy_ast_directive *)at->node;
    xy_known_directive known = xy__doc_directive(doc, node->name->value);

    if (!known.definition && !known.directive)
        return XY_VISIT_SKIP;
    for (size_t i = 0; i < node->arguments.len && !doc->full; i++) {
        const xy_ast_argument *argument = node->arguments.items[i];
        xy_str name = argument->name->value;
        xy_str suggestion = XY_STR("");

        if (has_argument(known, name))
            continue;
        if (!doc->hide_suggestions)
            suggestion = suggest(doc, known, name);
        xy__doc_report(doc, &argument->node,
                       "Unknown argument \"%.*s\" on directive \"@%.*s\".%.*s", XY_PRI(name),
                       XY_PRI(node->name->value), XY_PRI(suggestion));
    }
    return xy__doc_skip(doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(DIRECTIVE), enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__doc_rule_known_argument_names_on_directives = {
    "KnownArgumentNamesOnDirectives",
    sizeof(state),
    visitor,
};
