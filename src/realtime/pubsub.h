/* SPDX-License-Identifier: MIT */
/* realtime/pubsub.h -- the process's broker: which workers listen to which topic, and an event
 * handed to each of them.
 *
 *   any thread: xy__pubsub_publish() -> store -> xy__pubsub_deliver() -> mailbox of each worker
 *   its loop:   a later step -> hub (realtime/hub.h) -> subscribers
 *
 * A topic exists as long as somebody in the process listens to it. Each of its lives has an
 * epoch of its own, and its events are numbered from 1 without a gap: a reader that sees the
 * epoch change knows that it may have missed events, one that sees the next number knows that it
 * has not. */
#ifndef XY_REALTIME_PUBSUB_H
#define XY_REALTIME_PUBSUB_H

#include <stdint.h>

#include "xylem/bytes.h"
#include "xylem/error.h"

#include "realtime/gauges.h"
#include "realtime/mailbox.h"
#include "realtime/store.h"

/* The name of a topic is no longer than this, its id included. */
#define XY_TOPIC_BYTES_MAX ((size_t)4096)

typedef struct xy_pubsub xy_pubsub;

typedef struct xy_pubsub_limits {
    size_t event_bytes_max;     /* one payload */
    size_t mailbox_bytes_max;   /* events on their way to one worker, each counted with its slot */
    uint32_t subscribe_wait_ms; /* until a subscriber's topics are live; then it goes on without */
} xy_pubsub_limits;

/* takes: store; NULL stands for the one in memory without durable topics (realtime/store.h). gives:
 * the broker. */
xy_pubsub *xy__pubsub_create(const xy_pubsub_limits *limits, xy_store *store);

/* Make `name`, and every `name:id`, durable. Before anything else is done with the broker. */
void xy__pubsub_add_durable(xy_pubsub *ps, xy_str name);

bool xy__pubsub_is_durable(const xy_pubsub *ps, xy_str topic);

const xy_pubsub_limits *xy__pubsub_limits(const xy_pubsub *ps);

xy_store *xy__pubsub_store(const xy_pubsub *ps);

/* takes: ps (NULL is fine). Every hub must be gone. */
void xy__pubsub_destroy(xy_pubsub *ps);

/* Publish `payload`, JSON text, to everyone who subscribed to `topic` before this call. From any
 * thread; no subscriber is called before this returns. All workers get the event or none. Returns
 * XY_OK, also when nobody listens; XY_ELIMIT for a payload or a name that is too long; XY_EFULL
 * when a worker that listens is too far behind: try again later; or what the store says. */
int xy__pubsub_publish(xy_pubsub *ps, xy_str topic, xy_bytes *payload);

/* Ask what a durable topic has carried. takes: history, until it is answered. */
void xy__pubsub_read(xy_pubsub *ps, xy_history *history);

/* The gauges of this broker and of all that hangs on it, to be read and counted in. From any
 * thread. */
xy_realtime_gauges *xy__pubsub_gauges(xy_pubsub *ps);

/* The name of a topic, `topic` or `topic:id` when `id` is not null, written to `scratch`. Returns
 * the null string when it is longer than XY_TOPIC_BYTES_MAX. */
xy_str xy__topic_name(char scratch[XY_TOPIC_BYTES_MAX], xy_str topic, xy_str id);

/* ---- for stores ---- */

/* An event of the topic `name` has arrived for this process: put it into the mailboxes. `id`: of
 * an event of a durable topic, else NULL. From any thread, in the order of the topic's events.
 * Returns as xy__pubsub_publish(). */
int xy__pubsub_deliver(xy_pubsub *ps, xy_str name, xy_bytes *payload, const xy_event_id *id);

/* Events of any topic, or of this one, may have been lost: begin a new epoch, and tell whoever
 * subscribed before. From any thread. */
void xy__pubsub_gap(xy_pubsub *ps, xy_gap reason);
void xy__pubsub_gap_topic(xy_pubsub *ps, xy_str name, xy_gap reason);

/* What is published on the topic `name` from now on arrives. From any thread. Returns false when
 * that was so already, or nobody listens any more. */
bool xy__pubsub_live(xy_pubsub *ps, xy_str name);

/* ---- for hubs ---- */

/* Put the events of the topic `name` into `mailbox` from now on, marked with the reader's own
 * `tag`. keeps: mailbox, until xy__pubsub_leave(). Not while it has joined. Returns true when the
 * topic is live: what is published from now on arrives. Else a mail says when it has become so. */
bool xy__pubsub_join(xy_pubsub *ps, xy_str name, xy_mailbox *mailbox, uint32_t tag);

/* No more of them; the last mailbox ends the topic. */
void xy__pubsub_leave(xy_pubsub *ps, xy_str name, xy_mailbox *mailbox);

/* Open a mailbox under this broker's limit, counted in its gauge; as xy__mailbox_open(). */
void xy__pubsub_open_mailbox(xy_pubsub *ps, xy_mailbox *mailbox, xy_loop *loop,
                             xy_on_mail *on_mail);

#endif
