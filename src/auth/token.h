/* SPDX-License-Identifier: MIT */
/* auth/token.h -- a JSON Web Token in compact form (RFC 7519, 7515): from text to claims that can
 * be believed.
 *
 *   size, three parts of base64url --> header: alg, kid, no crit --> keys that fit both
 *       --> signature --> claims: exp, nbf, iss, aud
 *
 * Claims are not parsed before their signature is known to be good. */
#ifndef XY_AUTH_TOKEN_H
#define XY_AUTH_TOKEN_H

#include "xylem/value.h"

#include "auth/keys.h"
#include "base/arena.h"

#define XY_TOKEN_BYTES_MAX ((size_t)8192)
/* Keys that are tried for a token that names none. */
#define XY_TOKEN_TRIES_MAX 8u

typedef struct xy_token_rules {
    xy_algorithms algorithms;
    xy_str issuer;   /* null: not looked at */
    xy_str audience; /* likewise */
    int64_t leeway_s;
    int64_t now_s; /* since 1970 */
} xy_token_rules;

/* Read `token`. *claims is an OBJECT in `arena`. Returns XY_OK; XY_ENOTFOUND when it names a key
 * that is not among `keys` (NULL: none); XY_EREFUSED; and in *why the reason, static storage. */
int xy__token_read(xy_arena *arena, const xy_auth_keys *keys, const xy_token_rules *rules,
                   xy_str token, xy_value *claims, const char **why);

#endif
