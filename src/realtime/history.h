/* SPDX-License-Identifier: MIT */
/* realtime/history.h -- a question to a store: what did a durable topic carry after that event?
 *
 *   asker's loop:  xy__pubsub_read() -> the store, on whatever thread -> `done`, posted to the loop
 *
 * An asker who loses interest says xy__history_abandon() and never hears of it again; its loop may
 * go then. */
#ifndef XY_REALTIME_HISTORY_H
#define XY_REALTIME_HISTORY_H

#include "xylem/bytes.h"

#include "base/loop.h"
#include "base/vec.h"
#include "realtime/event_id.h"

typedef struct xy_kept_event {
    xy_event_id id;
    xy_bytes *payload; /* a reference */
} xy_kept_event;

typedef struct xy_history xy_history;

struct xy_history {
    /* The question. */
    xy_str topic;            /* its own copy */
    xy_event_id_claim after; /* the last event that is known; */
    bool from_claim;         /* or, false: from `position` */
    xy_event_id position;    /* all zero: from the oldest that is kept */
    uint64_t since_ms;       /* then what is older, by the store's own clock, may be left out */
    uint32_t events_max;     /* of one answer, at least 1 */
    size_t bytes_max;        /* the first event comes even if it is larger */
    /* The answer, in the order of publishing. */
    XY_VEC(xy_kept_event) events;
    size_t bytes;     /* in them */
    bool gap;         /* what came right after the known event is not kept any more, or nobody knows
                         it: `events` are the oldest that are kept, if they are of its epoch */
    bool end;         /* at that moment there was nothing after these */
    bool unavailable; /* the store is away: ask again later */
    /* Its way back. */
    xy_loop *loop;
    xy_task task; /* of `done`; the asker's */
    void (*done)(xy_history *history);
    void *arg;
    uv_mutex_t lock;
    bool abandoned; /* guarded by lock: with the answer it is freed */
};

/* gives: a question, to be filled in and asked. */
xy_history *xy__history_create(xy_loop *loop, xy_str topic, void (*done)(xy_history *history),
                               void *arg);

/* For stores: the answer goes on with this event. shares: payload. Is there room for one more of
 * `bytes`? */
void xy__history_add(xy_history *history, const xy_event_id *id, xy_bytes *payload);

static inline bool xy__history_fits(const xy_history *history, size_t bytes)
{
    return history->events.len == 0 ||
           (history->events.len < history->events_max && bytes <= history->bytes_max &&
            history->bytes <= history->bytes_max - bytes);
}

/* For stores, from any thread: it is answered. An event that it holds has been delivered already
 * (xy__pubsub_deliver()), if anybody listened when it was published. takes: history, until
 * `done`. */
void xy__history_answer(xy_history *history);

/* For the asker, before `done`, which does not come any more. takes: history. */
void xy__history_abandon(xy_history *history);

/* For the asker, in or after `done`. takes: history. */
void xy__history_destroy(xy_history *history);

#endif
