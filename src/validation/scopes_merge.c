/* SPDX-License-Identifier: MIT */
/* validation/scopes_merge.c -- looks for conflicts of fields without comparing them in pairs.
 *
 * What execution does with a document is followed for all possible objects at once, after an idea
 * of Simon Adameit. A *set* is a set of scopes whose fields are merged in some result object. It
 * begins with the outermost scope of each operation and fragment; the scopes below all fields of
 * one response name in a set, and in the fragments it spreads, are the next set. Sets are
 * remembered, so each is looked at once, however many ways lead to it. That all fields of a
 * response name agree with the first one is enough for all pairs of them to agree.
 *
 * Two passes:
 *   SHAPE   all fields of a response name must have types of the same shape. When all have the
 *           same name and arguments too, there is nothing more to find.
 *   CALL    fields that can be of the same object must have the same name and arguments. Those
 *           selected on different object types cannot; they go into different sets, each along
 *           with those selected on abstract types.
 *
 * The number of sets can be exponential in hostile documents, hence the limit of steps. */
#include "validation/scopes_merge.h"

#include <stdlib.h>

typedef enum pass { PASS_SHAPE, PASS_CALL } pass;

typedef struct scope_set {
    uint32_t *ids; /* ascending */
    size_t len;
} scope_set;

/* All fields of one response name in the current set. */
typedef struct merged_group {
    XY_VEC(xy_scope_field *) fields;
} merged_group;

typedef struct merge {
    xy_field_scopes *scopes;
    xy_arena *arena;
    pass pass;
    uint32_t steps; /* left */
    bool out_of_steps;
    bool calls_differ; /* PASS_SHAPE: within some response name */
    xy_map known;      /* sets of several scopes, by the bytes of `ids` */
    XY_VEC(scope_set) waiting;
    XY_VEC(xy_scope *) closure;  /* the current set and the fragments it spreads */
    XY_VEC(merged_group) groups; /* of the current set; the first group_count count */
    size_t group_count;
    XY_VEC(xy_scope_field *) some; /* fields that can be of the same object */
    XY_VEC(const xy_type *) objects;
} merge;

static bool spend(merge *m, size_t steps)
{
    if (steps > m->steps || !xy__validation_spend(m->scopes->v, steps)) {
        m->out_of_steps = true;
        return false;
    }
    m->steps -= (uint32_t)steps;
    return true;
}

static int compare_ids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Marks of scopes: the set of this scope alone is known; it was in the closure of some set. */
static uint8_t known_mark(const merge *m)
{
    return (uint8_t)(1u << m->pass);
}

static uint8_t covered_mark(const merge *m)
{
    return (uint8_t)(4u << m->pass);
}

static xy_scope *only_spread(const merge *m, const xy_scope *scope)
{
    if (scope->field_count > 0 || scope->spread_count != 1)
        return NULL;
    return m->scopes->by_definition[scope->spreads[0]->index];
}

/* What a scope comes to: of one that is nothing but a spread, the fragment's. Sets are made of
 * these, so that all `{ ...F }` are one. */
static xy_scope *core_of(const merge *m, xy_scope *scope)
{
    xy_scope *core = scope;
    size_t left = m->scopes->v->definitions.len; /* more steps than these lead in a circle */

    while (!core->core && only_spread(m, core) && left-- > 0)
        core = only_spread(m, core);
    if (core->core)
        core = core->core;
    while (scope != core && !scope->core) {
        scope->core = core;
        scope = only_spread(m, scope);
    }
    return core;
}

static size_t remove_repeated(uint32_t *ids, size_t len)
{
    size_t kept = 1;

    for (size_t i = 1; i < len; i++) {
        if (ids[i] != ids[kept - 1])
            ids[kept++] = ids[i];
    }
    return kept;
}

