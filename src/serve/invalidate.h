/* SPDX-License-Identifier: MIT */
/* serve/invalidate.h -- programs of any language say what has changed, and live queries run again.
 *
 *   POST path/invalidate
 *     {"key":"Auction:1"}                         200 {"invalidated":1}
 *     {"keys":["Auction:1","Query.auctions"]}     200 {"invalidated":2}, as one batch
 *     {"all":true}                                200 {"invalidated":"all"}
 */
#ifndef XY_SERVE_INVALIDATE_H
#define XY_SERVE_INVALIDATE_H

#include "serve/service.h"

/* Invalidate what `body` says and answer. All of it is checked first. */
void xy__invalidate_serve(xy_service *service, xy_exchange *exchange, const xy_value *body);

#endif
