/* SPDX-License-Identifier: MIT */
/* realtime/stream_append.c -- an event goes into its stream, once, however often it is sent.
 *
 * Each has a number of this process. The bus sends it again where a connection was lost before the
 * reply; the script then finds that number among those that it has seen. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "realtime/stream_redis_parts.h"

/* KEYS: stream, sent. ARGV: number, epoch, events, seconds, how to publish, topic, payload. What
 * was sent already is not appended again. Looks a few entries back for the epoch, as others may
 * append, too. */
#define APPEND                                                                                     \
    "local sent = redis.call('GET', KEYS[2])\n"                                                    \
    "if sent and tonumber(sent) >= tonumber(ARGV[1]) then return false end\n"                      \
    "local function find(count)\n"                                                                 \
    "  for _, entry in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', count)) do\n"    \
    "    for i = 1, #entry[2], 2 do if entry[2][i] == 'e' then return entry[2][i + 1] end end\n"   \
    "  end\n"                                                                                      \
    "end\n"                                                                                        \
    "local epoch = find(1) or find(8) or ARGV[2]\n"                                                \
    "local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'e', epoch, 'd', "        \
    "ARGV[7])\n"                                                                                   \
    "redis.call('EXPIRE', KEYS[1], ARGV[4])\n"                                                     \
    "redis.call('SET', KEYS[2], ARGV[1], 'EX', 600)\n"                                             \
    "redis.call(ARGV[5], ARGV[6], ARGV[7])\n"                                                      \
    "redis.call(ARGV[5], KEYS[1], id)\n"                                                           \
    "return id\n"

const char *const xy__redis_stream_scripts[] = {APPEND, NULL};

/* An event on its way. */
typedef struct append {
    xy_redis_streams *streams;
    xy_bytes *topic;
    xy_bytes *payload;
} append;

static xy_str sent_key(const xy_redis_streams *streams, char scratch[XY_REDIS_DOORBELL_MAX],
                       xy_str topic)
{
    int len = snprintf(scratch, XY_REDIS_DOORBELL_MAX, "xylem:sent:{%.*s}:%s", XY_PRI(topic),
                       streams->producer);

    return (xy_str){scratch, (size_t)len};
}

static void append_again(append *a);

static bool is_overtaken(const redisReply *reply)
{
    static const char overtaken[] = "OVERTAKEN";

    return reply->type == REDIS_REPLY_ERROR &&
           strncmp(reply->str, overtaken, sizeof overtaken - 1) == 0;
}

static void on_appended(void *arg, const redisReply *reply)
{
    append *a = arg;

    if (reply && is_overtaken(reply)) {
        append_again(a);
        return;
    }
    if (reply && reply->type == REDIS_REPLY_ERROR) {
        xy__streams_log_refusal(a->streams, xy_bytes_str(a->topic), reply);
        xy__gauge_add(&a->streams->store->gauges->unpublished, 1);
    }
    xy_bytes_unref(a->topic);
    xy_bytes_unref(a->payload);
    free(a);
}

/* With a number of its own each time. */
static void append_again(append *a)
{
    xy_redis_streams *streams = a->streams;
    xy_str topic = xy_bytes_str(a->topic);
    char stream[XY_REDIS_DOORBELL_MAX];
    char sent[XY_REDIS_DOORBELL_MAX];
    char numbers[3][XY_STREAM_NUMBER_BYTES];
    const xy_str keys[] = {xy__redis_doorbell(stream, topic), sent_key(streams, sent, topic)};
    const xy_str args[] = {
        xy__stream_number_write(numbers[0], ++streams->number),
        {streams->epoch, XY_STREAM_EPOCH_DIGITS},
        xy__stream_number_write(numbers[1],
                                streams->limits.events_max ? streams->limits.events_max : 1),
        xy__stream_number_write(numbers[2],
                                streams->limits.age_max_s ? streams->limits.age_max_s : 1),
        streams->store->sharded ? XY_STR("SPUBLISH") : XY_STR("PUBLISH"),
        topic,
    };
    const xy_redis_call call = {
        .script = 0,
        .keys = keys,
        .key_count = sizeof keys / sizeof *keys,
        .args = args,
        .arg_count = sizeof args / sizeof *args,
        .last = a->payload,
    };
    int rc = xy__redis_bus_append(streams->store->bus, &call, on_appended, a);

    XY_ASSERT(rc == XY_OK); /* its bounds are beyond the store's */
}

void xy__redis_streams_publish(xy_redis_streams *streams, xy_bytes *topic, xy_bytes *payload)
{
    append *a = xy__malloc(sizeof *a);

    *a = (append){streams, xy_bytes_ref(topic), xy_bytes_ref(payload)};
    append_again(a);
}
