/* SPDX-License-Identifier: MIT */
/* execution/identity.h -- the inside of an identity: whom an operation is executed for.
 *
 * Refcounted (atomically), read-only once the authenticator has filled it. Anonymous is NULL. */
#ifndef XY_EXECUTION_IDENTITY_H
#define XY_EXECUTION_IDENTITY_H

#include <stdatomic.h>

#include "xylem/identity.h"

struct xy_identity {
    _Atomic uint32_t refs;
    uint32_t role_count;
    xy_str user;       /* null: anonymous */
    xy_str *roles;     /* each with its own storage */
    int64_t expires_s; /* anonymous from then on, in seconds since 1970; 0: never */
    char *reason;      /* why it was refused, or NULL */
};

/* An anonymous one, to be filled. gives: one reference. */
xy_identity *xy__identity_create(void);

/* One more reference. Returns `identity`; NULL is fine. */
xy_identity *xy__identity_ref(xy_identity *identity);

/* takes: one reference; NULL is fine. */
void xy__identity_unref(xy_identity *identity);

/* The same as long as it has not expired; then, and for NULL, NULL: anonymous. A run asks once, at
 * its start, so that all of its result is of one identity. */
xy_identity *xy__identity_now(xy_identity *identity);

/* Seconds since 1970, as xy__identity_now() counts them. */
int64_t xy__identity_clock_s(void);

/* Has it this very role? NULL has none. */
bool xy__identity_has_role(const xy_identity *identity, xy_str role);

/* xy_has_role(), by a role's name that need not end with a NUL. */
bool xy__call_has_role(const xy_call *call, xy_str role);

#endif
