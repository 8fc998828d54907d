/* SPDX-License-Identifier: MIT */
/* auth/credential.h -- where in a request a token stands.
 *
 *   Authorization: Bearer <token>        the scheme in any case (RFC 6750 2.1)
 *   Authorization: <scheme> <token>      beside `auth-provider: <name>`
 *   Cookie: <configured name>=<token>    for an EventSource, which can send no header
 *
 * Never in the URL: that stands in logs, in histories, and in the Referer of other requests. */
#ifndef XY_AUTH_CREDENTIAL_H
#define XY_AUTH_CREDENTIAL_H

#include "auth/incoming.h"

/* Find what `request` shows as its token, in its memory; null when it shows none, which is no
 * offence. `cookie` NULL: none may hold it. Returns XY_OK; XY_EREFUSED and in *why what is wrong,
 * static storage. */
int xy__credential_find(const xy_incoming *request, const char *cookie, xy_str *token,
                        const char **why);

#endif
