/* SPDX-License-Identifier: MIT */
/* realtime/subscription.h -- one client's subscription: the events of its source, each executed
 * as the client's own identity, one after another, into an outlet.
 *
 * An event of a topic is executed once for all whose runs would be equal (feed.h).
 *
 * Spec 6.2.3 Subscription. It ends by itself, when its source has ended or failed or its client
 * has gone, and then takes away all that it held. Loop's thread only. */
#ifndef XY_REALTIME_SUBSCRIPTION_H
#define XY_REALTIME_SUBSCRIPTION_H

#include "execution/exec.h"
#include "realtime/event_queue.h"
#include "realtime/hub.h"
#include "realtime/terms.h"

/* Topics of one subscription. */
#define XY_SUBSCRIPTION_TOPICS_MAX ((size_t)1024)

/* extensions.code of the error that ends a subscription whose client is too slow. */
#define XY_SLOW_CLIENT_CODE "CLIENT_TOO_SLOW"

typedef struct xy_subscription xy_subscription;

/* Open the source stream of `operation`, a prepared subscription that other clients may have, too,
 * as `identity` (NULL: anonymous), and put a result into `outlet` for each of its events. Nothing
 * is put before this has returned. What the opener allocates with xy_new() lives until then.
 *
 * An outlet that says XY_EFULL gets nothing more before its on_ready, but for the error that ends
 * the subscription; events wait meanwhile, and over their limits the policy says what happens. A
 * source that cannot be opened, that fails, and a client that is too slow are told by one result
 * with "errors" and no "data", flagged XY_PUT_LAST; then comes the end.
 *
 * Who says by options->last_event_id where it was gets what is kept after that event of a durable
 * topic; or is told first, by a result without data, that nobody knows it any more. On a durable
 * topic alone nobody is too slow: he reads again what he was not fast enough for.
 *
 * shares: operation, identity. takes: outlet, until it is ended or its on_stop was called. Returns
 * the subscription, which is valid as long as the outlet is taken. */
xy_subscription *xy__subscription_open(xy_hub *hub, xy_operation *operation, xy_identity *identity,
                                       xy_outlet *outlet, const xy_subscription_options *options);

/* As if the source had ended: what waits is delivered, then comes the end. For a server that
 * stops. */
void xy__subscription_end(xy_subscription *subscription);

/* How many events wait to be executed for its client, alone or with its equals. */
size_t xy__subscription_waiting(const xy_subscription *subscription);

#endif
