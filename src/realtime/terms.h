/* SPDX-License-Identifier: MIT */
/* realtime/terms.h -- the terms on which a hub serves subscriptions, of which there may be very
 * many: one copy for all that have the same.
 *
 * Refcounted, because a source may be stopped after its hub has gone. Loop's thread only. */
#ifndef XY_REALTIME_TERMS_H
#define XY_REALTIME_TERMS_H

#include "execution/source_stream.h"
#include "realtime/event_queue.h"
#include "realtime/hub.h"

typedef struct xy_subscription_options {
    xy_event_queue_limits queue; /* events that wait while the outlet is full */
    size_t event_bytes_max;      /* an event that the source pushes */
    xy_str last_event_id;        /* after which its client wants to go on; empty: from now on */
} xy_subscription_options;

struct xy_terms {
    uint32_t refs;
    xy_hub *hub; /* not to be used once the last topic was left */
    xy_event_queue_limits queue;
    xy_source_env env;
    xy_realtime_gauges *gauges;
    xy_terms *next;
};

/* Those of `hub` with these options. gives: one reference. */
xy_terms *xy__terms_of(xy_hub *hub, const xy_subscription_options *options,
                       const xy_source_stream_ops *source_ops);

/* takes: one reference. */
void xy__terms_unref(xy_terms *terms);

/* The hub goes. takes: the references to `first` and all behind it. */
void xy__terms_release(xy_terms *first);

#endif
