/* SPDX-License-Identifier: MIT */
/* serve/health.h -- is the process alive, and should it be sent requests? For load balancers and
 * orchestrators, at `<path>/health` and `<path>/readiness` (WIRE.md I.13). */
#ifndef XY_SERVE_HEALTH_H
#define XY_SERVE_HEALTH_H

#include "serve/service.h"

/* 200 as long as the worker answers anything at all, whatever the method. */
void xy__health_serve(xy_service *service, xy_exchange *exchange);

/* 200 when operations can be served; else 503 and why: the server is stopping. */
void xy__readiness_serve(xy_service *service, xy_exchange *exchange);

#endif
