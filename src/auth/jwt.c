/* SPDX-License-Identifier: MIT */
/* auth/jwt.c -- a request's token -> claims -> an identity. xylem/auth.h */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "xylem/auth.h"
#include "xylem/log.h"

#include "auth/credential.h"
#include "auth/key_source.h"
#include "auth/token.h"
#include "base/fatal.h"
#include "execution/identity.h"

#define RETRY_S_DEFAULT   30u
#define MAX_AGE_S_DEFAULT 3600u
/* RFC 7518 3.2: as long as the hash of HS256. */
#define SECRET_BYTES_GOOD 32u
#define CLAIMS_BYTES_MAX  (16 * XY_TOKEN_BYTES_MAX)

struct xy_jwt {
    xy_auth_keys *keys;    /* of a secret; NULL: */
    xy_key_source *source; /* of a file or URL */
    xy_token_rules rules;  /* texts of its own */
    char *cookie;
    xy_jwt_user *user;
};

xy_str xy_incoming_header(const xy_incoming *request, const char *name)
{
    return request->header(request, xy_str_from(name));
}

/* ---- life ---- */

static int refuse(const char *problem, const char *what)
{
    fprintf(stderr, "tokens cannot be checked: %s%s\n", problem, what);
    return XY_EINVAL;
}

static xy_str copy(const char *text)
{
    size_t len = text ? strlen(text) : 0;

    return text ? (xy_str){memcpy(xy__malloc(len + 1), text, len + 1), len} : XY_STR_NULL;
}

static int read_algorithms(const xy_jwt_config *config, xy_algorithms *out)
{
    *out = config->secret.ptr ? XY_ALGORITHM_HS256 : XY_ALGORITHMS_ALL;
    if (!config->algorithms)
        return XY_OK;
    *out = 0;
    for (const char *const *name = config->algorithms; *name; name++) {
        xy_algorithms one = xy__algorithm_of(xy_str_from(*name));

        if (!one)
            return refuse("there is no such algorithm, or it is not supported: ", *name);
        *out |= one;
    }
    return *out ? XY_OK : refuse("no algorithm is allowed", "");
}

static int read_keys(const xy_jwt_config *config, xy_jwt *jwt)
{
    const xy_key_source_options options = {
        .file = config->jwks_file,
        .url = config->jwks_url,
        .retry_s = config->retry_s ? config->retry_s : RETRY_S_DEFAULT,
        .max_age_s = config->max_age_s ? config->max_age_s : MAX_AGE_S_DEFAULT,
    };

    if (!config->secret.ptr)
        return xy__key_source_create(&options, &jwt->source);
    if (config->secret.len < SECRET_BYTES_GOOD)
        xy_log(XY_LOG_WARN, "auth", "the secret of tokens is shorter than 32 bytes: easy to guess");
    jwt->keys = xy__auth_keys_of_secret(config->secret);
    return jwt->keys ? XY_OK : refuse("the secret is empty", "");
}

int xy_jwt_create(const xy_jwt_config *config, xy_jwt **out)
{
    xy_jwt *jwt = xy__zalloc(sizeof *jwt);
    int rc = XY_OK;

    json_object_seed(0); /* before there are threads */
    if ((config->secret.ptr != NULL) + (config->jwks_file != NULL) + (config->jwks_url != NULL) !=
        1)
        rc = refuse("of a secret, a file and a URL of keys one must be set", "");
    if (rc == XY_OK)
        rc = read_algorithms(config, &jwt->rules.algorithms);
    if (rc == XY_OK)
        rc = read_keys(config, jwt);
    if (rc < 0) {
        xy_jwt_destroy(jwt);
        return rc;
    }
    jwt->rules.issuer = copy(config->issuer);
    jwt->rules.audience = copy(config->audience);
    jwt->rules.leeway_s = config->leeway_s;
    jwt->cookie = (char *)(uintptr_t)copy(config->cookie).ptr;
    jwt->user = config->user;
    *out = jwt;
    return XY_OK;
}

void xy_jwt_destroy(xy_jwt *jwt)
{
    if (!jwt)
        return;
    xy__key_source_destroy(jwt->source);
    xy__auth_keys_unref(jwt->keys);
    free((void *)(uintptr_t)jwt->rules.issuer.ptr);
    free((void *)(uintptr_t)jwt->rules.audience.ptr);
    free(jwt->cookie);
    free(jwt);
}

/* ---- who that is ---- */

/* A token without `sub` is still somebody's. */
static void set_user(xy_identity *identity, const xy_value *subject)
{
    char digits[24];

    if (subject && subject->kind == XY_VALUE_INT) {
        snprintf(digits, sizeof digits, "%" PRId64, subject->integer);
        xy_identity_set_user(identity, xy_str_from(digits));
    } else if (subject && subject->kind == XY_VALUE_STRING) {
        xy_identity_set_user(identity, xy_value_text(subject));
    } else {
        xy_identity_set_user(identity, XY_STR(""));
    }
}

static void add_role(xy_identity *identity, const xy_value *role)
{
    if (role->kind == XY_VALUE_STRING)
        xy_identity_add_role(identity, xy_value_text(role));
}

static void add_roles(xy_identity *identity, const xy_value *roles)
{
    if (!roles)
        return;
    add_role(identity, roles);
    for (uint32_t i = 0; roles->kind == XY_VALUE_LIST && i < roles->len; i++)
        add_role(identity, &roles->items[i]);
}

/* The first second in which it has expired. */
static int64_t expiry_of(const xy_value *expires, int64_t leeway_s)
{
    double seconds;

    if (!expires || xy_value_to_double(expires, &seconds) < 0)
        return 0;
    seconds = ceil(seconds) + (double)leeway_s;
    return seconds < (double)INT32_MAX * 1024 ? (int64_t)seconds : INT64_MAX;
}

static int identify(const xy_jwt *jwt, xy_app *app, const xy_value *claims, xy_identity *identity)
{
    set_user(identity, xy_value_get(claims, XY_STR("sub")));
    add_roles(identity, xy_value_get(claims, XY_STR("roles")));
    xy_identity_set_expiry(identity,
                           expiry_of(xy_value_get(claims, XY_STR("exp")), jwt->rules.leeway_s));
    return jwt->user ? jwt->user(app, claims, identity) : XY_OK;
}

static int read_token(xy_jwt *jwt, xy_arena *arena, xy_str token, xy_value *claims,
                      const char **why)
{
    xy_auth_keys *keys =
        jwt->source ? xy__key_source_keys(jwt->source) : xy__auth_keys_ref(jwt->keys);
    xy_token_rules rules = jwt->rules;
    int rc;

    rules.now_s = xy__identity_clock_s();
    rc = xy__token_read(arena, keys, &rules, token, claims, why);
    if (rc == XY_ENOTFOUND && jwt->source)
        xy__key_source_want(jwt->source);
    xy__auth_keys_unref(keys);
    return rc;
}

int xy_jwt_authenticate(xy_jwt *jwt, xy_app *app, const xy_incoming *request, xy_identity *identity)
{
    const char *why;
    xy_str token;
    xy_arena arena;
    xy_value claims;
    int rc;

    if (xy__credential_find(request, jwt->cookie, &token, &why) < 0)
        return xy_identity_refuse(identity, "%s", why);
    if (!token.ptr)
        return XY_OK;
    xy__arena_init(&arena, CLAIMS_BYTES_MAX);
    rc = read_token(jwt, &arena, token, &claims, &why);
    rc = rc < 0 ? xy_identity_refuse(identity, "the token is refused: %s", why)
                : identify(jwt, app, &claims, identity);
    xy__arena_deinit(&arena);
    return rc;
}
