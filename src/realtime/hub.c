/* SPDX-License-Identifier: MIT */
/* realtime/hub.c -- tag of a mail -> topic -> subscribers, walked while anyone may leave.
 *
 * A tag is the topic's place in an array. Mail for a topic that has gone may find another in its
 * place, but nobody there who is older than the mail.
 *
 * Invariants
 *   1. The hub has joined a topic at the broker exactly while it has subscribers.
 *   2. Subscribers of a topic stand in the order of subscribing; so the first one that is younger
 *      than a mail ends the walk.
 *   3. `walk_next` is the one link that the walk will look at next; whoever leaves moves it on.
 *   4. A topic whose last subscriber leaves during its own walk is out of every table at once;
 *      only its memory waits for the walk's end.
 *   5. Who waits is in the openings of one topic that is not live; until it is overdue also in the
 *      hub's, for whose first the timer is armed. */
#include "realtime/hub.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "realtime/terms.h"

typedef struct hub_topic {
    xy_hub *hub;
    uint32_t place;
    bool live;
    uint64_t since; /* mails up to this number were put before it was here */
    xy_link subscribers;
    xy_link openings;
    xy_str name; /* points to `text` */
    char text[];
} hub_topic;

struct xy_subscriber {
    xy_link link;
    hub_topic *topic;
    xy_on_event *fn;
    void *arg;
    uint64_t since; /* mails up to this number were put before it subscribed */
};

struct xy_hub {
    xy_pubsub *ps;
    xy_loop *loop;
    xy_mailbox mailbox;
    xy_map topics;
    xy_map feeds;
    xy_terms *terms;
    XY_VEC(hub_topic *) places; /* by tag; NULL: free */
    XY_VEC(uint32_t) free_places;
    uint64_t read; /* number of the last mail */
    hub_topic *walked;
    xy_link *walk_next;
    xy_link openings; /* by due time: all wait equally long */
    xy_timer timer;
};

static size_t walk(xy_hub *hub, hub_topic *topic, const xy_mail *mail)
{
    xy_event event = {
        .topic = topic->name,
        .payload = mail->payload,
        .id = mail->id,
        .gap = mail->kind == XY_MAIL_GAP ? (xy_gap)mail->reason : XY_GAP_NONE,
        .epoch = mail->epoch,
        .sequence = mail->sequence,
        .number = mail->number,
    };
    size_t calls = 0;

    hub->walk_next = topic->subscribers.next;
    while (hub->walk_next != &topic->subscribers) {
        xy_subscriber *subscriber = XY_CONTAINER(hub->walk_next, xy_subscriber, link);

        if (subscriber->since >= mail->number)
            break;
        hub->walk_next = hub->walk_next->next;
        calls += subscriber->fn(subscriber->arg, &event);
    }
    return calls;
}

/* ---- who waits ---- */

static xy_opening *opening_at(xy_link *due_link)
{
    return XY_CONTAINER(due_link, xy_opening, due_link);
}

static void arm(xy_hub *hub)
{
    uint64_t now = xy__loop_now(hub->loop);
    uint64_t due_ms;

    if (xy__list_empty(&hub->openings)) {
        xy__timer_stop(hub->loop, &hub->timer);
        return;
    }
    due_ms = opening_at(hub->openings.next)->due_ms;
    xy__timer_start(hub->loop, &hub->timer, due_ms > now ? due_ms - now : 0);
}

static void on_timer(xy_timer *timer)
{
    xy_hub *hub = XY_CONTAINER(timer, xy_hub, timer);
    uint64_t now = xy__loop_now(hub->loop);

    while (!xy__list_empty(&hub->openings)) {
        xy_opening *first = opening_at(hub->openings.next);

        if (first->due_ms > now)
            break;
        xy__list_remove(&first->due_link);
        first->fn(first, true);
    }
    arm(hub);
}

void xy__hub_await(const xy_subscriber *subscriber, xy_opening *opening)
{
    hub_topic *topic = subscriber->topic;
    xy_hub *hub = topic->hub;

    XY_ASSERT(!topic->live);
    xy__list_append(&topic->openings, &opening->link);
    if (opening->hub)
        return;
    opening->hub = hub;
    opening->due_ms = xy__loop_now(hub->loop) + xy__pubsub_limits(hub->ps)->subscribe_wait_ms;
    xy__list_append(&hub->openings, &opening->due_link);
    if (!xy__timer_armed(&hub->timer))
        arm(hub);
}

void xy__hub_await_no_more(xy_opening *opening)
{
    xy_hub *hub = opening->hub;

    if (!hub)
        return;
    opening->hub = NULL;
    xy__list_remove(&opening->link);
    xy__list_remove(&opening->due_link);
    if (xy__list_empty(&hub->openings))
        arm(hub);
}

/* From now on nobody waits for this topic. Returns how many did. */
static size_t become_live(hub_topic *topic)
{
    size_t calls = 0;

    topic->live = true;
    while (!xy__list_empty(&topic->openings)) {
        xy_opening *opening = XY_CONTAINER(topic->openings.next, xy_opening, link);

        xy__list_remove(&opening->link);
        opening->fn(opening, false);
        calls++;
    }
    return calls;
}

/* ---- mail ---- */

