/* SPDX-License-Identifier: MIT */
/* serve/context.h -- what the server knows of an operation besides GraphQL: who called, and how it
 * went.
 *
 * It lives in the operation's arena and dies with it, which is when the operation is counted and
 * logged. Loop's thread only. */
#ifndef XY_SERVE_CONTEXT_H
#define XY_SERVE_CONTEXT_H

#include "execution/exec.h"
#include "serve/caller.h"
#include "serve/kept_params.h"

typedef struct xy_context {
    xy_service *service;
    xy_operation *operation; /* whose this is */
    xy_kept_params *params;  /* a reference, or NULL where nothing points into them */
    xy_request_id id;
    uint64_t started_ns;
    uint64_t bytes; /* of results */
    uint32_t results;
    uint32_t errors; /* results that have "errors" */
    bool timed_out;
} xy_context;

/* Give `operation`, after its prepare, the identity and the id of `caller`. shares: caller's
 * identity, params. */
void xy__context_attach(xy_service *service, const xy_caller *caller, xy_kept_params *params,
                        xy_operation *operation);

static inline xy_context *xy__context_of(const xy_operation *operation)
{
    return operation->context;
}

/* Replies tell it of each result: its size and its flags of xy_put_flag. */
void xy__context_note(const xy_operation *operation, size_t bytes, unsigned flags);

#endif
