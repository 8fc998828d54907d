/* SPDX-License-Identifier: MIT */
/* The plans of one operation: one for each combination of its conditions that has come up. */
#include <stdlib.h>

#include "base/fatal.h"
#include "execution/plan.h"
#include "language/visitor.h"

typedef struct condition_names {
    xy_arena *arena;
    xy_map seen;
    XY_VEC(xy_str) list;
    bool has_increments;
} condition_names;

static void note_condition(condition_names *names, const xy_ast_value *value)
{
    if (value->node.kind != XY_KIND_VARIABLE || xy__map_get(&names->seen, value->text))
        return;
    xy__map_put(&names->seen, value->text, names);
    *xy_vec_push(names->arena, &names->list) = value->text;
}

static bool is_incremental(const xy_ast_directive *directive)
{
    return xy_str_is(directive->name->value, "defer") ||
           xy_str_is(directive->name->value, "stream");
}

static bool has_condition(const xy_ast_directive *directive)
{
    return xy_str_is(directive->name->value, "skip") ||
           xy_str_is(directive->name->value, "include") || is_incremental(directive);
}

static xy_visit_next visit_directive(void *arg, const xy_visit_at *at)
{
    const xy_ast_directive *directive = (const xy_ast_directive *)at->node;
    const xy_ast_arguments *arguments = &directive->arguments;

    if (is_incremental(directive))
        ((condition_names *)arg)->has_increments = true;
    for (size_t i = 0; i < arguments->len && has_condition(directive); i++)
        if (xy_str_is(arguments->items[i]->name->value, "if"))
            note_condition(arg, arguments->items[i]->value);
    return XY_VISIT_SKIP;
}

static const xy_visit_handler condition_visitor[] = {
    {XY_KIND_BIT(DIRECTIVE), visit_directive, NULL},
    {0, NULL, NULL},
};

/* The variables that conditions name, anywhere in the document: what an operation names itself
 * and what its fragments do is not told apart, as the others' are constantly absent in it. */
void xy__plans_conditions(xy_document *document)
{
    condition_names names = {.arena = &document->arena};

    /* No directive without an at sign: most documents have none. */
    if (!memchr(document->source.text.ptr, '@', document->source.text.len))
        return;
    xy__map_init(&names.seen, &document->arena);
    xy__visit_one(condition_visitor, &names, &document->ast->node);
    document->conditions = names.list.items;
    document->condition_count = names.list.len;
    document->has_increments = names.has_increments;
}

static xy_condition variable_condition(const xy_plans *plans, const uint8_t *conditions,
                                       xy_str name)
{
    for (size_t i = 0; i < plans->document->condition_count; i++)
        if (xy_str_eq(plans->document->conditions[i], name))
            return (xy_condition)conditions[i];
    return XY_CONDITION_ABSENT;
}

xy_condition xy__plan_condition(const xy_plans *plans, const uint8_t *conditions,
                                const xy_ast_directive *directive)
{
    const xy_ast_arguments *arguments = &directive->arguments;

    for (size_t i = 0; i < arguments->len; i++) {
        const xy_ast_value *value = arguments->items[i]->value;

        if (!xy_str_is(arguments->items[i]->name->value, "if"))
            continue;
        if (value->node.kind == XY_KIND_BOOLEAN_VALUE)
            return value->boolean ? XY_CONDITION_TRUE : XY_CONDITION_FALSE;
        if (value->node.kind == XY_KIND_VARIABLE)
            return variable_condition(plans, conditions, value->text);
        return XY_CONDITION_BAD;
    }
    return XY_CONDITION_ABSENT;
}

/* ---- @defer and @stream of an operation ---- */

typedef struct increments_finder {
    xy_document *document;
    bool *seen; /* of each fragment */
    XY_VEC(const xy_ast_fragment *) waiting;
    XY_VEC(const xy_ast_directive *) found;
} increments_finder;

static xy_visit_next find_increments(void *arg, const xy_visit_at *at)
{
    increments_finder *finder = arg;

    if (is_incremental((const xy_ast_directive *)at->node))
        *xy_vec_push(&finder->document->arena, &finder->found) = (const xy_ast_directive *)at->node;
    return XY_VISIT_SKIP;
}

static xy_visit_next find_fragment(void *arg, const xy_visit_at *at)
{
    increments_finder *finder = arg;
    xy_str name = ((const xy_ast_fragment_spread *)at->node)->name->value;
    const xy_plan_fragment *fragment = xy__map_get(&finder->document->fragments, name);

    if (!fragment || finder->seen[fragment->index])
        return XY_VISIT_ON;
    finder->seen[fragment->index] = true;
    *xy_vec_push(&finder->document->arena, &finder->waiting) = fragment->ast;
    return XY_VISIT_ON;
}

static const xy_visit_handler increments_visitor[] = {
    {XY_KIND_BIT(DIRECTIVE), find_increments, NULL},
    {XY_KIND_BIT(FRAGMENT_SPREAD), find_fragment, NULL},
    {0, NULL, NULL},
};

/* In the operation and the fragments it may spread. A live query is always whole, and so is each
 * result of a subscription. */
static void note_increments(xy_plans *plans)
{
    xy_document *document = plans->document;
    size_t fragments = document->fragments.len;
    increments_finder finder = {.document = document};

    if (!document->has_increments || plans->live ||
        plans->ast->operation == XY_OPERATION_SUBSCRIPTION)
        return;
    finder.seen = XY_ARENA_ARRAY(&document->arena, bool, fragments + 1);
    xy__visit_one(increments_visitor, &finder, &plans->ast->node);
    while (finder.waiting.len > 0)
        xy__visit_one(increments_visitor, &finder,
                      &finder.waiting.items[--finder.waiting.len]->node);
    plans->incremental = finder.found.items;
    plans->incremental_count = finder.found.len;
}

