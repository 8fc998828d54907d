/* SPDX-License-Identifier: MIT */
/* realtime/store_redis_thread.c -- the store's own thread: orders go to the bus, and what the bus
 * tells goes to the broker and to the live queries.
 *
 *   orders --> channels that are wanted --> bus: subscribe, unsubscribe, publish
 *   bus ----> a message of a topic    --> xy__pubsub_deliver()
 *             a message of live queries --> keys of this turn --> xy__invalidations_deliver()
 *             a channel is live       --> xy__pubsub_live(); again: xy__pubsub_gap_topic()
 *                                         xy__invalidations_deliver_all()
 *
 * Invariants
 *   1. All orders that are there are done in one go, then channels that nobody wants are left:
 *      whoever went and came back meanwhile has been subscribed all the time. So what the bus says
 *      of a channel is true of whoever the broker knows under its name.
 *   2. What may have been missed is told before what comes then.
 *   3. Nothing is told by this thread after it is over.
 *
 * Read next: redis/bus.h. */
#include <stdlib.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "json/read.h"
#include "realtime/store_redis_parts.h"
#include "realtime/stream_redis.h"

/* Keys are given to the live queries when there are so many, and at the end of each turn. */
#define KEYS_MAX      ((size_t)1024)
#define KEY_BYTES_MAX ((size_t)64 << 10)

/* What arrives wrong is logged as often as this. */
#define LOG_MS ((uint64_t)1000)

typedef struct redis_channel {
    bool topic; /* wanted by subscribers of the topic of that name */
    bool live;  /* wanted by live queries */
    bool there; /* it was confirmed */
    bool asked; /* the bus is subscribed to it, or tries to be */
    bool rings; /* wanted as the doorbell of `stream` */
    bool left;  /* it stands among those that may have to be left */
    xy_redis_stream *stream;
    xy_str name; /* points to `text` */
    char text[];
} redis_channel;

/* ---- what is told ---- */

/* Of what is wrong with a message, once in a while. */
static bool may_log(const redis_store *store, uint64_t *last_ms)
{
    uint64_t now = xy__loop_now(&store->loop);

    if (*last_ms && now - *last_ms < LOG_MS)
        return false;
    *last_ms = now ? now : 1;
    return true;
}

static bool is_json(redis_store *store, xy_str text)
{
    xy_value value;
    int rc = xy__json_read(&store->arena, text, 0, &value, NULL);

    xy__arena_reset(&store->arena);
    return rc == XY_OK;
}

/* It is gone for all: so they are told. */
static void lose(redis_store *store, xy_str topic)
{
    xy__pubsub_gap_topic(store->ps, topic, XY_GAP_DROPPED);
}

static void note_large(redis_store *store, xy_str topic, size_t len)
{
    xy__gauge_add(&store->gauges->refused, 1);
    if (may_log(store, &store->large_ms))
        xy_log(XY_LOG_WARN, "realtime", "a message from Redis is larger than event_bytes_max",
               XY_LOG_STR("topic", topic), XY_LOG_INT("bytes", len));
}

void xy__redis_note_malformed(redis_store *store, xy_str topic)
{
    xy__gauge_add(&store->gauges->malformed_messages, 1);
    if (may_log(store, &store->malformed_ms))
        xy_log(XY_LOG_WARN, "realtime", "a message from Redis is not JSON",
               XY_LOG_STR("topic", topic));
}

/* What is no JSON is delivered as nothing at all, which is none either: an error to each. */
xy_bytes *xy__redis_payload(redis_store *store, xy_str topic, xy_str message)
{
    if (message.len > xy__pubsub_limits(store->ps)->event_bytes_max) {
        note_large(store, topic, message.len);
        return NULL;
    }
    if (!message.len)
        return xy_bytes_create(XY_STR("null"));
    if (is_json(store, message))
        return xy_bytes_create(message);
    xy__redis_note_malformed(store, topic);
    return xy_bytes_create(XY_STR(""));
}

