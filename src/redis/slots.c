/* SPDX-License-Identifier: MIT */
#include "redis/slots.h"

#include <hiredis/hiredis.h>

#define HOST_MAX 255u

/* CRC-16/XMODEM, bit by bit: keys are short. */
static uint16_t crc16(xy_str s)
{
    unsigned crc = 0;

    for (size_t i = 0; i < s.len; i++) {
        crc ^= (unsigned)(unsigned char)s.ptr[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x8000u ? crc << 1 ^ 0x1021u : crc << 1;
    }
    return (uint16_t)crc;
}

uint16_t xy__redis_slot(xy_str key)
{
    const char *open = key.len ? memchr(key.ptr, '{', key.len) : NULL;

    if (open) {
        size_t rest = key.len - (size_t)(open + 1 - key.ptr);
        const char *close = memchr(open + 1, '}', rest);

        if (close && close > open + 1)
            key = (xy_str){open + 1, (size_t)(close - open - 1)};
    }
    return crc16(key) % XY_REDIS_SLOTS;
}

static bool integer_in(const redisReply *reply, long long min, long long max, uint16_t *out)
{
    if (reply->type != REDIS_REPLY_INTEGER || reply->integer < min || reply->integer > max)
        return false;
    *out = (uint16_t)reply->integer;
    return true;
}

/* [first, last, [host, port, …], replicas …] */
static int read_range(const redisReply *reply, xy_arena *arena, xy_redis_ranges *out)
{
    xy_redis_range range = {.host = XY_STR("")};
    const redisReply *node;
    xy_str host = XY_STR("");

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 3 ||
        !integer_in(reply->element[0], 0, XY_REDIS_SLOTS - 1, &range.first) ||
        !integer_in(reply->element[1], range.first, XY_REDIS_SLOTS - 1, &range.last))
        return XY_ESYNTAX;
    node = reply->element[2];
    if (node->type != REDIS_REPLY_ARRAY || node->elements < 2 ||
        !integer_in(node->element[1], 0, 65535, &range.port))
        return XY_ESYNTAX;
    if (node->element[0]->type == REDIS_REPLY_STRING) {
        host = (xy_str){node->element[0]->str, node->element[0]->len};
    } else if (node->element[0]->type != REDIS_REPLY_NIL) {
        return XY_ESYNTAX;
    }
    if (host.len > HOST_MAX || (host.len && memchr(host.ptr, '\0', host.len)))
        return XY_ESYNTAX;
    if (!range.port || xy_str_is(host, "?"))
        return XY_OK;
    range.host = xy__arena_str(arena, host);
    *xy_vec_push(arena, out) = range;
    return XY_OK;
}

int xy__redis_slots_read(const redisReply *reply, xy_arena *arena, xy_redis_ranges *out)
{
    xy_redis_ranges ranges = {0};

    if (reply->type != REDIS_REPLY_ARRAY || reply->elements > XY_REDIS_SLOTS)
        return XY_ESYNTAX;
    for (size_t i = 0; i < reply->elements; i++)
        if (read_range(reply->element[i], arena, &ranges) < 0)
            return XY_ESYNTAX;
    *out = ranges;
    return XY_OK;
}

bool xy__redis_redirect_read(xy_str error, xy_str *host, uint16_t *port)
{
    bool known = xy_str_starts(error, XY_STR("MOVED ")) || xy_str_starts(error, XY_STR("ASK "));
    const char *space = known ? memrchr(error.ptr, ' ', error.len) : NULL;
    const char *colon = known ? memrchr(error.ptr, ':', error.len) : NULL;
    unsigned number = 0;

    if (!space || !colon || colon < space)
        return false;
    for (const char *at = colon + 1; at < error.ptr + error.len; at++) {
        if (*at < '0' || *at > '9' || number > 65535)
            return false;
        number = number * 10 + (unsigned)(*at - '0');
    }
    *host = (xy_str){space + 1, (size_t)(colon - space - 1)};
    *port = (uint16_t)number;
    return number > 0 && number <= 65535;
}
