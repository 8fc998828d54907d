/* SPDX-License-Identifier: MIT */
/* server/app.h -- the inside of the application handle: what all workers of a process share. */
#ifndef XY_SERVER_APP_H
#define XY_SERVER_APP_H

#include "xylem/server.h"

#include "realtime/live.h"
#include "realtime/pubsub.h"
#include "serve/shared.h"

struct xy_app {
    const xy_server_config *config;
    xy_pubsub *pubsub;
    xy_invalidations *invalidations;
    xy_live_options live_options;
    xy_pool *pool; /* that blocking resolvers run on */
    xy_shared shared;
    xy_metrics_board metrics;
    struct xy_worker *workers;
    size_t worker_count;
};

/* keeps: config, until xy__app_deinit(). Returns 0, or as xy__shared_init(). */
int xy__app_init(xy_app *app, const xy_server_config *config);

/* Every worker must be gone. */
void xy__app_deinit(xy_app *app);

#endif
