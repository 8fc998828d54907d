/* SPDX-License-Identifier: MIT */
/* serve/single.c -- the requests of the single connection mode, and what is wrong with them:
 *
 *   PUT     406 no text is accepted; 409 with a token that is in use; 503 too many reservations
 *   GET     404 unknown token; 406 no event stream is accepted; 409 the stream is open
 *   POST    404 unknown token; 415 no JSON; 400 parameters, document, variables, operation id;
 *           409 the id is in use; 429 too many operations, or results that nobody reads
 *   DELETE  404 unknown token; 400 no operation id. An operation that is over already is 200
 *
 * A GET with a token and a query starts an operation, as a POST does. Whoever has a token may do
 * all that, and nobody else can: no other site knows it, so that its GETs need no check for
 * forgery. Each operation has the identity of the request that started it. */
#include "serve/single.h"

#include <stdlib.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "serve/caller.h"
#include "serve/field.h"
#include "serve/graphql.h"
#include "serve/http_error.h"
#include "serve/query_string.h"
#include "serve/request.h"
#include "serve/single_operation.h"
#include "serve/single_stream.h"

#define ALLOWED "GET, POST, PUT, DELETE"

/* A request, on the stack of its handler. */
typedef struct request {
    xy_single *single;
    xy_exchange *exchange;
    const xy_request *http;
    xy_str accept;
    xy_str token;        /* null: none */
    xy_str operation_id; /* of the query string */
    bool has_query;      /* in the query string */
    xy_caller caller;
    xy_arena arena;
} request;

static void respond_error(request *req, int status, xy_str message)
{
    xy__exchange_respond_error(req->exchange, status, message);
}

static void respond_not_found(request *req)
{
    respond_error(req, 404, XY_STR("Stream not found"));
}

/* Does `accept` name one of `types`, as it is written? What weighs 0 is not accepted. */
static bool names(xy_str accept, const xy_str *types, size_t count)
{
    while (accept.len) {
        xy_str range = xy__field_cut(&accept, ',');
        xy_str type = xy__field_cut(&range, ';');
        xy_str parameter = xy__field_cut(&range, ';');

        if (parameter.len > 2 && xy__header_is((xy_str){parameter.ptr, 2}, XY_STR("q=")) &&
            xy__field_weight((xy_str){parameter.ptr + 2, parameter.len - 2}) == 0)
            continue;
        for (size_t i = 0; i < count; i++)
            if (xy__header_is(type, types[i]))
                return true;
    }
    return false;
}

static bool names_events(const request *req)
{
    static const xy_str events = XY_STR_INIT("text/event-stream");

    return names(req->accept, &events, 1);
}

/* ---- PUT ---- */

static void on_expiry(xy_timer *timer)
{
    xy_single *single = XY_CONTAINER(timer, xy_single, expiry);
    xy_loop *loop = single->service->loop;
    uint64_t left_ms = xy__reservations_expire(single->table, xy__loop_now(loop));

    if (left_ms)
        xy__timer_start(loop, timer, left_ms);
}

static void respond_token(request *req, const char token[XY_TOKEN_LEN])
{
    static const xy_http_header headers[] = {
        {XY_STR_INIT("content-type"), XY_STR_INIT("text/plain; charset=utf-8")},
        {XY_STR_INIT("cache-control"), XY_STR_INIT("no-store")},
    };
    xy_single *single = req->single;
    uint32_t wait_ms = single->service->config->limits.reservation_wait_ms;

    if (wait_ms && !xy__timer_armed(&single->expiry))
        xy__timer_start(single->service->loop, &single->expiry, wait_ms);
    xy__exchange_respond(req->exchange, 201, XY_HTTP_HEADERS(headers),
                         (xy_str){token, XY_TOKEN_LEN});
}

static bool check_token_is_new(request *req)
{
    xy_reservation *reservation = xy__reservations_find(req->single->table, req->token);

    if (reservation)
        respond_error(req, 409, XY_STR("Stream already registered"));
    xy__reservation_unref(reservation);
    return !reservation;
}