/* Look at the set later, unless it was met before. */
static void add_set(merge *m, scope_set set)
{
    xy_scope *first;
    xy_str key;

    qsort(set.ids, set.len, sizeof *set.ids, compare_ids);
    set.len = remove_repeated(set.ids, set.len);
    first = m->scopes->items.items[set.ids[0]];
    if (set.len == 1) {
        if (first->marks & known_mark(m))
            return;
        first->marks |= known_mark(m);
    } else {
        key = (xy_str){(const char *)set.ids, set.len * sizeof *set.ids};
        if (xy__map_get(&m->known, key))
            return;
        xy__map_put(&m->known, key, first);
    }
    *xy_vec_push(m->arena, &m->waiting) = set;
}

/* The scopes below `count` fields make a set. */
static void add_below(merge *m, xy_scope_field *const *fields, size_t count)
{
    scope_set set = {.len = 0};

    for (size_t i = 0; i < count; i++)
        set.len += fields[i]->below != NULL;
    if (set.len == 0 || !spend(m, set.len))
        return;
    set.ids = XY_ARENA_ARRAY(m->arena, uint32_t, set.len);
    set.len = 0;
    for (size_t i = 0; i < count; i++) {
        if (fields[i]->below)
            set.ids[set.len++] = (uint32_t)core_of(m, fields[i]->below)->index;
    }
    add_set(m, set);
}

static void add_to_closure(merge *m, xy_scope *scope, size_t round)
{
    if (scope->stamp == round)
        return;
    scope->stamp = round;
    scope->marks |= covered_mark(m);
    *xy_vec_push(m->arena, &m->closure) = scope;
}

static void find_closure(merge *m, scope_set set)
{
    size_t round = m->scopes->round;

    m->closure.len = 0;
    for (size_t i = 0; i < set.len; i++)
        add_to_closure(m, m->scopes->items.items[set.ids[i]], round);
    for (size_t i = 0; i < m->closure.len; i++) {
        const xy_scope *scope = m->closure.items[i];

        if (!spend(m, 1 + scope->spread_count))
            return;
        for (size_t j = 0; j < scope->spread_count; j++)
            add_to_closure(m, m->scopes->by_definition[scope->spreads[j]->index], round);
    }
}

static merged_group *group_of(merge *m, xy_response_name *name)
{
    if (name->stamp != m->scopes->round) {
        name->stamp = m->scopes->round;
        name->slot = m->group_count++;
        if (name->slot == m->groups.len)
            *xy_vec_push(m->arena, &m->groups) = (merged_group){0};
        m->groups.items[name->slot].fields.len = 0;
    }
    return &m->groups.items[name->slot];
}

static void group_fields(merge *m)
{
    m->group_count = 0;
    for (size_t i = 0; i < m->closure.len; i++) {
        const xy_scope *scope = m->closure.items[i];

        if (!spend(m, scope->field_count))
            return;
        for (size_t j = 0; j < scope->field_count; j++) {
            merged_group *group = group_of(m, scope->fields[j].name);

            *xy_vec_push(m->arena, &group->fields) = &scope->fields[j];
        }
    }
}

static bool same_calls(merge *m, xy_scope_field *const *fields, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (xy__scope_field_call(m->scopes, fields[i]) !=
            xy__scope_field_call(m->scopes, fields[0]))
            return false;
    }
    return true;
}

/* Spec 5.3.2 SameResponseShape. Returns whether there is a conflict. */
static bool shapes_conflict(merge *m, const merged_group *group)
{
    const xy_type *type = NULL;

    for (size_t i = 0; i < group->fields.len; i++) {
        const xy_scope_field *field = group->fields.items[i];

        if (field->stream && group->fields.len > 1)
            return true;
        if (type && field->type && xy__types_differ_in_shape(type, field->type))
            return true;
        if (field->type)
            type = field->type;
    }
    if (!same_calls(m, group->fields.items, group->fields.len))
        m->calls_differ = true;
    add_below(m, group->fields.items, group->fields.len);
    return false;
}

static bool is_object(const xy_type *type)
{
    return type && type->kind == XY_TYPE_OBJECT;
}

