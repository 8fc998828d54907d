/* SPDX-License-Identifier: MIT */
/* realtime/stream_redis.c -- a reader for each topic that somebody listens to, questions about any,
 * and events to append.
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
 *   4. A question about an event that was not delivered yet waits for that. So do those for a
 *      topic that is not READING.
 *   5. So many questions are with the server and no more; the others wait in order.
 *
 * An epoch is an entry's own: that of the one before it in the stream, if it was appended by the
 * script. Others have FOREIGN_EPOCH. */
#include "realtime/stream_redis.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "realtime/event_id.h"

#define FOREIGN_EPOCH UINT64_C(1)

/* Entries of one read; an event may be large. */
#define READ_COUNT ((size_t)64)

/* Questions that the server has at once. */
#define QUESTIONS_MAX 16u

/* What did not work is tried again after this. */
#define RETRY_MS 50u

/* A doorbell that is so much older than what was delivered is no straggler: the stream has begun
 * anew, by a clock that is behind. */
#define STRAGGLER_MS    UINT64_C(10000)

#define NUMBER_BYTES    24u
#define ENTRY_ID_BYTES  44u
#define EPOCH_DIGITS    16u
#define PRODUCER_DIGITS 16u

/* KEYS: stream, sent. ARGV: number, epoch, events, seconds, how to publish, topic, payload. What was
 * sent already is not appended again. Looks a few entries back for the epoch, as others may append,
 * too. */
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

/* Of an entry: all zero is before the first. */
typedef struct position {
    uint64_t ms;
    uint64_t seq;
} position;

typedef enum stream_state {
    STREAM_SILENT,
    STREAM_STARTING,
    STREAM_READING,
} stream_state;

struct xy_redis_stream {
    xy_redis_streams *streams;
    stream_state state;
    position cursor;
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

/* A question on its way. */
typedef struct question {
    xy_link link; /* in a stream's asked, or the streams' questions; in none: with the server */
    xy_redis_streams *streams;
    xy_history *history;
    position after; /* the entry asked about, or that was read last; */
    uint64_t tag;   /* and of which epoch it is claimed to be */
    bool checks;    /* `after` has to be there */
    bool oldest;    /* it is not: whatever there is */
} question;

/* An event on its way. */
typedef struct append {
    xy_redis_streams *streams;
    xy_bytes *topic;
    xy_bytes *payload;
} append;

struct xy_redis_streams {
    redis_store *store;
    xy_durable_limits limits;
    char producer[PRODUCER_DIGITS + 1];
    char epoch[EPOCH_DIGITS + 1]; /* of streams that begin with us */
    uint64_t number;              /* of the last event */
    xy_map by_topic;
    xy_link all;
    xy_link retries; /* streams */
    xy_timer retry;
    xy_link questions;       /* that wait for their turn */
    uint32_t question_count; /* with the server */
    uint64_t logged_ms;
    bool closing;
};

static xy_redis_stream *stream_at(xy_link *link)
{
    return XY_CONTAINER(link, xy_redis_stream, link);
}

/* ---- names and numbers ---- */

xy_str xy__redis_doorbell(char scratch[XY_REDIS_DOORBELL_MAX], xy_str topic)
{
    int len = snprintf(scratch, XY_REDIS_DOORBELL_MAX, "xylem:stream:{%.*s}", XY_PRI(topic));

    return (xy_str){scratch, (size_t)len};
}

static xy_str sent_key(const xy_redis_streams *streams, char scratch[XY_REDIS_DOORBELL_MAX],
                       xy_str topic)
{
    int len = snprintf(scratch, XY_REDIS_DOORBELL_MAX, "xylem:sent:{%.*s}:%s", XY_PRI(topic),
                       streams->producer);

    return (xy_str){scratch, (size_t)len};
}

static xy_str write_number(char out[NUMBER_BYTES], uint64_t number)
{
    return (xy_str){out, (size_t)snprintf(out, NUMBER_BYTES, "%" PRIu64, number)};
}

/* With `before` in front of it. */
static xy_str write_position(char out[ENTRY_ID_BYTES], const char *before, position at)
{
    return (xy_str){out, (size_t)snprintf(out, ENTRY_ID_BYTES, "%s%" PRIu64 "-%" PRIu64, before,
                                          at.ms, at.seq)};
}

static bool read_digits(xy_str *text, uint64_t *out)
{
    size_t at = 0;

    *out = 0;
    while (at < text->len && text->ptr[at] >= '0' && text->ptr[at] <= '9') {
        uint64_t digit = (uint64_t)(text->ptr[at++] - '0');

        if (*out > (UINT64_MAX - digit) / 10)
            return false;
        *out = *out * 10 + digit;
    }
    *text = (xy_str){text->ptr + at, text->len - at};
    return at > 0;
}

static bool read_position(xy_str text, position *out)
{
    if (!read_digits(&text, &out->ms) || !text.len || *text.ptr != '-')
        return false;
    text = (xy_str){text.ptr + 1, text.len - 1};
    return read_digits(&text, &out->seq) && !text.len;
}

static bool is_after(position a, position b)
{
    return a.ms != b.ms ? a.ms > b.ms : a.seq > b.seq;
}

static bool is_same(position a, position b)
{
    return a.ms == b.ms && a.seq == b.seq;
}

static bool is_start(position at)
{
    return !at.ms && !at.seq;
}

static uint64_t read_epoch(xy_str hex)
{
    uint64_t epoch = 0;

    if (hex.len != EPOCH_DIGITS)
        return FOREIGN_EPOCH;
    for (size_t i = 0; i < hex.len; i++) {
        char c = hex.ptr[i];

        if (c >= '0' && c <= '9') {
            epoch = epoch << 4 | (uint64_t)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            epoch = epoch << 4 | (uint64_t)(c - 'a' + 10);
        } else {
            return FOREIGN_EPOCH;
        }
    }
    return epoch ? epoch : FOREIGN_EPOCH;
}

/* ---- entries ---- */

typedef struct entry {
    position at;
    uint64_t epoch;
    xy_str text; /* null: it is none of ours */
} entry;

static xy_str text_of(const redisReply *reply)
{
    bool is_text = reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS;

    return is_text ? (xy_str){reply->str, reply->len} : XY_STR_NULL;
}

static void read_fields(const redisReply *fields, entry *out)
{
    for (size_t i = 0; i + 1 < fields->elements; i += 2) {
        xy_str name = text_of(fields->element[i]);
        xy_str value = text_of(fields->element[i + 1]);

        if (xy_str_is(name, "d")) {
            out->text = value;
        } else if (xy_str_is(name, "e")) {
            out->epoch = read_epoch(value);
        }
    }
}

/* False: this is no entry. */
static bool read_entry(const redisReply *reply, entry *out)
{
    *out = (entry){.epoch = FOREIGN_EPOCH};
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        !read_position(text_of(reply->element[0]), &out->at))
        return false;
    if (reply->element[1]->type == REDIS_REPLY_ARRAY)
        read_fields(reply->element[1], out);
    return true;
}

