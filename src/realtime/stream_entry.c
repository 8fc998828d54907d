/* SPDX-License-Identifier: MIT */
#include "realtime/stream_entry.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>

xy_str xy__stream_number_write(char out[XY_STREAM_NUMBER_BYTES], uint64_t number)
{
    return (xy_str){out, (size_t)snprintf(out, XY_STREAM_NUMBER_BYTES, "%" PRIu64, number)};
}

xy_str xy__stream_position_write(char out[XY_STREAM_POSITION_BYTES], const char *before,
                                 xy_stream_position at)
{
    return (xy_str){out, (size_t)snprintf(out, XY_STREAM_POSITION_BYTES, "%s%" PRIu64 "-%" PRIu64,
                                          before, at.ms, at.seq)};
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

bool xy__stream_position_read(xy_str text, xy_stream_position *out)
{
    if (!read_digits(&text, &out->ms) || !text.len || *text.ptr != '-')
        return false;
    text = (xy_str){text.ptr + 1, text.len - 1};
    return read_digits(&text, &out->seq) && !text.len;
}

static uint64_t read_epoch(xy_str hex)
{
    uint64_t epoch = 0;

    if (hex.len != XY_STREAM_EPOCH_DIGITS)
        return XY_STREAM_FOREIGN_EPOCH;
    for (size_t i = 0; i < hex.len; i++) {
        char c = hex.ptr[i];

        if (c >= '0' && c <= '9') {
            epoch = epoch << 4 | (uint64_t)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            epoch = epoch << 4 | (uint64_t)(c - 'a' + 10);
        } else {
            return XY_STREAM_FOREIGN_EPOCH;
        }
    }
    return epoch ? epoch : XY_STREAM_FOREIGN_EPOCH;
}

static xy_str text_of(const redisReply *reply)
{
    bool is_text = reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS;

    return is_text ? (xy_str){reply->str, reply->len} : XY_STR_NULL;
}

static void read_fields(const redisReply *fields, xy_stream_entry *out)
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

bool xy__stream_entry_read(const redisReply *reply, xy_stream_entry *out)
{
    *out = (xy_stream_entry){.epoch = XY_STREAM_FOREIGN_EPOCH};
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
        !xy__stream_position_read(text_of(reply->element[0]), &out->at))
        return false;
    if (reply->element[1]->type == REDIS_REPLY_ARRAY)
        read_fields(reply->element[1], out);
    return true;
}

bool xy__stream_is_list(const redisReply *reply)
{
    return reply && reply->type == REDIS_REPLY_ARRAY;
}
