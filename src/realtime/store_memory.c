/* SPDX-License-Identifier: MIT */
/* realtime/store_memory.c -- no carrier at all: what is published has arrived. What durable topics
 * have carried is kept here.
 *
 * An event of a durable topic gets its number, is delivered and kept in one step under the lock:
 * so mailboxes and the archive agree on the order, and what a question is answered with has been
 * delivered. This lock is taken before the broker's. */
#include <stdlib.h>
#include <sys/random.h>

#include "base/fatal.h"
#include "realtime/archive.h"
#include "realtime/pubsub.h"

typedef struct memory_store {
    xy_store base;
    xy_pubsub *ps;
    uv_mutex_t lock;
    xy_archive *archive; /* guarded by lock */
} memory_store;

static uint64_t now_s(void)
{
    return uv_hrtime() / 1000000000u;
}

static void attach(xy_store *store, xy_pubsub *ps)
{
    memory_store *memory = XY_CONTAINER(store, memory_store, base);

    memory->ps = ps;
}

static int publish_durable(memory_store *memory, xy_str topic, xy_bytes *payload)
{
    uint64_t now = now_s();
    xy_event_id id;
    int rc;

    uv_mutex_lock(&memory->lock);
    id = xy__archive_next(memory->archive, topic, now);
    rc = xy__pubsub_deliver(memory->ps, topic, payload, &id);
    if (rc == XY_OK)
        xy__archive_keep(memory->archive, topic, &id, payload, now);
    uv_mutex_unlock(&memory->lock);
    return rc;
}

static int publish(xy_store *store, xy_str topic, xy_bytes *payload, bool durable)
{
    memory_store *memory = XY_CONTAINER(store, memory_store, base);

    if (durable)
        return publish_durable(memory, topic, payload);
    return xy__pubsub_deliver(memory->ps, topic, payload, NULL);
}

static void read_history(xy_store *store, xy_history *history)
{
    memory_store *memory = XY_CONTAINER(store, memory_store, base);

    uv_mutex_lock(&memory->lock);
    xy__archive_read(memory->archive, history, now_s());
    uv_mutex_unlock(&memory->lock);
    xy__history_answer(history);
}

/* Who listens: the broker's own table says all there is to know. */
static bool begin(xy_store *store, xy_str topic, bool durable)
{
    (void)store;
    (void)topic;
    (void)durable;
    return true;
}

static void stop(xy_store *store, xy_str topic, bool durable)
{
    (void)store;
    (void)topic;
    (void)durable;
}

static void destroy(xy_store *store)
{
    memory_store *memory = XY_CONTAINER(store, memory_store, base);

    xy__archive_destroy(memory->archive);
    uv_mutex_destroy(&memory->lock);
    free(memory);
}

static const xy_store_ops memory_ops = {
    .attach = attach,
    .publish = publish,
    .listen = begin,
    .ignore = stop,
    .read = read_history,
    .destroy = destroy,
};

xy_store *xy__store_memory_create(const xy_durable_limits *durable)
{
    memory_store *memory = xy__zalloc(sizeof *memory);
    uint64_t epoch;

    XY_ASSERT(getrandom(&epoch, sizeof epoch, 0) == (ssize_t)sizeof epoch);
    memory->base.ops = &memory_ops;
    memory->archive = xy__archive_create(durable, epoch);
    XY_ASSERT(uv_mutex_init(&memory->lock) == 0);
    return &memory->base;
}
