/* SPDX-License-Identifier: MIT */
/* Where clients say that they were, and the entries of durable topics. The first byte says what the
 * rest is:
 *
 *   i  the text of an event's id     else: a reply of Redis, which may be a list of entries
 *
 * A text that is one is written again as it was. */
#include <hiredis/hiredis.h>

#include "base/fatal.h"
#include "realtime/event_id.h"
#include "realtime/stream_entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_id(xy_str text)
{
    xy_event_id_claim claim;
    char again[XY_EVENT_ID_TEXT_MAX];
    size_t len;

    if (!xy__event_id_read(text, &claim))
        return;
    len = xy__event_id_claim_write(&claim, again);
    XY_ASSERT(len < sizeof again);
    XY_ASSERT(xy_str_eq((xy_str){again, len}, text));
}

static void read_entries(const redisReply *reply)
{
    xy_stream_entry entry;
    xy_stream_position at;
    char text[XY_STREAM_POSITION_BYTES];

    for (size_t i = 0; xy__stream_is_list(reply) && i < reply->elements; i++) {
        if (!xy__stream_entry_read(reply->element[i], &entry))
            continue;
        XY_ASSERT(entry.epoch);
        XY_ASSERT(xy__stream_position_read(xy__stream_position_write(text, "", entry.at), &at));
        XY_ASSERT(xy__stream_is_same(at, entry.at));
    }
}

static void read_reply(const uint8_t *data, size_t size)
{
    redisReader *reader = redisReaderCreate();
    void *reply = NULL;

    redisReaderFeed(reader, (const char *)data, size);
    while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply) {
        read_entries(reply);
        freeReplyObject(reply);
        reply = NULL;
    }
    redisReaderFree(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size && data[0] == 'i') {
        read_id((xy_str){(const char *)data + 1, size - 1});
    } else if (size) {
        read_reply(data + 1, size - 1);
    }
    return 0;
}
