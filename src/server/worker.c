/* SPDX-License-Identifier: MIT */
/* server/worker.c -- the life of a worker.
 *
 *   NEW --run--> SERVING --stop--> DRAINING --drained or cut--> CLOSING --closed--> DONE
 *
 * Invariants
 *   1. Everything of a worker but its figures and its stop task is touched by its own thread only.
 *   2. Exchanges and streams end before the service, the service before the hub.
 *
 * Read next: serve/service.h (what answers a request), server/server.c (who starts workers). */
#include "server/worker.h"

#include "base/fatal.h"
#include "execution/work.h"

#define BIT(s) (1u << (s))

static const uint8_t worker_may_go[XY_WORKER_STATES] = {
    [XY_WORKER_NEW] = BIT(XY_WORKER_SERVING),
    [XY_WORKER_SERVING] = BIT(XY_WORKER_DRAINING),
    [XY_WORKER_DRAINING] = BIT(XY_WORKER_CLOSING),
    [XY_WORKER_CLOSING] = BIT(XY_WORKER_DONE),
    [XY_WORKER_DONE] = 0,
};

static void worker_go(xy_worker *worker, xy_worker_state to)
{
    XY_ASSERT(to < XY_WORKER_STATES);
    XY_ASSERT(worker_may_go[worker->state] & BIT(to));
    worker->state = to;
}

/* No work is out: nothing of the worker is needed any more. */
static void on_idle(void *arg)
{
    xy_worker *worker = arg;
    const xy_server_config *config = worker->app->config;

    xy__service_destroy(worker->service);
    worker->service = NULL;
    xy__live_destroy(worker->live);
    worker->live = NULL;
    xy__hub_destroy(worker->hub);
    worker->hub = NULL;
    uv_close((uv_handle_t *)&worker->before_wait, NULL);
    if (config->on_worker_end)
        config->on_worker_end(worker->app, &worker->loop.uv);
    worker_go(worker, XY_WORKER_DONE);
    if (worker->on_done)
        worker->on_done(worker);
}

/* All clients have gone, so all works are cancelled; those that run go on to their end. */
static void on_closed(xy_http_server *http, void *arg)
{
    xy_worker *worker = arg;

    (void)http;
    worker->http = NULL;
    xy__works_end(&worker->service->executor, on_idle, worker);
}

static void close_now(xy_worker *worker)
{
    worker_go(worker, XY_WORKER_CLOSING);
    xy__http_server_close(worker->http, on_closed, worker);
}

static void on_drained(xy_http_server *http, void *arg)
{
    xy_worker *worker = arg;

    (void)http;
    if (worker->state == XY_WORKER_DRAINING)
        close_now(worker);
}

static void on_stop(xy_task *task)
{
    xy_worker *worker = XY_CONTAINER(task, xy_worker, stop);

    worker_go(worker, XY_WORKER_DRAINING);
    xy__service_drain(worker->service);
    xy__http_server_drain(worker->http, worker->app->config->drain_ms, on_drained, worker);
}

static void on_cut(xy_task *task)
{
    xy_worker *worker = XY_CONTAINER(task, xy_worker, cut);

    if (worker->state == XY_WORKER_DRAINING)
        close_now(worker);
}

static void set_figure(xy_worker *worker, xy_figure figure, uint64_t value)
{
    atomic_store_explicit(&worker->figures[figure], value, memory_order_relaxed);
}

static void on_before_wait(uv_prepare_t *handle)
{
    xy_worker *worker = handle->data;
    xy_http_stats http;

    if (!worker->http)
        return;
    http = xy__http_server_stats(worker->http);
    set_figure(worker, XY_FIGURE_CONNECTIONS, http.connections);
    set_figure(worker, XY_FIGURE_STREAMS, http.streams);
    set_figure(worker, XY_FIGURE_QUEUE_BYTES, http.queued);
    set_figure(worker, XY_FIGURE_ACCEPTED, http.accepted);
    set_figure(worker, XY_FIGURE_SHED, http.shed);
    set_figure(worker, XY_FIGURE_REQUESTS, http.requests);
    set_figure(worker, XY_FIGURE_MALFORMED, http.refused);
    set_figure(worker, XY_FIGURE_RUNS, worker->service->executor.gauges.runs);
    set_figure(worker, XY_FIGURE_PROMISES, worker->service->executor.gauges.promises);
    set_figure(worker, XY_FIGURE_BATCHES, worker->service->executor.gauges.batches);
    set_figure(worker, XY_FIGURE_BATCH_KEYS, worker->service->executor.gauges.batch_keys);
}

