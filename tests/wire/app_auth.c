/* SPDX-License-Identifier: MIT */
/* Nothing inside a token is parsed before its signature is known to be ours. */
#include "app_auth.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "app.h"

#define SIGNATURE_BYTES 32u /* of HMAC-SHA-256 */
#define SIGNATURE_TEXT  43u /* the same in base64url, without padding */
#define BASE64_MAX      ((SIGNATURE_BYTES + 2) / 3 * 4 + 1)
#define TOKEN_MAX       8192u
#define COOKIE_NAME     "session"

bool app_auth_init(app_auth *auth)
{
    const char *secret = getenv("JWT_SECRET");

    *auth = (app_auth){XY_STR_NULL};
    if (!secret) {
        xy_log(XY_LOG_WARN, "app", "JWT_SECRET is not set: everyone is let in");
        return true;
    }
    if (!*secret) {
        fputs("JWT_SECRET is empty: set it to a secret, or unset it to let everyone in\n", stderr);
        return false;
    }
    auth->secret = xy_str_from(secret);
    json_object_seed(0);
    return true;
}

/* ---- where a token stands ---- */

static bool cut(xy_str text, char at, xy_str *before, xy_str *after)
{
    const char *found = text.len ? memchr(text.ptr, at, text.len) : NULL;

    if (!found)
        return false;
    *before = (xy_str){text.ptr, (size_t)(found - text.ptr)};
    *after = (xy_str){found + 1, text.len - before->len - 1};
    return true;
}

/* The value of the cookie `name`; the null string when there is none. RFC 6265 4.2.1 */
static xy_str cookie(xy_str cookies, const char *name)
{
    while (cookies.len) {
        xy_str pair = cookies;
        xy_str key;
        xy_str value;

        if (!cut(cookies, ';', &pair, &cookies))
            cookies = XY_STR_NULL;
        while (pair.len && *pair.ptr == ' ')
            pair = (xy_str){pair.ptr + 1, pair.len - 1};
        if (cut(pair, '=', &key, &value) && xy_str_is(key, name))
            return value;
    }
    return XY_STR_NULL;
}

static bool is_bearer(xy_str scheme)
{
    return scheme.len == strlen("bearer") && strncasecmp(scheme.ptr, "bearer", scheme.len) == 0;
}

/* What the request shows as its token: null when it shows nothing, which is no offence. On failure
 * *why says what is wrong. */
static int find_token(const xy_incoming *request, xy_str *token, const char **why)
{
    xy_str cookies = xy_incoming_header(request, "cookie");
    xy_str provider = xy_incoming_header(request, "auth-provider");
    xy_str authorization = xy_incoming_header(request, "authorization");
    xy_str scheme;

    *token = XY_STR_NULL;
    *why = "Authorization is not of the form 'Bearer <token>'";
    if (authorization.ptr) {
        if (!cut(authorization, ' ', &scheme, token) || !scheme.len || !token->len ||
            memchr(token->ptr, ' ', token->len))
            return XY_EREFUSED;
        return provider.ptr || is_bearer(scheme) ? XY_OK : XY_EREFUSED;
    }
    *why = "auth-provider without a token";
    if (cookie(cookies, "auth-provider").ptr) {
        *token = cookie(cookies, COOKIE_NAME);
        return token->len ? XY_OK : XY_EREFUSED;
    }
    return provider.ptr ? XY_EREFUSED : XY_OK;
}

/* ---- what a token says ---- */

/* Bytes of base64url without padding, RFC 7515 2. Returns their number; -1 for anything else. */
static int decode(xy_str text, unsigned char *out)
{
    char standard[TOKEN_MAX + 4];
    size_t len = text.len;
    int bytes;

    if (!len || len > TOKEN_MAX || len % 4 == 1)
        return -1;
    for (size_t i = 0; i < len; i++) {
        char c = text.ptr[i];

        if (!isalnum((unsigned char)c) && c != '-' && c != '_')
            return -1;
        if (c == '-')
            c = '+';
        else if (c == '_')
            c = '/';
        standard[i] = c;
    }
    while (len % 4)
        standard[len++] = '=';
    bytes = EVP_DecodeBlock(out, (const unsigned char *)standard, (int)len);
    return bytes < 0 ? -1 : bytes - (int)(len - text.len);
}

/* gives: an object, or NULL. */
static json_t *decode_object(xy_str part)
{
    unsigned char bytes[TOKEN_MAX + 4];
    int len = decode(part, bytes);
    json_t *value;

    if (len < 0)
        return NULL;
    value = json_loadb((const char *)bytes, (size_t)len, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(value))
        return value;
    json_decref(value);
    return NULL;
}