static void on_event(redis_store *store, xy_str topic, xy_str message)
{
    xy_bytes *payload = xy__redis_payload(store, topic, message);

    if (!payload || xy__pubsub_deliver(store->ps, topic, payload, NULL) < 0)
        lose(store, topic);
    xy_bytes_unref(payload);
}

/* ---- keys ---- */

static void deliver_keys(redis_store *store)
{
    if (store->keys.len)
        xy__invalidations_deliver(atomic_load(&store->all), store->keys.items, store->keys.len);
    store->keys.len = 0;
    store->key_bytes = 0;
    xy__arena_reset(&store->key_arena);
}

static void on_deliver_keys(xy_task *task)
{
    deliver_keys(XY_CONTAINER(task, redis_store, deliver_keys));
}

static void on_key(redis_store *store, xy_str key)
{
    if (!key.len || key.len > XY_LIVE_KEY_BYTES_MAX)
        return;
    *xy_vec_push(NULL, &store->keys) = xy__arena_str(&store->key_arena, key);
    store->key_bytes += key.len;
    xy__loop_soon(&store->loop, &store->deliver_keys);
    if (store->keys.len >= KEYS_MAX || store->key_bytes >= KEY_BYTES_MAX)
        deliver_keys(store);
}

/* ---- channels ---- */

static void on_message(void *arg, xy_str name, xy_str message)
{
    redis_store *store = arg;
    const redis_channel *channel = xy__map_get(&store->channels, name);

    if (channel->live)
        on_key(store, message);
    if (channel->rings)
        xy__redis_stream_ring(channel->stream, message);
    if (channel->topic)
        on_event(store, channel->name, message);
}

/* Whoever is not open yet has missed nothing. */
static void topic_is_live(redis_store *store, const redis_channel *channel, bool again)
{
    bool was = !xy__pubsub_live(store->ps, channel->name);

    if (again && was)
        xy__pubsub_gap_topic(store->ps, channel->name, XY_GAP_RECONNECTED);
}

/* Also the first time: a query may have run before. */
static void keys_are_live(redis_store *store)
{
    xy__invalidations_deliver_all(atomic_load(&store->all));
}

static void on_live(void *arg, xy_str name, bool again)
{
    redis_store *store = arg;
    redis_channel *channel = xy__map_get(&store->channels, name);

    channel->there = true;
    if (channel->rings)
        xy__redis_stream_live(channel->stream);
    if (channel->topic)
        topic_is_live(store, channel, again);
    if (channel->live)
        keys_are_live(store);
}

static void on_state(void *arg, bool connected)
{
    redis_store *store = arg;

    atomic_store(&store->connected, connected);
    xy__gauge_add(connected ? &store->gauges->store_connects : &store->gauges->store_losses, 1);
    if (connected)
        xy__redis_streams_connected(store->streams);
}

static const xy_redis_bus_ops bus_ops = {on_message, on_live, on_state};

static redis_channel *channel_of(redis_store *store, xy_str name)
{
    redis_channel *channel = xy__map_get(&store->channels, name);

    if (channel)
        return channel;
    channel = xy__zalloc(sizeof *channel + name.len);
    if (name.len)
        memcpy(channel->text, name.ptr, name.len);
    channel->name = (xy_str){channel->text, name.len};
    xy__map_put(&store->channels, channel->name, channel);
    return channel;
}

/* True when it is subscribed already, so that nothing will be heard of that. */
static bool want(redis_store *store, redis_channel *channel)
{
    if (!channel->asked)
        xy__redis_bus_subscribe(store->bus, channel->name);
    channel->asked = true;
    return channel->there && atomic_load(&store->connected);
}

static void listen_to(redis_store *store, xy_str name)
{
    redis_channel *channel = channel_of(store, name);

    channel->topic = true;
    if (want(store, channel))
        topic_is_live(store, channel, false);
}

