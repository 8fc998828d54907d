/* SPDX-License-Identifier: MIT */
/* realtime/invalidations.c -- a list of listeners under a lock, and batches as mail.
 *
 * A batch is one chunk that all listeners share: each key behind its length in two bytes. One
 * without any key stands for all of them; it is put, room or not, when another had no room, and not
 * again before it was read: so a mailbox is never over its limit by more than that one.
 *
 * Locks are taken in the order listeners, mailbox, loop. */
#include "realtime/invalidations.h"

#include <stdlib.h>

#include "xylem/error.h"

#include "base/bytes.h"
#include "base/fatal.h"

#define LENGTH_BYTES 2u

struct xy_invalidations {
    size_t mailbox_bytes_max;
    xy_realtime_gauges *gauges;
    xy_store *store; /* NULL: what is invalidated has arrived */
    uv_mutex_t lock;
    xy_link listeners;     /* guarded by lock */
    _Atomic size_t joined; /* how many: without any there is nothing to do */
    size_t watching;       /* guarded by lock: of them, those with live queries */
    xy_bytes *everything;  /* the batch without a key */
};

xy_invalidations *xy__invalidations_create(size_t mailbox_bytes_max, xy_realtime_gauges *gauges,
                                           xy_store *store)
{
    xy_invalidations *all = xy__zalloc(sizeof *all);

    all->mailbox_bytes_max = mailbox_bytes_max;
    all->gauges = gauges;
    all->everything = xy__bytes_alloc(0);
    xy__list_init(&all->listeners);
    XY_ASSERT(uv_mutex_init(&all->lock) == 0);
    if (store && store->ops->invalidate) {
        all->store = store;
        store->ops->attach_invalidations(store, all);
    }
    return all;
}

void xy__invalidations_destroy(xy_invalidations *all)
{
    if (!all)
        return;
    XY_ASSERT(xy__list_empty(&all->listeners) && !all->watching);
    uv_mutex_destroy(&all->lock);
    xy_bytes_unref(all->everything);
    free(all);
}

/* ---- batches ---- */

static bool fits(const xy_str *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (keys[i].len > XY_LIVE_KEY_BYTES_MAX)
            return false;
    return true;
}

static bool has_all(const xy_str *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (xy_str_is(keys[i], XY_LIVE_KEY_ALL))
            return true;
    return false;
}

static bool counts(xy_str key)
{
    return key.len && key.len <= XY_LIVE_KEY_BYTES_MAX;
}

/* gives: the batch; without any key in it when none counts. */
static xy_bytes *pack(const xy_str *keys, size_t count)
{
    size_t size = 0;
    xy_bytes *batch;
    char *at;

    for (size_t i = 0; i < count; i++)
        size += counts(keys[i]) ? LENGTH_BYTES + keys[i].len : 0;
    batch = xy__bytes_alloc(size);
    at = batch->data;
    for (size_t i = 0; i < count; i++) {
        if (!counts(keys[i]))
            continue;
        *at++ = (char)(unsigned char)(keys[i].len >> 8);
        *at++ = (char)(unsigned char)(keys[i].len & 0xFF);
        memcpy(at, keys[i].ptr, keys[i].len);
        at += keys[i].len;
    }
    batch->len = size;
    return batch;
}

bool xy__invalidation_next(xy_str *batch, xy_str *key)
{
    const unsigned char *head = (const unsigned char *)batch->ptr;

    if (!batch->len)
        return false;
    *key = (xy_str){batch->ptr + LENGTH_BYTES, ((size_t)head[0] << 8) | head[1]};
    batch->ptr += LENGTH_BYTES + key->len;
    batch->len -= LENGTH_BYTES + key->len;
    return true;
}

/* ---- listeners ---- */

static size_t on_mail(xy_mailbox *mailbox, const xy_mail *mail)
{
    xy_invalidation_listener *listener = XY_CONTAINER(mailbox, xy_invalidation_listener, mailbox);
    xy_str batch = xy_bytes_str(mail->payload);

    if (batch.len)
        return listener->ops->on_keys(listener, batch);
    /* Before the call: what is missed from here on needs another. */
    atomic_store(&listener->missed, false);
    listener->ops->on_all(listener);
    return 1;
}