/* Is `signature` that of `text` with our secret? In a time that does not tell how near it is. */
static bool is_signed(xy_str secret, xy_str text, xy_str signature)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned char expected[BASE64_MAX];
    unsigned len;

    if (signature.len != SIGNATURE_TEXT ||
        !HMAC(EVP_sha256(), secret.ptr, (int)secret.len, (const unsigned char *)text.ptr, text.len,
              bytes, &len) ||
        len != SIGNATURE_BYTES)
        return false;
    EVP_EncodeBlock(expected, bytes, (int)len);
    for (size_t i = 0; i < SIGNATURE_TEXT; i++)
        expected[i] = expected[i] == '+' ? '-' : expected[i] == '/' ? '_' : expected[i];
    return CRYPTO_memcmp(expected, signature.ptr, SIGNATURE_TEXT) == 0;
}

static const char *check_header(xy_str part)
{
    json_t *header = decode_object(part);
    const char *algorithm = json_string_value(json_object_get(header, "alg"));
    const char *problem = NULL;

    if (!algorithm || strcmp(algorithm, "HS256") != 0)
        problem = "its algorithm is not HS256";
    else if (json_object_get(header, "crit"))
        problem = "it asks for extensions that are not known";
    json_decref(header);
    return problem;
}

static const char *check_times(const json_t *claims)
{
    const json_t *expires = json_object_get(claims, "exp");
    const json_t *begins = json_object_get(claims, "nbf");
    double now = (double)time(NULL);

    if ((expires && !json_is_number(expires)) || (begins && !json_is_number(begins)))
        return "its exp or nbf is no number";
    if (expires && now >= json_number_value(expires))
        return "it has expired";
    if (begins && now < json_number_value(begins))
        return "it is not valid yet";
    return NULL;
}

/* gives: the claims of a token that is good; NULL with the reason in *why. */
static json_t *read_token(xy_str secret, xy_str token, const char **why)
{
    xy_str header;
    xy_str payload;
    xy_str signature;
    json_t *claims;

    *why = "it is no token";
    if (token.len > TOKEN_MAX || !cut(token, '.', &header, &payload) ||
        !cut(payload, '.', &payload, &signature))
        return NULL;
    *why = "its signature is not ours";
    if (!is_signed(secret, (xy_str){token.ptr, header.len + 1 + payload.len}, signature))
        return NULL;
    *why = check_header(header);
    if (*why)
        return NULL;
    claims = decode_object(payload);
    *why = claims ? check_times(claims) : "its claims are no JSON object";
    if (!*why)
        return claims;
    json_decref(claims);
    return NULL;
}

/* ---- who that is ---- */

static xy_str text_of(const json_t *string)
{
    return (xy_str){json_string_value(string), json_string_length(string)};
}

/* A time that is in the future, rounded up to seconds. */
static int64_t seconds_of(const json_t *number)
{
    double seconds = ceil(json_number_value(number));

    return seconds < (double)INT32_MAX * 1024 ? (int64_t)seconds : INT64_MAX;
}

static void identify(xy_identity *identity, const json_t *claims)
{
    const json_t *subject = json_object_get(claims, "sub");
    const json_t *roles = json_object_get(claims, "roles");
    const json_t *expires = json_object_get(claims, "exp");
    char number[24];

    /* A token without `sub` is still somebody's. */
    if (json_is_string(subject)) {
        xy_identity_set_user(identity, text_of(subject));
    } else {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(subject));
        xy_identity_set_user(identity, json_is_integer(subject) ? xy_str_from(number) : XY_STR(""));
    }
    if (expires)
        xy_identity_set_expiry(identity, seconds_of(expires));
    if (json_is_string(roles))
        xy_identity_add_role(identity, text_of(roles));
    for (size_t i = 0; i < json_array_size(roles); i++)
        if (json_is_string(json_array_get(roles, i)))
            xy_identity_add_role(identity, text_of(json_array_get(roles, i)));
}

int app_authenticate(xy_app *handle, const xy_incoming *request, xy_identity *identity)
{
    const app *application = xy_app_data(handle);
    const char *why;
    xy_str token;
    json_t *claims;

    if (!application->auth.secret.ptr)
        return XY_OK;
    if (find_token(request, &token, &why) < 0)
        return xy_identity_refuse(identity, "%s", why);
    if (!token.ptr)
        return XY_OK;
    claims = read_token(application->auth.secret, token, &why);
    if (!claims)
        return xy_identity_refuse(identity, "the token is refused: %s", why);
    identify(identity, claims);
    json_decref(claims);
    return XY_OK;
}

static int let_in(xy_call *call, const xy_value *arguments)
{
    (void)call;
    (void)arguments;
    return XY_OK;
}

int app_bind_auth(const app_auth *auth, xy_schema *schema)
{
    return auth->secret.ptr ? XY_OK : xy_bind_validator(schema, "requireAuth", let_in);
}
