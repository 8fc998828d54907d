/* SPDX-License-Identifier: MIT */
/* realtime/stream_redis_parts.h -- the inside of streams, for stream_redis.c (a reader for each
 * topic), stream_questions.c and stream_append.c. */
#ifndef XY_REALTIME_STREAM_REDIS_PARTS_H
#define XY_REALTIME_STREAM_REDIS_PARTS_H

#include "realtime/stream_entry.h"
#include "realtime/stream_redis.h"

/* Entries of one read; an event may be large. */
#define XY_STREAM_READ_COUNT      ((size_t)64)

#define XY_STREAM_PRODUCER_DIGITS 16u

typedef enum stream_state {
    STREAM_SILENT,
    STREAM_STARTING,
    STREAM_READING,
    STREAM_STATES,
} stream_state;

struct xy_redis_stream {
    xy_redis_streams *streams;
    stream_state state;
    xy_stream_position cursor;
    uint64_t epoch; /* of the last entry by the script; 0: none yet */
    bool awaits;    /* the broker is to be told that it is live */
    bool reads;     /* a reply is on its way */
    bool rung;      /* read again after that */
    bool doubts;    /* the next read is with the cursor's own entry; */
    bool checks;    /* the one on its way is */
    bool closed;    /* freed when the reply comes */
    xy_link retry;  /* in the streams' retries, or in none */
    xy_link asked;  /* questions that wait for it */
    xy_link link;   /* in the streams' all */
    xy_str topic;   /* points to `text` */
    char text[];
};

struct xy_redis_streams {
    redis_store *store;
    xy_durable_limits limits;
    char producer[XY_STREAM_PRODUCER_DIGITS + 1];
    char epoch[XY_STREAM_EPOCH_DIGITS + 1]; /* of streams that begin with us */
    uint64_t number;                        /* of the last event */
    xy_map by_topic;
    xy_link all;
    xy_link retries; /* streams */
    xy_timer retry;
    xy_link questions;       /* that wait for their turn */
    uint32_t question_count; /* with the server */
    uint64_t logged_ms;
    bool closing;
};

/* Ask for `count` entries of the stream of `topic`, from `from` on. */
void xy__streams_range(xy_redis_streams *streams, xy_str topic, xy_str from, size_t count,
                       xy_redis_reply_fn *fn, void *arg);

/* What a server has answered instead (NULL: nothing) is logged, now and then. */
void xy__streams_log_refusal(xy_redis_streams *streams, xy_str topic,
                             const struct redisReply *reply);

/* Read what is behind the cursor; once more if that is being done. */
void xy__stream_read_on(xy_redis_stream *stream);

/* Of what questions have waited for some may have come. */
void xy__stream_wake_questions(xy_redis_stream *stream);

/* All of a list of questions: the store is away. */
void xy__streams_refuse_questions(xy_link *list);

#endif
