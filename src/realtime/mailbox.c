/* SPDX-License-Identifier: MIT */
/* realtime/mailbox.c -- two arrays that change places: writers fill one, the reader empties the
 * other.
 *
 *   put -> incoming ==swap when batch is empty==> batch -> on_mail
 *
 * Invariants
 *   1. Mails are read in the order in which they were put, each once.
 *   2. `awake` is set exactly while the task is queued or running, so a burst costs one wake-up
 *      and nothing is put without one.
 *   3. `bytes` counts what is in both arrays; it is given back once a turn. */
#include "realtime/mailbox.h"

#include <stdlib.h>

#include "xylem/error.h"

#include "base/fatal.h"

/* An array that a burst has made larger than this is given back once it is empty. */
#define MAILS_KEEP ((size_t)1024)

size_t xy__mailbox_cost(const xy_bytes *payload)
{
    return (payload ? xy_bytes_str(payload).len : 0) + sizeof(xy_mail);
}

bool xy__mailbox_fits(const xy_mailbox *mailbox, const xy_bytes *payload)
{
    size_t cost = xy__mailbox_cost(payload);

    return cost <= mailbox->bytes_max && atomic_load(&mailbox->bytes) <= mailbox->bytes_max - cost;
}

/* Under the lock. A loop that is being closed is not woken: it will never read again. */
static void wake(xy_mailbox *mailbox)
{
    uv_thread_t self = uv_thread_self();

    if (mailbox->awake)
        return;
    mailbox->awake = true;
    if (uv_thread_equal(&self, &mailbox->thread)) {
        xy__loop_soon(mailbox->loop, &mailbox->task);
    } else if (xy__loop_post(mailbox->loop, &mailbox->task) < 0) {
        mailbox->awake = false;
    }
}

void xy__mailbox_put(xy_mailbox *mailbox, xy_mail mail)
{
    size_t cost = xy__mailbox_cost(mail.payload);

    if (mail.payload)
        xy_bytes_ref(mail.payload);
    atomic_fetch_add(&mailbox->bytes, cost);
    xy__gauge_add(mailbox->total, cost);
    uv_mutex_lock(&mailbox->lock);
    mail.number = ++mailbox->put_count;
    *xy_vec_push(NULL, &mailbox->incoming) = mail;
    wake(mailbox);
    uv_mutex_unlock(&mailbox->lock);
}

uint64_t xy__mailbox_last(xy_mailbox *mailbox)
{
    uint64_t last;

    uv_mutex_lock(&mailbox->lock);
    last = mailbox->put_count;
    uv_mutex_unlock(&mailbox->lock);
    return last;
}

static void give_back(xy_mailbox *mailbox, size_t bytes)
{
    atomic_fetch_sub(&mailbox->bytes, bytes);
    xy__gauge_sub(mailbox->total, bytes);
}

/* Lets the arrays change places once all of the batch is read. False when there is nothing to
 * read; the next writer then wakes the loop. */
static bool refill(xy_mailbox *mailbox)
{
    xy_mails empty = mailbox->batch;

    if (mailbox->batch_at < mailbox->batch.len)
        return true;
    if (empty.cap > MAILS_KEEP) {
        free(empty.items);
        empty = (xy_mails){0};
    }
    empty.len = 0;
    uv_mutex_lock(&mailbox->lock);
    mailbox->batch = mailbox->incoming;
    mailbox->incoming = empty;
    mailbox->awake = mailbox->batch.len > 0;
    uv_mutex_unlock(&mailbox->lock);
    mailbox->batch_at = 0;
    return mailbox->batch.len > 0;
}

/* One turn's worth. True when there may be more. */
static bool read_turn(xy_mailbox *mailbox)
{
    size_t bytes = 0;
    size_t mails = 0;
    size_t calls = 0;
    bool more = true;

    while (mails < XY_MAILBOX_TURN_MAILS && bytes < XY_MAILBOX_TURN_BYTES &&
           calls < XY_MAILBOX_TURN_CALLS) {
        xy_mail mail;

        if (mailbox->on_closed || !refill(mailbox)) {
            more = false;
            break;
        }
        mail = mailbox->batch.items[mailbox->batch_at++];
        bytes += xy__mailbox_cost(mail.payload);
        mails++;
        calls += mailbox->on_mail(mailbox, &mail);
        xy_bytes_unref(mail.payload);
    }
    give_back(mailbox, bytes);
    return more;
}

static void drop_all(xy_mails *mails, size_t from)
{
    for (size_t i = from; i < mails->len; i++)
        xy_bytes_unref(mails->items[i].payload);
    free(mails->items);
    *mails = (xy_mails){0};
}

static void finish_close(xy_mailbox *mailbox)
{
    drop_all(&mailbox->batch, mailbox->batch_at);
    drop_all(&mailbox->incoming, 0);
    give_back(mailbox, atomic_load(&mailbox->bytes));
    uv_mutex_destroy(&mailbox->lock);
    mailbox->on_closed(mailbox);
}

static void on_task(xy_task *task)
{
    xy_mailbox *mailbox = XY_CONTAINER(task, xy_mailbox, task);

    if (mailbox->on_closed) {
        finish_close(mailbox);
    } else if (read_turn(mailbox)) {
        /* Sockets first: what this turn's events wrote has to leave. */
        xy__loop_next(mailbox->loop, task);
    } else if (mailbox->on_closed) {
        xy__loop_soon(mailbox->loop, task);
    }
}

void xy__mailbox_open(xy_mailbox *mailbox, xy_loop *loop, size_t bytes_max, _Atomic uint64_t *total,
                      xy_on_mail *on_mail)
{
    *mailbox = (xy_mailbox){.loop = loop,
                            .thread = uv_thread_self(),
                            .bytes_max = bytes_max,
                            .total = total,
                            .on_mail = on_mail,
                            .task.fn = on_task};
    XY_ASSERT(uv_mutex_init(&mailbox->lock) == 0);
}

void xy__mailbox_close(xy_mailbox *mailbox, xy_on_mailbox_closed *on_closed)
{
    XY_ASSERT(!mailbox->on_closed && on_closed);
    mailbox->on_closed = on_closed;
    /* A task that is on its way already ends it; one that is running starts itself once more. */
    uv_mutex_lock(&mailbox->lock);
    wake(mailbox);
    uv_mutex_unlock(&mailbox->lock);
}
