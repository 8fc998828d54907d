/* SPDX-License-Identifier: MIT */
#include "serve/answer.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "serve/context.h"
#include "serve/http_error.h"
#include "serve/result.h"

#define BIT(s) (1u << (s))

static const uint8_t answer_may_go[XY_ANSWER_STATES] = {
    [XY_ANSWER_NEW] = BIT(XY_ANSWER_PENDING) | BIT(XY_ANSWER_WAITING) | BIT(XY_ANSWER_STREAMING) |
                      BIT(XY_ANSWER_DONE),
    [XY_ANSWER_PENDING] = BIT(XY_ANSWER_DONE),
    [XY_ANSWER_WAITING] = BIT(XY_ANSWER_STREAMING) | BIT(XY_ANSWER_DONE),
    [XY_ANSWER_STREAMING] = BIT(XY_ANSWER_DONE),
    [XY_ANSWER_DONE] = 0,
};

static void answer_go(xy_answer *answer, xy_answer_state to)
{
    XY_ASSERT(to < XY_ANSWER_STATES);
    XY_ASSERT(answer_may_go[answer->state] & BIT(to));
    answer->state = (uint8_t)to;
}

/* Enters DONE and frees the answer. The exchange or sink has been dealt with by the caller. */
static void finish(xy_answer *answer)
{
    xy_service *service = answer->service;
    xy_context *context = answer->state == XY_ANSWER_NEW ? NULL : answer->context;

    answer_go(answer, XY_ANSWER_DONE);
    xy__heart_stop(&service->heartbeats, &answer->heart);
    xy__list_remove(&answer->link);
    xy__context_unref(context);
    free(answer);
}

static xy_str request_id(const xy_answer *answer)
{
    return answer->state == XY_ANSWER_NEW ? xy__request_id_text(&answer->caller->id)
                                          : xy__context_id(answer->context);
}

/* ---- JSON ---- */

/* takes: body. */
static void respond(xy_answer *answer, int status, xy_bytes *body)
{
    const xy_result_head head = {
        .status = status,
        .media = (xy_media)answer->media,
        .request_id = request_id(answer),
    };

    xy__result_respond(answer->service, answer->exchange, &head, body);
    answer->exchange = NULL;
}

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
    xy__context_note(answer->context, result->len, flags);
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

/* ---- a stream ---- */

static int write_result(xy_answer *answer, const xy_stream_format *format, xy_bytes *result)
{
    xy_bytes *frame = format->frame(XY_STR_NULL, xy_bytes_str(result));

    xy_bytes_unref(result);
    xy__heart_spoke(&answer->service->heartbeats, &answer->heart);
    return xy__sink_write(answer->sink, frame);
}

static int stream_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    xy_answer *answer = XY_CONTAINER(outlet, xy_answer, outlet);

    xy__context_note(answer->context, result->len, flags);
    return write_result(answer, answer->format, result);
}

_Static_assert(XY_MEDIA_COUNT <= XY_SHARED_FRAMES,
               "a shared result has a frame for each media type");

/* The first of several answers of one format frames a result for all of them. */
static int stream_put_shared(xy_outlet *outlet, xy_shared_result *result)
{
    xy_answer *answer = XY_CONTAINER(outlet, xy_answer, outlet);
    xy_bytes **frame = &result->frames[answer->media];

    if (!*frame) {
        xy_bytes *text =
            answer->format->frame(xy__shared_result_name(result), xy_bytes_str(result->json));

        *frame = xy__sink_frame(xy_bytes_str(text));
        xy_bytes_unref(text);
    }
    xy__context_note(answer->context, result->json->len, result->flags);
    xy__heart_spoke(&answer->service->heartbeats, &answer->heart);
    return xy__sink_write_frame(answer->sink, *frame);
}

static void end_stream(xy_answer *answer, const xy_stream_format *format)
{
    xy__sink_write(answer->sink, xy_bytes_create(format->closing));
    xy__sink_end(answer->sink);
    answer->sink = NULL;
}

static void stream_end(xy_outlet *outlet)
{
    xy_answer *answer = XY_CONTAINER(outlet, xy_answer, outlet);

    end_stream(answer, answer->format);
    finish(answer);
}

