/* SPDX-License-Identifier: MIT */
#include "mint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#define KINDS (MINT_OCT + 1)

static cjose_jwk_t *made[KINDS];

static cjose_jwk_t *make(mint_kind kind)
{
    static const uint8_t exponent[] = {1, 0, 1};
    cjose_err error;

    switch (kind) {
    case MINT_RSA:
        return cjose_jwk_create_RSA_random(2048, exponent, sizeof exponent, &error);
    case MINT_RSA_SHORT:
        return cjose_jwk_create_RSA_random(1024, exponent, sizeof exponent, &error);
    case MINT_P256:
        return cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error);
    case MINT_P384:
        return cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_384, &error);
    case MINT_P521:
        return cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_521, &error);
    case MINT_OCT:
        return cjose_jwk_create_oct_spec((const uint8_t *)"a secret of thirty-two bytes ...", 32,
                                         &error);
    }
    return NULL;
}

cjose_jwk_t *mint_key(mint_kind kind)
{
    if (!made[kind])
        made[kind] = make(kind);
    assert_non_null(made[kind]);
    return made[kind];
}

void mint_close(void)
{
    for (int i = 0; i < KINDS; i++) {
        cjose_jwk_release(made[i]);
        made[i] = NULL;
    }
}

xy_str mint_token(xy_arena *arena, const cjose_jwk_t *key, const char *alg, const char *kid,
                  const char *claims)
{
    cjose_err error;
    cjose_header_t *header = cjose_header_new(&error);
    const char *text;
    cjose_jws_t *jws;
    xy_str token;

    assert_true(cjose_header_set(header, CJOSE_HDR_ALG, alg, &error));
    if (kid)
        assert_true(cjose_header_set(header, CJOSE_HDR_KID, kid, &error));
    jws = cjose_jws_sign(key, header, (const uint8_t *)claims, strlen(claims), &error);
    assert_non_null(jws);
    assert_true(cjose_jws_export(jws, &text, &error));
    token = xy__arena_str(arena, xy_str_from(text));
    cjose_jws_release(jws);
    cjose_header_release(header);
    return token;
}

static xy_str encode(xy_arena *arena, const char *text)
{
    cjose_err error;
    char *out;
    size_t len;
    xy_str copy;

    assert_true(cjose_base64url_encode((const uint8_t *)text, strlen(text), &out, &len, &error));
    copy = xy__arena_str(arena, (xy_str){out, len});
    free(out);
    return copy;
}

xy_str mint_raw(xy_arena *arena, const char *header, const char *claims, const char *signature)
{
    xy_str first = encode(arena, header);
    xy_str second = encode(arena, claims);

    return xy__arena_printf(arena, "%.*s.%.*s.%s", XY_PRI(first), XY_PRI(second), signature);
}

xy_str mint_jwks(xy_arena *arena, const cjose_jwk_t *key, const char *more)
{
    cjose_err error;
    bool is_secret = cjose_jwk_get_kty(key, &error) == CJOSE_JWK_KTY_OCT;
    char *json = cjose_jwk_to_json(key, is_secret, &error);
    xy_str set = xy__arena_printf(arena, "{\"keys\":[%.*s%s}]}", (int)strlen(json) - 1, json, more);

    free(json);
    return set;
}
