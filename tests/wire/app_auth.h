/* SPDX-License-Identifier: MIT */
/* Who asks, by a JSON Web Token, and a rule of the application's own. From the environment:
 *
 *   JWT_SECRET      what HS256 signs with; or
 *   JWT_JWKS        a file or URL of keys, read again at most once in JWT_RETRY_S seconds
 *   JWT_ISSUER, JWT_AUDIENCE, JWT_LEEWAY_S      what tokens have to be
 *
 * Without JWT_SECRET and JWT_JWKS everyone is let in. */
#ifndef WIRE_APP_AUTH_H
#define WIRE_APP_AUTH_H

#include "xylem/xylem.h"

/* Read the environment, and say so when nothing is set. gives: *out, NULL when everyone is let in.
 * Returns false, after a message on standard error, for what makes no sense. */
bool app_auth_create(xy_jwt **out);

/* Bind the fields and directives of app_auth.graphql, if `has_probes`; without `jwt` let everyone
 * in. Returns 0, or as xy_bind(). */
int app_bind_auth(xy_schema *schema, const xy_jwt *jwt, bool has_probes);

#endif