bool xy__plan_is_incremental(const xy_plan *plan)
{
    const xy_plans *plans = plan->plans;

    if (plan->delivery == XY_DELIVER_WHOLE)
        return false;
    for (size_t i = 0; i < plans->incremental_count; i++)
        if (xy__plan_condition(plans, plan->conditions, plans->incremental[i]) !=
            XY_CONDITION_FALSE)
            return true;
    return false;
}

/* ---- plans ---- */

static const xy_type *root_type(const xy_schema *schema, xy_operation_type operation)
{
    switch (operation) {
    case XY_OPERATION_MUTATION:
        return schema->mutation;
    case XY_OPERATION_SUBSCRIPTION:
        return schema->subscription;
    case XY_OPERATION_QUERY:
    default:
        return schema->query;
    }
}

/* The arguments of the operation's @live; NULL: it has none, or the schema knows of none. */
static const xy_arguments *compile_live(xy_document *document, const xy_ast_operation *ast)
{
    const xy_ast_directive *node = xy__directive_find(&ast->directives, XY_STR("live"));
    const xy_directive *definition = xy__schema_directive(document->schema, XY_STR("live"));
    xy_arguments_site site;

    if (!node || !definition)
        return NULL;
    site = xy__directive_site(definition, node);
    return xy__arguments_compile(&document->arena, &site);
}

xy_plans *xy__plans_create(xy_document *document, const xy_ast_operation *ast)
{
    xy_plans *plans = XY_ARENA_NEW(&document->arena, xy_plans);

    plans->document = document;
    plans->ast = ast;
    plans->type = root_type(document->schema, ast->operation);
    plans->null_anywhere =
        xy__directive_find(&ast->directives, XY_STR("experimental_disableErrorPropagation"));
    plans->live = ast->operation == XY_OPERATION_QUERY ? compile_live(document, ast) : NULL;
    plans->variables = xy__variables_compile(&document->arena, document->schema, &ast->variables);
    note_increments(plans);
    XY_ASSERT(uv_mutex_init(&plans->lock) == 0);
    return plans;
}

void xy__plans_destroy(xy_plans *plans)
{
    xy_plan *plan = atomic_load_explicit(&plans->kept, memory_order_acquire);

    while (plan) {
        xy_plan *next = plan->next;

        xy__plan_destroy(plan);
        plan = next;
    }
    uv_mutex_destroy(&plans->lock);
}

xy_str xy__plans_rootless(xy_arena *arena, const xy_plans *plans)
{
    return xy__arena_printf(arena, "Schema is not configured to execute %s operation.",
                            xy__operation_type_name(plans->ast->operation));
}

void xy__plan_release(xy_plan *plan)
{
    if (plan && !plan->kept)
        xy__plan_destroy(plan);
}

static uint8_t condition_value(const xy_value *variable)
{
    if (!variable)
        return XY_CONDITION_ABSENT;
    if (variable->kind == XY_VALUE_NULL)
        return XY_CONDITION_BAD;
    if (variable->kind != XY_VALUE_BOOL)
        return XY_CONDITION_OTHER;
    return variable->boolean ? XY_CONDITION_TRUE : XY_CONDITION_FALSE;
}

static xy_plan *find_kept(const xy_plans *plans, const uint8_t *conditions, xy_delivery delivery)
{
    xy_plan *plan = atomic_load_explicit(&plans->kept, memory_order_acquire);

    while (plan && (plan->delivery != delivery ||
                    memcmp(plan->conditions, conditions, plans->document->condition_count) != 0))
        plan = plan->next;
    return plan;
}

/* Under the lock of `plans`. */
static int make_plan(xy_plans *plans, const uint8_t *conditions, xy_delivery delivery,
                     xy_plan **out)
{
    xy_plan *plan = find_kept(plans, conditions, delivery);
    int rc;

    if (plan) {
        *out = plan;
        return XY_OK;
    }
    rc = xy__plan_create(plans, conditions, delivery, &plan);
    if (rc < 0)
        return rc;
    *out = plan;
    if (atomic_fetch_add(&plans->document->plans_kept, 1) >= XY_PLANS_KEPT_MAX) {
        atomic_fetch_sub(&plans->document->plans_kept, 1);
        return XY_OK;
    }
    atomic_fetch_add(&plans->document->plan_bytes, sizeof *plan + plan->arena.held);
    plan->kept = true;
    plan->next = atomic_load_explicit(&plans->kept, memory_order_relaxed);
    atomic_store_explicit(&plans->kept, plan, memory_order_release);
    return XY_OK;
}

int xy__plan_for(xy_plans *plans, const xy_value *variables, xy_delivery delivery, xy_plan **out)
{
    uint8_t few[64] = {0};
    size_t count = plans->document->condition_count;
    uint8_t *conditions = count > sizeof few ? xy__malloc(count) : few;
    int rc = XY_OK;

    if (plans->incremental_count == 0)
        delivery = XY_DELIVER_WHOLE;
    for (size_t i = 0; i < count; i++)
        conditions[i] = condition_value(xy_value_get(variables, plans->document->conditions[i]));
    *out = find_kept(plans, conditions, delivery);
    if (!*out) {
        uv_mutex_lock(&plans->lock);
        rc = make_plan(plans, conditions, delivery, out);
        uv_mutex_unlock(&plans->lock);
    }
    if (conditions != few)
        free(conditions);
    return rc;
}
