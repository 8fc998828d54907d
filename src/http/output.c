/* SPDX-License-Identifier: MIT */
/* http/output.c -- from responses to the socket: what one turn of the loop has for a client
 * leaves in one system call. */
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>
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

/* One system call; *total is what it was asked to send. */
static ssize_t send_front(const xy_connection *connection, size_t *total)
{
    struct iovec vectors[GATHER_MAX];
    struct msghdr message = {.msg_iov = vectors};

    message.msg_iovlen = xy__outbox_gather(&connection->outbox, vectors, GATHER_MAX);
    *total = 0;
    for (size_t i = 0; i < message.msg_iovlen; i++)
        *total += vectors[i].iov_len;
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

/* ---- scratch: a turn's sends through io_uring ---- */

#define BATCH ((size_t)256)

#define BATCH_MIN ((size_t)4)

static struct io_uring *ring_of(xy_http_server *server)
{
    struct io_uring_params params = {.flags = IORING_SETUP_SINGLE_ISSUER |
                                              IORING_SETUP_DEFER_TASKRUN |
                                              IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL};

    if (server->ring_state)
        return server->ring_state == 1 ? &server->ring : NULL;
    server->ring_state = 2;
    if (getenv("XY_NO_URING") ||
        (io_uring_queue_init_params((unsigned)BATCH, &server->ring, &params) < 0 &&
         io_uring_queue_init((unsigned)BATCH, &server->ring, 0) < 0))
        return NULL;
    io_uring_register_ring_fd(&server->ring);
    server->ring_state = 1;
    return &server->ring;
}

static bool fits_batch(const xy_connection *connection)
{
    return connection->state != XY_CONNECTION_CLOSED && !connection->blocked &&
           !xy__outbox_empty(&connection->outbox) && !connection->outbox.more;
}

static void took(xy_connection *connection, int sent)
{
    size_t total = xy__outbox_bytes(&connection->outbox);

    if (sent > 0)
        xy__outbox_consume(&connection->outbox, (size_t)sent);
    /* Any other failure: the plain send that follows meets it again. */
    if (sent == -EAGAIN || sent == -ENOBUFS || (sent > 0 && (size_t)sent < total))
        block(connection);
}

void xy__output_batch(xy_http_server *server, xy_connection *const *items, size_t len)
{
    struct io_uring *ring = len < BATCH_MIN ? NULL : ring_of(server);
    struct io_uring_cqe *cqe;
    unsigned count = 0;
    unsigned head;
    unsigned seen = 0;

    if (!ring)
        return;
    for (size_t i = 0; i < len; i++) {
        xy_connection *connection = items[i];
        struct io_uring_sqe *sqe;

        if (i + 2 < len)
            __builtin_prefetch(&items[i + 2]->outbox);
        if (!fits_batch(connection))
            continue;
        sqe = io_uring_get_sqe(ring);
        io_uring_prep_send(sqe, connection->fd,
                           connection->outbox.front.bytes->data + connection->outbox.front.from,
                           xy__outbox_bytes(&connection->outbox), MSG_NOSIGNAL | MSG_DONTWAIT);
        io_uring_sqe_set_data(sqe, connection);
        count++;
    }
    while (seen < count) {
        int rc = io_uring_submit_and_wait(ring, count - seen);
        unsigned got = 0;

        if (rc < 0 && rc != -EINTR)
            XY_ASSERT(!"io_uring");
        io_uring_for_each_cqe (ring, head, cqe) {
            took(io_uring_cqe_get_data(cqe), cqe->res);
            got++;
        }
        io_uring_cq_advance(ring, got);
        seen += got;
    }
    server->batched += count;
}