/* The object types on which fields of the group are selected, into m->objects. */
static void find_objects(merge *m, const merged_group *group)
{
    m->objects.len = 0;
    for (size_t i = 0; i < group->fields.len; i++) {
        const xy_type *parent = group->fields.items[i]->parent;
        bool found = !is_object(parent);

        if (!spend(m, m->objects.len))
            return;
        for (size_t j = 0; j < m->objects.len && !found; j++)
            found = m->objects.items[j] == parent;
        if (!found)
            *xy_vec_push(m->arena, &m->objects) = parent;
    }
}

/* Of the group's fields those that an object of type `object` can have, into m->some. */
static void find_fields_of(merge *m, const merged_group *group, const xy_type *object)
{
    m->some.len = 0;
    if (!spend(m, group->fields.len))
        return;
    for (size_t i = 0; i < group->fields.len; i++) {
        xy_scope_field *field = group->fields.items[i];

        if (!is_object(field->parent) || field->parent == object)
            *xy_vec_push(m->arena, &m->some) = field;
    }
}

/* Spec 5.3.2 FieldsInSetCanMerge, steps 2.a.ii and 2.a.iii. Returns whether there is a conflict. */
static bool calls_conflict(merge *m, const merged_group *group)
{
    find_objects(m, group);
    if (m->objects.len < 2) {
        if (!same_calls(m, group->fields.items, group->fields.len))
            return true;
        add_below(m, group->fields.items, group->fields.len);
        return false;
    }
    for (size_t i = 0; i < m->objects.len && !m->out_of_steps; i++) {
        find_fields_of(m, group, m->objects.items[i]);
        if (!same_calls(m, m->some.items, m->some.len))
            return true;
        add_below(m, m->some.items, m->some.len);
    }
    return false;
}

static bool set_conflicts(merge *m, scope_set set)
{
    m->scopes->round++;
    find_closure(m, set);
    group_fields(m);
    for (size_t i = 0; i < m->group_count && !m->out_of_steps; i++) {
        const merged_group *group = &m->groups.items[i];

        if (m->pass == PASS_SHAPE ? shapes_conflict(m, group) : calls_conflict(m, group))
            return !m->out_of_steps; /* what was not looked at to the end is not known */
    }
    return false;
}

/* Look at the set of one definition, and all that follow from it. Returns whether there is a
 * conflict. */
static bool definition_conflicts(merge *m, size_t index)
{
    xy_scope *scope = m->scopes->by_definition[index];
    scope_set set = {.len = 1};

    /* In the closure of a set all its pairs have been looked at. */
    if (!scope || (scope->marks & covered_mark(m)))
        return false;
    set.ids = XY_ARENA_NEW(m->arena, uint32_t);
    set.ids[0] = (uint32_t)core_of(m, scope)->index;
    add_set(m, set);
    while (m->waiting.len && !m->out_of_steps) {
        if (set_conflicts(m, m->waiting.items[--m->waiting.len]))
            return true;
    }
    return false;
}

/* Operations first, so that of the fragments only unused ones are left. */
static xy_merge_answer run_pass(merge *m, pass which)
{
    const xy_definitions *definitions = &m->scopes->v->definitions;

    m->pass = which;
    m->waiting.len = 0;
    xy__map_init(&m->known, m->arena);
    for (unsigned fragments = 0; fragments < 2; fragments++) {
        for (size_t i = 0; i < definitions->len && !m->out_of_steps; i++) {
            bool is_fragment = definitions->items[i].named != NULL;

            if (is_fragment == (fragments == 1) && definition_conflicts(m, i))
                return XY_MERGE_CONFLICTS;
        }
    }
    return m->out_of_steps ? XY_MERGE_UNKNOWN : XY_MERGE_FITS;
}

xy_merge_answer xy__scopes_merge(xy_field_scopes *scopes, uint32_t steps)
{
    merge m = {.scopes = scopes, .arena = scopes->v->arena, .steps = steps};
    xy_merge_answer answer;

    if (!scopes->overlapping)
        return XY_MERGE_FITS;
    answer = run_pass(&m, PASS_SHAPE);
    if (answer == XY_MERGE_FITS && m.calls_differ)
        answer = run_pass(&m, PASS_CALL);
    return answer;
}
