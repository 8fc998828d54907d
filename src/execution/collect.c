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
    collector->usages_of.len = 0;
    collector->usages.len = 0;
    collector->spreads.len = 0;
    collector->bad_condition = NULL;
}

void xy__collector_defer(xy_collector *collector, xy_arena *kept)
{
    collector->defers = true;
    collector->kept = kept;
}

static void note_bad(xy_collector *c, const xy_ast_directive *directive, xy_condition condition)
{
    if (condition == XY_CONDITION_BAD && !c->bad_condition)
        c->bad_condition = directive;
}

/* Does `directive` (NULL: absent) leave its node out, which it does when its condition is
 * `when`? Notes a bad condition. */
static bool leaves_out(xy_collector *c, const xy_ast_directive *directive, xy_condition when)
{
    xy_condition condition;

    if (!directive)
        return false;
    condition = xy__plan_condition(c->plans, c->conditions, directive);
    if (condition == XY_CONDITION_ABSENT)
        condition = XY_CONDITION_BAD;
    note_bad(c, directive, condition);
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

static void enter_set(xy_collector *c, const xy_ast_selection_set *set, const xy_defer_usage *usage)
{
    *xy_vec_push(c->scratch, &c->stack) = (xy_collect_step){.set = set, .usage = usage};
}

/* ---- @defer ---- */

static const xy_ast_value *label_node(const xy_ast_directive *directive)
{
    for (size_t i = 0; i < directive->arguments.len; i++)
        if (xy_str_is(directive->arguments.items[i]->name->value, "label"))
            return directive->arguments.items[i]->value;
    return NULL;
}

static xy_str label_of(const xy_ast_directive *directive)
{
    const xy_ast_value *label = label_node(directive);

    return label && label->node.kind == XY_KIND_STRING_VALUE ? label->text : XY_STR_NULL;
}

/* One that validation refuses. */
static bool has_bad_label(const xy_ast_directive *directive)
{
    const xy_ast_value *label = label_node(directive);

    return label && label->node.kind != XY_KIND_STRING_VALUE &&
           label->node.kind != XY_KIND_NULL_VALUE && label->node.kind != XY_KIND_VARIABLE;
}

/* The @defer among `directives`, if it is in force. Where nothing is deferred its arguments have to
 * make sense all the same. */
static const xy_ast_directive *find_defer(xy_collector *c, const xy_ast_directives *directives)
{
    const xy_ast_directive *directive;
    xy_condition condition;

    if (c->plans->incremental_count == 0 || directives->len == 0)
        return NULL;
    directive = xy__directive_find(directives, XY_STR("defer"));
    if (!directive)
        return NULL;
    condition = xy__plan_condition(c->plans, c->conditions, directive);
    if (has_bad_label(directive))
        condition = XY_CONDITION_BAD;
    note_bad(c, directive, condition);
    if (!c->defers || condition == XY_CONDITION_FALSE || condition == XY_CONDITION_BAD)
        return NULL;
    return directive;
}

/* What leads beneath a fragment with `defer` (NULL: none), reached by `usage`. */
static const xy_defer_usage *use(xy_collector *c, const xy_ast_directive *defer,
                                 const xy_defer_usage *usage)
{
    xy_defer_usage *made;

    if (!defer)
        return usage;
    made = XY_ARENA_NEW(c->kept, xy_defer_usage);
    made->directive = defer;
    made->parent = usage;
    made->label = label_of(defer);
    made->index = (uint32_t)c->usages.len;
    *xy_vec_push(c->scratch, &c->usages) = made;
    return made;
}

/* A fragment is spread once a collection, or once for each @defer that leads there before it is
 * spread without one. */
static bool is_spread(xy_collector *c, uint32_t fragment, const xy_ast_directive *directive)
{
    if (c->visited[fragment] == c->number)
        return true;
    if (!directive) {
        c->visited[fragment] = c->number;
        return false;
    }
    for (size_t i = 0; i < c->spreads.len; i++)
        if (c->spreads.items[i].fragment == fragment && c->spreads.items[i].directive == directive)
            return true;
    *xy_vec_push(c->scratch, &c->spreads) = (xy_deferred_spread){fragment, directive};
    return false;
}

/* ---- the walk ---- */

static void visit_inline_fragment(xy_collector *c, const xy_ast_inline_fragment *fragment,
                                  const xy_defer_usage *usage)
{
    const xy_ast_type *condition = fragment->type_condition;

    if (!is_included(c, &fragment->directives))
        return;
    if (condition &&
        !type_applies(c, xy__schema_type(c->plans->document->schema, condition->name->value)))
        return;
    enter_set(c, fragment->selection_set, use(c, find_defer(c, &fragment->directives), usage));
}

static void visit_spread(xy_collector *c, const xy_ast_fragment_spread *spread,
                         const xy_defer_usage *usage)
{
    const xy_plan_fragment *fragment;
    const xy_ast_directive *defer;

    if (!is_included(c, &spread->directives))
        return;
    fragment = xy__map_get(&c->plans->document->fragments, spread->name->value);
    if (!fragment || !type_applies(c, fragment->on))
        return;
    defer = find_defer(c, &spread->directives);
    if (is_spread(c, fragment->index, defer ? defer : usage ? usage->directive : NULL))
        return;
    enter_set(c, fragment->ast->selection_set, use(c, defer, usage));
}

static void visit_field(xy_collector *c, const xy_ast_field *field, const xy_defer_usage *usage)
{
    if (!is_included(c, &field->directives))
        return;
    *xy_vec_push(c->scratch, &c->nodes) = field;
    if (c->defers)
        *xy_vec_push(c->scratch, &c->usages_of) = usage;
}

static void visit_selection(xy_collector *c, const xy_node *selection, const xy_defer_usage *usage)
{
    if (selection->kind == XY_KIND_INLINE_FRAGMENT) {
        visit_inline_fragment(c, (const xy_ast_inline_fragment *)selection, usage);
    } else if (selection->kind == XY_KIND_FRAGMENT_SPREAD) {
        visit_spread(c, (const xy_ast_fragment_spread *)selection, usage);
    } else {
        visit_field(c, (const xy_ast_field *)selection, usage);
    }
}

/* Spec 6.3.2 CollectFields */
bool xy__collect_fields(xy_collector *c, const xy_ast_selection_set *set,
                        const xy_defer_usage *usage)
{
    c->stack.len = 0;
    enter_set(c, set, usage);
    while (c->stack.len > 0) {
        xy_collect_step *step = &c->stack.items[c->stack.len - 1];

        if (step->next == step->set->selections.len) {
            c->stack.len--;
            continue;
        }
        if (++c->steps > c->steps_max)
            return false;
        visit_selection(c, step->set->selections.items[step->next++], step->usage);
    }
    return true;
}
