/* SPDX-License-Identifier: MIT */
/* serve/cors.h -- which pages of other origins may use the server: the fetch standard's CORS
 * protocol, as xy_cors_config asks for it.
 *
 *   any request     xy__cors_headers()   allow-origin, and what the page may read
 *   OPTIONS         xy__cors_options()   the same request is a preflight: what it may send, too
 *
 * The two add up: an OPTIONS request needs both, and no header stands in both. Stateless. */
#ifndef XY_SERVE_CORS_H
#define XY_SERVE_CORS_H

#include "xylem/server.h"

#include "http/exchange.h"

/* No answer gets more headers from xy__cors_headers(). */
#define XY_CORS_HEADERS_MAX 4u

/* Longer lists of headers in a preflight are not granted, in bytes. */
#define XY_CORS_REQUESTED_MAX ((size_t)1024)

/* Room for what xy__cors_check() says. */
#define XY_CORS_PROBLEM_MAX ((size_t)256)

/* Does the configuration make sense? If not, `problem` says what is wrong with which entry, and
 * what to write instead. */
bool xy__cors_check(const xy_cors_config *cors, char problem[XY_CORS_PROBLEM_MAX]);

/* Does `request` come from a page of an origin that is allowed? */
bool xy__cors_allows(const xy_cors_config *cors, const xy_request *request);

/* Write the headers that the answer to `request` needs, whatever its status, into `headers`; their
 * values are views into the configuration and the request. Returns their number; 0 when CORS is
 * off. An origin that is not allowed gets no access-control header at all. */
size_t xy__cors_headers(const xy_cors_config *cors, const xy_request *request,
                        xy_http_header headers[XY_CORS_HEADERS_MAX]);

/* Answer an OPTIONS request: 204, with `allow`; a preflight's also says which methods, headers and
 * age are allowed. `methods` is "GET, POST" and the like. */
void xy__cors_options(const xy_cors_config *cors, xy_exchange *exchange, xy_str methods);

#endif