static void listen_to_stream(redis_store *store, xy_str topic)
{
    char name[XY_REDIS_DOORBELL_MAX];
    redis_channel *channel = channel_of(store, xy__redis_doorbell(name, topic));

    channel->rings = true;
    if (channel->stream) {
        xy__redis_stream_listen(channel->stream);
        return;
    }
    channel->stream = xy__redis_stream_open(store->streams, topic);
    if (want(store, channel))
        xy__redis_stream_live(channel->stream);
}

static void watch_keys(redis_store *store)
{
    redis_channel *channel = channel_of(store, xy_bytes_str(store->live_channel));

    channel->live = true;
    if (want(store, channel))
        keys_are_live(store);
}

/* Somebody may want it again before the orders are done. */
static void let_go(redis_store *store, redis_channel *channel)
{
    if (channel->left)
        return;
    channel->left = true;
    *xy_vec_push(NULL, &store->left) = channel;
}

static void leave_channels(redis_store *store)
{
    for (size_t i = 0; i < store->left.len; i++) {
        redis_channel *channel = store->left.items[i];

        channel->left = false;
        if (channel->stream && !channel->rings) {
            xy__redis_stream_close(channel->stream);
            channel->stream = NULL;
        }
        if (channel->topic || channel->live || channel->rings)
            continue;
        xy__redis_bus_unsubscribe(store->bus, channel->name);
        xy__map_del(&store->channels, channel->name);
        free(channel);
    }
    store->left.len = 0;
}

/* ---- orders ---- */

static void finish(redis_store *store)
{
    xy__timer_stop(&store->loop, &store->deadline);
    xy__redis_streams_stop(store->streams);
    xy__redis_bus_close(store->bus);
    xy__redis_streams_destroy(store->streams);
    store->bus = NULL;
    uv_close((uv_handle_t *)&store->before_wait, NULL);
    xy__loop_unhold(&store->loop);
}

/* As long as some of it leaves, the rest may wait. */
static void on_deadline(xy_timer *timer)
{
    redis_store *store = XY_CONTAINER(timer, redis_store, deadline);
    size_t bytes;
    size_t count = xy__redis_bus_waiting(store->bus, &bytes);

    if (count < store->unsent) {
        store->unsent = count;
        xy__timer_start(&store->loop, &store->deadline, store->close_ms);
        return;
    }
    xy_log(XY_LOG_WARN, "realtime", "Redis takes nothing any more: what waits for it is lost",
           XY_LOG_INT("messages", count), XY_LOG_INT("bytes", bytes));
    finish(store);
}

static void publish(redis_store *store, const redis_order *order)
{
    int rc;

    if (order->durable) {
        xy__redis_streams_publish(store->streams, order->name, order->payload);
        return;
    }
    rc = xy__redis_bus_publish(store->bus, xy_bytes_str(order->name), order->payload);

    XY_ASSERT(rc == XY_OK); /* its bounds are beyond ours */
}

static void ignore(redis_store *store, const redis_order *order)
{
    char name[XY_REDIS_DOORBELL_MAX];
    xy_str topic = xy_bytes_str(order->name);
    redis_channel *channel =
        channel_of(store, order->durable ? xy__redis_doorbell(name, topic) : topic);

    if (order->durable) {
        channel->rings = false;
    } else {
        channel->topic = false;
    }
    let_go(store, channel);
}

static void do_order(redis_store *store, const redis_order *order)
{
    switch (order->kind) {
    case ORDER_PUBLISH:
        publish(store, order);
        break;
    case ORDER_LISTEN:
        if (order->durable) {
            listen_to_stream(store, xy_bytes_str(order->name));
        } else {
            listen_to(store, xy_bytes_str(order->name));
        }
        break;
    case ORDER_IGNORE:
        ignore(store, order);
        break;
    case ORDER_READ:
        xy__redis_streams_read(store->streams, order->history);
        break;
    case ORDER_WATCH:
        watch_keys(store);
        break;
    case ORDER_UNWATCH: {
        redis_channel *channel = channel_of(store, xy_bytes_str(store->live_channel));

        channel->live = false;
        let_go(store, channel);
        break;
    }
    case ORDER_CLOSE:
        store->unsent = xy__redis_bus_waiting(store->bus, &(size_t){0});
        xy__timer_start(&store->loop, &store->deadline, store->close_ms);
        break;
    }
}

