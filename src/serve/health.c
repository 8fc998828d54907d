/* SPDX-License-Identifier: MIT */
#include "serve/health.h"

/* Redwood's and Yoga's own probes look for the last one. */
static const xy_http_header headers[] = {
    {XY_STR_INIT("content-type"), XY_STR_INIT("application/json; charset=utf-8")},
    {XY_STR_INIT("cache-control"), XY_STR_INIT("no-store")},
    {XY_STR_INIT("x-yoga-id"), XY_STR_INIT("yoga")},
};

void xy__health_serve(xy_service *service, xy_exchange *exchange)
{
    (void)service;
    xy__exchange_respond(exchange, 200, XY_HTTP_HEADERS(headers), XY_STR("{\"status\":\"ok\"}"));
}

/* Events travel in the memory of the process, so there is no store that could be away. */
void xy__readiness_serve(xy_service *service, xy_exchange *exchange)
{
    (void)service;
    if (xy__exchange_draining(exchange)) {
        xy__exchange_respond(
            exchange, 503, XY_HTTP_HEADERS(headers),
            XY_STR("{\"status\":\"unavailable\",\"reason\":\"The server is stopping.\"}"));
        return;
    }
    xy__exchange_respond(exchange, 200, XY_HTTP_HEADERS(headers), XY_STR("{\"status\":\"ready\"}"));
}
