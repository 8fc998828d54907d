/* SPDX-License-Identifier: MIT */
/* UniqueArgumentNames: an argument is given once (spec 5.4.2). */
#include "schema/doc_rule.h"

typedef struct state {
    xy_doc_context *doc;
} state;

static xy_error *report(xy_doc_context *doc, const xy_ast_name *first, const void *arg)
{
    (void)arg;
    return xy__doc_report(doc, &first->node, "There can be only one argument named \"%.*s\".",
                          XY_PRI(first->value));
}

static xy_visit_next check(xy_doc_context *doc, const xy_ast_arguments *arguments)
{
    xy_ast_name **names;

    if (arguments->len < 2)
        return XY_VISIT_ON;
    names = XY_ARENA_ARRAY(doc->arena, xy_ast_name *, arguments->len);
    for (size_t i = 0; i < arguments->len; i++)
        names[i] = arguments->items[i]->name;
    xy__doc_unique_names(doc, names, arguments->len, report, NULL);
    return xy__doc_next(doc);
}

static xy_visit_next enter_field(void *arg, const xy_visit_at *at)
{
    return check(((state *)arg)->doc, &((const xy_ast_field *)at->node)->arguments);
}

static xy_visit_next enter_directive(void *arg, const xy_visit_at *at)
{
    return check(((state *)arg)->doc, &((const xy_ast_directive *)at->node)->arguments);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(FIELD), enter_field, NULL},
    {XY_KIND_BIT(DIRECTIVE), enter_directive, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__doc_rule_unique_argument_names = {
    "UniqueArgumentNames",
    sizeof(state),
    visitor,
};
