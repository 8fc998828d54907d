/* SPDX-License-Identifier: MIT */
/* realtime/stream_questions.c -- what did this topic carry after that event? Asked of Redis.
 *
 *                    known, delivered                  enough, or the end
 *   its event? -----------------------> what follows -----------------------> answered
 *     |  |  ^                               ^  |
 *     |  |  +-- read on --> is delivered    |  +--> none of ours: more
 *     |  +--> not delivered yet             |
 *     +--> not there --> the oldest: do they come after it? --no--> answered: a gap, and nothing
 *
 * Invariants
 *   1. An answer holds what was delivered by this process, if it listens to the topic: what comes
 *      later comes by mail. A question about an event that was not delivered yet waits for that,
 *      and so do those for a topic whose reader has not begun.
 *   2. So many questions are with the server and no more; the others wait in order. */
#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "realtime/stream_redis_parts.h"

/* That the server has at once. */
#define QUESTIONS_MAX 16u

/* A question on its way. */
typedef struct question {
    xy_link link; /* in a stream's asked, or the streams' questions; in none: with the server */
    xy_redis_streams *streams;
    xy_history *history;
    xy_stream_position after; /* the entry asked about, or that was read last; */
    uint64_t tag;             /* and of which epoch it is claimed to be */
    bool checks;              /* `after` has to be there */
    bool oldest;              /* it is not: whatever there is */
} question;

static void send_questions(xy_redis_streams *streams);

static void answer(question *q)
{
    xy__history_answer(q->history);
    free(q);
}

static void answer_unavailable(question *q)
{
    q->history->unavailable = true;
    answer(q);
}

void xy__streams_refuse_questions(xy_link *list)
{
    while (!xy__list_empty(list)) {
        question *q = XY_CONTAINER(list->next, question, link);

        xy__list_remove(&q->link);
        answer_unavailable(q);
    }
}

static xy_redis_stream *stream_of(const question *q)
{
    return xy__map_get(&q->streams->by_topic, q->history->topic);
}

static void put(question *q)
{
    xy_redis_stream *stream = stream_of(q);

    if (stream && stream->state != STREAM_READING) {
        xy__list_append(&stream->asked, &q->link);
    } else {
        xy__list_append(&q->streams->questions, &q->link);
        send_questions(q->streams);
    }
}

void xy__stream_wake_questions(xy_redis_stream *stream)
{
    xy_redis_streams *streams = stream->streams;
    xy_link *asked = &stream->asked;

    if (stream->state != STREAM_READING || xy__list_empty(asked))
        return;
    while (!xy__list_empty(asked)) {
        xy_link *link = asked->next;

        xy__list_remove(link);
        xy__list_append(&streams->questions, link);
    }
    send_questions(streams);
}

/* What is not delivered yet comes by mail. */
static bool is_delivered(const xy_redis_stream *stream, xy_stream_position at)
{
    return !stream || !xy__stream_is_after(at, stream->cursor);
}

/* True: the answer is complete. */
static bool fill(question *q, const redisReply *reply, size_t at, size_t count)
{
    const xy_redis_stream *stream = stream_of(q);
    xy_history *history = q->history;

    for (; at < reply->elements; at++) {
        xy_event_id id;
        xy_bytes *payload;
        xy_stream_entry e;

        if (!xy__stream_entry_read(reply->element[at], &e))
            continue;
        history->end = !is_delivered(stream, e.at);
        if (history->end || !xy__history_fits(history, e.text.len))
            return true;
        q->after = e.at;
        if (!e.text.ptr)
            continue;
        id = (xy_event_id){e.epoch, e.at.ms, e.at.seq};
        payload = xy__redis_payload(q->streams->store, history->topic, e.text);
        if (!payload)
            payload = xy_bytes_create(XY_STR(""));
        xy__history_add(history, &id, payload);
        xy_bytes_unref(payload);
    }
    history->end = reply->elements < count;
    return history->end || history->events.len > 0;
}

