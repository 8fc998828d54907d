/* SPDX-License-Identifier: MIT */
/* LoneSchemaDefinition: a schema is defined once (spec 3.3). */
#include "schema/sdl_rules.h"

typedef struct state {
    xy_doc_context *doc;
    size_t definitions;
} state;

static bool is_defined(const xy_schema *schema)
{
    return schema &&
           (schema->definition || schema->query || schema->mutation || schema->subscription);
}

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    state *s = arg;

    if (is_defined(s->doc->schema))
        xy__doc_report(s->doc, at->node, "Cannot define a new schema within a schema extension.");
    else if (s->definitions++ > 0)
        xy__doc_report(s->doc, at->node, "Must provide only one schema definition.");
    return xy__doc_next(s->doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(SCHEMA_DEFINITION), enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__sdl_rule_lone_schema_definition = {
    "LoneSchemaDefinition",
    sizeof(state),
    visitor,
};
