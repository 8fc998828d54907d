/* SPDX-License-Identifier: MIT */
/* serve/secret.h -- the secret that programs show which publish, invalidate, and look inside.
 *
 *   authorization: Bearer <secret>
 *
 * Kept as its SHA-256: comparing two of these tells by its duration neither how much of a guess is
 * right nor how long the secret is. */
#ifndef XY_SERVE_SECRET_H
#define XY_SERVE_SECRET_H

#include "serve/document_id.h"

/* A shorter one is refused. */
#define XY_SECRET_BYTES_MIN ((size_t)16)

typedef struct xy_secret {
    bool set; /* without a secret nobody is let in */
    xy_digest digest;
} xy_secret;

/* Why `text` is no secret, to be said on standard error; NULL: it is one. */
const char *xy__secret_problem(const char *text);

/* Of `text`, which has no problem; NULL: none is set. */
xy_secret xy__secret_of(const char *text);

/* Does the value of an Authorization header show `secret`? */
bool xy__secret_shown(const xy_secret *secret, xy_str authorization);

#endif
