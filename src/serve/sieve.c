/* SPDX-License-Identifier: MIT */
#include "serve/sieve.h"

#include <stdlib.h>

#include "base/fatal.h"

#define BUCKETS_FIRST ((size_t)16)
#define SIGHTINGS     ((size_t)1024)

void xy__sieve_init(xy_sieve *sieve, size_t bytes_max)
{
    *sieve = (xy_sieve){.bytes_max = bytes_max, .bucket_count = BUCKETS_FIRST};
    sieve->buckets = xy__zalloc(sieve->bucket_count * sizeof(xy_sieve_entry *));
    sieve->sightings = xy__zalloc(SIGHTINGS * sizeof *sieve->sightings);
    xy__list_init(&sieve->queue);
    sieve->hand = &sieve->queue;
}

void xy__sieve_deinit(xy_sieve *sieve)
{
    free(sieve->buckets);
    free(sieve->sightings);
    *sieve = (xy_sieve){.bytes_max = sieve->bytes_max};
}

/* Shards are told apart by the low bits, so here the others count. */
static xy_sieve_entry **bucket_of(xy_sieve_entry **buckets, size_t count, uint64_t hash)
{
    return &buckets[(size_t)(hash >> 32) & (count - 1)];
}

static bool is_entry(const xy_sieve_entry *entry, uint64_t hash, unsigned kind, xy_str key)
{
    return entry->hash == hash && entry->kind == kind && xy_str_eq(entry->key, key);
}

xy_sieve_entry *xy__sieve_find(xy_sieve *sieve, uint64_t hash, unsigned kind, xy_str key)
{
    xy_sieve_entry *entry = *bucket_of(sieve->buckets, sieve->bucket_count, hash);

    while (entry && !is_entry(entry, hash, kind, key))
        entry = entry->next;
    if (entry && !entry->used)
        entry->used = true;
    return entry;
}

bool xy__sieve_seen(xy_sieve *sieve, uint64_t hash)
{
    uint32_t *sighting = &sieve->sightings[(size_t)(hash >> 8) & (SIGHTINGS - 1)];
    uint32_t fingerprint = (uint32_t)(hash >> 32) | 1; /* 0: nothing was seen */

    if (*sighting == fingerprint)
        return true;
    *sighting = fingerprint;
    return false;
}

bool xy__sieve_fits(const xy_sieve *sieve, size_t bytes)
{
    return bytes <= sieve->bytes_max / 2;
}

static void widen(xy_sieve *sieve)
{
    size_t count = sieve->bucket_count * 2;
    xy_sieve_entry **buckets = xy__zalloc(count * sizeof(xy_sieve_entry *));

    for (size_t i = 0; i < sieve->bucket_count; i++) {
        xy_sieve_entry *entry = sieve->buckets[i];

        while (entry) {
            xy_sieve_entry *next = entry->next;
            xy_sieve_entry **bucket = bucket_of(buckets, count, entry->hash);

            entry->next = *bucket;
            *bucket = entry;
            entry = next;
        }
    }
    free(sieve->buckets);
    sieve->buckets = buckets;
    sieve->bucket_count = count;
}

void xy__sieve_add(xy_sieve *sieve, xy_sieve_entry *entry)
{
    xy_sieve_entry **bucket;

    if (sieve->len == sieve->bucket_count)
        widen(sieve);
    bucket = bucket_of(sieve->buckets, sieve->bucket_count, entry->hash);
    entry->next = *bucket;
    *bucket = entry;
    entry->used = false;
    xy__list_append(&sieve->queue, &entry->link);
    sieve->bytes += entry->bytes;
    sieve->len++;
}

void xy__sieve_resize(xy_sieve *sieve, xy_sieve_entry *entry, size_t bytes)
{
    sieve->bytes += bytes - entry->bytes;
    entry->bytes = bytes;
}

void xy__sieve_remove(xy_sieve *sieve, xy_sieve_entry *entry)
{
    xy_sieve_entry **at = bucket_of(sieve->buckets, sieve->bucket_count, entry->hash);

    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    if (sieve->hand == &entry->link)
        sieve->hand = entry->link.next;
    xy__list_remove(&entry->link);
    sieve->bytes -= entry->bytes;
    sieve->len--;
}

/* The entry under the hand, which goes back to the oldest after the newest. */
static xy_sieve_entry *under_hand(xy_sieve *sieve)
{
    if (sieve->hand == &sieve->queue)
        sieve->hand = sieve->queue.next;
    return XY_CONTAINER(sieve->hand, xy_sieve_entry, link);
}

xy_sieve_entry *xy__sieve_evict(xy_sieve *sieve, size_t more)
{
    xy_sieve_entry *entry;

    if (sieve->len == 0 || sieve->bytes + more <= sieve->bytes_max)
        return NULL;
    entry = under_hand(sieve);
    while (entry->used) {
        entry->used = false;
        sieve->hand = entry->link.next;
        entry = under_hand(sieve);
    }
    xy__sieve_remove(sieve, entry);
    return entry;
}
