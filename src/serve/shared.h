/* SPDX-License-Identifier: MIT */
/* serve/shared.h -- what the services of all workers of a process share. Each member may be used
 * from any thread; NULL is one that is switched off. */
#ifndef XY_SERVE_SHARED_H
#define XY_SERVE_SHARED_H

#include "xylem/server.h"

#include "base/pool.h"
#include "realtime/invalidations.h"
#include "realtime/pubsub.h"
#include "serve/document_cache.h"
#include "serve/metrics.h"
#include "serve/persisted.h"
#include "serve/playground.h"
#include "serve/reservations.h"
#include "serve/revocations.h"
#include "serve/secret.h"

typedef struct xy_streams_board xy_streams_board; /* serve/streams.h */

typedef struct xy_shared {
    xy_document_cache *documents;
    xy_persisted persisted;
    xy_playground *playground;
    xy_reservations *reservations;
    xy_secret secret;
    xy_streams_board *streams; /* where there is a secret */
    xy_revocations *revocations;
    /* Set by the owner after the init; they outlive this. */
    xy_metrics_board *metrics;
    xy_pubsub *pubsub;
    xy_invalidations *invalidations;
    xy_pool *pool; /* that blocking resolvers run on */
} xy_shared;

/* Make them as `config` says. keeps: config, until the deinit. Returns 0; XY_EINVAL after a message
 * on standard error when what the configuration names cannot be used. */
int xy__shared_init(xy_shared *shared, const xy_server_config *config);

/* No service may be left. */
void xy__shared_deinit(xy_shared *shared);

#endif
