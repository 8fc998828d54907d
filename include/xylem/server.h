/* SPDX-License-Identifier: MIT */
/* xylem/server.h -- configure a server and run it: a program's main() in ten lines.
 *
 *   int main(int argc, char **argv)
 *   {
 *       xy_server_config config = xy_server_config_default();
 *       int code;
 *
 *       config.schema = schema;
 *       if (!xy_server_arguments(&config, argc, argv, &code))
 *           return code;
 *       return xy_server_run(&config);
 *   }
 */
#ifndef XYLEM_SERVER_H
#define XYLEM_SERVER_H

#include "xylem/app.h"

/* More event loops than this make no sense on any machine. */
#define XY_WORKERS_MAX 64u

/* What happens to a subscription whose client does not read fast enough, once its queue is full. */
typedef enum xy_overflow {
    XY_OVERFLOW_CLOSE, /* an error event, then the end: the client knows that it missed something */
    XY_OVERFLOW_DROP_OLDEST, /* the oldest waiting event is dropped and counted */
} xy_overflow;

/* May clients ask for the schema, by __schema and __type? */
typedef enum xy_introspection {
    XY_INTROSPECTION_IN_DEVELOPMENT, /* only when config.development */
    XY_INTROSPECTION_ON,
    XY_INTROSPECTION_OFF,
} xy_introspection;

/* Named limits. Every size is in bytes, every time in milliseconds; 0 switches a limit off where
 * the comment says so. */
typedef struct xy_limits {
    uint32_t head_bytes_max;   /* request line and headers; 16 KiB, else 431 */
    uint32_t head_count_max;   /* headers of a request; 100, else 431 */
    uint32_t body_bytes_max;   /* 1 MiB, else 413 */
    uint32_t head_timeout_ms;  /* 15,000, else 408 */
    uint32_t body_timeout_ms;  /* 30,000, else 408 */
    uint32_t idle_timeout_ms;  /* a kept connection without a request; 72,000 */
    uint32_t write_timeout_ms; /* an ordinary answer of which the client reads nothing; 60,000 */
    uint32_t connections_max;  /* per worker; 16,000: accepts no more until one goes */
    uint32_t tokens_max;       /* of a document; 1,000; 0: the parser's own bound */
    uint32_t depth_max;        /* nested selection sets and values of a document; 64 */
    /* What an operation may ask for; each can be 0: off. The figures are taken with the selections
     * of fragments in place of their spreads, before validation. Beyond: an error whose code is
     * OPERATION_TOO_COMPLEX, as it is beyond tokens_max and depth_max. */
    uint32_t operation_depth_max;      /* fields inside each other; 6. __schema does not count */
    uint32_t operation_aliases_max;    /* fields with an alias; 15 */
    uint32_t operation_directives_max; /* 50 */
    uint32_t operation_cost_max; /* 5,000: a leaf costs 1, an object 2 + 1.5 times its fields */
    /* A query, a mutation, the execution of one event; 30,000; 0: off. Beyond: an error whose code
     * is OPERATION_TIMEOUT, and everything that the operation waits for is stopped. */
    uint32_t operation_timeout_ms;
    /* Parsed and planned documents, and request bodies, that are kept for the next request with the
     * same; of the process; 64 MiB; 0: off. Those that are not used make room for others. */
    uint32_t document_cache_bytes_max;
    uint32_t operation_memory_max;    /* what one run may allocate; 64 MiB */
    uint32_t response_bytes_max;      /* one result; 16 MiB */
    uint32_t subscription_events_max; /* events waiting for one slow client; 1,024 */
    uint32_t subscription_bytes_max;  /* the same in bytes; 1 MiB */
    uint32_t stream_bytes_max;        /* framed output waiting for one slow client; 256 KiB */
    uint32_t socket_send_bytes;       /* the kernel's send buffer of a stream; 64 KiB */
    uint32_t event_bytes_max;         /* one published payload; 1 MiB */
    uint32_t mailbox_bytes_max;       /* published events on their way to one worker; 64 MiB */
} xy_limits;

