/* SPDX-License-Identifier: MIT */
/* redis/bus.h -- channels of a Redis server: publish, subscribe, and commands about keys, over
 * connections that come and go.
 *
 *   publish ---> queue ---> [connection for commands] ---> Redis
 *   on_message <----------- [connection for channels] <---+
 *
 * A channel is subscribed exactly while it is wanted, and says so (on_live) each time the server
 * has confirmed it: what is published after that arrives, or a gap is told. What is published while
 * the server is away waits, within bounds. Loop's thread only. */
#ifndef XY_REDIS_BUS_H
#define XY_REDIS_BUS_H

#include "xylem/bytes.h"

#include "redis/connection.h"

typedef struct xy_redis_bus xy_redis_bus;

typedef struct xy_redis_bus_options {
    xy_redis_options redis;
    bool sharded; /* SPUBLISH, SSUBSCRIBE; and a cluster's slots are followed */
    /* Messages that wait for the server, or for its reply. */
    size_t queue_bytes_max;
    size_t queue_count_max;
    /* Lua scripts for xy__redis_bus_append(), loaded at each greeting; ends with NULL. May be
     * NULL. */
    const char *const *scripts;
} xy_redis_bus_options;

typedef struct xy_redis_bus_ops {
    void (*on_message)(void *arg, xy_str channel, xy_str message);
    /* The server has confirmed that `channel` is subscribed: the first time, or (`again`) after a
     * time when messages may have been lost. */
    void (*on_live)(void *arg, xy_str channel, bool again);
    /* Every connection that is needed is there (true), or one is not (false). Only on a change. */
    void (*on_state)(void *arg, bool connected);
} xy_redis_bus_ops;

/* Begin to connect. keeps: loop, ops, arg, what options->redis points to, until
 * xy__redis_bus_close(). gives: the bus. */
xy_redis_bus *xy__redis_bus_open(xy_loop *loop, const xy_redis_bus_options *options,
                                 const xy_redis_bus_ops *ops, void *arg);

/* takes: bus (NULL is fine). What waits is dropped, commands are answered with NULL before this
 * returns; nothing is called any more. */
void xy__redis_bus_close(xy_redis_bus *bus);

bool xy__redis_bus_connected(const xy_redis_bus *bus);

/* Publish `message` on `channel`, now or when the server is there again, in order; what was sent
 * without a reply when a connection was lost is sent again: it may arrive twice, but is not lost.
 * shares: message. Returns XY_OK; XY_EFULL when more waits than may. */
int xy__redis_bus_publish(xy_redis_bus *bus, xy_str channel, xy_bytes *message);

/* A script and what it is called with. */
typedef struct xy_redis_call {
    size_t script; /* index in options.scripts */
    const xy_str *keys;
    size_t key_count; /* at least one: it decides which server runs it, and so for all of them */
    const xy_str *args;
    size_t arg_count;
    xy_bytes *last; /* one more argument behind those; NULL: none */
} xy_redis_call;

/* Run a script, as xy__redis_bus_publish() publishes: within the same bounds, in one order with
 * what is published, and sent again when the connection was lost before its reply: the script must
 * bear to run twice. A server that does not know the script any more is given it again, one that
 * cannot run it now (LOADING, OOM, ...) later. Calls about the same key run in order: one that the
 * server has refused while it ran a later one is answered with an error that begins with OVERTAKEN,
 * and may be appended anew. `fn` (may be NULL) is called exactly once, never before this returns,
 * with the reply; with NULL only when the bus is closed. shares: call->last. Returns XY_OK;
 * XY_EFULL when more waits than may, when `fn` is not called. */
int xy__redis_bus_append(xy_redis_bus *bus, const xy_redis_call *call, xy_redis_reply_fn *fn,
                         void *arg);

/* Messages and calls that wait for the server or its reply, and their bytes. */
size_t xy__redis_bus_waiting(const xy_redis_bus *bus, size_t *bytes);

/* Subscribe, unsubscribe the channel `name`. Not twice. At any moment, in any order: what the
 * server is asked for follows. No on_message for a channel that is not wanted. */
void xy__redis_bus_subscribe(xy_redis_bus *bus, xy_str name);
void xy__redis_bus_unsubscribe(xy_redis_bus *bus, xy_str name);

/* Send a command about `key` to the server that has it. `fn` is called exactly once, never before
 * this returns: with NULL at a loss of the connection, or in a later step when there is none. */
void xy__redis_bus_command(xy_redis_bus *bus, xy_str key, const xy_str *argv, size_t argc,
                           xy_redis_reply_fn *fn, void *arg);

#endif
