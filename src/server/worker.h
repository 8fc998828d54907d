/* SPDX-License-Identifier: MIT */
/* server/worker.h -- one event loop on one thread, with its listener, hub and service. */
#ifndef XY_SERVER_WORKER_H
#define XY_SERVER_WORKER_H

#include "base/loop.h"
#include "http/server.h"
#include "realtime/hub.h"
#include "serve/service.h"
#include "server/app.h"

typedef enum xy_worker_state {
    XY_WORKER_NEW,
    XY_WORKER_SERVING,
    XY_WORKER_DRAINING,
    XY_WORKER_CLOSING,
    XY_WORKER_DONE,
    XY_WORKER_STATES,
} xy_worker_state;

/* What a worker tells other threads of itself, once a turn. */
typedef enum xy_figure {
    XY_FIGURE_CONNECTIONS,
    XY_FIGURE_STREAMS,
    XY_FIGURE_QUEUE_BYTES,
    XY_FIGURE_ACCEPTED,
    XY_FIGURE_SHED,
    XY_FIGURE_REQUESTS,
    XY_FIGURE_MALFORMED,
    XY_FIGURE_RUNS,
    XY_FIGURE_PROMISES,
    XY_FIGURE_BATCHES,
    XY_FIGURE_BATCH_KEYS,
    XY_FIGURE_COUNT,
} xy_figure;

typedef struct xy_worker {
    xy_app *app;
    int fd; /* listening; taken by the http server */
    xy_worker_state state;
    xy_loop loop;
    xy_hub *hub;
    xy_live *live;
    xy_service *service;
    xy_http_server *http;
    xy_task stop; /* posted by xy__worker_stop() */
    xy_task cut;  /* posted by xy__worker_cut() */
    uv_prepare_t before_wait;
    _Atomic uint64_t figures[XY_FIGURE_COUNT];
    uv_thread_t thread;
    void (*on_done)(struct xy_worker *worker);
} xy_worker;

/* Prepare a worker that will serve `fd`. takes: fd. keeps: app, until the worker is done. */
void xy__worker_init(xy_worker *worker, xy_app *app, int fd);

/* Frees the loop. The worker must be done. */
void xy__worker_deinit(xy_worker *worker);

/* Set up on this thread, serve, return when the worker is done. */
void xy__worker_run(xy_worker *worker);

/* Ask the worker to drain; from any thread, once. */
void xy__worker_stop(xy_worker *worker);

/* Cut what is left of a worker that was asked to drain; from any thread, once. */
void xy__worker_cut(xy_worker *worker);

/* Add this worker's figures. From any thread. */
void xy__worker_count(xy_worker *worker, xy_gauges *gauges);

#endif
