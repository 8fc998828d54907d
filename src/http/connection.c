/* SPDX-License-Identifier: MIT */
/* http/connection.c -- one client's connection.
 *
 *   NEW --start--> IDLE --bytes--> HEAD --head--> BODY --body--> WORK --stream--> STREAM
 *                   ^    (a request that comes whole skips states)  |                |
 *                   |                                            respond            end
 *                   |                                               v                |
 *                   +---- all is written, next request ---------- WRITE <------------+
 *                                                                 |   ^
 *                               all is written, last response     |   +-- refused, in any state
 *                                                                 v       that reads a request
 *                                  any --cut--> CLOSED <------- LINGER
 *
 * Invariants
 *   1. At most one request of a connection is in progress: what comes meanwhile waits, unparsed, so
 *      answers are in order and a body is never read by the rules of another request.
 *   2. The next request is read only when earlier responses are with the kernel, or few and small:
 *      a client that does not read cannot make us answer.
 *   3. After a refusal nothing is parsed any more; what comes is dropped, up to a limit and for a
 *      limited time, so that the client can read why (closing with unread input would reset the
 *      connection under the response).
 *   4. In CLOSED nothing is called for this connection any more; its memory goes at the end of a
 *      turn, when neither an exchange nor anybody on the stack knows it.
 *
 * Read next: input.c, output.c, exchange.c. */
#include "http/connection.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fatal.h"

#define NO_TIMEOUT XY_TIMEOUT_KINDS
#define BIT(state) (1u << (state))

static const uint16_t may_go[XY_CONNECTION_STATES] = {
    [XY_CONNECTION_NEW] = BIT(XY_CONNECTION_IDLE) | BIT(XY_CONNECTION_CLOSED),
    [XY_CONNECTION_IDLE] = BIT(XY_CONNECTION_HEAD) | BIT(XY_CONNECTION_BODY) |
                           BIT(XY_CONNECTION_WORK) | BIT(XY_CONNECTION_WRITE) |
                           BIT(XY_CONNECTION_CLOSED),
    [XY_CONNECTION_HEAD] = BIT(XY_CONNECTION_BODY) | BIT(XY_CONNECTION_WORK) |
                           BIT(XY_CONNECTION_WRITE) | BIT(XY_CONNECTION_CLOSED),
    [XY_CONNECTION_BODY] =
        BIT(XY_CONNECTION_WORK) | BIT(XY_CONNECTION_WRITE) | BIT(XY_CONNECTION_CLOSED),
    [XY_CONNECTION_WORK] =
        BIT(XY_CONNECTION_STREAM) | BIT(XY_CONNECTION_WRITE) | BIT(XY_CONNECTION_CLOSED),
    [XY_CONNECTION_STREAM] = BIT(XY_CONNECTION_WRITE) | BIT(XY_CONNECTION_CLOSED),
    [XY_CONNECTION_WRITE] = BIT(XY_CONNECTION_IDLE) | BIT(XY_CONNECTION_HEAD) |
                            BIT(XY_CONNECTION_BODY) | BIT(XY_CONNECTION_WORK) |
                            BIT(XY_CONNECTION_LINGER) | BIT(XY_CONNECTION_CLOSED),
    [XY_CONNECTION_LINGER] = BIT(XY_CONNECTION_CLOSED),
    [XY_CONNECTION_CLOSED] = 0,
};

/* WRITE has its timeout only while the client does not take what is written: see stalled(). */
static const uint8_t timeout_of[XY_CONNECTION_STATES] = {
    [XY_CONNECTION_NEW] = NO_TIMEOUT,       [XY_CONNECTION_IDLE] = XY_TIMEOUT_IDLE,
    [XY_CONNECTION_HEAD] = XY_TIMEOUT_HEAD, [XY_CONNECTION_BODY] = XY_TIMEOUT_BODY,
    [XY_CONNECTION_WORK] = NO_TIMEOUT,      [XY_CONNECTION_STREAM] = NO_TIMEOUT,
    [XY_CONNECTION_WRITE] = NO_TIMEOUT,     [XY_CONNECTION_LINGER] = XY_TIMEOUT_LINGER,
    [XY_CONNECTION_CLOSED] = NO_TIMEOUT,
};

/* Is there an exchange where else a timeout is? */
static bool has_exchange(xy_connection_state state)
{
    return state == XY_CONNECTION_WORK || state == XY_CONNECTION_STREAM;
}

