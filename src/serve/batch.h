/* SPDX-License-Identifier: MIT */
/* serve/batch.h -- several operations in one request: a JSON array of parameters, answered with
 * the array of their results in the same order.
 *
 *   NEW --first operation--> RUNNING --all results are there--> DONE
 *                               `-----client gone-------------> DONE
 *
 * Operations begin in order. Queries run at the same time; what stands after a mutation waits
 * until the mutation is over. Each has its own time limit and its own place: what is wrong with
 * one is told there, and the others are executed. Only an array that is no JSON, is empty or too
 * long is refused as a whole, before anything is executed.
 *
 * Invariants
 *   1. `waiting` counts the places without a result; the batch is answered when it is 0 and no
 *      operation is being started.
 *   2. A place that has begun and has no result is known to its operation as an outlet, which is
 *      stopped when the client goes. */
#ifndef XY_SERVE_BATCH_H
#define XY_SERVE_BATCH_H

#include "http/exchange.h"
#include "serve/accept.h"
#include "serve/caller.h"

/* Is this body an array? */
static inline bool xy__is_batch(xy_str body)
{
    size_t at = 0;

    while (at < body.len && (body.ptr[at] == ' ' || body.ptr[at] == '\t' || body.ptr[at] == '\n' ||
                             body.ptr[at] == '\r'))
        at++;
    return at < body.len && body.ptr[at] == '[';
}

/* Execute what the body of `exchange`, an array, asks for; limits.batch_max is not 0. `media` is
 * that of a single result; a batch is always JSON. shares: caller's identity. The exchange is
 * answered, now or later. */
void xy__batch_serve(xy_service *service, xy_exchange *exchange, const xy_caller *caller,
                     xy_media media);

#endif
