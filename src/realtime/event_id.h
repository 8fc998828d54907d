/* SPDX-License-Identifier: MIT */
/* realtime/event_id.h -- where an event of a durable topic stands, and how a client is told.
 *
 * As text "<tag>-<major>-<minor>": the tag, 16 hex digits, is a hash of the topic's name and the
 * epoch, so that an id is worth nothing in another topic, or when the topic was lost and has begun
 * anew. */
#ifndef XY_REALTIME_EVENT_ID_H
#define XY_REALTIME_EVENT_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "xylem/str.h"

/* All zero: none. */
typedef struct xy_event_id {
    uint64_t epoch; /* of the topic's history: another one, and nothing can be compared */
    uint64_t major; /* of one epoch: (major, minor) grows from event to event */
    uint64_t minor;
} xy_event_id;

/* No text of an id is longer, its NUL included. */
#define XY_EVENT_ID_TEXT_MAX 64u

/* Why a subscriber may have missed events. */
typedef enum xy_gap {
    XY_GAP_NONE,
    XY_GAP_RECONNECTED, /* the connection to the store was lost, or not there yet */
    XY_GAP_DROPPED,     /* there was no room for an event on its way */
    XY_GAP_UNKNOWN_ID,  /* what came after the event it knows is not kept */
} xy_gap;

/* What the text holds. */
typedef struct xy_event_id_claim {
    uint64_t tag;
    uint64_t major;
    uint64_t minor;
} xy_event_id_claim;

static inline bool xy__event_id_is_none(const xy_event_id *id)
{
    return !id->epoch && !id->major && !id->minor;
}

/* Of one epoch: is `a` after `b`? */
static inline bool xy__event_id_after(const xy_event_id *a, const xy_event_id *b)
{
    return a->major != b->major ? a->major > b->major : a->minor > b->minor;
}

uint64_t xy__event_id_tag(xy_str topic, uint64_t epoch);

/* Write the text to `out`. Returns its length. */
size_t xy__event_id_claim_write(const xy_event_id_claim *claim, char out[XY_EVENT_ID_TEXT_MAX]);
size_t xy__event_id_write(const xy_event_id *id, xy_str topic, char out[XY_EVENT_ID_TEXT_MAX]);

/* False: it is no such text. */
bool xy__event_id_read(xy_str text, xy_event_id_claim *out);

#endif
