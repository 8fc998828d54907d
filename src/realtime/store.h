/* SPDX-License-Identifier: MIT */
/* realtime/store.h -- what carries a published event to every process that listens: nothing
 * (memory), or a server that several processes share.
 *
 * A store says in xy__pubsub_deliver() what has arrived for this process, its own events
 * included. */
#ifndef XY_REALTIME_STORE_H
#define XY_REALTIME_STORE_H

#include "xylem/bytes.h"
#include "xylem/error.h"

struct xy_pubsub;

typedef struct xy_store xy_store;

typedef struct xy_store_ops {
    /* Called once, before any other: the broker that this store belongs to. */
    void (*attach)(xy_store *store, struct xy_pubsub *ps);
    /* Carry an event to all processes. From any thread, no lock held. Returns XY_OK, or why it
     * cannot. */
    int (*publish)(xy_store *store, xy_str topic, xy_bytes *payload);
    /* The process's first subscriber of `topic` has come; its last one has gone. From any thread
     * under the broker's lock, which keeps the two in order: hand it over and return, without
     * calling back. */
    void (*listen)(xy_store *store, xy_str topic);
    void (*ignore)(xy_store *store, xy_str topic);
    void (*destroy)(xy_store *store);
} xy_store_ops;

/* Begins every store. */
struct xy_store {
    const xy_store_ops *ops;
};

/* The store of a process on its own: an event arrives as it is published. gives: the store. */
xy_store *xy__store_memory_create(void);

#endif
