/* SPDX-License-Identifier: MIT */
#include "serve/answer.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/fatal.h"

#define BIT(s)         (1u << (s))

#define EVENT_HEAD     "event: next\ndata: "
#define EVENT_TAIL     "\n\n"
#define EVENT_COMPLETE "event: complete\ndata:\n\n"

static const uint8_t answer_may_go[XY_ANSWER_STATES] = {
    [XY_ANSWER_NEW] = BIT(XY_ANSWER_PENDING) | BIT(XY_ANSWER_STREAMING) | BIT(XY_ANSWER_DONE),
    [XY_ANSWER_PENDING] = BIT(XY_ANSWER_DONE),
    [XY_ANSWER_STREAMING] = BIT(XY_ANSWER_DONE),
    [XY_ANSWER_DONE] = 0,
};

static void answer_go(xy_answer *answer, xy_answer_state to)
{
    XY_ASSERT(to < XY_ANSWER_STATES);
    XY_ASSERT(answer_may_go[answer->state] & BIT(to));
    answer->state = to;
}

/* Enters DONE and frees the answer. The exchange or sink has been dealt with by the caller. */
static void finish(xy_answer *answer)
{
    xy_service *service = answer->service;

    answer_go(answer, XY_ANSWER_DONE);
    xy__heart_stop(&service->heartbeats, &answer->heart);
    xy__list_remove(&answer->link);
    xy__operation_unref(answer->operation);
    free(answer);
}

static xy_http_headers json_headers(xy_media media, xy_http_header header[1])
{
    header[0] = (xy_http_header){XY_STR("content-type"), xy__media_type(media)};
    return (xy_http_headers){header, 1};
}

static void respond(xy_answer *answer, int status, xy_bytes *body)
{
    xy_http_header header[1];

    xy__exchange_respond_bytes(answer->exchange, status, json_headers(answer->media, header), body);
    answer->exchange = NULL;
}

/* ---- JSON ---- */

/* A result without data is not a success, as a GraphQL response (GraphQL over HTTP, 6.4.2); clients
 * of application/json read a body only when it is one. */
static int status_of(const xy_answer *answer, unsigned flags)
{
    if (flags & XY_PUT_TIMEOUT)
        return answer->media == XY_MEDIA_JSON ? 200 : 504;
    return flags & XY_PUT_NO_DATA ? 400 : 200;
}

static int json_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    xy_answer *answer = XY_CONTAINER(outlet, xy_answer, outlet);

    XY_ASSERT(flags & XY_PUT_LAST);
    respond(answer, status_of(answer, flags), result);
    return XY_OK;
}

static void json_end(xy_outlet *outlet)
{
    finish(XY_CONTAINER(outlet, xy_answer, outlet));
}

static const xy_outlet_ops json_ops = {.put = json_put, .end = json_end};

static void on_exchange_stop(xy_exchange *exchange, void *arg)
{
    xy_answer *answer = arg;

    (void)exchange;
    answer->exchange = NULL;
    xy__outlet_stop(&answer->outlet);
    finish(answer);
}

/* ---- event stream (graphql-sse, distinct connections mode) ---- */

static int write_event(xy_answer *answer, xy_str json)
{
    size_t len = sizeof EVENT_HEAD - 1 + json.len + sizeof EVENT_TAIL - 1;
    xy_bytes *event = xy__bytes_alloc(len);

    memcpy(event->data, EVENT_HEAD, sizeof EVENT_HEAD - 1);
    memcpy(event->data + sizeof EVENT_HEAD - 1, json.ptr, json.len);
    memcpy(event->data + len - (sizeof EVENT_TAIL - 1), EVENT_TAIL, sizeof EVENT_TAIL - 1);
    event->len = len;
    xy__heart_spoke(&answer->service->heartbeats, &answer->heart);
    return xy__sink_write(answer->sink, event);
}

static int events_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    xy_answer *answer = XY_CONTAINER(outlet, xy_answer, outlet);
    int rc = write_event(answer, xy_bytes_str(result));

    (void)flags;
    xy_bytes_unref(result);
    return rc;
}

static void end_events(xy_answer *answer)
{
    xy__sink_write(answer->sink, xy_bytes_create(XY_STR(EVENT_COMPLETE)));
    xy__sink_end(answer->sink);
    answer->sink = NULL;
}

static void events_end(xy_outlet *outlet)
{
    xy_answer *answer = XY_CONTAINER(outlet, xy_answer, outlet);

    end_events(answer);
    finish(answer);
}

static const xy_outlet_ops events_ops = {.put = events_put, .end = events_end};

static void on_sink_ready(xy_sink *sink, void *arg)
{
    xy_answer *answer = arg;

    (void)sink;
    xy__outlet_ready(&answer->outlet);
}

static void on_sink_stop(xy_sink *sink, void *arg)
{
    xy_answer *answer = arg;

    (void)sink;
    answer->sink = NULL;
    xy__outlet_stop(&answer->outlet);
    finish(answer);
}

static void open_events(xy_answer *answer)
{
    static const xy_http_header headers[] = {
        {XY_STR_INIT("content-type"), XY_STR_INIT("text/event-stream")},
        {XY_STR_INIT("cache-control"), XY_STR_INIT("no-cache, no-transform")},
        {XY_STR_INIT("x-accel-buffering"), XY_STR_INIT("no")},
    };
    xy_service *service = answer->service;
    size_t high = service->config->limits.stream_bytes_max;

    answer->sink = xy__exchange_stream(answer->exchange, 200, XY_HTTP_HEADERS(headers));
    answer->exchange = NULL;
    xy__sink_listen(answer->sink, (xy_sink_events){on_sink_ready, on_sink_stop, answer});
    /* No budget: producers stop at the high mark, so that one result at most lies above it. */
    xy__sink_limit(answer->sink, high, 0);
    xy__sink_write_frame(answer->sink, service->first_frame);
    xy__heart_start(&service->heartbeats, &answer->heart);
}

/* ---- both ---- */

xy_answer *xy__answer_create(xy_service *service, xy_exchange *exchange, xy_media media)
{
    xy_answer *answer = xy__zalloc(sizeof *answer);

    answer->service = service;
    answer->exchange = exchange;
    answer->media = media;
    xy__list_init(&answer->heart.link);
    xy__list_append(&service->answers, &answer->link);
    return answer;
}

void xy__answer_begin(xy_answer *answer, xy_operation *operation)
{
    answer->operation = xy__operation_ref(operation);
    if (answer->media == XY_MEDIA_EVENT_STREAM) {
        answer_go(answer, XY_ANSWER_STREAMING);
        answer->outlet.ops = &events_ops;
        open_events(answer);
    } else {
        answer_go(answer, XY_ANSWER_PENDING);
        answer->outlet.ops = &json_ops;
        xy__exchange_on_stop(answer->exchange, on_exchange_stop, answer);
    }
}

void xy__answer_refuse(xy_answer *answer, int status, xy_bytes *response)
{
    if (answer->media == XY_MEDIA_EVENT_STREAM) {
        open_events(answer);
        write_event(answer, xy_bytes_str(response));
        xy_bytes_unref(response);
        end_events(answer);
    } else {
        respond(answer, status, response);
    }
    finish(answer);
}

void xy__answer_drain(xy_answer *answer)
{
    if (answer->state != XY_ANSWER_STREAMING)
        return;
    xy__outlet_stop(&answer->outlet);
    xy__sink_end(answer->sink);
    answer->sink = NULL;
    finish(answer);
}
