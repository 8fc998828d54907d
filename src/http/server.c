/* SPDX-License-Identifier: MIT */
/* http/server.c -- a worker's HTTP side as a whole: making it, draining it, ending it.
 *
 *   open --drain--> draining --last connection gone--> on_drained
 *     |                |
 *     +----close-------+--> closing --last handle closed--> on_closed --last exchange over--> freed
 *
 * Every callback to the owner comes from a task of the loop, never from within a call. */
#include "http/server.h"

#include <malloc.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/fatal.h"
#include "http/connection.h"

#define READ_AHEAD_MIN ((uint32_t)1024)

/* Room for so many connections stays when they are done with. */
#define QUEUE_KEEP ((size_t)1024)

/* Fewer clients do not hold enough to be worth the walk through the heap. */
#define TRIM_MIN ((size_t)1024)

/* How long a client of a server that drains may take between connecting and asking. */
#define DRAIN_GRACE_MS ((uint64_t)1000)

/* ---- the end of a turn ---- */

void xy__server_mark(xy_http_server *server, xy_connection *connection)
{
    bool answered = connection->state == XY_CONNECTION_WRITE;

    if (connection->dirty)
        return;
    connection->dirty = true;
    *xy_vec_push(NULL, answered ? &server->answers : &server->others) = connection;
    xy__loop_soon(server->loop, &server->flush);
}

/* A system call has pushed out of the cache what comes next: have it on the way in time. */
#define PREFETCH 2

/* What on the way is added is served, too. */
static void flush_queue(xy_http_server *server, xy_flush_queue *queue)
{
    for (size_t i = 0; i < queue->len; i++) {
        if (i % XY_RING_MAX == 0)
            xy__output_batch(server, queue->items + i,
                             queue->len - i < XY_RING_MAX ? queue->len - i : XY_RING_MAX);
        if (i + PREFETCH < queue->len)
            xy__connection_prefetch(queue->items[i + PREFETCH]);
        queue->items[i]->dirty = false;
        xy__connection_flush(queue->items[i]);
    }
    queue->len = 0;
    if (queue->cap > QUEUE_KEEP) {
        free(queue->items);
        *queue = (xy_flush_queue){0};
    }
}

/* When half of many clients have gone, their memory goes back to the system, too. The C library
 * would keep it: something small that is still in use, or waits in one of its caches, lies
 * behind almost every piece. */
