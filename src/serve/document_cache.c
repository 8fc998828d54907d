/* SPDX-License-Identifier: MIT */
/* serve/document_cache.c -- shards, and entries that hold a reference to what is cached.
 *
 * Invariants
 *   1. An entry's key is the text inside what it holds, so it lives as long as the entry.
 *   2. Nothing is destroyed, and nothing of a document computed, under a shard's lock.
 *   3. A shard is within its bytes whenever its lock is free, but for what documents in use have
 *      grown by until they are offered again.
 *
 * Read next: serve/sieve.h (which entries stay). */
#include "serve/document_cache.h"

#include <stdlib.h>
#include <uv.h>

#include "base/fatal.h"
#include "serve/sieve.h"

#define SHARDS_MAX ((size_t)16)
/* No shard has less, or a large document would find none that takes it. */
#define SHARD_BYTES_MIN ((size_t)4 << 20)

typedef enum entry_kind {
    ENTRY_DOCUMENT,
    ENTRY_SHAPE,
    ENTRY_PARAMS, /* and on: ENTRY_PARAMS + xy_params_origin */
} entry_kind;

typedef struct entry {
    xy_sieve_entry sieve;
    xy_document *document;  /* a reference, or NULL */
    xy_kept_params *params; /* the other one */
    struct entry *next;     /* evicted, on its way to be destroyed */
} entry;

/* Apart by a cache line at least, so that workers do not slow each other down. */
typedef struct shard {
    uv_mutex_t lock;
    xy_sieve sieve;
    uint64_t hits;
    uint64_t misses;
    uint64_t evicted;
    char apart[64];
} shard;

struct xy_document_cache {
    size_t shard_count; /* a power of two */
    shard shards[];
};

static shard *shard_of(xy_document_cache *cache, uint64_t hash)
{
    return &cache->shards[(size_t)hash & (cache->shard_count - 1)];
}

static entry *entry_of(xy_sieve_entry *sieve)
{
    return XY_CONTAINER(sieve, entry, sieve);
}

/* ---- life ---- */

static size_t shard_count(size_t bytes_max)
{
    size_t count = 1;

    while (count < SHARDS_MAX && bytes_max / (count * 2) >= SHARD_BYTES_MIN)
        count *= 2;
    return count;
}

xy_document_cache *xy__document_cache_create(size_t bytes_max)
{
    size_t count = shard_count(bytes_max);
    xy_document_cache *cache;

    if (!bytes_max)
        return NULL;
    cache = xy__zalloc(sizeof *cache + count * sizeof cache->shards[0]);
    cache->shard_count = count;
    for (size_t i = 0; i < count; i++) {
        XY_ASSERT(uv_mutex_init(&cache->shards[i].lock) == 0);
        xy__sieve_init(&cache->shards[i].sieve, bytes_max / count);
    }
    return cache;
}

static void destroy_entries(entry *first)
{
    while (first) {
        entry *next = first->next;

        xy__document_unref(first->document);
        xy__kept_params_unref(first->params);
        free(first);
        first = next;
    }
}

void xy__document_cache_destroy(xy_document_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < cache->shard_count; i++) {
        xy_sieve *sieve = &cache->shards[i].sieve;

        while (!xy__list_empty(&sieve->queue)) {
            xy_sieve_entry *oldest = XY_CONTAINER(sieve->queue.next, xy_sieve_entry, link);

            xy__sieve_remove(sieve, oldest);
            destroy_entries(entry_of(oldest));
        }
        xy__sieve_deinit(sieve);
        uv_mutex_destroy(&cache->shards[i].lock);
    }
    free(cache);
}

/* ---- under a shard's lock ---- */

/* Until `more` bytes are no longer too many. Puts what goes before `first`, a list to be destroyed
 * without the lock, and returns it. */
static entry *make_room(shard *at, size_t more, entry *first)
{
    xy_sieve_entry *victim;

    for (;;) {
        victim = xy__sieve_evict(&at->sieve, more);
        if (!victim)
            return first;
        entry_of(victim)->next = first;
        first = entry_of(victim);
        at->evicted++;
    }
}

/* A copy of `offered`, with references of its own. */
static void add(shard *at, const entry *offered)
{
    entry *new = xy__malloc(sizeof *new);

    *new = *offered;
    if (new->document) {
        xy__document_ref(new->document);
    } else {
        xy__kept_params_ref(new->params);
    }
    xy__sieve_add(&at->sieve, &new->sieve);
}

/* An entry that is there already was offered once more. Returns it when it has outgrown the
 * shard. Another worker may have been first with the same text: then there is nothing to do. */
static entry *recharge(shard *at, entry *known, const entry *offered)
{
    if (known->document != offered->document)
        return NULL;
    xy__sieve_resize(&at->sieve, &known->sieve, offered->sieve.bytes);
    if (xy__sieve_fits(&at->sieve, known->sieve.bytes))
        return NULL;
    xy__sieve_remove(&at->sieve, &known->sieve);
    at->evicted++;
    return known;
}