static void reserve(request *req)
{
    static const xy_str types[] = {
        XY_STR_INIT("text/plain"),
        XY_STR_INIT("text/*"),
        XY_STR_INIT("*/*"),
    };
    static const xy_http_header retry = {XY_STR_INIT("retry-after"), XY_STR_INIT("1")};
    char token[XY_TOKEN_LEN];
    int rc;

    if (req->accept.len && !names(req->accept, types, sizeof types / sizeof *types)) {
        xy__respond_not_acceptable(req->exchange, types[0],
                                   XY_STR("Not acceptable: a token is text/plain."));
        return;
    }
    if (!check_token_is_new(req))
        return;
    rc = xy__reservations_add(req->single->table, xy__loop_now(req->single->service->loop), token);
    if (rc == XY_OK) {
        respond_token(req, token);
    } else {
        xy__respond_error(req->exchange, 503, retry,
                          XY_STR("The server has no room for another stream now. Try again."));
    }
}

/* ---- GET ---- */

static void open_stream(request *req)
{
    xy_accept accept = xy__accept_parse(req->accept);
    int rc;

    if (!accept.weight[XY_MEDIA_EVENT_STREAM]) {
        xy__respond_not_acceptable(req->exchange, XY_STR("text/event-stream"),
                                   XY_STR("Not acceptable: with a token, and without a query, a "
                                          "GET opens a stream. Send Accept: text/event-stream."));
        return;
    }
    rc = xy__single_stream_open(req->single, req->exchange, req->token);
    if (rc == XY_EEXIST) {
        respond_error(req, 409, XY_STR("Stream already open"));
    } else if (rc < 0) {
        respond_not_found(req);
    }
}

/* ---- POST, and GET with a query ---- */

static void respond_no_seat(request *req, int rc)
{
    static const xy_http_header retry = {XY_STR_INIT("retry-after"), XY_STR_INIT("1")};

    switch (rc) {
    case XY_EEXIST:
        respond_error(req, 409, XY_STR("Operation with ID already exists"));
        break;
    case XY_ELIMIT:
        xy__respond_error(req->exchange, 429, retry,
                          XY_STR("Too many operations on this stream. Stop one first."));
        break;
    case XY_EFULL:
        xy__respond_error(req->exchange, 429, retry,
                          XY_STR("Too many results wait for this stream to be read."));
        break;
    default:
        respond_not_found(req);
    }
}

/* The operation's id; false, and answered, when there is none that can be used. */
static bool read_id(request *req, const xy_params *params, xy_str *out)
{
    const xy_value *id =
        params->extensions ? xy_value_get(params->extensions, XY_STR("operationId")) : NULL;

    if (!id || id->kind == XY_VALUE_NULL || (id->kind == XY_VALUE_STRING && !id->len)) {
        respond_error(req, 400, XY_STR("Operation ID is missing"));
        return false;
    }
    if (id->kind != XY_VALUE_STRING || id->len > XY_OPERATION_ID_MAX) {
        respond_error(req, 400, XY_STR("Operation ID must be a string of 256 bytes at most"));
        return false;
    }
    *out = xy_value_text(id);
    return true;
}

static void start_params(request *req, xy_reservation *reservation, xy_kept_params *params)
{
    xy_reply *reply;
    xy_str id;
    int rc;

    if (!read_id(req, &params->params, &id))
        return;
    rc = xy__single_operation_create(req->single, reservation, id, req->exchange, &reply);
    if (rc < 0) {
        respond_no_seat(req, rc);
    } else {
        xy__graphql_serve(req->single->service, &req->caller, params, reply);
    }
}

/* An id is a request's own: its parameters are not worth looking for in the cache. */
static void start(request *req, xy_reservation *reservation, xy_params_origin origin, xy_str text)
{
    xy_kept_params *params;
    xy_params_error error;

    if (xy__kept_params_read(origin, text, &params, &error) == XY_OK) {
        start_params(req, reservation, params);
    } else {
        respond_error(req, 400, error.message);
    }
    xy__kept_params_unref(params);
}

static void operate(request *req)
{
    xy_reservation *reservation = xy__reservations_find(req->single->table, req->token);
    bool is_get = req->http->method == XY_HTTP_GET;

    if (!reservation) {
        respond_not_found(req);
    } else if (is_get || xy__check_json(req->exchange)) {
        start(req, reservation, is_get ? XY_PARAMS_QUERY_STRING : XY_PARAMS_BODY,
              is_get ? req->http->query : req->http->body);
    }
    xy__reservation_unref(reservation);
}

