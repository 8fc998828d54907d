/* SPDX-License-Identifier: MIT */
#include "serve/health.h"

#include <inttypes.h>
#include <stdio.h>

/* Redwood's and Yoga's own probes look for the last one. */
static const xy_http_header headers[] = {
    {XY_STR_INIT("content-type"), XY_STR_INIT("application/json; charset=utf-8")},
    {XY_STR_INIT("cache-control"), XY_STR_INIT("no-store")},
    {XY_STR_INIT("x-yoga-id"), XY_STR_INIT("yoga")},
};

xy_health xy__health_of(xy_pubsub *ps)
{
    xy_store_state store = xy__store_state(xy__pubsub_store(ps));
    xy_health health = {200, "{\"status\":\"ok\"}"};

    if (store != XY_STORE_LOCAL)
        snprintf(health.body, sizeof health.body,
                 "{\"status\":\"ok\",\"store\":\"redis\",\"connected\":%s,\"waiting\":%" PRIu64 "}",
                 store == XY_STORE_CONNECTED ? "true" : "false",
                 xy__gauge_read(&xy__pubsub_gauges(ps)->store_waiting));
    return health;
}

xy_health xy__readiness_of(const xy_pubsub *ps, bool draining)
{
    if (draining)
        return (xy_health){503,
                           "{\"status\":\"unavailable\",\"reason\":\"The server is stopping.\"}"};
    if (xy__store_state(xy__pubsub_store(ps)) == XY_STORE_DISCONNECTED)
        return (xy_health){
            503, "{\"status\":\"unavailable\",\"reason\":\"There is no connection to Redis.\"}"};
    return (xy_health){200, "{\"status\":\"ready\"}"};
}

static void respond(xy_exchange *exchange, const xy_health *health)
{
    xy__exchange_respond(exchange, health->status, XY_HTTP_HEADERS(headers),
                         xy_str_from(health->body));
}

void xy__health_serve(xy_service *service, xy_exchange *exchange)
{
    xy_health health = xy__health_of(service->shared->pubsub);

    respond(exchange, &health);
}

void xy__readiness_serve(xy_service *service, xy_exchange *exchange)
{
    xy_health health = xy__readiness_of(service->shared->pubsub, xy__exchange_draining(exchange));

    respond(exchange, &health);
}
