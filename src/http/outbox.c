/* SPDX-License-Identifier: MIT */
#include "http/outbox.h"

#include <stdlib.h>

#include "base/fatal.h"

/* Large enough for what one turn of the loop usually sends, small enough to stay in the cache. */
#define SLAB_SIZE ((size_t)64 * 1024 - 64)

/* The item, the header of its chunk, and what malloc adds. */
#define ITEM_COST (sizeof(xy_out_item) + sizeof(xy_bytes) + 16)

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

static xy_out_item *item_at(const xy_outbox *outbox, uint32_t index)
{
    return &outbox->items[(outbox->first + index) & (outbox->cap - 1)];
}

static void grow(xy_outbox *outbox, xy_pool *pool)
{
    uint32_t cap = outbox->cap * 2;
    xy_out_item *items = xy__malloc(cap * sizeof *items);

    for (uint32_t i = 0; i < outbox->len; i++)
        items[i] = *item_at(outbox, i);
    if (outbox->cap == XY_OUTBOX_ITEMS) {
        xy__pool_put(pool, outbox->items);
    } else {
        free(outbox->items);
    }
    outbox->items = items;
    outbox->cap = cap;
    outbox->first = 0;
}

void xy__outbox_push(xy_outbox *outbox, xy_pool *pool, xy_bytes *bytes, size_t from, size_t to)
{
    XY_ASSERT(from <= to && to <= UINT32_MAX);
    if (from == to) {
        xy_bytes_unref(bytes);
        return;
    }
    if (!outbox->items) {
        outbox->items = xy__pool_get(pool);
        outbox->cap = XY_OUTBOX_ITEMS;
        outbox->first = 0;
    } else if (outbox->len == outbox->cap) {
        grow(outbox, pool);
    }
    *item_at(outbox, outbox->len++) = (xy_out_item){bytes, (uint32_t)from, (uint32_t)to};
    outbox->bytes += to - from;
}

void xy__outbox_commit(xy_outbox *outbox, xy_pool *pool, xy_slab *slab, size_t len)
{
    xy_out_item *last = outbox->len ? item_at(outbox, outbox->len - 1) : NULL;
    size_t from = slab->used;

    slab->used += len;
    XY_ASSERT(slab->used <= slab->cap);
    if (last && last->bytes == slab->bytes && last->to == from) {
        last->to = (uint32_t)slab->used;
        outbox->bytes += len;
        return;
    }
    xy__outbox_push(outbox, pool, xy_bytes_ref(slab->bytes), from, slab->used);
}

unsigned xy__outbox_gather(const xy_outbox *outbox, uv_buf_t *bufs, unsigned max)
{
    unsigned count = outbox->len < max ? outbox->len : max;

    for (unsigned i = 0; i < count; i++) {
        const xy_out_item *item = item_at(outbox, i);

        bufs[i] = uv_buf_init(item->bytes->data + item->from, item->to - item->from);
    }
    return count;
}

static void release(xy_outbox *outbox, xy_pool *pool)
{
    if (outbox->cap == XY_OUTBOX_ITEMS) {
        xy__pool_put(pool, outbox->items);
    } else {
        free(outbox->items);
    }
    *outbox = (xy_outbox){0};
}

void xy__outbox_consume(xy_outbox *outbox, xy_pool *pool, size_t len)
{
    XY_ASSERT(len <= outbox->bytes);
    outbox->bytes -= len;
    while (len) {
        xy_out_item *item = item_at(outbox, 0);
        size_t size = item->to - item->from;

        if (len < size) {
            item->from += (uint32_t)len;
            return;
        }
        len -= size;
        xy_bytes_unref(item->bytes);
        outbox->first = (outbox->first + 1) & (outbox->cap - 1);
        outbox->len--;
    }
    if (!outbox->len && outbox->items)
        release(outbox, pool);
}

void xy__outbox_unshare(xy_outbox *outbox, const xy_slab *slab)
{
    for (uint32_t i = 0; i < outbox->len; i++) {
        xy_out_item *item = item_at(outbox, i);
        size_t size = item->to - item->from;
        xy_bytes *copy;

        if (item->bytes != slab->bytes)
            continue;
        copy = xy_bytes_create((xy_str){item->bytes->data + item->from, size});
        xy_bytes_unref(item->bytes);
        *item = (xy_out_item){copy, 0, (uint32_t)size};
    }
}

void xy__outbox_clear(xy_outbox *outbox, xy_pool *pool)
{
    for (uint32_t i = 0; i < outbox->len; i++)
        xy_bytes_unref(item_at(outbox, i)->bytes);
    if (outbox->items)
        release(outbox, pool);
}

size_t xy__outbox_cost(const xy_outbox *outbox)
{
    return outbox->bytes + outbox->len * ITEM_COST;
}
