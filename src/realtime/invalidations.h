/* SPDX-License-Identifier: MIT */
/* realtime/invalidations.h -- "what this key stands for has changed", from any thread to every
 * worker that has live queries.
 *
 *   any thread:  xy__invalidate() -> store -> xy__invalidations_deliver()
 *                -> the mailbox of each listener
 *   its loop:    a later step -> on_keys, a batch after the other, in order
 *
 * Nothing is ever missed: a listener whose mailbox is full is told that everything may have
 * changed. In memory what is invalidated is delivered at once. */
#ifndef XY_REALTIME_INVALIDATIONS_H
#define XY_REALTIME_INVALIDATIONS_H

#include "realtime/live_index.h"
#include "realtime/mailbox.h"
#include "realtime/store.h"

typedef struct xy_invalidations xy_invalidations;
typedef struct xy_invalidation_listener xy_invalidation_listener;

typedef struct xy_invalidation_ops {
    /* A batch of keys; read them with xy__invalidation_next(). Returns how many it has called. */
    size_t (*on_keys)(xy_invalidation_listener *listener, xy_str batch);
    /* Any key may have changed. */
    void (*on_all)(xy_invalidation_listener *listener);
    /* After xy__invalidations_leave(): the memory is its owner's again. */
    void (*on_left)(xy_invalidation_listener *listener);
} xy_invalidation_ops;

/* Embed it. */
struct xy_invalidation_listener {
    xy_mailbox mailbox;
    const xy_invalidation_ops *ops;
    _Atomic bool missed; /* a batch had no room */
    xy_link link;        /* in the process's listeners */
};

/* Keys on their way to one listener take `mailbox_bytes_max` at most. A `store` that carries
 * invalidations (NULL is fine) carries all of them. keeps: gauges, store, until
 * xy__invalidations_destroy(). gives: the process's. */
xy_invalidations *xy__invalidations_create(size_t mailbox_bytes_max, xy_realtime_gauges *gauges,
                                           xy_store *store);

/* takes: all (NULL is fine). Every listener must have left. */
void xy__invalidations_destroy(xy_invalidations *all);

/* Hear of every invalidation from now on, on the thread of `loop`, which must be the caller's.
 * keeps: listener, loop, until on_left. */
void xy__invalidations_join(xy_invalidations *all, xy_invalidation_listener *listener,
                            xy_loop *loop, const xy_invalidation_ops *ops);

/* No more. on_left comes in a later step of the loop. */
void xy__invalidations_leave(xy_invalidations *all, xy_invalidation_listener *listener);

/* A listener has its first live query; it has none any more. Each in turn. The store listens as
 * long as there is one in the process. */
void xy__invalidations_watch(xy_invalidations *all);
void xy__invalidations_unwatch(xy_invalidations *all);

/* Tell all listeners, of all processes, of `keys`. Empty keys are passed over. From any thread; no
 * listener is called before this returns. Returns XY_OK; XY_ELIMIT when a key is longer than
 * XY_LIVE_KEY_BYTES_MAX, when nobody was told anything; or what the store says: this process was
 * told, if anybody. */
int xy__invalidate(xy_invalidations *all, const xy_str *keys, size_t count);

/* The same of every key there is, which this one stands for. */
#define XY_LIVE_KEY_ALL "*"
int xy__invalidate_all(xy_invalidations *all);

/* For stores: tell the listeners of this process, as one batch; that any key may have changed, as
 * XY_LIVE_KEY_ALL does. From any thread. Keys that are empty or too long are passed over. */
void xy__invalidations_deliver(xy_invalidations *all, const xy_str *keys, size_t count);
void xy__invalidations_deliver_all(xy_invalidations *all);

/* The first key of what is left of a batch, which is cut by it. False at the end. */
bool xy__invalidation_next(xy_str *batch, xy_str *key);

#endif
