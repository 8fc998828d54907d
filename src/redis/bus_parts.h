/* SPDX-License-Identifier: MIT */
/* redis/bus_parts.h -- what a bus consists of, for its own files.
 *
 *   bus --> nodes, one a server --> two connections             (bus_node.c)
 *                                   `queue`, `sent`: messages   (bus_queue.c)
 *                                   `due`, `flight`: channels   (bus_channels.c)
 *       --> commands that are on their way elsewhere            (bus_commands.c)
 *       --> which node has what                                 (bus_cluster.c) */
#ifndef XY_REDIS_BUS_PARTS_H
#define XY_REDIS_BUS_PARTS_H

#include "base/map.h"
#include "redis/bus.h"
#include "redis/slots.h"
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

/* Slots on their way to another server, of which a node keeps back what it has. */
#define BUS_HELD_MAX 8u

/* One server; or nobody: what belongs to a slot whose server is not known waits there. */
typedef struct bus_node {
    xy_redis_bus *bus;
    xy_link link; /* in bus->nodes, or bus->buried; nobody is in none */
    const xy_redis_url *url;
    xy_redis_url own_url; /* of a cluster's node: host and port */
    xy_redis *commands;   /* NULL: nobody */
    xy_redis *channels;   /* NULL: nobody, or not needed */
    char names[2][BUS_NAME_BYTES];
    xy_task flush;
    xy_timer retry;
    bool checked; /* it knows what the bus needs; always, when that is not sharded */
    bool buried;  /* it has no slots any more, and goes */
    bool used;    /* while slots are given out */
    /* What is published by it. */
    xy_link queue; /* items to send */
    xy_link sent;  /* items without a reply */
    xy_link again; /* items that were refused and are to be sent again */
    xy_link held;  /* items of slots that are on their way to another server */
    xy_link late;  /* items that may not be sent again */
    size_t sent_count;
    size_t sent_bytes;
    size_t scripts_left; /* that are not loaded yet */
    bool pausing;        /* nothing is sent until all that was sent is answered; */
    bool wants_scripts;  /* then these are loaded, */
    bool wants_time;     /* or it is given time, */
    bool wants_table;    /* or it is asked who has the slots */
    uint16_t held_slots[BUS_HELD_MAX];
    size_t held_count;
    /* Its channels. */
    xy_link due;     /* to be looked at */
    xy_link flight;  /* with a command in flight, in order */
    xy_link refused; /* to be looked at in a while */
    bool refusal_logged;
    bool error_logged;
} bus_node;

/* Who has the slots, where that is asked (bus_cluster.c). */
typedef struct bus_cluster {
    bus_node **slots; /* NULL: it is no cluster, or not known yet */
    size_t missing;   /* slots without a server */
    xy_arena arena;   /* of `next` */
    xy_redis_ranges next;
    bool changing; /* `next` is to come into force, once nothing is in flight */
    bool asking;
    size_t turn; /* whom to ask next */
    xy_timer timer;
    xy_link parked; /* commands that wait for `slots` */
} bus_cluster;

struct xy_redis_bus {
    xy_loop *loop;
    xy_redis_bus_options options;
    const xy_redis_bus_ops *ops;
    void *arg;
    bus_node *seed;   /* of the URL */
    bus_node *home;   /* of all keys, when there are no slots: the seed, or nobody */
    bus_node *nobody; /* waits */
    xy_link nodes;
    xy_link buried; /* nodes to be freed */
    xy_task bury;
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
    bus_cluster cluster;
};

/* ---- bus.c ---- */

/* The node that has `key`, or nobody. */
bus_node *xy__bus_node_of(xy_redis_bus *bus, xy_str key);

/* Say whether all that is needed is there, if that has changed. The last thing to do: whoever
 * hears it may close the bus. */
void xy__bus_update(xy_redis_bus *bus);

/* ---- bus_node.c ---- */

/* Nobody yet. */
bus_node *xy__bus_node_new(xy_redis_bus *bus);

/* Its connection for commands; the one for channels. keeps: url, until the node is freed. */
void xy__bus_node_open(bus_node *node, const xy_redis_url *url);
void xy__bus_node_hear(bus_node *node);

/* Close its connections. Its items are told NULL unless they have been taken out. */
void xy__bus_node_close(bus_node *node);

/* Close it and free it in a later step. What is its own has been taken out, or moves. */
void xy__bus_node_bury(bus_node *node);
void xy__bus_node_free(bus_node *node);

/* Something of `node` is to be sent at the end of this turn. */
void xy__bus_flush_soon(bus_node *node);

/* Both connections are ready and know what they need to. */
bool xy__bus_node_is_there(const bus_node *node);

/* It may be sent something. */
bool xy__bus_node_takes(const bus_node *node);

/* BUS_RETRY_MS from now at the latest. */
void xy__bus_retry_later(bus_node *node);

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

/* Who has which slots is known anew: nothing is in flight, all of all nodes is dealt out again. */
void xy__bus_queue_deal(xy_redis_bus *bus);

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

/* Who has which slots is known anew. */
void xy__bus_channels_deal(xy_redis_bus *bus);

/* ---- bus_commands.c ---- */

/* All that has no reply is told NULL. */
void xy__bus_commands_close(xy_redis_bus *bus);
void xy__bus_commands_deinit(xy_redis_bus *bus);
void xy__bus_commands_init(xy_redis_bus *bus);

/* Those that wait to know where to go try again. */
void xy__bus_commands_retry(xy_redis_bus *bus);

/* ---- bus_cluster.c ---- */

void xy__bus_cluster_init(xy_redis_bus *bus);
void xy__bus_cluster_close(xy_redis_bus *bus);
void xy__bus_cluster_deinit(xy_redis_bus *bus);

/* `node` is greeted; something of it is lost. */
void xy__bus_cluster_ready(bus_node *node);
void xy__bus_cluster_lost(bus_node *node);

/* Who has the slots is not what was thought. */
void xy__bus_cluster_doubt(xy_redis_bus *bus);

/* Nothing is in flight at some node any more. The last thing to do. */
void xy__bus_cluster_settled(xy_redis_bus *bus);

/* A node by its address; NULL: none. */
bus_node *xy__bus_cluster_find(xy_redis_bus *bus, xy_str host, uint16_t port);

#endif
