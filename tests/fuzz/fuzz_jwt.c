/* SPDX-License-Identifier: MIT */
/* Tokens and key sets. The first byte says what the rest is:
 *
 *   k  a key set              h  a header, in a token without a good signature
 *   c  claims, well signed    else: all of it is a token
 *
 * Nothing but well-signed claims may be believed, and no key set may hold a secret that everyone
 * can read. */
#include <cjose/cjose.h>
#include <stdint.h>
#include <stdlib.h>

#include "xylem/error.h"

#include "auth/token.h"
#include "base/fatal.h"

static const xy_str secret = XY_STR_INIT("a secret of thirty-two bytes ...");
static xy_auth_keys *keys;
static cjose_jwk_t *signer;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    cjose_err error;

    (void)argc;
    (void)argv;
    keys = xy__auth_keys_of_secret(secret);
    signer = cjose_jwk_create_oct_spec((const uint8_t *)secret.ptr, secret.len, &error);
    return 0;
}

static int read_token(xy_arena *arena, xy_str token, xy_value *claims)
{
    static const xy_token_rules rules = {.algorithms = XY_ALGORITHMS_ALL, .now_s = 1000000};
    const char *why = NULL;
    int rc = xy__token_read(arena, keys, &rules, token, claims, &why);

    XY_ASSERT(rc == XY_OK ? claims->kind == XY_VALUE_OBJECT : why != NULL);
    return rc;
}

static void read_signed(xy_arena *arena, const uint8_t *data, size_t size)
{
    cjose_err error;
    cjose_header_t *header = cjose_header_new(&error);
    const char *token;
    cjose_jws_t *jws;
    xy_value claims;

    cjose_header_set(header, CJOSE_HDR_ALG, "HS256", &error);
    jws = cjose_jws_sign(signer, header, data, size, &error);
    if (jws && cjose_jws_export(jws, &token, &error))
        read_token(arena, xy_str_from(token), &claims);
    cjose_jws_release(jws);
    cjose_header_release(header);
}

static void read_header(xy_arena *arena, const uint8_t *data, size_t size)
{
    cjose_err error;
    xy_value claims;
    char *header;
    size_t len;

    if (!cjose_base64url_encode(data, size, &header, &len, &error))
        return;
    XY_ASSERT(read_token(arena, xy__arena_printf(arena, "%s.e30.AAAA", header), &claims) < 0);
    free(header);
}

static void read_keys(const uint8_t *data, size_t size)
{
    const char *why;
    xy_auth_keys *read = xy__auth_keys_of_jwks((xy_str){(const char *)data, size}, true, &why);

    for (size_t i = 0; read && i < read->len; i++)
        XY_ASSERT(!(read->items[i].algorithms & XY_ALGORITHMS_HS));
    xy__auth_keys_unref(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_arena arena;
    xy_value claims;

    xy__arena_init(&arena, 1u << 20);
    if (size > 1 && data[0] == 'k') {
        read_keys(data + 1, size - 1);
    } else if (size > 1 && data[0] == 'h') {
        read_header(&arena, data + 1, size - 1);
    } else if (size > 1 && data[0] == 'c') {
        read_signed(&arena, data + 1, size - 1);
    } else {
        read_token(&arena, (xy_str){(const char *)data, size}, &claims);
    }
    xy__arena_deinit(&arena);
    return 0;
}
