/* SPDX-License-Identifier: MIT */
/* redis/slots.h -- which server of a cluster has which keys: a key has a slot, a server ranges of
 * slots. */
#ifndef XY_REDIS_SLOTS_H
#define XY_REDIS_SLOTS_H

#include <stdint.h>

#include "xylem/error.h"
#include "xylem/str.h"

#include "base/vec.h"

struct redisReply;

#define XY_REDIS_SLOTS 16384u

/* Slots of one server. */
typedef struct xy_redis_range {
    uint16_t first;
    uint16_t last;
    uint16_t port;
    xy_str host; /* empty: that of whoever was asked */
} xy_redis_range;

typedef XY_VEC(xy_redis_range) xy_redis_ranges;

/* The slot of `key`: of what stands between its first { and the next }, if that is not empty. */
uint16_t xy__redis_slot(xy_str key);

/* The ranges that an answer to CLUSTER SLOTS tells; those of unknown servers are left out. gives:
 * the ranges, in `arena`. Returns XY_OK, or XY_ESYNTAX for another reply. */
int xy__redis_slots_read(const struct redisReply *reply, xy_arena *arena, xy_redis_ranges *out);

/* "MOVED 3999 host:port", "ASK …": where to. False: it is none. */
bool xy__redis_redirect_read(xy_str error, xy_str *host, uint16_t *port);

#endif
