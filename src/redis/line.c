/* SPDX-License-Identifier: MIT */
/* redis/line.c -- from a name to a socket, over libuv.
 *
 *   new --connect--> looking up --> trying an address --> connected --> lost
 *                         |           |  ^    |                          ^
 *                         |           +--+ refused, its time is over     |
 *                         +------------+------ no address left ----------+
 *
 * Invariants
 *   1. `lookup` and `socket` outlive the line until libuv is done with them, and then know of
 *      none: each of their callbacks looks first.
 *   2. After a function of `ops` was called nothing of the line is touched: it may be gone. */
#include "redis/line.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"

#define INPUT_BYTES ((size_t)64 << 10)
#define KEPT_BYTES  ((size_t)64 << 10) /* of an output buffer that is empty */
#define WHY_BYTES   ((size_t)160)

/* Freed when libuv has closed it. */
typedef struct line_socket {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    };
    uv_connect_t connect;
    uv_write_t write;
    xy_bytes *writing;   /* what `write` writes; NULL: nothing */
    xy_redis_line *line; /* NULL: given up */
    char input[INPUT_BYTES];
} line_socket;

/* Freed when it has ended. */
typedef struct line_lookup {
    uv_getaddrinfo_t request;
    xy_redis_line *line; /* NULL: given up */
} line_lookup;

struct xy_redis_line {
    xy_loop *loop;
    const xy_redis_url *url;
    const xy_redis_line_ops *ops;
    void *arg;
    line_socket *socket;
    line_lookup *lookup;
    struct addrinfo *found; /* by the lookup */
    const struct addrinfo *at;
    size_t left; /* addresses to try, this one included */
    uint32_t turn;
    uint64_t end_ms; /* of connecting */
    xy_timer timer;  /* the end of the address's share */
};

static void fail_errno(xy_redis_line *line, const char *what, int rc)
{
    char why[WHY_BYTES];

    snprintf(why, sizeof why, "%s: %s", what, uv_strerror(rc));
    line->ops->on_lost(line->arg, why);
}

static void on_closed(uv_handle_t *handle)
{
    line_socket *socket = handle->data;

    xy_bytes_unref(socket->writing);
    free(socket);
}

static void drop_socket(xy_redis_line *line)
{
    if (!line->socket)
        return;
    line->socket->line = NULL;
    uv_close(&line->socket->handle, on_closed);
    line->socket = NULL;
}

/* ---- Bytes ---- */

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *out)
{
    line_socket *socket = handle->data;

    (void)size;
    *out = uv_buf_init(socket->input, sizeof socket->input);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    xy_redis_line *line = ((line_socket *)stream->data)->line;

    if (!line || len == 0)
        return;
    if (len > 0) {
        line->ops->on_bytes(line->arg, buf->base, (size_t)len);
    } else if (len == UV_EOF) {
        line->ops->on_lost(line->arg, "the server has closed the connection");
    } else {
        fail_errno(line, "the connection was lost", (int)len);
    }
}

static void on_written(uv_write_t *request, int status)
{
    line_socket *socket = request->data;
    xy_redis_line *line = socket->line;

    if (!line)
        return;
    xy_bytes_unref(socket->writing);
    socket->writing = NULL;
    if (status < 0) {
        fail_errno(line, "the connection was lost", status);
    } else {
        line->ops->on_written(line->arg);
    }
}

/* What the socket does not take at once it takes by and by; what is said meanwhile waits for that,
 * and leaves as one. */
void xy__redis_line_write(xy_redis_line *line, xy_buf *out)
{
    line_socket *socket = line->socket;
    uv_buf_t buf = uv_buf_init(out->ptr, (unsigned)out->len);
    int sent;

    if (!out->len || socket->writing)
        return;
    sent = uv_try_write(&socket->stream, &buf, 1);
    if (sent == UV_EAGAIN)
        sent = 0;
    if (sent < 0) {
        fail_errno(line, "the connection was lost", sent);
        return;
    }
    if ((size_t)sent == out->len) {
        xy__buf_reset(out, KEPT_BYTES);
        return;
    }
    buf = uv_buf_init(out->ptr + sent, (unsigned)(out->len - (size_t)sent));
    socket->writing = xy__buf_take(out);
    uv_write(&socket->write, &socket->stream, &buf, 1, on_written);
}

size_t xy__redis_line_unsent(const xy_redis_line *line)
{
    return line->socket ? uv_stream_get_write_queue_size(&line->socket->stream) : 0;
}

/* ---- Connecting ---- */

static void next_address(xy_redis_line *line, int rc);

static void on_connected(uv_connect_t *request, int status)
{
    line_socket *socket = request->data;
    xy_redis_line *line = socket->line;

    if (!line)
        return;
    if (status == 0)
        status = uv_read_start(&socket->stream, on_alloc, on_read);
    if (status < 0) {
        next_address(line, status);
        return;
    }
    xy__timer_stop(line->loop, &line->timer);
    line->ops->on_connected(line->arg);
}

