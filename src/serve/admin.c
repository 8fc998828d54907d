/* SPDX-License-Identifier: MIT */
/* serve/admin.c -- what is wrong with a request to these endpoints:
 *
 *   401   the secret is missing or wrong: nothing else is looked at
 *   405   another method
 *   415   a body that is not JSON by its content type
 *   400   a body that is not JSON by its content, and what the endpoints refuse */
#include "serve/admin.h"

#include <stdio.h>

#include "json/read.h"
#include "serve/http_error.h"
#include "serve/invalidate.h"
#include "serve/publish.h"
#include "serve/streams.h"

typedef struct admin_endpoint {
    const char *path; /* below config.path */
    /* One of them: what reads a body, by POST; what is only read, by GET or HEAD. */
    void (*post)(xy_service *service, xy_exchange *exchange, const xy_value *body);
    void (*get)(xy_service *service, xy_exchange *exchange);
} admin_endpoint;

static const admin_endpoint endpoints[] = {
    {"/publish", xy__publish_serve, NULL},
    {"/invalidate", xy__invalidate_serve, NULL},
    {"/streams", NULL, xy__streams_serve},
};

static const admin_endpoint *find_endpoint(const xy_service *service, xy_str path)
{
    if (!xy__service_below(service, &path))
        return NULL;
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++)
        if (xy_str_is(path, endpoints[i].path))
            return &endpoints[i];
    return NULL;
}

static bool check_secret(const xy_service *service, xy_exchange *exchange)
{
    xy_str shown = xy__request_header(xy__exchange_request(exchange), XY_STR("authorization"));

    if (xy__secret_shown(&service->shared->secret, shown))
        return true;
    xy__respond_error(exchange, 401, (xy_http_header){XY_STR("www-authenticate"), XY_STR("Bearer")},
                      XY_STR("The server's secret is missing or wrong: send it as "
                             "Authorization: Bearer <secret>."));
    return false;
}

static void serve_body(const admin_endpoint *endpoint, xy_service *service, xy_exchange *exchange)
{
    char message[XY_ADMIN_PROBLEM_MAX];
    xy_json_error error = {0};
    xy_arena arena;
    xy_value body;

    xy__arena_init(&arena, SIZE_MAX);
    if (xy__json_read(&arena, xy__exchange_request(exchange)->body, 0, &body, &error) == XY_OK) {
        endpoint->post(service, exchange, &body);
    } else {
        snprintf(message, sizeof message, "The body is not JSON: %s, at byte %zu.", error.message,
                 error.offset);
        xy__exchange_respond_error(exchange, 400, xy_str_from(message));
    }
    xy__arena_deinit(&arena);
}

static void serve_endpoint(const admin_endpoint *endpoint, xy_service *service,
                           xy_exchange *exchange)
{
    const xy_str allow = endpoint->post ? XY_STR("POST") : XY_STR("GET, HEAD");
    const xy_http_header allow_header = {XY_STR("allow"), allow};
    uint8_t method = xy__exchange_request(exchange)->method;
    bool is_read = method == XY_HTTP_GET || method == XY_HTTP_HEAD;

    if (method == XY_HTTP_OPTIONS) {
        xy__exchange_respond(exchange, 204, (xy_http_headers){&allow_header, 1}, XY_STR_NULL);
    } else if (endpoint->get && is_read) {
        endpoint->get(service, exchange);
    } else if (endpoint->get) {
        xy__respond_method(exchange, allow, XY_STR("This can only be read."));
    } else if (method != XY_HTTP_POST) {
        xy__respond_method(exchange, allow, XY_STR("Only POST is possible here."));
    } else if (xy__check_json(exchange)) {
        serve_body(endpoint, service, exchange);
    }
}

bool xy__admin_serve(xy_service *service, xy_exchange *exchange)
{
    const admin_endpoint *endpoint =
        service->shared->secret.set ? find_endpoint(service, xy__exchange_request(exchange)->path)
                                    : NULL;

    if (!endpoint)
        return false;
    if (check_secret(service, exchange))
        serve_endpoint(endpoint, service, exchange);
    return true;
}

void xy__admin_respond_bytes(xy_exchange *exchange, xy_bytes *body)
{
    static const xy_http_header headers[] = {
        {XY_STR_INIT("content-type"), XY_STR_INIT("application/json; charset=utf-8")},
        {XY_STR_INIT("cache-control"), XY_STR_INIT("no-store")},
    };

    xy__exchange_respond_bytes(exchange, 200, XY_HTTP_HEADERS(headers), body);
}

void xy__admin_respond(xy_exchange *exchange, const char *name, const char *value)
{
    char body[64];

    snprintf(body, sizeof body, "{\"%s\":%s}", name, value);
    xy__admin_respond_bytes(exchange, xy_bytes_create(xy_str_from(body)));
}

const char *xy__admin_place(char text[XY_ADMIN_PLACE_MAX], const char *list, bool in_list,
                            size_t index, const char *name)
{
    if (in_list) {
        snprintf(text, XY_ADMIN_PLACE_MAX, "%s[%zu]%s%s", list, index, *name ? "." : "", name);
    } else {
        snprintf(text, XY_ADMIN_PLACE_MAX, "%s", *name ? name : "The body");
    }
    return text;
}
