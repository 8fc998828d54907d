/* SPDX-License-Identifier: MIT */
/* server/server.c -- a process: listen, start the workers, wait for a signal, end in order.
 *
 * The first worker runs on the calling thread and owns the signals. SIGTERM or SIGINT lets all
 * workers drain; a second one cuts what is left. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "server/listener.h"
#include "server/metrics_listener.h"
#include "server/worker.h"

#define PORT_OPTION "--port"

typedef struct xy_server {
    xy_app app;
    xy_worker *workers;
    size_t worker_count;
    uv_signal_t signals[2];
    unsigned signals_seen;
    xy_metrics_listener metrics; /* on the first worker's loop */
} xy_server;

/* The sockets of a process. */
typedef struct sockets {
    uint16_t port;
    uint16_t metrics_port;
    int fds[XY_WORKERS_MAX];
    int metrics_fd; /* -1: metrics have no port of their own */
} sockets;

static void on_signal(uv_signal_t *handle, int number)
{
    xy_server *server = handle->data;

    if (server->signals_seen >= 2)
        return;
    server->signals_seen++;
    xy_log(XY_LOG_INFO, "server", server->signals_seen == 1 ? "stopping" : "stopping at once",
           XY_LOG_CSTR("signal", strsignal(number)));
    xy__metrics_listener_close(&server->metrics);
    for (size_t i = 0; i < server->worker_count; i++) {
        if (server->signals_seen == 1) {
            xy__worker_stop(&server->workers[i]);
        } else {
            xy__worker_cut(&server->workers[i]);
        }
    }
}

static void watch_signals(xy_server *server)
{
    static const int numbers[2] = {SIGTERM, SIGINT};

    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 2; i++) {
        uv_signal_init(&server->workers[0].loop.uv, &server->signals[i]);
        server->signals[i].data = server;
        uv_signal_start(&server->signals[i], on_signal, numbers[i]);
    }
}

static void on_first_done(xy_worker *worker)
{
    xy_server *server = XY_CONTAINER(worker->app, xy_server, app);

    for (size_t i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&server->signals[i], NULL);
}

static void run_thread(void *arg)
{
    xy__worker_run(arg);
}

static void announce(const xy_server_config *config, const sockets *listening)
{
    bool ipv6 = strchr(config->host, ':') != NULL;
    const char *left = ipv6 ? "[" : "";
    const char *right = ipv6 ? "]" : "";

    printf("listening on http://%s%s%s:%u%s\n", left, config->host, right, listening->port,
           config->path);
    if (listening->metrics_fd >= 0)
        printf("metrics on http://%s%s%s:%u%s\n", left, config->host, right,
               listening->metrics_port, config->metrics_path);
    fflush(stdout);
}

static void serve(xy_server *server, const sockets *listening)
{
    server->workers = xy__zalloc(server->worker_count * sizeof *server->workers);
    for (size_t i = 0; i < server->worker_count; i++)
        xy__worker_init(&server->workers[i], &server->app, listening->fds[i]);
    server->app.workers = server->workers;
    server->app.worker_count = server->worker_count;
    server->workers[0].on_done = on_first_done;
    /* Whoever reads where it listens may tell it to stop at once. */
    watch_signals(server);
    announce(server->app.config, listening);
    if (listening->metrics_fd >= 0)
        xy__metrics_listener_open(&server->metrics, &server->app, &server->workers[0].loop,
                                  listening->metrics_fd);
    for (size_t i = 1; i < server->worker_count; i++)
        XY_ASSERT(uv_thread_create(&server->workers[i].thread, run_thread, &server->workers[i]) ==
                  0);
    xy__worker_run(&server->workers[0]);
    for (size_t i = 1; i < server->worker_count; i++)
        uv_thread_join(&server->workers[i].thread);
    for (size_t i = 0; i < server->worker_count; i++)
        xy__worker_deinit(&server->workers[i]);
    free(server->workers);
}

/* ---- listening ---- */

/* Say why it is not possible to listen there, and which option chooses another port. */
static int refuse(const char *host, unsigned port, const char *option, int rc)
{
    switch (rc) {
    case XY_EINUSE:
        fprintf(stderr,
                "cannot listen on %s port %u: it is in use. Stop the other program, or choose "
                "another port with %s%s\n",
                host, port, option,
                strcmp(option, PORT_OPTION) == 0
                    ? "; processes share a port when each of them is given --reuse-port"
                    : "");
        break;
    case XY_EACCESS:
        fprintf(stderr,
                "cannot listen on %s port %u: not permitted. Ports below 1024 belong to root\n",
                host, port);
        break;
    case XY_EINVAL:
        fprintf(stderr, "cannot listen on %s: it is no address of this machine\n", host);
        break;
    default:
        fprintf(stderr, "cannot listen on %s port %u: %s\n", host, port, xy_err_text(rc));
    }
    return rc;
}

static void close_sockets(const sockets *listening, size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(listening->fds[i]);
    if (listening->metrics_fd >= 0)
        close(listening->metrics_fd);
}

/* gives: *out, on success. */
static int open_sockets(const xy_server_config *config, size_t count, sockets *out)
{
    bool own_port = config->metrics_path && config->metrics_port;
    int rc;

    *out = (sockets){.port = config->port, .metrics_port = config->metrics_port, .metrics_fd = -1};
    rc = xy__listeners_open(config->host, &out->port, config->reuse_port, out->fds, count);
    if (rc < 0)
        return refuse(config->host, config->port, PORT_OPTION, rc);
    /* Whose metrics it is that are read must not be left to the kernel: that port is not shared. */
    if (own_port)
        rc = xy__listeners_open(config->host, &out->metrics_port, false, &out->metrics_fd, 1);
    if (rc == XY_OK)
        return XY_OK;
    close_sockets(out, count);
    return refuse(config->host, config->metrics_port, "--metrics-port", rc);
}

static size_t worker_count(const xy_server_config *config)
{
    unsigned count = config->workers ? config->workers : uv_available_parallelism();

    return count > XY_WORKERS_MAX ? XY_WORKERS_MAX : count;
}

int xy_server_run(const xy_server_config *config)
{
    xy_server server = {.worker_count = worker_count(config)};
    sockets listening;
    int rc;

    if (!config->schema || !config->host || !config->path || config->path[0] != '/') {
        fprintf(stderr, "a server needs a schema, a host, and a path that begins with '/'\n");
        return XY_EINVAL;
    }
    if (!config->limits.subscription_events_max || !config->limits.connections_max) {
        fprintf(stderr, "subscription_events_max and connections_max must be at least 1\n");
        return XY_EINVAL;
    }
    if (!config->blocking_threads) {
        fprintf(stderr, "blocking_threads must be at least 1\n");
        return XY_EINVAL;
    }
    if (config->metrics_path && config->metrics_path[0] != '/') {
        fprintf(stderr, "metrics_path must begin with '/', or be NULL\n");
        return XY_EINVAL;
    }
    rc = open_sockets(config, server.worker_count, &listening);
    if (rc < 0)
        return rc;
    rc = xy__app_init(&server.app, config);
    if (rc == XY_OK) {
        serve(&server, &listening);
    } else {
        close_sockets(&listening, server.worker_count);
    }
    xy__app_deinit(&server.app);
    return rc;
}
