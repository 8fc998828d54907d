/* SPDX-License-Identifier: MIT */
/* validation/limits.c -- one pass without recursion: chains of fragments are as long as a client
 * likes. */
#include "validation/limits.h"

#include "base/map.h"
#include "schema/js_number.h"

/* A few numbers for each selection set that is open, and for each fragment. */
#define MEASURE_MEMORY_MAX ((size_t)256 << 20)

typedef struct fragment {
    const xy_ast_fragment *ast;
    bool entered; /* then `measure` is what is known of it so far: all, or nothing in a cycle */
    xy_measure measure;
} fragment;

/* A selection set that is open. */
typedef struct level {
    const xy_ast_selection_set *set;
    size_t next;
    const xy_node *owner; /* the selection that it belongs to; NULL: an operation */
    fragment *fragment;   /* of a spread; else NULL */
    xy_measure sum;       /* of the selections before `next` */
} level;

typedef struct measuring {
    xy_arena *arena;
    xy_map fragments; /* by name */
    XY_VEC(level) levels;
} measuring;

static uint32_t add(uint32_t a, size_t b)
{
    return b > UINT32_MAX - a ? UINT32_MAX : a + (uint32_t)b;
}

static uint32_t max(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static void find_fragments(measuring *m, const xy_ast_document *document)
{
    xy__map_init(&m->fragments, m->arena);
    for (size_t i = 0; i < document->definitions.len; i++) {
        const xy_node *node = document->definitions.items[i];
        fragment *found;

        if (node->kind != XY_KIND_FRAGMENT_DEFINITION)
            continue;
        found = XY_ARENA_NEW(m->arena, fragment);
        found->ast = (const xy_ast_fragment *)(const void *)node;
        xy__map_put(&m->fragments, found->ast->name->value, found);
    }
}

static bool is_introspection(const xy_ast_field *field)
{
    return xy_str_is(field->name->value, "__schema") || xy_str_is(field->name->value, "__type");
}

static void add_field(xy_measure *sum, const xy_ast_field *field, const xy_measure *below)
{
    sum->aliases = add(sum->aliases, field->alias != NULL);
    sum->directives = add(sum->directives, field->directives.len);
    if (is_introspection(field))
        return;
    sum->depth = max(sum->depth, add(below->depth, 1));
    sum->cost +=
        field->selection_set ? XY_COST_OBJECT + XY_COST_FACTOR * below->cost : XY_COST_SCALAR;
}

/* Count a selection, beneath which there is `below`. */
static void add_selection(xy_measure *sum, const xy_node *selection, const xy_measure *below)
{
    sum->aliases = add(sum->aliases, below->aliases);
    sum->directives = add(sum->directives, below->directives);
    if (selection->kind == XY_KIND_FIELD) {
        add_field(sum, (const xy_ast_field *)(const void *)selection, below);
        return;
    }
    if (selection->kind == XY_KIND_FRAGMENT_SPREAD) {
        sum->directives =
            add(sum->directives,
                ((const xy_ast_fragment_spread *)(const void *)selection)->directives.len);
    } else {
        sum->directives =
            add(sum->directives,
                ((const xy_ast_inline_fragment *)(const void *)selection)->directives.len);
    }
    sum->depth = max(sum->depth, below->depth);
    sum->cost += below->cost;
}

/* Does anything beneath a selection have to be measured first? Then its level is opened; else
 * *below is what there is. */
static bool open_below(measuring *m, const xy_node *selection, xy_measure *below)
{
    level next = {.owner = selection};

    *below = (xy_measure){0};
    if (selection->kind == XY_KIND_FIELD) {
        next.set = ((const xy_ast_field *)(const void *)selection)->selection_set;
    } else if (selection->kind == XY_KIND_INLINE_FRAGMENT) {
        next.set = ((const xy_ast_inline_fragment *)(const void *)selection)->selection_set;
    } else {
        next.fragment = xy__map_get(
            &m->fragments, ((const xy_ast_fragment_spread *)(const void *)selection)->name->value);
        if (next.fragment && next.fragment->entered) {
            *below = next.fragment->measure;
        } else if (next.fragment) {
            next.set = next.fragment->ast->selection_set;
            next.fragment->entered = true;
        }
    }
    if (!next.set)
        return false;
    *xy_vec_push(m->arena, &m->levels) = next;
    return true;
}

/* The innermost level has been measured: count its owner in the one around it. */
static void close_level(measuring *m)
{
    level done = m->levels.items[--m->levels.len];
    xy_measure *sum = &m->levels.items[m->levels.len - 1].sum;

    if (done.fragment) {
        done.sum.directives = add(done.sum.directives, done.fragment->ast->directives.len);
        done.fragment->measure = done.sum;
    }
    add_selection(sum, done.owner, &done.sum);
}

static xy_measure measure_selections(measuring *m, const xy_ast_selection_set *set)
{
    *xy_vec_push(m->arena, &m->levels) = (level){.set = set};
    for (;;) {
        level *top = &m->levels.items[m->levels.len - 1];
        const xy_node *selection;
        xy_measure below;

        if (top->next < top->set->selections.len) {
            selection = top->set->selections.items[top->next++];
            if (!open_below(m, selection, &below))
                add_selection(&top->sum, selection, &below);
        } else if (m->levels.len > 1) {
            close_level(m);
        } else {
            m->levels.len = 0;
            return top->sum;
        }
    }
}

static xy_measure measure_operation(measuring *m, const xy_ast_operation *operation)
{
    xy_measure measure = measure_selections(m, operation->selection_set);

    measure.directives = add(measure.directives, operation->directives.len);
    for (size_t i = 0; i < operation->variables.len; i++)
        measure.directives = add(measure.directives, operation->variables.items[i]->directives.len);
    return measure;
}

xy_measure xy__document_measure(const xy_ast_document *document)
{
    xy_measure largest = {0};
    xy_arena arena;
    measuring m = {.arena = &arena};

    xy__arena_init(&arena, MEASURE_MEMORY_MAX);
    find_fragments(&m, document);
    for (size_t i = 0; i < document->definitions.len; i++) {
        const xy_node *node = document->definitions.items[i];
        xy_measure one;

        if (node->kind != XY_KIND_OPERATION_DEFINITION)
            continue;
        one = measure_operation(&m, (const xy_ast_operation *)(const void *)node);
        largest.depth = max(largest.depth, one.depth);
        largest.aliases = max(largest.aliases, one.aliases);
        largest.directives = max(largest.directives, one.directives);
        largest.cost = one.cost > largest.cost ? one.cost : largest.cost;
    }
    xy__arena_deinit(&arena);
    return largest;
}

static bool check_count(const char *what, uint32_t found, uint32_t limit, xy_errors *errors)
{
    if (limit == 0 || found <= limit)
        return true;
    xy__errors_addf(errors, "Syntax Error: %s limit of %u exceeded, found %u.", what, limit, found)
        ->code = XY_LIMITS_CODE;
    return false;
}

static bool check_cost(double found, uint32_t limit, xy_errors *errors)
{
    const xy_value number = {.kind = XY_VALUE_FLOAT, .real = found};

    if (limit == 0 || found <= limit)
        return true;
    xy__errors_addf(errors, "Syntax Error: Query Cost limit of %u exceeded, found %.*s.", limit,
                    XY_PRI(xy__js_number_to_string(errors->arena, &number)))
        ->code = XY_LIMITS_CODE;
    return false;
}

int xy__limits_check(const xy_ast_document *document, const xy_operation_limits *limits,
                     xy_errors *errors)
{
    xy_measure found;
    bool ok = true;

    if (!limits->depth_max && !limits->aliases_max && !limits->directives_max && !limits->cost_max)
        return XY_OK;
    found = xy__document_measure(document);
    ok &= check_count("Query depth", found.depth, limits->depth_max, errors);
    ok &= check_count("Aliases", found.aliases, limits->aliases_max, errors);
    ok &= check_count("Directives", found.directives, limits->directives_max, errors);
    ok &= check_cost(found.cost, limits->cost_max, errors);
    return ok ? XY_OK : XY_EREFUSED;
}
