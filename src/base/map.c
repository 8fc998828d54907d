/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <stdlib.h>
#include <sys/auxv.h>
#include <xxhash.h>

#include "base/fatal.h"

#define CAP_FIRST ((size_t)8)

/* AT_RANDOM: 16 random bytes which the kernel gives every process, so a seed without state of our
 * own. The C library makes its own secrets of either half, which therefore is not to be told by
 * the seed alone. */
static uint64_t process_seed(void)
{
    const void *random = (const void *)(uintptr_t)getauxval(AT_RANDOM);
    uint64_t halves[2] = {0, 0};

    if (random)
        memcpy(halves, random, sizeof halves);
    return halves[0] ^ halves[1];
}

uint64_t xy__hash(xy_str s)
{
    return XXH3_64bits_withSeed(s.ptr ? s.ptr : "", s.len, process_seed());
}

void xy__map_init(xy_map *map, xy_arena *arena)
{
    *map = (xy_map){.arena = arena};
}

static uint64_t hash_of(const xy_map *map, xy_str key)
{
    return XXH3_64bits_withSeed(key.ptr, key.len, map->seed);
}

void xy__map_deinit(xy_map *map)
{
    if (!map->arena)
        free(map->slots);
    xy__map_init(map, map->arena);
}

/* The slot of `key`, or the unused slot where it would go. Never called on a full table. */
static xy_map_slot *find(xy_map_slot *slots, size_t cap, xy_str key, uint64_t hash)
{
    size_t at = (size_t)hash & (cap - 1);

    while (slots[at].key.ptr &&
           !(slots[at].value && slots[at].hash == hash && xy_str_eq(slots[at].key, key)))
        at = (at + 1) & (cap - 1);
    return &slots[at];
}

static void rehash(xy_map *map)
{
    size_t cap = CAP_FIRST;
    xy_map_slot *slots;

    while (cap < map->len * 2 + 2)
        cap *= 2;
    slots = map->arena ? xy__arena_zalloc(map->arena, cap * sizeof *slots)
                       : xy__zalloc(cap * sizeof *slots);
    for (size_t i = 0; i < map->cap; i++)
        if (map->slots[i].value)
            *find(slots, cap, map->slots[i].key, map->slots[i].hash) = map->slots[i];
    if (!map->arena)
        free(map->slots);
    map->slots = slots;
    map->cap = cap;
    map->used = map->len;
}

static xy_str as_key(xy_str key)
{
    return key.ptr ? key : XY_STR("");
}

void *xy__map_get(const xy_map *map, xy_str key)
{
    key = as_key(key);
    return map->cap ? find(map->slots, map->cap, key, hash_of(map, key))->value : NULL;
}

void *xy__map_put(xy_map *map, xy_str key, void *value)
{
    xy_map_slot *slot;
    uint64_t hash;
    void *before;

    XY_ASSERT(value);
    key = as_key(key);
    if (!map->cap)
        map->seed = process_seed(); /* not sooner: many maps stay empty */
    hash = hash_of(map, key);
    if ((map->used + 1) * 4 > map->cap * 3)
        rehash(map);
    slot = find(map->slots, map->cap, key, hash);
    before = slot->value;
    if (!slot->key.ptr)
        map->used++;
    if (!before) {
        map->len++;
        *slot = (xy_map_slot){.key = key, .hash = hash};
    }
    slot->value = value;
    return before;
}

/* A deleted slot stays in the way of those behind it until the next rehash, but forgets the
 * borrowed bytes, which may be freed now. */
void *xy__map_del(xy_map *map, xy_str key)
{
    xy_map_slot *slot;
    void *before;

    key = as_key(key);
    if (!map->cap)
        return NULL;
    slot = find(map->slots, map->cap, key, hash_of(map, key));
    before = slot->value;
    if (before) {
        slot->key = XY_STR("");
        slot->value = NULL;
        map->len--;
    }
    return before;
}

xy_map_slot *xy__map_next(const xy_map *map, size_t *at)
{
    while (*at < map->cap) {
        xy_map_slot *slot = &map->slots[(*at)++];

        if (slot->value)
            return slot;
    }
    return NULL;
}
