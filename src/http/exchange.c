/* SPDX-License-Identifier: MIT */
/* http/exchange.c -- the handler's view of one request and its response.
 *
 *   begun --respond--> over          its client goes: on_stop --> over
 *     |                                               no on_stop --> begun, without a connection
 *     +--stream--> streaming --end--> over
 *
 * The memory of an exchange belongs to nobody but its handler's promise to end it: it may
 * outlive the connection, and even the server's on_closed. */
#include "http/exchange.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/fatal.h"
#include "http/connection.h"

#define BOTH_PARTS ((unsigned)XY_REQUEST_HEAD | (unsigned)XY_REQUEST_BODY)

static const xy_request no_request = {0};

/* ---- beginning and end ---- */

static xy_exchange *create(xy_connection *connection, const xy_request *request)
{
    xy_http_server *server = connection->server;
    xy_exchange *exchange = xy__pool_get(&server->exchanges);

    *exchange = (xy_exchange){.connection = connection,
                              .server = server,
                              .request = request,
                              .is_head = request->method == XY_HTTP_HEAD,
                              .http10 = request->minor == 0,
                              .keep_alive = request->keep_alive};
    xy__list_init(&exchange->gone_link);
    server->exchange_count++;
    return exchange;
}

void xy__exchange_over(xy_exchange *exchange)
{
    xy_http_server *server = exchange->server;

    if (server->handling == exchange)
        server->handling = NULL;
    xy__list_remove(&exchange->gone_link);
    xy__request_destroy(exchange->kept);
    xy_bytes_unref(exchange->more_headers);
    xy__pool_put(&server->exchanges, exchange);
    xy__server_exchange_over(server);
}

void xy__exchange_begin(xy_connection *connection, const xy_request *request)
{
    xy_http_server *server = connection->server;
    xy_exchange *exchange = create(connection, request);

    connection->exchange = exchange;
    server->requests++;
    xy__connection_go(connection, XY_CONNECTION_WORK);
    server->handling = exchange;
    server->options.handler(exchange);
    /* Over already, and freed? */
    if (server->handling != exchange)
        return;
    server->handling = NULL;
    if (exchange->kept) {
        xy__request_drop(exchange->kept, BOTH_PARTS & ~exchange->kept_parts);
    } else if (exchange->streaming) {
        exchange->request = &no_request;
    } else {
        xy__exchange_keep(exchange, BOTH_PARTS);
    }
}

void xy__exchange_stop(xy_exchange *exchange)
{
    const xy_sink_events *events = &exchange->sink.events;

    exchange->stopping = true;
    if (exchange->streaming && events->on_stop) {
        events->on_stop(&exchange->sink, events->arg);
    } else if (!exchange->streaming && exchange->on_stop) {
        exchange->on_stop(exchange, exchange->stop_arg);
    } else {
        exchange->stopping = false;
        return;
    }
    xy__exchange_over(exchange);
}

/* ---- the request ---- */

const xy_request *xy__exchange_request(const xy_exchange *exchange)
{
    return exchange->request;
}

void xy__exchange_keep(xy_exchange *exchange, unsigned parts)
{
    XY_ASSERT(!exchange->kept);
    exchange->kept = xy__request_keep(exchange->request, parts);
    exchange->kept_parts = parts;
    exchange->request = exchange->kept;
}

void *xy__exchange_arg(const xy_exchange *exchange)
{
    return exchange->server->options.arg;
}

bool xy__exchange_draining(const xy_exchange *exchange)
{
    return exchange->server->draining;
}

xy_str xy__exchange_peer(const xy_exchange *exchange, char text[XY_PEER_MAX])
{
    struct sockaddr_storage address;
    int len = sizeof address;

    if (!exchange->connection ||
        uv_tcp_getpeername(&exchange->connection->tcp, (struct sockaddr *)&address, &len) != 0)
        return XY_STR_NULL;
    if (address.ss_family == AF_INET) {
        uv_ip4_name((const struct sockaddr_in *)&address, text, XY_PEER_MAX);
    } else if (address.ss_family == AF_INET6) {
        uv_ip6_name((const struct sockaddr_in6 *)&address, text, XY_PEER_MAX);
    } else {
        return XY_STR_NULL;
    }
    /* An IPv4 client of a socket that listens for both is still that client. */
    if (strncmp(text, "::ffff:", 7) == 0 && strchr(text, '.'))
        return xy_str_from(text + 7);
    return xy_str_from(text);
}

/* ---- while the handler works ---- */

void xy__exchange_on_stop(xy_exchange *exchange, xy_exchange_fn *fn, void *arg)
{
    exchange->on_stop = fn;
    exchange->stop_arg = arg;
}

void xy__exchange_set_data(xy_exchange *exchange, void *data)
{
    exchange->data = data;
}

void *xy__exchange_data(const xy_exchange *exchange)
{
    return exchange->data;
}

/* ---- the response ---- */

void xy__exchange_close_after(xy_exchange *exchange)
{
    exchange->keep_alive = false;
}

static xy_str more_headers(const xy_exchange *exchange)
{
    return exchange->more_headers ? xy_bytes_str(exchange->more_headers) : XY_STR_NULL;
}

