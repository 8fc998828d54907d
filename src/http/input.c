/* SPDX-License-Identifier: MIT */
/* http/input.c -- from the socket to requests: reading, parsing in place, keeping what comes too
 * early.
 *
 * All connections read into one buffer of the server. A request that arrives whole is parsed
 * where it lies; a connection that waits holds no buffer. Reading never stops for long: it is
 * also how we learn that a client has gone. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fatal.h"
#include "http/connection.h"

/* Of a parser that goes back to the server for the next request. */
#define PARSER_KEEP ((size_t)16 * 1024)

/* Responses of pipelined requests that gather before they are written. */
#define BATCH_MAX ((size_t)64 * 1024)

/* Full reads of one connection before others get their turn. */
#define READS_MAX 16

/* ---- parsers ---- */

static xy_h1 *take_parser(xy_http_server *server)
{
    xy_h1 *h1 = server->spare_h1;

    server->spare_h1 = NULL;
    return h1 ? h1 : xy__h1_create(&server->limits);
}

static void return_parser(xy_connection *connection)
{
    xy_http_server *server = connection->server;
    xy_h1 *h1 = connection->h1;

    connection->h1 = NULL;
    if (server->spare_h1) {
        xy__h1_destroy(h1);
    } else if (h1) {
        xy__h1_reset(h1, PARSER_KEEP);
        server->spare_h1 = h1;
    }
}

/* ---- bytes that came too early ---- */

static void free_ahead(xy_ahead *ahead)
{
    if (!ahead)
        return;
    xy__buf_deinit(&ahead->buf);
    free(ahead);
}

static size_t waiting(const xy_connection *connection)
{
    return connection->ahead ? connection->ahead->buf.len - connection->ahead->from : 0;
}

bool xy__input_waits(const xy_connection *connection)
{
    return waiting(connection) > 0;
}

static bool full(const xy_connection *connection)
{
    return waiting(connection) >= connection->server->options.read_ahead_max;
}

/* Behind a stream nothing sensible can wait for long, and we must go on reading to see the
 * client's end: so what is too much is no request any more, but dropped up to a limit, like
 * after a refusal. */
void xy__input_behind_stream(xy_connection *connection)
{
    if (!full(connection))
        return;
    free_ahead(connection->ahead);
    connection->ahead = NULL;
    connection->close_after = true;
    xy__input_start(connection);
}

/* Keep `in` for later. A client that sends on without reading its answers is read no further. */
static void stash(xy_connection *connection, xy_str in)
{
    xy_ahead *ahead = connection->ahead;

    if (!ahead) {
        ahead = connection->ahead = xy__zalloc(sizeof *ahead);
        xy__buf_init(&ahead->buf, connection->server->options.read_ahead_max + XY_READ_MAX);
    } else if (ahead->from) {
        ahead->buf.len -= ahead->from;
        memmove(ahead->buf.ptr, ahead->buf.ptr + ahead->from, ahead->buf.len);
        ahead->from = 0;
    }
    xy__buf_str(&ahead->buf, in);
    XY_ASSERT(!ahead->buf.err);
    if (connection->state == XY_CONNECTION_STREAM) {
        xy__input_behind_stream(connection);
    } else if (full(connection)) {
        connection->reading = false;
        xy__connection_watch(connection);
    }
}

/* Read and drop, for a while. */
static void drop(xy_connection *connection, size_t len)
{
    if (len >= connection->linger_left) {
        xy__connection_cut(connection);
        return;
    }
    connection->linger_left -= (uint32_t)len;
}

/* ---- requests ---- */

static bool may_parse(const xy_connection *connection)
{
    switch ((int)connection->state) {
    case XY_CONNECTION_IDLE:
    case XY_CONNECTION_HEAD:
    case XY_CONNECTION_BODY:
        return true;
    case XY_CONNECTION_WRITE:
        return !connection->close_after && !connection->blocked &&
               connection->batch < connection->server->options.pipeline_max &&
               xy__outbox_bytes(&connection->outbox) < BATCH_MAX;
    default:
        return false;
    }
}

/* RFC 9110 10.1.1: the client waits with its body until it is told to go on. If any of it came
 * along, it does not. */
static void tell_continue(xy_connection *connection)
{
    if (!xy__h1_request(connection->h1)->expects_continue)
        return;
    xy__output_copy(connection, XY_STR("HTTP/1.1 100 Continue\r\n\r\n"));
    xy__connection_soon(connection);
}

/* Feed the parser until the request is complete, refused, or out of input. */
static xy_h1_event feed(xy_connection *connection, xy_str in, size_t *used)
{
    xy_h1_event event = xy__h1_feed(connection->h1, in, used);
    size_t head_len = *used;

    if (event != XY_H1_HEAD)
        return event;
    event = xy__h1_feed(connection->h1, (xy_str){in.ptr + head_len, in.len - head_len}, used);
    if (event == XY_H1_MORE && *used == 0)
        tell_continue(connection);
    *used += head_len;
    return event;
}

