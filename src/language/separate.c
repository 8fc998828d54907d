/* SPDX-License-Identifier: MIT */
/* language/separate.c -- which fragments an operation needs: a worklist over names, so that
 * neither cycles nor long chains of fragments matter. */
#include "language/separate.h"

#include "base/map.h"
#include "base/vec.h"
#include "language/visitor.h"

typedef struct needs {
    xy_arena *arena;
    xy_map known; /* names in the list */
    XY_VEC(xy_str) names;
} needs;

static xy_visit_next enter_spread(void *arg, const xy_visit_at *at)
{
    needs *n = arg;
    xy_str name = ((const xy_ast_fragment_spread *)(const void *)at->node)->name->value;

    if (!xy__map_get(&n->known, name)) {
        xy__map_put(&n->known, name, n);
        *xy_vec_push(n->arena, &n->names) = name;
    }
    return XY_VISIT_ON;
}

static void collect(needs *n, const xy_ast_selection_set *set)
{
    static const xy_visit_handler handlers[] = {
        {XY_KIND_BIT(FRAGMENT_SPREAD), enter_spread, NULL},
        {0, NULL, NULL},
    };

    xy__visit_one(handlers, n, &set->node);
}

/* The names of all fragments that the operation needs, in n->known. */
static void collect_all(needs *n, const xy_map *fragments, const xy_ast_operation *operation)
{
    collect(n, operation->selection_set);
    for (size_t i = 0; i < n->names.len; i++) {
        const xy_ast_fragment *fragment = xy__map_get(fragments, n->names.items[i]);

        if (fragment)
            collect(n, fragment->selection_set);
    }
}

static bool is_needed(const needs *n, const xy_node *definition)
{
    const xy_ast_fragment *fragment = (const void *)definition;

    return definition->kind == XY_KIND_FRAGMENT_DEFINITION &&
           xy__map_get(&n->known, fragment->name->value);
}

static xy_ast_document *document_of(xy_arena *arena, const xy_ast_document *document,
                                    const xy_map *fragments, const xy_ast_operation *operation)
{
    needs n = {.arena = arena};
    xy_ast_document *out = XY_ARENA_NEW(arena, xy_ast_document);

    xy__map_init(&n.known, arena);
    collect_all(&n, fragments, operation);
    out->node = document->node;
    out->token_count = document->token_count;
    out->definitions.items = XY_ARENA_ARRAY(arena, xy_node *, document->definitions.len);
    for (size_t i = 0; i < document->definitions.len; i++) {
        xy_node *definition = document->definitions.items[i];

        if (definition == &operation->node || is_needed(&n, definition))
            out->definitions.items[out->definitions.len++] = definition;
    }
    return out;
}

/* The entry for `name`: the one it has, or a new one behind the others. */
static xy_separated *entry_of(xy_separated *list, size_t *count, xy_str name)
{
    for (size_t i = 0; i < *count; i++) {
        if (xy_str_eq(list[i].name, name))
            return &list[i];
    }
    list[*count].name = name;
    return &list[(*count)++];
}

xy_separated *xy__separate_operations(xy_arena *arena, const xy_ast_document *document,
                                      size_t *count)
{
    xy_separated *list = XY_ARENA_ARRAY(arena, xy_separated, document->definitions.len);
    xy_map fragments;

    *count = 0;
    xy__map_init(&fragments, arena);
    for (size_t i = 0; i < document->definitions.len; i++) {
        xy_ast_fragment *fragment = (void *)document->definitions.items[i];

        if (fragment->node.kind == XY_KIND_FRAGMENT_DEFINITION)
            xy__map_put(&fragments, fragment->name->value, fragment);
    }
    for (size_t i = 0; i < document->definitions.len; i++) {
        const xy_ast_operation *operation = (const void *)document->definitions.items[i];
        xy_str name;

        if (operation->node.kind != XY_KIND_OPERATION_DEFINITION)
            continue;
        name = operation->name ? operation->name->value : XY_STR("");
        entry_of(list, count, name)->document = document_of(arena, document, &fragments, operation);
    }
    return list;
}