/* What a process holds open now and has done so far, over all workers. */
typedef struct xy_gauges {
    uint64_t connections;        /* open now */
    uint64_t streams;            /* open event streams now */
    uint64_t subscriptions;      /* now */
    uint64_t topics;             /* that anybody listens to now */
    uint64_t runs;               /* executions in progress now */
    uint64_t promises;           /* of them, unresolved now */
    uint64_t queue_bytes;        /* waiting for clients that are slow to read, now */
    uint64_t requests;           /* ever */
    uint64_t published;          /* events, ever */
    uint64_t delivered;          /* events given to subscriptions, ever */
    uint64_t dropped;            /* events that a full queue refused or pushed out, ever */
    uint64_t document_hits;      /* requests whose document was found in the cache, ever */
    uint64_t document_misses;    /* requests whose document was not, ever */
    uint64_t document_entries;   /* documents and request bodies in the cache now */
    uint64_t document_bytes;     /* held by them now */
    uint64_t document_evictions; /* entries that made room for others, ever */
} xy_gauges;

/* Read the gauges. From any thread; figures of other workers are up to one turn of the loop old. */
XY_API void xy_app_gauges(xy_app *app, xy_gauges *out);

/* One more path which the server answers by GET, with JSON. `answer` runs on a worker's thread.
 * gives: the text, from malloc(); NULL is answered with 500. */
typedef struct xy_route {
    const char *path;
    char *(*answer)(xy_app *app);
} xy_route;

typedef struct xy_server_config {
    xy_schema *schema; /* bound and complete; the server does not destroy it */
    const char *host;  /* "127.0.0.1" */
    uint16_t port;     /* 8911; 0 lets the system choose */
    const char *path;  /* "/graphql" */
    uint32_t workers;  /* event loops, each on a thread; 1: resolvers never race. 0: one per core */
    /* true: unexpected errors are shown to clients, not only logged; messages suggest the names
     * that might have been meant; and see `introspection`. */
    bool development;
    xy_introspection introspection; /* XY_INTROSPECTION_IN_DEVELOPMENT */
    uint32_t heartbeat_ms;          /* comment on a silent event stream; 12,000; 0: none */
    uint32_t drain_ms;    /* how long a stopping server waits for answers in flight; 10,000 */
    xy_overflow overflow; /* XY_OVERFLOW_CLOSE */
    xy_limits limits;
    void *user_data; /* xy_app_data() */
    /* Called once on every worker's thread before it serves, to set up what belongs to a thread;
     * and again when it has served, to close every handle opened there. May be NULL. */
    void (*on_worker)(xy_app *app, struct uv_loop_s *loop);
    void (*on_worker_end)(xy_app *app, struct uv_loop_s *loop);
    const xy_route *routes; /* more paths to answer; ends with an entry whose path is NULL */
} xy_server_config;

/* The defaults above, without a schema. */
XY_API xy_server_config xy_server_config_default(void);

/* The limits that protect from clients, all out of the way: for measuring, and behind a gateway
 * that has its own. */
XY_API xy_limits xy_limits_none(void);

/* Read --port, --host, --workers, --no-limits, --log-level, --production, --introspection and
 * --help from the command line into `config`. Unknown ones are reported on standard error, as is
 * --help's text. Returns false when the program should exit: with 0 after --help (*exit_code),
 * else 2. */
XY_API bool xy_server_arguments(xy_server_config *config, int argc, char **argv, int *exit_code);

/* Listen, print `listening on http://host:port/graphql` on standard output, and serve until
 * SIGTERM or SIGINT; then stop accepting, end the streams, finish what is in flight within
 * `drain_ms`. Blocks. Returns 0, or after a message on standard error: XY_EINUSE when the port
 * is taken, XY_EACCESS when it may not be used, XY_EINVAL for a configuration that makes no
 * sense. */
XY_API int xy_server_run(const xy_server_config *config);

#endif
