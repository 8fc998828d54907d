/* SPDX-License-Identifier: MIT */
/* http/outbox.h -- what a connection has still to send: ranges of chunks, in order.
 *
 *   front  [chunk, from..to)          inside the outbox: most have nothing more
 *   more   [chunk, from..to) ...      a ring, only while there is a second range
 *
 * Small things (response heads, small bodies and frames) are copied into a slab that all
 * connections of a worker write into: a response costs no allocation, and what lies side by side
 * is one range. A connection that cannot send at once must let the slab go
 * (xy__outbox_unshare()), or a few bytes of a stalled reader would hold all of it. */
#ifndef XY_HTTP_OUTBOX_H
#define XY_HTTP_OUTBOX_H

#include <sys/uio.h>

#include "base/bytes.h"

typedef struct xy_slab {
    xy_bytes *bytes;
    size_t used;
    size_t cap;
} xy_slab;

typedef struct xy_out_item {
    xy_bytes *bytes;
    uint32_t from; /* first byte that is not sent yet */
    uint32_t to : 31;
    uint32_t in_slab : 1;
} xy_out_item;

typedef struct xy_out_ring xy_out_ring;

typedef struct xy_outbox {
    xy_out_item front; /* no bytes: the outbox is empty */
    xy_out_ring *more; /* what follows; NULL: nothing */
} xy_outbox;

/* All zero is an empty outbox, and an empty slab. */
void xy__slab_deinit(xy_slab *slab);

/* Contiguous room for `size` bytes at the slab's end; fill it and let the slab grow by `len` of
 * them before anything else is done with it. */
char *xy__slab_room(xy_slab *slab, size_t size);
void xy__slab_grow(xy_slab *slab, size_t len);

/* Send the bytes [from, to) of a chunk, below 2 GiB. takes: one reference to bytes. */
void xy__outbox_push(xy_outbox *outbox, xy_bytes *bytes, size_t from, size_t to);

/* Send the bytes [from, to) of the slab. */
void xy__outbox_push_slab(xy_outbox *outbox, const xy_slab *slab, size_t from, size_t to);

/* The front as vectors, at most `max`; returns how many. Valid until the outbox is changed by
 * anything but a push. */
unsigned xy__outbox_gather(const xy_outbox *outbox, struct iovec *vectors, unsigned max);

/* The first `len` bytes have been sent. */
void xy__outbox_consume(xy_outbox *outbox, size_t len);

/* Replace every range of a slab by a copy of its own. */
void xy__outbox_unshare(xy_outbox *outbox);

/* Drop everything. */
void xy__outbox_clear(xy_outbox *outbox);

/* How many bytes and ranges there are. */
size_t xy__outbox_bytes(const xy_outbox *outbox);
size_t xy__outbox_len(const xy_outbox *outbox);

/* What the queue costs: its bytes, and a share for each range's bookkeeping, so that many small
 * chunks count too. */
size_t xy__outbox_cost(const xy_outbox *outbox);

static inline bool xy__outbox_empty(const xy_outbox *outbox)
{
    return !outbox->front.bytes;
}

#endif
