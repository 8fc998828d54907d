/* SPDX-License-Identifier: MIT */
/* realtime/stream_redis.c -- a reader for each topic that somebody listens to.
 *
 *              doorbell is live                its last entry is known
 *   SILENT --------------------------> STARTING ----------------------> READING <--+
 *      (the reply was lost: again)        |  ^                              |      | rung, retried,
 *                                         +--+                              +------+ more to read
 *
 * The cursor is the last entry that was delivered. What comes after it is delivered in order; so
 * what is up to it has been, and a question is answered up to it and no further.
 *
 * Invariants
 *   1. One read at most is on its way for each topic. Who rings meanwhile has it read once more.
 *   2. The cursor moves with each event that the broker has taken. When a mailbox is full it stays,
 *      and the entry is read again after a while.
 *   3. Where entries may have gone unread (a lost connection, a full mailbox, a long backlog) the
 *      cursor's own entry is read, too: if it is there, none behind it can have been trimmed. Else
 *      a gap is told.
 *
 * An epoch is an entry's own: that of the one before it in the stream, if it was appended by the
 * script. Others have XY_STREAM_FOREIGN_EPOCH.
 *
 * Read next: stream_questions.c, stream_append.c. */
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "realtime/stream_redis_parts.h"

/* What did not work is tried again after this. */
#define RETRY_MS 50u

/* A doorbell that is so much older than what was delivered is no straggler: the stream has begun
 * anew, by a clock that is behind. */
#define STRAGGLER_MS UINT64_C(10000)

#define BIT(state)   (1u << (state))

static const uint8_t may_go[STREAM_STATES] = {
    [STREAM_SILENT] = BIT(STREAM_STARTING),
    [STREAM_STARTING] = BIT(STREAM_READING),
    [STREAM_READING] = 0,
};

static void go(xy_redis_stream *stream, stream_state to)
{
    XY_ASSERT(may_go[stream->state] & BIT(to));
    stream->state = to;
}

static xy_redis_stream *stream_at(xy_link *link)
{
    return XY_CONTAINER(link, xy_redis_stream, link);
}

xy_str xy__redis_doorbell(char scratch[XY_REDIS_DOORBELL_MAX], xy_str topic)
{
    int len = snprintf(scratch, XY_REDIS_DOORBELL_MAX, "xylem:stream:{%.*s}", XY_PRI(topic));

    return (xy_str){scratch, (size_t)len};
}

void xy__streams_log_refusal(xy_redis_streams *streams, xy_str topic, const redisReply *reply)
{
    uint64_t now = xy__loop_now(&streams->store->loop);
    xy_str answer = XY_STR("no list of entries");

    if (!reply || (streams->logged_ms && now - streams->logged_ms < 1000))
        return;
    streams->logged_ms = now ? now : 1;
    if (reply->type == REDIS_REPLY_ERROR)
        answer = (xy_str){reply->str, reply->len};
    xy_log(XY_LOG_ERROR, "realtime", "Redis refuses a durable topic", XY_LOG_STR("topic", topic),
           XY_LOG_STR("reply", answer));
}

void xy__streams_range(xy_redis_streams *streams, xy_str topic, xy_str from, size_t count,
                       xy_redis_reply_fn *fn, void *arg)
{
    char key[XY_REDIS_DOORBELL_MAX];
    char number[XY_STREAM_NUMBER_BYTES];
    xy_str name = xy__redis_doorbell(key, topic);
    const xy_str argv[] = {XY_STR("XRANGE"),
                           name,
                           from,
                           XY_STR("+"),
                           XY_STR("COUNT"),
                           xy__stream_number_write(number, count)};

    xy__redis_bus_command(streams->store->bus, name, argv, sizeof argv / sizeof *argv, fn, arg);
}

/* ---- the reader ---- */

static void retry_later(xy_redis_stream *stream)
{
    xy_redis_streams *streams = stream->streams;

    stream->doubts = true;
    if (streams->closing)
        return;
    xy__list_remove(&stream->retry);
    xy__list_append(&streams->retries, &stream->retry);
    if (!xy__timer_armed(&streams->retry))
        xy__timer_start(&streams->store->loop, &streams->retry, RETRY_MS);
}

/* A reply has come. False: nobody wants it any more. */
static bool end_read(xy_redis_stream *stream)
{
    bool closed = stream->closed;

    stream->reads = false;
    if (closed)
        free(stream);
    return !closed;
}

static void tell_gap(const xy_redis_stream *stream, xy_gap reason)
{
    xy__pubsub_gap_topic(stream->streams->store->ps, stream->topic, reason);
}

