/* SPDX-License-Identifier: MIT */
/* http/listener.c -- the listening socket, and who is let in. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fatal.h"
#include "http/connection.h"

#define BACKLOG_DEFAULT 511
#define HOST_MAX        ((size_t)64)

/* Connections let in before others get their turn. */
#define ACCEPT_MAX 256

/* Connections let in at the end, who have connected already: somaxconn is 4,096. */
#define DRAIN_MAX 4096

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

static void let_in(xy_http_server *server, int fd)
{
    bool room = make_room(server);
    xy_connection *connection = xy__connection_open(server, fd);

    if (room) {
        xy__connection_start(connection);
    } else {
        xy__connection_shed(connection);
    }
}

static int open_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* There are no more descriptors. A client that is not taken from the queue would wake us again
 * and again, so it gets one for as long as it takes to turn it away. */
static bool turn_away(xy_http_server *server)
{
    int fd;

    if (server->spare_fd < 0)
        return false;
    close(server->spare_fd);
    fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        close(fd);
        server->shed++;
    }
    server->spare_fd = open_spare();
    return fd >= 0;
}

bool xy__listener_accept(xy_http_server *server)
{
    for (int i = 0; i < ACCEPT_MAX && server->listener >= 0; i++) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            let_in(server, fd);
        } else if (errno == EMFILE || errno == ENFILE) {
            if (!turn_away(server))
                return false;
        } else if (errno == EAGAIN || errno == ENOMEM || errno == ENOBUFS) {
            return false;
        }
        /* Anything else is about this client, who has gone meanwhile: see who is next. */
    }
    return true;
}

/* From now on the kernel drops the first packet (SYN without ACK) of every client. It is sent again
 * within a second, and meets whoever listens on the port then. Where the kernel allows no filters
 * there remains the moment between the last accept and the close. */
static void deafen(int fd)
{
    enum { FLAGS_AT = 13, SYN = 0x02, ACK = 0x10 }; /* in a TCP header */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, FLAGS_AT),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SYN | ACK),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYN, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};

    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

void xy__listener_drain(xy_http_server *server)
{
    if (server->listener < 0)
        return;
    deafen(server->listener);
    /* No more than a queue is long, should the filter not be there. */
    for (int i = 0; i < DRAIN_MAX / ACCEPT_MAX && xy__listener_accept(server); i++)
        ;
    xy__listener_close(server);
}

/* ---- the interface ---- */

void xy__listener_close(xy_http_server *server)
{
    if (server->listener < 0)
        return;
    xy__poller_remove(&server->poller, server->listener);
    close(server->listener);
    if (server->spare_fd >= 0)
        close(server->spare_fd);
    server->listener = -1;
    server->spare_fd = -1;
}

/* The socket listens already, so nothing can be refused any more. */
static void adopt_listener(xy_http_server *server, int fd)
{
    XY_ASSERT(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0);
    XY_ASSERT(xy__poller_add(&server->poller, fd, EPOLLIN, server) == XY_OK);
    server->listener = fd;
    server->spare_fd = open_spare();
    server->has_listened = true;
}

static bool is_stream_socket(int fd)
{
    int type = 0;
    socklen_t len = sizeof type;

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM;
}

static int listen_on(xy_http_server *server, int fd, int backlog)
{
    XY_ASSERT(!server->has_listened && !server->closing);
    if (!is_stream_socket(fd))
        return XY_EINVAL;
    set_inherited(fd, server->options.keepalive_s);
    if (listen(fd, backlog) != 0)
        return error_of(-errno);
    adopt_listener(server, fd);
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
    int on = 1;
    int flags = fcntl(fd, F_GETFL);

    XY_ASSERT(!server->closing);
    if (!make_room(server))
        return XY_ELIMIT;
    if (!is_stream_socket(fd) || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return XY_EINVAL;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    xy__connection_start(xy__connection_open(server, fd));
    return XY_OK;
}

uint16_t xy__http_server_port(const xy_http_server *server)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.any.sa_family = AF_UNSPEC};
    socklen_t len = sizeof address;

    if (server->listener < 0 || getsockname(server->listener, &address.any, &len) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}
