/* SPDX-License-Identifier: MIT */
/* serve/caller.h -- what the operations of an HTTP request must know of it: who sent it, under
 * which id, since when.
 *
 * A value. The id is the client's x-request-id when that is one, else made here; it stands in the
 * answer's x-request-id and in every line of the log about the request. */
#ifndef XY_SERVE_CALLER_H
#define XY_SERVE_CALLER_H

#include "execution/identity.h"
#include "http/request.h"
#include "serve/service.h"

/* Longer ids of clients are not taken over. */
#define XY_REQUEST_ID_MAX 36u

typedef struct xy_request_id {
    uint8_t len;
    char text[XY_REQUEST_ID_MAX + 3];
} xy_request_id;

typedef struct xy_caller {
    xy_identity *identity; /* a reference, or NULL: anonymous */
    uint64_t started_ns;   /* of the monotonic clock */
    xy_str last_event_id;  /* header of the request, as long as that lives; empty: none */
    xy_request_id id;
} xy_caller;

/* Authenticate `request` and give it an id. */
void xy__caller_init(xy_caller *caller, xy_service *service, const xy_request *request);

/* Lets go of the identity. */
void xy__caller_deinit(xy_caller *caller);

static inline xy_str xy__request_id_text(const xy_request_id *id)
{
    return (xy_str){id->text, id->len};
}

#endif
