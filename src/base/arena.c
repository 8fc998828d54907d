/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdarg.h>
#include <stdatomic.h>
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

/* Large chunks that were freed, for the next arena that grows so far, of any thread: memory that
 * goes back to the system costs a fault for each of its pages when it is taken again, which is
 * more than most users of an arena do with it. */
#define SPARE_SIZES 3u /* CHUNK_MAX and the two halvings of it */
#define SPARES_EACH 6u

static _Atomic(xy_arena_chunk *) spares[SPARE_SIZES][SPARES_EACH];

/* The spares of chunks of `size`; NULL: none are kept. */
static _Atomic(xy_arena_chunk *) *spares_of(size_t size)
{
    for (unsigned i = 0; i < SPARE_SIZES; i++)
        if (size == CHUNK_MAX >> i)
            return spares[i];
    return NULL;
}

static xy_arena_chunk *take_spare(size_t size)
{
    _Atomic(xy_arena_chunk *) *places = spares_of(size);

    for (unsigned i = 0; places && i < SPARES_EACH; i++) {
        xy_arena_chunk *chunk = NULL;

        if (atomic_load_explicit(&places[i], memory_order_relaxed))
            chunk = atomic_exchange_explicit(&places[i], NULL, memory_order_acquire);
        if (chunk)
            return chunk;
    }
    return NULL;
}

static bool keep_spare(xy_arena_chunk *chunk)
{
    _Atomic(xy_arena_chunk *) *places = spares_of(chunk->size);

    for (unsigned i = 0; places && i < SPARES_EACH; i++) {
        xy_arena_chunk *none = NULL;

        if (!atomic_load_explicit(&places[i], memory_order_relaxed) &&
            atomic_compare_exchange_strong_explicit(&places[i], &none, chunk, memory_order_release,
                                                    memory_order_relaxed))
            return true;
    }
    return false;
}

void xy__arena_init(xy_arena *arena, size_t max)
{
    xy__arena_init_small(arena, max, (uint32_t)CHUNK_FIRST);
}

void xy__arena_init_small(xy_arena *arena, size_t max, uint32_t first)
{
    XY_ASSERT(first % XY_ARENA_ALIGN == 0);
    *arena = (xy_arena){.max = max, .first = first};
}

static void free_chunk(xy_arena_chunk *chunk)
{
    xy__poison(chunk->data, chunk->size);
    if (!keep_spare(chunk))
        free(chunk);
}

static void free_chunks(xy_arena_chunk *chunk)
{
    while (chunk) {
        xy_arena_chunk *older = chunk->older;

        free_chunk(chunk);
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

        free_chunk(oldest);
        oldest = older;
    }
    /* An outsized first chunk would pin its memory for the arena's whole life. */
    if (oldest->size > kept_max(arena)) {
        free_chunk(oldest);
        xy__arena_init_small(arena, arena->max, arena->first);
        return;
    }
    arena->chunks = oldest;
    arena->held = oldest->size;
    arena->ptr = oldest->data;
    arena->room = oldest->size;
    xy__poison(oldest->data, oldest->size);
}

void xy__arena_adopt(xy_arena *arena, xy_arena *from)
{
    xy_arena_chunk *oldest = from->chunks;

    if (!oldest)
        return;
    while (oldest->older)
        oldest = oldest->older;
    if (arena->chunks) {
        /* Behind the newest, whose room stays in use. */
        oldest->older = arena->chunks->older;
        arena->chunks->older = from->chunks;
    } else {
        arena->chunks = from->chunks;
        arena->ptr = from->ptr;
        arena->room = from->room;
    }
    arena->held += from->held;
    arena->over = arena->over || from->over || arena->held > arena->max;
    xy__arena_init_small(from, from->max, from->first);
}

/* Takes one more chunk, with at least `size` bytes. */
static xy_arena_chunk *add_chunk(xy_arena *arena, size_t size)
{
    size_t want = arena->first ? arena->first : CHUNK_FIRST;
    xy_arena_chunk *chunk;

    /* Twice as much in all, in steps that keep to the sizes of spares. */
    while (want < arena->held && want < CHUNK_MAX)
        want *= 2;
    if (want > CHUNK_MAX)
        want = CHUNK_MAX;
    if (want < size)
        want = size;
    chunk = take_spare(want);
    if (!chunk)
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
