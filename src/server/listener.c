/* SPDX-License-Identifier: MIT */
#include "server/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "xylem/error.h"

#define BACKLOG 511

static int error_code(int number)
{
    switch (number) {
    case EADDRINUSE:
        return XY_EINUSE;
    case EACCES:
    case EPERM:
        return XY_EACCESS;
    case EADDRNOTAVAIL:
        return XY_EINVAL;
    default:
        return XY_EIO;
    }
}

static uint16_t bound_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    } address = {.ipv6 = {0}};
    socklen_t len = sizeof address;

    if (getsockname(fd, &address.any, &len) < 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.ipv6.sin6_port
                                                   : address.ipv4.sin_port);
}

static int bind_socket(const struct addrinfo *address, bool shared)
{
    int on = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return error_code(errno);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) ||
        bind(fd, address->ai_addr, address->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0) {
        int rc = error_code(errno);

        close(fd);
        return rc;
    }
    return fd;
}

static int resolve(const char *host, uint16_t port, struct addrinfo **out)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    char service[8];

    snprintf(service, sizeof service, "%u", port);
    return getaddrinfo(host, service, &hints, out) == 0 ? XY_OK : XY_EINVAL;
}

/* One more socket on *port. */
static int open_one(const char *host, uint16_t *port, bool shared)
{
    struct addrinfo *address;
    int rc = resolve(host, *port, &address);

    if (rc < 0)
        return rc;
    rc = bind_socket(address, shared);
    freeaddrinfo(address);
    if (rc >= 0 && *port == 0)
        *port = bound_port(rc);
    return rc;
}

/* Sockets that share a port would share it with a stranger, too: first see that it is free. */
static int probe(const char *host, uint16_t *port)
{
    int fd = open_one(host, port, false);

    if (fd < 0)
        return fd;
    close(fd);
    return XY_OK;
}

int xy__listeners_open(const char *host, uint16_t *port, bool reuse_port, int *fds, size_t count)
{
    bool shared = reuse_port || count > 1;
    size_t opened = 0;
    int rc = shared && !reuse_port ? probe(host, port) : XY_OK;

    while (rc == XY_OK && opened < count) {
        int fd = open_one(host, port, shared);

        if (fd < 0) {
            rc = fd;
        } else {
            fds[opened++] = fd;
        }
    }
    while (rc < 0 && opened)
        close(fds[--opened]);
    return rc;
}
