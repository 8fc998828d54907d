/* SPDX-License-Identifier: MIT */
/* Who asks, by a JSON Web Token (RFC 7519) that JWT_SECRET has signed, and what it lets them do.
 *
 *   Authorization: Bearer <token>        or, beside `auth-provider: <name>`, any other scheme
 *   Cookie: auth-provider=<name>; session=<token>
 *
 * Tokens are signed with HS256 and nothing else. `sub` is the user's id, `roles` one role or a
 * list of them; `exp` and `nbf` are obeyed. */
#ifndef WIRE_APP_AUTH_H
#define WIRE_APP_AUTH_H

#include "xylem/xylem.h"

typedef struct app_auth {
    xy_str secret; /* null: everyone is let in */
} app_auth;

/* Reads JWT_SECRET, and says so when it is not set. Returns false, after a message on standard
 * error, when it is set to nothing. */
bool app_auth_init(app_auth *auth);

/* The xy_authenticate of this application. */
int app_authenticate(xy_app *handle, const xy_incoming *request, xy_identity *identity);

/* Without a secret everyone is let in: a rule of this application's own for @requireAuth. Returns 0,
 * or as xy_bind_validator(). */
int app_bind_auth(const app_auth *auth, xy_schema *schema);

#endif
