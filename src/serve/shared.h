/* SPDX-License-Identifier: MIT */
/* serve/shared.h -- what the services of all workers of a process share. Each member may be used
 * from any thread; NULL is one that is switched off. */
#ifndef XY_SERVE_SHARED_H
#define XY_SERVE_SHARED_H

#include "xylem/server.h"

#include "serve/document_cache.h"
#include "serve/metrics.h"
#include "serve/persisted.h"
#include "serve/playground.h"
#include "serve/reservations.h"

typedef struct xy_shared {
    xy_document_cache *documents;
    xy_persisted persisted;
    xy_playground *playground;
    xy_reservations *reservations;
    xy_metrics_board *metrics; /* set by the owner after the init; outlives this */
} xy_shared;

/* Make them as `config` says. keeps: config, until the deinit. Returns 0; XY_EINVAL after a message
 * on standard error when what the configuration names cannot be used. */
int xy__shared_init(xy_shared *shared, const xy_server_config *config);

/* No service may be left. */
void xy__shared_deinit(xy_shared *shared);

#endif