void xy__invalidations_join(xy_invalidations *all, xy_invalidation_listener *listener,
                            xy_loop *loop, const xy_invalidation_ops *ops)
{
    listener->ops = ops;
    atomic_init(&listener->missed, false);
    xy__mailbox_open(&listener->mailbox, loop, all->mailbox_bytes_max, &all->gauges->mailbox_bytes,
                     on_mail);
    uv_mutex_lock(&all->lock);
    xy__list_append(&all->listeners, &listener->link);
    atomic_fetch_add(&all->joined, 1);
    uv_mutex_unlock(&all->lock);
}

static void on_closed(xy_mailbox *mailbox)
{
    xy_invalidation_listener *listener = XY_CONTAINER(mailbox, xy_invalidation_listener, mailbox);

    listener->ops->on_left(listener);
}

void xy__invalidations_leave(xy_invalidations *all, xy_invalidation_listener *listener)
{
    uv_mutex_lock(&all->lock);
    xy__list_remove(&listener->link);
    atomic_fetch_sub(&all->joined, 1);
    uv_mutex_unlock(&all->lock);
    xy__mailbox_close(&listener->mailbox, on_closed);
}

void xy__invalidations_watch(xy_invalidations *all)
{
    if (!all->store)
        return;
    uv_mutex_lock(&all->lock);
    if (all->watching++ == 0)
        all->store->ops->watch(all->store);
    uv_mutex_unlock(&all->lock);
}

void xy__invalidations_unwatch(xy_invalidations *all)
{
    if (!all->store)
        return;
    uv_mutex_lock(&all->lock);
    if (--all->watching == 0)
        all->store->ops->unwatch(all->store);
    uv_mutex_unlock(&all->lock);
}

/* ---- telling ---- */

/* Under the lock. */
static void tell_everything(const xy_invalidations *all, xy_invalidation_listener *listener)
{
    if (!atomic_exchange(&listener->missed, true))
        xy__mailbox_put(&listener->mailbox, (xy_mail){.payload = all->everything});
}

static void tell(xy_invalidations *all, xy_bytes *batch)
{
    uv_mutex_lock(&all->lock);
    for (xy_link *link = all->listeners.next; link != &all->listeners; link = link->next) {
        xy_invalidation_listener *listener = XY_CONTAINER(link, xy_invalidation_listener, link);

        if (batch->len && xy__mailbox_fits(&listener->mailbox, batch)) {
            xy__mailbox_put(&listener->mailbox, (xy_mail){.payload = batch});
        } else {
            tell_everything(all, listener);
        }
    }
    uv_mutex_unlock(&all->lock);
}

void xy__invalidations_deliver(xy_invalidations *all, const xy_str *keys, size_t count)
{
    xy_bytes *batch;

    if (atomic_load(&all->joined) == 0)
        return;
    if (has_all(keys, count)) {
        xy__invalidations_deliver_all(all);
        return;
    }
    batch = pack(keys, count);
    if (batch->len)
        tell(all, batch);
    xy_bytes_unref(batch);
}

/* Then our own live queries need not wait for it; that they hear it twice does no harm. */
static bool is_away(const xy_store *store)
{
    return store->ops->state && store->ops->state(store) == XY_STORE_DISCONNECTED;
}

static int carry(xy_invalidations *all, const xy_str *keys, size_t count)
{
    int rc = all->store ? all->store->ops->invalidate(all->store, keys, count) : XY_OK;

    if (!all->store || is_away(all->store))
        xy__invalidations_deliver(all, keys, count);
    return rc;
}

int xy__invalidate(xy_invalidations *all, const xy_str *keys, size_t count)
{
    int rc;

    if (!fits(keys, count))
        return XY_ELIMIT;
    rc = carry(all, keys, count);
    if (rc == XY_OK)
        xy__gauge_add(&all->gauges->invalidations, count);
    return rc;
}

void xy__invalidations_deliver_all(xy_invalidations *all)
{
    tell(all, all->everything);
}

int xy__invalidate_all(xy_invalidations *all)
{
    const xy_str every = XY_STR(XY_LIVE_KEY_ALL);

    return carry(all, &every, 1);
}
