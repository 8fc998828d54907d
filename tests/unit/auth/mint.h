/* SPDX-License-Identifier: MIT */
/* tests/unit/auth/mint.h -- keys of each kind, and tokens that they sign. */
#ifndef XY_TESTS_UNIT_AUTH_MINT_H
#define XY_TESTS_UNIT_AUTH_MINT_H

#include <cjose/cjose.h>

#include "auth/keys.h"
#include "base/arena.h"

typedef enum mint_kind {
    MINT_RSA,
    MINT_RSA_SHORT,
    MINT_P256,
    MINT_P384,
    MINT_P521,
    MINT_OCT
} mint_kind;

/* The same key at each call, made at the first. */
cjose_jwk_t *mint_key(mint_kind kind);

/* `claims` signed by `key`, with a header of `alg` and, unless it is NULL, `kid`. Lives in
 * `arena`. */
xy_str mint_token(xy_arena *arena, const cjose_jwk_t *key, const char *alg, const char *kid,
                  const char *claims);

/* `header`.`claims`.`signature`, as they are but for base64url of the first two. Lives in
 * `arena`. */
xy_str mint_raw(xy_arena *arena, const char *header, const char *claims, const char *signature);

/* `{"keys":[…]}`: the public half of `key`, with `more` members (`,"kid":"a"`) in it. */
xy_str mint_jwks(xy_arena *arena, const cjose_jwk_t *key, const char *more);

/* End all keys. */
void mint_close(void);

#endif
