/* SPDX-License-Identifier: MIT */
#include "merge.h"

#include "base/fatal.h"

/* One step down; NULL: there is nothing. */
static const xy_value *step_down(const xy_value *at, const xy_value *step)
{
    if (step->kind == XY_VALUE_STRING)
        return xy_value_get(at, xy_value_text(step));
    if (at->kind != XY_VALUE_LIST || step->integer < 0 || step->integer >= (int64_t)at->len)
        return NULL;
    return &at->items[step->integer];
}

const xy_value *merge_find(const xy_value *root, const xy_value *path)
{
    for (uint32_t i = 0; root && i < path->len; i++)
        root = step_down(root, &path->items[i]);
    return root;
}

bool merge_meets_null(const xy_value *root, const xy_value *path)
{
    for (uint32_t i = 0; root && root->kind != XY_VALUE_NULL && i < path->len; i++)
        root = step_down(root, &path->items[i]);
    return root && root->kind == XY_VALUE_NULL;
}

static xy_value list_with(xy_arena *arena, const xy_value *list, size_t index,
                          const xy_value *value)
{
    xy_value *items = XY_ARENA_ARRAY(arena, xy_value, list->len);

    memcpy(items, list->items, list->len * sizeof *items);
    items[index] = *value;
    return (xy_value){.kind = XY_VALUE_LIST, .len = list->len, .items = items};
}

static xy_value object_with(xy_arena *arena, const xy_value *object, xy_str key,
                            const xy_value *value)
{
    xy_member *members = XY_ARENA_ARRAY(arena, xy_member, object->len);

    memcpy(members, object->members, object->len * sizeof *members);
    for (uint32_t i = 0; i < object->len; i++)
        if (xy_str_eq(members[i].key, key))
            members[i].value = *value;
    return (xy_value){.kind = XY_VALUE_OBJECT, .len = object->len, .members = members};
}

static xy_value replace_from(xy_arena *arena, const xy_value *at, const xy_value *path,
                             uint32_t depth, const xy_value *value)
{
    const xy_value *below;
    const xy_value *step;
    xy_value changed;

    if (depth == path->len)
        return *value;
    step = &path->items[depth];
    below = step_down(at, step);
    XY_ASSERT(below);
    changed = replace_from(arena, below, path, depth + 1, value);
    return step->kind == XY_VALUE_STRING ? object_with(arena, at, xy_value_text(step), &changed)
                                         : list_with(arena, at, (size_t)step->integer, &changed);
}

xy_value merge_replace(xy_arena *arena, const xy_value *root, const xy_value *path,
                       const xy_value *value)
{
    return replace_from(arena, root, path, 0, value);
}

static xy_value merge_objects(xy_arena *arena, merge_rule rule, const xy_value *old,
                              const xy_value *added)
{
    xy_member *members = XY_ARENA_ARRAY(arena, xy_member, (size_t)old->len + added->len);
    uint32_t len = old->len;

    for (uint32_t i = 0; i < old->len; i++) {
        const xy_value *more = xy_value_get(added, old->members[i].key);

        members[i] = old->members[i];
        if (more)
            members[i].value = merge_deeply(arena, rule, &old->members[i].value, more);
    }
    for (uint32_t i = 0; i < added->len; i++)
        if (!xy_value_get(old, added->members[i].key))
            members[len++] = added->members[i];
    return (xy_value){.kind = XY_VALUE_OBJECT, .len = len, .members = members};
}

xy_value merge_deeply(xy_arena *arena, merge_rule rule, const xy_value *old, const xy_value *added)
{
    if (old->kind == XY_VALUE_OBJECT && added->kind == XY_VALUE_OBJECT)
        return merge_objects(arena, rule, old, added);
    if (old->kind == XY_VALUE_LIST && added->kind == XY_VALUE_LIST)
        return merge_items(arena, rule, old, added, 0);
    return old->kind == XY_VALUE_NULL && rule == MERGE_NULL_WINS ? *old : *added;
}

xy_value merge_items(xy_arena *arena, merge_rule rule, const xy_value *old, const xy_value *items,
                     size_t index)
{
    size_t end = index + items->len;
    size_t len = end > old->len ? end : old->len;
    xy_value *all = XY_ARENA_ARRAY(arena, xy_value, len);

    for (size_t i = 0; i < len; i++) {
        bool added = i >= index && i < end;

        if (i >= old->len)
            all[i] = added ? items->items[i - index] : XY_NULL;
        else
            all[i] = added ? merge_deeply(arena, rule, &old->items[i], &items->items[i - index])
                           : old->items[i];
    }
    return (xy_value){.kind = XY_VALUE_LIST, .len = (uint32_t)len, .items = all};
}
