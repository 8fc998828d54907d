/* SPDX-License-Identifier: MIT */
#include "server/worker.h"

void xy_app_gauges(xy_app *app, xy_gauges *out)
{
    xy_realtime_figures realtime = xy__gauges_read(xy__pubsub_gauges(app->pubsub));
    xy_pool_figures pool = xy__pool_read(app->pool);
    xy_store_state store = xy__store_state(xy__pubsub_store(app->pubsub));
    xy_cache_figures documents = xy__document_cache_read(app->shared.documents);

    *out = (xy_gauges){
        .subscriptions = realtime.subscriptions,
        .topics = realtime.topics,
        .live_queries = realtime.live_queries,
        .live_groups = realtime.live_groups,
        .live_keys = realtime.live_keys,
        .invalidations = realtime.invalidations,
        .live_runs = realtime.live_runs,
        .live_equal = realtime.live_equal,
        .live_results = realtime.live_results,
        .live_superseded = realtime.live_superseded,
        .queue_bytes = realtime.waiting_bytes + realtime.mailbox_bytes +
                       xy__reservations_queued(app->shared.reservations),
        .works_queued = pool.queued,
        .works_running = pool.running,
        .works = pool.ended,
        .works_refused = pool.refused,
        .published = realtime.published,
        .delivered = realtime.delivered,
        .dropped = realtime.dropped + realtime.refused,
        .gaps = realtime.gaps,
        .store_shared = store != XY_STORE_LOCAL,
        .store_up = store != XY_STORE_DISCONNECTED,
        .store_connects = realtime.store_connects,
        .store_losses = realtime.store_losses,
        .store_waiting = realtime.store_waiting,
        .unpublished = realtime.unpublished,
        .malformed_messages = realtime.malformed_messages,
        .overflows = realtime.overflows,
        .document_hits = documents.hits,
        .document_misses = documents.misses,
        .document_entries = documents.entries,
        .document_bytes = documents.bytes,
        .document_evictions = documents.evicted,
    };
    for (size_t i = 0; i < app->worker_count; i++)
        xy__worker_count(&app->workers[i], out);
}
