/* SPDX-License-Identifier: MIT */
/* From collected nodes to selections: a field whose type is an object waits on a list until its
 * own selection is made or found. Nothing here recurses, and a document with cycles, which
 * validation refuses, would only make a plan with cycles. */
#include "execution/plan.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "execution/planner.h"

/* Many documents are small, and a plan of theirs lasts as long as they do. */
#define ARENA_FIRST 1024u

/* What makes two selections the same: their type, their nodes in order, and what leads there. */
static xy_str identity(xy_planner *p, const xy_planned_nodes *nodes)
{
    size_t count = nodes->len;
    size_t room = 2 + 2 * count + nodes->within.len;
    const void **words = xy__arena_alloc(&p->temp, room * sizeof *words);
    size_t len = 0;

    words[len++] = nodes->type;
    /* No two keys of one length are of both kinds: a usage is no syntax node. */
    for (size_t i = 0; i < count; i++)
        words[len++] = nodes->items[i];
    for (size_t i = 0; nodes->usages && i < count; i++)
        words[len++] = nodes->usages[i];
    for (size_t i = 0; i < nodes->within.len; i++)
        words[len++] = nodes->within.items[i];
    return (xy_str){(const char *)words, len * sizeof *words};
}

const xy_selection *xy__plan_intern(xy_planner *p, const xy_planned_nodes *nodes)
{
    xy_selection *selection;
    xy_str key;

    if (!p->repeats)
        return xy__plan_fields(p, nodes);
    key = identity(p, nodes);
    selection = xy__map_get(&p->plan->selections, key);
    if (!selection) {
        selection = xy__plan_fields(p, nodes);
        xy__map_put(&p->plan->selections, xy__arena_str(&p->plan->arena, key), selection);
    }
    return selection;
}

static const xy_selection *plan_bad_condition(const xy_planner *p)
{
    xy_selection *selection = XY_ARENA_NEW(&p->plan->arena, xy_selection);

    selection->type = p->collector.type;
    selection->bad_condition = p->collector.bad_condition;
    return selection;
}

/* The selection of what the collector holds. */
static const xy_selection *select_collected(xy_planner *p, xy_defer_set within)
{
    const xy_collector *c = &p->collector;
    const xy_planned_nodes nodes = {
        .type = c->type,
        .items = c->nodes.items,
        .usages = c->defers ? c->usages_of.items : NULL,
        .len = c->nodes.len,
        .within = within,
    };

    xy__arena_reset(&p->temp);
    if (c->bad_condition)
        return plan_bad_condition(p);
    return c->defers ? xy__plan_deferral(p, &nodes) : xy__plan_intern(p, &nodes);
}

static bool is_over(const xy_planner *p)
{
    return p->plan->over || xy__arena_over(&p->plan->arena);
}

/* Spec 6.3.4 MergeSelectionSets: what the nodes of `field` select of an object type. NULL when a
 * limit is passed. */
static const xy_selection *select_beneath(xy_planner *p, const xy_plan_field *field,
                                          const xy_type *type)
{
    const xy_plan_increments *increments = field->increments;
    const xy_defer_usage *const *usages = increments ? increments->usages : NULL;

    xy__collector_start(&p->collector, type);
    for (size_t i = 0; i < field->nodes.len; i++)
        if (field->nodes.items[i]->selection_set &&
            !xy__collect_fields(&p->collector, field->nodes.items[i]->selection_set,
                                usages ? usages[i] : NULL))
            return NULL;
    return is_over(p) ? NULL
                      : select_collected(p, increments ? increments->within : (xy_defer_set){0});
}

static bool plan_waiting(xy_planner *p)
{
    while (p->waiting.len > 0) {
        xy_plan_field *field = p->waiting.items[--p->waiting.len];

        field->selection = select_beneath(p, field, field->field->type->named);
        if (!field->selection)
            return false;
    }
    return !is_over(p);
}

