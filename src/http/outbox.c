/* SPDX-License-Identifier: MIT */
#include "http/outbox.h"

#include <stdlib.h>

#include "base/fatal.h"

/* Large enough for what one turn of the loop usually sends, small enough to stay in the cache. */
#define SLAB_SIZE ((size_t)64 * 1024 - 64)

/* The item, the header of its chunk, and what malloc adds. */
#define ITEM_COST  (sizeof(xy_out_item) + sizeof(xy_bytes) + 16)

#define RING_FIRST ((uint32_t)4)

struct xy_out_ring {
    size_t bytes; /* in all items */
    uint32_t cap; /* a power of two */
    uint32_t first;
    uint32_t len; /* never 0 */
    xy_out_item items[];
};

/* ---- the slab ---- */

void xy__slab_deinit(xy_slab *slab)
{
    xy_bytes_unref(slab->bytes);
    *slab = (xy_slab){0};
}

char *xy__slab_room(xy_slab *slab, size_t size)
{
    /* Nobody but us: all that was written has been sent, so begin again where the cache is warm. */
    if (slab->bytes && atomic_load_explicit(&slab->bytes->refs, memory_order_acquire) == 1)
        slab->used = 0;
    if (slab->cap - slab->used < size) {
        xy__slab_deinit(slab);
        slab->cap = size > SLAB_SIZE ? size : SLAB_SIZE;
        slab->bytes = xy__bytes_alloc(slab->cap);
    }
    return slab->bytes->data + slab->used;
}

void xy__slab_grow(xy_slab *slab, size_t len)
{
    slab->used += len;
    XY_ASSERT(slab->used <= slab->cap);
}

/* ---- the ring ---- */

static xy_out_item *item_at(xy_out_ring *ring, uint32_t index)
{
    return &ring->items[(ring->first + index) & (ring->cap - 1)];
}

static xy_out_ring *create_ring(uint32_t cap)
{
    xy_out_ring *ring = xy__malloc(sizeof *ring + cap * sizeof ring->items[0]);

    *ring = (xy_out_ring){.cap = cap};
    return ring;
}

static xy_out_ring *grow(xy_out_ring *ring)
{
    xy_out_ring *larger = create_ring(ring->cap * 2);

    for (uint32_t i = 0; i < ring->len; i++)
        larger->items[i] = *item_at(ring, i);
    larger->len = ring->len;
    larger->bytes = ring->bytes;
    free(ring);
    return larger;
}

static size_t size_of(const xy_out_item *item)
{
    return item->to - item->from;
}

static void append(xy_outbox *outbox, xy_out_item item)
{
    xy_out_ring *ring = outbox->more;

    if (xy__outbox_empty(outbox)) {
        outbox->front = item;
        return;
    }
    if (!ring) {
        ring = outbox->more = create_ring(RING_FIRST);
    } else if (ring->len == ring->cap) {
        ring = outbox->more = grow(ring);
    }
    *item_at(ring, ring->len++) = item;
    ring->bytes += size_of(&item);
}

/* The front has been sent: what follows takes its place. */
static void shift(xy_outbox *outbox)
{
    xy_out_ring *ring = outbox->more;

    xy_bytes_unref(outbox->front.bytes);
    if (!ring) {
        outbox->front.bytes = NULL;
        return;
    }
    outbox->front = *item_at(ring, 0);
    ring->bytes -= size_of(&outbox->front);
    ring->first = (ring->first + 1) & (ring->cap - 1);
    if (--ring->len)
        return;
    free(ring);
    outbox->more = NULL;
}

/* ---- the outbox ---- */

void xy__outbox_push(xy_outbox *outbox, xy_bytes *bytes, size_t from, size_t to)
{
    XY_ASSERT(from <= to && to <= INT32_MAX);
    if (from == to) {
        xy_bytes_unref(bytes);
        return;
    }
    append(outbox, (xy_out_item){.bytes = bytes, .from = (uint32_t)from, .to = to & INT32_MAX});
}

void xy__outbox_push_slab(xy_outbox *outbox, const xy_slab *slab, size_t from, size_t to)
{
    xy_out_ring *ring = outbox->more;
    xy_out_item *last = ring ? item_at(ring, ring->len - 1) : &outbox->front;

    XY_ASSERT(from <= to && to <= slab->used);
    if (from == to)
        return;
    if (last->bytes == slab->bytes && last->to == from) {
        last->to = to & INT32_MAX;
        if (ring)
            ring->bytes += to - from;
        return;
    }
    append(outbox, (xy_out_item){.bytes = xy_bytes_ref(slab->bytes),
                                 .from = (uint32_t)from,
                                 .to = to & INT32_MAX,
                                 .in_slab = 1});
}

static struct iovec vector_of(const xy_out_item *item)
{
    return (struct iovec){item->bytes->data + item->from, size_of(item)};
}

unsigned xy__outbox_gather(const xy_outbox *outbox, struct iovec *vectors, unsigned max)
{
    xy_out_ring *ring = outbox->more;
    unsigned count = 0;

    if (xy__outbox_empty(outbox))
        return 0;
    vectors[count++] = vector_of(&outbox->front);
    while (ring && count < max && count <= ring->len) {
        vectors[count] = vector_of(item_at(ring, count - 1));
        count++;
    }
    return count;
}

void xy__outbox_consume(xy_outbox *outbox, size_t len)
{
    while (len) {
        size_t size = size_of(&outbox->front);

        XY_ASSERT(!xy__outbox_empty(outbox));
        if (len < size) {
            outbox->front.from += (uint32_t)len;
            return;
        }
        len -= size;
        shift(outbox);
    }
}

static void unshare(xy_out_item *item)
{
    size_t size = size_of(item);
    xy_bytes *copy;

    if (!item->in_slab)
        return;
    copy = xy_bytes_create((xy_str){item->bytes->data + item->from, size});
    xy_bytes_unref(item->bytes);
    *item = (xy_out_item){.bytes = copy, .to = size & INT32_MAX};
}

void xy__outbox_unshare(xy_outbox *outbox)
{
    if (xy__outbox_empty(outbox))
        return;
    unshare(&outbox->front);
    for (uint32_t i = 0; outbox->more && i < outbox->more->len; i++)
        unshare(item_at(outbox->more, i));
}

void xy__outbox_clear(xy_outbox *outbox)
{
    while (!xy__outbox_empty(outbox))
        shift(outbox);
}

size_t xy__outbox_bytes(const xy_outbox *outbox)
{
    if (xy__outbox_empty(outbox))
        return 0;
    return size_of(&outbox->front) + (outbox->more ? outbox->more->bytes : 0);
}

size_t xy__outbox_len(const xy_outbox *outbox)
{
    if (xy__outbox_empty(outbox))
        return 0;
    return 1 + (outbox->more ? outbox->more->len : 0);
}

size_t xy__outbox_cost(const xy_outbox *outbox)
{
    return xy__outbox_bytes(outbox) + xy__outbox_len(outbox) * ITEM_COST;
}
