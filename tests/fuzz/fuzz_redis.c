/* SPDX-License-Identifier: MIT */
/* What a Redis server says, and URLs. The first byte says what the rest is:
 *
 *   u  a URL          else: bytes of a server, in pieces whose size the byte says, to somebody who
 *                     has asked for some things and subscribed to `a` and `b` in between
 *
 * Whoever asked is answered in order, and hears of pushes only what has the form of one. */
#include <stdint.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "redis/slots.h"
#include "redis/talk.h"

#define COMMANDS ((uintptr_t)8)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_url(const uint8_t *data, size_t size)
{
    xy_redis_url url;
    char why[256] = "";
    char shown[512];

    if (xy__redis_url_parse((xy_str){(const char *)data, size}, &url, why, sizeof why) < 0) {
        XY_ASSERT(why[0]);
        return;
    }
    XY_ASSERT(!url.host != !url.path && (url.path || url.port));
    xy__redis_url_show(&url, shown, sizeof shown);
    xy__redis_url_deinit(&url);
}

/* Whoever looks at a reply reads all of it. */
static size_t walk(const redisReply *reply, size_t depth)
{
    size_t sum = 1;

    XY_ASSERT(depth < 10);
    if (reply->type == REDIS_REPLY_ARRAY) {
        for (size_t i = 0; i < reply->elements; i++)
            sum += walk(reply->element[i], depth + 1);
    } else if (reply->type != REDIS_REPLY_NIL && reply->type != REDIS_REPLY_INTEGER) {
        XY_ASSERT(reply->str[reply->len] == '\0');
    }
    return sum;
}

/* Whatever it is, it may be taken for what a cluster says of its slots. */
static void read_slots(const redisReply *reply)
{
    xy_arena arena;
    xy_redis_ranges ranges = {0};
    xy_str host = XY_STR_NULL;
    uint16_t port = 0;

    xy__arena_init(&arena, SIZE_MAX);
    if (xy__redis_slots_read(reply, &arena, &ranges) == XY_OK)
        for (size_t i = 0; i < ranges.len; i++)
            XY_ASSERT(ranges.items[i].first <= ranges.items[i].last &&
                      ranges.items[i].last < XY_REDIS_SLOTS && ranges.items[i].port);
    if (reply->str && xy__redis_redirect_read((xy_str){reply->str, reply->len}, &host, &port))
        XY_ASSERT(port && host.ptr && host.len < reply->len);
    xy__arena_deinit(&arena);
}

static void check_push(const redisReply *push)
{
    xy_redis_push_kind kind = xy__redis_push_kind(push);

    XY_ASSERT(push->type == REDIS_REPLY_ERROR || kind != XY_REDIS_NO_PUSH);
    if (kind == XY_REDIS_MESSAGE)
        XY_ASSERT(push->elements == 3 && push->element[2]->type == REDIS_REPLY_STRING);
}

static void ask(xy_redis_talk *talk, uintptr_t number)
{
    xy_redis_asked asked = {.arg = (void *)number};

    xy__redis_talk_ask(talk, (xy_str[]){XY_STR("GET"), XY_STR("a")}, 2, &asked);
    if (number == COMMANDS / 2) {
        xy__redis_talk_tell(talk, (xy_str[]){XY_STR("SUBSCRIBE"), XY_STR("a"), XY_STR("b")}, 3, 0);
        xy__redis_talk_tell(talk, (xy_str[]){XY_STR("SUNSUBSCRIBE"), XY_STR("a")}, 2, 0);
    }
}

/* False: nothing more will be understood. */
static bool hear(xy_redis_talk *talk, uintptr_t *answered)
{
    for (;;) {
        const redisReply *reply = NULL;
        xy_redis_asked asked;

        switch (xy__redis_talk_next(talk, &asked, &reply)) {
        case XY_REDIS_HEARD_ANSWER:
            XY_ASSERT(asked.fence || (uintptr_t)asked.arg == (*answered)++);
            walk(reply, 0);
            read_slots(reply);
            break;
        case XY_REDIS_HEARD_PUSH:
            walk(reply, 0);
            check_push(reply);
            break;
        case XY_REDIS_HEARD_NONSENSE:
            XY_ASSERT(talk->why && talk->why[0]);
            return false;
        case XY_REDIS_HEARD_NOTHING:
        default:
            return true;
        }
    }
}

static void read_replies(const uint8_t *data, size_t size, size_t piece)
{
    xy_redis_talk talk;
    xy_redis_asked asked;
    uintptr_t answered = 0;

    xy__redis_talk_init(&talk, (size_t)1 << 20);
    for (uintptr_t i = 0; i < COMMANDS; i++)
        ask(&talk, i);
    for (size_t at = 0; at < size; at += piece) {
        xy__redis_talk_feed(&talk, (const char *)data + at, size - at < piece ? size - at : piece);
        if (!hear(&talk, &answered))
            break;
    }
    while (xy__redis_talk_drop(&talk, &asked))
        continue;
    xy__redis_talk_deinit(&talk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 && data[0] == 'u') {
        read_url(data + 1, size - 1);
    } else if (size > 1) {
        read_replies(data + 1, size - 1, (size_t)1 + data[0]);
    }
    return 0;
}
