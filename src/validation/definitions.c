/* SPDX-License-Identifier: MIT */
#include "validation/definitions.h"

#include "validation/context.h"

static void definition_init(xy_definition *definition, const xy_node *node, size_t index)
{
    *definition = (xy_definition){.node = node, .index = index};
    if (node->kind == XY_KIND_OPERATION_DEFINITION) {
        const xy_ast_operation *operation = (const void *)node;

        definition->name = operation->name ? operation->name->value : XY_STR_NULL;
        definition->selection_set = operation->selection_set;
    } else if (node->kind == XY_KIND_FRAGMENT_DEFINITION) {
        const xy_ast_fragment *fragment = (const void *)node;

        definition->name = fragment->name->value;
        definition->selection_set = fragment->selection_set;
    }
}

void xy__definitions_init(xy_definitions *definitions, const xy_ast_document *document,
                          xy_arena *arena)
{
    size_t count = document->definitions.len;

    definitions->items = XY_ARENA_ARRAY(arena, xy_definition, count);
    definitions->len = count;
    definitions->seen = XY_ARENA_ARRAY(arena, bool, count);
    xy__map_init(&definitions->fragments, arena);
    for (size_t i = 0; i < count; i++) {
        xy_definition *definition = &definitions->items[i];

        definition_init(definition, document->definitions.items[i], i);
        if (definition->node->kind == XY_KIND_FRAGMENT_DEFINITION)
            xy__map_put(&definitions->fragments, definition->name, definition);
    }
    for (size_t i = 0; i < count; i++) {
        if (definitions->items[i].node->kind == XY_KIND_FRAGMENT_DEFINITION) {
            definitions->items[i].named =
                xy__definitions_fragment(definitions, definitions->items[i].name);
        }
    }
}

void xy__definition_find_spreads(xy_validation *v, xy_definition *definition)
{
    XY_VEC(const xy_ast_fragment_spread *) spreads = {0};
    XY_VEC(const xy_ast_selection_set *) sets = {0};

    if (definition->spreads_known)
        return;
    definition->spreads_known = true;
    *xy_vec_push(v->arena, &sets) = definition->selection_set;
    while (sets.len) {
        const xy_ast_selection_set *set = sets.items[--sets.len];

        for (size_t i = 0; i < set->selections.len; i++) {
            const xy_node *selection = set->selections.items[i];
            const xy_ast_selection_set *below = xy__selection_below(selection);

            if (selection->kind == XY_KIND_FRAGMENT_SPREAD)
                *xy_vec_push(v->arena, &spreads) = (const void *)selection;
            else if (below)
                *xy_vec_push(v->arena, &sets) = below;
        }
    }
    definition->spreads.items = spreads.items;
    definition->spreads.len = spreads.len;
}

/* What the walk for uses of variables fills. */
typedef struct use_finder {
    const xy_type_info *types;
    xy_arena *arena;
    XY_VEC(xy_variable_use) uses;
} use_finder;

static xy_visit_next find_use(void *arg, const xy_visit_at *at)
{
    use_finder *finder = arg;
    xy_input_place place = xy__type_info_input(finder->types);

    *xy_vec_push(finder->arena, &finder->uses) = (xy_variable_use){
        .node = (const void *)at->node,
        .type = place.type,
        .parent_type = xy__type_info_parent_input_type(finder->types),
        .has_default = place.has_default,
    };
    return XY_VISIT_ON;
}

static xy_visit_next skip_node(void *arg, const xy_visit_at *at)
{
    (void)arg;
    (void)at;
    return XY_VISIT_SKIP;
}

/* Without a dollar sign in its text a definition uses no variable: most walks end here. */
static bool may_use_variables(const xy_node *node)
{
    return memchr(node->source->text.ptr + node->start, '$', node->end - node->start) != NULL;
}

void xy__definition_find_uses(xy_validation *v, xy_definition *definition)
{
    static const xy_visit_handler handlers[] = {
        {XY_KIND_BIT(VARIABLE), find_use, NULL},
        {XY_KIND_BIT(VARIABLE_DEFINITION), skip_node, NULL},
        {0},
    };
    const xy_visit_handler *visitors[] = {handlers};
    xy_type_info types;
    use_finder finder = {.types = &types, .arena = v->arena};
    void *args[] = {&finder};
    xy_visit_around around;
    xy_visit_plan plan;

    if (definition->uses_known)
        return;
    definition->uses_known = true;
    if (!may_use_variables(definition->node))
        return;
    xy__type_info_init(&types, v->schema, v->arena);
    around = xy__type_info_around(&types);
    xy__visit_plan_init(&plan, visitors, 1);
    xy__visit(&plan, args, &around, definition->node);
    definition->uses.items = finder.uses.items;
    definition->uses.len = finder.uses.len;
}

/* Append to `reach` the fragments that `definition` spreads and that are not in it yet. */
static bool reach_from(xy_validation *v, xy_definition *definition, xy_reach *reach)
{
    xy__definition_find_spreads(v, definition);
    for (size_t i = 0; i < definition->spreads.len; i++) {
        xy_definition *fragment =
            xy__definitions_fragment(&v->definitions, definition->spreads.items[i]->name->value);

        if (!xy__validation_spend(v, 1))
            return false;
        if (fragment && !v->definitions.seen[fragment->index]) {
            v->definitions.seen[fragment->index] = true;
            *xy_vec_push(v->arena, reach) = fragment;
        }
    }
    return true;
}

void xy__definitions_find_reach(xy_validation *v, xy_definition *const *roots, size_t count,
                                xy_reach *reach)
{
    bool on = true;

    *reach = (xy_reach){0};
    for (size_t i = 0; on && i < count; i++)
        on = reach_from(v, roots[i], reach);
    for (size_t i = 0; on && i < reach->len; i++)
        on = reach_from(v, reach->items[i], reach);
    for (size_t i = 0; i < reach->len; i++)
        v->definitions.seen[reach->items[i]->index] = false;
}

void xy__variable_uses_init(xy_variable_uses *uses, xy_validation *v, xy_definition *operation)
{
    if (!operation->reach_known) {
        operation->reach_known = true;
        xy__definitions_find_reach(v, &operation, 1, &operation->reach);
    }
    xy__definition_find_uses(v, operation);
    *uses = (xy_variable_uses){.v = v, .operation = operation, .current = operation};
}

const xy_variable_use *xy__variable_uses_next(xy_variable_uses *uses)
{
    const xy_reach *reach = &uses->operation->reach;

    while (uses->next_use == uses->current->uses.len) {
        if (uses->next_fragment == reach->len || !xy__validation_spend(uses->v, 1))
            return NULL;
        uses->current = reach->items[uses->next_fragment++];
        uses->next_use = 0;
        xy__definition_find_uses(uses->v, uses->current);
    }
    if (!xy__validation_spend(uses->v, 1))
        return NULL;
    return &uses->current->uses.items[uses->next_use++];
}
