/* SPDX-License-Identifier: MIT */
/* realtime/invalidations.h -- what has changed, told to every worker that has live queries.
 *
 *   any thread: xy__invalidate() -> store -> xy__invalidations_deliver() -> mailbox of each worker
 *   its loop:   a later step -> the reader's function
 *
 * An invalidation is never lost: a worker that is too far behind for one more batch is told that
 * everything has changed, once, however many batches that stands for. */
#ifndef XY_REALTIME_INVALIDATIONS_H
#define XY_REALTIME_INVALIDATIONS_H

#include "realtime/live_index.h"
#include "realtime/mailbox.h"

/* One batch. A key is no longer than XY_LIVE_KEY_BYTES_MAX. */
#define XY_INVALIDATION_KEYS_MAX  ((size_t)4096)
#define XY_INVALIDATION_BYTES_MAX ((size_t)256 << 10)

typedef struct xy_invalidations xy_invalidations;
typedef struct xy_invalidation_store xy_invalidation_store;
typedef struct xy_invalidation_reader xy_invalidation_reader;

/* What carries a batch to every process that has live queries: nothing (memory), or a server that
 * several processes share. It says in xy__invalidations_deliver() what has arrived for this
 * process, its own batches included, and in xy__invalidations_gap() that it has lost touch. */
typedef struct xy_invalidation_store_ops {
    /* Called once, before any other. */
    void (*attach)(xy_invalidation_store *store, xy_invalidations *invalidations);
    /* Carry a batch to all processes. From any thread, no lock held. shares: batch. Returns XY_OK,
     * or why it cannot. */
    int (*publish)(xy_invalidation_store *store, xy_bytes *batch);
    void (*destroy)(xy_invalidation_store *store);
} xy_invalidation_store_ops;

/* Begins every store. */
struct xy_invalidation_store {
    const xy_invalidation_store_ops *ops;
};

/* `mailbox_bytes_max`: batches on their way to one worker. takes: store; NULL stands for the one
 * in memory. keeps: gauges, until xy__invalidations_destroy(). gives: the distributor. */
xy_invalidations *xy__invalidations_create(size_t mailbox_bytes_max, xy_invalidation_store *store,
                                           xy_realtime_gauges *gauges);

/* takes: invalidations (NULL is fine). Every reader must be closed. */
void xy__invalidations_destroy(xy_invalidations *invalidations);

/* What `keys` name has changed: one batch. Keys that nobody depends on, and empty ones, do
 * nothing. From any thread; nobody's function is called before this returns. Returns XY_OK;
 * XY_ELIMIT, and nothing is invalidated, for a key or a batch that is too long; or what the store
 * says. */
int xy__invalidate(xy_invalidations *invalidations, const xy_str *keys, size_t count);

/* Anything may have changed. From any thread. */
void xy__invalidations_gap(xy_invalidations *invalidations);

/* ---- for stores ---- */

/* A batch has arrived for this process. shares: batch. From any thread. */
void xy__invalidations_deliver(xy_invalidations *invalidations, xy_bytes *batch);

/* Keys as a batch. Returns XY_OK; XY_ELIMIT for one of the limits. gives: *out, one reference;
 * NULL when no key says anything. */
int xy__invalidations_encode(const xy_str *keys, size_t count, xy_bytes **out);

/* The next key of `*rest`, which begins as the whole batch and is moved on. False at the end. */
bool xy__invalidations_next(xy_str *rest, xy_str *key);

/* ---- for workers ---- */

/* A batch, or NULL: anything may have changed. Returns how many it has called for it. */
typedef size_t xy_on_invalidated(xy_invalidation_reader *reader, const xy_bytes *batch);
typedef void xy_on_reader_closed(xy_invalidation_reader *reader);

/* Embed it: one worker's end. */
struct xy_invalidation_reader {
    xy_mailbox mailbox;
    xy_invalidations *invalidations;
    xy_on_invalidated *on_batch;
    xy_on_reader_closed *on_closed;
    bool listening;  /* guarded by the distributor's lock */
    bool everything; /* the same: the mail that says so is on its way */
};

/* A reader on `loop`, whose thread must be the caller's; it does not listen yet. keeps:
 * invalidations, reader, loop, until on_closed of xy__invalidation_reader_close(). */
void xy__invalidation_reader_open(xy_invalidations *invalidations, xy_invalidation_reader *reader,
                                  xy_loop *loop, xy_on_invalidated *on_batch);

/* From now on every batch is read; from now on none is (some that are on their way may be). */
void xy__invalidation_reader_listen(xy_invalidation_reader *reader);
void xy__invalidation_reader_ignore(xy_invalidation_reader *reader);

/* Loop's thread only. `on_closed` is called in a later step of the loop, at the latest in
 * xy__loop_deinit(); the memory is the caller's again. */
void xy__invalidation_reader_close(xy_invalidation_reader *reader, xy_on_reader_closed *on_closed);

#endif