/* False: it has to be tried again. */
static bool deliver(xy_redis_stream *stream, const xy_stream_entry *e)
{
    redis_store *store = stream->streams->store;
    xy_event_id id = {e->epoch, e->at.ms, e->at.seq};
    xy_bytes *payload = NULL;
    int rc = XY_OK;

    if (e->epoch != XY_STREAM_FOREIGN_EPOCH)
        stream->epoch = e->epoch;
    if (e->text.ptr) {
        payload = xy__redis_payload(store, stream->topic, e->text);
        rc = payload ? xy__pubsub_deliver(store->ps, stream->topic, payload, &id) : XY_ELIMIT;
        xy_bytes_unref(payload);
    } else {
        xy__redis_note_malformed(store, stream->topic);
    }
    if (rc == XY_EFULL) {
        xy__gauge_sub(&store->gauges->refused, 1); /* it is not lost */
        return false;
    }
    if (rc < 0)
        tell_gap(stream, XY_GAP_DROPPED);
    stream->cursor = e->at;
    return true;
}

static bool changes_epoch(const xy_redis_stream *stream, const xy_stream_entry *e)
{
    return stream->epoch && e->epoch != XY_STREAM_FOREIGN_EPOCH && e->epoch != stream->epoch;
}

/* The entries from `at` on. False: the rest later. Those of another epoch are not of another stream
 * if the cursor's entry stands before them (`is_sure`); else that is looked at first. */
static bool deliver_all(xy_redis_stream *stream, const redisReply *reply, size_t at, bool is_sure)
{
    for (; at < reply->elements; at++) {
        xy_stream_entry e;

        if (!xy__stream_entry_read(reply->element[at], &e))
            continue;
        if (!is_sure && changes_epoch(stream, &e)) {
            if (!xy__stream_is_start(stream->cursor)) {
                stream->doubts = true;
                stream->rung = true;
                return true;
            }
            tell_gap(stream, XY_GAP_RECONNECTED);
        }
        if (!deliver(stream, &e))
            return false;
    }
    return true;
}

/* The cursor's entry should be the first. Returns how many of the reply are known already. */
static size_t resolve_doubts(xy_redis_stream *stream, const redisReply *reply)
{
    xy_stream_entry first;

    if (reply->elements && xy__stream_entry_read(reply->element[0], &first) &&
        xy__stream_is_same(first.at, stream->cursor) && !changes_epoch(stream, &first))
        return 1;
    if (!reply->elements) {
        /* It is gone as a whole. Should it have begun anew, then with older entries. */
        stream->cursor = (xy_stream_position){0};
        stream->rung = true;
    } else {
        tell_gap(stream, XY_GAP_RECONNECTED);
        stream->epoch = 0;
    }
    return 0;
}

static void on_entries(void *arg, const redisReply *reply)
{
    xy_redis_stream *stream = arg;
    bool checks = stream->checks;
    size_t known = 0;

    if (!end_read(stream))
        return;
    if (!xy__stream_is_list(reply)) {
        xy__streams_log_refusal(stream->streams, stream->topic, reply);
        retry_later(stream);
        return;
    }
    if (checks)
        known = resolve_doubts(stream, reply);
    if (!deliver_all(stream, reply, known, known > 0)) {
        retry_later(stream);
    } else if (reply->elements >= XY_STREAM_READ_COUNT || stream->rung) {
        stream->doubts |= reply->elements >= XY_STREAM_READ_COUNT;
        xy__stream_read_on(stream);
    }
    xy__stream_wake_questions(stream);
}

void xy__stream_read_on(xy_redis_stream *stream)
{
    char from[XY_STREAM_POSITION_BYTES];
    xy_str after = XY_STR("-");

    if (stream->reads) {
        stream->rung = true;
        return;
    }
    xy__list_remove(&stream->retry);
    stream->rung = false;
    stream->reads = true;
    stream->checks = stream->doubts && !xy__stream_is_start(stream->cursor);
    stream->doubts = false;
    if (!xy__stream_is_start(stream->cursor))
        after = xy__stream_position_write(from, stream->checks ? "" : "(", stream->cursor);
    xy__streams_range(stream->streams, stream->topic, after, XY_STREAM_READ_COUNT, on_entries,
                      stream);
}

static void tell_live(xy_redis_stream *stream)
{
    if (stream->awaits)
        xy__pubsub_live(stream->streams->store->ps, stream->topic);
    stream->awaits = false;
}

/* Where it stands when the doorbell is heard: what comes after is for us. */
static void on_last(void *arg, const redisReply *reply)
{
    xy_redis_stream *stream = arg;
    xy_stream_entry last;

    if (!end_read(stream))
        return;
    if (!xy__stream_is_list(reply)) {
        xy__streams_log_refusal(stream->streams, stream->topic, reply);
        retry_later(stream);
        return;
    }
    stream->doubts = false;
    if (reply->elements && xy__stream_entry_read(reply->element[0], &last)) {
        stream->cursor = last.at;
        stream->epoch = last.epoch == XY_STREAM_FOREIGN_EPOCH ? 0 : last.epoch;
    }
    go(stream, STREAM_READING);
    tell_live(stream);
    if (stream->rung)
        xy__stream_read_on(stream);
    xy__stream_wake_questions(stream);
}