static void wait_for_more(xy_connection *connection)
{
    bool in_body = xy__h1_request(connection->h1)->head.len > 0;
    xy_connection_state to = in_body ? XY_CONNECTION_BODY : XY_CONNECTION_HEAD;

    if (xy__h1_begun(connection->h1) && connection->state != to)
        xy__connection_go(connection, to);
}

static void take(xy_connection *connection)
{
    connection->batch++;
    xy__exchange_begin(connection, xy__h1_request(connection->h1));
    return_parser(connection);
}

/* Parse what may be parsed now; returns how much that was. */
static size_t consume(xy_connection *connection, xy_str in)
{
    size_t at = 0;

    while (at < in.len && may_parse(connection)) {
        size_t used = 0;
        xy_h1_event event;

        if (!connection->h1) {
            at += xy__h1_blank((xy_str){in.ptr + at, in.len - at});
            if (at == in.len)
                break;
            connection->h1 = take_parser(connection->server);
        }
        event = feed(connection, (xy_str){in.ptr + at, in.len - at}, &used);
        at += used;
        if (event == XY_H1_DONE) {
            take(connection);
        } else if (event == XY_H1_REFUSED) {
            xy__connection_refuse(connection, xy__h1_refusal(connection->h1));
            return_parser(connection);
        } else {
            wait_for_more(connection);
        }
    }
    return at;
}

void xy__input_resume(xy_connection *connection)
{
    xy_ahead *ahead = connection->ahead;
    xy_str in = {ahead->buf.ptr + ahead->from, ahead->buf.len - ahead->from};

    connection->ahead = NULL;
    ahead->from += consume(connection, in);
    if (ahead->from == ahead->buf.len || connection->state == XY_CONNECTION_CLOSED) {
        free_ahead(ahead);
    } else {
        connection->ahead = ahead;
        if (connection->state == XY_CONNECTION_STREAM)
            xy__input_behind_stream(connection);
    }
}

/* ---- the socket ---- */

static void on_input(xy_connection *connection, xy_str in)
{
    size_t used = 0;

    if (connection->close_after || connection->state == XY_CONNECTION_LINGER) {
        drop(connection, in.len);
        return;
    }
    if (!xy__input_waits(connection))
        used = consume(connection, in);
    if (used == in.len || connection->state == XY_CONNECTION_CLOSED)
        return;
    in = (xy_str){in.ptr + used, in.len - used};
    if (connection->close_after) {
        drop(connection, in.len);
    } else {
        stash(connection, in);
    }
}

/* The client has closed its side. Whoever works for it and wants to know is told that it has
 * gone; what it has sent completely is answered otherwise, as it may only have closed its
 * sending side. */
static void on_eof(xy_connection *connection)
{
    const xy_exchange *exchange = &connection->exchange;

    connection->eof = true;
    connection->reading = false;
    if (connection->state == XY_CONNECTION_WRITE ||
        (connection->state == XY_CONNECTION_WORK && (exchange->unread || !exchange->on_stop))) {
        xy__connection_watch(connection);
    } else {
        xy__connection_cut(connection);
    }
}

/* How much may come now: what cannot be parsed has to wait, and may not grow. */
static size_t readable(const xy_connection *connection)
{
    size_t max = connection->server->options.read_ahead_max;

    if (may_parse(connection) || connection->close_after || max - waiting(connection) > XY_READ_MAX)
        return XY_READ_MAX;
    return max - waiting(connection);
}

/* One read; returns whether there may be more. */
static bool read_once(xy_connection *connection)
{
    char *buf = connection->server->read_buf;
    size_t size = readable(connection);
    ssize_t len = read(connection->fd, buf, size);

    if (len > 0) {
        on_input(connection, (xy_str){buf, (size_t)len});
    } else if (len == 0) {
        on_eof(connection);
    } else if (errno != EAGAIN && errno != EINTR) {
        xy__connection_cut(connection);
    }
    return len > 0 && (size_t)len == size;
}

void xy__input_read(xy_connection *connection)
{
    for (int i = 0; i < READS_MAX && read_once(connection); i++) {
        if (!connection->reading || connection->state == XY_CONNECTION_CLOSED)
            break;
    }
}

void xy__input_start(xy_connection *connection)
{
    if (connection->reading || connection->eof || (full(connection) && !connection->close_after))
        return;
    connection->reading = true;
    xy__connection_watch(connection);
}

void xy__input_deinit(xy_connection *connection)
{
    return_parser(connection);
    free_ahead(connection->ahead);
    connection->ahead = NULL;
}
