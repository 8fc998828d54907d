/* SPDX-License-Identifier: MIT */
/* realtime/store_memory.c -- no carrier at all: what is published has arrived. */
#include <stdlib.h>

#include "base/fatal.h"
#include "realtime/pubsub.h"

typedef struct memory_store {
    xy_store base;
    xy_pubsub *ps;
} memory_store;

static void attach(xy_store *store, xy_pubsub *ps)
{
    memory_store *memory = XY_CONTAINER(store, memory_store, base);

    memory->ps = ps;
}

static int publish(xy_store *store, xy_str topic, xy_bytes *payload, bool durable)
{
    memory_store *memory = XY_CONTAINER(store, memory_store, base);

    (void)durable;
    return xy__pubsub_deliver(memory->ps, topic, payload, NULL);
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
    free(XY_CONTAINER(store, memory_store, base));
}

static const xy_store_ops memory_ops = {
    .attach = attach,
    .publish = publish,
    .listen = begin,
    .ignore = stop,
    .destroy = destroy,
};

xy_store *xy__store_memory_create(const xy_durable_limits *durable)
{
    memory_store *memory = xy__zalloc(sizeof *memory);

    (void)durable;
    memory->base.ops = &memory_ops;
    return &memory->base;
}
