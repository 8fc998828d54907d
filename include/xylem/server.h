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
#include "xylem/auth.h"
#include "xylem/gauges.h"
#include "xylem/identity.h"
#include "xylem/limits.h"
#include "xylem/live.h"

/* More event loops than this make no sense on any machine. */
#define XY_WORKERS_MAX 64u

/* What happens to a subscription whose client does not read fast enough, once its queue is full. */
typedef enum xy_overflow {
    XY_OVERFLOW_CLOSE, /* an error event, then the end: the client knows that it missed something */
    XY_OVERFLOW_DROP_OLDEST, /* the oldest waiting event is dropped and counted */
} xy_overflow;

/* A feature that is for developers, and not always for the public. */
typedef enum xy_switch {
    XY_IN_DEVELOPMENT, /* only when config.development */
    XY_ON,
    XY_OFF,
} xy_switch;

/* Which web pages of other origins may use the server (the fetch standard's CORS protocol). */
typedef struct xy_cors_config {
    /* "https://app.example" and the like, up to a NULL entry; or "*": any. NULL: CORS is off. */
    const char *const *origins;
    bool credentials; /* they may send cookies; has no effect on "*" */
    /* Request headers that they may send, "a, b"; NULL: those they ask for. */
    const char *allowed_headers;
    /* Response headers that they may read, "a, b"; NULL: those that are safe. */
    const char *exposed_headers;
    uint32_t max_age_s; /* how long a preflight's answer may be kept; 0: not told */
} xy_cors_config;

/* Which GET requests are refused because another site may have made a browser send them. Nothing
 * but application/json is read from a POST, which no site can send without a preflight. */
typedef enum xy_csrf_prevention {
    /* Those of which the browser itself says so (Sec-Fetch-Site, Origin), unless CORS allows it. */
    XY_CSRF_CROSS_SITE,
    /* All without a header that needs a preflight: apollo-require-preflight,
     * x-apollo-operation-name, x-graphql-yoga-csrf, x-requested-with. Shuts out EventSource. */
    XY_CSRF_REQUIRE_HEADER,
    XY_CSRF_OFF,
} xy_csrf_prevention;

/* An operation that the playground offers in a tab of its own. */
typedef struct xy_playground_tab {
    const char *query;
    const char *variables; /* JSON text, or NULL */
} xy_playground_tab;

/* One more path which the server answers by GET, with JSON. `answer` runs on a worker's thread.
 * gives: the text, from malloc(); NULL is answered with 500. */
typedef struct xy_route {
    const char *path;
    char *(*answer)(xy_app *app);
} xy_route;

typedef struct xy_server_config {
    xy_schema *schema; /* bound and complete; the server does not destroy it */
    const char *host;  /* "127.0.0.1" */
    const char *path;  /* "/graphql" */
    uint16_t port;     /* 8911; 0 lets the system choose */
    uint32_t workers;  /* event loops, each on a thread; 1: resolvers never race. 0: one per core */
    /* Threads that blocking resolvers run on (xylem/work.h), started when there is work for them;
     * of the process; 8, at least 1. */
    uint32_t blocking_threads;
    /* true: unexpected errors are shown to clients, not only logged; messages suggest the names
     * that might have been meant; and see `introspection`. */
    bool development;
    xy_switch introspection; /* may clients ask for __schema and __type? XY_IN_DEVELOPMENT */
    xy_switch playground;    /* GraphiQL, for browsers at `path`; XY_IN_DEVELOPMENT */
    const xy_playground_tab *playground_tabs; /* ends with an entry without query; NULL: none */
    xy_switch log_requests;                   /* a line for each operation; XY_IN_DEVELOPMENT */
    bool log_variables; /* show their values in these lines, not just their names; false */
    xy_cors_config cors;
    xy_csrf_prevention csrf_prevention; /* XY_CSRF_CROSS_SITE */
    bool compression;                   /* of answers from 1 KiB on, never of streams; true */
    bool io_uring; /* sends of one turn of the loop leave by one system call where the kernel
                      allows it; true */
    /* Path of a JSON file, {"<SHA-256 of the text, hex>": "<text>"}, or of Apollo's manifest:
     * documents that are known beforehand. They are validated at the start. NULL: none. */
    const char *trusted_documents;
    bool trusted_documents_only;      /* other documents are refused; false */
    bool automatic_persisted_queries; /* clients may register documents by their hash; true */
    uint16_t metrics_port;            /* serve metrics there, and there only; 0: on `port` */
    const char *metrics_path;         /* Prometheus text; "/metrics"; NULL: none */
    /* Finds out who asks; see xylem/identity.h. NULL: by `jwt`. */
    xy_authenticate *authenticate;
    /* What tokens are checked with (xylem/auth.h); the server does not destroy it. NULL, without
     * `authenticate`: everybody is anonymous. */
    xy_jwt *jwt;
    /* What programs must show, as `Authorization: Bearer <secret>`, that publish or invalidate over
     * HTTP, or look at what is open (docs/guide/webhooks.md): at least 16 bytes. NULL: they cannot,
     * there is nothing at these paths. */
    const char *secret;
    /* Where events and invalidations travel between processes (docs/guide/redis.md):
     * "redis://[[user:]password@]host[:port][/database]", "unix:///path?db=N". NULL: nowhere, this
     * process is alone. From REDIS_URL in the environment, unless it is set before
     * xy_server_arguments(). */
    const char *redis_url;
    const char *redis_live_channel; /* NULL: "live-query-invalidations", as everyone's */
    bool redis_sharded;             /* sharded pub/sub of Redis 7, for a cluster; false */
    /* Topics whose last events are kept, so that clients can go on where they were
     * (docs/guide/durable-topics.md): "newMessage" stands for `newMessage:1`, too. Ends with NULL;
     * NULL: none but those that the SDL calls durable. */
    const char *const *durable_topics;
    bool reuse_port;        /* other processes of this user may listen on the same port; false */
    uint32_t heartbeat_ms;  /* comment on a silent event stream; 12,000; 0: none */
    uint32_t drain_ms;      /* how long a stopping server waits for answers in flight; 10,000 */
    xy_overflow overflow;   /* XY_OVERFLOW_CLOSE */
    bool live_resend_equal; /* send a result of a live query also when it is as before; false */
    /* More keys of live queries, made of arguments; ends with one without field. NULL: none. */
    const xy_live_index_rule *live_indices;
    xy_live_key_fn *live_key; /* how objects are named; NULL: `Type:id` */
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

/* Read --port, --host, --workers, --reuse-port, --no-limits, --production, --introspection,
 * --trusted-documents, --trusted-only, --metrics-port, --log-requests, --log-variables, --log-level
 * and --help from the command line into `config`, and its secret from XYLEM_SECRET and the address
 * of Redis from REDIS_URL in the environment, where a list of processes does not show them. Unknown
 * ones are reported on standard
 * error, as is --help's text. Returns false when the program should exit: with 0 after --help
 * (*exit_code), else 2. */
XY_API bool xy_server_arguments(xy_server_config *config, int argc, char **argv, int *exit_code);

/* Listen, print `listening on http://host:port/graphql` on standard output, and serve until
 * SIGTERM or SIGINT; then stop accepting, end the streams, finish what is in flight within
 * `drain_ms`. Blocks. Returns 0, or after a message on standard error: XY_EINUSE when the port
 * is taken, XY_EACCESS when it may not be used, XY_EINVAL for a configuration that makes no
 * sense. */
XY_API int xy_server_run(const xy_server_config *config);

#endif
