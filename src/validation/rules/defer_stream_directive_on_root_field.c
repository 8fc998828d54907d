/* SPDX-License-Identifier: MIT */
/* Nothing at the root of a mutation or subscription is deferred or streamed. */
#include "validation/context.h"
#include "validation/selection_walk.h"

typedef struct state {
    xy_validation *v;
    bool *clean;        /* by index of a fragment: nothing to report in it, nor beyond */
    bool *visited;      /* by the current operation's walk */
    xy_reach fragments; /* that are visited */
} state;

static void init(void *arg)
{
    state *s = arg;

    s->clean = XY_ARENA_ARRAY(s->v->arena, bool, s->v->definitions.len);
    s->visited = XY_ARENA_ARRAY(s->v->arena, bool, s->v->definitions.len);
}

/* Reports a field that is streamed or a fragment that is deferred; returns whether it is not. */
static bool check(state *s, const xy_node *selection, const xy_ast_operation *operation)
{
    bool is_defer = selection->kind != XY_KIND_FIELD;
    const xy_ast_directive *found =
        xy__selection_directive(selection, is_defer ? "defer" : "stream");
    const xy_type *root = xy__type_info_type(&s->v->types);

    if (!found)
        return true;
    xy__validation_report(s->v, &found->node,
                          "%s directive cannot be used on root %s type \"%.*s\".",
                          is_defer ? "Defer" : "Stream",
                          xy__operation_type_name(operation->operation), XY_PRI(root->name));
    return false;
}

/* The fragment of a spread that this operation's walk sees for the first time. */
static xy_definition *first_visit(state *s, const xy_node *spread)
{
    xy_str name = ((const xy_ast_fragment_spread *)(const void *)spread)->name->value;
    xy_definition *fragment = xy__definitions_fragment(&s->v->definitions, name);

    if (!fragment || s->visited[fragment->index])
        return NULL;
    s->visited[fragment->index] = true;
    *xy_vec_push(s->v->arena, &s->fragments) = fragment;
    return fragment;
}

/* Returns whether there was nothing to report. */
static bool check_root(state *s, const xy_ast_operation *operation)
{
    xy_selection_walk walk;
    const xy_node *selection;
    const xy_definition *fragment;
    bool clean = true;

    xy__selection_walk_init(&walk, s->v->arena, operation->selection_set);
    while ((selection = xy__selection_walk_next(&walk)) && xy__validation_spend(s->v, 1)) {
        if (selection->kind == XY_KIND_FIELD) {
            clean &= check(s, selection, operation);
        } else if (selection->kind == XY_KIND_INLINE_FRAGMENT) {
            clean &= check(s, selection, operation);
            xy__selection_walk_into(&walk, selection, xy__selection_below(selection));
        } else if ((fragment = first_visit(s, selection))) {
            clean &= check(s, selection, operation);
            if (!s->clean[fragment->index])
                xy__selection_walk_into(&walk, selection, fragment->selection_set);
        }
    }
    return clean;
}

static xy_visit_next enter_operation(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    const xy_ast_operation *operation = (const void *)at->node;
    bool clean;

    if (operation->operation == XY_OPERATION_QUERY || !xy__type_info_type(&s->v->types))
        return XY_VISIT_ON;
    clean = check_root(s, operation);
    for (size_t i = 0; i < s->fragments.len; i++) {
        s->visited[s->fragments.items[i]->index] = false;
        s->clean[s->fragments.items[i]->index] |= clean;
    }
    s->fragments.len = 0;
    return xy__validation_next(s->v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL}, {0}};
const xy_rule xy__rule_defer_stream_directive_on_root_field = {"DeferStreamDirectiveOnRootField",
                                                               sizeof(state), init, visitor};
