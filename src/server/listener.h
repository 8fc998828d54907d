/* SPDX-License-Identifier: MIT */
/* server/listener.h -- bound, listening sockets, one a worker, all on one port. */
#ifndef XY_SERVER_LISTENER_H
#define XY_SERVER_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bind `count` sockets to `host` (an address or a name) and `port` and listen; more than one
 * share the port by SO_REUSEPORT, and the kernel spreads connections over them. `reuse_port`: also
 * over those of other processes of this user that do the same; else a port that anybody listens on
 * is in use. *port 0 becomes the port which the system chose. gives: fds[0…count-1], only on
 * success. Returns 0, XY_EINVAL (no such host), XY_EINUSE, XY_EACCESS or XY_EIO. */
int xy__listeners_open(const char *host, uint16_t *port, bool reuse_port, int *fds, size_t count);

#endif
