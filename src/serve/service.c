/* SPDX-License-Identifier: MIT */
#include "serve/service.h"

#include <stdlib.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "serve/admin.h"
#include "serve/answer.h"
#include "serve/context.h"
#include "serve/cors.h"
#include "serve/document_rules.h"
#include "serve/health.h"
#include "serve/http_error.h"
#include "serve/request.h"
#include "serve/request_log.h"
#include "serve/single.h"
#include "serve/streams.h"

static xy_str request_id_of(const xy_operation *operation)
{
    const xy_context *context = xy__context_of(operation);
    const xy_outlet *asking = operation->executor->asking;

    if (context)
        return xy__context_id(context);
    return asking && asking->ops->request_id ? asking->ops->request_id(asking) : XY_STR_NULL;
}

static void on_unexpected(xy_operation *operation, const xy_error *error)
{
    xy_log(XY_LOG_ERROR, "serve", "unexpected error of a resolver",
           XY_LOG_STR("error", error->original.ptr ? error->original : error->message),
           XY_LOG_STR("requestId", request_id_of(operation)));
}

static void init_executor(xy_service *service)
{
    const xy_server_config *config = service->config;
    xy_executor *executor = &service->executor;

    xy__executor_init(executor, service->loop);
    executor->app = service->app;
    executor->mask_errors = !config->development;
    executor->on_unexpected = on_unexpected;
    executor->works.pool = service->shared->pool;
    executor->live_key = config->live_key;
    executor->hide_suggestions = !config->development;
    executor->limits.run_bytes_max = config->limits.operation_memory_max;
    executor->limits.response_bytes_max = config->limits.response_bytes_max;
    executor->limits.timeout_ms = config->limits.operation_timeout_ms;
}

static void init_frames(xy_service *service)
{
    for (int media = XY_MEDIA_NONE + 1; media < XY_MEDIA_COUNT; media++) {
        const xy_stream_format *format = xy__stream_format((xy_media)media);

        if (format)
            service->frames[media].opening = xy__sink_frame(format->opening);
        if (format && format->heartbeat.len)
            service->frames[media].heartbeat = xy__sink_frame(format->heartbeat);
    }
}

xy_service *xy__service_create(xy_app *app, const xy_server_config *config, xy_loop *loop,
                               xy_hub *hub, xy_live *live, const xy_shared *shared)
{
    xy_service *service = xy__zalloc(sizeof *service);

    service->app = app;
    service->config = config;
    service->shared = shared;
    service->loop = loop;
    service->hub = hub;
    service->live = live;
    service->document_options = xy__document_rules(config);
    init_executor(service);
    init_frames(service);
    uv_random(NULL, NULL, &service->request_seed, sizeof service->request_seed, 0, NULL);
    uv_random(NULL, NULL, &service->id_seed, sizeof service->id_seed, 0, NULL);
    xy__heartbeats_init(&service->heartbeats, loop, config->heartbeat_ms, xy__answer_beat);
    xy__leases_init(&service->leases, loop);
    service->revocations = xy__revocations_join(shared->revocations, loop, &service->leases);
    xy__revocation_reader_init(&service->revocation_reader, shared->revocations, hub,
                               &service->leases);
    service->encoder = xy__encoder_create();
    xy__list_init(&service->answers);
    service->single = xy__single_create(service);
    xy__metrics_join(shared->metrics, &service->metrics);
    service->streams = xy__streams_join(shared->streams, service);
    return service;
}

void xy__service_destroy(xy_service *service)
{
    if (!service)
        return;
    XY_ASSERT(xy__list_empty(&service->answers));
    xy__streams_leave(service->streams);
    xy__revocations_leave(service->revocations);
    xy__leases_deinit(&service->leases);
    for (int media = 0; media < XY_MEDIA_COUNT; media++) {
        xy_bytes_unref(service->frames[media].opening);
        xy_bytes_unref(service->frames[media].heartbeat);
    }
    xy__single_destroy(service->single);
    xy__encoder_destroy(service->encoder);
    xy__executor_deinit(&service->executor);
    xy__metrics_leave(service->shared->metrics, &service->metrics);
    free(service);
}

