/* SPDX-License-Identifier: MIT */
/* Which of the collected fields are executed now and which as parts of their own.
 *
 * Once: the fields of a response key are executed together, with the part of all usages that lead
 * to one of its nodes; with the initial part as soon as one node is not deferred. Repeating: each
 * node is executed with its own usage. */
#include "execution/planner.h"

/* A part that is being filled. */
typedef struct part {
    XY_VEC(const xy_defer_usage *) set;
    XY_VEC(const xy_ast_field *) nodes;
    XY_VEC(const xy_defer_usage *) usages;
} part;

typedef struct parts {
    XY_VEC(part) list; /* the first is what is executed now */
} parts;

/* The usages that lead to a response key. */
typedef struct key_set {
    XY_VEC(const xy_defer_usage *) usages;
    bool now; /* a node of it is not deferred */
} key_set;

static bool contains(const xy_defer_usage *const *set, size_t len, const xy_defer_usage *usage)
{
    for (size_t i = 0; i < len; i++)
        if (set[i] == usage)
            return true;
    return false;
}

static bool same_set(const part *a, const xy_defer_usage *const *set, size_t len)
{
    if (a->set.len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!contains(a->set.items, len, set[i]))
            return false;
    return true;
}

static size_t find_part(xy_planner *p, parts *all, const xy_defer_usage *const *set, size_t len)
{
    part *made;

    for (size_t i = 0; i < all->list.len; i++)
        if (same_set(&all->list.items[i], set, len))
            return i;
    made = xy_vec_push(&p->temp, &all->list);
    *made = (part){0};
    for (size_t i = 0; i < len; i++)
        *xy_vec_push(&p->temp, &made->set) = set[i];
    return all->list.len - 1;
}

static void add_node(xy_planner *p, part *to, const xy_planned_nodes *nodes, size_t index)
{
    *xy_vec_push(&p->temp, &to->nodes) = nodes->items[index];
    *xy_vec_push(&p->temp, &to->usages) = nodes->usages[index];
}

static void divide_repeating(xy_planner *p, const xy_planned_nodes *nodes, parts *all)
{
    for (size_t i = 0; i < nodes->len; i++) {
        const xy_defer_usage *usage = nodes->usages[i];
        size_t found = find_part(p, all, &usage, usage ? 1 : 0);

        add_node(p, &all->list.items[found], nodes, i);
    }
}

/* Without those that lie in another of the set. */
static void keep_outermost(key_set *key)
{
    size_t kept = 0;

    for (size_t i = 0; i < key->usages.len; i++) {
        const xy_defer_usage *up = key->usages.items[i]->parent;

        while (up && !contains(key->usages.items, key->usages.len, up))
            up = up->parent;
        /* What is overwritten is an inner one, whose outer ones are there all the same. */
        if (!up)
            key->usages.items[kept++] = key->usages.items[i];
    }
    key->usages.len = kept;
}

