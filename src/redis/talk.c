/* SPDX-License-Identifier: MIT */
/* redis/talk.c -- who is answered by what.
 *
 * Invariants
 *   1. `asked` has one entry for each reply or push that is still to come, in their order.
 *   2. A reply that is no push answers the oldest entry; when there is none, or that waits for a
 *      push, it is nonsense, and with it everything behind it.
 *   3. A server takes channels away from a sharded subscriber by itself: a `sunsubscribe` is an
 *      answer only if it names the channel of the oldest entry. When it was none all the same, the
 *      answer, an error, comes later; so a PING follows each SUNSUBSCRIBE, and an error that comes
 *      before its answer belongs to nobody any more.
 *
 * A connection that was never told to subscribe has no pushes: a reply that looks like one, a
 * list from a key say, is the answer that it is. */
#include "redis/talk.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/map.h"

#define ASKED_FIRST ((size_t)16)

static const struct push_name {
    xy_str name;
    size_t elements;
    xy_redis_push_kind kind;
} push_names[] = {
    {XY_STR_INIT("message"), 3, XY_REDIS_MESSAGE},
    {XY_STR_INIT("smessage"), 3, XY_REDIS_SMESSAGE},
    {XY_STR_INIT("pmessage"), 4, XY_REDIS_PMESSAGE},
    {XY_STR_INIT("subscribe"), 3, XY_REDIS_SUBSCRIBE},
    {XY_STR_INIT("unsubscribe"), 3, XY_REDIS_UNSUBSCRIBE},
    {XY_STR_INIT("psubscribe"), 3, XY_REDIS_PSUBSCRIBE},
    {XY_STR_INIT("punsubscribe"), 3, XY_REDIS_PUNSUBSCRIBE},
    {XY_STR_INIT("ssubscribe"), 3, XY_REDIS_SSUBSCRIBE},
    {XY_STR_INIT("sunsubscribe"), 3, XY_REDIS_SUNSUBSCRIBE},
};

#define PUSH_NAMES (sizeof push_names / sizeof push_names[0])

static xy_str text_of(const redisReply *reply)
{
    return (xy_str){reply->str, reply->len};
}

xy_redis_push_kind xy__redis_push_kind(const redisReply *reply)
{
    xy_str name;

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 3 ||
        reply->element[0]->type != REDIS_REPLY_STRING ||
        reply->element[1]->type != REDIS_REPLY_STRING)
        return XY_REDIS_NO_PUSH;
    name = text_of(reply->element[0]);
    for (size_t i = 0; i < PUSH_NAMES; i++) {
        const struct push_name *push = &push_names[i];
        int last = push->kind <= XY_REDIS_SMESSAGE ? REDIS_REPLY_STRING : REDIS_REPLY_INTEGER;

        if (xy_str_eq(name, push->name))
            return reply->elements == push->elements &&
                           reply->element[push->elements - 1]->type == last
                       ? push->kind
                       : XY_REDIS_NO_PUSH;
    }
    return XY_REDIS_NO_PUSH;
}

static xy_redis_push_kind kind_of_command(xy_str name)
{
    for (size_t i = 0; i < PUSH_NAMES; i++)
        if (name.len == push_names[i].name.len &&
            strncasecmp(name.ptr, push_names[i].name.ptr, name.len) == 0)
            return push_names[i].kind;
    return XY_REDIS_NO_PUSH;
}

void xy__redis_talk_init(xy_redis_talk *talk, size_t reply_bytes_max)
{
    *talk = (xy_redis_talk){0};
    xy__redis_reader_init(&talk->reader, reply_bytes_max);
    xy__buf_init(&talk->out, XY_REDIS_OUT_MAX);
}

void xy__redis_talk_deinit(xy_redis_talk *talk)
{
    XY_ASSERT(!talk->len);
    xy__redis_reader_deinit(&talk->reader);
    xy__buf_deinit(&talk->out);
    free(talk->asked);
}

void xy__redis_talk_reset(xy_redis_talk *talk)
{
    xy__redis_reader_reset(&talk->reader);
    xy__buf_deinit(&talk->out);
    talk->subscriber = false;
    talk->why = NULL;
}

void xy__redis_format(xy_buf *out, const xy_str *argv, size_t argc)
{
    xy__buf_char(out, '*');
    xy__buf_int(out, (int64_t)argc);
    XY_BUF_LITERAL(out, "\r\n");
    for (size_t i = 0; i < argc; i++) {
        xy__buf_char(out, '$');
        xy__buf_int(out, (int64_t)argv[i].len);
        XY_BUF_LITERAL(out, "\r\n");
        xy__buf_str(out, argv[i]);
        XY_BUF_LITERAL(out, "\r\n");
    }
}

