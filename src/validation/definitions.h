/* SPDX-License-Identifier: MIT */
/* validation/definitions.h -- the operations and fragments of a document, and what several rules
 * ask of them: which fragments they spread, directly and through others, and which variables they
 * use where. Found when first asked for, then kept. */
#ifndef XY_VALIDATION_DEFINITIONS_H
#define XY_VALIDATION_DEFINITIONS_H

#include "base/vec.h"
#include "language/visitor.h"
#include "schema/types.h"

typedef struct xy_validation xy_validation;

/* A use of a variable. */
typedef struct xy_variable_use {
    const xy_ast_value *node;
    const xy_type *type;        /* that the place expects; NULL when unknown */
    const xy_type *parent_type; /* the input type around that, if any */
    bool has_default;           /* of the place */
} xy_variable_use;

typedef struct xy_definition xy_definition;

/* Fragments that are spread from somewhere, directly or through others, each once. */
typedef XY_VEC(xy_definition *) xy_reach;

/* An operation or a fragment. */
struct xy_definition {
    const xy_node *node;
    xy_str name; /* null for an anonymous operation */
    const xy_ast_selection_set *selection_set;
    /* Of a fragment: the definition that spreads of this name mean, the last one of that name. */
    xy_definition *named;
    size_t index; /* in xy_definitions.items */

    bool spreads_known, uses_known, reach_known;
    XY_LIST_OF(const xy_ast_fragment_spread) spreads;
    struct {
        xy_variable_use *items;
        size_t len;
    } uses;
    xy_reach reach;
};

typedef struct xy_definitions {
    xy_definition *items; /* one for each definition of the document; type system ones are bare */
    size_t len;
    xy_map fragments; /* by name -> xy_definition */
    bool *seen;       /* len of them, all false but during a walk over fragments */
} xy_definitions;

void xy__definitions_init(xy_definitions *definitions, const xy_ast_document *document,
                          xy_arena *arena);

/* The fragment `name`; NULL when the document has none. */
static inline xy_definition *xy__definitions_fragment(const xy_definitions *definitions,
                                                      xy_str name)
{
    return xy__map_get(&definitions->fragments, name);
}

/* The operation or fragment at the current node, which must be one. */
static inline xy_definition *xy__definitions_at(const xy_definitions *definitions,
                                                const xy_visit_at *at)
{
    return &definitions->items[at->index];
}

/* The selection set of a field or inline fragment; NULL without, and for spreads. */
static inline const xy_ast_selection_set *xy__selection_below(const xy_node *selection)
{
    if (selection->kind == XY_KIND_FIELD)
        return ((const xy_ast_field *)(const void *)selection)->selection_set;
    if (selection->kind == XY_KIND_INLINE_FRAGMENT)
        return ((const xy_ast_inline_fragment *)(const void *)selection)->selection_set;
    return NULL;
}

/* Fill in definition->spreads: all spreads in it, but not in other fragments. First those of the
 * outermost selection set, then those of nested sets, last ones first, which is the order in which
 * graphql-js finds them. */
void xy__definition_find_spreads(xy_validation *v, xy_definition *definition);

/* Fill in definition->uses: variables in it, in document order, but not in other fragments. */
void xy__definition_find_uses(xy_validation *v, xy_definition *definition);

/* The fragments in the reach of some operations, in order of discovery, breadth first. Costs
 * work: a step a spread. When the budget is spent the list is short and `v` is over. */
void xy__definitions_find_reach(xy_validation *v, xy_definition *const *roots, size_t count,
                                xy_reach *reach);

/* A walk over the variables of an operation and of the fragments in its reach. Costs work: a step
 * a use and fragment.
 *
 *   xy_variable_uses uses;
 *   const xy_variable_use *use;
 *   xy__variable_uses_init(&uses, v, operation);
 *   while ((use = xy__variable_uses_next(&uses)))
 *       ... */
typedef struct xy_variable_uses {
    xy_validation *v;
    xy_definition *operation;
    xy_definition *current;
    size_t next_use;
    size_t next_fragment;
} xy_variable_uses;

void xy__variable_uses_init(xy_variable_uses *uses, xy_validation *v, xy_definition *operation);
const xy_variable_use *xy__variable_uses_next(xy_variable_uses *uses);

#endif
