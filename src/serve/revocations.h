/* SPDX-License-Identifier: MIT */
/* serve/revocations.h -- "this user's streams end now", from any thread to every worker; and to
 * those of other processes, where there is a store that several share.
 *
 *   any thread:  tell() -> each member's list --posted, once for all in it--> its loop: its leases
 *                       -> a notice on a durable topic --> serve/revocation_reader.h, elsewhere
 *
 * None is lost, and none waits for another worker. */
#ifndef XY_SERVE_REVOCATIONS_H
#define XY_SERVE_REVOCATIONS_H

#include "realtime/pubsub.h"
#include "serve/leases.h"
#include "serve/revocation_notice.h"

/* The durable topic of the notices (serve/revocation_notice.h). */
#define XY_REVOCATIONS_TOPIC "xylem-revocations"

typedef struct xy_revocations xy_revocations;
typedef struct xy_revocations_member xy_revocations_member;

/* gives: a process's. */
xy_revocations *xy__revocations_create(void);

/* Tell other processes, too, if the store of `ps` reaches any. Before anything else is done with
 * either. keeps: ps, until xy__revocations_destroy(). */
void xy__revocations_share(xy_revocations *all, xy_pubsub *ps);

/* By what name its notices go; the null string when other processes are not told. */
xy_str xy__revocations_name(const xy_revocations *all);

/* takes: all (NULL is fine). Every member must have left, and its loop be gone. */
void xy__revocations_destroy(xy_revocations *all);

/* The streams of `leases` end when their users are revoked, on the thread of `loop`, which must be
 * the caller's. keeps: leases, until xy__revocations_leave(). Returns NULL for a NULL `all`. */
xy_revocations_member *xy__revocations_join(xy_revocations *all, xy_loop *loop, xy_leases *leases);

/* No more. Member's thread; NULL is fine. */
void xy__revocations_leave(xy_revocations_member *member);

/* Revoke the user with this id. From any thread; nothing ends before this returns. That others
 * could not be told is logged. */
void xy__revocations_tell(xy_revocations *all, xy_str user_id);

#endif
