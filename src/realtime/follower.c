/* SPDX-License-Identifier: MIT */
/* realtime/follower.c -- in step and behind.
 *
 *              stalled, pushed to, ending, two topics at once
 *   IN STEP ------------------------------------------------------> BEHIND
 *      ^                                                              |
 *      +------------------- caught up: nothing waits -----------------+
 *
 * Invariants
 *   1. It is behind exactly while it has a backlog; then each of its followings is among its
 *      feed's laggards.
 *   2. One in step has everything up to what its cohort has in hand; what waits there waits for
 *      it, too. One behind has, or has in its queue, every event of the feeds so far; first comes
 *      the result that is `due`, if any.
 *   3. With several topics nothing waits for it in a cohort: it falls behind before that, so that
 *      events come in the order of publishing whatever their topic.
 *
 * Read next: feed.h. */
#include "realtime/follower.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "realtime/feed.h"

typedef struct further_topic {
    xy_following following;
    xy_laggard laggard;
} further_topic;

/* Each is on its own: it is pointed to. */
struct xy_further {
    XY_VEC(further_topic *) topics;
};

static size_t further_count(const xy_follower *follower)
{
    return follower->further ? follower->further->topics.len : 0;
}

size_t xy__follower_topics(const xy_follower *follower)
{
    return (follower->first.kin.cohort != NULL) + further_count(follower);
}

xy_str xy__follower_topic(const xy_follower *follower, size_t index)
{
    if (follower->first.kin.cohort && index-- == 0)
        return xy__feed_topic(&follower->first);
    return xy__feed_topic(&follower->further->topics.items[index]->following);
}

/* ---- topics ---- */

static bool is_in(const xy_following *following, xy_str topic)
{
    return following->kin.cohort && xy_str_eq(xy__feed_topic(following), topic);
}

bool xy__follower_follows(const xy_follower *follower, xy_str topic)
{
    bool found = is_in(&follower->first, topic);

    for (size_t i = 0; !found && i < further_count(follower); i++)
        found = is_in(&follower->further->topics.items[i]->following, topic);
    return found;
}

static const xy_subscriber *dead_topic(const xy_following *following)
{
    const xy_subscriber *subscriber = following->kin.cohort ? xy__feed_subscriber(following) : NULL;

    return subscriber && !xy__subscriber_is_live(subscriber) ? subscriber : NULL;
}

const xy_subscriber *xy__follower_dead_topic(const xy_follower *follower)
{
    const xy_subscriber *dead = dead_topic(&follower->first);

    for (size_t i = 0; !dead && i < further_count(follower); i++)
        dead = dead_topic(&follower->further->topics.items[i]->following);
    return dead;
}

static int join_further(xy_follower *follower, const xy_feed_kind *kind, xy_str topic,
                        xy_identity *identity)
{
    further_topic *more = xy__zalloc(sizeof *more);
    int rc;

    if (!follower->further)
        follower->further = xy__zalloc(sizeof *follower->further);
    more->following.follower = follower;
    rc = xy__feed_join(&more->following, kind, topic, identity);
    if (rc < 0) {
        free(more);
        return rc;
    }
    xy__feed_several(&more->following);
    if (xy__feed_several(&follower->first)) {
        xy__follower_fall_behind(follower, kind->terms);
        kind->ops->go_on(follower);
    }
    *xy_vec_push(NULL, &follower->further->topics) = more;
    if (follower->backlog)
        xy__feed_lag(&more->following, &more->laggard);
    return XY_OK;
}

int xy__follower_join(xy_follower *follower, const xy_feed_kind *kind, xy_str topic,
                      xy_identity *identity)
{
    int rc;

    if (xy__follower_follows(follower, topic))
        return XY_OK;
    if (follower->first.kin.cohort)
        return join_further(follower, kind, topic, identity);
    follower->first.follower = follower;
    rc = xy__feed_join(&follower->first, kind, topic, identity);
    if (rc == XY_OK && follower->backlog)
        xy__feed_lag(&follower->first, &follower->backlog->laggard);
    return rc;
}

static void leave(xy_following *following, xy_laggard *laggard, bool at_once)
{
    xy_backlog *backlog = following->follower ? following->follower->backlog : NULL;

    if (!following->kin.cohort)
        return;
    if (backlog && backlog->due == following && !at_once) {
        following->since = UINT64_MAX;
        return;
    }
    if (backlog)
        xy__feed_keep_up(following, laggard);
    xy__feed_leave(following);
}

static void leave_topics(xy_follower *follower, bool at_once)
{
    xy_backlog *backlog = follower->backlog;

    if (backlog && at_once)
        backlog->due = NULL;
    leave(&follower->first, backlog ? &backlog->laggard : NULL, at_once);
    for (size_t i = further_count(follower); i-- > 0;) {
        further_topic *more = follower->further->topics.items[i];

        leave(&more->following, &more->laggard, at_once);
        if (more->following.kin.cohort)
            continue;
        follower->further->topics.items[i] =
            follower->further->topics.items[--follower->further->topics.len];
        free(more);
    }
}

void xy__follower_leave(xy_follower *follower)
{
    leave_topics(follower, false);
}

void xy__follower_leave_at_once(xy_follower *follower)
{
    leave_topics(follower, true);
}

/* ---- pace ---- */

void xy__follower_fall_behind(xy_follower *follower, const xy_terms *terms)
{
    xy_backlog *backlog;

    if (follower->backlog)
        return;
    backlog = xy__zalloc(sizeof *backlog);
    xy__list_init(&backlog->laggard.link);
    xy__list_init(&backlog->opening.link);
    xy__list_init(&backlog->opening.due_link);
    xy__event_queue_init(&backlog->queue, &terms->queue, terms->gauges);
    follower->backlog = backlog;
    if (follower->first.kin.cohort)
        xy__feed_lag(&follower->first, &backlog->laggard);
    for (size_t i = 0; i < further_count(follower); i++) {
        further_topic *more = follower->further->topics.items[i];

        xy__feed_lag(&more->following, &more->laggard);
    }
}

static void free_backlog(xy_follower *follower)
{
    xy_backlog *backlog = follower->backlog;

    xy__hub_await_no_more(&backlog->opening);
    follower->backlog = NULL;
    xy__resume_destroy(backlog->resume);
    xy__event_queue_deinit(&backlog->queue);
    xy_bytes_unref(backlog->failure);
    free(backlog);
}

void xy__follower_catch_up(xy_follower *follower)
{
    xy_backlog *backlog = follower->backlog;

    XY_ASSERT(!backlog->due && xy__event_queue_empty(&backlog->queue) && !backlog->watch.run &&
              !backlog->resume);
    if (follower->first.kin.cohort)
        xy__feed_keep_up(&follower->first, &backlog->laggard);
    for (size_t i = 0; i < further_count(follower); i++) {
        further_topic *more = follower->further->topics.items[i];

        xy__feed_keep_up(&more->following, &more->laggard);
    }
    free_backlog(follower);
}

void xy__follower_drop_backlog(xy_follower *follower)
{
    if (!follower->backlog)
        return;
    xy__watch_cancel(&follower->backlog->watch);
    free_backlog(follower);
}

void xy__follower_deinit(xy_follower *follower)
{
    if (!follower->further)
        return;
    free(follower->further->topics.items);
    free(follower->further);
}
