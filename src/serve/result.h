/* SPDX-License-Identifier: MIT */
/* serve/result.h -- a GraphQL result as the body of a response: media type, request id, content
 * coding. */
#ifndef XY_SERVE_RESULT_H
#define XY_SERVE_RESULT_H

#include "serve/service.h"

typedef struct xy_result_head {
    int status;
    xy_media media;
    xy_str request_id;
} xy_result_head;

/* Answer `exchange` with a result, compressed if its client takes that and it is worth it. Nothing
 * of the exchange's head may have been dropped. takes: body. */
void xy__result_respond(xy_service *service, xy_exchange *exchange, const xy_result_head *head,
                        xy_bytes *body);

#endif
