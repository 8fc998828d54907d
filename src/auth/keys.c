/* SPDX-License-Identifier: MIT */
#include "auth/keys.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "xylem/value.h"

#include "auth/base64url.h"
#include "base/buf.h"
#include "base/fatal.h"
#include "json/read.h"
#include "json/write.h"

#define JWKS_DEPTH_MAX 8u
/* kty, crv, and those of is_number(): each key of an object is there once. */
#define MEMBERS_MAX 7u

static xy_auth_keys *create(size_t room)
{
    xy_auth_keys *keys = xy__zalloc(sizeof *keys + room * sizeof *keys->items);

    atomic_init(&keys->refs, 1);
    return keys;
}

xy_auth_keys *xy__auth_keys_ref(xy_auth_keys *keys)
{
    if (keys)
        atomic_fetch_add_explicit(&keys->refs, 1, memory_order_relaxed);
    return keys;
}

void xy__auth_keys_unref(xy_auth_keys *keys)
{
    if (!keys || atomic_fetch_sub_explicit(&keys->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < keys->len; i++) {
        cjose_jwk_release(keys->items[i].jwk);
        free(keys->items[i].id);
    }
    free(keys);
}

xy_auth_keys *xy__auth_keys_of_secret(xy_str secret)
{
    xy_auth_keys *keys;
    cjose_err error;
    cjose_jwk_t *jwk =
        secret.len ? cjose_jwk_create_oct_spec((const uint8_t *)secret.ptr, secret.len, &error)
                   : NULL;

    if (!jwk)
        return NULL;
    keys = create(1);
    keys->items[keys->len++] = (xy_auth_key){.jwk = jwk, .algorithms = XY_ALGORITHMS_HS};
    return keys;
}

/* ---- a key set ---- */

static xy_str text_at(const xy_value *object, const char *name)
{
    const xy_value *member = xy_value_get(object, xy_str_from(name));

    return member && member->kind == XY_VALUE_STRING ? xy_value_text(member) : XY_STR_NULL;
}

/* RFC 7517 4.2, 4.3 */
static bool is_for_signatures(const xy_value *json)
{
    const xy_value *operations = xy_value_get(json, XY_STR("key_ops"));

    if (xy_value_get(json, XY_STR("use")) && !xy_str_is(text_at(json, "use"), "sig"))
        return false;
    if (!operations)
        return true;
    for (uint32_t i = 0; operations->kind == XY_VALUE_LIST && i < operations->len; i++)
        if (xy_str_is(xy_value_text(&operations->items[i]), "verify"))
            return true;
    return false;
}

static xy_algorithms algorithms_of_type(const cjose_jwk_t *jwk, bool is_public)
{
    cjose_err error;
    size_t bits = cjose_jwk_get_keysize(jwk, &error);

    switch (cjose_jwk_get_kty(jwk, &error)) {
    case CJOSE_JWK_KTY_RSA:
        return bits < XY_RSA_BITS_MIN ? 0 : XY_ALGORITHMS_RS | XY_ALGORITHMS_PS;
    case CJOSE_JWK_KTY_EC:
        return bits == 256   ? XY_ALGORITHM_ES256
               : bits == 384 ? XY_ALGORITHM_ES384
               : bits == 521 ? XY_ALGORITHM_ES512
                             : 0;
    case CJOSE_JWK_KTY_OCT:
        return is_public ? 0 : XY_ALGORITHMS_HS;
    }
    return 0;
}

static xy_algorithms algorithms_of(const xy_value *json, const cjose_jwk_t *jwk, bool is_public)
{
    xy_algorithms all = algorithms_of_type(jwk, is_public);

    if (xy_value_get(json, XY_STR("alg")))
        all &= xy__algorithm_of(text_at(json, "alg"));
    return all;
}

/* What a key is made of: numbers, in base64url. The private half of one is not among them. */
static bool is_number(xy_str name)
{
    static const char *const names[] = {"n", "e", "x", "y", "k"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (xy_str_is(name, names[i]))
            return true;
    return false;
}

/* The members that cjose needs, if it can be given them. */
static bool write_public(xy_buf *text, const xy_value *json)
{
    xy_member members[MEMBERS_MAX];
    xy_value out = {.kind = XY_VALUE_OBJECT, .members = members};

    for (uint32_t i = 0; i < json->len; i++) {
        const xy_member *member = &json->members[i];
        bool number = is_number(member->key);

        if (!number && !xy_str_is(member->key, "kty") && !xy_str_is(member->key, "crv"))
            continue;
        if (member->value.kind != XY_VALUE_STRING ||
            (number && !xy__is_base64url(xy_value_text(&member->value))))
            return false;
        members[out.len++] = *member;
    }
    xy__json_write_value(text, &out);
    return !text->err;
}

static cjose_jwk_t *import(const xy_value *json)
{
    cjose_err error;
    cjose_jwk_t *jwk = NULL;
    xy_buf text;

    xy__buf_init(&text, XY_JWKS_BYTES_MAX);
    if (write_public(&text, json))
        jwk = cjose_jwk_import(text.ptr, text.len, &error);
    xy__buf_deinit(&text);
    return jwk;
}

static char *copy_id(xy_str id)
{
    return id.ptr ? strndup(id.ptr, id.len) : NULL;
}

static void add_key(xy_auth_keys *keys, const xy_value *json, bool is_public)
{
    cjose_jwk_t *jwk;
    xy_algorithms algorithms;

    if (json->kind != XY_VALUE_OBJECT || !is_for_signatures(json))
        return;
    jwk = import(json);
    if (!jwk)
        return;
    algorithms = algorithms_of(json, jwk, is_public);
    if (algorithms) {
        keys->items[keys->len++] = (xy_auth_key){jwk, copy_id(text_at(json, "kid")), algorithms};
    } else {
        cjose_jwk_release(jwk);
    }
}

static xy_auth_keys *read_keys(const xy_value *list, bool is_public, const char **why)
{
    xy_auth_keys *keys;

    *why = "it is no JSON Web Key Set";
    if (!list || list->kind != XY_VALUE_LIST)
        return NULL;
    *why = "it has too many keys";
    if (list->len > XY_JWKS_KEYS_MAX)
        return NULL;
    keys = create(list->len);
    for (uint32_t i = 0; i < list->len; i++)
        add_key(keys, &list->items[i], is_public);
    if (keys->len)
        return keys;
    *why = "it has no key that can be used";
    xy__auth_keys_unref(keys);
    return NULL;
}

xy_auth_keys *xy__auth_keys_of_jwks(xy_str text, bool is_public, const char **why)
{
    xy_auth_keys *keys = NULL;
    xy_arena arena;
    xy_value set;

    *why = "it is too large";
    if (text.len > XY_JWKS_BYTES_MAX)
        return NULL;
    xy__arena_init(&arena, 16 * XY_JWKS_BYTES_MAX);
    *why = "it is no JSON";
    if (xy__json_read(&arena, text, JWKS_DEPTH_MAX, &set, NULL) == XY_OK)
        keys = read_keys(xy_value_get(&set, XY_STR("keys")), is_public, why);
    xy__arena_deinit(&arena);
    return keys;
}
