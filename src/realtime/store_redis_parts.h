/* SPDX-License-Identifier: MIT */
/* realtime/store_redis_parts.h -- the inside of the store that Redis carries, for store_redis.c
 * (any thread) and store_redis_thread.c (its own). */
#ifndef XY_REALTIME_STORE_REDIS_PARTS_H
#define XY_REALTIME_STORE_REDIS_PARTS_H

#include <stdatomic.h>

#include "base/map.h"
#include "base/vec.h"
#include "realtime/invalidations.h"
#include "realtime/pubsub.h"
#include "realtime/store_redis.h"
#include "redis/bus.h"

typedef enum redis_order_kind {
    ORDER_PUBLISH, /* `payload` on the channel `name` */
    ORDER_LISTEN,  /* to the topic `name` */
    ORDER_IGNORE,
    ORDER_READ,  /* answer `history` */
    ORDER_WATCH, /* the channel of invalidations */
    ORDER_UNWATCH,
    ORDER_CLOSE,
} redis_order_kind;

/* What other threads want of the store's. */
typedef struct redis_order {
    redis_order_kind kind;
    bool durable;      /* the topic */
    xy_bytes *name;    /* a reference, or NULL */
    xy_bytes *payload; /* a reference, or NULL */
    xy_history *history;
} redis_order;

typedef XY_VEC(redis_order) redis_orders;

typedef struct redis_store {
    xy_store base;
    /* fixed */
    xy_redis_url url;
    xy_bytes *live_channel;
    bool sharded;
    size_t queue_bytes_max;
    size_t queue_count_max;
    uint32_t close_ms;
    xy_durable_limits durable;
    xy_pubsub *ps;
    xy_realtime_gauges *gauges;
    uv_thread_t thread;
    /* any thread */
    _Atomic(xy_invalidations *) all; /* NULL: there are no live queries */
    _Atomic bool connected;
    uv_mutex_t lock;
    redis_orders orders;  /* guarded by lock */
    bool awake;           /* guarded by lock: the task is on its way, or will look again */
    bool closed;          /* guarded by lock: nothing is taken any more */
    size_t waiting_count; /* guarded by lock: of messages here, */
    size_t waiting_bytes;
    size_t sent_count; /* guarded by lock: and of those that the bus has, as of its last turn */
    size_t sent_bytes;
    /* its own thread */
    xy_loop loop;
    xy_task task;
    uv_prepare_t before_wait;
    xy_redis_bus *bus;
    struct xy_redis_streams *streams;
    xy_map channels; /* name -> redis_channel */
    XY_VEC(struct redis_channel *) left;
    xy_arena arena; /* of one message */
    xy_arena key_arena;
    XY_VEC(xy_str) keys; /* that have come in this turn */
    size_t key_bytes;
    xy_task deliver_keys;
    xy_timer deadline;     /* armed: closing */
    size_t unsent;         /* when it was looked at last, after the close */
    uint64_t malformed_ms; /* when such was logged last; 0: never */
    uint64_t large_ms;
} redis_store;

/* What a message takes of the queue. */
static inline size_t xy__redis_message_cost(xy_str channel, xy_str message)
{
    return channel.len + message.len + sizeof(redis_order);
}

static inline redis_store *xy__redis_store_of(xy_store *store)
{
    return XY_CONTAINER(store, redis_store, base);
}

/* An event of the topic out of what Redis says. gives: one reference; NULL: it is larger than
 * events may be. */
xy_bytes *xy__redis_payload(redis_store *store, xy_str topic, xy_str message);

/* Something that should be an event of the topic is none. */
void xy__redis_note_malformed(redis_store *store, xy_str topic);

/* Begin, and end, its thread. The second returns when it is over. */
void xy__redis_store_start(redis_store *store);
void xy__redis_store_join(redis_store *store);

#endif