static size_t on_mail(xy_mailbox *mailbox, const xy_mail *mail)
{
    xy_hub *hub = XY_CONTAINER(mailbox, xy_hub, mailbox);
    hub_topic *topic = hub->places.items[mail->tag];
    size_t calls;

    hub->read = mail->number;
    if (!topic)
        return 0;
    if (mail->kind == XY_MAIL_LIVE)
        return mail->number > topic->since ? become_live(topic) : 0;
    hub->walked = topic;
    calls = walk(hub, topic, mail);
    hub->walked = NULL;
    hub->walk_next = NULL;
    xy__gauge_add(&xy__pubsub_gauges(hub->ps)->delivered, calls);
    if (xy__list_empty(&topic->subscribers))
        free(topic);
    return calls;
}

xy_hub *xy__hub_create(xy_pubsub *ps, xy_loop *loop)
{
    xy_hub *hub = xy__zalloc(sizeof *hub);

    hub->ps = ps;
    hub->loop = loop;
    xy__map_init(&hub->topics, NULL);
    xy__map_init(&hub->feeds, NULL);
    xy__list_init(&hub->openings);
    hub->timer.fn = on_timer;
    xy__pubsub_open_mailbox(ps, &hub->mailbox, loop, on_mail);
    return hub;
}

static void on_closed(xy_mailbox *mailbox)
{
    xy_hub *hub = XY_CONTAINER(mailbox, xy_hub, mailbox);

    xy__map_deinit(&hub->topics);
    xy__map_deinit(&hub->feeds);
    xy__terms_release(hub->terms);
    free(hub->places.items);
    free(hub->free_places.items);
    free(hub);
}

void xy__hub_destroy(xy_hub *hub)
{
    if (!hub)
        return;
    XY_ASSERT(hub->topics.len == 0 && hub->feeds.len == 0);
    XY_ASSERT(xy__list_empty(&hub->openings));
    xy__mailbox_close(&hub->mailbox, on_closed);
}

xy_loop *xy__hub_loop(const xy_hub *hub)
{
    return hub->loop;
}

xy_pubsub *xy__hub_pubsub(const xy_hub *hub)
{
    return hub->ps;
}

xy_map *xy__hub_feeds(xy_hub *hub)
{
    return &hub->feeds;
}

xy_terms **xy__hub_terms(xy_hub *hub)
{
    return &hub->terms;
}

uint64_t xy__hub_last(xy_hub *hub)
{
    return xy__mailbox_last(&hub->mailbox);
}

uint64_t xy__hub_read(const xy_hub *hub)
{
    return hub->read;
}

static uint32_t take_place(xy_hub *hub, hub_topic *topic)
{
    uint32_t place = (uint32_t)hub->places.len;

    if (hub->free_places.len) {
        place = hub->free_places.items[--hub->free_places.len];
        hub->places.items[place] = topic;
    } else {
        *xy_vec_push(NULL, &hub->places) = topic;
    }
    return place;
}

static hub_topic *topic_open(xy_hub *hub, xy_str name)
{
    hub_topic *topic = xy__zalloc(sizeof *topic + name.len);

    topic->hub = hub;
    /* A place may have been another topic's, whose mail is still on its way. */
    topic->since = xy__mailbox_last(&hub->mailbox);
    xy__list_init(&topic->subscribers);
    xy__list_init(&topic->openings);
    if (name.len)
        memcpy(topic->text, name.ptr, name.len);
    topic->name = (xy_str){topic->text, name.len};
    topic->place = take_place(hub, topic);
    xy__map_put(&hub->topics, topic->name, topic);
    topic->live = xy__pubsub_join(hub->ps, topic->name, &hub->mailbox, topic->place);
    return topic;
}

static void topic_close(hub_topic *topic)
{
    xy_hub *hub = topic->hub;

    XY_ASSERT(xy__list_empty(&topic->openings));
    xy__pubsub_leave(hub->ps, topic->name, &hub->mailbox);
    xy__map_del(&hub->topics, topic->name);
    hub->places.items[topic->place] = NULL;
    *xy_vec_push(NULL, &hub->free_places) = topic->place;
    if (hub->walked != topic)
        free(topic);
}

int xy__hub_subscribe(xy_hub *hub, xy_str name, xy_on_event *fn, void *arg, xy_subscriber **out)
{
    /* Before the broker is told: what is published from then on counts. */
    uint64_t since = xy__mailbox_last(&hub->mailbox);
    xy_subscriber *subscriber;
    hub_topic *topic;

    if (name.len > XY_TOPIC_BYTES_MAX)
        return XY_ELIMIT;
    topic = xy__map_get(&hub->topics, name);
    if (!topic)
        topic = topic_open(hub, name);
    subscriber = xy__zalloc(sizeof *subscriber);
    *subscriber = (xy_subscriber){.topic = topic, .fn = fn, .arg = arg, .since = since};
    xy__list_append(&topic->subscribers, &subscriber->link);
    xy__gauge_add(&xy__pubsub_gauges(hub->ps)->subscribers, 1);
    *out = subscriber;
    return XY_OK;
}

xy_str xy__subscriber_topic(const xy_subscriber *subscriber)
{
    return subscriber->topic->name;
}

bool xy__subscriber_is_live(const xy_subscriber *subscriber)
{
    return subscriber->topic->live;
}

void xy__hub_unsubscribe(xy_subscriber *subscriber)
{
    hub_topic *topic;

    if (!subscriber)
        return;
    topic = subscriber->topic;
    if (topic->hub->walk_next == &subscriber->link)
        topic->hub->walk_next = subscriber->link.next;
    xy__list_remove(&subscriber->link);
    xy__gauge_sub(&xy__pubsub_gauges(topic->hub->ps)->subscribers, 1);
    free(subscriber);
    if (xy__list_empty(&topic->subscribers))
        topic_close(topic);
}