static bool is_list(const redisReply *reply)
{
    return reply && reply->type == REDIS_REPLY_ARRAY;
}

/* What a server answers instead, now and then. */
static void log_refusal(xy_redis_streams *streams, xy_str topic, const redisReply *reply)
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

static void range(xy_redis_streams *streams, xy_str topic, xy_str from, size_t count,
                  xy_redis_reply_fn *fn, void *arg)
{
    char key[XY_REDIS_DOORBELL_MAX];
    char number[NUMBER_BYTES];
    xy_str name = xy__redis_doorbell(key, topic);
    const xy_str argv[] = {XY_STR("XRANGE"),           name, from, XY_STR("+"), XY_STR("COUNT"),
                           write_number(number, count)};

    xy__redis_bus_command(streams->store->bus, name, argv, sizeof argv / sizeof *argv, fn, arg);
}

/* ---- the reader ---- */

static void read_on(xy_redis_stream *stream);
static void wake_questions(xy_redis_stream *stream);

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
static bool deliver(xy_redis_stream *stream, const entry *e)
{
    redis_store *store = stream->streams->store;
    xy_event_id id = {e->epoch, e->at.ms, e->at.seq};
    xy_bytes *payload = NULL;
    int rc = XY_OK;

    if (e->epoch != FOREIGN_EPOCH)
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

static bool changes_epoch(const xy_redis_stream *stream, const entry *e)
{
    return stream->epoch && e->epoch != FOREIGN_EPOCH && e->epoch != stream->epoch;
}

/* The entries from `at` on. False: the rest later. Those of another epoch are not of another stream
 * if the cursor's entry stands before them (`is_sure`); else that is looked at first. */
static bool deliver_all(xy_redis_stream *stream, const redisReply *reply, size_t at, bool is_sure)
{
    for (; at < reply->elements; at++) {
        entry e;

        if (!read_entry(reply->element[at], &e))
            continue;
        if (!is_sure && changes_epoch(stream, &e)) {
            if (!is_start(stream->cursor)) {
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
    entry first;

    if (reply->elements && read_entry(reply->element[0], &first) &&
        is_same(first.at, stream->cursor))
        return 1;
    if (!reply->elements) {
        /* It is gone as a whole. Should it have begun anew, then with older entries. */
        stream->cursor = (position){0};
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
    if (!is_list(reply)) {
        log_refusal(stream->streams, stream->topic, reply);
        retry_later(stream);
        return;
    }
    if (checks)
        known = resolve_doubts(stream, reply);
    if (!deliver_all(stream, reply, known, known > 0)) {
        retry_later(stream);
    } else if (reply->elements >= READ_COUNT || stream->rung) {
        stream->doubts |= reply->elements >= READ_COUNT;
        read_on(stream);
    }
    wake_questions(stream);
}

static void read_on(xy_redis_stream *stream)
{
    char from[ENTRY_ID_BYTES];
    xy_str after = XY_STR("-");

    if (stream->reads) {
        stream->rung = true;
        return;
    }
    xy__list_remove(&stream->retry);
    stream->rung = false;
    stream->reads = true;
    stream->checks = stream->doubts && !is_start(stream->cursor);
    stream->doubts = false;
    if (!is_start(stream->cursor))
        after = write_position(from, stream->checks ? "" : "(", stream->cursor);
    range(stream->streams, stream->topic, after, READ_COUNT, on_entries, stream);
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
    entry last;

    if (!end_read(stream))
        return;
    if (!is_list(reply)) {
        log_refusal(stream->streams, stream->topic, reply);
        retry_later(stream);
        return;
    }
    stream->doubts = false;
    if (reply->elements && read_entry(reply->element[0], &last)) {
        stream->cursor = last.at;
        stream->epoch = last.epoch == FOREIGN_EPOCH ? 0 : last.epoch;
    }
    stream->state = STREAM_READING;
    tell_live(stream);
    if (stream->rung)
        read_on(stream);
    wake_questions(stream);
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
        read_on(stream);
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
        stream->state = STREAM_STARTING;
    stream->doubts = true;
    stream->rung = stream->reads;
    go_on(stream);
}

void xy__redis_stream_ring(xy_redis_stream *stream, xy_str message)
{
    position at;

    if (stream->state == STREAM_READING && read_position(message, &at) &&
        !is_after(at, stream->cursor)) {
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

/* ---- questions ---- */

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

/* Of what it has waited for some may have come. */
static void wake_questions(xy_redis_stream *stream)
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
static bool is_delivered(const xy_redis_stream *stream, position at)
{
    return !stream || !is_after(at, stream->cursor);
}

/* True: the answer is complete. */
static bool fill(question *q, const redisReply *reply, size_t at, size_t count)
{
    const xy_redis_stream *stream = stream_of(q);
    xy_history *history = q->history;

    for (; at < reply->elements; at++) {
        xy_event_id id;
        xy_bytes *payload;
        entry e;

        if (!read_entry(reply->element[at], &e))
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

static bool is_claimed(const question *q, const entry *e)
{
    return xy__event_id_tag(q->history->topic, e->epoch) == q->tag;
}

/* What is asked about should be the first. */
static bool is_known(const question *q, const redisReply *reply)
{
    entry first;

    return reply->elements && read_entry(reply->element[0], &first) &&
           is_same(first.at, q->after) && is_claimed(q, &first);
}

/* It is not there: was it trimmed, so that the oldest come after it? */
static bool comes_before(const question *q, const redisReply *reply)
{
    entry first;

    return reply->elements && read_entry(reply->element[0], &first) &&
           is_after(first.at, q->after) && is_claimed(q, &first);
}

static void on_page(void *arg, const redisReply *reply);

static size_t count_of(const question *q)
{
    size_t count = q->history->events_max < READ_COUNT ? q->history->events_max : READ_COUNT;

    return count + q->checks;
}

static void send_question(question *q)
{
    char from[ENTRY_ID_BYTES];
    xy_str start = XY_STR("-");

    if (!q->oldest && !is_start(q->after))
        start = write_position(from, q->checks ? "" : "(", q->after);
    q->streams->question_count++;
    range(q->streams, q->history->topic, start, count_of(q), on_page, q);
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
        read_on(stream);
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
    if (!is_list(reply)) {
        log_refusal(streams, q->history->topic, reply);
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
        q->after = (position){history->after.major, history->after.minor};
        q->checks = true;
    } else if (!xy__event_id_is_none(&history->position)) {
        q->tag = xy__event_id_tag(history->topic, history->position.epoch);
        q->after = (position){history->position.major, history->position.minor};
        q->checks = true;
    }
    put(q);
}

/* ---- publishing ---- */

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
        log_refusal(a->streams, xy_bytes_str(a->topic), reply);
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
    char numbers[3][NUMBER_BYTES];
    const xy_str keys[] = {xy__redis_doorbell(stream, topic), sent_key(streams, sent, topic)};
    const xy_str args[] = {
        write_number(numbers[0], ++streams->number),
        {streams->epoch, EPOCH_DIGITS},
        write_number(numbers[1], streams->limits.events_max ? streams->limits.events_max : 1),
        write_number(numbers[2], streams->limits.age_max_s ? streams->limits.age_max_s : 1),
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
    while (!xy__list_empty(&streams->questions)) {
        question *q = XY_CONTAINER(streams->questions.next, question, link);

        xy__list_remove(&q->link);
        answer_unavailable(q);
    }
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
    while (!xy__list_empty(&stream->asked)) {
        question *q = XY_CONTAINER(stream->asked.next, question, link);

        xy__list_remove(&q->link);
        answer_unavailable(q);
    }
    stream->closed = true;
    if (!stream->reads)
        free(stream);
}
