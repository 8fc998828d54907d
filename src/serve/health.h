/* SPDX-License-Identifier: MIT */
/* serve/health.h -- is the process alive, and should it be sent requests? For load balancers and
 * orchestrators, at `<path>/health` and `<path>/readiness` (WIRE.md I.13).
 *
 *                    health                             readiness
 *   serves           200                                200
 *   store away       200, for a restart would not help  503
 *   stopping         200                                503
 */
#ifndef XY_SERVE_HEALTH_H
#define XY_SERVE_HEALTH_H

#include "serve/service.h"

/* What is answered, as JSON. */
typedef struct xy_health {
    uint16_t status;
    char body[128];
} xy_health;

/* 200 as long as the worker answers anything at all. Where several processes share a store, also
 * whether it is there, and how much waits for it. */
xy_health xy__health_of(xy_pubsub *ps);

/* 200 when operations can be served; else 503 and why. */
xy_health xy__readiness_of(const xy_pubsub *ps, bool draining);

/* Answer so, whatever the method. */
void xy__health_serve(xy_service *service, xy_exchange *exchange);
void xy__readiness_serve(xy_service *service, xy_exchange *exchange);

#endif