static void planner_init(xy_planner *p, xy_plan *plan)
{
    *p = (xy_planner){.plan = plan, .schema = plan->plans->document->schema};
    p->repeats = plan->plans->document->fragments.len > 0;
    xy__arena_init(&p->scratch, XY_PLAN_BYTES_MAX);
    xy__arena_init(&p->temp, XY_PLAN_BYTES_MAX);
    xy__collector_init(&p->collector, &p->scratch, plan->plans, plan->conditions);
    if (plan->delivery != XY_DELIVER_WHOLE)
        xy__collector_defer(&p->collector, &plan->arena);
    p->collector.steps = plan->steps;
    p->collector.steps_max = XY_PLAN_STEPS_MAX;
}

static void planner_deinit(xy_planner *p)
{
    p->plan->steps = p->collector.steps;
    xy__arena_deinit(&p->scratch);
    xy__arena_deinit(&p->temp);
}

static int plan_root(xy_plan *plan)
{
    const xy_ast_operation *ast = plan->plans->ast;
    xy_planner p;
    bool fits = true;

    if (!plan->plans->type)
        return XY_OK;
    planner_init(&p, plan);
    xy__collector_start(&p.collector, plan->plans->type);
    fits = xy__collect_fields(&p.collector, ast->selection_set, NULL);
    if (fits) {
        plan->root = select_collected(&p, (xy_defer_set){0});
        fits = plan_waiting(&p);
    }
    planner_deinit(&p);
    plan->over = !fits;
    return fits ? XY_OK : XY_ELIMIT;
}

static const xy_selection *find_planned(const xy_planned_type *planned, const xy_type *type)
{
    for (; planned; planned = planned->next)
        if (planned->selection->type == type)
            return planned->selection;
    return NULL;
}

/* Under the plan's lock. */
static const xy_selection *plan_type(xy_plan *plan, xy_plan_field *field, const xy_type *type)
{
    xy_planned_type *first = atomic_load_explicit(&field->by_type, memory_order_relaxed);
    const xy_selection *selection = find_planned(first, type);
    xy_planned_type *planned;
    xy_planner p;

    if (selection || plan->over)
        return selection;
    planner_init(&p, plan);
    p.repeats = true;
    selection = select_beneath(&p, field, type);
    /* What a limit cut short stays behind unpublished, and nobody plans here again. */
    plan->over = !selection || !plan_waiting(&p);
    planner_deinit(&p);
    if (plan->over)
        return NULL;
    planned = XY_ARENA_NEW(&plan->arena, xy_planned_type);
    planned->selection = selection;
    planned->next = first;
    atomic_store_explicit(&field->by_type, planned, memory_order_release);
    return selection;
}

const xy_selection *xy__plan_selection(xy_plan *plan, xy_plan_field *field, const xy_type *type)
{
    const xy_selection *selection =
        find_planned(atomic_load_explicit(&field->by_type, memory_order_acquire), type);
    size_t held;

    if (selection)
        return selection;
    uv_mutex_lock(&plan->lock);
    held = plan->arena.held;
    selection = plan_type(plan, field, type);
    if (plan->kept)
        atomic_fetch_add(&plan->plans->document->plan_bytes, plan->arena.held - held);
    uv_mutex_unlock(&plan->lock);
    return selection;
}

int xy__plan_create(const xy_plans *plans, const uint8_t *conditions, xy_delivery delivery,
                    xy_plan **out)
{
    xy_plan *plan = xy__zalloc(sizeof *plan);
    uint8_t *own;
    int rc;

    plan->plans = plans;
    plan->delivery = delivery;
    xy__arena_init_small(&plan->arena, XY_PLAN_BYTES_MAX, ARENA_FIRST);
    xy__map_init(&plan->selections, &plan->arena);
    XY_ASSERT(uv_mutex_init(&plan->lock) == 0);
    own = xy__arena_alloc(&plan->arena, plans->document->condition_count + 1);
    memcpy(own, conditions, plans->document->condition_count);
    plan->conditions = own;
    rc = plan_root(plan);
    if (rc < 0) {
        xy__plan_destroy(plan);
        return rc;
    }
    *out = plan;
    return XY_OK;
}

void xy__plan_destroy(xy_plan *plan)
{
    uv_mutex_destroy(&plan->lock);
    xy__arena_deinit(&plan->arena);
    free(plan);
}
