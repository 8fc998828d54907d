/* SPDX-License-Identifier: MIT */
#include "serve/single_stream.h"

#include <stdlib.h>

#include "base/fatal.h"

typedef struct stream {
    xy_single *single;
    xy_reservation *reservation; /* a reference */
    xy_sink *sink;
    xy_heart heart;
    xy_link link; /* in the endpoint's streams */
    char token[XY_TOKEN_LEN];
} stream;

/* The sink has been dealt with by the caller. */
static void destroy(stream *s)
{
    xy__reservations_close(s->single->table, (xy_str){s->token, XY_TOKEN_LEN}, s->reservation);
    xy__heart_stop(&s->single->heartbeats, &s->heart);
    xy__list_remove(&s->link);
    free(s);
}

/* What waits, until the sink is full; it says when to go on. */
static void pump(void *arg)
{
    stream *s = arg;
    xy_bytes *event;

    while (!xy__sink_full(s->sink) && (event = xy__reservation_take(s->reservation))) {
        xy__heart_spoke(&s->single->heartbeats, &s->heart);
        if (xy__sink_write(s->sink, event) < 0)
            break;
    }
}

static void on_sink_ready(xy_sink *sink, void *arg)
{
    (void)sink;
    pump(arg);
}

static void on_sink_stop(xy_sink *sink, void *arg)
{
    (void)sink;
    destroy(arg);
}

static const xy_sink_events sink_events = {on_sink_ready, on_sink_stop};

static void begin(stream *s, xy_exchange *exchange)
{
    static const xy_http_header headers[] = {
        {XY_STR_INIT("content-type"), XY_STR_INIT("text/event-stream; charset=utf-8")},
        {XY_STR_INIT("cache-control"), XY_STR_INIT("no-cache, no-transform")},
        {XY_STR_INIT("x-accel-buffering"), XY_STR_INIT("no")},
    };
    const xy_service *service = s->single->service;

    s->sink = xy__exchange_stream(exchange, 200, XY_HTTP_HEADERS(headers));
    xy__sink_listen(s->sink, &sink_events, s);
    /* A quarter here, the rest in the reservation's queue; no budget, as nothing is written to a
     * full sink. */
    xy__sink_limit(s->sink, service->config->limits.stream_bytes_max / 4, 0);
    xy__sink_write_frame(s->sink, service->frames[XY_MEDIA_EVENT_STREAM].opening);
    xy__heart_start(&s->single->heartbeats, &s->heart);
    pump(s);
}

int xy__single_stream_open(xy_single *single, xy_exchange *exchange, xy_str token)
{
    stream *s = xy__zalloc(sizeof *s);
    int rc = xy__reservations_open(single->table, token,
                                   (xy_reservation_stream){single->service->loop, pump, s},
                                   &s->reservation);

    if (rc < 0) {
        free(s);
        return rc;
    }
    memcpy(s->token, token.ptr, XY_TOKEN_LEN);
    s->single = single;
    xy__list_append(&single->streams, &s->link);
    begin(s, exchange);
    return XY_OK;
}

void xy__single_stream_beat(xy_heart *heart)
{
    stream *s = XY_CONTAINER(heart, stream, heart);

    /* Who does not read what waits already would not read a heartbeat either. */
    if (xy__sink_queued(s->sink) == 0)
        xy__sink_write_frame(s->sink, s->single->service->frames[XY_MEDIA_EVENT_STREAM].heartbeat);
}

void xy__single_streams_end(xy_single *single)
{
    while (!xy__list_empty(&single->streams)) {
        stream *s = XY_CONTAINER(single->streams.next, stream, link);

        xy__sink_end(s->sink);
        destroy(s);
    }
}
