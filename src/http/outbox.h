/* SPDX-License-Identifier: MIT */
/* http/outbox.h -- what a connection has still to send: ranges of shared chunks, in order.
 *
 * Small things (response heads, small bodies and chunks) are copied into a slab that all
 * connections of a worker write into, so that a response costs no allocation and leaves as one
 * piece. A connection that cannot send at once must let the slab go (xy__outbox_unshare()), or a
 * few bytes of a stalled reader would hold all of it. */
#ifndef XY_HTTP_OUTBOX_H
#define XY_HTTP_OUTBOX_H

#include <uv.h>

#include "base/bytes.h"
#include "http/pool.h"

/* One outbox's items while it holds no more than these are a block of the worker's pool. */
#define XY_OUTBOX_ITEMS ((uint32_t)4)

typedef struct xy_out_item {
    xy_bytes *bytes;
    uint32_t from; /* first byte that is not sent yet */
    uint32_t to;
} xy_out_item;

typedef struct xy_outbox {
    xy_out_item *items; /* a ring of `cap`; NULL while empty */
    uint32_t cap;       /* a power of two */
    uint32_t first;
    uint32_t len;
    size_t bytes; /* in all items */
} xy_outbox;

typedef struct xy_slab {
    xy_bytes *bytes;
    size_t used;
    size_t cap;
} xy_slab;

/* All zero is an empty outbox, and an empty slab. */
void xy__slab_deinit(xy_slab *slab);

/* Contiguous room for `size` bytes at the slab's end, to be filled and passed to
 * xy__outbox_commit() before anything else is done with the slab. */
char *xy__slab_room(xy_slab *slab, size_t size);

/* Send the first `len` bytes of the room. `pool` has blocks of XY_OUTBOX_ITEMS items; always
 * give the same one. */
void xy__outbox_commit(xy_outbox *outbox, xy_pool *pool, xy_slab *slab, size_t len);

/* Send the bytes [from, to) of a chunk, which is less than 4 GiB long. takes: one reference to
 * bytes. */
void xy__outbox_push(xy_outbox *outbox, xy_pool *pool, xy_bytes *bytes, size_t from, size_t to);

/* The front as vectors, at most `max`; returns how many. Valid until the outbox is changed by
 * anything but push and commit. */
unsigned xy__outbox_gather(const xy_outbox *outbox, uv_buf_t *bufs, unsigned max);

/* The first `len` bytes have been sent. */
void xy__outbox_consume(xy_outbox *outbox, xy_pool *pool, size_t len);

/* Replace every range of the slab by a copy of its own. */
void xy__outbox_unshare(xy_outbox *outbox, const xy_slab *slab);

/* Drop everything. */
void xy__outbox_clear(xy_outbox *outbox, xy_pool *pool);

/* What the queue costs: its bytes, and a share for each item's bookkeeping, so that many small
 * chunks count too. */
size_t xy__outbox_cost(const xy_outbox *outbox);

#endif
