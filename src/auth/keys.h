/* SPDX-License-Identifier: MIT */
/* auth/keys.h -- the keys that signatures are checked with, and what each may be used for.
 *
 * Refcounted (atomically) and read-only: a fresh set replaces an old one while requests still use
 * that. */
#ifndef XY_AUTH_KEYS_H
#define XY_AUTH_KEYS_H

#include <cjose/jwk.h>

#include "auth/algorithm.h"

/* Larger key sets, and keys behind so many, are refused. */
#define XY_JWKS_BYTES_MAX ((size_t)256 << 10)
#define XY_JWKS_KEYS_MAX  64u
/* RSA keys of fewer bits are passed over. RFC 7518 3.3 */
#define XY_RSA_BITS_MIN 2048u

typedef struct xy_auth_key {
    cjose_jwk_t *jwk;
    char *id; /* NULL: none */
    xy_algorithms algorithms;
} xy_auth_key;

typedef struct xy_auth_keys {
    _Atomic uint32_t refs;
    size_t len;
    xy_auth_key items[];
} xy_auth_keys;

/* One key of these bytes, for HMAC. gives: a reference; NULL when it cannot be used. */
xy_auth_keys *xy__auth_keys_of_secret(xy_str secret);

/* The keys of a JSON Web Key Set that are for signatures of a kind that is known; others are passed
 * over (RFC 7517 5), and symmetric ones where the set `is_public`. gives: a reference; NULL when
 * there is none, or the text is no key set, and in *why what is wrong, static storage. */
xy_auth_keys *xy__auth_keys_of_jwks(xy_str text, bool is_public, const char **why);

/* One more reference. Returns `keys`; NULL is fine. */
xy_auth_keys *xy__auth_keys_ref(xy_auth_keys *keys);

/* takes: one reference; NULL is fine. */
void xy__auth_keys_unref(xy_auth_keys *keys);

#endif
