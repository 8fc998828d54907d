/* SPDX-License-Identifier: MIT */
/* realtime/mailbox.h -- a bounded queue of events from any thread to one loop.
 *
 * The loop is woken once for all that has gathered; when the writer is on the loop's own thread,
 * without a system call. One turn of the loop reads so much and no more, so that sockets are
 * served between two parts of a burst. */
#ifndef XY_REALTIME_MAILBOX_H
#define XY_REALTIME_MAILBOX_H

#include <stdint.h>

#include "xylem/bytes.h"

#include "base/loop.h"
#include "base/vec.h"
#include "realtime/event_id.h"
#include "realtime/gauges.h"

/* A turn of the loop reads no more once it has read so much, or called so many for it. */
#define XY_MAILBOX_TURN_MAILS ((size_t)256)
#define XY_MAILBOX_TURN_BYTES ((size_t)64 << 10)
#define XY_MAILBOX_TURN_CALLS ((size_t)8192)

typedef enum xy_mail_kind {
    XY_MAIL_EVENT,
    XY_MAIL_GAP,  /* events before this may have been lost; no payload */
    XY_MAIL_LIVE, /* what is published from now on arrives; no payload */
} xy_mail_kind;

/* One event, addressed to whatever its reader calls `tag`; or news of its topic. */
typedef struct xy_mail {
    uint32_t tag;
    uint32_t kind;   /* of xy_mail_kind */
    uint32_t reason; /* of a gap: of xy_gap */
    uint64_t epoch;
    uint64_t sequence;
    uint64_t number; /* from 1, of all that was ever put into this mailbox */
    xy_event_id id;  /* of an event of a durable topic */
    xy_bytes *payload;
} xy_mail;

typedef XY_VEC(xy_mail) xy_mails;

typedef struct xy_mailbox xy_mailbox;
/* Reads a mail. Returns how many it has called for it. */
typedef size_t xy_on_mail(xy_mailbox *mailbox, const xy_mail *mail);
typedef void xy_on_mailbox_closed(xy_mailbox *mailbox);

/* Embed it. */
struct xy_mailbox {
    /* set at open */
    xy_loop *loop;
    uv_thread_t thread;
    size_t bytes_max;
    _Atomic uint64_t *total; /* gauge of several mailboxes' bytes */
    xy_on_mail *on_mail;
    /* any thread */
    _Atomic size_t bytes; /* of what is put and not yet read */
    uv_mutex_t lock;
    xy_mails incoming;  /* guarded by lock */
    uint64_t put_count; /* guarded by lock */
    bool awake;         /* guarded by lock: the task is on its way or will look again */
    /* the loop's thread */
    xy_task task;
    xy_mails batch;
    size_t batch_at;
    xy_on_mailbox_closed *on_closed; /* set: closing */
};

/* An empty mailbox whose mails are read by `on_mail` on the thread of `loop`, which must be the
 * caller's. What it holds is counted in *total, too. keeps: mailbox, loop, total, until on_closed
 * of xy__mailbox_close(). */
void xy__mailbox_open(xy_mailbox *mailbox, xy_loop *loop, size_t bytes_max, _Atomic uint64_t *total,
                      xy_on_mail *on_mail);

/* Drop what is in it; `on_closed` is called in a later step of the loop, and the memory is the
 * caller's again. Nobody may put anything from here on. Loop's thread only. */
void xy__mailbox_close(xy_mailbox *mailbox, xy_on_mailbox_closed *on_closed);

/* Bytes that a mail with this payload (NULL: none) takes, its slot included. */
size_t xy__mailbox_cost(const xy_bytes *payload);

/* Is there room for it? True stays true until somebody puts. From any thread. */
bool xy__mailbox_fits(const xy_mailbox *mailbox, const xy_bytes *payload);

/* Put a mail that fits; its number is given here. shares: mail.payload. From any thread; writers
 * keep an order among themselves. */
void xy__mailbox_put(xy_mailbox *mailbox, xy_mail mail);

/* The number of the mail put last. From any thread. */
uint64_t xy__mailbox_last(xy_mailbox *mailbox);

#endif
