/* SPDX-License-Identifier: MIT */
/* realtime/stream_entry.h -- an entry of a durable topic's stream in Redis, out of a reply.
 *
 *   1700000000000-0   e 0123456789abcdef   d {"from":"ann","body":"hi"} */
#ifndef XY_REALTIME_STREAM_ENTRY_H
#define XY_REALTIME_STREAM_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "xylem/str.h"

struct redisReply; /* hiredis */

#define XY_STREAM_EPOCH_DIGITS 16u

/* Of entries that do not say. */
#define XY_STREAM_FOREIGN_EPOCH  UINT64_C(1)

#define XY_STREAM_NUMBER_BYTES   24u
#define XY_STREAM_POSITION_BYTES 44u

/* All zero is before the first entry. */
typedef struct xy_stream_position {
    uint64_t ms;
    uint64_t seq;
} xy_stream_position;

typedef struct xy_stream_entry {
    xy_stream_position at;
    uint64_t epoch;
    xy_str text; /* null: it is none of ours */
} xy_stream_entry;

static inline bool xy__stream_is_after(xy_stream_position a, xy_stream_position b)
{
    return a.ms != b.ms ? a.ms > b.ms : a.seq > b.seq;
}

static inline bool xy__stream_is_same(xy_stream_position a, xy_stream_position b)
{
    return a.ms == b.ms && a.seq == b.seq;
}

static inline bool xy__stream_is_start(xy_stream_position at)
{
    return !at.ms && !at.seq;
}

/* "1700000000000-0", with `before` in front. Returns what is in `out`. */
xy_str xy__stream_position_write(char out[XY_STREAM_POSITION_BYTES], const char *before,
                                 xy_stream_position at);
bool xy__stream_position_read(xy_str text, xy_stream_position *out);

xy_str xy__stream_number_write(char out[XY_STREAM_NUMBER_BYTES], uint64_t number);

/* Is it a list of entries? `reply` may be NULL. */
bool xy__stream_is_list(const struct redisReply *reply);

/* False: this is no entry. The text lives as long as the reply. */
bool xy__stream_entry_read(const struct redisReply *reply, xy_stream_entry *out);

#endif
