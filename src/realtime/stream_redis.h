/* SPDX-License-Identifier: MIT */
/* realtime/stream_redis.h -- durable topics in Redis: a stream for each, that all processes append
 * to and read from.
 *
 *   stream     xylem:stream:{newMessage:1}     entries: e <epoch, 16 hex digits>, d <JSON text>
 *   doorbell   the channel of the same name: "there is something", with the entry's id
 *   sent       xylem:sent:{newMessage:1}:<producer>   number of the last event of that one
 *
 * What the doorbell says is a hint; the stream is the truth. A doorbell that was lost, and a
 * mailbox that is full, mean that reading goes on later. Store's thread only. */
#ifndef XY_REALTIME_STREAM_REDIS_H
#define XY_REALTIME_STREAM_REDIS_H

#include "realtime/store_redis_parts.h"

/* No name of a doorbell is longer. */
#define XY_REDIS_DOORBELL_MAX (XY_TOPIC_BYTES_MAX + 64)

typedef struct xy_redis_streams xy_redis_streams;
typedef struct xy_redis_stream xy_redis_stream;

/* For the bus: the script that appends, up to NULL. */
extern const char *const xy__redis_stream_scripts[];

/* The streams of `store`, whose bus is open. keeps: store, until they are destroyed. gives: the
 * streams. */
xy_redis_streams *xy__redis_streams_create(redis_store *store, const xy_durable_limits *limits);

/* The bus is going to be closed: nothing is asked of it any more. */
void xy__redis_streams_stop(xy_redis_streams *streams);

/* takes: streams (NULL is fine). The bus is closed; what is asked is answered that the store is
 * away. */
void xy__redis_streams_destroy(xy_redis_streams *streams);

/* Append an event, now or when the server is there again. shares: topic, payload. */
void xy__redis_streams_publish(xy_redis_streams *streams, xy_bytes *topic, xy_bytes *payload);

/* Answer a question. takes: history, until it is answered. */
void xy__redis_streams_read(xy_redis_streams *streams, xy_history *history);

/* The server is there again. */
void xy__redis_streams_connected(xy_redis_streams *streams);

/* The name of the stream, and of the doorbell, of `topic`. */
xy_str xy__redis_doorbell(char scratch[XY_REDIS_DOORBELL_MAX], xy_str topic);

/* Somebody listens to `topic`. Not twice. gives: the stream; nothing comes of it before its
 * doorbell is live. */
xy_redis_stream *xy__redis_stream_open(xy_redis_streams *streams, xy_str topic);

/* takes: stream. Nothing comes of it any more. */
void xy__redis_stream_close(xy_redis_stream *stream);

/* The broker has begun the topic anew, or for the first time: tell it when it is live. */
void xy__redis_stream_listen(xy_redis_stream *stream);

/* Its doorbell is subscribed: the first time, or again. */
void xy__redis_stream_live(xy_redis_stream *stream);

/* It rings; `message` is an entry's id. */
void xy__redis_stream_ring(xy_redis_stream *stream, xy_str message);

#endif
