/* SPDX-License-Identifier: MIT */
#include "server/metrics_listener.h"

#include "base/fatal.h"
#include "serve/metrics.h"

/* Nobody asks but a few collectors, and they send no bodies. */
#define CONNECTIONS_MAX 64u
#define BODY_MAX        ((size_t)4 << 10)

static void handle(xy_exchange *exchange)
{
    const xy_metrics_listener *listener = xy__exchange_arg(exchange);
    xy_app *app = listener->app;

    if (xy_str_is(xy__exchange_request(exchange)->path, app->config->metrics_path)) {
        xy__metrics_serve(&app->metrics, exchange);
    } else {
        xy__exchange_respond_error(exchange, 404,
                                   XY_STR("There is nothing but metrics on this port."));
    }
}

void xy__metrics_listener_open(xy_metrics_listener *listener, xy_app *app, xy_loop *loop, int fd)
{
    xy_http_options options;

    xy__http_options_init(&options);
    options.handler = handle;
    options.arg = listener;
    options.connections_max = CONNECTIONS_MAX;
    options.body_max = BODY_MAX;
    listener->app = app;
    listener->http = xy__http_server_create(loop, &options);
    XY_ASSERT(xy__http_server_listen_fd(listener->http, fd) == XY_OK);
}

void xy__metrics_listener_close(xy_metrics_listener *listener)
{
    if (!listener->http)
        return;
    xy__http_server_close(listener->http, NULL, NULL);
    listener->http = NULL;
}