static void asked_push(xy_redis_talk *talk, const xy_redis_asked *asked)
{
    if (talk->len == talk->cap) {
        size_t cap = talk->cap ? talk->cap * 2 : ASKED_FIRST;
        xy_redis_asked *ring = xy__malloc(cap * sizeof *ring);

        for (size_t i = 0; i < talk->len; i++)
            ring[i] = talk->asked[(talk->head + i) & (talk->cap - 1)];
        free(talk->asked);
        talk->asked = ring;
        talk->head = 0;
        talk->cap = cap;
    }
    talk->asked[(talk->head + talk->len++) & (talk->cap - 1)] = *asked;
}

const xy_redis_asked *xy__redis_talk_oldest(const xy_redis_talk *talk)
{
    return talk->len ? &talk->asked[talk->head] : NULL;
}

bool xy__redis_talk_drop(xy_redis_talk *talk, xy_redis_asked *asked)
{
    if (!talk->len)
        return false;
    *asked = talk->asked[talk->head];
    talk->head = (talk->head + 1) & (talk->cap - 1);
    talk->len--;
    return true;
}

void xy__redis_talk_ask(xy_redis_talk *talk, const xy_str *argv, size_t argc,
                        const xy_redis_asked *asked)
{
    XY_ASSERT(argc > 0);
    asked_push(talk, asked);
    xy__redis_format(&talk->out, argv, argc);
}

void xy__redis_talk_tell(xy_redis_talk *talk, const xy_str *argv, size_t argc, uint64_t now_ms)
{
    xy_redis_asked asked = {.at_ms = now_ms};

    XY_ASSERT(argc > 1);
    asked.push = (uint8_t)kind_of_command(argv[0]);
    XY_ASSERT(asked.push >= XY_REDIS_SUBSCRIBE);
    talk->subscriber = true;
    for (size_t i = 1; i < argc; i++) {
        asked.channel = xy__hash(argv[i]);
        asked.more = i + 1 < argc;
        asked_push(talk, &asked);
    }
    xy__redis_format(&talk->out, argv, argc);
    if (asked.push == XY_REDIS_SUNSUBSCRIBE) {
        static const xy_str ping = XY_STR_INIT("PING");

        xy__redis_talk_ask(talk, &ping, 1, &(xy_redis_asked){.at_ms = now_ms, .fence = true});
    }
}

void xy__redis_talk_feed(xy_redis_talk *talk, const char *ptr, size_t len)
{
    xy__redis_reader_feed(&talk->reader, ptr, len);
}

static xy_redis_heard nonsense(xy_redis_talk *talk, const char *why)
{
    talk->why = why;
    return XY_REDIS_HEARD_NONSENSE;
}

static xy_redis_heard hear_push(xy_redis_talk *talk, xy_redis_push_kind kind,
                                const redisReply *push)
{
    const xy_redis_asked *oldest = xy__redis_talk_oldest(talk);
    xy_redis_asked dropped;

    if (kind < XY_REDIS_SUBSCRIBE)
        return XY_REDIS_HEARD_PUSH;
    if (oldest && oldest->push == kind && oldest->channel == xy__hash(text_of(push->element[1]))) {
        talk->answers = true;
        xy__redis_talk_drop(talk, &dropped);
        return XY_REDIS_HEARD_PUSH;
    }
    if (kind == XY_REDIS_SUNSUBSCRIBE)
        return XY_REDIS_HEARD_PUSH;
    return nonsense(talk, "a channel was confirmed that was not asked for");
}

/* A command that was told is refused as a whole. */
static xy_redis_heard hear_refusal(xy_redis_talk *talk, const redisReply *reply)
{
    xy_redis_asked dropped = {.more = true};

    if (reply->type != REDIS_REPLY_ERROR)
        return nonsense(talk, "a reply where a channel had to be confirmed");
    talk->answers = true;
    while (dropped.more && xy__redis_talk_drop(talk, &dropped))
        continue;
    return XY_REDIS_HEARD_PUSH;
}

static xy_redis_heard hear(xy_redis_talk *talk, xy_redis_asked *asked, const redisReply *reply)
{
    xy_redis_push_kind kind = talk->subscriber ? xy__redis_push_kind(reply) : XY_REDIS_NO_PUSH;
    const xy_redis_asked *oldest = xy__redis_talk_oldest(talk);

    talk->answers = false;
    if (kind)
        return hear_push(talk, kind, reply);
    if (!oldest)
        return nonsense(talk, "a reply that answers nothing");
    if (oldest->push)
        return hear_refusal(talk, reply);
    xy__redis_talk_drop(talk, asked);
    return XY_REDIS_HEARD_ANSWER;
}

xy_redis_heard xy__redis_talk_next(xy_redis_talk *talk, xy_redis_asked *asked,
                                   const redisReply **reply)
{
    const xy_redis_asked *oldest = xy__redis_talk_oldest(talk);

    if (talk->why)
        return XY_REDIS_HEARD_NONSENSE;
    do {
        if (xy__redis_reader_next(&talk->reader, reply) != XY_OK)
            return nonsense(talk, talk->reader.why);
        if (!*reply)
            return XY_REDIS_HEARD_NOTHING;
    } while (oldest && oldest->fence && (*reply)->type == REDIS_REPLY_ERROR);
    return hear(talk, asked, *reply);
}
