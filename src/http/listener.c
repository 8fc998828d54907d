/* SPDX-License-Identifier: MIT */
/* http/listener.c -- the listening socket, and who is let in. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fatal.h"
#include "http/connection.h"

#define BACKLOG_DEFAULT 511
#define HOST_MAX        ((size_t)64)

static int error_of(int uv_error)
{
    switch (uv_error) {
    case 0:
        return XY_OK;
    case UV_EADDRINUSE:
        return XY_EINUSE;
    case UV_EACCES:
    case UV_EPERM:
        return XY_EACCESS;
    case UV_EINVAL:
    case UV_EADDRNOTAVAIL:
    case UV_ENOTSOCK:
        return XY_EINVAL;
    default:
        return XY_EIO;
    }
}

/* ---- addresses ---- */

static int resolve(const xy_http_address *address, struct sockaddr_storage *out)
{
    xy_str host = address->host.len ? address->host : XY_STR("127.0.0.1");
    char text[HOST_MAX];

    if (host.len >= sizeof text)
        return XY_EINVAL;
    if (xy_str_is(host, "localhost"))
        host = XY_STR("127.0.0.1");
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    *out = (struct sockaddr_storage){0};
    if (uv_ip4_addr(text, address->port, (struct sockaddr_in *)out) == 0 ||
        uv_ip6_addr(text, address->port, (struct sockaddr_in6 *)out) == 0)
        return XY_OK;
    return XY_EINVAL;
}

/* A bound socket in *fd. */
static int bind_socket(const struct sockaddr_storage *address, bool reuse_port, int *fd)
{
    socklen_t len =
        address->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    int on = 1;
    int rc;

    *fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0)
        return error_of(-errno);
    setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (reuse_port)
        setsockopt(*fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(*fd, (const struct sockaddr *)address, len) == 0)
        return XY_OK;
    rc = error_of(-errno);
    close(*fd);
    return rc;
}

/* What accepted sockets inherit from this one, so that it costs nothing for each. */
static void set_inherited(int fd, uint32_t keepalive_s)
{
    int on = 1;
    int idle = (int)keepalive_s;
    int interval = idle > 4 ? idle / 4 : 1;
    int count = 4;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!keepalive_s)
        return;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

/* ---- letting in ---- */

/* Room for one more: of those who want nothing now, the one that has waited longest goes. */
static bool make_room(xy_http_server *server)
{
    xy_timeout *oldest;

    if (server->connection_count < server->options.connections_max)
        return true;
    oldest = xy__timeouts_oldest(&server->timeouts[XY_TIMEOUT_IDLE]);
    if (!oldest)
        return false;
    server->shed++;
    xy__connection_cut(XY_CONTAINER(oldest, xy_connection, timeout));
    return true;
}

static void on_connection(uv_stream_t *stream, int status)
{
    xy_http_server *server = stream->data;
    xy_connection *connection;
    bool room;

    if (status != 0)
        return;
    room = make_room(server);
    connection = xy__connection_open(server);
    if (uv_accept(stream, (uv_stream_t *)&connection->tcp) != 0) {
        xy__connection_cut(connection);
    } else if (room) {
        xy__connection_start(connection);
    } else {
        xy__connection_shed(connection);
    }
}

/* ---- the interface ---- */

static void on_listener_closed(uv_handle_t *handle)
{
    xy_http_server *server = handle->data;

    xy__server_handle_closed(server);
}

void xy__listener_close(xy_http_server *server)
{
    if (!server->listening)
        return;
    server->listening = false;
    uv_close((uv_handle_t *)&server->listener, on_listener_closed);
}

/* The socket listens already, so nothing can be refused any more. */
static void adopt_listener(xy_http_server *server, int fd, int backlog)
{
    XY_ASSERT(uv_tcp_init(&server->loop->uv, &server->listener) == 0);
    server->listener.data = server;
    server->handle_count++;
    server->listening = true;
    server->has_listened = true;
    XY_ASSERT(uv_tcp_open(&server->listener, fd) == 0);
    XY_ASSERT(uv_listen((uv_stream_t *)&server->listener, backlog, on_connection) == 0);
}

static int listen_on(xy_http_server *server, int fd, int backlog)
{
    int type = 0;
    socklen_t len = sizeof type;

    XY_ASSERT(!server->has_listened && !server->closing);
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || type != SOCK_STREAM)
        return XY_EINVAL;
    set_inherited(fd, server->options.keepalive_s);
    if (listen(fd, backlog) != 0)
        return error_of(-errno);
    adopt_listener(server, fd, backlog);
    return XY_OK;
}

int xy__http_server_listen(xy_http_server *server, const xy_http_address *address)
{
    struct sockaddr_storage where;
    int fd;
    int rc = resolve(address, &where);

    if (rc != XY_OK)
        return rc;
    rc = bind_socket(&where, address->reuse_port, &fd);
    if (rc != XY_OK)
        return rc;
    rc = listen_on(server, fd, address->backlog ? address->backlog : BACKLOG_DEFAULT);
    if (rc != XY_OK)
        close(fd);
    return rc;
}

int xy__http_server_listen_fd(xy_http_server *server, int fd)
{
    return listen_on(server, fd, BACKLOG_DEFAULT);
}

int xy__http_server_adopt(xy_http_server *server, int fd)
{
    xy_connection *connection;

    XY_ASSERT(!server->closing);
    if (!make_room(server))
        return XY_ELIMIT;
    connection = xy__connection_open(server);
    if (uv_tcp_open(&connection->tcp, fd) != 0) {
        xy__connection_cut(connection);
        return XY_EINVAL;
    }
    uv_tcp_nodelay(&connection->tcp, 1);
    xy__connection_start(connection);
    return XY_OK;
}

uint16_t xy__http_server_port(const xy_http_server *server)
{
    struct sockaddr_storage address;
    int len = sizeof address;

    if (!server->listening ||
        uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &len) != 0)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}
