/* SPDX-License-Identifier: MIT */
/* main() of the wire-test application. GET /__stats gives its counters, as JSON. */
#include "app.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app_options.h"
#include "app_sdl.h"

static void on_source_stop(void *arg)
{
    _Atomic int64_t *active = arg;

    atomic_fetch_sub(active, 1);
}

void app_count(xy_source_stream *stream, _Atomic int64_t *active, _Atomic int64_t *opened)
{
    atomic_fetch_add(active, 1);
    atomic_fetch_add(opened, 1);
    xy_stream_on_stop(stream, on_source_stop, active);
}

static char *stats_json(xy_app *handle)
{
    app_stats *stats = &((app *)xy_app_data(handle))->stats;
    const struct {
        const char *name;
        int64_t value;
    } rows[] = {
        {"newMessageActive", atomic_load(&stats->new_message_active)},
        {"newMessageOpened", atomic_load(&stats->new_message_opened)},
        {"countdownActive", atomic_load(&stats->countdown_active)},
        {"countdownOpened", atomic_load(&stats->countdown_opened)},
        {"alphabetActive", atomic_load(&stats->alphabet_active)},
        {"alphabetOpened", atomic_load(&stats->alphabet_opened)},
        {"listsActive", atomic_load(&stats->lists_active)},
        {"listsOpened", atomic_load(&stats->lists_opened)},
        {"slowStarted", atomic_load(&stats->slow_started)},
        {"slowFinished", atomic_load(&stats->slow_finished)},
        {"faultyActive", atomic_load(&stats->faulty_active)},
    };
    xy_gauges gauges;
    size_t size = 2048;
    size_t len = 0;
    char *text = malloc(size);

    if (!text)
        return NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        len += (size_t)snprintf(text + len, size - len, "%c\"%s\":%" PRId64, i ? ',' : '{',
                                rows[i].name, rows[i].value);
    xy_app_gauges(handle, &gauges);
    snprintf(text + len, size - len,
             ",\"liveQueries\":%" PRIu64 ",\"liveGroups\":%" PRIu64 ",\"liveKeys\":%" PRIu64
             ",\"invalidations\":%" PRIu64 ",\"liveRuns\":%" PRIu64 ",\"liveEqual\":%" PRIu64
             ",\"liveResults\":%" PRIu64 ",\"liveSuperseded\":%" PRIu64 ",\"connections\":%" PRIu64
             ",\"streams\":%" PRIu64 ",\"subscriptions\":%" PRIu64 ",\"topics\":%" PRIu64
             ",\"runs\":%" PRIu64 ",\"promises\":%" PRIu64 ",\"worksQueued\":%" PRIu64
             ",\"worksRunning\":%" PRIu64 ",\"works\":%" PRIu64 ",\"queueBytes\":%" PRIu64
             ",\"requests\":%" PRIu64 ",\"published\":%" PRIu64 ",\"delivered\":%" PRIu64
             ",\"dropped\":%" PRIu64 ",\"overflows\":%" PRIu64 ",\"documentHits\":%" PRIu64
             ",\"documentMisses\":%" PRIu64 ",\"documentEntries\":%" PRIu64
             ",\"documentBytes\":%" PRIu64 ",\"documentEvictions\":%" PRIu64 "}",
             gauges.live_queries, gauges.live_groups, gauges.live_keys, gauges.invalidations,
             gauges.live_runs, gauges.live_equal, gauges.live_results, gauges.live_superseded,
             gauges.connections, gauges.streams, gauges.subscriptions, gauges.topics, gauges.runs,
             gauges.promises, gauges.works_queued, gauges.works_running, gauges.works,
             gauges.queue_bytes, gauges.requests, gauges.published, gauges.delivered,
             gauges.dropped, gauges.overflows, gauges.document_hits, gauges.document_misses,
             gauges.document_entries, gauges.document_bytes, gauges.document_evictions);
    return text;
}

static xy_schema *load_schema(const app *application)
{
    /* Beside app.graphql, whose types are generated. */
    const xy_sdl files[] = {app_sdl[application->has_gates ? 0 : 1], app_sdl[1]};
    xy_schema_options options = {
        .files = files,
        .file_count = 0u + application->has_gates + application->has_guards,
        .defer_stream = !application->no_defer_stream,
    };
    xy_schema *schema;
    xy_str problems;

    if (types_load(&options, &schema, &problems) < 0) {
        fprintf(stderr, "%.*s\n", XY_PRI(problems));
        exit(1);
    }
    if (app_bind_auth(schema, application->jwt, application->has_guards) < 0 ||
        (application->has_gates && (app_bind_gates(schema) < 0 || app_bind_works(schema) < 0))) {
        fputs("a resolver does not fit the schema\n", stderr);
        exit(1);
    }
    return schema;
}

int main(int argc, char **argv)
{
    static const xy_route routes[] = {{"/__stats", stats_json}, {NULL, NULL}};
    static app application = {
        .letter_ms = 1000,
        .tick_ms = 500,
        .auctions_lock = PTHREAD_MUTEX_INITIALIZER,
        .gates_lock = PTHREAD_MUTEX_INITIALIZER,
        .gates_changed = PTHREAD_COND_INITIALIZER,
    };
    xy_server_config config = xy_server_config_default();
    int code = 2;

    config.user_data = &application;
    config.routes = routes;
    config.development = false;
    config.introspection = XY_ON;
    config.playground = XY_ON;
    if (!app_arguments(&application, &config, &argc, argv) || !app_auth_create(&application.jwt))
        return code;
    app_environment(&config);
    config.jwt = application.jwt;
    app_auctions_reset(&application);
    if (xy_server_arguments(&config, argc, argv, &code)) {
        config.schema = load_schema(&application);
        code = xy_server_run(&config) < 0;
        xy_schema_destroy(config.schema);
    }
    app_auctions_free(&application);
    xy_jwt_destroy(application.jwt);
    return code;
}
