/* SPDX-License-Identifier: MIT */
/* serve/csrf.h -- refuses GET requests that another site made a browser send.
 *
 * A page of any site can make its visitors' browsers send a GET with their cookies, without asking
 * first. It cannot read the answer, but the server has done the work, and time tells secrets. A
 * POST needs no such check: only application/json is read, which needs a preflight
 * (serve/cors.h). */
#ifndef XY_SERVE_CSRF_H
#define XY_SERVE_CSRF_H

#include "xylem/server.h"

#include "http/request.h"

/* May `request`, to the GraphQL endpoint, be served? If not, it is to be answered with 403 and
 * *why, a sentence in static storage. */
bool xy__csrf_allows(const xy_server_config *config, const xy_request *request, xy_str *why);

#endif