void xy__connection_go(xy_connection *connection, xy_connection_state to)
{
    xy_http_server *server = connection->server;
    xy_connection_state from = connection->state;
    uint8_t kind = timeout_of[to];

    XY_ASSERT(may_go[from] & BIT(to));
    server->state_counts[from]--;
    server->state_counts[to]++;
    connection->state = (uint8_t)to;
    /* The first request of a connection has to come as soon as the rest of a head. */
    if (from == XY_CONNECTION_NEW && to == XY_CONNECTION_IDLE)
        kind = XY_TIMEOUT_HEAD;
    if (!has_exchange(from)) {
        xy__timeout_stop(&connection->timeout);
    } else if (!connection->serving) {
        connection->timeout = (xy_timeout){0};
    }
    if (kind != NO_TIMEOUT)
        xy__timeout_start(&server->timeouts[kind], &connection->timeout);
}

/* ---- beginning and end ---- */

xy_connection *xy__connection_open(xy_http_server *server, int fd)
{
    xy_connection *connection = xy__zalloc(sizeof *connection);
    size_t linger_max = server->options.linger_max;

    connection->server = server;
    connection->fd = fd;
    connection->state = XY_CONNECTION_NEW;
    connection->linger_left = linger_max < UINT32_MAX ? (uint32_t)linger_max : UINT32_MAX;
    xy__list_append(&server->connections, &connection->link);
    if (++server->connection_count > server->connection_peak)
        server->connection_peak = server->connection_count;
    server->state_counts[XY_CONNECTION_NEW]++;
    server->accepted++;
    return connection;
}

void xy__connection_start(xy_connection *connection)
{
    if (xy__poller_add(&connection->server->poller, connection->fd, EPOLLIN, connection) != XY_OK) {
        xy__connection_cut(connection);
        return;
    }
    connection->interest = EPOLLIN;
    connection->reading = true;
    xy__connection_go(connection, XY_CONNECTION_IDLE);
}

void xy__connection_shed(xy_connection *connection)
{
    xy_response response = {.status = 503, .framing = XY_FRAMING_LENGTH};

    connection->server->shed++;
    xy__output_respond(connection, &response, XY_STR(""));
    xy__output_flush(connection);
    xy__connection_cut(connection);
}

void xy__connection_cut(xy_connection *connection)
{
    xy_http_server *server = connection->server;
    xy_connection_state from = connection->state;

    if (from == XY_CONNECTION_CLOSED)
        return;
    xy__connection_go(connection, XY_CONNECTION_CLOSED);
    server->state_counts[XY_CONNECTION_CLOSED]--;
    server->connection_count--;
    xy__list_remove(&connection->link);
    xy__input_deinit(connection);
    xy__outbox_clear(&connection->outbox);
    if (from != XY_CONNECTION_NEW)
        xy__poller_remove(&server->poller, connection->fd);
    close(connection->fd);
    xy__server_mark(server, connection);
    xy__server_lost(server);
    if (connection->serving && !connection->exchange.unread)
        xy__exchange_stop(&connection->exchange);
}

/* ---- responses ---- */

void xy__connection_refuse(xy_connection *connection, xy_refusal refusal)
{
    xy_http_header type = {XY_STR("content-type"), XY_STR("application/json; charset=utf-8")};
    xy_bytes *body = xy__response_error_body(xy__refusal_text(refusal));
    bool is_head = connection->h1 && xy__h1_request(connection->h1)->method == XY_HTTP_HEAD;
    xy_response response = {.status = xy__refusal_status(refusal),
                            .headers = {&type, 1},
                            .framing = XY_FRAMING_LENGTH,
                            .length = body->len};

    connection->server->refused++;
    connection->refused = true;
    connection->close_after = true;
    xy__output_respond(connection, &response, is_head ? XY_STR_NULL : xy_bytes_str(body));
    xy_bytes_unref(body);
    if (connection->state != XY_CONNECTION_WRITE)
        xy__connection_go(connection, XY_CONNECTION_WRITE);
    xy__connection_soon(connection);
}

void xy__connection_answered(xy_connection *connection, bool keep_alive)
{
    connection->close_after |= !keep_alive;
    xy__connection_go(connection, XY_CONNECTION_WRITE);
    xy__connection_soon(connection);
}

