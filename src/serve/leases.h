/* SPDX-License-Identifier: MIT */
/* serve/leases.h -- how long the streams of a worker may last: each until its client's identity
 * expires, or is revoked. Then it ends with an error and `complete`.
 *
 *   lease --- expired, revoked --> the producer is stopped, the outlet gets the error and ends
 *
 * One timer serves them all, that of the identity which expires first. The anonymous have no lease.
 * Loop's thread only. */
#ifndef XY_SERVE_LEASES_H
#define XY_SERVE_LEASES_H

#include "base/loop.h"
#include "base/vec.h"
#include "execution/identity.h"
#include "execution/outlet.h"

/* extensions.code of what ends a stream. */
#define XY_LEASE_CODE    "UNAUTHENTICATED"
#define XY_LEASE_EXPIRED "The token has expired."
#define XY_LEASE_REVOKED "Your access has been revoked."

/* Streams that are ended in one turn of the loop. */
#define XY_LEASES_TURN 256u

typedef struct xy_lease {
    struct xy_leases *leases;
    xy_identity *identity; /* a reference */
    xy_outlet *outlet;
    size_t slot;       /* in leases->heap */
    int64_t opened_ms; /* by the clock of the wall; 0: nobody wants to know */
} xy_lease;

/* What is looked at for each: side by side in memory. */
typedef struct xy_lease_entry {
    int64_t expires_s; /* INT64_MAX: never */
    uint64_t user;     /* hash of the user's id */
    xy_lease *lease;
} xy_lease_entry;

typedef struct xy_leases {
    xy_loop *loop;
    xy_timer timer;
    XY_VEC(xy_lease_entry) heap; /* the first to expire in front */
    void (*on_some)(void *arg, bool some);
    void *arg;
} xy_leases;

/* Milliseconds since 1970, by the clock of the wall. */
int64_t xy__leases_clock_ms(void);

/* keeps: loop, until the deinit. */
void xy__leases_init(xy_leases *leases, xy_loop *loop);

/* No lease may be left. */
void xy__leases_deinit(xy_leases *leases);

/* Call `fn` with true when the first lease is taken, with false when the last one ends or is
 * dropped; and note when streams are opened. Before any is taken. keeps: arg, until the deinit. */
void xy__leases_watch(xy_leases *leases, void (*fn)(void *arg, bool some), void *arg);

/* A lease for the stream into `outlet`, opened as `identity`. shares: identity. gives: the lease,
 * to be dropped when the outlet has ended or its client has gone; NULL for the anonymous. */
xy_lease *xy__lease_take(xy_leases *leases, xy_identity *identity, xy_outlet *outlet);

/* takes: lease (NULL is fine). */
void xy__lease_drop(xy_lease *lease);

/* End all streams of the user with this id. */
void xy__leases_revoke(xy_leases *leases, xy_str user_id);

/* Those of them that were opened before this moment. */
void xy__leases_revoke_before(xy_leases *leases, xy_str user_id, int64_t before_ms);

#endif
