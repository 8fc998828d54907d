/* SPDX-License-Identifier: MIT */
/* base/vec.h -- a growing array of any type, in an arena or on the heap.
 *
 *   XY_VEC(int) numbers = {0};
 *   *xy_vec_push(arena, &numbers) = 42;
 *
 * With a NULL arena the items live on the heap: free(numbers.items). In an arena the outgrown
 * arrays stay until the arena goes. */
#ifndef XY_BASE_VEC_H
#define XY_BASE_VEC_H

#include "base/arena.h"

#define XY_VEC(T)                                                                                  \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t len;                                                                                \
        size_t cap;                                                                                \
    }

/* Pointer to one more item, not cleared. */
#define xy_vec_push(arena, vec)                                                                    \
    ((vec)->items =                                                                                \
         XY_LIKELY((vec)->len < (vec)->cap)                                                        \
             ? (vec)->items                                                                        \
             : xy__vec_grow((arena), (vec)->items, &(vec)->cap, (vec)->len, sizeof *(vec)->items), \
     &(vec)->items[(vec)->len++])

/* A copy of `items`, of which there are `len`, with room for twice *cap, which it updates. */
void *xy__vec_grow(xy_arena *arena, void *items, size_t *cap, size_t len, size_t item_size);

#endif
