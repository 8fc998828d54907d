/* SPDX-License-Identifier: MIT */
#include "serve/single_operation.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "serve/context.h"

typedef struct operation {
    xy_reply reply;
    xy_outlet outlet;
    xy_single *single;
    xy_exchange *exchange; /* until it is begun or refused */
    xy_seat *seat;         /* until it completes or leaves */
    xy_context *context;   /* a reference, once it is begun */
    xy_link link;          /* in the endpoint's operations */
} operation;

/* The seat has been dealt with by the caller. */
static void destroy(operation *op)
{
    xy__list_remove(&op->link);
    xy__context_unref(op->context);
    free(op);
}

/* ---- the outlet ---- */

static int put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    operation *op = XY_CONTAINER(outlet, operation, outlet);
    xy_str json = xy_bytes_str(result);
    int rc = xy__seat_next(op->seat, json);

    xy__context_note(op->context, json.len, flags);
    xy_bytes_unref(result);
    return rc;
}

static void end(xy_outlet *outlet)
{
    operation *op = XY_CONTAINER(outlet, operation, outlet);

    xy__seat_complete(op->seat);
    destroy(op);
}

static xy_str request_id(const xy_outlet *outlet)
{
    const char *op = (const char *)outlet - offsetof(operation, outlet);

    return xy__context_id(((const operation *)(const void *)op)->context);
}

static const xy_outlet_ops outlet_ops = {.put = put, .request_id = request_id, .end = end};

/* ---- the seat ---- */

static void on_ready(void *arg)
{
    operation *op = arg;

    xy__outlet_ready(&op->outlet);
}

static void stop(void *arg)
{
    operation *op = arg;

    xy__outlet_stop(&op->outlet);
    xy__seat_leave(op->seat);
    destroy(op);
}

/* ---- the reply ---- */

/* Never 200: results are on the stream, and a client that reads 202 waits for them there. */
static void refuse(xy_reply *reply, xy_refused why, xy_bytes *response)
{
    static const xy_http_header headers[] = {
        {XY_STR_INIT("content-type"), XY_STR_INIT("application/json; charset=utf-8")},
        {XY_STR_INIT("allow"), XY_STR_INIT("POST")},
    };
    operation *op = XY_CONTAINER(reply, operation, reply);
    bool by_get = why == XY_REFUSED_MUTATION;

    xy__exchange_respond_bytes(op->exchange, by_get ? 405 : 400,
                               (xy_http_headers){headers, by_get ? 2 : 1}, response);
    xy__seat_leave(op->seat);
    destroy(op);
}

static xy_outlet *begin(xy_reply *reply, xy_context *context, xy_expectation expected)
{
    operation *op = XY_CONTAINER(reply, operation, reply);

    (void)expected; /* an event stream carries all of them */
    op->context = xy__context_ref(context);
    xy__exchange_respond(op->exchange, 202, XY_HTTP_NO_HEADERS, XY_STR_NULL);
    op->exchange = NULL;
    return &op->outlet;
}

static const xy_reply_ops reply_ops = {.refuse = refuse, .begin = begin};

/* An event stream carries all of it, whatever else its client accepts. */
static xy_form_kind form_of(const xy_exchange *exchange)
{
    xy_str header = xy__request_header(xy__exchange_request(exchange), XY_STR("accept"));
    xy_accept accept = xy__accept_parse(header);

    return accept.form[XY_MEDIA_EVENT_STREAM] == XY_FORM_2023 ? XY_FORM_2023 : XY_FORM_2022;
}

int xy__single_operation_create(xy_single *single, xy_reservation *reservation, xy_str id,
                                xy_exchange *exchange, xy_reply **out)
{
    operation *op = xy__zalloc(sizeof *op);
    int rc = xy__seat_take(reservation, id, single->service->loop,
                           (xy_seat_events){on_ready, stop, op}, &op->seat);

    if (rc < 0) {
        free(op);
        return rc;
    }
    op->reply = (xy_reply){&reply_ops, form_of(exchange)};
    op->outlet.ops = &outlet_ops;
    op->single = single;
    op->exchange = exchange;
    xy__list_append(&single->operations, &op->link);
    *out = &op->reply;
    return XY_OK;
}

void xy__single_operations_stop(xy_single *single)
{
    while (!xy__list_empty(&single->operations))
        stop(XY_CONTAINER(single->operations.next, operation, link));
}