static xy_str stream_request_id(const xy_outlet *outlet)
{
    const char *answer = (const char *)outlet - offsetof(xy_answer, outlet);

    return xy__context_id(((const xy_answer *)(const void *)answer)->context);
}

static const xy_outlet_ops stream_ops = {
    .request_id = stream_request_id,
    .put = stream_put,
    .put_shared = stream_put_shared,
    .end = stream_end,
};

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

static const xy_sink_events sink_events = {on_sink_ready, on_sink_stop};

static void open_stream(xy_answer *answer, const xy_stream_format *format, int status)
{
    xy_service *service = answer->service;
    xy_http_header headers[XY_STREAM_HEADERS_MAX + 1];
    size_t len = format->headers.len;

    memcpy(headers, format->headers.items, len * sizeof *headers);
    headers[len++] = (xy_http_header){XY_STR("x-request-id"), request_id(answer)};
    answer->sink = xy__exchange_stream(answer->exchange, status, (xy_http_headers){headers, len});
    xy__sink_listen(answer->sink, &sink_events, answer);
    /* No budget: producers stop at the high mark, so that one result at most lies above it. */
    xy__sink_limit(answer->sink, service->config->limits.stream_bytes_max, 0);
    xy__sink_write_frame(answer->sink, service->frames[answer->media].opening);
    if (format->heartbeat.len)
        xy__heart_start(&service->heartbeats, &answer->heart);
}

/* ---- a stream whose head waits ---- */

static void waiting_open(xy_outlet *outlet)
{
    xy_answer *answer = XY_CONTAINER(outlet, xy_answer, outlet);

    answer_go(answer, XY_ANSWER_STREAMING);
    outlet->ops = &stream_ops;
    open_stream(answer, answer->format, 200);
}

static int waiting_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    waiting_open(outlet);
    return stream_put(outlet, result, flags);
}

static int waiting_put_shared(xy_outlet *outlet, xy_shared_result *result)
{
    waiting_open(outlet);
    return stream_put_shared(outlet, result);
}

static void waiting_end(xy_outlet *outlet)
{
    waiting_open(outlet);
    stream_end(outlet);
}

static const xy_outlet_ops waiting_ops = {
    .open = waiting_open,
    .request_id = stream_request_id,
    .put = waiting_put,
    .put_shared = waiting_put_shared,
    .end = waiting_end,
};

/* ---- without an end of its own ---- */

void xy__answer_beat(xy_heart *heart)
{
    xy_answer *answer = XY_CONTAINER(heart, xy_answer, heart);

    /* Who does not read what waits already would not read a heartbeat either. */
    if (xy__sink_queued(answer->sink) == 0)
        xy__sink_write_frame(answer->sink, answer->service->frames[answer->media].heartbeat);
}

void xy__answer_drain(xy_answer *answer)
{
    bool waits = answer->state == XY_ANSWER_WAITING;

    if (!waits && (answer->state != XY_ANSWER_STREAMING || !answer->endless))
        return;
    xy__outlet_stop(&answer->outlet);
    if (waits) {
        xy__respond_draining(answer->exchange);
        answer->exchange = NULL;
    } else {
        xy__sink_end(answer->sink);
        answer->sink = NULL;
    }
    finish(answer);
}

/* ---- the reply ---- */

/* An event stream or a stream of payloads is read only when it is a success. */
static int refused_status(xy_refused why, xy_media media)
{
    if (media == XY_MEDIA_EVENT_STREAM || media == XY_MEDIA_MULTIPART_PAYLOADS)
        return 200;
    switch (why) {
    case XY_REFUSED_NO_QUERY:
    case XY_REFUSED_DOCUMENT:
    case XY_REFUSED_UNTRUSTED:
        return media == XY_MEDIA_JSON ? 200 : 400;
    case XY_REFUSED_LIMIT:
    case XY_REFUSED_PERSISTED:
        return 200;
    case XY_REFUSED_MUTATION:
        return 405;
    case XY_REFUSED_PARAMS:
    case XY_REFUSED_OPERATION:
        break;
    }
    return 400;
}

