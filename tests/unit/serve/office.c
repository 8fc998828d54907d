/* SPDX-License-Identifier: MIT */
#include "office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/stream.h"

static int on_q(xy_call *call)
{
    return xy_put_int(call, 7);
}

static int open_n(xy_call *call, xy_source_stream *stream)
{
    (void)call;
    return xy_stream_topic(stream, XY_STR("t"), XY_STR_NULL);
}

static xy_schema *load(void)
{
    static const xy_sdl file = {
        .name = XY_STR_INIT("test.graphql"),
        .text =
            XY_STR_INIT("type Query { q(k: String): Int } type Subscription { n(k: String): Int }"),
    };
    xy_schema_options options = {.files = &file, .file_count = 1};
    xy_schema *schema;
    xy_str problems;

    assert_int_equal(xy_schema_load(&options, &schema, &problems), XY_OK);
    assert_int_equal(xy_bind(schema, "Query.q", on_q), XY_OK);
    assert_int_equal(xy_bind_stream(schema, "Subscription.n", open_n), XY_OK);
    return schema;
}

static void gauges(xy_app *app, xy_gauges *out)
{
    (void)app;
    *out = (xy_gauges){.live_queries = 3, .subscriptions = 2};
}

void office_open(office *o)
{
    const xy_pubsub_limits limits = {.event_bytes_max = 100, .mailbox_bytes_max = 1000};

    memset(o, 0, sizeof *o);
    o->config = (xy_server_config){
        .schema = load(),
        .path = "/graphql",
        .playground = XY_OFF,
        .log_requests = XY_OFF,
        .secret = OFFICE_SECRET,
        .limits = {.tokens_max = 10000,
                   .document_cache_bytes_max = 1 << 20,
                   .depth_max = 64,
                   .event_bytes_max = 100,
                   .operation_memory_max = 1 << 20,
                   .response_bytes_max = 1 << 20,
                   .stream_bytes_max = 1 << 16,
                   .subscription_events_max = 10,
                   .subscription_bytes_max = 1000},
    };
    o->live_options = (xy_live_options){.keys_max = 1000};
    web_init(&o->web, XY_CLOCK_VIRTUAL);
    xy__metrics_board_init(&o->board, NULL, gauges);
    assert_int_equal(xy__shared_init(&o->shared, &o->config), XY_OK);
    o->pubsub = xy__pubsub_create(&limits, NULL);
    o->invalidations = xy__invalidations_create(1000, xy__pubsub_gauges(o->pubsub), NULL);
    o->shared.metrics = &o->board;
    o->shared.pubsub = o->pubsub;
    o->shared.invalidations = o->invalidations;
    o->hub = xy__hub_create(o->pubsub, &o->web.loop);
    o->live = xy__live_create(o->invalidations, &o->web.loop, &o->live_options,
                              xy__pubsub_gauges(o->pubsub));
    o->service = xy__service_create(NULL, &o->config, &o->web.loop, o->hub, o->live, &o->shared);
    o->web.options.handler = xy__service_handle;
    o->web.options.arg = o->service;
    web_open(&o->web);
    client_open(&o->client, &o->web);
}

static void on_closed(xy_http_server *server, void *arg)
{
    (void)server;
    *(bool *)arg = true;
}

void office_end(office *o)
{
    bool closed = false;

    client_close(&o->client);
    xy__http_server_close(o->web.server, on_closed, &closed);
    while (!closed)
        xy__loop_turn(&o->web.loop);
    xy__service_destroy(o->service);
    xy__live_destroy(o->live);
    xy__hub_destroy(o->hub);
}

void office_close(office *o)
{
    xy__loop_deinit(&o->web.loop);
    xy__shared_deinit(&o->shared);
    xy__metrics_board_deinit(&o->board);
    xy__invalidations_destroy(o->invalidations);
    xy__pubsub_destroy(o->pubsub);
    xy_schema_destroy(o->config.schema);
}

void office_send(office *o, client *c, const char *path, const char *body)
{
    static char request[16384];

    snprintf(request, sizeof request,
             "%s /graphql%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " OFFICE_SECRET
             "\r\nContent-Type: application/json\r\nAccept: */*;q=0.5, text/event-stream\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             body ? "POST" : "GET", path, body ? strlen(body) : 0, body ? body : "");
    client_send(c, xy_str_from(request));
    web_settle(&o->web);
}

void office_expect_answer(office *o, int status, const char *expected)
{
    const char *text = client_read(&o->client);
    const char *body = strstr(text, "\r\n\r\n");

    assert_non_null(body);
    assert_string_equal(body + 4, expected);
    assert_int_equal(strtol(text + sizeof "HTTP/1.1", NULL, 10), status);
}

void office_expect(office *o, const char *path, const char *body, int status, const char *expected)
{
    office_send(o, &o->client, path, body);
    office_expect_answer(o, status, expected);
}
