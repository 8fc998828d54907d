/* SPDX-License-Identifier: MIT */
/* serve/request.h -- a GraphQL request: from an HTTP exchange to a running operation. */
#ifndef XY_SERVE_REQUEST_H
#define XY_SERVE_REQUEST_H

#include "serve/service.h"

/* Answer a request to the GraphQL endpoint: method, media types, parameters, document, variables,
 * then execution. What fails on
 * the way is answered with `{"errors":[…]}`, never with silence. */
void xy__request_serve(xy_service *service, xy_exchange *exchange);

#endif
