/* SPDX-License-Identifier: MIT */
/* http/parts.h -- the insides of server, connection, exchange and sink, for this room only.
 *
 *   server 1 --- n connection 1 --- 0..1 exchange (with its sink)
 *
 * A connection has an exchange from a request's last byte to its response's last. A parser it
 * has only while a request is being read, and a queue only while something waits: an idle
 * connection or stream is its struct and nothing else. */
#ifndef XY_HTTP_PARTS_H
#define XY_HTTP_PARTS_H

#include "base/buf.h"
#include "http/h1.h"
#include "http/outbox.h"
#include "http/response.h"
#include "http/server.h"
#include "http/timeouts.h"

/* What one read can bring; shared by all connections of a server. */
#define XY_READ_MAX ((size_t)64 * 1024)

typedef struct xy_connection xy_connection;

/* Drawn in connection.c. */
typedef enum xy_connection_state {
    XY_CONNECTION_NEW,
    XY_CONNECTION_IDLE,
    XY_CONNECTION_HEAD,
    XY_CONNECTION_BODY,
    XY_CONNECTION_WORK,
    XY_CONNECTION_STREAM,
    XY_CONNECTION_WRITE,
    XY_CONNECTION_LINGER,
    XY_CONNECTION_CLOSED,
    XY_CONNECTION_STATES,
} xy_connection_state;

typedef enum xy_timeout_kind {
    XY_TIMEOUT_HEAD,
    XY_TIMEOUT_BODY,
    XY_TIMEOUT_IDLE,
    XY_TIMEOUT_WRITE,
    XY_TIMEOUT_LINGER,
    XY_TIMEOUT_KINDS,
} xy_timeout_kind;

/* Bytes that came while a request was in progress. */
typedef struct xy_ahead {
    xy_buf buf;
    size_t from; /* what is before it has been parsed */
} xy_ahead;

/* A write that the kernel could not take at once. */
typedef struct xy_pending_write {
    uv_write_t req;
    size_t len;
} xy_pending_write;

struct xy_connection {
    uv_tcp_t tcp;
    xy_http_server *server;
    xy_link link;       /* in server->connections */
    xy_link dirty_link; /* in server->dirty */
    xy_timeout timeout;
    xy_exchange *exchange; /* WORK, STREAM */
    xy_h1 *h1;             /* HEAD, BODY, behind half an empty line, and for the handler */
    xy_ahead *ahead;
    xy_outbox outbox;
    xy_pending_write *writing;
    size_t linger_left; /* bytes that may still be read and dropped */
    uint32_t batch;     /* requests parsed since the last flush */
    uint8_t state;      /* xy_connection_state; moved by xy__connection_go() alone */
    bool reading;
    bool eof;         /* the client has closed its side */
    bool close_after; /* no request after this one */
    bool refused;     /* …because it was not understood: what follows is not a request */
    bool capped;      /* its SO_SNDBUF */
};

struct xy_sink {
    xy_sink_events events;
    size_t high;
    size_t budget;
    bool full; /* on_ready is owed */
};

struct xy_exchange {
    xy_connection *connection; /* NULL: the client has gone */
    xy_http_server *server;
    const xy_request *request; /* the parser's, `kept`, or an empty one */
    xy_request *kept;
    xy_bytes *more_headers; /* lines for the head of the response; NULL: none */
    void *data;
    xy_exchange_fn *on_stop;
    void *stop_arg;
    xy_link gone_link; /* in server->gone: of a stream that nobody will read */
    xy_sink sink;
    unsigned kept_parts;
    bool streaming;
    bool stopping; /* on_stop is being called: ending it now has no effect */
    bool is_head;  /* of a HEAD request: the body is not sent */
    bool http10;
    bool keep_alive;
};

struct xy_http_server {
    xy_loop *loop;
    xy_http_options options;
    xy_h1_limits limits;
    uv_tcp_t listener;
    bool listening;
    bool has_listened;
    bool draining;
    bool closing;
    xy_link connections;
    size_t connection_count;
    size_t state_counts[XY_CONNECTION_STATES];
    size_t handle_count;   /* not closed by the loop yet */
    size_t exchange_count; /* not answered yet, with or without a client */
    xy_timeouts timeouts[XY_TIMEOUT_KINDS];
    xy_link dirty; /* connections with something to write or to read on */
    xy_link gone;
    const xy_exchange *handling; /* its handler is being called */
    xy_task flush;
    xy_task end; /* tells that the drain is over, or closes */
    xy_timer deadline;
    xy_http_server_fn *on_drained;
    void *drained_arg;
    xy_http_server_fn *on_closed;
    void *closed_arg;
    bool closed; /* on_closed has been called; freed with the last exchange */
    xy_pool exchanges;
    xy_pool outboxes;
    xy_h1 *spare_h1;
    xy_slab slab;
    xy_date date;
    uint64_t accepted;
    uint64_t requests;
    uint64_t refused;
    uint64_t shed;
    char read_buf[XY_READ_MAX];
};

#endif
