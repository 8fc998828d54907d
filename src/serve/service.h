/* SPDX-License-Identifier: MIT */
/* serve/service.h -- GraphQL over HTTP for one worker: the handler that its HTTP server calls.
 *
 * Routes the path, then hands a GraphQL request to serve/request.h. Loop's thread only. */
#ifndef XY_SERVE_SERVICE_H
#define XY_SERVE_SERVICE_H

#include "xylem/server.h"

#include "execution/document.h"
#include "execution/executor.h"
#include "http/exchange.h"
#include "realtime/hub.h"
#include "serve/document_cache.h"
#include "serve/heartbeat.h"

typedef struct xy_service {
    xy_app *app;
    const xy_server_config *config;
    xy_loop *loop;
    xy_hub *hub;
    xy_document_cache *cache; /* NULL: switched off */
    xy_executor executor;
    xy_document_options document_options;
    xy_heartbeats heartbeats;
    xy_link answers;       /* requests that are not answered to the end */
    xy_bytes *first_frame; /* the comment that opens an event stream, and its heartbeat */
} xy_service;

/* keeps: all arguments, until xy__service_destroy(). gives: the service. */
xy_service *xy__service_create(xy_app *app, const xy_server_config *config, xy_loop *loop,
                               xy_hub *hub, xy_document_cache *cache);

/* takes: service (NULL is fine). No exchange or stream of it may be open. */
void xy__service_destroy(xy_service *service);

/* The handler; the exchange's server must have been given the service as its argument. */
void xy__service_handle(xy_exchange *exchange);

/* End every event stream, without `complete`: the subscriptions are not over, and a client that
 * sees its stream end asks again, elsewhere or here after a restart. New streams get 503. */
void xy__service_drain(xy_service *service);

#endif