static redis_orders take_orders(redis_store *store, size_t *count, size_t *bytes)
{
    redis_orders orders;

    uv_mutex_lock(&store->lock);
    orders = store->orders;
    store->orders = (redis_orders){0};
    store->awake = false;
    *count = store->waiting_count;
    *bytes = store->waiting_bytes;
    uv_mutex_unlock(&store->lock);
    return orders;
}

/* So much has gone over to the bus; and what that has now. */
static void account(redis_store *store, size_t count, size_t bytes)
{
    size_t sent_bytes;
    size_t sent_count = xy__redis_bus_waiting(store->bus, &sent_bytes);

    uv_mutex_lock(&store->lock);
    store->waiting_count -= count;
    store->waiting_bytes -= bytes;
    store->sent_count = sent_count;
    store->sent_bytes = sent_bytes;
    atomic_store_explicit(&store->gauges->store_waiting, store->waiting_count + sent_count,
                          memory_order_relaxed);
    uv_mutex_unlock(&store->lock);
}

static void on_task(xy_task *task)
{
    redis_store *store = XY_CONTAINER(task, redis_store, task);
    size_t count;
    size_t bytes;
    redis_orders orders = take_orders(store, &count, &bytes);

    for (size_t i = 0; i < orders.len; i++) {
        do_order(store, &orders.items[i]);
        xy_bytes_unref(orders.items[i].name);
        xy_bytes_unref(orders.items[i].payload);
    }
    free(orders.items);
    leave_channels(store);
    account(store, count, bytes);
}

/* ---- the thread ---- */

static void on_before_wait(uv_prepare_t *handle)
{
    redis_store *store = handle->data;

    account(store, 0, 0);
    if (xy__timer_armed(&store->deadline) && xy__redis_bus_waiting(store->bus, &(size_t){0}) == 0)
        finish(store);
}

static void run(void *arg)
{
    redis_store *store = arg;
    xy_redis_bus_options options = {
        .redis = xy__redis_options(&store->url),
        .sharded = store->sharded,
        .queue_bytes_max = SIZE_MAX,
        .queue_count_max = SIZE_MAX,
        .scripts = xy__redis_stream_scripts,
    };

    options.redis.name = "xylem";
    store->bus = xy__redis_bus_open(&store->loop, &options, &bus_ops, store);
    store->streams = xy__redis_streams_create(store, &store->durable);
    uv_prepare_init(&store->loop.uv, &store->before_wait);
    store->before_wait.data = store;
    uv_prepare_start(&store->before_wait, on_before_wait);
    uv_unref((uv_handle_t *)&store->before_wait);
    xy__loop_run(&store->loop);
}

void xy__redis_store_start(redis_store *store)
{
    xy__loop_init(&store->loop, XY_CLOCK_REAL);
    xy__loop_hold(&store->loop);
    xy__map_init(&store->channels, NULL);
    xy__arena_init(&store->arena, SIZE_MAX);
    xy__arena_init(&store->key_arena, SIZE_MAX);
    store->task.fn = on_task;
    store->deliver_keys.fn = on_deliver_keys;
    store->deadline.fn = on_deadline;
    XY_ASSERT(uv_thread_create(&store->thread, run, store) == 0);
}

void xy__redis_store_join(redis_store *store)
{
    size_t at = 0;
    xy_map_slot *slot;

    XY_ASSERT(uv_thread_join(&store->thread) == 0);
    xy__task_cancel(&store->deliver_keys);
    xy__loop_deinit(&store->loop);
    while ((slot = xy__map_next(&store->channels, &at)))
        free(slot->value);
    xy__map_deinit(&store->channels);
    free(store->left.items);
    free(store->keys.items);
    xy__arena_deinit(&store->arena);
    xy__arena_deinit(&store->key_arena);
    atomic_store(&store->connected, false);
    atomic_store_explicit(&store->gauges->store_waiting, 0, memory_order_relaxed);
}
