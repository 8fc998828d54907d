/* SPDX-License-Identifier: MIT */
/* realtime/feed.c -- (topic, operation, terms) -> followers.
 *
 *   hub --event--> feed --+--> laggards, each on its own       (follower.h: behind)
 *                         +--> cohorts, each of which runs it once   (feed_cohort.c)
 *
 * Invariants
 *   1. It is in the hub's feeds, and a subscriber of its topic, exactly while it has followings.
 *   2. Every following gets every event with a number above its `since`, once: as a laggard when
 *      it is one at that moment, else with its cohort.
 *   3. While an event is being given out, cohorts that have not been given it stand before those
 *      that have; new ones come last, with what they have to do in their queues.
 *
 * Read next: feed_cohort.c. */
#include "realtime/feed.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "realtime/feed_parts.h"

/* ---- life ---- */

/* "<operation><terms><topic>": addresses of what the feed holds references to. */
static void write_key(xy_buf *key, const xy_feed_kind *kind, xy_str topic)
{
    xy__buf_append(key, &kind->operation, sizeof kind->operation);
    xy__buf_append(key, &kind->terms, sizeof kind->terms);
    xy__buf_str(key, topic);
}

static size_t on_event(void *arg, const xy_event *event);

static int create(const xy_feed_kind *kind, xy_str topic, xy_str key, xy_feed **out)
{
    xy_feed *feed = xy__zalloc(sizeof *feed + key.len);
    int rc = xy__hub_subscribe(kind->terms->hub, topic, on_event, feed, &feed->subscriber);

    if (rc < 0) {
        free(feed);
        return rc;
    }
    xy__family_init(&feed->family, &xy__feed_family_ops);
    xy__list_init(&feed->laggards);
    feed->kind = *kind;
    feed->durable = xy__pubsub_is_durable(xy__hub_pubsub(kind->terms->hub), topic);
    feed->kind.terms->refs++;
    xy__operation_ref(feed->kind.operation);
    memcpy(feed->text, key.ptr, key.len);
    feed->key = (xy_str){feed->text, key.len};
    xy__map_put(xy__hub_feeds(kind->terms->hub), feed->key, feed);
    *out = feed;
    return XY_OK;
}

/* The last one out. */
static void close_feed(xy_feed *feed)
{
    xy__map_del(xy__hub_feeds(feed->kind.terms->hub), feed->key);
    xy__hub_unsubscribe(feed->subscriber);
    feed->subscriber = NULL;
    feed->gone = true;
}

void xy__feed_exit(xy_feed *feed)
{
    if (--feed->busy > 0 || !feed->gone)
        return;
    xy__family_deinit(&feed->family);
    xy__operation_unref(feed->kind.operation);
    xy__terms_unref(feed->kind.terms);
    free(feed);
}

static int find_or_create(const xy_feed_kind *kind, xy_str topic, xy_feed **out)
{
    int rc = XY_OK;
    xy_buf key;

    xy__buf_init(&key, SIZE_MAX);
    write_key(&key, kind, topic);
    *out = xy__map_get(xy__hub_feeds(kind->terms->hub), xy__buf_view(&key));
    if (!*out)
        rc = create(kind, topic, xy__buf_view(&key), out);
    xy__buf_deinit(&key);
    return rc;
}

int xy__feed_join(xy_following *following, const xy_feed_kind *kind, xy_str topic,
                  xy_identity *identity)
{
    /* Before the broker is told, as in the hub. */
    uint64_t since = xy__hub_last(kind->terms->hub);
    xy_feed *feed;
    int rc = find_or_create(kind, topic, &feed);

    if (rc < 0)
        return rc;
    following->since = since;
    feed->newest = since;
    /* The hub has counted the feed as one. */
    if (feed->size++ > 0)
        xy__gauge_add(&kind->terms->gauges->subscribers, 1);
    xy__family_join(&feed->family, &following->kin, identity);
    return XY_OK;
}

void xy__feed_leave(xy_following *following)
{
    xy_feed *feed = xy__feed_of(following);
    feed_cohort *cohort = xy__feed_cohort_of(following);

    xy__feed_enter(feed);
    if (cohort->walk_next == &following->kin.link)
        cohort->walk_next = following->kin.link.next;
    xy__family_leave(&following->kin);
    if (--feed->size > 0) {
        xy__gauge_sub(&feed->kind.terms->gauges->subscribers, 1);
    } else {
        close_feed(feed);
    }
    xy__feed_exit(feed);
}

xy_str xy__feed_topic(const xy_following *following)
{
    return xy__subscriber_topic(xy__feed_of(following)->subscriber);
}

bool xy__feed_is_durable(const xy_following *following)
{
    return xy__feed_of(following)->durable;
}

const xy_subscriber *xy__feed_subscriber(const xy_following *following)
{
    return xy__feed_of(following)->subscriber;
}

size_t xy__feed_waiting(const xy_following *following)
{
    const xy_event_queue *queue = &xy__feed_cohort_of(following)->queue;
    size_t count = 0;

    for (uint32_t i = 0; i < queue->len; i++)
        count += following->since < xy__event_queue_at(queue, i).number;
    return count;
}

bool xy__feed_several(xy_following *following)
{
    xy_feed *feed = xy__feed_of(following);

    feed->several = true;
    return xy__feed_cohort_of(following)->state != COHORT_IDLE ||
           xy__feed_next_gap(feed, following->since);
}

/* ---- laggards ---- */

static void note_all(xy_following *following, const xy_feed *feed)
{
    if (following->since < feed->last)
        following->since = feed->last;
}

