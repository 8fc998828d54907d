/* SPDX-License-Identifier: MIT */
#include "base/vec.h"

#include "base/fatal.h"

#define CAP_FIRST ((size_t)4)

void *xy__vec_grow(xy_arena *arena, void *items, size_t *cap, size_t len, size_t item_size)
{
    size_t wider = *cap ? *cap * 2 : CAP_FIRST;
    void *copy;

    *cap = wider;
    if (!arena)
        return xy__realloc(items, wider * item_size);
    copy = xy__arena_alloc(arena, wider * item_size);
    if (len)
        memcpy(copy, items, len * item_size);
    return copy;
}
