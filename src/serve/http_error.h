/* SPDX-License-Identifier: MIT */
/* serve/http_error.h -- answers that are no GraphQL result: the status says it all, the body
 * (`{"errors":[{"message":…}]}`) says it readably.
 *
 * Each ends the exchange. */
#ifndef XY_SERVE_HTTP_ERROR_H
#define XY_SERVE_HTTP_ERROR_H

#include "http/exchange.h"

/* An answer with one header more; without when its name is empty. */
void xy__respond_error(xy_exchange *exchange, int status, xy_http_header header, xy_str message);

/* 405 with `allow`, the methods that are possible. */
void xy__respond_method(xy_exchange *exchange, xy_str allow, xy_str message);

/* 406; `types` are those that would do. */
void xy__respond_not_acceptable(xy_exchange *exchange, xy_str types, xy_str message);

/* 415: only JSON is possible. */
void xy__respond_not_json(xy_exchange *exchange);

/* Is the body JSON by its content type? If not, it is answered with 415. */
bool xy__check_json(xy_exchange *exchange);

/* 503: the server is stopping. */
void xy__respond_draining(xy_exchange *exchange);

#endif
