/* SPDX-License-Identifier: MIT */
/* serve/answer.h -- one GraphQL request on its way to the client: an outlet over an exchange.
 *
 *                 +--begin_json---> PENDING --put(last)--> DONE
 *   request ------+
 *                 +--begin_events-> STREAMING --end--> DONE
 *
 *   any --client gone, drain--> DONE
 *
 * Invariants
 *   1. Whoever enters DONE lets go of the operation and of the subscription; nothing of an answer
 *      is touched afterwards.
 *   2. PENDING has an exchange, STREAMING a sink; DONE has neither. */
#ifndef XY_SERVE_ANSWER_H
#define XY_SERVE_ANSWER_H

#include "execution/exec.h"
#include "serve/accept.h"
#include "serve/service.h"

typedef enum xy_answer_state {
    XY_ANSWER_NEW,
    XY_ANSWER_PENDING,
    XY_ANSWER_STREAMING,
    XY_ANSWER_DONE,
    XY_ANSWER_STATES,
} xy_answer_state;

typedef struct xy_answer {
    xy_outlet outlet;
    xy_answer_state state;
    xy_media media;
    xy_service *service;
    xy_exchange *exchange;
    xy_sink *sink;
    xy_operation *operation; /* a reference, or NULL */
    xy_heart heart;
    xy_link link; /* in the service's answers */
} xy_answer;

/* An answer to `exchange` in `media`. gives: the answer; it frees itself in DONE. */
xy_answer *xy__answer_create(xy_service *service, xy_exchange *exchange, xy_media media);

/* Let results of `operation` go out: as one JSON body, or as events. The outlet is ready for a
 * producer afterwards. shares: operation. */
void xy__answer_begin(xy_answer *answer, xy_operation *operation);

/* The request failed before anything was executed: `{"errors":[…]}` with `status` (event streams
 * are always 200). takes: response. */
void xy__answer_refuse(xy_answer *answer, int status, xy_bytes *response);

/* End an event stream as a drain does; a pending JSON answer is left to finish. */
void xy__answer_drain(xy_answer *answer);

#endif
