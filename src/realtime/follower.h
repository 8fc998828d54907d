/* SPDX-License-Identifier: MIT */
/* realtime/follower.h -- one client's place in the feeds of its topics.
 *
 *   in step   it takes part in what its cohorts execute; it has no backlog
 *   behind    its events are its own to execute, until it has caught up; it has one
 *
 * Embedded by a subscription, which says by `ops` what becomes of it. Loop's thread only. */
#ifndef XY_REALTIME_FOLLOWER_H
#define XY_REALTIME_FOLLOWER_H

#include "execution/exec.h"
#include "execution/shared_result.h"
#include "realtime/family.h"
#include "realtime/resume.h"
#include "realtime/terms.h"

_Static_assert(XY_EVENT_ID_TEXT_MAX <= XY_RESULT_NAME_MAX, "the text of an id is a result's name");

typedef struct xy_follower xy_follower;
typedef struct xy_following xy_following;
typedef struct xy_further xy_further;

typedef struct xy_follower_ops {
    /* An event for one who is behind. It may leave from within. shares: slot.event. */
    void (*event)(xy_follower *follower, xy_event_slot slot);
    /* What it was put has filled its outlet: it falls behind. */
    void (*stalled)(xy_follower *follower);
    /* One who is behind has got what was due, or has more to execute than before: in a later step,
     * as others are being moved. */
    void (*go_on)(xy_follower *follower);
    /* In step, more waits for it than may: can it fall behind, and read again what is kept of its
     * durable topic? If so it has. */
    bool (*read_again)(xy_follower *follower);
    /* More waits for it than may: it leaves at once. */
    void (*too_slow)(xy_follower *follower);
} xy_follower_ops;

/* It and one of its topics. All zero: none. */
struct xy_following {
    xy_kin kin;
    uint64_t since; /* events up to this number are not for it, or it has them already */
    xy_follower *follower;
};

/* A following of one who is behind. */
typedef struct xy_laggard {
    xy_link link; /* in its feed's laggards */
    xy_following *following;
} xy_laggard;

/* What only those have who are behind. */
typedef struct xy_backlog {
    xy_laggard laggard; /* of the first topic */
    xy_event_queue queue;
    xy_watch watch;    /* of its own run, */
    xy_event_slot run; /* and what that executes; without a reference */
    xy_following *due; /* a result of whose cohort is to come before all that waits; or NULL */
    bool due_gap;      /* what is due comes after the gap that the cohort has in hand */
    xy_gap gap;        /* before the next event that will come */
    xy_opening opening;
    bool told; /* … although not all its topics are live, the outlet was told that it is open */
    xy_resume *resume; /* reads what comes before all that is in the queue; or NULL */
    xy_bytes *failure; /* the result that ends it all; a reference, or NULL */
} xy_backlog;

/* The first members are all that is looked at when a result is put: one line of the cache. */
struct xy_follower {
    xy_following first;
    xy_outlet *outlet;
    xy_backlog *backlog; /* NULL: in step */
    xy_further *further; /* topics behind the first; NULL: none ever */
};

/* What its runs are made of. */
typedef struct xy_feed_kind {
    const xy_follower_ops *ops;
    xy_terms *terms;
    xy_operation *operation;
} xy_feed_kind;

/* The result of an event of a durable topic has a name: the text of its id. */
static inline void xy__event_slot_name(const xy_event_slot *slot, xy_shared_result *result)
{
    xy_event_id_claim claim = {slot->tag, slot->id.major, slot->id.minor};

    if (slot->id.epoch)
        result->name_len = (uint32_t)xy__event_id_claim_write(&claim, result->name);
}

/* How many topics it follows, which, and whether that is one of them. */
size_t xy__follower_topics(const xy_follower *follower);
xy_str xy__follower_topic(const xy_follower *follower, size_t index);
bool xy__follower_follows(const xy_follower *follower, xy_str topic);

/* One of its topics that is not live; NULL: all are. */
const xy_subscriber *xy__follower_dead_topic(const xy_follower *follower);

/* Follow one more topic, as `identity`; harmless when it does already. shares: kind->terms,
 * kind->operation, identity. keeps: follower, until it leaves. Returns XY_OK, or XY_ELIMIT for too
 * long a name. */
int xy__follower_join(xy_follower *follower, const xy_feed_kind *kind, xy_str topic,
                      xy_identity *identity);

/* Hear no more events. What is due to one who is behind still comes; then leave again. */
void xy__follower_leave(xy_follower *follower);

/* The same, and nothing is due any more. */
void xy__follower_leave_at_once(xy_follower *follower);

/* Have a backlog, with all in it that waited in the cohort. Harmless when it has one. */
void xy__follower_fall_behind(xy_follower *follower, const xy_terms *terms);

/* All is worked off: be in step again. */
void xy__follower_catch_up(xy_follower *follower);

/* It has left at once: drop what waits, cancel its own run. */
void xy__follower_drop_backlog(xy_follower *follower);

/* What it holds besides, at its end. */
void xy__follower_deinit(xy_follower *follower);

#endif