void xy__service_record(xy_service *service, const xy_record *record)
{
    xy__metrics_record(&service->metrics, record);
    xy__request_log(service->config, record);
}

/* ---- routes ---- */

typedef void serve_fn(xy_service *service, xy_exchange *exchange);

typedef struct endpoint {
    const char *path; /* below config.path */
    const char *methods;
    serve_fn *serve;
} endpoint;

static const endpoint endpoints[] = {
    {"", "GET, POST", xy__request_serve},
    {"/", "GET, POST", xy__request_serve},
    {"/stream", "GET, POST, PUT, DELETE", xy__single_serve},
    {"/health", "GET, HEAD", xy__health_serve},
    {"/readiness", "GET, HEAD", xy__readiness_serve},
};

bool xy__service_below(const xy_service *service, xy_str *path)
{
    xy_str base = xy_str_from(service->config->path);

    if (!xy_str_starts(*path, base))
        return false;
    *path = (xy_str){path->ptr + base.len, path->len - base.len};
    return true;
}

static const endpoint *find_endpoint(const xy_service *service, xy_str path)
{
    if (!xy__service_below(service, &path))
        return NULL;
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++)
        if (xy_str_is(path, endpoints[i].path))
            return &endpoints[i];
    return NULL;
}

/* Metrics with a port of their own are not told here. */
static bool is_metrics(const xy_service *service, xy_str path)
{
    const xy_server_config *config = service->config;
    bool here = config->metrics_path && !config->metrics_port;

    return here && xy_str_is(path, config->metrics_path);
}

static const xy_route *find_route(const xy_service *service, xy_str path)
{
    const xy_route *route = service->config->routes;

    while (route && route->path && !xy_str_is(path, route->path))
        route++;
    return route && route->path ? route : NULL;
}

static void serve_route(xy_service *service, xy_exchange *exchange, const xy_route *route)
{
    const xy_http_header type = {XY_STR("content-type"), XY_STR("application/json; charset=utf-8")};
    char *text = route->answer(service->app);

    if (text) {
        xy__exchange_respond(exchange, 200, (xy_http_headers){&type, 1}, xy_str_from(text));
    } else {
        xy__exchange_respond_error(exchange, 500, XY_STR("Something went wrong."));
    }
    free(text);
}

static void allow_origin(xy_service *service, xy_exchange *exchange)
{
    xy_http_header headers[XY_CORS_HEADERS_MAX];
    size_t len = xy__cors_headers(&service->config->cors, xy__exchange_request(exchange), headers);

    if (len)
        xy__exchange_add_headers(exchange, (xy_http_headers){headers, len});
}

/* Whatever else is wrong with a request, a page that may read the answer must be told so. Metrics
 * and what needs the secret are for no page. */
void xy__service_handle(xy_exchange *exchange)
{
    xy_service *service = xy__exchange_arg(exchange);
    const xy_request *request = xy__exchange_request(exchange);
    const endpoint *found = find_endpoint(service, request->path);
    const xy_route *route;

    if (!found && is_metrics(service, request->path)) {
        xy__metrics_serve(service->shared->metrics, exchange);
        return;
    }
    if (!found && xy__admin_serve(service, exchange))
        return;
    allow_origin(service, exchange);
    route = found ? NULL : find_route(service, request->path);
    if (!found && !route) {
        xy__exchange_respond_error(exchange, 404, XY_STR("There is nothing at this path."));
    } else if (request->method == XY_HTTP_OPTIONS) {
        xy__cors_options(&service->config->cors, exchange,
                         found ? xy_str_from(found->methods) : XY_STR("GET, HEAD"));
    } else if (found) {
        found->serve(service, exchange);
    } else if (request->method == XY_HTTP_GET || request->method == XY_HTTP_HEAD) {
        serve_route(service, exchange, route);
    } else {
        xy__respond_method(exchange, XY_STR("GET, HEAD"), XY_STR("Only GET is possible here."));
    }
}

void xy__service_drain(xy_service *service)
{
    xy_link *link = service->answers.next;

    xy__single_drain(service->single);
    while (link != &service->answers) {
        xy_link *next = link->next;

        xy__answer_drain(XY_CONTAINER(link, xy_answer, link));
        link = next;
    }
}
