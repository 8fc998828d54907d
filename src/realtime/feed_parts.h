/* SPDX-License-Identifier: MIT */
/* realtime/feed_parts.h -- the inside of a feed, for feed.c (who follows, what comes) and
 * feed_cohort.c (one cohort, its runs and results). */
#ifndef XY_REALTIME_FEED_PARTS_H
#define XY_REALTIME_FEED_PARTS_H

#include "realtime/feed.h"

typedef struct xy_feed {
    xy_family family;
    xy_subscriber *subscriber;
    xy_feed_kind kind; /* references */
    xy_link laggards;
    xy_link *walk_next;    /* of the laggards: whoever leaves moves it on; NULL: no walk */
    xy_event_slot current; /* is being given to the cohorts; event NULL: none is */
    uint64_t last;         /* number of the last event, or gap */
    xy_gap gap;            /* waits for the next event, */
    uint64_t gap_number;   /* to be told to those who came before this */
    uint64_t tag;          /* of its topic in `tag_epoch`, as ids have it */
    uint64_t tag_epoch;
    uint64_t newest;  /* `since` of the last who joined */
    size_t size;      /* followings */
    uint64_t sorting; /* counts times when followings may have moved */
    uint32_t busy;    /* calls of its functions on the stack */
    uint32_t walking; /* of them, those that walk a cohort: nobody moves meanwhile */
    bool several;     /* there may be followers with several topics */
    bool durable;     /* its topic: events can be read again */
    bool gone;        /* out of every table; memory goes when it is not busy */
    xy_str key;       /* in the hub's feeds; points to `text` */
    char text[];
} xy_feed;

typedef enum feed_cohort_state {
    COHORT_IDLE,
    COHORT_WAITING,
    COHORT_RUNNING,
    COHORT_DELIVERING,
    COHORT_GONE,
    COHORT_STATES,
} feed_cohort_state;

typedef struct feed_cohort {
    xy_cohort cohort;
    xy_watch watch;
    xy_event_slot in_hand;             /* a reference; event NULL: none */
    xy_event_queue queue;              /* what comes after it */
    uint64_t offered;                  /* number of the last event that it was given */
    xy_link *walk_next;                /* of the kin: whoever leaves moves it on; NULL: no walk */
    const struct feed_cohort *heir_of; /* has begun where that one was, */
    uint64_t heir_at;                  /* in this sorting of the feed */
    xy_task task;
    xy_bytes *result; /* is here, but has to wait for a walk's end; or NULL */
    unsigned result_flags;
    uint32_t busy;   /* calls of its functions on the stack */
    uint32_t behind; /* of its kin, those who are laggards */
    uint32_t runs;   /* so far; */
    uint32_t alone;  /* and those of laggards, each for itself */
    uint64_t results;
    uint64_t bytes;
    uint64_t dropped;
    feed_cohort_state state;
    bool stepping; /* the task is on the stack */
} feed_cohort;

static inline xy_feed *xy__feed_of(const xy_following *following)
{
    return XY_CONTAINER(following->kin.cohort->family, xy_feed, family);
}

static inline feed_cohort *xy__feed_cohort_of(const xy_following *following)
{
    return XY_CONTAINER(following->kin.cohort, feed_cohort, cohort);
}

/* Around everything that may call others. The last to leave frees one that has gone. */
static inline void xy__feed_enter(xy_feed *feed)
{
    feed->busy++;
}

void xy__feed_exit(xy_feed *feed);

/* The cohorts of a feed. */
extern const xy_family_ops xy__feed_family_ops;

/* The next event. shares: slot.event. */
void xy__feed_cohort_offer(feed_cohort *cohort, xy_event_slot slot);

/* One of its kin got a result of this length, of a run of its own. */
void xy__feed_cohort_alone(feed_cohort *cohort, size_t len);

/* Tell what goes on. */
void xy__feed_cohort_tell(const feed_cohort *cohort, xy_on_feed_info *fn, void *arg);

/* Is what it has in hand for one in step with this `since`? */
static inline bool xy__feed_cohort_holds(const feed_cohort *cohort, uint64_t since)
{
    return cohort->in_hand.event && since < cohort->in_hand.number;
}

/* What goes before the event for one with this `since`. */
static inline xy_gap xy__feed_gap_of(const xy_event_slot *slot, uint64_t since)
{
    return since < slot->gap_number ? slot->gap : XY_GAP_NONE;
}

/* What goes before the next event of the feed. */
static inline xy_gap xy__feed_next_gap(const xy_feed *feed, uint64_t since)
{
    return since < feed->gap_number ? feed->gap : XY_GAP_NONE;
}

/* Those in step who have several topics fall behind with what waits for the next event: it is to be
 * told with the next event of any of them. */
void xy__feed_cohort_gap(feed_cohort *cohort);

/* Append to `queue` all that comes after what is in hand and is for one with this `since`. */
void xy__feed_cohort_copy(const feed_cohort *cohort, uint64_t since, xy_event_queue *queue);

#endif
