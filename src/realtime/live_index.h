/* SPDX-License-Identifier: MIT */
/* realtime/live_index.h -- which groups of live queries depend on which key; one a worker.
 *
 * A group is a *node* here. Its keys are *pinned* (the coordinates of its query, known before any
 * run) or *met* (told by a run as it goes). What the last run has not met is dropped after it.
 *
 * While any run is in flight, what is invalidated meanwhile is remembered: a run that meets a key
 * for the first time may have read its data before that. Loop's thread only. */
#ifndef XY_REALTIME_LIVE_INDEX_H
#define XY_REALTIME_LIVE_INDEX_H

#include <stdint.h>

#include "xylem/str.h"

#include "base/vec.h"

/* Longer keys are not registered: nobody can invalidate them (realtime/invalidations.h). */
#define XY_LIVE_KEY_BYTES_MAX ((size_t)4096)

/* Keys of one node. One that met more depends on everything. */
#define XY_LIVE_NODE_KEYS_MAX ((size_t)1 << 16)

/* Invalidated keys that are remembered while runs are in flight. Beyond that, every key counts as
 * invalidated at this moment. */
#define XY_LIVE_RECENT_MAX ((size_t)4096)

typedef struct xy_live_node xy_live_node;
typedef struct xy_live_key xy_live_key;

/* A node was hit; `key` is null when anything may have changed. It may not change the index. */
typedef void xy_on_live_hit(xy_live_node *node, xy_str key);

/* A node depends on a key. */
typedef struct xy_live_entry {
    uint32_t key;  /* its number */
    uint32_t at;   /* this entry's place among those of the key */
    uint32_t mark; /* the run that met it last; or pinned */
} xy_live_entry;

/* Embed it; all zero before xy__live_node_add(). */
struct xy_live_node {
    XY_VEC(xy_live_entry) entries; /* in the order in which the last run met them, roughly */
    uint32_t *table;               /* places of entries, by hash of the key; NULL: a few only */
    uint32_t table_cap;            /* a power of two, or 0 */
    uint32_t number;
    uint32_t run;     /* counts this node's runs */
    uint32_t next;    /* the entry that the run in flight is expected to meet now */
    uint64_t started; /* index->sequence when the run in flight began */
    bool running;
    bool too_many;   /* depends on everything */
    bool met_excess; /* the run in flight has met more than XY_LIVE_NODE_KEYS_MAX */
};

/* Hash of a key -> when it was invalidated last. */
typedef struct xy_live_recent_slot {
    uint64_t hash; /* 0: free */
    uint64_t sequence;
} xy_live_recent_slot;

typedef struct xy_live_recent {
    xy_live_recent_slot *slots;
    size_t cap; /* a power of two, or 0 */
    size_t len;
    uint64_t all; /* everything was invalidated then */
} xy_live_recent;

/* Embed it. */
typedef struct xy_live_index {
    xy_on_live_hit *on_hit;
    XY_VEC(xy_live_key *) keys; /* by number; NULL: free */
    XY_VEC(uint32_t) free_keys;
    uint32_t *table; /* 1 + numbers of keys, by hash; 0: free */
    uint32_t table_cap;
    uint32_t key_count;
    XY_VEC(xy_live_node *) nodes; /* by number; NULL: free */
    XY_VEC(uint32_t) free_nodes;
    size_t entry_count;
    size_t excess_count; /* nodes that depend on everything */
    size_t in_flight;    /* runs */
    uint64_t sequence;   /* counts invalidations */
    xy_live_recent recent;
} xy_live_index;

/* An empty index that calls `on_hit`. */
void xy__live_index_init(xy_live_index *index, xy_on_live_hit *on_hit);

/* Every node must be gone. */
void xy__live_index_deinit(xy_live_index *index);

/* Call on_hit for each node that depends on `key`. A node that has several keys of a batch is
 * called for each. Returns how many were called. */
size_t xy__live_index_invalidate(xy_live_index *index, xy_str key);

/* Call on_hit for every node. Returns how many. */
size_t xy__live_index_invalidate_all(xy_live_index *index);

/* Bytes that the index takes for its nodes and keys, without the nodes themselves. */
size_t xy__live_index_bytes(const xy_live_index *index);

/* One more node, without keys. keeps: node, until xy__live_node_remove(). */
void xy__live_node_add(xy_live_index *index, xy_live_node *node);

/* It and its keys are gone; its run, if one is in flight, counts no more. */
void xy__live_node_remove(xy_live_index *index, xy_live_node *node);

/* It depends on `key` for good. */
void xy__live_node_pin(xy_live_index *index, xy_live_node *node, xy_str key);

/* A run of it begins. */
void xy__live_node_begin(xy_live_index *index, xy_live_node *node);

/* Its run has met `key`. True when the key is new to it and was invalidated since the run began:
 * the run may have read what was there before. */
bool xy__live_node_meet(xy_live_index *index, xy_live_node *node, xy_str key);

/* Its run is over. `complete`: it has met all that its result depends on, so other keys are
 * dropped, but for the pinned ones. */
void xy__live_node_end(xy_live_index *index, xy_live_node *node, bool complete);

#endif