static line_socket *socket_new(xy_redis_line *line)
{
    line_socket *socket = xy__malloc(sizeof *socket);

    socket->writing = NULL;
    socket->line = line;
    socket->connect.data = socket;
    socket->write.data = socket;
    if (line->url->path) {
        XY_ASSERT(uv_pipe_init(&line->loop->uv, &socket->pipe, 0) == 0);
    } else {
        XY_ASSERT(uv_tcp_init(&line->loop->uv, &socket->tcp) == 0);
    }
    socket->handle.data = socket;
    line->socket = socket;
    return socket;
}

/* An address that swallows everything must leave time for the others. */
static void connect_address(xy_redis_line *line, const struct sockaddr *address)
{
    line_socket *socket = socket_new(line);
    uint64_t now = xy__loop_now(line->loop);
    uint64_t rest = line->end_ms > now ? line->end_ms - now : 0;
    int rc;

    xy__timer_start(line->loop, &line->timer, rest / line->left);
    uv_tcp_nodelay(&socket->tcp, 1);
    rc = uv_tcp_connect(&socket->connect, &socket->tcp, address, on_connected);
    if (rc < 0)
        next_address(line, rc);
}

/* The one that was tried has failed with `rc`. */
static void next_address(xy_redis_line *line, int rc)
{
    drop_socket(line);
    if (line->left <= 1) {
        xy__timer_stop(line->loop, &line->timer);
        fail_errno(line, "the server cannot be reached", rc);
        return;
    }
    line->left--;
    line->at = line->at->ai_next ? line->at->ai_next : line->found;
    connect_address(line, line->at->ai_addr);
}

static void on_timer(xy_timer *timer)
{
    xy_redis_line *line = XY_CONTAINER(timer, xy_redis_line, timer);

    if (line->lookup) {
        line->ops->on_lost(line->arg, "the host's name cannot be resolved in time");
    } else {
        next_address(line, UV_ETIMEDOUT);
    }
}

static void on_found(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    line_lookup *lookup = request->data;
    xy_redis_line *line = lookup->line;

    free(lookup);
    if (!line) {
        uv_freeaddrinfo(found);
        return;
    }
    line->lookup = NULL;
    if (status < 0 || !found) {
        uv_freeaddrinfo(found);
        xy__timer_stop(line->loop, &line->timer);
        fail_errno(line, "the host's name cannot be resolved", status < 0 ? status : UV_EAI_NODATA);
        return;
    }
    line->found = found;
    line->left = 0;
    for (const struct addrinfo *at = found; at; at = at->ai_next)
        line->left++;
    line->at = found;
    for (size_t skip = line->turn % line->left; skip; skip--)
        line->at = line->at->ai_next;
    connect_address(line, line->at->ai_addr);
}

static void look_up(xy_redis_line *line)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    line_lookup *lookup = xy__malloc(sizeof *lookup);
    char port[8];
    int rc;

    lookup->line = line;
    lookup->request.data = lookup;
    snprintf(port, sizeof port, "%u", (unsigned)line->url->port);
    rc = uv_getaddrinfo(&line->loop->uv, &lookup->request, on_found, line->url->host, port, &hints);
    if (rc < 0) {
        free(lookup);
        fail_errno(line, "the host's name cannot be resolved", rc);
        return;
    }
    line->lookup = lookup;
    xy__timer_start(line->loop, &line->timer, line->end_ms - xy__loop_now(line->loop));
}

xy_redis_line *xy__redis_line_new(xy_loop *loop, const xy_redis_url *url,
                                  const xy_redis_line_ops *ops, void *arg)
{
    xy_redis_line *line = xy__zalloc(sizeof *line);

    line->loop = loop;
    line->url = url;
    line->ops = ops;
    line->arg = arg;
    line->timer.fn = on_timer;
    return line;
}

void xy__redis_line_connect(xy_redis_line *line, uint32_t timeout_ms, uint32_t turn)
{
    const xy_redis_url *url = line->url;
    struct sockaddr_storage address;
    line_socket *socket;

    line->end_ms = xy__loop_now(line->loop) + timeout_ms;
    line->turn = turn;
    line->left = 1;
    if (url->path) {
        socket = socket_new(line);
        xy__timer_start(line->loop, &line->timer, timeout_ms);
        uv_pipe_connect(&socket->connect, &socket->pipe, url->path, on_connected);
    } else if (uv_ip4_addr(url->host, url->port, (struct sockaddr_in *)&address) == 0 ||
               uv_ip6_addr(url->host, url->port, (struct sockaddr_in6 *)&address) == 0) {
        connect_address(line, (const struct sockaddr *)&address);
    } else {
        look_up(line);
    }
}

void xy__redis_line_close(xy_redis_line *line)
{
    if (!line)
        return;
    drop_socket(line);
    if (line->lookup) {
        line->lookup->line = NULL;
        uv_cancel((uv_req_t *)&line->lookup->request);
    }
    uv_freeaddrinfo(line->found);
    xy__timer_stop(line->loop, &line->timer);
    free(line);
}