void xy__feed_lag(xy_following *following, xy_laggard *laggard)
{
    xy_feed *feed = xy__feed_of(following);
    feed_cohort *cohort = xy__feed_cohort_of(following);
    xy_backlog *backlog = following->follower->backlog;
    xy_gap gap = xy__feed_next_gap(feed, following->since);

    if (xy__feed_cohort_holds(cohort, following->since)) {
        XY_ASSERT(!backlog->due);
        backlog->due = following;
        backlog->due_gap = xy__feed_gap_of(&cohort->in_hand, following->since);
    }
    xy__feed_cohort_copy(cohort, following->since, &backlog->queue);
    if (gap)
        backlog->gap = gap;
    note_all(following, feed);
    laggard->following = following;
    cohort->behind++;
    xy__list_append(&feed->laggards, &laggard->link);
}

void xy__feed_keep_up(xy_following *following, xy_laggard *laggard)
{
    xy_feed *feed = xy__feed_of(following);

    if (feed->walk_next == &laggard->link)
        feed->walk_next = laggard->link.next;
    xy__list_remove(&laggard->link);
    xy__feed_cohort_of(following)->behind--;
    note_all(following, feed);
}

void xy__feed_alone(const xy_following *following, size_t len)
{
    xy__feed_cohort_alone(xy__feed_cohort_of(following), len);
}

static void give_laggards(xy_feed *feed, xy_event_slot slot)
{
    feed->walk_next = feed->laggards.next;
    while (feed->walk_next != &feed->laggards) {
        xy_following *following = XY_CONTAINER(feed->walk_next, xy_laggard, link)->following;

        feed->walk_next = feed->walk_next->next;
        if (following->since >= slot.number)
            continue;
        following->since = slot.number;
        feed->kind.ops->event(following->follower, slot);
    }
    feed->walk_next = NULL;
}

/* ---- events ---- */

static size_t count_cohort(const xy_cohort *cohort, uint64_t number)
{
    size_t count = 0;

    for (xy_link *link = cohort->kin.next; link != &cohort->kin; link = link->next)
        count += XY_CONTAINER(link, xy_following, kin.link)->since < number;
    return count;
}

/* For how many it is. Seldom has anybody joined after it was published. */
static size_t count_hearers(const xy_feed *feed, uint64_t number)
{
    const xy_link *cohorts = &feed->family.cohorts;
    size_t count = 0;

    if (feed->newest < number)
        return feed->size;
    for (xy_link *link = cohorts->next; link != cohorts; link = link->next)
        count += count_cohort(XY_CONTAINER(link, xy_cohort, link), number);
    return count;
}

/* Cohorts come and go on the way: the first is looked at and put behind the others. */
static void give_cohorts(xy_feed *feed, xy_event_slot slot)
{
    xy_link *cohorts = &feed->family.cohorts;

    while (!xy__list_empty(cohorts)) {
        feed_cohort *first = XY_CONTAINER(cohorts->next, feed_cohort, cohort.link);

        if (first->offered >= slot.number)
            break;
        xy__list_remove(&first->cohort.link);
        xy__list_append(cohorts, &first->cohort.link);
        first->offered = slot.number;
        xy__feed_cohort_offer(first, slot);
    }
}

static uint64_t tag_of(xy_feed *feed, const xy_event *event)
{
    if (!event->id.epoch)
        return 0;
    if (feed->tag_epoch != event->id.epoch) {
        feed->tag = xy__event_id_tag(event->topic, event->id.epoch);
        feed->tag_epoch = event->id.epoch;
    }
    return feed->tag;
}

static void gap_laggards(const xy_feed *feed)
{
    for (xy_link *link = feed->laggards.next; link != &feed->laggards; link = link->next) {
        xy_following *following = XY_CONTAINER(link, xy_laggard, link)->following;

        if (following->since >= feed->gap_number)
            continue;
        following->since = feed->gap_number;
        following->follower->backlog->gap = feed->gap;
    }
}

/* Nobody is told before the next event. */
static void on_gap(xy_feed *feed, const xy_event *event)
{
    const xy_link *cohorts = &feed->family.cohorts;

    xy__feed_enter(feed);
    feed->last = event->number;
    feed->gap = event->gap;
    feed->gap_number = event->number;
    gap_laggards(feed);
    for (xy_link *link = cohorts->next; feed->several && link != cohorts; link = link->next)
        xy__feed_cohort_gap(XY_CONTAINER(link, feed_cohort, cohort.link));
    xy__feed_exit(feed);
}

static size_t on_event(void *arg, const xy_event *event)
{
    xy_feed *feed = arg;
    xy_event_slot slot = {
        .event = event->payload,
        .number = event->number,
        .id = event->id,
        .tag = tag_of(feed, event),
        .gap = feed->gap,
        .gap_number = feed->gap_number,
    };
    size_t count;

    if (!event->payload) {
        on_gap(feed, event);
        return 0;
    }
    count = count_hearers(feed, event->number);
    xy__feed_enter(feed);
    feed->last = event->number;
    feed->gap = XY_GAP_NONE;
    feed->current = slot;
    give_laggards(feed, slot);
    give_cohorts(feed, slot);
    feed->current = (xy_event_slot){0};
    xy__feed_exit(feed);
    return count;
}

/* ---- looking at them ---- */

static void tell_feed(const xy_feed *feed, xy_on_feed_info *fn, void *arg)
{
    const xy_link *cohorts = &feed->family.cohorts;

    for (xy_link *link = cohorts->next; link != cohorts; link = link->next)
        xy__feed_cohort_tell(XY_CONTAINER(link, feed_cohort, cohort.link), fn, arg);
}

void xy__feed_each(xy_hub *hub, xy_on_feed_info *fn, void *arg)
{
    const xy_map_slot *slot;
    size_t at = 0;

    while ((slot = xy__map_next(xy__hub_feeds(hub), &at)))
        tell_feed(slot->value, fn, arg);
}