void xy__connection_on_timeout(xy_timeout *timeout)
{
    xy_connection *connection = XY_CONTAINER(timeout, xy_connection, timeout);

    if (connection->state == XY_CONNECTION_HEAD) {
        xy__connection_refuse(connection, XY_REFUSAL_HEAD_TIMEOUT);
    } else if (connection->state == XY_CONNECTION_BODY) {
        xy__connection_refuse(connection, XY_REFUSAL_BODY_TIMEOUT);
    } else {
        xy__connection_cut(connection);
    }
}

/* ---- the end of a turn ---- */

void xy__connection_soon(xy_connection *connection)
{
    if (!connection->dirty && connection->state != XY_CONNECTION_CLOSED)
        xy__server_mark(connection->server, connection);
}

void xy__connection_watch(xy_connection *connection)
{
    uint8_t interest =
        (uint8_t)((connection->reading ? EPOLLIN : 0) | (connection->blocked ? EPOLLOUT : 0));

    /* In NEW it is not known to the poller: who is shed does not wait. */
    if (interest == connection->interest || connection->state == XY_CONNECTION_NEW)
        return;
    connection->interest = interest;
    xy__poller_change(&connection->server->poller, connection->fd, interest, connection);
}

/* The last response is with the kernel. Invariant 3. */
static void finish(xy_connection *connection)
{
    if (connection->eof || (!connection->refused && !xy__input_waits(connection)) ||
        shutdown(connection->fd, SHUT_WR) != 0) {
        xy__connection_cut(connection);
        return;
    }
    xy__input_deinit(connection);
    xy__connection_go(connection, XY_CONNECTION_LINGER);
    xy__input_start(connection);
}

/* Is it waiting for the client's next word? */
static bool expects_input(const xy_connection *connection)
{
    return connection->state == XY_CONNECTION_IDLE || connection->state == XY_CONNECTION_HEAD ||
           connection->state == XY_CONNECTION_BODY;
}

/* Everything is written. */
static void go_on(xy_connection *connection)
{
    connection->batch = 0;
    if (connection->state == XY_CONNECTION_WRITE && connection->close_after) {
        finish(connection);
        return;
    }
    if (connection->state == XY_CONNECTION_WRITE)
        xy__connection_go(connection, XY_CONNECTION_IDLE);
    if (connection->state == XY_CONNECTION_IDLE && xy__input_waits(connection))
        xy__input_resume(connection);
    if ((connection->eof && expects_input(connection)) ||
        (connection->server->draining && connection->state == XY_CONNECTION_IDLE)) {
        xy__connection_cut(connection);
    } else if (connection->state != XY_CONNECTION_CLOSED) {
        xy__input_start(connection);
    }
}

/* An ordinary response gets a limited time without progress; a stream has its budget. */
static void stalled(xy_connection *connection)
{
    if (connection->state == XY_CONNECTION_WRITE && !connection->timeout.running_in)
        xy__timeout_start(&connection->server->timeouts[XY_TIMEOUT_WRITE], &connection->timeout);
}

static void advance(xy_connection *connection)
{
    int rc = xy__output_flush(connection);

    if (rc == XY_ECLOSED) {
        xy__connection_cut(connection);
        return;
    }
    if (rc == XY_EFULL) {
        stalled(connection);
    } else {
        go_on(connection);
    }
    if (connection->state == XY_CONNECTION_STREAM)
        xy__sink_drained(&connection->exchange.sink);
    if (connection->state != XY_CONNECTION_CLOSED)
        xy__connection_watch(connection);
}

void xy__connection_flush(xy_connection *connection)
{
    if (connection->serving && connection->exchange.unread)
        xy__exchange_stop(&connection->exchange);
    if (connection->state != XY_CONNECTION_CLOSED) {
        advance(connection);
    } else if (!connection->serving && !connection->dirty) {
        free(connection);
    }
}

void xy__connection_on_events(xy_connection *connection, uint32_t events)
{
    if (connection->state == XY_CONNECTION_CLOSED)
        return;
    if (connection->reading && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
        xy__input_read(connection);
    } else if (events & (EPOLLHUP | EPOLLERR)) {
        xy__connection_cut(connection);
    }
    if (!(events & EPOLLOUT) || !connection->blocked)
        return;
    connection->blocked = false;
    if (connection->state == XY_CONNECTION_WRITE)
        xy__timeout_stop(&connection->timeout);
    if (connection->state != XY_CONNECTION_CLOSED)
        advance(connection);
}
