/* SPDX-License-Identifier: MIT */
/* No introspection goes through more than two nested lists: their sizes multiply. */
#include "validation/context.h"
#include "validation/selection_walk.h"

#define LISTS_MAX 3u /* nested so deep is too deep */

/* A fragment was searched from so many lists deep, by a search that found nothing. */
typedef struct mark {
    size_t search;
    unsigned depth;
} mark;

typedef struct state {
    xy_validation *v;
    mark *marks;   /* by index of a fragment */
    size_t search; /* number of the current series; one that finds something ends it */
} state;

static void init(void *arg)
{
    state *s = arg;

    s->marks = XY_ARENA_ARRAY(s->v->arena, mark, s->v->definitions.len);
    s->search = 1;
}

static bool is_list(xy_str field)
{
    return xy_str_is(field, "fields") || xy_str_is(field, "interfaces") ||
           xy_str_is(field, "possibleTypes") || xy_str_is(field, "inputFields");
}

/* What is to search below a selection that is `depth` lists deep; NULL when nothing is. */
static const xy_ast_selection_set *below(state *s, const xy_node *selection, unsigned depth)
{
    const xy_definition *fragment;
    mark *known;
    xy_str name;

    if (selection->kind != XY_KIND_FRAGMENT_SPREAD)
        return xy__selection_below(selection);
    name = ((const xy_ast_fragment_spread *)(const void *)selection)->name->value;
    fragment = xy__definitions_fragment(&s->v->definitions, name);
    if (!fragment)
        return NULL;
    known = &s->marks[fragment->index];
    if (known->search == s->search && known->depth >= depth)
        return NULL;
    *known = (mark){.search = s->search, .depth = depth};
    return fragment->selection_set;
}

static bool is_too_deep(state *s, const xy_ast_selection_set *set)
{
    xy_selection_walk walk;
    const xy_node *selection;

    if (!set)
        return false;
    xy__selection_walk_init(&walk, s->v->arena, set);
    while ((selection = xy__selection_walk_next(&walk)) && xy__validation_spend(s->v, 1)) {
        unsigned depth = xy__selection_walk_level(&walk)->depth;
        const xy_ast_selection_set *next;

        if (selection->kind == XY_KIND_FIELD &&
            is_list(((const xy_ast_field *)(const void *)selection)->name->value)) {
            if (++depth >= LISTS_MAX)
                return true;
        }
        next = below(s, selection, depth);
        if (next)
            xy__selection_walk_into(&walk, selection, next)->depth = depth;
    }
    return false;
}

static xy_visit_next enter_field(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    const xy_ast_field *field = (const void *)at->node;

    if (!xy_str_is(field->name->value, "__schema") && !xy_str_is(field->name->value, "__type"))
        return XY_VISIT_ON;
    if (!is_too_deep(s, field->selection_set))
        return xy__validation_next(s->v);
    s->search++;
    xy__validation_report(s->v, at->node, "Maximum introspection depth exceeded");
    return xy__validation_skip(s->v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(FIELD), enter_field, NULL}, {0}};
const xy_rule xy__rule_max_introspection_depth = {"MaxIntrospectionDepth", sizeof(state), init,
                                                  visitor};