static void start(xy_redis_stream *stream)
{
    char key[XY_REDIS_DOORBELL_MAX];
    xy_str name = xy__redis_doorbell(key, stream->topic);
    const xy_str argv[] = {XY_STR("XREVRANGE"), name,       XY_STR("+"), XY_STR("-"),
                           XY_STR("COUNT"),     XY_STR("1")};

    if (stream->reads)
        return;
    xy__list_remove(&stream->retry);
    stream->reads = true;
    stream->rung = false;
    xy__redis_bus_command(stream->streams->store->bus, name, argv, sizeof argv / sizeof *argv,
                          on_last, stream);
}

static void go_on(xy_redis_stream *stream)
{
    if (stream->state == STREAM_STARTING) {
        start(stream);
    } else if (stream->state == STREAM_READING) {
        xy__stream_read_on(stream);
    }
}

static void retry_all(xy_redis_streams *streams)
{
    xy_link now;

    xy__list_init(&now);
    while (!xy__list_empty(&streams->retries)) {
        xy_link *link = streams->retries.next;

        xy__list_remove(link);
        xy__list_append(&now, link);
    }
    while (!xy__list_empty(&now)) {
        xy_redis_stream *stream = XY_CONTAINER(now.next, xy_redis_stream, retry);

        xy__list_remove(&stream->retry);
        go_on(stream);
    }
}

static void on_retry(xy_timer *timer)
{
    xy_redis_streams *streams = XY_CONTAINER(timer, xy_redis_streams, retry);

    /* While the server is away there is nothing to try: it will be told when it is there. */
    if (xy__redis_bus_connected(streams->store->bus))
        retry_all(streams);
}

void xy__redis_streams_connected(xy_redis_streams *streams)
{
    retry_all(streams);
}

void xy__redis_stream_live(xy_redis_stream *stream)
{
    if (stream->state == STREAM_SILENT)
        go(stream, STREAM_STARTING);
    stream->doubts = true;
    stream->rung = stream->reads;
    go_on(stream);
}

void xy__redis_stream_ring(xy_redis_stream *stream, xy_str message)
{
    xy_stream_position at;

    if (stream->state == STREAM_READING && xy__stream_position_read(message, &at) &&
        !xy__stream_is_after(at, stream->cursor)) {
        if (at.ms + STRAGGLER_MS >= stream->cursor.ms)
            return;
        stream->doubts = true;
    }
    if (stream->state == STREAM_STARTING) {
        stream->rung = true;
    } else {
        go_on(stream);
    }
}

/* ---- life ---- */

static uint64_t random_number(void)
{
    uint64_t number;

    XY_ASSERT(getrandom(&number, sizeof number, 0) == (ssize_t)sizeof number);
    return number;
}

xy_redis_streams *xy__redis_streams_create(redis_store *store, const xy_durable_limits *limits)
{
    xy_redis_streams *streams = xy__zalloc(sizeof *streams);

    streams->store = store;
    streams->limits = *limits;
    snprintf(streams->producer, sizeof streams->producer, "%016" PRIx64, random_number());
    /* Never that of the foreign ones, nor none at all. */
    snprintf(streams->epoch, sizeof streams->epoch, "%016" PRIx64, random_number() | 2);
    streams->retry.fn = on_retry;
    xy__map_init(&streams->by_topic, NULL);
    xy__list_init(&streams->all);
    xy__list_init(&streams->retries);
    xy__list_init(&streams->questions);
    return streams;
}

void xy__redis_streams_stop(xy_redis_streams *streams)
{
    streams->closing = true;
}

void xy__redis_streams_destroy(xy_redis_streams *streams)
{
    if (!streams)
        return;
    xy__timer_stop(&streams->store->loop, &streams->retry);
    while (!xy__list_empty(&streams->all))
        xy__redis_stream_close(stream_at(streams->all.next));
    xy__streams_refuse_questions(&streams->questions);
    xy__map_deinit(&streams->by_topic);
    free(streams);
}

xy_redis_stream *xy__redis_stream_open(xy_redis_streams *streams, xy_str topic)
{
    xy_redis_stream *stream = xy__zalloc(sizeof *stream + topic.len);

    stream->streams = streams;
    if (topic.len)
        memcpy(stream->text, topic.ptr, topic.len);
    stream->topic = (xy_str){stream->text, topic.len};
    stream->awaits = true;
    xy__list_init(&stream->retry);
    xy__list_init(&stream->asked);
    xy__list_append(&streams->all, &stream->link);
    xy__map_put(&streams->by_topic, stream->topic, stream);
    return stream;
}

void xy__redis_stream_listen(xy_redis_stream *stream)
{
    stream->awaits = true;
    if (stream->state == STREAM_READING)
        tell_live(stream);
}

void xy__redis_stream_close(xy_redis_stream *stream)
{
    xy__map_del(&stream->streams->by_topic, stream->topic);
    xy__list_remove(&stream->link);
    xy__list_remove(&stream->retry);
    xy__streams_refuse_questions(&stream->asked);
    stream->closed = true;
    if (!stream->reads)
        free(stream);
}
