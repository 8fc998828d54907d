/* SPDX-License-Identifier: MIT */
/* realtime/store_redis.h -- the store that Redis carries: the same channels and bytes as those of
 * RedwoodJS Realtime and GraphQL Yoga, so that their processes and these serve each other's
 * clients.
 *
 *   topic `newMessage:1`   channel of the same name, a message is the payload's JSON text
 *   invalidations          one channel, a message is one key
 *   a durable topic        a stream besides (docs/guide/durable-topics.md)
 *
 * It has a thread of its own, so that no worker's resolver keeps events from the others. */
#ifndef XY_REALTIME_STORE_REDIS_H
#define XY_REALTIME_STORE_REDIS_H

#include "realtime/gauges.h"
#include "realtime/store.h"

#define XY_REDIS_LIVE_CHANNEL "live-query-invalidations"

typedef struct xy_store_redis_options {
    const char *url;
    const char *live_channel; /* NULL: XY_REDIS_LIVE_CHANNEL */
    bool sharded;             /* sharded pub/sub, and a cluster's slots */
    size_t queue_bytes_max;   /* messages that wait while the server is away */
    size_t queue_count_max;
    uint32_t close_ms; /* at the end of the process: how long none of them need leave */
    xy_durable_limits durable;
} xy_store_redis_options;

/* Begin to connect; a server that is away now is waited for. Returns XY_OK, or XY_EINVAL with what
 * to tell the user in `why`. gives: *out. */
int xy__store_redis_create(const xy_store_redis_options *options, xy_store **out, char *why,
                           size_t size);

#endif