static const xy_http_header allow_post = {XY_STR_INIT("allow"), XY_STR_INIT("POST")};

static void answer_refuse(xy_reply *reply, xy_refused why, xy_bytes *response)
{
    xy_answer *answer = XY_CONTAINER(reply, xy_answer, reply);
    const xy_stream_format *format = xy__stream_format((xy_media)answer->media);
    int status = refused_status(why, (xy_media)answer->media);

    if (status == 405)
        xy__exchange_add_headers(answer->exchange, (xy_http_headers){&allow_post, 1});
    if (format) {
        open_stream(answer, format, status);
        write_result(answer, format, response);
        end_stream(answer, format);
    } else {
        respond(answer, status, response);
    }
    finish(answer);
}

/* What the results of a stream can be, for a client that accepts none of it. */
static bool accepts_stream(xy_answer *answer, xy_expectation expected)
{
    if (expected == XY_EXPECT_SUBSCRIPTION) {
        answer->media = (uint8_t)xy__accept_subscription(answer->accept);
        if (answer->media == XY_MEDIA_NONE)
            xy__respond_not_acceptable(
                answer->exchange, XY_STR("text/event-stream"),
                XY_STR("Not acceptable: a subscription is answered with a stream of results. Send "
                       "Accept: text/event-stream."));
    } else {
        answer->media = (uint8_t)xy__accept_results(answer->accept);
        if (answer->media == XY_MEDIA_NONE)
            xy__respond_not_acceptable(
                answer->exchange, XY_STR("text/event-stream; charset=utf-8, multipart/mixed"),
                XY_STR("Not acceptable: a live query is answered with a stream of results. Send "
                       "Accept: text/event-stream or multipart/mixed."));
    }
    return answer->media != XY_MEDIA_NONE;
}

/* It also needs a server that will be there to feed it. */
static bool can_stream(xy_answer *answer, xy_expectation expected)
{
    if (!accepts_stream(answer, expected))
        return false;
    if (!xy__exchange_draining(answer->exchange))
        return true;
    xy__respond_draining(answer->exchange);
    return false;
}

/* How its results leave, now that it is known what they are. */
static void start(xy_answer *answer, bool waits)
{
    if (waits) {
        answer_go(answer, XY_ANSWER_WAITING);
        answer->outlet.ops = &waiting_ops;
    } else if (answer->format) {
        answer_go(answer, XY_ANSWER_STREAMING);
        answer->outlet.ops = &stream_ops;
        open_stream(answer, answer->format, 200);
        return;
    } else {
        answer_go(answer, XY_ANSWER_PENDING);
        answer->outlet.ops = &json_ops;
    }
    xy__exchange_on_stop(answer->exchange, on_exchange_stop, answer);
}

static xy_outlet *answer_begin(xy_reply *reply, xy_context *context, xy_expectation expected)
{
    xy_answer *answer = XY_CONTAINER(reply, xy_answer, reply);

    answer->endless = expected == XY_EXPECT_SUBSCRIPTION || expected == XY_EXPECT_LIVE;
    if (answer->endless && !can_stream(answer, expected)) {
        answer->exchange = NULL;
        finish(answer);
        return NULL;
    }
    if (expected == XY_EXPECT_INCREMENTS)
        answer->media = (uint8_t)xy__accept_results(answer->accept);
    answer->format = xy__stream_format((xy_media)answer->media);
    answer->context = xy__context_ref(context);
    start(answer, expected == XY_EXPECT_SUBSCRIPTION);
    return &answer->outlet;
}

static const xy_reply_ops reply_ops = {.refuse = answer_refuse, .begin = answer_begin};

xy_answer *xy__answer_create(xy_service *service, xy_exchange *exchange, const xy_accept *accept,
                             xy_media media, const xy_caller *caller)
{
    xy_answer *answer = xy__zalloc(sizeof *answer);

    answer->reply = (xy_reply){&reply_ops, xy__accept_form(accept)};
    answer->service = service;
    answer->exchange = exchange;
    answer->accept = accept;
    answer->caller = caller;
    answer->media = (uint8_t)media;
    xy__list_init(&answer->heart.link);
    xy__list_append(&service->answers, &answer->link);
    return answer;
}