static bool is_claimed(const question *q, const xy_stream_entry *e)
{
    return xy__event_id_tag(q->history->topic, e->epoch) == q->tag;
}

/* What is asked about should be the first. */
static bool is_known(const question *q, const redisReply *reply)
{
    xy_stream_entry first;

    return reply->elements && xy__stream_entry_read(reply->element[0], &first) &&
           xy__stream_is_same(first.at, q->after) && is_claimed(q, &first);
}

/* It is not there: was it trimmed, so that the oldest come after it? */
static bool comes_before(const question *q, const redisReply *reply)
{
    xy_stream_entry first;

    return reply->elements && xy__stream_entry_read(reply->element[0], &first) &&
           xy__stream_is_after(first.at, q->after) && is_claimed(q, &first);
}

static void on_page(void *arg, const redisReply *reply);

static size_t count_of(const question *q)
{
    size_t count = q->history->events_max < XY_STREAM_READ_COUNT ? q->history->events_max
                                                                 : XY_STREAM_READ_COUNT;

    return count + q->checks;
}

static void send_question(question *q)
{
    char from[XY_STREAM_POSITION_BYTES];
    xy_str start = XY_STR("-");

    if (!q->oldest && !xy__stream_is_start(q->after))
        start = xy__stream_position_write(from, q->checks ? "" : "(", q->after);
    q->streams->question_count++;
    xy__streams_range(q->streams, q->history->topic, start, count_of(q), on_page, q);
}

static void send_questions(xy_redis_streams *streams)
{
    while (!streams->closing && streams->question_count < QUESTIONS_MAX &&
           !xy__list_empty(&streams->questions)) {
        question *q = XY_CONTAINER(streams->questions.next, question, link);

        xy__list_remove(&q->link);
        send_question(q);
    }
}

/* Once more, with what is known by now. */
static void send_again(question *q)
{
    xy__list_append(&q->streams->questions, &q->link);
    send_questions(q->streams);
}

static void on_checked(question *q, const redisReply *reply)
{
    size_t count = count_of(q);
    xy_redis_stream *stream = stream_of(q);

    if (!is_known(q, reply)) {
        q->history->gap = true;
        q->oldest = true;
        q->checks = false;
        send_again(q);
    } else if (!is_delivered(stream, q->after)) {
        xy__list_append(&stream->asked, &q->link);
        xy__stream_read_on(stream);
    } else {
        q->checks = false;
        if (fill(q, reply, 1, count)) {
            answer(q);
        } else {
            send_again(q);
        }
    }
}

static void on_page(void *arg, const redisReply *reply)
{
    question *q = arg;
    xy_redis_streams *streams = q->streams;
    size_t count = count_of(q);

    streams->question_count--;
    if (!xy__stream_is_list(reply)) {
        xy__streams_log_refusal(streams, q->history->topic, reply);
        answer_unavailable(q);
    } else if (q->checks) {
        on_checked(q, reply);
    } else if (q->oldest && q->history->gap && !comes_before(q, reply)) {
        q->history->end = true;
        answer(q);
    } else {
        q->oldest = false;
        if (fill(q, reply, 0, count)) {
            answer(q);
        } else {
            send_again(q);
        }
    }
    send_questions(streams);
}

void xy__redis_streams_read(xy_redis_streams *streams, xy_history *history)
{
    question *q = xy__zalloc(sizeof *q);

    q->streams = streams;
    q->history = history;
    if (history->from_claim) {
        q->tag = history->after.tag;
        q->after = (xy_stream_position){history->after.major, history->after.minor};
        q->checks = true;
    } else if (!xy__event_id_is_none(&history->position)) {
        q->tag = xy__event_id_tag(history->topic, history->position.epoch);
        q->after = (xy_stream_position){history->position.major, history->position.minor};
        q->checks = true;
    } else if (history->since_ms) {
        q->after = (xy_stream_position){history->since_ms - 1, UINT64_MAX};
    }
    put(q);
}
