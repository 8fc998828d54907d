/* SPDX-License-Identifier: MIT */
/* serve/publish.c -- 400 and 413 are said before anything is published; 503 when a worker is too
 * far behind, or the store away, with the number of events that went out before. */
#include "serve/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "json/write.h"
#include "serve/admin.h"
#include "serve/http_error.h"

typedef struct event {
    xy_str topic;
    xy_str id;         /* null: none */
    xy_bytes *payload; /* JSON text */
} event;

/* The events of a request, on the stack of its handler. */
typedef struct batch {
    xy_service *service;
    xy_exchange *exchange;
    bool is_list;
    size_t count;
    size_t index; /* of the one that is looked at */
    event *events;
} batch;

/* The member `name` of the event at hand is wrong. Returns false. */
static bool refuse(const batch *b, int status, const char *name, const char *problem)
{
    char message[XY_ADMIN_PROBLEM_MAX];
    char place[XY_ADMIN_PLACE_MAX];

    snprintf(message, sizeof message, "%s %s.",
             xy__admin_place(place, "events", b->is_list, b->index, name), problem);
    xy__exchange_respond_error(b->exchange, status, xy_str_from(message));
    return false;
}

static bool read_topic(const batch *b, const xy_value *topic, event *out)
{
    if (!topic || topic->kind != XY_VALUE_STRING)
        return refuse(b, 400, "topic", "must be a string");
    if (!topic->len)
        return refuse(b, 400, "topic", "must not be empty");
    out->topic = xy_value_text(topic);
    return true;
}

static bool read_id(const batch *b, const xy_value *id, event *out)
{
    char scratch[XY_TOPIC_BYTES_MAX];

    if (id && id->kind != XY_VALUE_STRING && id->kind != XY_VALUE_NULL)
        return refuse(b, 400, "id", "must be a string, or null");
    out->id = id ? xy_value_text(id) : XY_STR_NULL;
    if (!xy__topic_name(scratch, out->topic, out->id).ptr)
        return refuse(b, 400, "topic", "and id together are longer than 4096 bytes");
    return true;
}

static bool read_payload(const batch *b, const xy_value *payload, event *out)
{
    uint32_t max = b->service->config->limits.event_bytes_max;
    char problem[64];
    xy_buf buf;

    if (!payload)
        return refuse(b, 400, "payload", "is missing; it may be any JSON, null too");
    xy__buf_init(&buf, max);
    xy__json_write_value(&buf, payload);
    if (buf.err) {
        xy__buf_deinit(&buf);
        snprintf(problem, sizeof problem, "is larger than %" PRIu32 " bytes", max);
        return refuse(b, 413, "payload", problem);
    }
    out->payload = xy__buf_take(&buf);
    return true;
}

/* A misspelt id would reach all who listen to the topic itself: what is unknown is refused. */
static bool check_members(const batch *b, const xy_value *value)
{
    for (uint32_t i = 0; i < value->len; i++) {
        xy_str key = value->members[i].key;

        if (!xy_str_is(key, "topic") && !xy_str_is(key, "id") && !xy_str_is(key, "payload"))
            return refuse(b, 400, "", "may have topic, id and payload, and nothing else");
    }
    return true;
}

static bool read_event(const batch *b, const xy_value *value, event *out)
{
    if (value->kind != XY_VALUE_OBJECT)
        return refuse(b, 400, "", b->is_list ? "must be an object" : "must be an object or a list");
    return check_members(b, value) && read_topic(b, xy_value_get(value, XY_STR("topic")), out) &&
           read_id(b, xy_value_get(value, XY_STR("id")), out) &&
           read_payload(b, xy_value_get(value, XY_STR("payload")), out);
}

static bool read_events(batch *b, const xy_value *values)
{
    for (b->index = 0; b->index < b->count; b->index++)
        if (!read_event(b, &values[b->index], &b->events[b->index]))
            return false;
    return true;
}

/* Those before b->index are out already. */
static void respond_later(const batch *b, int rc)
{
    static const xy_http_header retry = {XY_STR_INIT("retry-after"), XY_STR_INIT("1")};
    char message[XY_ADMIN_PROBLEM_MAX];

    snprintf(message, sizeof message,
             "%s: %zu of %zu events were published. Try again with the others.",
             rc == XY_EUNAVAILABLE ? "The store is away" : "A worker is too far behind", b->index,
             b->count);
    xy__respond_error(b->exchange, 503, retry, xy_str_from(message));
}

static void publish(batch *b)
{
    char scratch[XY_TOPIC_BYTES_MAX];
    char count[24];

    for (b->index = 0; b->index < b->count; b->index++) {
        const event *e = &b->events[b->index];
        xy_str name = xy__topic_name(scratch, e->topic, e->id);
        int rc = xy__pubsub_publish(b->service->shared->pubsub, name, e->payload);

        if (rc < 0) {
            respond_later(b, rc);
            return;
        }
    }
    snprintf(count, sizeof count, "%zu", b->count);
    xy__admin_respond(b->exchange, "published", count);
}

void xy__publish_serve(xy_service *service, xy_exchange *exchange, const xy_value *body)
{
    bool is_list = body->kind == XY_VALUE_LIST;
    batch b = {
        .service = service,
        .exchange = exchange,
        .is_list = is_list,
        .count = is_list ? body->len : 1,
    };

    b.events = xy__zalloc((b.count ? b.count : 1) * sizeof *b.events);
    if (read_events(&b, is_list ? body->items : body))
        publish(&b);
    for (size_t i = 0; i < b.count; i++)
        xy_bytes_unref(b.events[i].payload);
    free(b.events);
}
