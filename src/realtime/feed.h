/* SPDX-License-Identifier: MIT */
/* realtime/feed.h -- what equal subscribers of a topic have in common: an event is executed once
 * for all of them.
 *
 *   feed       a topic, an operation, terms: one subscriber of the hub
 *     cohort   its followers for whom runs read the same facts: one run an event
 *       following   one client and this topic
 *
 * It comes with its first follower and goes with its last. */
#ifndef XY_REALTIME_FEED_H
#define XY_REALTIME_FEED_H

#include "realtime/follower.h"

/* Give `following`, whose follower is set, every event of `topic` that is published from now on.
 * shares: kind->terms, kind->operation, identity (NULL: anonymous). keeps: following, until
 * xy__feed_leave(). Returns XY_OK, or XY_ELIMIT for too long a name. */
int xy__feed_join(xy_following *following, const xy_feed_kind *kind, xy_str topic,
                  xy_identity *identity);

/* Nothing comes any more, also from within anything. It must be no laggard. */
void xy__feed_leave(xy_following *following);

/* Valid until xy__feed_leave(). */
xy_str xy__feed_topic(const xy_following *following);

/* Is what its topic carries kept? */
bool xy__feed_is_durable(const xy_following *following);

/* By which it hears of its topic; valid as long. */
const xy_subscriber *xy__feed_subscriber(const xy_following *following);

/* How many events wait for it in its cohort; it is in step. */
size_t xy__feed_waiting(const xy_following *following);

/* Its follower has several topics. True when something is on its way in its cohort, or news of a
 * gap wait for the next event. */
bool xy__feed_several(xy_following *following);

/* Its follower has a backlog from now on, which is given what waits for it in the cohort: what is
 * in hand there is due. keeps: laggard, until xy__feed_keep_up(). */
void xy__feed_lag(xy_following *following, xy_laggard *laggard);

/* No more: from the next event on it is in step. */
void xy__feed_keep_up(xy_following *following, xy_laggard *laggard);

/* Its follower, who is behind, got a result of this length of a run of its own. */
void xy__feed_alone(const xy_following *following, size_t len);

/* ---- looking at them ---- */

/* What goes on in one cohort. */
typedef struct xy_feed_info {
    const void *cohort; /* the same as long as it lives, and no other's meanwhile */
    const xy_operation *operation;
    xy_str topic;
    const char *state; /* "idle", "waiting", "running", "delivering" */
    uint32_t members;  /* clients */
    uint32_t behind;   /* of them, those with a backlog */
    uint32_t waiting;  /* events, for those in step */
    uint32_t runs;     /* for all who are in step, so far; */
    uint32_t alone;    /* and for one who is behind, each */
    uint64_t results;  /* given to clients, counted for each */
    uint64_t bytes;    /* in them */
    uint64_t dropped;  /* of what waited for those in step, counted for each */
} xy_feed_info;

typedef void xy_on_feed_info(void *arg, const xy_feed_info *info);

/* Call `fn` with each cohort of each feed of `hub`; what it is given is valid until it returns. In
 * the same order each time, as long as nobody comes, goes or is sorted. */
void xy__feed_each(xy_hub *hub, xy_on_feed_info *fn, void *arg);

#endif
