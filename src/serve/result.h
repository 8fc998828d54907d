/* SPDX-License-Identifier: MIT */
/* serve/result.h -- a GraphQL result as the body of a response: media type, request id, content
 * coding. */
#ifndef XY_SERVE_RESULT_H
#define XY_SERVE_RESULT_H

#include "serve/encoding.h"
#include "serve/service.h"

typedef struct xy_result_head {
    int status;
    xy_media media;
    xy_encoding encoding; /* that the client asked for: xy__result_encoding() */
    xy_str request_id;
} xy_result_head;

/* The content coding that a result for `request` may have; identity when compression is off. */
xy_encoding xy__result_encoding(const xy_service *service, const xy_request *request);

/* Answer `exchange` with a result, compressed if that is worth it. takes: body. */
void xy__result_respond(xy_service *service, xy_exchange *exchange, const xy_result_head *head,
                        xy_bytes *body);

#endif
