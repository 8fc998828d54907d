/* SPDX-License-Identifier: MIT */
/* http/output.c -- from responses to the socket: what one turn of the loop has for a client
 * leaves in one system call. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fatal.h"
#include "http/connection.h"

/* Vectors of one system call; what is beyond follows in the next. */
#define GATHER_MAX 64u

char *xy__output_room(xy_connection *connection, size_t size)
{
    return xy__slab_room(&connection->server->slab, size);
}

void xy__output_commit(xy_connection *connection, size_t len)
{
    xy_slab *slab = &connection->server->slab;
    size_t from = slab->used;

    if (connection->blocked) {
        xy_bytes *copy = xy_bytes_create((xy_str){slab->bytes->data + from, len});

        xy__outbox_push(&connection->outbox, copy, 0, len);
        return;
    }
    xy__slab_grow(slab, len);
    xy__outbox_push_slab(&connection->outbox, slab, from, from + len);
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
    xy__outbox_push(&connection->outbox, bytes, from, to);
}

void xy__output_forget_frame(xy_http_server *server)
{
    xy_bytes_unref(server->frames.last);
    server->frames.last = NULL;
}

static void remember_frame(xy_http_server *server, xy_bytes *frame)
{
    xy_frames *frames = &server->frames;
    char *room = xy__slab_room(&frames->slab, frame->len);

    xy__output_forget_frame(server);
    memcpy(room, frame->data, frame->len);
    frames->last = xy_bytes_ref(frame);
    frames->last_at = frames->slab.used;
    xy__slab_grow(&frames->slab, frame->len);
}

/* Frames that one turn brings lie side by side, so that they leave as one range however many
 * there are. Who cannot send at present takes the frame itself: it is one for all who stall. */
void xy__output_frame(xy_connection *connection, xy_bytes *frame, size_t from, size_t to)
{
    xy_http_server *server = connection->server;
    const xy_frames *frames = &server->frames;

    if (connection->blocked || frame->len > XY_COPY_MAX) {
        xy__outbox_push(&connection->outbox, xy_bytes_ref(frame), from, to);
        return;
    }
    if (frames->last != frame)
        remember_frame(server, frame);
    xy__outbox_push_slab(&connection->outbox, &frames->slab, frames->last_at + from,
                         frames->last_at + to);
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
    setsockopt(connection->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    connection->capped = true;
}

/* Into a capped buffer goes no more at a time: on a path with large segments, as to a proxy on the
 * same host, one segment could fill it, and a receiver that has got but one puts off its
 * acknowledgement (RFC 9293 3.8.6.3), for 40 ms and more. */
#define CAPPED_SEND_MAX ((size_t)16 << 10)

/* Shorten `vectors` to `max` bytes; returns how many are left of them. */
static size_t cut_vectors(struct iovec *vectors, size_t len, size_t max, size_t *total)
{
    *total = 0;
    for (size_t i = 0; i < len; i++) {
        if (vectors[i].iov_len >= max - *total) {
            vectors[i].iov_len = max - *total;
            *total = max;
            return i + 1;
        }
        *total += vectors[i].iov_len;
    }
    return len;
}

/* One system call; *total is what it was asked to send. */
static ssize_t send_front(const xy_connection *connection, size_t *total)
{
    struct iovec vectors[GATHER_MAX];
    struct msghdr message = {.msg_iov = vectors};
    size_t len = xy__outbox_gather(&connection->outbox, vectors, GATHER_MAX);

    message.msg_iovlen =
        cut_vectors(vectors, len, connection->capped ? CAPPED_SEND_MAX : SIZE_MAX, total);
    if (message.msg_iovlen == 1)
        return send(connection->fd, vectors[0].iov_base, *total, MSG_NOSIGNAL);
    return sendmsg(connection->fd, &message, MSG_NOSIGNAL);
}

/* The kernel takes no more. */
static int block(xy_connection *connection)
{
    xy__outbox_unshare(&connection->outbox);
    connection->blocked = true;
    xy__connection_watch(connection);
    return XY_EFULL;
}

int xy__output_flush(xy_connection *connection)
{
    if (connection->blocked)
        return XY_EFULL;
    while (!xy__outbox_empty(&connection->outbox)) {
        size_t total;
        ssize_t sent = send_front(connection, &total);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno != EAGAIN && errno != ENOBUFS)
            return XY_ECLOSED;
        if (sent > 0)
            xy__outbox_consume(&connection->outbox, (size_t)sent);
        if (sent < 0 || (size_t)sent < total)
            return block(connection);
    }
    return XY_OK;
}

/* ---- many at once ---- */

/* Fewer are not worth it. */
#define BATCH_MIN ((size_t)8)

static bool fits_batch(const xy_connection *connection)
{
    return connection->state != XY_CONNECTION_CLOSED && !connection->blocked &&
           !xy__outbox_empty(&connection->outbox) && !connection->outbox.more;
}

/* Any other failure: the plain send that follows meets it again. */
static void take_result(xy_connection *connection, const xy_ring_send *send)
{
    if (send->result > 0)
        xy__outbox_consume(&connection->outbox, (size_t)send->result);
    if (send->result == -EIO)
        shutdown(connection->fd, SHUT_RDWR);
    if (send->result == -EAGAIN || send->result == -ENOBUFS ||
        (send->result > 0 && (size_t)send->result < send->len))
        block(connection);
}

void xy__output_batch(xy_http_server *server, xy_connection *const *items, size_t len)
{
    xy_ring_send sends[XY_RING_MAX];
    xy_connection *senders[XY_RING_MAX];
    size_t count = 0;
    bool usable;

    if (!server->ring || len < BATCH_MIN)
        return;
    for (size_t i = 0; i < len; i++) {
        struct iovec vector;

        if (i + 2 < len)
            __builtin_prefetch(&items[i + 2]->outbox);
        if (!fits_batch(items[i]))
            continue;
        xy__outbox_gather(&items[i]->outbox, &vector, 1);
        if (vector.iov_len > CAPPED_SEND_MAX)
            continue;
        sends[count] = (xy_ring_send){items[i]->fd, 0, vector.iov_base, vector.iov_len};
        senders[count++] = items[i];
    }
    if (count < BATCH_MIN)
        return;
    usable = xy__ring_send(server->ring, sends, count);
    for (size_t i = 0; i < count; i++)
        take_result(senders[i], &sends[i]);
    if (!usable) {
        xy__ring_destroy(server->ring);
        server->ring = NULL;
    }
}
