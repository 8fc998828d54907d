/* SPDX-License-Identifier: MIT */
/* http/output.c -- from responses to the socket: what one turn of the loop has for a client
 * leaves in one system call. */
#include <stdlib.h>

#include "base/fatal.h"
#include "http/connection.h"

/* Vectors of one system call; what is beyond follows in the next. */
#define GATHER_MAX 64u

/* What a slow client's write hands to the loop at a time: progress must show before the write
 * timeout. */
#define PENDING_MAX   ((size_t)64 * 1024)
#define PENDING_ITEMS 4u /* as many as uv_write() takes without memory of its own */

char *xy__output_room(xy_connection *connection, size_t size)
{
    return xy__slab_room(&connection->server->slab, size);
}

void xy__output_commit(xy_connection *connection, size_t len)
{
    xy_http_server *server = connection->server;

    xy__outbox_commit(&connection->outbox, &server->outboxes, &server->slab, len);
}

void xy__output_copy(xy_connection *connection, xy_str bytes)
{
    if (!bytes.len)
        return;
    memcpy(xy__output_room(connection, bytes.len), bytes.ptr, bytes.len);
    xy__output_commit(connection, bytes.len);
}

void xy__output_push(xy_connection *connection, xy_bytes *bytes, size_t from, size_t to)
{
    xy__outbox_push(&connection->outbox, &connection->server->outboxes, bytes, from, to);
}

void xy__output_respond(xy_connection *connection, const xy_response *response, xy_str body)
{
    bool copied = body.len <= XY_COPY_MAX;
    char *room = xy__output_room(connection, xy__response_max(response) + (copied ? body.len : 0));
    char *end = xy__response_write(response, &connection->server->date, room);

    if (copied && body.len) {
        memcpy(end, body.ptr, body.len);
        end += body.len;
    }
    xy__output_commit(connection, (size_t)(end - room));
    if (!copied)
        xy__output_push(connection, xy_bytes_create(body), 0, body.len);
}

void xy__output_cap(xy_connection *connection)
{
    int size = connection->server->options.stream_sndbuf;

    if (!size || connection->capped)
        return;
    /* A socket that does not know the option works without it. */
    uv_send_buffer_size((uv_handle_t *)&connection->tcp, &size);
    connection->capped = true;
}

static void on_written(uv_write_t *req, int status)
{
    xy_pending_write *writing = XY_CONTAINER(req, xy_pending_write, req);
    xy_connection *connection = req->handle->data;
    size_t len = writing->len;

    free(writing);
    connection->writing = NULL;
    if (connection->state == XY_CONNECTION_CLOSED)
        return;
    if (status != 0) {
        xy__connection_cut(connection);
        return;
    }
    xy__outbox_consume(&connection->outbox, &connection->server->outboxes, len);
    if (connection->state == XY_CONNECTION_WRITE)
        xy__timeout_stop(&connection->timeout);
    xy__connection_advance(connection);
}

/* The kernel takes no more: let the loop wait for it with the front of the outbox. */
static int wait_writable(xy_connection *connection)
{
    xy_pending_write *writing = xy__malloc(sizeof *writing);
    uv_buf_t bufs[PENDING_ITEMS];
    unsigned count;
    unsigned used = 0;

    xy__outbox_unshare(&connection->outbox, &connection->server->slab);
    count = xy__outbox_gather(&connection->outbox, bufs, PENDING_ITEMS);
    for (writing->len = 0; used < count && writing->len < PENDING_MAX; used++) {
        if (bufs[used].len > PENDING_MAX - writing->len)
            bufs[used].len = PENDING_MAX - writing->len;
        writing->len += bufs[used].len;
    }
    if (uv_write(&writing->req, (uv_stream_t *)&connection->tcp, bufs, used, on_written) != 0) {
        free(writing);
        return XY_ECLOSED;
    }
    connection->writing = writing;
    return XY_EFULL;
}

int xy__output_flush(xy_connection *connection)
{
    xy_outbox *outbox = &connection->outbox;

    if (connection->writing) {
        xy__outbox_unshare(outbox, &connection->server->slab);
        return XY_EFULL;
    }
    while (outbox->len) {
        uv_buf_t bufs[GATHER_MAX];
        unsigned count = xy__outbox_gather(outbox, bufs, GATHER_MAX);
        size_t total = 0;
        int sent = uv_try_write((uv_stream_t *)&connection->tcp, bufs, count);

        for (unsigned i = 0; i < count; i++)
            total += bufs[i].len;
        if (sent < 0 && sent != UV_EAGAIN)
            return XY_ECLOSED;
        if (sent > 0)
            xy__outbox_consume(outbox, &connection->server->outboxes, (size_t)sent);
        if (sent < 0 || (size_t)sent < total)
            return wait_writable(connection);
    }
    return XY_OK;
}
