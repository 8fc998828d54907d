/* SPDX-License-Identifier: MIT */
/* redis/bus_parts.h -- what a bus consists of, for its own files.
 *
 *   bus --> nodes, one a server --> two connections
 *                                   `queue`, `sent`: what is published by it (bus_queue.c)
 *                                   `due`, `flight`: what its channels are asked for
 *       --> channels by name (bus_channels.c) */
#ifndef XY_REDIS_BUS_PARTS_H
#define XY_REDIS_BUS_PARTS_H

#include "base/map.h"
#include "base/vec.h"
#include "redis/bus.h"
#include "redis/talk.h"

#define BUS_SHA_BYTES  41u
#define BUS_NAME_BYTES 64u

/* Messages that one server has without having answered them. */
#define BUS_SENT_BYTES ((size_t)1 << 20)
#define BUS_SENT_COUNT ((size_t)4096)

/* Channels of one SUBSCRIBE, and the bytes of their names. */
#define BUS_BATCH_COUNT ((size_t)512)
#define BUS_BATCH_BYTES ((size_t)64 << 10)

/* What a server refuses to do now is tried again after this. */
#define BUS_RETRY_MS 500u

/* A command that there was no connection for: it is answered with NULL. */
typedef struct bus_orphan {
    xy_redis_reply_fn *fn;
    void *arg;
} bus_orphan;

/* One server. */
typedef struct bus_node {
    xy_redis_bus *bus;
    xy_link link; /* in bus->nodes */
    const xy_redis_url *url;
    xy_redis *commands;
    xy_redis *channels;
    char names[2][BUS_NAME_BYTES];
    xy_task flush;
    xy_timer retry;
    /* What is published by it. */
    xy_link queue; /* items to send */
    xy_link sent;  /* items without a reply */
    xy_link again; /* items that were refused and are to be sent again */
    xy_link late;  /* items that may not be sent again */
    size_t sent_count;
    size_t sent_bytes;
    size_t scripts_left; /* that are not loaded yet */
    bool pausing;        /* nothing is sent until all that was sent is answered; */
    bool wants_scripts;  /* then these are loaded, */
    bool wants_time;     /* or it is given time */
    /* Its channels. */
    xy_link due;     /* to be looked at */
    xy_link flight;  /* with a command in flight, in order */
    xy_link refused; /* to be asked for again in a while */
    bool refusal_logged;
    bool error_logged;
} bus_node;

struct xy_redis_bus {
    xy_loop *loop;
    xy_redis_bus_options options;
    const xy_redis_bus_ops *ops;
    void *arg;
    xy_link nodes;
    bool connected;
    bool closed;
    xy_task end;
    /* All items of all nodes. */
    size_t waiting_count;
    size_t waiting_bytes;
    xy_map channels; /* name -> bus_channel */
    XY_VEC(bus_orphan) orphans;
    size_t orphans_at; /* those before it are answered */
    xy_task answer_orphans;
    size_t script_count;
    char (*shas)[BUS_SHA_BYTES]; /* "": unknown */
};

/* ---- bus.c ---- */

/* The node that has `key`. */
bus_node *xy__bus_node_of(xy_redis_bus *bus, xy_str key);

/* Something of `node` is to be sent at the end of this turn. */
void xy__bus_flush_soon(bus_node *node);

/* ---- bus_queue.c ---- */

void xy__bus_queue_init(bus_node *node);

/* Drops all items; those who wait for a reply are told NULL. */
void xy__bus_queue_close(bus_node *node);

/* The connection for commands is ready; it is lost. */
void xy__bus_queue_ready(bus_node *node);
void xy__bus_queue_lost(bus_node *node);

/* Send what may be sent. */
void xy__bus_queue_flush(bus_node *node);

/* BUS_RETRY_MS are over. */
void xy__bus_queue_retry(bus_node *node);

/* ---- bus_channels.c ---- */

void xy__bus_channels_init(bus_node *node);

/* Frees all channels of all nodes. */
void xy__bus_channels_close(xy_redis_bus *bus);

/* The connection for channels is lost. */
void xy__bus_channels_lost(bus_node *node);

void xy__bus_channels_push(bus_node *node, const redisReply *push);

/* Ask for what is due. */
void xy__bus_channels_flush(bus_node *node);

/* BUS_RETRY_MS are over. */
void xy__bus_channels_retry(bus_node *node);

#endif
