/* SPDX-License-Identifier: MIT */
/* serve/answer.h -- the reply of an HTTP exchange: one body of JSON, or a stream of results, or of
 * the parts of one.
 *
 *         +--refuse, begin cannot--------------------> DONE
 *   NEW --+--begin, JSON------> PENDING --end--------> DONE
 *         +--begin, a stream--> STREAMING --end------> DONE
 *         |                       ^ open, put
 *         +--a subscription--> WAITING --drain-------> DONE
 *
 *   any --client gone--> DONE     STREAMING without an end of its own --drain--> DONE
 *
 * Invariants
 *   1. Whoever enters DONE lets go of the context and of the subscription; nothing of an answer
 *      is touched afterwards.
 *   2. PENDING and WAITING have an exchange, STREAMING a sink; DONE has neither. NEW has a caller,
 *      the others a context.
 *   3. The head of a subscription's stream is sent when its producer says that it is there: what is
 *      published from then on reaches the client. */
#ifndef XY_SERVE_ANSWER_H
#define XY_SERVE_ANSWER_H

#include "serve/accept.h"
#include "serve/caller.h"
#include "serve/reply.h"
#include "serve/service.h"
#include "serve/stream_format.h"

typedef enum xy_answer_state {
    XY_ANSWER_NEW,
    XY_ANSWER_PENDING,
    XY_ANSWER_WAITING,
    XY_ANSWER_STREAMING,
    XY_ANSWER_DONE,
    XY_ANSWER_STATES,
} xy_answer_state;

typedef struct xy_answer {
    xy_reply reply;
    xy_outlet outlet;
    xy_service *service;
    union {
        xy_exchange *exchange; /* NEW, PENDING, WAITING */
        xy_sink *sink;         /* STREAMING */
    };
    union {
        struct { /* NEW */
            const xy_accept *accept;
            const xy_caller *caller;
        };
        struct { /* PENDING, WAITING, STREAMING */
            const xy_stream_format *format;
            xy_context *context; /* a reference */
        };
    };
    xy_heart heart;
    xy_link link;  /* in the service's answers */
    uint8_t state; /* xy_answer_state */
    uint8_t media; /* xy_media, of what is answered */
    bool endless;  /* WAITING, STREAMING: a subscription or live query */
} xy_answer;

/* An answer to `exchange`, whose single result would be `media`. keeps: accept, caller, until it
 * is refused or has begun. gives: the answer; it frees itself in DONE. */
xy_answer *xy__answer_create(xy_service *service, xy_exchange *exchange, const xy_accept *accept,
                             xy_media media, const xy_caller *caller);

/* A stream's client has been silent towards for long enough. */
void xy__answer_beat(xy_heart *heart);

/* End a stream as a drain does. What ends by itself is left to finish: JSON, and a stream of one
 * result or of its parts. */
void xy__answer_drain(xy_answer *answer);

#endif
