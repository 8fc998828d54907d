/* SPDX-License-Identifier: MIT */
/* Nothing in a subscription is deferred or streamed, unless a condition may forbid it. */
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

/* May @skip or @include leave the selection out? */
static bool may_be_left_out(const xy_node *selection)
{
    const xy_ast_directive *skip = xy__selection_directive(selection, "skip");
    const xy_ast_directive *include = xy__selection_directive(selection, "include");
    const xy_ast_value *condition;

    if (skip && !xy__value_is_boolean(xy__directive_argument(skip, "if"), false))
        return true;
    condition = include ? xy__directive_argument(include, "if") : NULL;
    return condition && !xy__value_is_boolean(condition, true);
}

static bool may_be_off(const xy_ast_directive *directive)
{
    const xy_ast_value *condition = xy__directive_argument(directive, "if");

    return xy__value_is_boolean(condition, false) ||
           (condition && condition->node.kind == XY_KIND_VARIABLE);
}

/* Locations: the directive, then the spreads that lead to it, innermost first. */
static void report(state *s, const xy_selection_walk *walk, const xy_ast_directive *directive)
{
    xy_str name = directive->name->value;
    xy_error *error = xy__validation_report(
        s->v, &directive->node,
        "%s directive not supported on subscription operations. Disable `@%.*s` by setting the "
        "`if` argument to `false`.",
        xy_str_is(name, "defer") ? "Defer" : "Stream", XY_PRI(name));

    for (size_t i = walk->levels.len; i-- > 0;) {
        const xy_node *owner = walk->levels.items[i].owner;

        if (owner && owner->kind == XY_KIND_FRAGMENT_SPREAD)
            xy__validation_also_at(s->v, error, owner);
    }
}

/* Returns whether there was nothing to report. */
static bool check_directives(state *s, const xy_selection_walk *walk, const xy_node *selection)
{
    xy_ast_directives directives = xy__node_directives(selection);
    bool clean = true;

    for (size_t i = 0; i < directives.len && !s->v->doc.full; i++) {
        const xy_ast_directive *directive = directives.items[i];
        xy_str name = directive->name->value;

        if ((!xy_str_is(name, "defer") && !xy_str_is(name, "stream")) || may_be_off(directive))
            continue;
        report(s, walk, directive);
        clean = false;
    }
    return clean;
}

/* What is below a selection and not yet known to be clean. */
static const xy_ast_selection_set *below(state *s, const xy_node *selection)
{
    xy_definition *fragment;
    xy_str name;

    if (selection->kind != XY_KIND_FRAGMENT_SPREAD)
        return xy__selection_below(selection);
    name = ((const xy_ast_fragment_spread *)(const void *)selection)->name->value;
    fragment = xy__definitions_fragment(&s->v->definitions, name);
    if (!fragment || s->visited[fragment->index] || s->clean[fragment->index])
        return NULL;
    s->visited[fragment->index] = true;
    *xy_vec_push(s->v->arena, &s->fragments) = fragment;
    return fragment->selection_set;
}

static bool check_operation(state *s, const xy_ast_operation *operation)
{
    const xy_ast_selection_set *set;
    const xy_node *selection;
    xy_selection_walk walk;
    bool clean = true;

    xy__selection_walk_init(&walk, s->v->arena, operation->selection_set);
    while ((selection = xy__selection_walk_next(&walk)) && xy__validation_spend(s->v, 1)) {
        if (may_be_left_out(selection))
            continue;
        clean &= check_directives(s, &walk, selection);
        set = below(s, selection);
        if (set)
            xy__selection_walk_into(&walk, selection, set);
    }
    return clean;
}

static xy_visit_next enter_operation(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    const xy_ast_operation *operation = (const void *)at->node;
    bool clean;

    if (operation->operation != XY_OPERATION_SUBSCRIPTION)
        return XY_VISIT_ON;
    clean = check_operation(s, operation);
    for (size_t i = 0; i < s->fragments.len; i++) {
        s->visited[s->fragments.items[i]->index] = false;
        s->clean[s->fragments.items[i]->index] |= clean;
    }
    s->fragments.len = 0;
    return xy__validation_next(s->v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL}, {0}};
const xy_rule xy__rule_defer_stream_directive_on_valid_operations = {
    "DeferStreamDirectiveOnValidOperations", sizeof(state), init, visitor};
