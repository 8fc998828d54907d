/* SPDX-License-Identifier: MIT */
/* http/poller.h -- many sockets behind one handle of the loop.
 *
 *   loop's epoll <-- uv_poll_t -- poller's epoll <-- sockets, 12 bytes of ours each
 *
 * A uv_tcp_t is 248 bytes and 8 more in libuv's table: most of what an idle stream would cost. In
 * a poller a socket costs its number and what is asked of it, and a write is a system call
 * without a detour. The price is one epoll_wait() more for each turn of the loop. */
#ifndef XY_HTTP_POLLER_H
#define XY_HTTP_POLLER_H

#include <sys/epoll.h>

#include "base/loop.h"

typedef struct xy_poller xy_poller;

/* `events` (EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR) have come for `what`. All that one turn of
 * the loop brings are fetched first: `what` may be gone from the poller, but must still be
 * there. */
typedef void xy_poller_fn(xy_poller *poller, void *what, uint32_t events);

struct xy_poller {
    uv_poll_t handle;
    xy_poller_fn *fn;
    size_t len; /* sockets; the loop is kept alive while there is one */
    int fd;
};

/* An empty poller. keeps: loop, until the poller is closed. */
void xy__poller_open(xy_poller *poller, xy_loop *loop, xy_poller_fn *fn);

/* There must be no socket in it any more. The memory is yours again in on_closed. */
void xy__poller_close(xy_poller *poller, uv_close_cb on_closed);

/* Wait for `events` of `fd`. keeps: what, until the end of the turn in which it is removed.
 * Returns XY_OK, or XY_EINVAL for what cannot be waited for. */
int xy__poller_add(xy_poller *poller, int fd, uint32_t events, void *what);

/* Wait for other events from now on; 0: only for its end (EPOLLHUP, EPOLLERR). */
void xy__poller_change(xy_poller *poller, int fd, uint32_t events, void *what);

/* Before it is closed: a process forked meanwhile may hold the socket open. */
void xy__poller_remove(xy_poller *poller, int fd);

#endif
