/* SPDX-License-Identifier: MIT */
/* realtime/store_redis.c -- orders of any thread, in a queue to the store's own.
 *
 *   publish, invalidate --+
 *   listen, ignore -------+--> orders --one post a burst--> the store's thread: bus --> Redis
 *   watch, unwatch -------+
 *
 * Invariants
 *   1. Orders are done in the order in which they were given: those of one publisher stay in order,
 *      and so do the coming and going of a topic's subscribers.
 *   2. Messages that wait, here and in the bus, are within queue_bytes_max and queue_count_max
 *      together. What the bus has is known from the end of its last turn; what goes over to it is
 *      counted here until then, so never too little is counted.
 *   3. The broker's lock, or that of the invalidations, may be held by whoever takes the queue's
 *      lock; never the other way round.
 *
 * Read next: store_redis_thread.c. */
#include "realtime/store_redis.h"

#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "realtime/store_redis_parts.h"

/* ---- orders ---- */

/* Under the lock. */
static void give_order(redis_store *store, redis_order order)
{
    *xy_vec_push(NULL, &store->orders) = order;
    if (store->awake)
        return;
    store->awake = true;
    XY_ASSERT(xy__loop_post(&store->loop, &store->task) == XY_OK);
}

/* Nobody will do it any more. */
static void drop_order(const redis_order *order)
{
    xy_bytes_unref(order->name);
    xy_bytes_unref(order->payload);
    if (!order->history)
        return;
    order->history->unavailable = true;
    xy__history_answer(order->history);
}

static void order(redis_store *store, redis_order what)
{
    bool closed;

    uv_mutex_lock(&store->lock);
    closed = store->closed;
    if (!closed)
        give_order(store, what);
    uv_mutex_unlock(&store->lock);
    if (closed)
        drop_order(&what);
}

/* Under the lock. */
static bool has_room(const redis_store *store, size_t count, size_t bytes)
{
    size_t counted = store->waiting_count + store->sent_count;
    size_t held = store->waiting_bytes + store->sent_bytes;

    return !store->closed && counted <= store->queue_count_max &&
           count <= store->queue_count_max - counted && held <= store->queue_bytes_max &&
           bytes <= store->queue_bytes_max - held;
}

/* Take note of messages that are ordered next. Under the lock. */
static bool admit(redis_store *store, size_t count, size_t bytes)
{
    if (!has_room(store, count, bytes)) {
        xy__gauge_add(&store->gauges->unpublished, count);
        return false;
    }
    store->waiting_count += count;
    store->waiting_bytes += bytes;
    return true;
}

/* ---- the store ---- */

static void attach(xy_store *base, xy_pubsub *ps)
{
    redis_store *store = xy__redis_store_of(base);

    store->ps = ps;
    store->gauges = xy__pubsub_gauges(ps);
    xy__redis_store_start(store);
}

static void attach_invalidations(xy_store *base, xy_invalidations *all)
{
    atomic_store(&xy__redis_store_of(base)->all, all);
}

static int publish(xy_store *base, xy_str topic, xy_bytes *payload, bool durable)
{
    redis_store *store = xy__redis_store_of(base);
    size_t bytes = xy__redis_message_cost(topic, xy_bytes_str(payload));
    bool taken;

    uv_mutex_lock(&store->lock);
    taken = admit(store, 1, bytes);
    if (taken)
        give_order(store, (redis_order){.kind = ORDER_PUBLISH,
                                        .durable = durable,
                                        .name = xy_bytes_create(topic),
                                        .payload = xy_bytes_ref(payload)});
    uv_mutex_unlock(&store->lock);
    return taken ? XY_OK : XY_EUNAVAILABLE;
}

static bool begin(xy_store *base, xy_str topic, bool durable)
{
    order(xy__redis_store_of(base),
          (redis_order){.kind = ORDER_LISTEN, .durable = durable, .name = xy_bytes_create(topic)});
    return false;
}

