/* SPDX-License-Identifier: MIT */
/* realtime/store.h -- what carries events and invalidations to every process that listens: nothing
 * (memory), or a server that several processes share.
 *
 * A store says in xy__pubsub_deliver() and xy__invalidations_deliver() what has arrived for this
 * process, its own included. A topic is durable or not for good; a durable one keeps what was
 * published last, and gives it again (realtime/history.h). */
#ifndef XY_REALTIME_STORE_H
#define XY_REALTIME_STORE_H

#include "xylem/bytes.h"
#include "xylem/error.h"

#include "realtime/history.h"

struct xy_pubsub;
struct xy_invalidations;

typedef struct xy_store xy_store;

typedef enum xy_store_state {
    XY_STORE_LOCAL,        /* there is nothing that could be away */
    XY_STORE_CONNECTED,    /* its server is there */
    XY_STORE_DISCONNECTED, /* its server is away: it will be there again */
} xy_store_state;

/* Functions that say "from any thread" are called with no lock held unless they say so. */
typedef struct xy_store_ops {
    /* Called once each, before any other: whom to deliver to. */
    void (*attach)(xy_store *store, struct xy_pubsub *ps);
    void (*attach_invalidations)(xy_store *store, struct xy_invalidations *all);
    /* Carry an event to all processes. From any thread. shares: payload. Returns XY_OK: it is
     * carried, or will be; XY_EFULL: a worker that listens is too far behind; XY_EUNAVAILABLE: the
     * server is away, and as much waits for it already as may. */
    int (*publish)(xy_store *store, xy_str topic, xy_bytes *payload, bool durable);
    /* The process's first subscriber of `topic` has come; its last one has gone. From any thread
     * under the broker's lock, which keeps the two in order: hand it over and return, without
     * calling back. Once what is published from then on arrives, say so in xy__pubsub_live().
     * Returns true when that is so already. */
    bool (*listen)(xy_store *store, xy_str topic, bool durable);
    void (*ignore)(xy_store *store, xy_str topic, bool durable);
    /* Carry invalidations to all processes. From any thread. Of `keys`, none of which is too long,
     * those that are empty are passed over. Returns as publish. NULL: they need no carrier, and the
     * three below are not called. */
    int (*invalidate)(xy_store *store, const xy_str *keys, size_t count);
    /* The process's first live query has come; its last one has gone. As listen and ignore, under
     * the lock of the invalidations; what was missed before invalidations arrive is told with
     * xy__invalidations_deliver_all(). */
    void (*watch)(xy_store *store);
    void (*unwatch)(xy_store *store);
    /* Answer a question about a durable topic. From any thread. takes: history, until answered. */
    void (*read)(xy_store *store, xy_history *history);
    /* From any thread. */
    xy_store_state (*state)(const xy_store *store);
    /* Send what waits, within a time, and deliver nothing after this returns. Nothing but destroy
     * is called afterwards. */
    void (*close)(xy_store *store);
    void (*destroy)(xy_store *store);
} xy_store_ops;

/* Begins every store. */
struct xy_store {
    const xy_store_ops *ops;
};

static inline xy_store_state xy__store_state(const xy_store *store)
{
    return store->ops->state ? store->ops->state(store) : XY_STORE_LOCAL;
}

typedef struct xy_durable_limits {
    uint32_t events_max; /* kept of one topic */
    uint32_t age_max_s;  /* a topic without an event for so long is forgotten */
    size_t bytes_max;    /* kept of all topics, in memory; the oldest topics make room */
} xy_durable_limits;

/* The store of a process on its own: an event arrives as it is published. gives: the store. */
xy_store *xy__store_memory_create(const xy_durable_limits *durable);

#endif
