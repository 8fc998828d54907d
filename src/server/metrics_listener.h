/* SPDX-License-Identifier: MIT */
/* server/metrics_listener.h -- metrics on a port of their own, for those who may see them only.
 *
 * A small HTTP server beside the first worker's, on its loop. It ends when the drain begins, so
 * that the process that comes next can have the port. */
#ifndef XY_SERVER_METRICS_LISTENER_H
#define XY_SERVER_METRICS_LISTENER_H

#include "http/server.h"
#include "server/app.h"

/* All zero: not open. */
typedef struct xy_metrics_listener {
    xy_app *app;
    xy_http_server *http;
} xy_metrics_listener;

/* Serve the metrics of `app` at its config's metrics_path on `fd`, which is bound. takes: fd.
 * keeps: listener, app, until the loop has run after xy__metrics_listener_close(). */
void xy__metrics_listener_open(xy_metrics_listener *listener, xy_app *app, xy_loop *loop, int fd);

/* Cut what is left, and end. Harmless when it is not open. Loop's thread. */
void xy__metrics_listener_close(xy_metrics_listener *listener);

#endif
