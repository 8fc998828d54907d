/* SPDX-License-Identifier: MIT */
/* serve/sieve.h -- which entries of a bounded cache stay: SIEVE, behind a second sighting.
 *
 *   newest                    hand                 oldest
 *     v                         v                    v
 *   [ F ]--[ D* ]--[ E ]--[ C* ]--[ B ]--[ A* ]           * used since the hand last passed
 *                             <-- moves
 *
 * The hand walks from the oldest to the newest entry and starts again: what was used since it
 * last passed loses its mark and stays, what was not goes. (Zhang et al., "SIEVE is Simpler than
 * LRU", NSDI 2024.) Why not least recently used: a hit writes one byte instead of moving an entry
 * in a shared list, hit rates on web traffic are better, and a flood of new entries passes
 * through without pushing out those in use, which an LRU does not survive.
 *
 * What is sent only once does not come in at all: an entry is admitted when its hash is seen a
 * second time. Until then it costs a fingerprint of four bytes.
 *
 * One shard of a cache; the caller locks. Entries are embedded in what is cached. */
#ifndef XY_SERVE_SIEVE_H
#define XY_SERVE_SIEVE_H

#include <stdint.h>

#include "xylem/str.h"

#include "base/list.h"

typedef struct xy_sieve_entry {
    struct xy_sieve_entry *next; /* in its bucket */
    xy_link link;                /* in the queue */
    uint64_t hash;
    xy_str key;
    size_t bytes;
    unsigned kind; /* of key: equal texts of different kinds are different keys */
    bool used;
} xy_sieve_entry;

typedef struct xy_sieve {
    size_t bytes_max;
    size_t bytes; /* of all entries */
    size_t len;
    xy_sieve_entry **buckets;
    size_t bucket_count; /* a power of two */
    xy_link queue;       /* oldest first */
    xy_link *hand;       /* the entry it will look at next; the queue itself: the oldest */
    uint32_t *sightings; /* fingerprints of hashes seen once */
} xy_sieve;

/* An empty sieve for `bytes_max` bytes. */
void xy__sieve_init(xy_sieve *sieve, size_t bytes_max);

/* Frees the tables; the entries are the caller's. */
void xy__sieve_deinit(xy_sieve *sieve);

/* The entry of `key` of `kind`, whose hash is `hash`, marked as used; NULL: none. Equal hashes
 * of different keys do not matter. */
xy_sieve_entry *xy__sieve_find(xy_sieve *sieve, uint64_t hash, unsigned kind, xy_str key);

/* Is this the second sighting of `hash`? (As good as: two hashes may look alike, and many others
 * in between make it forget.) */
bool xy__sieve_seen(xy_sieve *sieve, uint64_t hash);

/* May an entry of so many bytes come in? One alone must not sweep out most of the others. */
bool xy__sieve_fits(const xy_sieve *sieve, size_t bytes);

/* Put in `entry`: hash, key, kind and bytes are set, it is not there yet, and room has been made
 * (xy__sieve_evict()). keeps: entry and its key, until it is evicted or removed. */
void xy__sieve_add(xy_sieve *sieve, xy_sieve_entry *entry);

/* `entry` has become larger or smaller. */
void xy__sieve_resize(xy_sieve *sieve, xy_sieve_entry *entry, size_t bytes);

/* Take out `entry`. */
void xy__sieve_remove(xy_sieve *sieve, xy_sieve_entry *entry);

/* Take out one entry if `more` bytes would be too many; NULL: they are not. */
xy_sieve_entry *xy__sieve_evict(xy_sieve *sieve, size_t more);

#endif
