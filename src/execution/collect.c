/* SPDX-License-Identifier: MIT */
/* The walk keeps its own stack: spreads may nest as deep as a document has fragments. Each
 * fragment is spread once a collection, so cycles end. */
#include "execution/collect.h"

void xy__collector_init(xy_collector *collector, xy_arena *scratch, const xy_plans *plans,
                        const uint8_t *conditions)
{
    size_t fragments = plans->document->fragments.len;

    *collector = (xy_collector){.plans = plans, .conditions = conditions, .scratch = scratch};
    collector->visited = XY_ARENA_ARRAY(scratch, uint32_t, fragments ? fragments : 1);
}

void xy__collector_start(xy_collector *collector, const xy_type *type)
{
    collector->type = type;
    collector->number++;
    collector->nodes.len = 0;
    collector->bad_condition = NULL;
}

static xy_condition variable_condition(const xy_collector *c, xy_str name)
{
    for (size_t i = 0; i < c->plans->document->condition_count; i++)
        if (xy_str_eq(c->plans->document->conditions[i], name))
            return (xy_condition)c->conditions[i];
    return XY_CONDITION_BAD;
}

/* The argument `if`. */
static xy_condition condition_of(const xy_collector *c, const xy_ast_directive *directive)
{
    const xy_ast_arguments *arguments = &directive->arguments;

    for (size_t i = 0; i < arguments->len; i++) {
        const xy_ast_value *value = arguments->items[i]->value;

        if (!xy_str_is(arguments->items[i]->name->value, "if"))
            continue;
        if (value->node.kind == XY_KIND_BOOLEAN_VALUE)
            return value->boolean ? XY_CONDITION_TRUE : XY_CONDITION_FALSE;
        if (value->node.kind == XY_KIND_VARIABLE)
            return variable_condition(c, value->text);
        return XY_CONDITION_BAD;
    }
    return XY_CONDITION_BAD;
}

/* Does `directive` (NULL: absent) leave its node out, which it does when its condition is
 * `when`? Notes a bad condition. */
static bool leaves_out(xy_collector *c, const xy_ast_directive *directive, xy_condition when)
{
    xy_condition condition;

    if (!directive)
        return false;
    condition = condition_of(c, directive);
    if (condition == XY_CONDITION_BAD && !c->bad_condition)
        c->bad_condition = directive;
    return condition == when || condition == XY_CONDITION_BAD;
}

/* Spec 6.3.2: what @skip and @include say. */
static bool is_included(xy_collector *c, const xy_ast_directives *directives)
{
    if (directives->len == 0)
        return true;
    return !leaves_out(c, xy__directive_find(directives, XY_STR("skip")), XY_CONDITION_TRUE) &&
           !leaves_out(c, xy__directive_find(directives, XY_STR("include")), XY_CONDITION_FALSE);
}

/* Spec 6.3.2 DoesFragmentTypeApply. */
static bool type_applies(const xy_collector *c, const xy_type *condition)
{
    if (!condition)
        return false;
    return condition == c->type ||
           (xy__type_is_abstract(condition) && xy__type_is_possible(condition, c->type));
}

static void enter_set(xy_collector *c, const xy_ast_selection_set *set)
{
    *xy_vec_push(c->scratch, &c->stack) = (xy_collect_step){.set = set};
}

static void visit_inline_fragment(xy_collector *c, const xy_ast_inline_fragment *fragment)
{
    const xy_ast_type *condition = fragment->type_condition;

    if (!is_included(c, &fragment->directives))
        return;
    if (condition &&
        !type_applies(c, xy__schema_type(c->plans->document->schema, condition->name->value)))
        return;
    enter_set(c, fragment->selection_set);
}

static void visit_spread(xy_collector *c, const xy_ast_fragment_spread *spread)
{
    const xy_plan_fragment *fragment;

    if (!is_included(c, &spread->directives))
        return;
    fragment = xy__map_get(&c->plans->document->fragments, spread->name->value);
    if (!fragment || !type_applies(c, fragment->on) || c->visited[fragment->index] == c->number)
        return;
    c->visited[fragment->index] = c->number;
    enter_set(c, fragment->ast->selection_set);
}

static void visit_selection(xy_collector *c, const xy_node *selection)
{
    if (selection->kind == XY_KIND_INLINE_FRAGMENT) {
        visit_inline_fragment(c, (const xy_ast_inline_fragment *)selection);
    } else if (selection->kind == XY_KIND_FRAGMENT_SPREAD) {
        visit_spread(c, (const xy_ast_fragment_spread *)selection);
    } else {
        const xy_ast_field *field = (const xy_ast_field *)selection;

        if (is_included(c, &field->directives))
            *xy_vec_push(c->scratch, &c->nodes) = field;
    }
}

/* Spec 6.3.2 CollectFields */
bool xy__collect_fields(xy_collector *c, const xy_ast_selection_set *set)
{
    c->stack.len = 0;
    enter_set(c, set);
    while (c->stack.len > 0) {
        xy_collect_step *step = &c->stack.items[c->stack.len - 1];

        if (step->next == step->set->selections.len) {
            c->stack.len--;
            continue;
        }
        if (++c->steps > c->steps_max)
            return false;
        visit_selection(c, step->set->selections.items[step->next++]);
    }
    return true;
}
