/* SPDX-License-Identifier: MIT */
/* xylem/auth.h -- who may have a field: directives of the SDL that the engine obeys; and tokens
 * that say who asks.
 *
 *   type Query {
 *     news: [Post!]! @skipAuth
 *     drafts: [Post!]! @requireAuth
 *     audit: [Entry!]! @requireAuth(roles: ["admin", "auditor"])
 *   }
 *
 * @requireAuth lets a user pass who is signed in and, where there are roles, has one of them. Else
 * the field fails with UNAUTHENTICATED "You don't have permission to do that." or FORBIDDEN "You
 * don't have access to do that.". It is asked before the field's resolver is called or its member
 * read, before the source of a subscription is opened, again for each of its events, and in every
 * run of a live query: always as the client whose operation it is. @skipAuth says that a field is
 * open on purpose.
 *
 * A directive on a field of an interface counts for the types that implement it, unless their own
 * field bears the same (or @skipAuth, for @requireAuth).
 *
 * Both are defined where the SDL uses them and does not define them itself. */
#ifndef XYLEM_AUTH_H
#define XYLEM_AUTH_H

#include "xylem/identity.h"

/* ---- directives of the application's own ---- */

/* May this call be made? `arguments` are those of the directive at the field, an OBJECT; those of
 * the field are at `call`. Returns XY_OK, or the error that the field ends with: `return
 * xy_fail_code(call, "FORBIDDEN", …)`; at once, without xy_later(). What it asks of xy_signed_in()
 * and its like is a fact of the request as in a resolver. Another thing that it depends on must not
 * change while a live query or a subscription is open, or has to be invalidated. */
typedef int xy_validator(xy_call *call, const xy_value *arguments);

/* Changes *value, what the field resolved to, before it is completed; not called when it failed,
 * nor for a list whose items are pushed. Returns as an xy_validator. */
typedef int xy_transformer(xy_call *call, const xy_value *arguments, xy_result *value);

/* Ask `validator` before each field that bears `directive`, in the order in which the directives
 * stand there. For "requireAuth", in place of the engine's own rule. Returns XY_ENOTFOUND when the
 * schema does not define the directive, XY_EEXIST when it is bound, XY_EINVAL when its arguments at
 * a field are not what its definition says. */
XY_API int xy_bind_validator(xy_schema *schema, const char *directive, xy_validator *validator);

/* Let `transformer` change the values of each field that bears `directive`. Returns as
 * xy_bind_validator(). */
XY_API int xy_bind_transformer(xy_schema *schema, const char *directive,
                               xy_transformer *transformer);

/* ---- JSON Web Tokens (RFC 7519), signed ---- */

/* Who asks, once a token is known to be good: fills `identity`, which has the user's id (`sub`),
 * the roles (`roles`, a string or a list of them) and the expiry (`exp`) already. `claims` is an
 * OBJECT, valid until the return. Returns XY_OK; or, when the token is good and the user still not
 * welcome, `return xy_identity_refuse(identity, …)`. Called on the worker's thread. */
typedef int xy_jwt_user(xy_app *app, const xy_value *claims, xy_identity *identity);

/* What tokens have to be. Of secret, jwks_file and jwks_url exactly one is set. */
typedef struct xy_jwt_config {
    xy_str secret; /* of HMAC signatures; 32 random bytes or more are good */
    /* A JSON Web Key Set (RFC 7517): read at the start; again every `max_age_s`, and when a token
     * names a key that is not in it, but not before `retry_s` have passed since the last time. */
    const char *jwks_file;
    const char *jwks_url; /* https; http from this very machine only */
    uint32_t retry_s;     /* 0: 30 */
    uint32_t max_age_s;   /* 0: 3600 */
    /* "RS256" and so on, up to a NULL. NULL: of a secret HS256 alone; of a key set HS, RS, PS and
     * ES with 256, 384 and 512, each with such keys only as it is for. */
    const char *const *algorithms;
    const char *issuer;   /* what `iss` must be; NULL: not looked at */
    const char *audience; /* what `aud` must be or have; NULL: not looked at */
    uint32_t leeway_s;    /* how far clocks may differ, for `exp` and `nbf` */
    const char *cookie;   /* the one that may hold the token; NULL: none */
    xy_jwt_user *user;    /* NULL: nothing more is set */
} xy_jwt_config;

typedef struct xy_jwt xy_jwt;

/* Read the keys; from then on a thread keeps those of a file or URL fresh. The configuration is
 * copied. A URL that does not answer is logged and asked again: until then no token is good. gives:
 * *out, end it with xy_jwt_destroy(). Returns XY_OK; XY_EINVAL after a message on standard error
 * when the configuration makes no sense, or its file cannot be used. Blocks, 10 s at most. */
XY_API int xy_jwt_create(const xy_jwt_config *config, xy_jwt **out);

/* takes: jwt (NULL is fine). No server may use it any more. Waits for its thread. */
XY_API void xy_jwt_destroy(xy_jwt *jwt);

/* Fill `identity` from the token that `request` shows: `Authorization: Bearer <token>`; any scheme
 * of two parts beside a header `auth-provider`; or the cookie. Returns XY_OK, also when it shows
 * none; XY_EREFUSED, with a reason, for one that is not good. To be called by the application's own
 * config.authenticate; where there is none, config.jwt is enough. */
XY_API int xy_jwt_authenticate(xy_jwt *jwt, xy_app *app, const xy_incoming *request,
                               xy_identity *identity);

/* End every subscription and live query that is open for the user with this id, on all workers:
 * with an error of code UNAUTHENTICATED, "Your access has been revoked.". Requests are not refused:
 * that is for config.authenticate, or xy_jwt_config.user. From any thread; streams end after this
 * returns. With config.redis_url it is so in all processes that share the Redis, at once or as soon
 * as they reach it: for streams that were opened before this call, or within 5 seconds after it, as
 * clocks differ. That others could not be told is logged. */
XY_API void xy_revoke_user(xy_app *app, xy_str user_id);

#endif
