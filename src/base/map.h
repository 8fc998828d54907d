/* SPDX-License-Identifier: MIT */
/* base/map.h -- a hash map from strings to pointers: open addressing, seeded per process against
 * chosen collisions.
 *
 * Keys are borrowed: they must live as long as their entry. Entries are iterated in no
 * particular order; keep a vec beside the map where order matters. */
#ifndef XY_BASE_MAP_H
#define XY_BASE_MAP_H

#include "base/arena.h"

typedef struct xy_map_slot {
    xy_str key; /* ptr NULL: never used */
    uint64_t hash;
    void *value; /* NULL with a key: deleted */
} xy_map_slot;

typedef struct xy_map {
    xy_arena *arena; /* NULL: on the heap */
    xy_map_slot *slots;
    size_t cap;  /* a power of two, or 0 */
    size_t used; /* slots with a key, deleted ones included */
    size_t len;  /* entries */
    uint64_t seed;
} xy_map;

/* An empty map whose table lives in `arena` (keeps: arena, until the map's end), or on the heap
 * when that is NULL. */
void xy__map_init(xy_map *map, xy_arena *arena);

/* Frees a heap map's table (an arena's goes with its arena). Keys and values are the caller's. */
void xy__map_deinit(xy_map *map);

/* The value of `key`, or NULL. */
void *xy__map_get(const xy_map *map, xy_str key);

/* Set `key` to `value` (not NULL). keeps: the bytes of key, until the entry is gone; an existing
 * entry keeps its old key bytes. Returns the value it replaced, or NULL. */
void *xy__map_put(xy_map *map, xy_str key, void *value);

/* Remove `key`; returns its value, or NULL. */
void *xy__map_del(xy_map *map, xy_str key);

/* Next entry after position *at (start with 0); NULL at the end. The map must not be changed on
 * the way, but the entry just returned may be deleted. */
xy_map_slot *xy__map_next(const xy_map *map, size_t *at);

/* The process's hash of some bytes: seeded from the kernel's randomness at program start, equal
 * within a process. */
uint64_t xy__hash(xy_str s);

#endif
