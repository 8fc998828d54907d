/* SPDX-License-Identifier: MIT */
/* http/parts.h -- the insides of server, connection, exchange and sink, for this room only.
 *
 *   server 1 --- n connection [ timeout | exchange [ sink ] ]
 *
 * A connection waits for its client, with a timeout, or works for it, with an exchange, from a
 * request's last byte to its response's last: never both, so they share their place. A parser it
 * has only while a request is being read, and more than one range to send only while its reader
 * is slow. An idle stream thus is this struct and a socket, and nothing else. */
#ifndef XY_HTTP_PARTS_H
#define XY_HTTP_PARTS_H

#include "base/buf.h"
#include "base/vec.h"
#include "http/h1.h"
#include "http/outbox.h"
#include "http/poller.h"
#include "http/response.h"
#include "http/ring.h"
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

struct xy_sink {
    uint32_t high;
    uint32_t budget;
    const xy_sink_events *events; /* NULL: nobody listens */
    void *arg;
};

struct xy_exchange {
    bool streaming : 1;
    bool stopping : 1; /* on_stop is being called: ending it now has no effect */
    bool unread : 1;   /* a stream that has no client: on_stop is due at the end of this turn */
    bool full : 1;     /* its sink's on_ready is owed */
    bool is_head : 1;  /* of a HEAD request: the body is not sent */
    bool http10 : 1;
    bool keep_alive : 1;
    bool kept : 1; /* the request is ours… */
    uint8_t kept_parts;
    union {
        xy_sink sink; /* when it is streaming */
        struct {
            xy_exchange_fn *on_stop;
            void *stop_arg;
            xy_bytes *more_headers; /* lines for the head of the response; NULL: none */
        };
    };
    union {
        const xy_request *request; /* …or the parser's, or an empty one */
        xy_request *own;
    };
};

/* What a delivery touches lies side by side: from `server` to the sink. */
struct xy_connection {
    xy_link link; /* in server->connections */
    xy_h1 *h1;    /* HEAD, BODY, behind half an empty line, and for the handler */
    xy_ahead *ahead;
    xy_http_server *server;
    xy_outbox outbox;
    int fd;
    uint32_t batch;       /* requests parsed since the last flush */
    uint32_t linger_left; /* bytes that may still be read and dropped */
    uint8_t state;        /* xy_connection_state; moved by xy__connection_go() alone */
    uint8_t interest;     /* EPOLLIN, EPOLLOUT: what the poller knows */
    bool dirty : 1;       /* in one of the queues of the server */
    bool serving : 1;     /* its exchange is not over, though the client may have gone */
    bool reading : 1;
    bool blocked : 1;     /* the kernel takes no more at present */
    bool eof : 1;         /* the client has closed its side */
    bool close_after : 1; /* no request after this one */
    bool refused : 1;     /* …because it was not understood: what follows is not a request */
    bool capped : 1;      /* its SO_SNDBUF */
    union {
        xy_timeout timeout;
        xy_exchange exchange; /* WORK, STREAM; in CLOSED while it is serving */
    };
};

/* A frame that is written to many clients lies in a slab, so that what a client gets of one turn
 * of the loop is one range of it. */
typedef struct xy_frames {
    xy_slab slab;
    xy_bytes *last; /* a reference; NULL: none */
    size_t last_at; /* where it lies */
} xy_frames;

/* Connections with something to write or to read on, and dead ones, in the order in which they
 * became so. */
typedef XY_VEC(xy_connection *) xy_flush_queue;

struct xy_http_server {
    xy_loop *loop;
    xy_http_options options;
    xy_h1_limits limits;
    xy_poller poller;
    int listener; /* -1: none */
    int spare_fd; /* given up for a moment when there are no more */
    bool has_listened;
    bool draining;
    bool closing;
    bool finished; /* nothing of the loop's is used any more */
    bool closed;   /* on_closed has been called; freed with the last exchange */
    xy_link connections;
    size_t connection_count;
    size_t connection_peak; /* since memory was given back */
    size_t state_counts[XY_CONNECTION_STATES];
    size_t exchange_count; /* not answered yet, with or without a client */
    xy_timeouts timeouts[XY_TIMEOUT_KINDS];
    xy_flush_queue answers;      /* in WRITE: they leave first… */
    xy_flush_queue others;       /* …so that who publishes may go on while many are written to */
    const xy_exchange *handling; /* its handler is being called */
    xy_task flush;
    xy_task end; /* tells that the drain is over, or closes */
    xy_timer deadline;
    xy_timer grace; /* of a drain: for those who have connected and not asked */
    xy_http_server_fn *on_drained;
    void *drained_arg;
    xy_http_server_fn *on_closed;
    void *closed_arg;
    xy_h1 *spare_h1;
    xy_slab slab;
    xy_frames frames;
    xy_ring *ring; /* NULL: sends are plain */
    xy_date date;
    uint64_t accepted;
    uint64_t requests;
    uint64_t refused;
    uint64_t shed;
    char read_buf[XY_READ_MAX];
};

/* What a delivery touches is soon needed. */
static inline void xy__connection_prefetch(const xy_connection *connection)
{
    __builtin_prefetch(&connection->server, 1);
    __builtin_prefetch(&connection->exchange, 1);
}

static inline xy_connection *xy__connection_of(xy_exchange *exchange)
{
    return XY_CONTAINER(exchange, xy_connection, exchange);
}

#endif
