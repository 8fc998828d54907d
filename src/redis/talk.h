/* SPDX-License-Identifier: MIT */
/* redis/talk.h -- what is said on one connection, without a socket: commands to bytes, bytes to
 * whoever asked.
 *
 *   ask, tell --> out (bytes to send)        asked: a queue of what has no answer yet
 *   feed      --> next: an answer to the oldest, a push, or nonsense
 *
 * Redis answers in order. A SUBSCRIBE of three channels is answered by three pushes or by one
 * error; pushes of messages come in between. */
#ifndef XY_REDIS_TALK_H
#define XY_REDIS_TALK_H

#include "base/buf.h"
#include "redis/connection.h"
#include "redis/reader.h"

/* What waits to be written to one server; more is a loss of the connection. */
#define XY_REDIS_OUT_MAX ((size_t)1 << 30)

typedef enum xy_redis_push_kind {
    XY_REDIS_NO_PUSH,
    XY_REDIS_MESSAGE,
    XY_REDIS_PMESSAGE,
    XY_REDIS_SMESSAGE,
    XY_REDIS_SUBSCRIBE,
    XY_REDIS_UNSUBSCRIBE,
    XY_REDIS_PSUBSCRIBE,
    XY_REDIS_PUNSUBSCRIBE,
    XY_REDIS_SSUBSCRIBE,
    XY_REDIS_SUNSUBSCRIBE,
} xy_redis_push_kind;

/* One answer that is waited for. */
typedef struct xy_redis_asked {
    xy_redis_reply_fn *fn; /* NULL: nobody wants to know */
    void *arg;
    uint64_t at_ms;
    uint64_t channel; /* of a push: the hash of the channel's name */
    uint8_t push;     /* xy_redis_push_kind; else a reply */
    bool more;        /* the next one is of the same command */
    bool fence;       /* a PING behind SUNSUBSCRIBE: an error is not its answer */
} xy_redis_asked;

typedef struct xy_redis_talk {
    xy_redis_reader reader;
    xy_buf out;
    xy_redis_asked *asked; /* a ring */
    size_t head;
    size_t len;
    size_t cap;
    bool subscriber; /* something was told: pushes may come */
    bool answers;    /* what was heard last is an answer to what was told */
    const char *why; /* of nonsense */
} xy_redis_talk;

typedef enum xy_redis_heard {
    XY_REDIS_HEARD_NOTHING, /* more bytes are needed */
    XY_REDIS_HEARD_ANSWER,  /* to *asked */
    XY_REDIS_HEARD_PUSH,    /* or an error that answers what was told */
    XY_REDIS_HEARD_NONSENSE,
} xy_redis_heard;

void xy__redis_talk_init(xy_redis_talk *talk, size_t reply_bytes_max);
void xy__redis_talk_deinit(xy_redis_talk *talk);

/* Another connection begins. What has no answer stays, for xy__redis_talk_drop(). */
void xy__redis_talk_reset(xy_redis_talk *talk);

/* A command, answered by one reply. */
void xy__redis_talk_ask(xy_redis_talk *talk, const xy_str *argv, size_t argc,
                        const xy_redis_asked *asked);

/* (S)SUBSCRIBE, (S)UNSUBSCRIBE with at least one channel. */
void xy__redis_talk_tell(xy_redis_talk *talk, const xy_str *argv, size_t argc, uint64_t now_ms);

void xy__redis_talk_feed(xy_redis_talk *talk, const char *ptr, size_t len);

/* What has been heard next; *reply is valid until the next call. */
xy_redis_heard xy__redis_talk_next(xy_redis_talk *talk, xy_redis_asked *asked,
                                   const redisReply **reply);

/* The oldest that has no answer; NULL: there is none. */
const xy_redis_asked *xy__redis_talk_oldest(const xy_redis_talk *talk);

/* Take the oldest out: it will have no answer. False: there is none. */
bool xy__redis_talk_drop(xy_redis_talk *talk, xy_redis_asked *asked);

/* What kind of push `reply` is; for a subscriber. */
xy_redis_push_kind xy__redis_push_kind(const redisReply *reply);

/* Append a command in the protocol's form. */
void xy__redis_format(xy_buf *out, const xy_str *argv, size_t argc);

#endif
