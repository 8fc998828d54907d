/* SPDX-License-Identifier: MIT */
/* serve/single.h -- many operations over one event stream: the single connection mode of
 * graphql-sse (its PROTOCOL.md), at `path/stream`.
 *
 *   PUT     reserve a stream             201, a token
 *   GET     open it                      200, text/event-stream
 *   POST    start an operation           202; its results are events of the stream
 *   DELETE  stop one                     200
 *
 * A request without a token that names an event stream is served as at `path`. Loop's thread
 * only. */
#ifndef XY_SERVE_SINGLE_H
#define XY_SERVE_SINGLE_H

#include "serve/reservations.h"
#include "serve/service.h"

/* The endpoint of one worker: its streams, and the operations that it runs. Where the stream of an
 * operation is, is the business of its reservation. */
typedef struct xy_single {
    xy_service *service;
    xy_reservations *table; /* NULL: switched off */
    xy_heartbeats heartbeats;
    xy_link streams;    /* of serve/single_stream.h */
    xy_link operations; /* of serve/single_operation.h */
    xy_timer expiry;    /* of reservations made here */
} xy_single;

/* keeps: service, until the destroy. gives: the endpoint. */
xy_single *xy__single_create(xy_service *service);

/* takes: single (NULL is fine). No stream or operation may be left. */
void xy__single_destroy(xy_single *single);

/* Answer a request. */
void xy__single_serve(xy_service *service, xy_exchange *exchange);

/* End all streams and stop all operations, without `complete`. The exchanges' server refuses new
 * ones from now on. */
void xy__single_drain(xy_single *single);

#endif