static void give_back(xy_http_server *server)
{
    if (server->connection_peak < TRIM_MIN ||
        server->connection_count > server->connection_peak / 2)
        return;
    server->connection_peak = server->connection_count;
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

/* What this turn of the loop has gathered is written. */
static void on_flush(xy_task *task)
{
    xy_http_server *server = XY_CONTAINER(task, xy_http_server, flush);

    while (server->answers.len || server->others.len) {
        flush_queue(server, &server->answers);
        flush_queue(server, &server->others);
    }
    xy__output_forget_frame(server);
    give_back(server);
}

static void on_events(xy_poller *poller, void *what, uint32_t events)
{
    xy_http_server *server = XY_CONTAINER(poller, xy_http_server, poller);

    if (what == server) {
        (void)xy__listener_accept(server);
    } else {
        xy__connection_on_events(what, events);
    }
}

/* ---- tasks ---- */

static void cut_all(xy_http_server *server)
{
    while (!xy__list_empty(&server->connections))
        xy__connection_cut(XY_CONTAINER(server->connections.next, xy_connection, link));
}

/* Who has not asked anything yet has connected a moment ago: the request is on its way. */
static bool has_just_come(const xy_http_server *server, const xy_connection *connection)
{
    return connection->timeout.running_in == &server->timeouts[XY_TIMEOUT_HEAD];
}

/* Has it sent something that is not read yet? To close it now would be a reset. */
static bool has_input(const xy_connection *connection)
{
    char byte;

    return recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* Close the connections that wait for a request. */
static void cut_idle(xy_http_server *server, bool those_just_come)
{
    for (xy_link *link = server->connections.next; link != &server->connections;) {
        xy_connection *connection = XY_CONTAINER(link, xy_connection, link);

        link = link->next;
        if (connection->state == XY_CONNECTION_IDLE &&
            (those_just_come || !has_just_come(server, connection)) && !has_input(connection))
            xy__connection_cut(connection);
    }
}

static void on_grace_over(xy_timer *timer)
{
    cut_idle(XY_CONTAINER(timer, xy_http_server, grace), true);
}

static void on_deadline(xy_timer *timer)
{
    cut_all(XY_CONTAINER(timer, xy_http_server, deadline));
}

static void destroy(xy_http_server *server)
{
    xy__ring_destroy(server->ring);
    xy__h1_destroy(server->spare_h1);
    xy__slab_deinit(&server->slab);
    xy__slab_deinit(&server->frames.slab);
    free(server->answers.items);
    free(server->others.items);
    free(server);
}

/* No connection and no handle is left. */
static void on_poller_closed(uv_handle_t *handle)
{
    xy_http_server *server = XY_CONTAINER(handle, xy_http_server, poller.handle);

    on_flush(&server->flush);
    server->finished = true;
    xy__task_cancel(&server->flush);
    xy__task_cancel(&server->end);
    xy__timer_stop(server->loop, &server->deadline);
    xy__timer_stop(server->loop, &server->grace);
    for (size_t i = 0; i < XY_TIMEOUT_KINDS; i++)
        xy__timeouts_deinit(&server->timeouts[i]);
    if (server->on_closed)
        server->on_closed(server, server->closed_arg);
    server->closed = true;
    if (!server->exchange_count)
        destroy(server);
}

static void on_end(xy_task *task)
{
    xy_http_server *server = XY_CONTAINER(task, xy_http_server, end);
    xy_http_server_fn *on_drained = server->on_drained;

    if (server->closing) {
        cut_all(server);
        if (server->poller.fd >= 0)
            xy__poller_close(&server->poller, on_poller_closed);
        return;
    }
    if (!server->draining || server->connection_count)
        return;
    xy__timer_stop(server->loop, &server->deadline);
    xy__timer_stop(server->loop, &server->grace);
    server->on_drained = NULL;
    if (on_drained)
        on_drained(server, server->drained_arg);
}

/* ---- what connections tell ---- */

void xy__server_lost(xy_http_server *server)
{
    if (server->draining && !server->connection_count)
        xy__loop_soon(server->loop, &server->end);
}

void xy__server_exchange_over(xy_http_server *server)
{
    server->exchange_count--;
    if (server->closed && !server->exchange_count)
        destroy(server);
}

/* ---- the interface ---- */

static void init_timeouts(xy_http_server *server)
{
    const xy_http_options *options = &server->options;
    const uint64_t durations[XY_TIMEOUT_KINDS] = {
        [XY_TIMEOUT_HEAD] = options->head_timeout_ms,
        [XY_TIMEOUT_BODY] = options->body_timeout_ms,
        [XY_TIMEOUT_IDLE] = options->idle_timeout_ms,
        [XY_TIMEOUT_WRITE] = options->write_timeout_ms,
        [XY_TIMEOUT_LINGER] = options->linger_timeout_ms,
    };

    for (size_t i = 0; i < XY_TIMEOUT_KINDS; i++)
        xy__timeouts_init(&server->timeouts[i], server->loop, durations[i],
                          xy__connection_on_timeout);
}

xy_http_server *xy__http_server_create(xy_loop *loop, const xy_http_options *options)
{
    xy_http_server *server = xy__malloc(sizeof *server);

    XY_ASSERT(options->handler);
    XY_ASSERT(options->head_max <= XY_HEAD_MAX);
    /* The read buffer need not be cleared: its pages stay untouched until they are used. */
    memset(server, 0, offsetof(xy_http_server, read_buf));
    server->loop = loop;
    server->options = *options;
    if (server->options.read_ahead_max < READ_AHEAD_MIN)
        server->options.read_ahead_max = READ_AHEAD_MIN;
    server->limits = (xy_h1_limits){.head_max = options->head_max,
                                    .headers_max = options->headers_max,
                                    .body_max = options->body_max};
    xy__list_init(&server->connections);
    init_timeouts(server);
    xy__poller_open(&server->poller, loop, on_events);
    server->ring = options->io_uring ? xy__ring_create() : NULL;
    server->listener = -1;
    server->spare_fd = -1;
    server->flush.fn = on_flush;
    server->end.fn = on_end;
    server->deadline.fn = on_deadline;
    server->grace.fn = on_grace_over;
    return server;
}

void xy__http_server_drain(xy_http_server *server, uint64_t deadline_ms,
                           xy_http_server_fn *on_drained, void *arg)
{
    XY_ASSERT(!server->closing);
    server->draining = true;
    server->on_drained = on_drained;
    server->drained_arg = arg;
    xy__listener_drain(server);
    cut_idle(server, false);
    xy__timer_start(server->loop, &server->grace, DRAIN_GRACE_MS);
    if (deadline_ms)
        xy__timer_start(server->loop, &server->deadline, deadline_ms);
    xy__loop_soon(server->loop, &server->end);
}

void xy__http_server_close(xy_http_server *server, xy_http_server_fn *on_closed, void *arg)
{
    XY_ASSERT(!server->closing);
    server->closing = true;
    server->on_closed = on_closed;
    server->closed_arg = arg;
    xy__listener_close(server);
    xy__loop_soon(server->loop, &server->end);
}

xy_http_stats xy__http_server_stats(const xy_http_server *server)
{
    xy_http_stats stats = {.connections = server->connection_count,
                           .streams = server->state_counts[XY_CONNECTION_STREAM],
                           .idle = server->state_counts[XY_CONNECTION_IDLE],
                           .accepted = server->accepted,
                           .requests = server->requests,
                           .refused = server->refused,
                           .shed = server->shed};

    for (const xy_link *link = server->connections.next; link != &server->connections;
         link = link->next) {
        const xy_connection *connection =
            (const xy_connection *)(const void *)((const char *)link -
                                                  offsetof(xy_connection, link));

        stats.queued += xy__outbox_cost(&connection->outbox);
    }
    return stats;
}

const xy_http_options *xy__http_server_options(const xy_http_server *server)
{
    return &server->options;
}

xy_loop *xy__http_server_loop(const xy_http_server *server)
{
    return server->loop;
}
