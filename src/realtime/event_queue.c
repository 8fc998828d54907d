/* SPDX-License-Identifier: MIT */
#include "realtime/event_queue.h"

#include <stdlib.h>

#include "base/fatal.h"

#define CAP_FIRST 4u /* kept while the queue is empty; more is given back */

void xy__event_queue_init(xy_event_queue *queue, const xy_event_queue_limits *limits,
                          xy_realtime_gauges *gauges)
{
    XY_ASSERT(limits->events_max > 0);
    *queue = (xy_event_queue){.limits = limits, .gauges = gauges};
}

void xy__event_queue_deinit(xy_event_queue *queue)
{
    xy_bytes *event;

    while ((event = xy__event_queue_pop(queue)))
        xy_bytes_unref(event);
    free(queue->slots);
    queue->slots = NULL;
    queue->cap = 0;
}

static void grow(xy_event_queue *queue)
{
    uint32_t cap = queue->cap ? queue->cap * 2 : CAP_FIRST;
    xy_event_slot *slots = xy__malloc(cap * sizeof *slots);

    for (uint32_t i = 0; i < queue->len; i++)
        slots[i] = xy__event_queue_at(queue, i);
    free(queue->slots);
    queue->slots = slots;
    queue->cap = cap;
    queue->head = 0;
}

bool xy__event_queue_fits(const xy_event_queue *queue, const xy_bytes *event)
{
    size_t bytes = xy_bytes_str(event).len;
    size_t bytes_max = queue->limits->bytes_max;

    if (queue->len == 0)
        return true;
    return queue->len < queue->limits->events_max && bytes <= bytes_max &&
           queue->bytes <= bytes_max - bytes;
}

/* Room for one more, and the reference. */
static void account(xy_event_queue *queue, xy_bytes *event)
{
    size_t bytes = xy_bytes_str(event).len;

    xy_bytes_ref(event);
    if (queue->len == queue->cap)
        grow(queue);
    queue->len++;
    queue->bytes += bytes;
    xy__gauge_add(&queue->gauges->waiting_events, 1);
    xy__gauge_add(&queue->gauges->waiting_bytes, bytes);
}

void xy__event_queue_append(xy_event_queue *queue, xy_event_slot slot)
{
    account(queue, slot.event);
    queue->slots[(queue->head + queue->len - 1) & (queue->cap - 1)] = slot;
}

void xy__event_queue_prepend(xy_event_queue *queue, xy_event_slot slot)
{
    account(queue, slot.event);
    queue->head = (queue->head + queue->cap - 1) & (queue->cap - 1);
    queue->slots[queue->head] = slot;
}

void xy__event_queue_dropped(xy_event_queue *queue, uint64_t number)
{
    xy_event_slot *first = &queue->slots[queue->head];

    if (first->gap)
        return;
    first->gap = XY_GAP_DROPPED;
    first->gap_number = number;
}

int xy__event_queue_push(xy_event_queue *queue, xy_event_slot slot)
{
    uint64_t dropped = 0;

    if (queue->limits->overflow == XY_OVERFLOW_CLOSE && !xy__event_queue_fits(queue, slot.event))
        return XY_ELIMIT;
    while (!xy__event_queue_fits(queue, slot.event)) {
        xy_bytes_unref(xy__event_queue_pop(queue));
        dropped++;
    }
    xy__event_queue_append(queue, slot);
    if (dropped)
        xy__event_queue_dropped(queue, 0);
    queue->dropped += dropped;
    xy__gauge_add(&queue->gauges->dropped, dropped);
    return XY_OK;
}

bool xy__event_queue_take(xy_event_queue *queue, xy_event_slot *out)
{
    size_t bytes;

    if (!queue->len)
        return false;
    *out = queue->slots[queue->head];
    queue->head = (queue->head + 1) & (queue->cap - 1);
    queue->len--;
    bytes = xy_bytes_str(out->event).len;
    queue->bytes -= bytes;
    xy__gauge_sub(&queue->gauges->waiting_events, 1);
    xy__gauge_sub(&queue->gauges->waiting_bytes, bytes);
    if (!queue->len && queue->cap > CAP_FIRST) {
        free(queue->slots);
        queue->slots = NULL;
        queue->cap = 0;
        queue->head = 0;
    }
    return true;
}

xy_bytes *xy__event_queue_pop(xy_event_queue *queue)
{
    xy_event_slot slot;

    return xy__event_queue_take(queue, &slot) ? slot.event : NULL;
}

bool xy__event_queue_high(const xy_event_queue *queue)
{
    return queue->len >= queue->limits->events_max / 2 + queue->limits->events_max % 2 ||
           queue->bytes > queue->limits->bytes_max / 2;
}
