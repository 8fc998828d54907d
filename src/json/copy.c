/* SPDX-License-Identifier: MIT */
#include "json/copy.h"

static void copy_items(xy_arena *arena, xy_value *value)
{
    xy_value *items = xy__arena_alloc(arena, value->len * sizeof *items);

    for (uint32_t i = 0; i < value->len; i++)
        items[i] = xy__value_copy(arena, &value->items[i]);
    value->items = items;
}

static void copy_members(xy_arena *arena, xy_value *value)
{
    xy_member *members = xy__arena_alloc(arena, value->len * sizeof *members);

    for (uint32_t i = 0; i < value->len; i++) {
        members[i].key = xy__arena_str(arena, value->members[i].key);
        members[i].value = xy__value_copy(arena, &value->members[i].value);
    }
    value->members = members;
}

xy_value xy__value_copy(xy_arena *arena, const xy_value *value)
{
    xy_value copy = *value;

    if (xy_value_text(&copy).ptr) {
        copy.text = xy__arena_str(arena, xy_value_text(value)).ptr;
    } else if (copy.len && copy.kind == XY_VALUE_LIST) {
        copy_items(arena, &copy);
    } else if (copy.len && copy.kind == XY_VALUE_OBJECT) {
        copy_members(arena, &copy);
    }
    return copy;
}
