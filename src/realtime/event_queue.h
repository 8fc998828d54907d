/* SPDX-License-Identifier: MIT */
/* realtime/event_queue.h -- the events that wait for one client, or for several that go in step:
 * references, bounded in number and bytes.
 *
 * What a backlog has taken is given back once it is worked off. */
#ifndef XY_REALTIME_EVENT_QUEUE_H
#define XY_REALTIME_EVENT_QUEUE_H

#include <stdint.h>

#include "xylem/bytes.h"
#include "xylem/error.h"
#include "xylem/server.h"

#include "realtime/event_id.h"
#include "realtime/gauges.h"

typedef struct xy_event_queue_limits {
    uint32_t events_max; /* at least 1 */
    /* of all payloads; one that several clients wait for counts for each. A single event may
     * always wait. */
    size_t bytes_max;
    xy_overflow overflow;
} xy_event_queue_limits;

typedef struct xy_event_slot {
    xy_bytes *event; /* a reference */
    uint64_t number; /* whoever puts it here gives it; 0: it has none */
    xy_event_id id;  /* of an event of a durable topic, */
    uint64_t tag;    /* and of that topic: what makes a text of it */
    xy_gap gap;      /* events before this one may have been lost; where the queue is of several, */
    uint64_t gap_number; /* to those who came before this */
} xy_event_slot;

/* A ring. */
typedef struct xy_event_queue {
    const xy_event_queue_limits *limits;
    xy_realtime_gauges *gauges;
    xy_event_slot *slots;
    uint32_t cap; /* a power of two, or 0 */
    uint32_t head;
    uint32_t len;
    size_t bytes;
    uint64_t dropped; /* for newer ones */
} xy_event_queue;

/* An empty queue that is counted in `gauges`. keeps: limits, gauges, until its end. */
void xy__event_queue_init(xy_event_queue *queue, const xy_event_queue_limits *limits,
                          xy_realtime_gauges *gauges);

/* Drops what waits, without counting it. `queue` may be all zero. */
void xy__event_queue_deinit(xy_event_queue *queue);

/* Put an event at the end. shares: slot.event. Over a limit, XY_OVERFLOW_DROP_OLDEST drops from the
 * front until it fits, which is a gap before what is first then, and returns XY_OK;
 * XY_OVERFLOW_CLOSE returns XY_ELIMIT, and the event was not taken. */
int xy__event_queue_push(xy_event_queue *queue, xy_event_slot slot);

/* What stood before the first was dropped: whoever came before `number` has missed it. Not when it
 * is empty. */
void xy__event_queue_dropped(xy_event_queue *queue, uint64_t number);

/* Take the first. gives: one reference, or NULL when nothing waits. */
xy_bytes *xy__event_queue_pop(xy_event_queue *queue);

/* Would one more be within the limits? */
bool xy__event_queue_fits(const xy_event_queue *queue, const xy_bytes *event);

/* Put an event with its number at the end, or before all others, whatever the limits say. shares:
 * slot.event. */
void xy__event_queue_append(xy_event_queue *queue, xy_event_slot slot);
void xy__event_queue_prepend(xy_event_queue *queue, xy_event_slot slot);

/* Take the first with its number. gives: the reference in *out. False when nothing waits. */
bool xy__event_queue_take(xy_event_queue *queue, xy_event_slot *out);

/* The one at `index` from the front. */
static inline xy_event_slot xy__event_queue_at(const xy_event_queue *queue, uint32_t index)
{
    return queue->slots[(queue->head + index) & (queue->cap - 1)];
}

/* Is it half full, by either measure? A source that stops here never meets the limit. */
bool xy__event_queue_high(const xy_event_queue *queue);

static inline bool xy__event_queue_empty(const xy_event_queue *queue)
{
    return queue->len == 0;
}

#endif
