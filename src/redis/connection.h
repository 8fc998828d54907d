/* SPDX-License-Identifier: MIT */
/* redis/connection.h -- one connection to a Redis server, made again whenever it is lost: commands
 * in order, replies in the same order, and what a subscribed connection is told besides.
 *
 * Greeted (AUTH, SELECT, CLIENT SETNAME) before anyone is told that it is ready. A connection that
 * says nothing is asked (PING) and given up in time. Commands of one turn of the loop leave by one
 * write. Loop's thread only. */
#ifndef XY_REDIS_CONNECTION_H
#define XY_REDIS_CONNECTION_H

#include "xylem/error.h"
#include "xylem/str.h"

#include "base/loop.h"
#include "redis/url.h"

struct redisReply; /* hiredis */

typedef struct xy_redis xy_redis;

typedef struct xy_redis_options {
    const xy_redis_url *url;     /* kept: outlives the connection */
    const char *name;            /* CLIENT SETNAME; NULL: none */
    uint32_t connect_timeout_ms; /* until it is greeted; 5,000 */
    uint32_t reply_timeout_ms;   /* for the oldest command without a reply; 5,000 */
    uint32_t ping_ms;            /* asked after so much silence; 10,000 */
    uint32_t backoff_min_ms;     /* before the second try; 20. Doubles, with jitter, */
    uint32_t backoff_max_ms;     /* up to this; 1,000 */
    size_t reply_bytes_max;      /* a longer reply is a protocol error; 512 MiB, Redis' own bound */
} xy_redis_options;

/* The defaults above. keeps: url. */
xy_redis_options xy__redis_options(const xy_redis_url *url);

typedef struct xy_redis_ops {
    /* It is greeted: commands may be sent. */
    void (*on_ready)(void *arg);
    /* It was lost, or could not be made (`why` in English); it will be tried again by itself. Every
     * command in flight has been answered with NULL before this. */
    void (*on_lost)(void *arg, const char *why);
    /* It was told something that answers no command in flight: message, smessage, subscribe,
     * unsubscribe, ssubscribe, sunsubscribe, and pmessage; or an error, which refuses the oldest
     * command of xy__redis_tell() that has no answer yet. Valid until it returns. NULL: it never
     * subscribes. */
    void (*on_push)(void *arg, const struct redisReply *push);
} xy_redis_ops;

/* The reply, valid until it returns; or NULL: the connection was lost before one came, and the
 * command may have been executed or not. */
typedef void xy_redis_reply_fn(void *arg, const struct redisReply *reply);

/* Begin to connect, in this turn. No function of `ops` is called before this returns. keeps: loop,
 * ops, arg, until xy__redis_close(). gives: the connection. */
xy_redis *xy__redis_open(xy_loop *loop, const xy_redis_options *options, const xy_redis_ops *ops,
                         void *arg);

/* takes: redis (NULL is fine). Commands in flight are answered with NULL before this returns; no
 * other function is called any more. Its memory goes in a later step of the loop. At any moment,
 * also inside its functions. */
void xy__redis_close(xy_redis *redis);

bool xy__redis_is_ready(const xy_redis *redis);

/* Send a command: `argv[0]` is its name. Only while it is ready. `fn` is called exactly once, never
 * before this returns; NULL: nobody wants to know. */
void xy__redis_command(xy_redis *redis, const xy_str *argv, size_t argc, xy_redis_reply_fn *fn,
                       void *arg);

/* Send a command which is answered by pushes, one a channel, or an error: (S)SUBSCRIBE,
 * (S)UNSUBSCRIBE. Only while it is ready. */
void xy__redis_tell(xy_redis *redis, const xy_str *argv, size_t argc);

/* In on_push(): does it answer what was told? Otherwise it is a message, or a channel was taken
 * away. */
bool xy__redis_push_answers(const xy_redis *redis);

/* Bytes that wait to be written. */
size_t xy__redis_unsent(const xy_redis *redis);

#endif