static void stop(xy_store *base, xy_str topic, bool durable)
{
    order(xy__redis_store_of(base),
          (redis_order){.kind = ORDER_IGNORE, .durable = durable, .name = xy_bytes_create(topic)});
}

static void read_history(xy_store *base, xy_history *history)
{
    order(xy__redis_store_of(base), (redis_order){.kind = ORDER_READ, .history = history});
}

/* All keys or none. */
static int invalidate(xy_store *base, const xy_str *keys, size_t count)
{
    redis_store *store = xy__redis_store_of(base);
    xy_str channel = xy_bytes_str(store->live_channel);
    size_t bytes = 0;
    bool taken;

    for (size_t i = 0; i < count; i++)
        bytes += keys[i].len ? xy__redis_message_cost(channel, keys[i]) : 0;
    uv_mutex_lock(&store->lock);
    taken = admit(store, count, bytes);
    for (size_t i = 0; taken && i < count; i++) {
        if (!keys[i].len) {
            store->waiting_count--;
            continue;
        }
        give_order(store, (redis_order){.kind = ORDER_PUBLISH,
                                        .name = xy_bytes_ref(store->live_channel),
                                        .payload = xy_bytes_create(keys[i])});
    }
    uv_mutex_unlock(&store->lock);
    return taken ? XY_OK : XY_EUNAVAILABLE;
}

static void watch(xy_store *base)
{
    order(xy__redis_store_of(base), (redis_order){.kind = ORDER_WATCH});
}

static void unwatch(xy_store *base)
{
    order(xy__redis_store_of(base), (redis_order){.kind = ORDER_UNWATCH});
}

static xy_store_state state_of(const xy_store *base)
{
    const char *store = (const char *)base - offsetof(redis_store, base);

    return atomic_load(&((const redis_store *)(const void *)store)->connected)
               ? XY_STORE_CONNECTED
               : XY_STORE_DISCONNECTED;
}

static void close_store(xy_store *base)
{
    redis_store *store = xy__redis_store_of(base);

    uv_mutex_lock(&store->lock);
    give_order(store, (redis_order){.kind = ORDER_CLOSE});
    store->closed = true; /* it is the last one */
    uv_mutex_unlock(&store->lock);
    xy__redis_store_join(store);
}

static void destroy(xy_store *base)
{
    redis_store *store = xy__redis_store_of(base);

    if (store->ps && !store->closed)
        close_store(base);
    for (size_t i = 0; i < store->orders.len; i++)
        drop_order(&store->orders.items[i]);
    free(store->orders.items);
    xy_bytes_unref(store->live_channel);
    xy__redis_url_deinit(&store->url);
    uv_mutex_destroy(&store->lock);
    free(store);
}

static const xy_store_ops redis_ops = {
    .attach = attach,
    .attach_invalidations = attach_invalidations,
    .publish = publish,
    .listen = begin,
    .ignore = stop,
    .read = read_history,
    .invalidate = invalidate,
    .watch = watch,
    .unwatch = unwatch,
    .state = state_of,
    .close = close_store,
    .destroy = destroy,
};

int xy__store_redis_create(const xy_store_redis_options *options, xy_store **out, char *why,
                           size_t size)
{
    const char *channel = options->live_channel ? options->live_channel : XY_REDIS_LIVE_CHANNEL;
    redis_store *store = xy__zalloc(sizeof *store);

    if (xy__redis_url_parse(xy_str_from(options->url), &store->url, why, size) < 0) {
        free(store);
        return XY_EINVAL;
    }
    store->base.ops = &redis_ops;
    store->live_channel = xy_bytes_create(xy_str_from(channel));
    store->sharded = options->sharded;
    store->queue_bytes_max = options->queue_bytes_max;
    store->queue_count_max = options->queue_count_max;
    store->close_ms = options->close_ms;
    store->durable = options->durable;
    XY_ASSERT(uv_mutex_init(&store->lock) == 0);
    *out = &store->base;
    return XY_OK;
}
