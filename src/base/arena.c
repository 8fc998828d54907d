/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"

#define CHUNK_FIRST ((size_t)4096)
#define CHUNK_MAX   ((size_t)256 << 10)

struct xy_arena_chunk {
    xy_arena_chunk *older;
    size_t size; /* of data */
    char data[];
};

void xy__arena_init(xy_arena *arena, size_t max)
{
    xy__arena_init_small(arena, max, (uint32_t)CHUNK_FIRST);
}

void xy__arena_init_small(xy_arena *arena, size_t max, uint32_t first)
{
    XY_ASSERT(first % XY_ARENA_ALIGN == 0);
    *arena = (xy_arena){.max = max, .first = first};
}

static void free_chunks(xy_arena_chunk *chunk)
{
    while (chunk) {
        xy_arena_chunk *older = chunk->older;

        free(chunk);
        chunk = older;
    }
}

void xy__arena_deinit(xy_arena *arena)
{
    free_chunks(arena->chunks);
    xy__arena_init_small(arena, arena->max, arena->first);
}

xy_arena *xy__arena_create(size_t max)
{
    xy_arena *arena = xy__malloc(sizeof *arena);

    xy__arena_init(arena, max);
    return arena;
}

void xy__arena_destroy(xy_arena *arena)
{
    if (!arena)
        return;
    xy__arena_deinit(arena);
    free(arena);
}

/* The largest chunk that a reset keeps. */
static size_t kept_max(const xy_arena *arena)
{
    return arena->first < CHUNK_FIRST ? 4 * (size_t)arena->first : CHUNK_MAX;
}

void xy__arena_reset(xy_arena *arena)
{
    xy_arena_chunk *oldest = arena->chunks;

    arena->over = false;
    if (!oldest)
        return;
    while (oldest->older) {
        xy_arena_chunk *older = oldest->older;

        free(oldest);
        oldest = older;
    }
    /* An outsized first chunk would pin its memory for the arena's whole life. */
    if (oldest->size > kept_max(arena)) {
        free(oldest);
        xy__arena_init_small(arena, arena->max, arena->first);
        return;
    }
    arena->chunks = oldest;
    arena->held = oldest->size;
    arena->ptr = oldest->data;
    arena->room = oldest->size;
    xy__poison(oldest->data, oldest->size);
}

/* Takes one more chunk, with at least `size` bytes. */
static xy_arena_chunk *add_chunk(xy_arena *arena, size_t size)
{
    size_t want = arena->first ? arena->first : CHUNK_FIRST;
    xy_arena_chunk *chunk;

    if (want < arena->held)
        want = arena->held;
    if (want > CHUNK_MAX)
        want = CHUNK_MAX;
    if (want < size)
        want = size;
    chunk = xy__malloc(sizeof *chunk + want);
    chunk->size = want;
    xy__poison(chunk->data, want);
    arena->held += want;
    arena->over = arena->over || arena->held > arena->max;
    return chunk;
}

void *xy__arena_alloc_chunk(xy_arena *arena, size_t size)
{
    xy_arena_chunk *chunk;

    if (size == 0)
        return xy__arena_alloc(arena, 1);
    if (size > SIZE_MAX / 2)
        xy__fatal("arena: %zu bytes asked for at once", size);
    chunk = add_chunk(arena, ((size + XY_ARENA_ALIGN - 1) & ~(XY_ARENA_ALIGN - 1)) + XY_POISON_GAP);
    /* A big block gets a chunk of its own behind the current one, whose room stays in use. */
    if (chunk->size - size < XY_ARENA_ALIGN + XY_POISON_GAP && arena->room > CHUNK_FIRST) {
        chunk->older = arena->chunks->older;
        arena->chunks->older = chunk;
        xy__unpoison(chunk->data, size);
        return chunk->data;
    }
    chunk->older = arena->chunks;
    arena->chunks = chunk;
    arena->ptr = chunk->data;
    arena->room = chunk->size;
    return xy__arena_alloc(arena, size);
}

void *xy__arena_zalloc(xy_arena *arena, size_t size)
{
    void *ptr = xy__arena_alloc(arena, size);

    if (size)
        memset(ptr, 0, size);
    return ptr;
}

xy_str xy__arena_str(xy_arena *arena, xy_str s)
{
    char *copy;

    if (!s.ptr)
        return s;
    copy = xy__arena_alloc(arena, s.len + 1);
    memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return (xy_str){copy, s.len};
}

xy_str xy__arena_vprintf(xy_arena *arena, const char *fmt, va_list args)
{
    va_list again;
    int len;
    char *text;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    XY_ASSERT(len >= 0);
    text = xy__arena_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    return (xy_str){text, (size_t)len};
}

xy_str xy__arena_printf(xy_arena *arena, const char *fmt, ...)
{
    va_list args;
    xy_str text;

    va_start(args, fmt);
    text = xy__arena_vprintf(arena, fmt, args);
    va_end(args);
    return text;
}
