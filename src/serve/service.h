/* SPDX-License-Identifier: MIT */
/* serve/service.h -- GraphQL over HTTP for one worker: the handler that its HTTP server calls.
 *
 *   path                 /graphql             serve/request.h
 *   path/stream          single connection    serve/single.h
 *   path/health, path/readiness               serve/health.h
 *   path/publish and others, with the secret  serve/admin.h
 *   metrics_path                              serve/metrics.h
 *   routes of the configuration
 *
 * Loop's thread only. */
#ifndef XY_SERVE_SERVICE_H
#define XY_SERVE_SERVICE_H

#include "xylem/server.h"

#include "execution/document.h"
#include "execution/executor.h"
#include "http/exchange.h"
#include "realtime/hub.h"
#include "realtime/live.h"
#include "serve/accept.h"
#include "serve/encoding.h"
#include "serve/heartbeat.h"
#include "serve/leases.h"
#include "serve/metrics.h"
#include "serve/record.h"
#include "serve/revocation_reader.h"
#include "serve/revocations.h"
#include "serve/shared.h"

/* What is written to many streams of one format, framed once. NULL where there is nothing. */
typedef struct xy_stream_frames {
    xy_bytes *opening;
    xy_bytes *heartbeat;
} xy_stream_frames;

typedef struct xy_streams_member xy_streams_member; /* serve/streams.h */

typedef struct xy_service {
    xy_app *app;
    const xy_server_config *config;
    const xy_shared *shared;
    xy_loop *loop;
    xy_hub *hub;
    xy_live *live;
    xy_executor executor;
    xy_document_options document_options;
    xy_heartbeats heartbeats;
    xy_leases leases; /* of streams whose client is known */
    xy_revocations_member *revocations;
    xy_revocation_reader revocation_reader;
    xy_encoder *encoder;                     /* of results */
    xy_link answers;                         /* requests that are not answered to the end */
    xy_stream_frames frames[XY_MEDIA_COUNT]; /* of the formats of streams */
    uint64_t request_seed;                   /* of the next request's id */
    uint64_t id_seed;                        /* of what is shown instead of addresses */
    struct xy_single *single;
    xy_streams_member *streams; /* NULL: nobody may look */
    xy_metrics metrics;
} xy_service;

/* keeps: all arguments, until xy__service_destroy(). gives: the service. */
xy_service *xy__service_create(xy_app *app, const xy_server_config *config, xy_loop *loop,
                               xy_hub *hub, xy_live *live, const xy_shared *shared);

/* takes: service (NULL is fine). No exchange or stream of it may be open. */
void xy__service_destroy(xy_service *service);

/* The handler; the exchange's server must have been given the service as its argument. */
void xy__service_handle(xy_exchange *exchange);

/* Is `path` below config.path? Then cut that off. */
bool xy__service_below(const xy_service *service, xy_str *path);

/* An operation is over, or was refused: count and log it. */
void xy__service_record(xy_service *service, const xy_record *record);

/* End the stream of every subscription and live query, without `complete`: they are not over, and a
 * client that sees its stream end asks again, elsewhere or here after a restart. New ones get 503.
 * Other answers may finish. */
void xy__service_drain(xy_service *service);

#endif
