/* SPDX-License-Identifier: MIT */
#include "auth/token.h"

#include <cjose/base64.h>
#include <cjose/jws.h>
#include <jansson.h>
#include <stdlib.h>

#include "xylem/error.h"

#include "auth/base64url.h"
#include "json/read.h"

#define CLAIMS_DEPTH_MAX 16u

/* ---- text ---- */

typedef struct parts {
    xy_str header;
    xy_str payload;
    xy_str signature;
} parts;

static bool cut(xy_str *rest, xy_str *part)
{
    const char *dot = rest->len ? memchr(rest->ptr, '.', rest->len) : NULL;

    if (!dot)
        return false;
    *part = (xy_str){rest->ptr, (size_t)(dot - rest->ptr)};
    *rest = (xy_str){dot + 1, rest->len - part->len - 1};
    return true;
}

static bool split(xy_str token, parts *out)
{
    if (token.len > XY_TOKEN_BYTES_MAX || !cut(&token, &out->header) || !cut(&token, &out->payload))
        return false;
    out->signature = token;
    return xy__is_base64url(out->header) && xy__is_base64url(out->payload) &&
           xy__is_base64url(out->signature);
}

/* A JSON object that does not say anything twice: what another reader might take from it is what
 * this one does. */
static bool read_object(xy_arena *arena, xy_str text, xy_value *out)
{
    json_t *strictly;

    if (xy__json_read(arena, text, CLAIMS_DEPTH_MAX, out, NULL) < 0 || out->kind != XY_VALUE_OBJECT)
        return false;
    strictly =
        json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
    json_decref(strictly);
    return strictly != NULL;
}

static bool read_header(xy_arena *arena, xy_str part, xy_value *out)
{
    cjose_err error;
    uint8_t *bytes = NULL;
    size_t len = 0;
    xy_str text;

    if (!cjose_base64url_decode(part.ptr, part.len, &bytes, &len, &error))
        return false;
    text = xy__arena_str(arena, (xy_str){(const char *)bytes, len});
    free(bytes);
    return read_object(arena, text, out);
}

/* ---- the signature ---- */

/* What a header asks for. */
typedef struct request {
    xy_algorithms algorithm;
    xy_str key_id; /* null: none is named */
} request;

static const char *check_header(const xy_value *header, const xy_token_rules *rules, request *out)
{
    const xy_value *algorithm = xy_value_get(header, XY_STR("alg"));
    const xy_value *key_id = xy_value_get(header, XY_STR("kid"));

    *out = (request){0};
    if (algorithm && algorithm->kind == XY_VALUE_STRING)
        out->algorithm = xy__algorithm_of(xy_value_text(algorithm)) & rules->algorithms;
    if (!out->algorithm)
        return "its algorithm is not allowed";
    if (xy_value_get(header, XY_STR("crit")))
        return "it asks for extensions that are not known";
    if (key_id && key_id->kind != XY_VALUE_STRING)
        return "its kid is no string";
    if (key_id)
        out->key_id = xy_value_text(key_id);
    return NULL;
}

/* A key without an id, that of a secret, is whatever a token calls it. */
static bool fits(const xy_auth_key *key, const request *wanted)
{
    return !wanted->key_id.ptr || !key->id || xy_str_is(wanted->key_id, key->id);
}

static int verify(cjose_jws_t *jws, const xy_auth_keys *keys, const request *wanted,
                  const char **why)
{
    size_t named = 0;
    size_t tried = 0;

    for (size_t i = 0; keys && i < keys->len && tried < XY_TOKEN_TRIES_MAX; i++) {
        const xy_auth_key *key = &keys->items[i];
        cjose_err error;

        if (!fits(key, wanted))
            continue;
        named++;
        if (!(key->algorithms & wanted->algorithm))
            continue;
        tried++;
        if (cjose_jws_verify(jws, key->jwk, &error))
            return XY_OK;
    }
    *why = !named   ? "its key is not known"
           : !tried ? "its algorithm is not allowed"
                    : "its signature is not ours";
    return named ? XY_EREFUSED : XY_ENOTFOUND;
}

/* ---- claims ---- */

static bool is_number(const xy_value *value)
{
    double ignored;

    return xy_value_to_double(value, &ignored) == XY_OK;
}

static double number(const xy_value *value)
{
    double out = 0;

    xy_value_to_double(value, &out);
    return out;
}

static const char *check_times(const xy_value *claims, const xy_token_rules *rules)
{
    const xy_value *expires = xy_value_get(claims, XY_STR("exp"));
    const xy_value *begins = xy_value_get(claims, XY_STR("nbf"));
    double now = (double)rules->now_s;
    double leeway = (double)rules->leeway_s;

    if ((expires && !is_number(expires)) || (begins && !is_number(begins)))
        return "its exp or nbf is no number";
    if (expires && now >= number(expires) + leeway)
        return "it has expired";
    if (begins && now < number(begins) - leeway)
        return "it is not valid yet";
    return NULL;
}

static bool is_text(const xy_value *value, xy_str text)
{
    return value && value->kind == XY_VALUE_STRING && xy_str_eq(xy_value_text(value), text);
}

/* RFC 7519 4.1.3: one, or a list of them. */
static bool is_audience(const xy_value *value, xy_str audience)
{
    if (is_text(value, audience))
        return true;
    for (uint32_t i = 0; value && value->kind == XY_VALUE_LIST && i < value->len; i++)
        if (is_text(&value->items[i], audience))
            return true;
    return false;
}

static const char *check_claims(const xy_value *claims, const xy_token_rules *rules)
{
    if (rules->issuer.ptr && !is_text(xy_value_get(claims, XY_STR("iss")), rules->issuer))
        return "it is of another issuer";
    if (rules->audience.ptr && !is_audience(xy_value_get(claims, XY_STR("aud")), rules->audience))
        return "it is for another audience";
    return check_times(claims, rules);
}

static int read_claims(xy_arena *arena, cjose_jws_t *jws, const xy_token_rules *rules,
                       xy_value *claims, const char **why)
{
    cjose_err error;
    uint8_t *bytes;
    size_t len;

    *why = "its claims are no JSON object";
    if (!cjose_jws_get_plaintext(jws, &bytes, &len, &error) ||
        !read_object(arena, xy__arena_str(arena, (xy_str){(const char *)bytes, len}), claims))
        return XY_EREFUSED;
    *why = check_claims(claims, rules);
    return *why ? XY_EREFUSED : XY_OK;
}

int xy__token_read(xy_arena *arena, const xy_auth_keys *keys, const xy_token_rules *rules,
                   xy_str token, xy_value *claims, const char **why)
{
    cjose_err error;
    cjose_jws_t *jws;
    xy_value header;
    request wanted;
    parts p;
    int rc;

    *why = "it is no token";
    if (!split(token, &p) || !read_header(arena, p.header, &header))
        return XY_EREFUSED;
    *why = check_header(&header, rules, &wanted);
    if (*why)
        return XY_EREFUSED;
    *why = "it is no token";
    jws = cjose_jws_import(token.ptr, token.len, &error);
    if (!jws)
        return XY_EREFUSED;
    rc = verify(jws, keys, &wanted, why);
    if (rc == XY_OK)
        rc = read_claims(arena, jws, rules, claims, why);
    cjose_jws_release(jws);
    return rc;
}
