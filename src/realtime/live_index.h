/* SPDX-License-Identifier: MIT */
/* realtime/live_index.h -- which live queries depend on which keys.
 *
 *   key "Auction:1" <--- edge ---> dependant (a group of live queries)
 *
 * A dependant tells its keys run by run, as it meets them; those that a whole run did not tell are
 * forgotten at its end. So the keys of the last result and those of the run in flight are known at
 * any moment, and no invalidation falls in between. Loop's thread only. */
#ifndef XY_REALTIME_LIVE_INDEX_H
#define XY_REALTIME_LIVE_INDEX_H

#include <stdint.h>

#include "xylem/str.h"

#include "base/list.h"

/* A longer key is cut to this length where it is told, and refused where it is invalidated. */
#define XY_LIVE_KEY_BYTES_MAX ((size_t)4096)

typedef struct xy_live_key xy_live_key;

/* A dependant's end of an edge. */
typedef struct xy_live_edge {
    xy_live_key *key;
    uint32_t place; /* among the key's dependants */
    uint32_t run;   /* that told it last; XY_LIVE_ALWAYS: it stays */
} xy_live_edge;

#define XY_LIVE_ALWAYS UINT32_MAX

/* Embed it; all zero depends on nothing. */
typedef struct xy_live_dependant {
    xy_live_edge *edges;
    uint32_t *table; /* hash of a key's address -> 1 + index of its edge; NULL: few edges */
    uint32_t len;
    uint32_t cap;
    uint32_t run;
    uint32_t cursor; /* the edge that this run is expected to tell next */
} xy_live_dependant;

typedef struct xy_live_index {
    xy_live_key **slots; /* by hash, open addressing */
    size_t cap;          /* a power of two, or 0 */
    size_t len;
    size_t edges;
} xy_live_index;

/* All zero is an empty index. Every dependant must have been cleared. */
void xy__live_index_deinit(xy_live_index *index);

/* A run of `dependant` begins. */
void xy__live_index_begin(xy_live_dependant *dependant);

/* It depends on the key `text`: what this run tells, or for good (`always`). Returns how many keys
 * it has now. */
size_t xy__live_index_tell(xy_live_index *index, xy_live_dependant *dependant, xy_str text,
                           bool always);

/* The run is over: forget what it did not tell. */
void xy__live_index_end(xy_live_index *index, xy_live_dependant *dependant);

/* Forget all keys of `dependant`. */
void xy__live_index_clear(xy_live_index *index, xy_live_dependant *dependant);

/* Call `fn` for each dependant of the key `text`, in no particular order. It must not change the
 * index. */
typedef void xy_on_live_hit(xy_live_dependant *dependant, uint32_t key_hash);
void xy__live_index_hit(const xy_live_index *index, xy_str text, xy_on_live_hit *fn);

/* Text and hash of the key at the other end of an edge. */
xy_str xy__live_key_text(const xy_live_key *key);
uint32_t xy__live_key_hash(const xy_live_key *key);

#endif
