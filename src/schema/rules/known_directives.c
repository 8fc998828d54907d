/* SPDX-License-Identifier: MIT */
/* KnownDirectives: a directive exists and may stand where it is (spec 5.7.1, 5.7.2). */
#include "schema/doc_rule.h"

typedef struct state {
    xy_doc_context *doc;
} state;

static bool may_stand(xy_known_directive known, const char *location)
{
    if (known.definition) {
        for (size_t i = 0; i < known.definition->locations.len; i++)
            if (xy_str_is(known.definition->locations.items[i]->value, location))
                return true;
        return false;
    }
    for (size_t i = 0; i < known.directive->locations.len; i++)
        if (strcmp(known.directive->locations.items[i], location) == 0)
            return true;
    return false;
}

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    xy_doc_context *doc = ((state *)arg)->doc;
    xy_str name = ((const xy_ast_directive *)at->node)->name->value;
    xy_known_directive known = xy__doc_directive(doc, name);
    const char *location = xy__directive_location(at);

    if (!known.definition && !known.directive)
        xy__doc_report(doc, at->node, "Unknown directive \"@%.*s\".", XY_PRI(name));
    else if (location && !may_stand(known, location))
        xy__doc_report(doc, at->node, "Directive \"@%.*s\" may not be used on %s.", XY_PRI(name),
                       location);
    return xy__doc_next(doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(DIRECTIVE), enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__doc_rule_known_directives = {"KnownDirectives", sizeof(state), visitor};