/* Borrows what `offered` refers to. */
static void offer(xy_document_cache *cache, const entry *offered)
{
    const xy_sieve_entry *key = &offered->sieve;
    shard *at = shard_of(cache, key->hash);
    xy_sieve_entry *known;
    entry *gone = NULL;

    uv_mutex_lock(&at->lock);
    known = xy__sieve_find(&at->sieve, key->hash, key->kind, key->key);
    if (known) {
        gone = recharge(at, entry_of(known), offered);
        gone = make_room(at, 0, gone);
    } else if (xy__sieve_seen(&at->sieve, key->hash) && xy__sieve_fits(&at->sieve, key->bytes)) {
        gone = make_room(at, key->bytes, NULL);
        add(at, offered);
    }
    uv_mutex_unlock(&at->lock);
    destroy_entries(gone);
}

/* ---- find, offer ---- */

xy_document *xy__document_cache_find(xy_document_cache *cache, uint64_t hash, xy_str text)
{
    xy_document *document = NULL;
    xy_sieve_entry *found;
    shard *at;

    if (!cache)
        return NULL;
    at = shard_of(cache, hash);
    uv_mutex_lock(&at->lock);
    found = xy__sieve_find(&at->sieve, hash, ENTRY_DOCUMENT, text);
    if (found) {
        document = xy__document_ref(entry_of(found)->document);
        at->hits++;
    }
    uv_mutex_unlock(&at->lock);
    return document;
}

void xy__document_cache_missed(xy_document_cache *cache, uint64_t hash)
{
    shard *at;

    if (!cache)
        return;
    at = shard_of(cache, hash);
    uv_mutex_lock(&at->lock);
    at->misses++;
    uv_mutex_unlock(&at->lock);
}

xy_document *xy__document_cache_find_shape(xy_document_cache *cache, const xy_shape *shape)
{
    xy_document *document = NULL;
    xy_sieve_entry *found;
    shard *at;

    if (!cache)
        return NULL;
    at = shard_of(cache, shape->hash);
    uv_mutex_lock(&at->lock);
    found = xy__sieve_find(&at->sieve, shape->hash, ENTRY_SHAPE, shape->key);
    if (found) {
        document = xy__document_ref(entry_of(found)->document);
        at->hits++;
    }
    uv_mutex_unlock(&at->lock);
    return document;
}

bool xy__document_cache_wants_shape(xy_document_cache *cache, const xy_shape *shape)
{
    bool wanted;
    shard *at;

    if (!cache)
        return false;
    at = shard_of(cache, shape->hash);
    uv_mutex_lock(&at->lock);
    wanted = xy__sieve_seen(&at->sieve, shape->hash) &&
             !xy__sieve_find(&at->sieve, shape->hash, ENTRY_SHAPE, shape->key);
    uv_mutex_unlock(&at->lock);
    return wanted;
}

xy_kept_params *xy__document_cache_find_params(xy_document_cache *cache, uint64_t hash,
                                               xy_params_origin origin, xy_str text)
{
    xy_kept_params *params = NULL;
    xy_sieve_entry *found;
    shard *at;

    if (!cache || text.len > XY_CACHED_REQUEST_MAX)
        return NULL;
    at = shard_of(cache, hash);
    uv_mutex_lock(&at->lock);
    found = xy__sieve_find(&at->sieve, hash, ENTRY_PARAMS + (unsigned)origin, text);
    if (found)
        params = xy__kept_params_ref(entry_of(found)->params);
    uv_mutex_unlock(&at->lock);
    return params;
}

void xy__document_cache_offer(xy_document_cache *cache, uint64_t hash, xy_document *document)
{
    entry offered = {
        .sieve = {.hash = hash, .kind = ENTRY_DOCUMENT, .key = document->source.text},
        .document = document,
    };

    if (!cache)
        return;
    offered.sieve.bytes = sizeof offered + xy__document_bytes(document);
    offer(cache, &offered);
}

void xy__document_cache_offer_shape(xy_document_cache *cache, const xy_shape *shape,
                                    xy_document *document)
{
    /* The key is that in the document, whose lifetime it has. */
    entry offered = {
        .sieve = {.hash = shape->hash, .kind = ENTRY_SHAPE, .key = document->lift->key},
        .document = document,
    };

    if (!cache)
        return;
    offered.sieve.bytes = sizeof offered + xy__document_bytes(document);
    offer(cache, &offered);
}

void xy__document_cache_offer_params(xy_document_cache *cache, uint64_t hash,
                                     xy_kept_params *params)
{
    entry offered = {
        .sieve = {.hash = hash,
                  .kind = ENTRY_PARAMS + (unsigned)params->origin,
                  .key = params->text},
        .params = params,
    };

    if (!cache || params->text.len > XY_CACHED_REQUEST_MAX)
        return;
    offered.sieve.bytes = sizeof offered + xy__kept_params_bytes(params);
    offer(cache, &offered);
}

/* ---- figures ---- */

xy_cache_figures xy__document_cache_read(xy_document_cache *cache)
{
    xy_cache_figures figures = {0};

    for (size_t i = 0; cache && i < cache->shard_count; i++) {
        shard *at = &cache->shards[i];

        uv_mutex_lock(&at->lock);
        figures.hits += at->hits;
        figures.misses += at->misses;
        figures.entries += at->sieve.len;
        figures.bytes += at->sieve.bytes;
        figures.evicted += at->evicted;
        uv_mutex_unlock(&at->lock);
    }
    return figures;
}
