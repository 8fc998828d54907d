/* SPDX-License-Identifier: MIT */
/* http/server.h -- the HTTP side of one worker: a listener, its connections, and their end.
 *
 *   create --listen--> open --drain--> draining --last one gone, on_drained--> --close--> freed
 *
 * All calls and callbacks on the loop's thread. */
#ifndef XY_HTTP_SERVER_H
#define XY_HTTP_SERVER_H

#include "base/loop.h"
#include "http/options.h"

typedef struct xy_http_server xy_http_server;
typedef void xy_http_server_fn(xy_http_server *server, void *arg);

/* Where to listen. */
typedef struct xy_http_address {
    xy_str host;     /* an IP address; null: 127.0.0.1 */
    uint16_t port;   /* 0: the system chooses */
    bool reuse_port; /* SO_REUSEPORT: several workers on one port, the kernel spreads connections */
    int backlog;     /* 0: 511 */
} xy_http_address;

/* Figures of one server, for health pages and tests. */
typedef struct xy_http_stats {
    size_t connections; /* open now */
    size_t streams;     /* open now */
    size_t idle;        /* connections without a request */
    size_t queued;      /* bytes that wait for readers */
    uint64_t accepted;  /* ever */
    uint64_t requests;  /* ever given to the handler */
    uint64_t refused;   /* ever answered with a protocol error */
    uint64_t shed;      /* connections ever closed because of connections_max */
} xy_http_stats;

/* A server on `loop`. keeps: loop, until on_closed. gives: the server; end it with
 * xy__http_server_close(). */
xy_http_server *xy__http_server_create(xy_loop *loop, const xy_http_options *options);

/* Listen on an address; once for a server, but a failed attempt does not count. Returns XY_OK,
 * XY_EINVAL (no such address), XY_EINUSE, XY_EACCESS or XY_EIO. */
int xy__http_server_listen(xy_http_server *server, const xy_http_address *address);

/* Listen on a bound TCP socket. takes: fd, on success. Returns XY_OK, XY_EINVAL or XY_EIO. */
int xy__http_server_listen_fd(xy_http_server *server, int fd);

/* Serve a connected socket (socketpair or TCP) as if it had been accepted. takes: fd, on
 * success. Returns XY_OK, XY_ELIMIT (connections_max) or XY_EINVAL. */
int xy__http_server_adopt(xy_http_server *server, int fd);

/* The port that is listened on; 0 when none. */
uint16_t xy__http_server_port(const xy_http_server *server);

/* Accept who has connected already, and then no more; close idle connections, but leave a
 * second to those that have not asked anything yet; let requests in progress be answered, with
 * "Connection: close". Streams go on until their owner ends them. After `deadline_ms` (0: no
 * deadline) what is left is cut, with on_stop. Then `on_drained` is called once, never from
 * within this call (NULL: nobody). keeps: arg, until then. */
void xy__http_server_drain(xy_http_server *server, uint64_t deadline_ms,
                           xy_http_server_fn *on_drained, void *arg);

/* Cut what is left (on_stop is called for it) and free the server; then call on_closed (NULL:
 * nobody), never from within this call. takes: server. An exchange or sink that has no on_stop
 * may still be answered or ended, to no effect. */
void xy__http_server_close(xy_http_server *server, xy_http_server_fn *on_closed, void *arg);

xy_http_stats xy__http_server_stats(const xy_http_server *server);
const xy_http_options *xy__http_server_options(const xy_http_server *server);

/* What the server was created on. */
xy_loop *xy__http_server_loop(const xy_http_server *server);

#endif
