/* SPDX-License-Identifier: MIT */
/* http/ring.c -- many sends by one system call: io_uring, used as a list of things to do at once.
 *
 *   NONE --first sends--> READY --the ring fails--> BROKEN
 *     |                                               ^
 *     +---------- the kernel does not allow it -------+
 *
 * Invariants
 *   1. Nothing is in flight when xy__ring_send() returns: the bytes are the caller's again.
 *   2. BROKEN is for good, and holds nothing of the kernel's: what was not submitted never will be.
 *   3. Each send is done once or reported as not done. Of what was submitted the result is waited
 *      for, whatever signals come; if the kernel refuses even that, the result is -EIO, and
 *      nothing more may be sent to this socket.
 *
 * A send that must not wait is over when it has been submitted, so one system call does for all.
 * The flags, of Linux 6.1, spare the kernel what is needed for rings that threads share. */
#include "http/ring.h"

#include <liburing.h>
#include <stdlib.h>

#include "base/fatal.h"

#define FLAGS                                                                                      \
    (IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_COOP_TASKRUN |         \
     IORING_SETUP_SUBMIT_ALL)

typedef enum ring_state {
    RING_NONE,
    RING_READY,
    RING_BROKEN,
} ring_state;

struct xy_ring {
    ring_state state;
    struct io_uring uring; /* when READY */
};

/* A state is never left for an earlier one. */
static void ring_go(xy_ring *ring, ring_state to)
{
    XY_ASSERT(to > ring->state);
    if (ring->state == RING_READY)
        io_uring_queue_exit(&ring->uring);
    ring->state = to;
}

xy_ring *xy__ring_create(void)
{
    return xy__zalloc(sizeof(xy_ring));
}

void xy__ring_destroy(xy_ring *ring)
{
    if (ring && ring->state != RING_BROKEN)
        ring_go(ring, RING_BROKEN);
    free(ring);
}

static void open_ring(xy_ring *ring)
{
    if (io_uring_queue_init(XY_RING_MAX, &ring->uring, FLAGS) < 0) {
        ring_go(ring, RING_BROKEN);
        return;
    }
    io_uring_register_ring_fd(&ring->uring); /* without it works, too, somewhat slower */
    ring_go(ring, RING_READY);
}

static void prepare(struct io_uring *uring, const xy_ring_send *sends, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct io_uring_sqe *sqe = io_uring_get_sqe(uring);

        io_uring_prep_send(sqe, sends[i].fd, sends[i].ptr, sends[i].len,
                           MSG_NOSIGNAL | MSG_DONTWAIT);
        io_uring_sqe_set_data64(sqe, i);
    }
}

static size_t harvest(struct io_uring *uring, xy_ring_send *sends)
{
    struct io_uring_cqe *cqe;
    unsigned count = 0;
    unsigned head;

    io_uring_for_each_cqe(uring, head, cqe)
    {
        sends[io_uring_cqe_get_data64(cqe)].result = cqe->res;
        count++;
    }
    io_uring_cq_advance(uring, count);
    return count;
}

/* Returns false when the kernel does not tell all `len` results. */
static bool harvest_all(struct io_uring *uring, xy_ring_send *sends, size_t len)
{
    struct io_uring_cqe *cqe;

    for (size_t done = harvest(uring, sends); done < len; done += harvest(uring, sends)) {
        int rc = io_uring_wait_cqe(uring, &cqe);

        if (rc < 0 && rc != -EINTR)
            return false;
    }
    return true;
}

/* Whatever the system call says: the kernel has taken what is not in the queue any more. */
bool xy__ring_send(xy_ring *ring, xy_ring_send *sends, size_t len)
{
    size_t taken;

    XY_ASSERT(len <= XY_RING_MAX);
    if (ring->state == RING_NONE)
        open_ring(ring);
    for (size_t i = 0; i < len; i++)
        sends[i].result = -ECANCELED;
    if (ring->state != RING_READY)
        return false;
    prepare(&ring->uring, sends, len);
    io_uring_submit_and_wait(&ring->uring, (unsigned)len);
    taken = len - io_uring_sq_ready(&ring->uring);
    for (size_t i = 0; i < taken; i++)
        sends[i].result = -EIO;
    if (!harvest_all(&ring->uring, sends, taken) || taken < len)
        ring_go(ring, RING_BROKEN);
    return ring->state == RING_READY;
}
