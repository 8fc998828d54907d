/* SPDX-License-Identifier: MIT */
/* base/arena.h -- memory of one lifetime: allocate by moving a pointer, free all at once.
 *
 * Allocation never fails. An arena over its maximum is *marked* (xy__arena_over(), sticky until
 * reset) and goes on giving memory, so that no caller checks each allocation; a loop over
 * hostile input asks once a step and stops with XY_ELIMIT. One step must therefore allocate no
 * more than a small multiple of the input it has consumed. */
#ifndef XY_BASE_ARENA_H
#define XY_BASE_ARENA_H

#include <stdarg.h>
#include <stdint.h>

#include "xylem/str.h"

#include "base/poison.h"

#define XY_ARENA_ALIGN ((size_t)8)

typedef struct xy_arena_chunk xy_arena_chunk;

typedef struct xy_arena {
    char *ptr;              /* next free byte of the newest chunk */
    size_t room;            /* bytes from there to its end */
    xy_arena_chunk *chunks; /* newest first */
    size_t held;            /* bytes in all chunks */
    size_t max;
    uint32_t first; /* size of the first chunk; 0: 4 KiB */
    bool over;
} xy_arena;

/* An arena that is "over" once its chunks hold more than `max` bytes. No memory is taken before
 * the first allocation. */
void xy__arena_init(xy_arena *arena, size_t max);

/* The same for one of many that live long and mostly hold little: its first chunk has `first`
 * bytes (a multiple of XY_ARENA_ALIGN) instead of 4 KiB. */
void xy__arena_init_small(xy_arena *arena, size_t max, uint32_t first);

/* Frees everything; `arena` may be all zero. */
void xy__arena_deinit(xy_arena *arena);

/* The same on the heap. gives: the arena, end it with xy__arena_destroy() (NULL is fine). */
xy_arena *xy__arena_create(size_t max);
void xy__arena_destroy(xy_arena *arena);

/* Forget all allocations but keep the oldest chunk for reuse; clears the over mark. */
void xy__arena_reset(xy_arena *arena);

/* Move all memory of `from`, which is empty afterwards, to `arena`: it lives as long from now on,
 * and counts there. */
void xy__arena_adopt(xy_arena *arena, xy_arena *from);

/* The slow path of xy__arena_alloc(). */
void *xy__arena_alloc_chunk(xy_arena *arena, size_t size);

/* `size` bytes, aligned to XY_ARENA_ALIGN, not cleared. Never NULL. */
static inline void *xy__arena_alloc(xy_arena *arena, size_t size)
{
    char *ptr = arena->ptr;
    size_t taken;

    /* Also when 0 bytes are wanted, which wraps: there may be no chunk yet to point into. */
    if (XY_UNLIKELY(size + XY_POISON_GAP - 1 >= arena->room))
        return xy__arena_alloc_chunk(arena, size);
    /* Chunk sizes are multiples of the alignment, so what is rounded up fits too. */
    taken = ((size + XY_ARENA_ALIGN - 1) & ~(XY_ARENA_ALIGN - 1)) + XY_POISON_GAP;
    arena->ptr = ptr + taken;
    arena->room -= taken;
    xy__unpoison(ptr, size);
    return ptr;
}

/* The same, cleared. */
void *xy__arena_zalloc(xy_arena *arena, size_t size);

/* One cleared T; `count` cleared Ts. */
#define XY_ARENA_NEW(arena, T)          ((T *)xy__arena_zalloc((arena), sizeof(T)))
#define XY_ARENA_ARRAY(arena, T, count) ((T *)xy__arena_zalloc((arena), sizeof(T) * (count)))

/* A copy of `s` in the arena, followed by a NUL that is not counted. XY_STR_NULL stays null. */
xy_str xy__arena_str(xy_arena *arena, xy_str s);

/* Formatted text in the arena, followed by a NUL that is not counted. */
xy_str xy__arena_printf(xy_arena *arena, const char *fmt, ...) XY_PRINTF(2, 3);
xy_str xy__arena_vprintf(xy_arena *arena, const char *fmt, va_list args) XY_PRINTF(2, 0);

/* Has the arena outgrown its maximum? */
static inline bool xy__arena_over(const xy_arena *arena)
{
    return arena->over;
}

#endif
