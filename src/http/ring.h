/* SPDX-License-Identifier: MIT */
/* http/ring.h -- many sends by one system call, where the kernel and the build allow it. */
#ifndef XY_HTTP_RING_H
#define XY_HTTP_RING_H

#include <stdbool.h>
#include <stddef.h>

typedef struct xy_ring xy_ring;

/* Sends of one call. */
#define XY_RING_MAX ((size_t)256)

/* One send, and what came of it. */
typedef struct xy_ring_send {
    int fd;
    int result; /* bytes, or -errno; -ECANCELED: not done; -EIO: nobody knows */
    const void *ptr;
    size_t len;
} xy_ring_send;

/* A ring that costs nothing until it is used. gives: the ring. */
xy_ring *xy__ring_create(void);

/* takes: ring (NULL is fine). */
void xy__ring_destroy(xy_ring *ring);

/* Do these sends, of different sockets and at most XY_RING_MAX, without waiting for room and
 * without SIGPIPE. All on one thread. Returns false when the ring is of no use any more: what has
 * not been done is to be sent plainly. */
bool xy__ring_send(xy_ring *ring, xy_ring_send *sends, size_t len);

#endif
