/* SPDX-License-Identifier: MIT */
/* serve/revocations.h -- "this user's streams end now", from any thread to every worker.
 *
 *   any thread:  tell() -> each member's list --posted, once for all in it--> its loop: its leases
 *
 * None is lost, and none waits for another worker. */
#ifndef XY_SERVE_REVOCATIONS_H
#define XY_SERVE_REVOCATIONS_H

#include "serve/leases.h"

typedef struct xy_revocations xy_revocations;
typedef struct xy_revocations_member xy_revocations_member;

/* gives: a process's. */
xy_revocations *xy__revocations_create(void);

/* takes: all (NULL is fine). Every member must have left, and its loop be gone. */
void xy__revocations_destroy(xy_revocations *all);

/* The streams of `leases` end when their users are revoked, on the thread of `loop`, which must be
 * the caller's. keeps: leases, until xy__revocations_leave(). Returns NULL for a NULL `all`. */
xy_revocations_member *xy__revocations_join(xy_revocations *all, xy_loop *loop, xy_leases *leases);

/* No more. Member's thread; NULL is fine. */
void xy__revocations_leave(xy_revocations_member *member);

/* Revoke the user with this id. From any thread; nothing ends before this returns. */
void xy__revocations_tell(xy_revocations *all, xy_str user_id);

#endif
