/* SPDX-License-Identifier: MIT */
#include "realtime/terms.h"

#include <stdlib.h>

#include "base/fatal.h"

static bool is_same(const xy_terms *terms, const xy_subscription_options *options,
                    const xy_source_stream_ops *source_ops)
{
    return terms->queue.events_max == options->queue.events_max &&
           terms->queue.bytes_max == options->queue.bytes_max &&
           terms->queue.overflow == options->queue.overflow && terms->env.ops == source_ops &&
           terms->env.event_bytes_max == options->event_bytes_max;
}

xy_terms *xy__terms_of(xy_hub *hub, const xy_subscription_options *options,
                       const xy_source_stream_ops *source_ops)
{
    xy_terms **first = xy__hub_terms(hub);
    xy_terms *terms = *first;

    while (terms && !is_same(terms, options, source_ops))
        terms = terms->next;
    if (!terms) {
        terms = xy__malloc(sizeof *terms);
        *terms = (xy_terms){
            .refs = 1, /* the hub's */
            .hub = hub,
            .queue = options->queue,
            .env = {source_ops, xy__hub_loop(hub), options->event_bytes_max},
            .gauges = xy__pubsub_gauges(xy__hub_pubsub(hub)),
            .next = *first,
        };
        *first = terms;
    }
    terms->refs++;
    return terms;
}

void xy__terms_unref(xy_terms *terms)
{
    if (--terms->refs == 0)
        free(terms);
}

void xy__terms_release(xy_terms *first)
{
    while (first) {
        xy_terms *terms = first;

        first = terms->next;
        xy__terms_unref(terms);
    }
}
