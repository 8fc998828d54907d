/* SPDX-License-Identifier: MIT */
/* serve/metrics_text.c -- all metrics in Prometheus' text format 0.0.4.
 *
 * A family is written whole: HELP, TYPE, then its samples, as the format demands. A sample that
 * has never counted anything is there with 0, so that rates are right from the first event on. */
#include <inttypes.h>

#include "serve/http_error.h"
#include "serve/metrics.h"
#include "serve/process_figures.h"

#define METHODS "GET, HEAD"

static const char *const outcome_names[XY_METRICS_OUTCOMES] = {
    [XY_METRICS_OK] = "ok",
    [XY_METRICS_ERRORS] = "errors",
    [XY_METRICS_REFUSED] = "refused",
    [XY_METRICS_TIMEOUT] = "timeout",
};

static void put_family(xy_buf *buf, const char *name, const char *type, const char *help)
{
    xy__buf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_one(xy_buf *buf, const char *name, const char *type, const char *help,
                    uint64_t value)
{
    put_family(buf, name, type, help);
    xy__buf_printf(buf, "%s %" PRIu64 "\n", name, value);
}

/* ---- operations ---- */

static void put_outcomes(xy_buf *buf, const xy_metrics_figures *figures)
{
    static const char name[] = "xylem_operations_total";

    put_family(buf, name, "counter", "GraphQL operations that are over.");
    for (size_t type = 0; type < XY_RECORD_TYPES; type++) {
        for (size_t outcome = 0; outcome < XY_METRICS_OUTCOMES; outcome++) {
            /* What has no type has been refused, nothing else. */
            if (type == XY_RECORD_NONE && outcome != XY_METRICS_REFUSED)
                continue;
            xy__buf_printf(buf, "%s{type=\"%s\",outcome=\"%s\"} %" PRIu64 "\n", name,
                           xy__record_type_name((xy_record_type)type), outcome_names[outcome],
                           figures->operations[type][outcome]);
        }
    }
}

static void put_refused(xy_buf *buf, const xy_metrics_figures *figures)
{
    static const char name[] = "xylem_operations_refused_total";

    put_family(buf, name, "counter", "GraphQL operations that were not executed.");
    for (size_t why = 0; why < XY_REFUSED_REASONS; why++)
        xy__buf_printf(buf, "%s{reason=\"%s\"} %" PRIu64 "\n", name,
                       xy__refused_name((xy_refused)why), figures->refused[why]);
}

static void put_by_type(xy_buf *buf, const char *name, const char *help, const uint64_t *values)
{
    put_family(buf, name, "counter", help);
    for (size_t type = XY_RECORD_NONE + 1; type < XY_RECORD_TYPES; type++)
        xy__buf_printf(buf, "%s{type=\"%s\"} %" PRIu64 "\n", name,
                       xy__record_type_name((xy_record_type)type), values[type]);
}

static void put_durations(xy_buf *buf, const xy_metrics_figures *figures)
{
    static const char name[] = "xylem_operation_duration_seconds";

    put_family(buf, name, "histogram",
               "From the last byte of the request to the last of the result; of a subscription, "
               "to its end.");
    for (size_t type = XY_RECORD_NONE + 1; type < XY_RECORD_TYPES; type++) {
        char labels[32];

        snprintf(labels, sizeof labels, "type=\"%s\"", xy__record_type_name((xy_record_type)type));
        xy__histogram_write(buf, name, labels, &figures->durations[type]);
    }
}

static void put_operations(xy_buf *buf, xy_metrics_board *board)
{
    xy_metrics_figures figures;

    xy__metrics_read(board, &figures);
    put_outcomes(buf, &figures);
    put_refused(buf, &figures);
    put_durations(buf, &figures);
    put_by_type(buf, "xylem_operation_results_total",
                "Results given to clients, events and parts included.", figures.results);
    put_by_type(buf, "xylem_operation_result_bytes_total",
                "Bytes of these results, before framing and compression.", figures.bytes);
}

/* ---- what the process holds and has done ---- */

#define COUNTER "counter"
#define GAUGE   "gauge"

/* Name, type, member of xy_gauges, help. */
#define GAUGE_MAP(X)                                                                               \
    X("http_requests_total", COUNTER, requests, "HTTP requests, whatever they were for.")          \
    X("http_requests_malformed_total", COUNTER, malformed,                                         \
      "HTTP requests that were too broken or too large to be handled.")                            \
    X("connections", GAUGE, connections, "Connections that are open.")                             \
    X("connections_accepted_total", COUNTER, accepted, "Connections that were accepted.")          \
    X("connections_shed_total", COUNTER, shed,                                                     \
      "Connections that were closed or refused because there were too many.")                      \
    X("streams", GAUGE, streams, "Responses that are open streams.")                               \
    X("subscriptions", GAUGE, subscriptions, "Subscriptions that are open.")                       \
    X("subscription_overflows_total", COUNTER, overflows,                                          \
      "Subscriptions that were ended because their client was too slow.")                          \
    X("topics", GAUGE, topics, "Topics that anybody listens to.")                                  \
    X("live_queries", GAUGE, live_queries, "Live queries that are open.")                          \
    X("live_groups", GAUGE, live_groups,                                                           \
      "Groups of live queries, each of which runs once for all.")                                  \
    X("live_keys", GAUGE, live_keys,                                                               \
      "Pairs of a key and a group of live queries that depends on it.")                            \
    X("live_invalidations_total", COUNTER, invalidations, "Keys that were invalidated.")           \
    X("live_runs_total", COUNTER, live_runs, "Executions of live queries.")                        \
    X("live_runs_equal_total", COUNTER, live_equal,                                                \
      "Executions of live queries with the same result as before, so that nothing was sent.")      \
    X("live_results_total", COUNTER, live_results,                                                 \
      "Results that were given to live queries, counted for each.")                                \
    X("live_results_superseded_total", COUNTER, live_superseded,                                   \
      "Results that slow clients never got, as there was a newer one.")                            \
    X("runs", GAUGE, runs, "Executions in progress.")                                              \
    X("promises", GAUGE, promises, "Promises of theirs that are not resolved.")                    \
    X("works_queued", GAUGE, works_queued, "Blocking resolvers that wait for a thread.")           \
    X("works_running", GAUGE, works_running, "Blocking resolvers that are on a thread.")           \
    X("works_total", COUNTER, works, "Blocking resolvers that have returned.")                     \
    X("works_refused_total", COUNTER, works_refused,                                               \
      "Blocking resolvers that were not run because too many were waiting.")                       \
    X("load_batches_total", COUNTER, load_batches, "Batches that loaders fetched.")                \
    X("load_keys_total", COUNTER, load_keys, "Keys in these batches.")                             \
    X("queue_bytes", GAUGE, queue_bytes, "Bytes that wait for slow clients and workers.")          \
    X("events_published_total", COUNTER, published, "Events that were published.")                 \
    X("events_delivered_total", COUNTER, delivered,                                                \
      "Events that were given to subscriptions, counted for each.")                                \
    X("events_dropped_total", COUNTER, dropped, "Events that a full queue refused or pushed out.") \
    X("gaps_total", COUNTER, gaps, "Times that a client was told that it may have missed events.") \
    X("store_up", GAUGE, store_up,                                                                 \
      "0: the server that events travel by is away; 1: it is there, or there is none.")            \
    X("store_connects_total", COUNTER, store_connects, "Times that this server was reached.")      \
    X("store_losses_total", COUNTER, store_losses, "Times that the connection to it was lost.")    \
    X("store_waiting", GAUGE, store_waiting, "Events and invalidations that wait for it.")         \
    X("store_refused_total", COUNTER, unpublished,                                                 \
      "Events and invalidations refused because it was away too long.")                            \
    X("store_malformed_messages_total", COUNTER, malformed_messages,                               \
      "Messages from it that were not JSON.")                                                      \
    X("document_cache_hits_total", COUNTER, document_hits, "Documents that were in the cache.")    \
    X("document_cache_misses_total", COUNTER, document_misses,                                     \
      "Documents that were not in the cache.")                                                     \
    X("document_cache_evictions_total", COUNTER, document_evictions,                               \
      "Entries that made room for others.")                                                        \
    X("document_cache_entries", GAUGE, document_entries, "Documents and requests in the cache.")   \
    X("document_cache_bytes", GAUGE, document_bytes, "What they take.")

static void put_gauges(xy_buf *buf, const xy_gauges *gauges)
{
#define PUT(name, type, member, help) put_one(buf, "xylem_" name, type, help, gauges->member);
    GAUGE_MAP(PUT)
#undef PUT
}

static void put_process(xy_buf *buf, const xy_metrics_board *board)
{
    xy_process_figures process = xy__process_figures_read();

    put_family(buf, "process_cpu_seconds_total", COUNTER, "User and system time.");
    xy__buf_printf(buf, "process_cpu_seconds_total %" PRIu64 ".%06" PRIu64 "\n",
                   process.cpu_us / 1000000, process.cpu_us % 1000000);
    put_family(buf, "process_start_time_seconds", GAUGE, "When the server started, since 1970.");
    xy__buf_printf(buf, "process_start_time_seconds %" PRIu64 ".%03" PRIu64 "\n",
                   board->started_ms / 1000, board->started_ms % 1000);
    put_one(buf, "process_resident_memory_bytes", GAUGE, "Memory in use.", process.resident_bytes);
    put_one(buf, "process_virtual_memory_bytes", GAUGE, "Address space in use.",
            process.virtual_bytes);
    put_one(buf, "process_open_fds", GAUGE, "File descriptors that are open.", process.open_fds);
    put_one(buf, "process_max_fds", GAUGE, "File descriptors that may be open.", process.fds_max);
}

void xy__metrics_write(xy_buf *buf, xy_metrics_board *board)
{
    xy_gauges gauges;

    board->read_gauges(board->app, &gauges);
    put_family(buf, "xylem_build_info", GAUGE, "Which Xylem this is; always 1.");
    xy__buf_printf(buf, "xylem_build_info{version=\"%s\"} 1\n", XY_VERSION);
    put_operations(buf, board);
    put_gauges(buf, &gauges);
    put_process(buf, board);
}

void xy__metrics_serve(xy_metrics_board *board, xy_exchange *exchange)
{
    static const xy_http_header headers[] = {
        {XY_STR_INIT("content-type"), XY_STR_INIT("text/plain; version=0.0.4; charset=utf-8")},
        {XY_STR_INIT("cache-control"), XY_STR_INIT("no-store")},
    };
    uint8_t method = xy__exchange_request(exchange)->method;
    xy_buf buf;

    if (method != XY_HTTP_GET && method != XY_HTTP_HEAD) {
        xy__respond_method(exchange, XY_STR(METHODS), XY_STR("Metrics can only be read."));
        return;
    }
    xy__buf_init(&buf, SIZE_MAX);
    xy__metrics_write(&buf, board);
    xy__exchange_respond_bytes(exchange, 200, XY_HTTP_HEADERS(headers), xy__buf_take(&buf));
}
