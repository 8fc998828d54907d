/* SPDX-License-Identifier: MIT */
/* xylem/identity.h -- who asks: found out once for each request, then read by resolvers.
 *
 *   static int authenticate(xy_app *app, const xy_incoming *request, xy_identity *identity)
 *   {
 *       xy_str token = xy_incoming_header(request, "authorization");
 *       ...
 *       if (expired)
 *           return xy_identity_refuse(identity, "the token has expired");
 *       xy_identity_set_user(identity, id);
 *       xy_identity_add_role(identity, XY_STR("admin"));
 *       return XY_OK;
 *   }
 *
 * An identity belongs to its request for good: every event of a subscription is executed as the
 * user who opened it, whoever published. */
#ifndef XYLEM_IDENTITY_H
#define XYLEM_IDENTITY_H

#include "xylem/call.h"

typedef struct xy_identity xy_identity;

/* A request before it is executed. Valid until the authenticator returns. */
typedef struct xy_incoming xy_incoming;

/* Fills `identity`, which is anonymous at first; it stays so when this returns a negative code.
 * Called on the worker's thread, once for each HTTP request. */
typedef int xy_authenticate(xy_app *app, const xy_incoming *request, xy_identity *identity);

/* The value of the first header called `name`, in any case; the null string when there is none. */
XY_API xy_str xy_incoming_header(const xy_incoming *request, const char *name);

/* The user's id, copied. */
XY_API void xy_identity_set_user(xy_identity *identity, xy_str id);

/* One more role of the user, copied. */
XY_API void xy_identity_add_role(xy_identity *identity, xy_str role);

/* From `unix_s` on, in seconds since 1970, the user counts as anonymous; a subscription or live
 * query that is open then is ended, with an error of code UNAUTHENTICATED, "The token has
 * expired.". 0: never. */
XY_API void xy_identity_set_expiry(xy_identity *identity, int64_t unix_s);

/* What the request showed is not good, for a reason that goes to the log: `return
 * xy_identity_refuse(…)`. The request goes on, anonymous. Returns XY_EREFUSED. */
XY_API int xy_identity_refuse(xy_identity *identity, const char *fmt, ...) XY_PRINTF(2, 3);

/* ---- in a resolver ---- */

/* Each of these is a *fact* of the request. A result that was made from some facts is shared by all
 * clients for whom these are the same, so ask for no more than the answer depends on: whether
 * somebody is signed in rather than who, a role rather than the user. */

/* Is anybody signed in? */
XY_API bool xy_signed_in(const xy_call *call);

/* The id of the user who asks; the null string when nobody is signed in. */
XY_API xy_str xy_user_id(const xy_call *call);

/* Has the user who asks this very role? */
XY_API bool xy_has_role(const xy_call *call, const char *role);

#endif
