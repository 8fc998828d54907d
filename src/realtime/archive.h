/* SPDX-License-Identifier: MIT */
/* realtime/archive.h -- what the durable topics of a process have carried last, in memory: a ring
 * for each, bounded in events; all of them together, in bytes.
 *
 * Time is the caller's: seconds of a clock that does not go back. One thread at a time. */
#ifndef XY_REALTIME_ARCHIVE_H
#define XY_REALTIME_ARCHIVE_H

#include "realtime/store.h"

/* What an event takes besides its payload. */
#define XY_ARCHIVE_EVENT_COST ((size_t)32)

typedef struct xy_archive xy_archive;

/* Nothing is kept so far. Histories have epochs after `epoch`, which should be random: none of an
 * earlier process is taken for one of ours. gives: the archive. */
xy_archive *xy__archive_create(const xy_durable_limits *limits, uint64_t epoch);

/* takes: archive (NULL is fine). */
void xy__archive_destroy(xy_archive *archive);

/* The id that the next event of `topic` gets. */
xy_event_id xy__archive_next(xy_archive *archive, xy_str topic, uint64_t now_s);

/* That event was `payload`. shares: payload. */
void xy__archive_keep(xy_archive *archive, xy_str topic, const xy_event_id *id, xy_bytes *payload,
                      uint64_t now_s);

/* Fill in the answer. */
void xy__archive_read(xy_archive *archive, xy_history *history, uint64_t now_s);

/* Bytes that are kept, and topics. */
size_t xy__archive_bytes(const xy_archive *archive);
size_t xy__archive_topics(const xy_archive *archive);

#endif
