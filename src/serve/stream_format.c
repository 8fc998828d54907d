/* SPDX-License-Identifier: MIT */
#include "serve/stream_format.h"

#include <stdio.h>

#include "base/bytes.h"

#define EVENT_ID      "id: "
#define EVENT_HEAD    "event: next\ndata: "
#define EVENT_TAIL    "\n\n"

#define PART_TYPE     "\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: "
#define PART_TAIL     "\r\n---"
#define PAYLOAD_HEAD  "{\"payload\":"
#define PAYLOAD_TAIL  "}"

#define LENGTH_DIGITS 20u

static char *put(char *at, xy_str text)
{
    memcpy(at, text.ptr, text.len);
    return at + text.len;
}

static xy_bytes *frame_event(xy_str id, xy_str json)
{
    size_t id_line = id.len ? sizeof EVENT_ID - 1 + id.len + 1 : 0;
    xy_bytes *event =
        xy__bytes_alloc(id_line + sizeof EVENT_HEAD - 1 + json.len + sizeof EVENT_TAIL - 1);
    char *at = event->data;

    if (id.len) {
        at = put(at, XY_STR(EVENT_ID));
        at = put(at, id);
        *at++ = '\n';
    }
    at = put(at, XY_STR(EVENT_HEAD));
    at = put(at, json);
    at = put(at, XY_STR(EVENT_TAIL));
    event->len = (size_t)(at - event->data);
    return event;
}

/* `json` between `head` and `tail` as one part. */
static xy_bytes *frame_part(xy_str head, xy_str json, xy_str tail)
{
    size_t len = head.len + json.len + tail.len;
    xy_bytes *part = xy__bytes_alloc(sizeof PART_TYPE + LENGTH_DIGITS + 4 + len + sizeof PART_TAIL);
    char *at = put(part->data, XY_STR(PART_TYPE));

    at += snprintf(at, LENGTH_DIGITS + 5, "%zu\r\n\r\n", len);
    at = put(at, head);
    at = put(at, json);
    at = put(at, tail);
    at = put(at, XY_STR(PART_TAIL));
    part->len = (size_t)(at - part->data);
    return part;
}

static xy_bytes *frame_result(xy_str id, xy_str json)
{
    (void)id;
    return frame_part(XY_STR(""), json, XY_STR(""));
}

static xy_bytes *frame_payload(xy_str id, xy_str json)
{
    (void)id;
    return frame_part(XY_STR(PAYLOAD_HEAD), json, XY_STR(PAYLOAD_TAIL));
}

static const xy_http_header event_headers[] = {
    {XY_STR_INIT("content-type"), XY_STR_INIT("text/event-stream")},
    {XY_STR_INIT("cache-control"), XY_STR_INIT("no-cache, no-transform")},
    {XY_STR_INIT("x-accel-buffering"), XY_STR_INIT("no")},
};

static const xy_http_header multipart_headers[] = {
    {XY_STR_INIT("content-type"), XY_STR_INIT("multipart/mixed; boundary=\"-\"")},
    {XY_STR_INIT("cache-control"), XY_STR_INIT("no-cache, no-transform")},
    {XY_STR_INIT("x-accel-buffering"), XY_STR_INIT("no")},
};

static const xy_stream_format events = {
    .headers = {event_headers, sizeof event_headers / sizeof *event_headers},
    .opening = XY_STR_INIT(":\n\n"),
    .heartbeat = XY_STR_INIT(":\n\n"),
    .closing = XY_STR_INIT("event: complete\ndata:\n\n"),
    .frame = frame_event,
};

static const xy_stream_format multipart = {
    .headers = {multipart_headers, sizeof multipart_headers / sizeof *multipart_headers},
    .opening = XY_STR_INIT("\r\n---"),
    .closing = XY_STR_INIT("--\r\n"),
    .frame = frame_result,
};

static const xy_stream_format multipart_payloads = {
    .headers = {multipart_headers, sizeof multipart_headers / sizeof *multipart_headers},
    .opening = XY_STR_INIT("\r\n---"),
    .heartbeat = XY_STR_INIT(PART_TYPE "2\r\n\r\n{}" PART_TAIL),
    .closing = XY_STR_INIT("--\r\n"),
    .frame = frame_payload,
};

const xy_stream_format *xy__stream_format(xy_media media)
{
    switch (media) {
    case XY_MEDIA_EVENT_STREAM:
        return &events;
    case XY_MEDIA_MULTIPART:
        return &multipart;
    case XY_MEDIA_MULTIPART_PAYLOADS:
        return &multipart_payloads;
    case XY_MEDIA_NONE:
    case XY_MEDIA_JSON:
    case XY_MEDIA_GRAPHQL_RESPONSE:
    case XY_MEDIA_COUNT:
        break;
    }
    return NULL;
}
