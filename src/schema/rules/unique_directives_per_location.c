/* SPDX-License-Identifier: MIT */
/* UniqueDirectivesPerLocation: a directive that is not repeatable stands once at a place (spec
 * 5.7.3). A schema, a type and a directive are one place each with all their extensions. */
#include "schema/doc_rule.h"

/* Directives of one node that are compared pairwise; more go through a map. */
#define PAIRWISE_MAX 8u

typedef struct state {
    xy_doc_context *doc;
    xy_map schema;     /* directive -> its first xy_ast_directive */
    xy_map types;      /* name of a type -> such a map */
    xy_map directives; /* name of a directive -> such a map */
} state;

static bool is_unique(xy_doc_context *doc, xy_str name)
{
    xy_known_directive known = xy__doc_directive(doc, name);

    if (known.definition)
        return !known.definition->repeatable;
    return known.directive && !known.directive->repeatable;
}

static void report(xy_doc_context *doc, const xy_ast_directive *first,
                   const xy_ast_directive *again)
{
    xy_error *error = xy__doc_report(
        doc, &first->node, "The directive \"@%.*s\" can only be used once at this location.",
        XY_PRI(first->name->value));

    xy__doc_locate(doc, error, &again->node);
}

static void check_pairwise(xy_doc_context *doc, xy_ast_directives list)
{
    for (size_t i = 1; i < list.len; i++) {
        size_t first = 0;

        while (!xy_str_eq(list.items[first]->name->value, list.items[i]->name->value))
            first++;
        if (first < i && is_unique(doc, list.items[i]->name->value))
            report(doc, list.items[first], list.items[i]);
    }
}

static void check_seen(xy_doc_context *doc, xy_ast_directives list, xy_map *seen)
{
    if (!seen->arena)
        xy__map_init(seen, doc->arena);
    for (size_t i = 0; i < list.len && !doc->full; i++) {
        xy_ast_directive *directive = list.items[i];
        const xy_ast_directive *first;

        if (!is_unique(doc, directive->name->value))
            continue;
        first = xy__map_get(seen, directive->name->value);
        if (first)
            report(doc, first, directive);
        else
            xy__map_put(seen, directive->name->value, directive);
    }
}

static xy_map *seen_of(xy_doc_context *doc, xy_map *places, xy_str name)
{
    xy_map *seen;

    if (!places->arena)
        xy__map_init(places, doc->arena);
    seen = xy__map_get(places, name);
    if (!seen) {
        seen = XY_ARENA_NEW(doc->arena, xy_map);
        xy__map_put(places, name, seen);
    }
    return seen;
}

static xy_visit_next enter(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    unsigned kind = at->node->kind;
    xy_ast_directives list;
    xy_map local = {0};

    /* Most nodes are fields, and most fields have none. */
    if (kind == XY_KIND_FIELD && ((const xy_ast_field *)at->node)->directives.len == 0)
        return XY_VISIT_ON;
    list = xy__node_directives(at->node);
    if (list.len == 0)
        return XY_VISIT_ON;
    if (kind == XY_KIND_SCHEMA_DEFINITION || kind == XY_KIND_SCHEMA_EXTENSION) {
        check_seen(s->doc, list, &s->schema);
    } else if (kind == XY_KIND_DIRECTIVE_DEFINITION || kind == XY_KIND_DIRECTIVE_EXTENSION) {
        xy_str name = ((const xy_ast_directive_definition *)at->node)->name->value;

        check_seen(s->doc, list, seen_of(s->doc, &s->directives, name));
    } else if (xy__kind_is_type_definition(kind) || xy__kind_is_type_extension(kind)) {
        xy_str name = ((const xy_ast_type_definition *)at->node)->name->value;

        check_seen(s->doc, list, seen_of(s->doc, &s->types, name));
    } else if (list.len <= PAIRWISE_MAX) {
        check_pairwise(s->doc, list);
    } else {
        check_seen(s->doc, list, &local);
    }
    return xy__doc_next(s->doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION) | XY_KIND_BIT(VARIABLE_DEFINITION) | XY_KIND_BIT(FIELD) |
         XY_KIND_BIT(FRAGMENT_SPREAD) | XY_KIND_BIT(INLINE_FRAGMENT) |
         XY_KIND_BIT(FRAGMENT_DEFINITION) | XY_KIND_BIT(SCHEMA_DEFINITION) |
         XY_KIND_BIT(SCALAR_TYPE_DEFINITION) | XY_KIND_BIT(OBJECT_TYPE_DEFINITION) |
         XY_KIND_BIT(FIELD_DEFINITION) | XY_KIND_BIT(INPUT_VALUE_DEFINITION) |
         XY_KIND_BIT(INTERFACE_TYPE_DEFINITION) | XY_KIND_BIT(UNION_TYPE_DEFINITION) |
         XY_KIND_BIT(ENUM_TYPE_DEFINITION) | XY_KIND_BIT(ENUM_VALUE_DEFINITION) |
         XY_KIND_BIT(INPUT_OBJECT_TYPE_DEFINITION) | XY_KIND_BIT(DIRECTIVE_DEFINITION) |
         XY_KIND_BIT(SCHEMA_EXTENSION) | XY_KIND_BIT(SCALAR_TYPE_EXTENSION) |
         XY_KIND_BIT(OBJECT_TYPE_EXTENSION) | XY_KIND_BIT(INTERFACE_TYPE_EXTENSION) |
         XY_KIND_BIT(UNION_TYPE_EXTENSION) | XY_KIND_BIT(ENUM_TYPE_EXTENSION) |
         XY_KIND_BIT(INPUT_OBJECT_TYPE_EXTENSION) | XY_KIND_BIT(DIRECTIVE_EXTENSION),
     enter, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__doc_rule_unique_directives_per_location = {
    "UniqueDirectivesPerLocation",
    sizeof(state),
    visitor,
};
