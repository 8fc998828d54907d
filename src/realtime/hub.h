/* SPDX-License-Identifier: MIT */
/* realtime/hub.h -- one worker's end of the broker: who on this loop subscribed to which topic.
 *
 * Loop's thread only. Events come in a later step of the loop than their publishing, in order of
 * publishing per topic, each to its subscribers in order of their subscribing. A subscriber gets
 * what is published after it subscribed and nothing from before. */
#ifndef XY_REALTIME_HUB_H
#define XY_REALTIME_HUB_H

#include "base/loop.h"
#include "base/map.h"
#include "realtime/pubsub.h"

typedef struct xy_hub xy_hub;
typedef struct xy_terms xy_terms;
typedef struct xy_subscriber xy_subscriber;

/* What a subscriber is given; valid until it returns. */
typedef struct xy_event {
    xy_str topic;
    xy_bytes *payload; /* JSON text; take a reference to keep it. NULL: no event but a gap */
    xy_event_id id;    /* of an event of a durable topic */
    xy_gap gap;        /* events before this may have been lost, for whoever subscribed before */
    uint64_t epoch;    /* another one than last time: events may have been lost in between */
    uint64_t sequence; /* from 1 in each epoch, without a gap */
    uint64_t number;   /* grows with each event of this hub, whatever its topic */
} xy_event;

/* Returns how many it was given to: one, or all those for whom the subscriber stands. */
typedef size_t xy_on_event(void *arg, const xy_event *event);

/* Somebody who must not be told yet that it is subscribed. Embed it; all zero: it does not wait. */
typedef struct xy_opening {
    xy_link link;     /* in its topic's openings; */
    xy_link due_link; /* in the hub's, the first due first */
    uint64_t due_ms;
    xy_hub *hub; /* NULL: it does not wait */
    /* The topic that it waits for is live: now it waits for another one, or no more. Or, `overdue`
     * and once at most, it has waited for xy_pubsub_limits.subscribe_wait_ms, and waits on. */
    void (*fn)(struct xy_opening *opening, bool overdue);
} xy_opening;

/* A hub on `loop`, whose thread must be the caller's. keeps: ps, loop, until
 * xy__hub_destroy(). gives: the hub. */
xy_hub *xy__hub_create(xy_pubsub *ps, xy_loop *loop);

/* takes: hub (NULL is fine). Every subscriber must be gone. Its memory goes in a later step of
 * the loop, at the latest in xy__loop_deinit(). */
void xy__hub_destroy(xy_hub *hub);

/* The loop it lives on, and the broker behind it. */
xy_loop *xy__hub_loop(const xy_hub *hub);
xy_pubsub *xy__hub_pubsub(const xy_hub *hub);

/* What feed.c and terms.c keep here to find it again: feeds by their key, of which none is left
 * when the hub is destroyed; the first of the terms, a reference to each. */
xy_map *xy__hub_feeds(xy_hub *hub);
xy_terms **xy__hub_terms(xy_hub *hub);

/* The number of the last event that is on its way here, or has come; of the last that has come. */
uint64_t xy__hub_last(xy_hub *hub);
uint64_t xy__hub_read(const xy_hub *hub);

/* Call `fn` with every event of the topic `name` that is published from now on. keeps: arg, until
 * xy__hub_unsubscribe(). gives: *out. Returns XY_OK, or XY_ELIMIT for a name longer than
 * XY_TOPIC_BYTES_MAX. */
int xy__hub_subscribe(xy_hub *hub, xy_str name, xy_on_event *fn, void *arg, xy_subscriber **out);

/* The name of its topic; valid until xy__hub_unsubscribe(). */
xy_str xy__subscriber_topic(const xy_subscriber *subscriber);

/* Is what is published on its topic from now on sure to arrive? */
bool xy__subscriber_is_live(const xy_subscriber *subscriber);

/* Wait for the topic of `subscriber`, which is not live; one that waits already moves there, and
 * its time goes on. keeps: opening, until xy__hub_await_no_more(), which must come before the topic
 * is left. */
void xy__hub_await(const xy_subscriber *subscriber, xy_opening *opening);

/* Harmless when it does not wait. */
void xy__hub_await_no_more(xy_opening *opening);

/* takes: subscriber (NULL is fine). Its function is not called after this, whatever is on its
 * way. At any moment, also inside any subscriber's function. */
void xy__hub_unsubscribe(xy_subscriber *subscriber);

#endif
