/* SPDX-License-Identifier: MIT */
/* serve/publish.h -- events from programs of any language: webhooks, functions, jobs.
 *
 *   POST path/publish
 *     {"topic":"newMessage","id":"1","payload":{…}}   or a list of these     200 {"published":1}
 */
#ifndef XY_SERVE_PUBLISH_H
#define XY_SERVE_PUBLISH_H

#include "serve/service.h"

/* Publish the events of `body` and answer. All are checked before the first is published. */
void xy__publish_serve(xy_service *service, xy_exchange *exchange, const xy_value *body);

#endif