void xy__exchange_add_headers(xy_exchange *exchange, xy_http_headers headers)
{
    xy_str before = more_headers(exchange);
    xy_bytes *lines;

    XY_ASSERT(!exchange->streaming);
    if (!headers.len)
        return;
    lines = xy__bytes_alloc(before.len + xy__headers_size(headers));
    if (before.len)
        memcpy(lines->data, before.ptr, before.len);
    lines->len = (size_t)(xy__headers_write(headers, lines->data + before.len) - lines->data);
    xy_bytes_unref(exchange->more_headers);
    exchange->more_headers = lines;
}

static bool keeps_alive(const xy_exchange *exchange)
{
    return exchange->keep_alive && !exchange->server->draining;
}

static xy_response response_of(const xy_exchange *exchange, int status, xy_http_headers headers,
                               size_t length)
{
    bool bodiless = status == 204 || status == 304;

    return (xy_response){.status = status,
                         .headers = headers,
                         .more_headers = more_headers(exchange),
                         .framing = bodiless ? XY_FRAMING_NONE : XY_FRAMING_LENGTH,
                         .length = length,
                         .keep_alive = keeps_alive(exchange),
                         .idle_s = exchange->server->options.idle_timeout_ms / 1000};
}

/* The response is in the outbox. */
static void answered(xy_exchange *exchange, bool keep_alive)
{
    if (exchange->connection)
        xy__connection_answered(exchange->connection, keep_alive);
    xy__exchange_over(exchange);
}

void xy__exchange_respond(xy_exchange *exchange, int status, xy_http_headers headers, xy_str body)
{
    xy_response response = response_of(exchange, status, headers, body.len);

    XY_ASSERT(!exchange->streaming);
    if (exchange->stopping)
        return;
    if (exchange->is_head || response.framing == XY_FRAMING_NONE)
        body = XY_STR_NULL;
    if (exchange->connection)
        xy__output_respond(exchange->connection, &response, body);
    answered(exchange, response.keep_alive);
}

void xy__exchange_respond_bytes(xy_exchange *exchange, int status, xy_http_headers headers,
                                xy_bytes *body)
{
    xy_str text = body ? xy_bytes_str(body) : XY_STR_NULL;
    xy_response response = response_of(exchange, status, headers, text.len);

    /* A small body is cheaper to copy than to send as a vector of its own. */
    if (text.len <= XY_COPY_MAX || !exchange->connection || exchange->is_head ||
        response.framing == XY_FRAMING_NONE || exchange->stopping) {
        xy__exchange_respond(exchange, status, headers, text);
        xy_bytes_unref(body);
        return;
    }
    XY_ASSERT(!exchange->streaming);
    xy__output_respond(exchange->connection, &response, XY_STR_NULL);
    xy__output_push(exchange->connection, body, 0, text.len);
    answered(exchange, response.keep_alive);
}

void xy__exchange_respond_error(xy_exchange *exchange, int status, xy_str message)
{
    xy_http_header type = {XY_STR("content-type"), XY_STR("application/json; charset=utf-8")};

    xy__exchange_respond_bytes(exchange, status, (xy_http_headers){&type, 1},
                               xy__response_error_body(message));
}

/* ---- streams ---- */

/* The head of a stream. An idle stream keeps nothing of it. */
static void send_head(xy_exchange *exchange, int status, xy_http_headers headers)
{
    xy_response response = {.status = status,
                            .headers = headers,
                            .more_headers = more_headers(exchange),
                            .framing = exchange->http10 ? XY_FRAMING_CLOSE : XY_FRAMING_CHUNKED,
                            .keep_alive = keeps_alive(exchange) && !exchange->http10};

    exchange->keep_alive = response.keep_alive;
    xy__output_respond(exchange->connection, &response, XY_STR_NULL);
    xy_bytes_unref(exchange->more_headers);
    exchange->more_headers = NULL;
}

static void begin_stream(xy_connection *connection)
{
    xy__connection_go(connection, XY_CONNECTION_STREAM);
    xy__output_cap(connection);
    xy__input_behind_stream(connection);
    xy__connection_soon(connection);
}

/* Nobody will read this stream: on_stop must come all the same, but not from within this call. */
static void begin_unread(xy_exchange *exchange)
{
    xy_http_server *server = exchange->server;

    exchange->connection = NULL;
    if (server->closing && !server->handle_count)
        return;
    xy__list_append(&server->gone, &exchange->gone_link);
    xy__loop_soon(server->loop, &server->flush);
}

xy_sink *xy__exchange_stream(xy_exchange *exchange, int status, xy_http_headers headers)
{
    const xy_http_options *options = &exchange->server->options;
    xy_connection *connection = exchange->connection;

    XY_ASSERT(!exchange->streaming && !exchange->stopping);
    XY_ASSERT(status != 204 && status != 304);
    exchange->streaming = true;
    exchange->sink = (xy_sink){.high = options->stream_high, .budget = options->stream_budget};
    if (!connection) {
        begin_unread(exchange);
    } else if (exchange->is_head) {
        send_head(exchange, status, headers);
        begin_unread(exchange);
        xy__connection_answered(connection, exchange->keep_alive);
    } else if (connection->eof) {
        begin_unread(exchange);
        connection->exchange = NULL;
        xy__connection_cut(connection);
    } else {
        send_head(exchange, status, headers);
        begin_stream(connection);
    }
    return &exchange->sink;
}