/* ---- DELETE ---- */

static void stop(request *req)
{
    xy_reservation *reservation = xy__reservations_find(req->single->table, req->token);

    if (!reservation) {
        respond_not_found(req);
    } else if (!req->operation_id.len) {
        respond_error(req, 400, XY_STR("Operation ID is missing"));
    } else {
        xy__reservation_stop(reservation, req->operation_id);
        xy__exchange_respond(req->exchange, 200, XY_HTTP_NO_HEADERS, XY_STR_NULL);
    }
    xy__reservation_unref(reservation);
}

/* ---- the endpoint ---- */

static void read_query_string(request *req)
{
    xy_str rest = req->http->query;
    xy_str key;
    xy_str value;

    while (xy__query_string_next(&req->arena, &rest, &key, &value)) {
        if (xy_str_is(key, "token") && !req->token.len)
            req->token = value;
        else if (xy_str_is(key, "operationId"))
            req->operation_id = value;
        else if (xy_str_is(key, "query"))
            req->has_query = true;
    }
}

static void route(request *req)
{
    switch (req->http->method) {
    case XY_HTTP_PUT:
        reserve(req);
        break;
    case XY_HTTP_DELETE:
        stop(req);
        break;
    case XY_HTTP_GET:
        if (!req->has_query || names_events(req)) {
            open_stream(req);
        } else {
            operate(req);
        }
        break;
    default:
        operate(req);
    }
}

static void serve_request(request *req)
{
    xy_http_header id;

    if (!req->single->table) {
        respond_error(req, 404, XY_STR("The single connection mode is switched off here."));
        return;
    }
    if (xy__exchange_draining(req->exchange)) {
        xy__respond_draining(req->exchange);
        return;
    }
    xy__caller_init(&req->caller, req->single->service, req->http);
    id = (xy_http_header){XY_STR("x-request-id"), xy__request_id_text(&req->caller.id)};
    xy__exchange_add_headers(req->exchange, (xy_http_headers){&id, 1});
    route(req);
    xy__caller_deinit(&req->caller);
}

static bool check_method(xy_exchange *exchange, uint8_t method)
{
    if (method == XY_HTTP_GET || method == XY_HTTP_POST || method == XY_HTTP_PUT ||
        method == XY_HTTP_DELETE)
        return true;
    xy__respond_method(exchange, XY_STR(ALLOWED),
                       XY_STR("A stream of GraphQL only supports " ALLOWED " requests."));
    return false;
}

void xy__single_serve(xy_service *service, xy_exchange *exchange)
{
    const xy_request *http = xy__exchange_request(exchange);
    request req = {
        .single = service->single,
        .exchange = exchange,
        .http = http,
        .accept = xy__request_header(http, XY_STR("accept")),
        .token = xy__request_header(http, XY_STR("x-graphql-event-stream-token")),
    };
    bool runs = http->method == XY_HTTP_GET || http->method == XY_HTTP_POST;

    if (!check_method(exchange, http->method))
        return;
    xy__arena_init(&req.arena, SIZE_MAX);
    read_query_string(&req);
    if (runs && !req.token.len && names_events(&req)) {
        xy__request_serve(service, exchange);
    } else {
        serve_request(&req);
    }
    xy__arena_deinit(&req.arena);
}

xy_single *xy__single_create(xy_service *service)
{
    xy_single *single = xy__zalloc(sizeof *single);

    single->service = service;
    single->table = service->shared->reservations;
    single->expiry.fn = on_expiry;
    xy__heartbeats_init(&single->heartbeats, service->loop, service->config->heartbeat_ms,
                        xy__single_stream_beat);
    xy__list_init(&single->streams);
    xy__list_init(&single->operations);
    return single;
}

void xy__single_destroy(xy_single *single)
{
    if (!single)
        return;
    XY_ASSERT(xy__list_empty(&single->streams) && xy__list_empty(&single->operations));
    free(single);
}

void xy__single_drain(xy_single *single)
{
    xy__timer_stop(single->service->loop, &single->expiry);
    xy__single_streams_end(single);
    xy__single_operations_stop(single);
}