void xy__worker_init(xy_worker *worker, xy_app *app, int fd)
{
    *worker = (xy_worker){.app = app, .fd = fd, .stop = {.fn = on_stop}, .cut = {.fn = on_cut}};
    xy__loop_init(&worker->loop, XY_CLOCK_REAL);
}

void xy__worker_deinit(xy_worker *worker)
{
    XY_ASSERT(worker->state == XY_WORKER_DONE);
    xy__loop_deinit(&worker->loop);
}

static xy_http_options http_options(xy_worker *worker)
{
    const xy_limits *limits = &worker->app->config->limits;
    xy_http_options options;

    xy__http_options_init(&options);
    options.handler = xy__service_handle;
    options.arg = worker->service;
    options.head_max = limits->head_bytes_max;
    options.headers_max = limits->head_count_max;
    options.body_max = limits->body_bytes_max;
    options.head_timeout_ms = limits->head_timeout_ms;
    options.body_timeout_ms = limits->body_timeout_ms;
    options.idle_timeout_ms = limits->idle_timeout_ms;
    options.write_timeout_ms = limits->write_timeout_ms;
    options.connections_max = limits->connections_max;
    options.stream_budget = limits->stream_bytes_max;
    options.stream_high = limits->stream_bytes_max / 4;
    options.stream_sndbuf = (int)(limits->socket_send_bytes / 2); /* the kernel doubles it */
    options.io_uring = worker->app->config->io_uring;
    return options;
}

void xy__worker_run(xy_worker *worker)
{
    const xy_server_config *config = worker->app->config;
    xy_http_options options;

    worker->hub = xy__hub_create(worker->app->pubsub, &worker->loop);
    worker->live =
        xy__live_create(worker->app->invalidations, &worker->loop, &worker->app->live_options,
                        xy__pubsub_gauges(worker->app->pubsub));
    worker->service = xy__service_create(worker->app, config, &worker->loop, worker->hub,
                                         worker->live, &worker->app->shared);
    options = http_options(worker);
    worker->http = xy__http_server_create(&worker->loop, &options);
    uv_prepare_init(&worker->loop.uv, &worker->before_wait);
    worker->before_wait.data = worker;
    uv_prepare_start(&worker->before_wait, on_before_wait);
    uv_unref((uv_handle_t *)&worker->before_wait);
    if (config->on_worker)
        config->on_worker(worker->app, &worker->loop.uv);
    worker_go(worker, XY_WORKER_SERVING);
    XY_ASSERT(xy__http_server_listen_fd(worker->http, worker->fd) == XY_OK);
    xy__loop_run(&worker->loop);
    XY_ASSERT(worker->state == XY_WORKER_DONE);
}

/* A worker that is done already has closed nothing that a post needs: its loop lives until
 * xy__worker_deinit(), and runs what was posted there. */
void xy__worker_stop(xy_worker *worker)
{
    XY_ASSERT(xy__loop_post(&worker->loop, &worker->stop) == XY_OK);
}

void xy__worker_cut(xy_worker *worker)
{
    XY_ASSERT(xy__loop_post(&worker->loop, &worker->cut) == XY_OK);
}

void xy__worker_count(xy_worker *worker, xy_gauges *gauges)
{
    uint64_t figures[XY_FIGURE_COUNT];

    for (int i = 0; i < XY_FIGURE_COUNT; i++)
        figures[i] = atomic_load_explicit(&worker->figures[i], memory_order_relaxed);
    gauges->connections += figures[XY_FIGURE_CONNECTIONS];
    gauges->streams += figures[XY_FIGURE_STREAMS];
    gauges->queue_bytes += figures[XY_FIGURE_QUEUE_BYTES];
    gauges->accepted += figures[XY_FIGURE_ACCEPTED];
    gauges->shed += figures[XY_FIGURE_SHED];
    gauges->requests += figures[XY_FIGURE_REQUESTS];
    gauges->malformed += figures[XY_FIGURE_MALFORMED];
    gauges->runs += figures[XY_FIGURE_RUNS];
    gauges->promises += figures[XY_FIGURE_PROMISES];
    gauges->load_batches += figures[XY_FIGURE_BATCHES];
    gauges->load_keys += figures[XY_FIGURE_BATCH_KEYS];
}
