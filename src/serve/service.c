/* SPDX-License-Identifier: MIT */
#include "serve/service.h"

#include <stdlib.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "serve/answer.h"
#include "serve/request.h"

static void on_silence(xy_heart *heart)
{
    xy_answer *answer = XY_CONTAINER(heart, xy_answer, heart);

    /* Who does not read what waits already would not read a heartbeat either. */
    if (xy__sink_queued(answer->sink) == 0)
        xy__sink_write_frame(answer->sink, answer->service->first_frame);
}

static void on_unexpected(xy_operation *operation, const xy_error *error)
{
    (void)operation;
    xy_log(XY_LOG_ERROR, "serve", "unexpected error of a resolver",
           XY_LOG_STR("error", error->original.ptr ? error->original : error->message));
}

static bool may_introspect(const xy_server_config *config)
{
    if (config->introspection == XY_INTROSPECTION_IN_DEVELOPMENT)
        return config->development;
    return config->introspection == XY_INTROSPECTION_ON;
}

static xy_document_options document_options(const xy_server_config *config)
{
    const xy_limits *limits = &config->limits;

    return (xy_document_options){
        .parse =
            {
                .tokens_max = limits->tokens_max,
                .depth_max = limits->depth_max,
                .tokens_as_limit = true,
            },
        .limits =
            {
                .depth_max = limits->operation_depth_max,
                .aliases_max = limits->operation_aliases_max,
                .directives_max = limits->operation_directives_max,
                .cost_max = limits->operation_cost_max,
            },
        .validate =
            {
                .hide_suggestions = !config->development,
                .hide_introspection = !may_introspect(config),
            },
    };
}

xy_service *xy__service_create(xy_app *app, const xy_server_config *config, xy_loop *loop,
                               xy_hub *hub, xy_document_cache *cache)
{
    xy_service *service = xy__zalloc(sizeof *service);
    const xy_limits *limits = &config->limits;

    service->app = app;
    service->config = config;
    service->loop = loop;
    service->hub = hub;
    service->cache = cache;
    xy__executor_init(&service->executor, loop);
    service->executor.app = app;
    service->executor.mask_errors = !config->development;
    service->executor.on_unexpected = on_unexpected;
    service->executor.hide_suggestions = !config->development;
    service->executor.limits.run_bytes_max = limits->operation_memory_max;
    service->executor.limits.response_bytes_max = limits->response_bytes_max;
    service->executor.limits.timeout_ms = limits->operation_timeout_ms;
    service->document_options = document_options(config);
    xy__heartbeats_init(&service->heartbeats, loop, config->heartbeat_ms, on_silence);
    xy__list_init(&service->answers);
    service->first_frame = xy__sink_frame(XY_STR(":\n\n"));
    return service;
}

void xy__service_destroy(xy_service *service)
{
    if (!service)
        return;
    XY_ASSERT(xy__list_empty(&service->answers));
    xy_bytes_unref(service->first_frame);
    xy__executor_deinit(&service->executor);
    free(service);
}

static bool is_endpoint(const xy_service *service, xy_str path)
{
    xy_str endpoint = xy_str_from(service->config->path);

    if (path.len == endpoint.len + 1 && path.ptr[endpoint.len] == '/')
        path.len--;
    return xy_str_eq(path, endpoint);
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

void xy__service_handle(xy_exchange *exchange)
{
    xy_service *service = xy__exchange_arg(exchange);
    const xy_request *request = xy__exchange_request(exchange);
    const xy_route *route;

    if (is_endpoint(service, request->path)) {
        xy__request_serve(service, exchange);
        return;
    }
    route = find_route(service, request->path);
    if (route && (request->method == XY_HTTP_GET || request->method == XY_HTTP_HEAD)) {
        serve_route(service, exchange, route);
    } else if (route) {
        xy__exchange_respond_error(exchange, 405, XY_STR("Only GET is possible here."));
    } else {
        xy__exchange_respond_error(exchange, 404, XY_STR("There is nothing at this path."));
    }
}

void xy__service_drain(xy_service *service)
{
    xy_link *link = service->answers.next;

    while (link != &service->answers) {
        xy_link *next = link->next;

        xy__answer_drain(XY_CONTAINER(link, xy_answer, link));
        link = next;
    }
}
