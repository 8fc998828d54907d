/* SPDX-License-Identifier: MIT */
/* realtime/history.h -- a question to a store: what did a durable topic carry after that event?
 *
 *   asker's loop:  xy__pubsub_read() -> the store, on whatever thread -> `done`, posted to the loop
 *
 * An asker who loses interest says xy__history_abandon() and never hears of it again. */
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
    uint32_t events_max;     /* of one answer, at least 1 */
    size_t bytes_max;        /* the first event comes even if it is larger */
    /* The answer, in the order of publishing. */
    XY_VEC(xy_kept_event) events;
    bool gap;         /* what came right after the known event is not kept any more, or nobody knows
                         it: `events` are the oldest that are kept, if they are of its epoch */
    bool end;         /* at that moment there was nothing after these */
    bool unavailable; /* the store is away: ask again later */
    /* Its way back. */
    xy_loop *loop;
    xy_task task; /* of `done`; the asker's */
    void (*done)(xy_history *history);
    void *arg;
    _Atomic bool abandoned; /* with the answer it is freed */
};

/* gives: a question, to be filled in and asked. */
xy_history *xy__history_create(xy_loop *loop, xy_str topic, void (*done)(xy_history *history),
                               void *arg);

/* For stores, from any thread: it is answered. takes: history, until `done`. */
void xy__history_answer(xy_history *history);

/* For the asker, before `done`: it is freed by whoever has it. */
void xy__history_abandon(xy_history *history);

/* For the asker, in or after `done`. takes: history. */
void xy__history_destroy(xy_history *history);

#endif
