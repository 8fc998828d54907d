/* SPDX-License-Identifier: MIT */
/* http/exchange.c -- the handler's view of one request and its response.
 *
 *   begun --respond--> over          its client goes: on_stop --> over
 *     |                                               no on_stop --> begun, without a connection
 *     +--stream--> streaming --end--> over
 *
 * An exchange lies inside its connection, but belongs to nobody except its handler's promise to
 * end it: it may outlive the client, and even the server's on_closed. The connection's memory
 * stays as long. */
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

xy_connection *xy__exchange_client(xy_exchange *exchange)
{
    xy_connection *connection = xy__connection_of(exchange);

    return exchange->unread || connection->state == XY_CONNECTION_CLOSED ? NULL : connection;
}

/* The handler's own copy of the request, with these parts. */
static void keep_request(xy_exchange *exchange, unsigned parts)
{
    exchange->own = xy__request_keep(exchange->request, parts);
    exchange->kept = true;
    exchange->kept_parts = (uint8_t)parts;
}

void xy__exchange_over(xy_exchange *exchange)
{
    xy_connection *connection = xy__connection_of(exchange);
    xy_http_server *server = connection->server;

    if (server->handling == exchange)
        server->handling = NULL;
    if (exchange->kept)
        xy__request_destroy(exchange->own);
    if (!exchange->streaming)
        xy_bytes_unref(exchange->more_headers);
    connection->serving = false;
    if (connection->state != XY_CONNECTION_CLOSED) {
        if (exchange->unread)
            xy__connection_answered(connection, exchange->keep_alive);
    } else if (server->finished) {
        free(connection);
    } else if (!connection->dirty) {
        xy__server_mark(server, connection);
    }
    xy__server_exchange_over(server);
}

void xy__exchange_begin(xy_connection *connection, const xy_request *request)
{
    xy_http_server *server = connection->server;
    xy_exchange *exchange = &connection->exchange;

    xy__connection_go(connection, XY_CONNECTION_WORK);
    *exchange = (xy_exchange){.request = request,
                              .is_head = request->method == XY_HTTP_HEAD,
                              .http10 = request->minor == 0,
                              .keep_alive = request->keep_alive};
    connection->serving = true;
    server->exchange_count++;
    server->requests++;
    server->handling = exchange;
    server->options.handler(exchange);
    /* Over already? */
    if (server->handling != exchange)
        return;
    server->handling = NULL;
    if (exchange->kept) {
        xy__request_drop(exchange->own, BOTH_PARTS & ~(unsigned)exchange->kept_parts);
    } else if (exchange->streaming) {
        exchange->request = &no_request;
    } else {
        keep_request(exchange, BOTH_PARTS);
    }
}

void xy__exchange_stop(xy_exchange *exchange)
{
    const xy_sink_events *events = exchange->streaming ? exchange->sink.events : NULL;

    exchange->stopping = true;
    if (events && events->on_stop) {
        events->on_stop(&exchange->sink, exchange->sink.arg);
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
    keep_request(exchange, parts);
}

static const xy_connection *connection_of(const xy_exchange *exchange)
{
    const char *at = (const char *)exchange - offsetof(xy_connection, exchange);

    return (const xy_connection *)(const void *)at;
}

static const xy_http_server *server_of(const xy_exchange *exchange)
{
    return connection_of(exchange)->server;
}

void *xy__exchange_arg(const xy_exchange *exchange)
{
    return server_of(exchange)->options.arg;
}

bool xy__exchange_draining(const xy_exchange *exchange)
{
    return server_of(exchange)->draining;
}

xy_str xy__exchange_peer(const xy_exchange *exchange, char text[XY_PEER_MAX])
{
    const xy_connection *connection = connection_of(exchange);
    struct sockaddr_storage address;
    socklen_t len = sizeof address;

    address.ss_family = AF_UNSPEC;
    if (connection->state == XY_CONNECTION_CLOSED ||
        getpeername(connection->fd, (struct sockaddr *)&address, &len) != 0)
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
    return exchange->keep_alive && !server_of(exchange)->draining;
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
                         .idle_s = server_of(exchange)->options.idle_timeout_ms / 1000};
}

void xy__exchange_respond(xy_exchange *exchange, int status, xy_http_headers headers, xy_str body)
{
    xy_connection *client = xy__exchange_client(exchange);
    xy_response response = response_of(exchange, status, headers, body.len);

    XY_ASSERT(!exchange->streaming);
    if (exchange->stopping)
        return;
    if (exchange->is_head || response.framing == XY_FRAMING_NONE)
        body = XY_STR_NULL;
    if (client)
        xy__output_respond(client, &response, body);
    xy__exchange_over(exchange);
    if (client)
        xy__connection_answered(client, response.keep_alive);
}

void xy__exchange_respond_bytes(xy_exchange *exchange, int status, xy_http_headers headers,
                                xy_bytes *body)
{
    xy_connection *client = xy__exchange_client(exchange);
    xy_str text = body ? xy_bytes_str(body) : XY_STR_NULL;
    xy_response response = response_of(exchange, status, headers, text.len);

    /* A small body is cheaper to copy than to send as a vector of its own. */
    if (text.len <= XY_COPY_MAX || !client || exchange->is_head ||
        response.framing == XY_FRAMING_NONE || exchange->stopping) {
        xy__exchange_respond(exchange, status, headers, text);
        xy_bytes_unref(body);
        return;
    }
    XY_ASSERT(!exchange->streaming);
    xy__output_respond(client, &response, XY_STR_NULL);
    xy__output_push(client, body, 0, text.len);
    xy__exchange_over(exchange);
    xy__connection_answered(client, response.keep_alive);
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
    xy__output_respond(xy__connection_of(exchange), &response, XY_STR_NULL);
}

static void begin_stream(xy_connection *connection)
{
    xy__connection_go(connection, XY_CONNECTION_STREAM);
    xy__output_cap(connection);
    xy__input_behind_stream(connection);
    xy__connection_soon(connection);
}

/* Nobody will read this stream: on_stop must come all the same, but not from within this call. */
static void begin_unread(xy_connection *connection)
{
    connection->exchange.unread = true;
    if (!connection->server->finished && !connection->dirty)
        xy__server_mark(connection->server, connection);
}

xy_sink *xy__exchange_stream(xy_exchange *exchange, int status, xy_http_headers headers)
{
    xy_connection *connection = xy__connection_of(exchange);
    const xy_http_options *options = &connection->server->options;
    bool has_client = connection->state != XY_CONNECTION_CLOSED;
    bool unread = !has_client || exchange->is_head || connection->eof;

    XY_ASSERT(!exchange->streaming && !exchange->stopping);
    XY_ASSERT(status != 204 && status != 304);
    if (has_client)
        send_head(exchange, status, headers);
    xy_bytes_unref(exchange->more_headers);
    exchange->streaming = true;
    exchange->sink = (xy_sink){0};
    xy__sink_limit(&exchange->sink, options->stream_high, options->stream_budget);
    if (unread) {
        begin_unread(connection);
    } else {
        begin_stream(connection);
    }
    if (has_client && connection->eof && !exchange->is_head)
        xy__connection_cut(connection);
    return &exchange->sink;
}