static key_set *sets_of_keys(xy_planner *p, const xy_planned_nodes *nodes, const uint32_t *numbers,
                             size_t count)
{
    key_set *keys = XY_ARENA_ARRAY(&p->temp, key_set, count + 1);

    for (size_t i = 0; i < nodes->len; i++) {
        const xy_defer_usage *usage = nodes->usages[i];
        key_set *key = &keys[numbers[i]];

        if (!usage) {
            key->now = true;
        } else if (!contains(key->usages.items, key->usages.len, usage)) {
            *xy_vec_push(&p->temp, &key->usages) = usage;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (keys[i].now)
            keys[i].usages.len = 0;
        keep_outermost(&keys[i]);
    }
    return keys;
}

static void divide_once(xy_planner *p, const xy_planned_nodes *nodes, parts *all)
{
    uint32_t *numbers = xy__arena_alloc(&p->temp, (nodes->len + 1) * sizeof *numbers);
    size_t count = xy__plan_keys(p, nodes, numbers);
    const key_set *keys = sets_of_keys(p, nodes, numbers, count);
    size_t *part_of = XY_ARENA_ARRAY(&p->temp, size_t, count + 1);

    for (size_t i = 0; i < count; i++)
        part_of[i] = find_part(p, all, keys[i].usages.items, keys[i].usages.len);
    for (size_t i = 0; i < nodes->len; i++)
        add_node(p, &all->list.items[part_of[numbers[i]]], nodes, i);
}

/* Do all nodes come by the part's only usage, or none of them by any outside a part? Then they
 * are like nodes of which nothing is deferred. */
static bool is_plain(const xy_defer_usage *const *usages, size_t len, xy_defer_set within)
{
    const xy_defer_usage *only = within.len == 1 ? within.items[0] : NULL;

    if (within.len > 1)
        return false;
    for (size_t i = 0; i < len; i++)
        if (usages[i] != only)
            return false;
    return true;
}

static const xy_selection *plan_part(xy_planner *p, const xy_type *type, const part *from,
                                     xy_defer_set set)
{
    xy_planned_nodes nodes = {
        .type = type,
        .items = from->nodes.items,
        .len = from->nodes.len,
    };

    if (!is_plain(from->usages.items, from->usages.len, set)) {
        nodes.usages = from->usages.items;
        nodes.within = set;
    }
    return xy__plan_intern(p, &nodes);
}

static xy_defer_set keep_set(xy_planner *p, const part *from)
{
    const xy_defer_usage **items =
        xy__arena_alloc(&p->plan->arena, (from->set.len + 1) * sizeof *items);

    for (size_t i = 0; i < from->set.len; i++)
        items[i] = from->set.items[i];
    return (xy_defer_set){items, from->set.len};
}

/* Whose the new usages are from now on. */
static void own_usages(xy_planner *p, xy_deferral *deferral)
{
    size_t count = p->collector.usages.len;
    const xy_defer_usage **usages = xy__arena_alloc(&p->plan->arena, (count + 1) * sizeof *usages);

    for (size_t i = 0; i < count; i++) {
        xy_defer_usage *usage = p->collector.usages.items[i];

        usage->owner = deferral;
        usage->index = (uint32_t)i;
        usages[i] = usage;
    }
    deferral->usages = usages;
    deferral->usage_count = count;
}

static const xy_deferral *make_deferral(xy_planner *p, const xy_type *type, const parts *all)
{
    xy_deferral *deferral = XY_ARENA_NEW(&p->plan->arena, xy_deferral);
    xy_deferred_part *made;

    own_usages(p, deferral);
    made = XY_ARENA_ARRAY(&p->plan->arena, xy_deferred_part, all->list.len);
    for (size_t i = 1; i < all->list.len; i++) {
        made[i - 1].set = keep_set(p, &all->list.items[i]);
        made[i - 1].selection = plan_part(p, type, &all->list.items[i], made[i - 1].set);
    }
    deferral->parts = made;
    deferral->part_count = all->list.len - 1;
    return deferral;
}

static const xy_selection *divide(xy_planner *p, const xy_planned_nodes *nodes)
{
    parts all = {0};
    const xy_selection *now;
    xy_selection *selection;

    find_part(p, &all, nodes->within.items, nodes->within.len);
    if (p->plan->delivery == XY_DELIVER_ONCE) {
        divide_once(p, nodes, &all);
    } else {
        divide_repeating(p, nodes, &all);
    }
    now = plan_part(p, nodes->type, &all.list.items[0], nodes->within);
    if (p->collector.usages.len == 0 && all.list.len == 1)
        return now;
    selection = XY_ARENA_NEW(&p->plan->arena, xy_selection);
    *selection = *now;
    selection->deferral = make_deferral(p, nodes->type, &all);
    return selection;
}

/* ---- the same deferral again ---- */

/* A new usage by its number, which is no address; another by itself. */
static const void *usage_word(const xy_defer_usage *usage)
{
    return usage && !usage->owner ? (const void *)(uintptr_t)(2 * (size_t)usage->index + 1)
                                  : (const void *)usage;
}

/* As of a selection in plan.c, with the new usages in terms of what makes them. */
static xy_str identity(xy_planner *p, const xy_planned_nodes *nodes)
{
    static const char kind;
    size_t count = p->collector.usages.len;
    size_t room = 4 + 2 * nodes->len + 2 * count + nodes->within.len;
    const void **words = xy__arena_alloc(&p->temp, room * sizeof *words);
    size_t len = 0;

    words[len++] = &kind;
    words[len++] = nodes->type;
    words[len++] = (const void *)(uintptr_t)nodes->len;
    words[len++] = (const void *)(uintptr_t)count;
    for (size_t i = 0; i < count; i++) {
        words[len++] = p->collector.usages.items[i]->directive;
        words[len++] = usage_word(p->collector.usages.items[i]->parent);
    }
    for (size_t i = 0; i < nodes->len; i++) {
        words[len++] = nodes->items[i];
        words[len++] = usage_word(nodes->usages[i]);
    }
    for (size_t i = 0; i < nodes->within.len; i++)
        words[len++] = nodes->within.items[i];
    return (xy_str){(const char *)words, len * sizeof *words};
}

const xy_selection *xy__plan_deferral(xy_planner *p, const xy_planned_nodes *nodes)
{
    xy_planned_nodes plain = *nodes;
    const xy_selection *selection;
    xy_str key;

    if (p->collector.usages.len == 0 && is_plain(nodes->usages, nodes->len, nodes->within)) {
        plain.usages = NULL;
        plain.within = (xy_defer_set){0};
        return xy__plan_intern(p, &plain);
    }
    if (!p->repeats)
        return divide(p, nodes);
    key = xy__arena_str(&p->plan->arena, identity(p, nodes));
    selection = xy__map_get(&p->plan->selections, key);
    if (!selection) {
        selection = divide(p, nodes);
        /* The map only carries it. */
        xy__map_put(&p->plan->selections, key, (void *)(uintptr_t)selection);
    }
    return selection;
}

/* ---- fields ---- */

static const xy_plan_stream *plan_stream(xy_planner *p, xy_plan_field *field, bool is_plain_field)
{
    const xy_ast_directive *directive =
        xy__directive_find(&field->nodes.items[0]->directives, XY_STR("stream"));
    const xy_directive *definition = xy__schema_directive(p->schema, XY_STR("stream"));
    const xy_type *type = field->field->type;
    xy_arguments_site site;
    xy_plan_stream *stream;

    if (type->kind == XY_TYPE_NON_NULL)
        type = type->of;
    if (!directive || !definition || type->kind != XY_TYPE_LIST ||
        xy__plan_condition(p->plan->plans, p->plan->conditions, directive) == XY_CONDITION_FALSE)
        return NULL;
    stream = XY_ARENA_NEW(&p->plan->arena, xy_plan_stream);
    site = xy__directive_site(definition, directive);
    stream->arguments = xy__arguments_compile(&p->plan->arena, &site);
    stream->items = field;
    if (is_plain_field)
        return stream;
    stream->items = XY_ARENA_NEW(&p->plan->arena, xy_plan_field);
    *stream->items = *field;
    atomic_init(&stream->items->by_type, NULL);
    if (field->field->type->named->kind == XY_TYPE_OBJECT)
        *xy_vec_push(&p->scratch, &p->waiting) = stream->items;
    return stream;
}

void xy__plan_field_increments(xy_planner *p, xy_plan_field *field,
                               const xy_defer_usage *const *usages, xy_defer_set within)
{
    bool plain = !usages || is_plain(usages, field->nodes.len, within);
    const xy_plan_stream *stream = plan_stream(p, field, plain);
    xy_plan_increments *increments;

    if (plain && !stream)
        return;
    increments = XY_ARENA_NEW(&p->plan->arena, xy_plan_increments);
    increments->stream = stream;
    if (!plain) {
        increments->usages = usages;
        increments->within = within;
    }
    field->increments = increments;
}
