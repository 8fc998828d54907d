/* SPDX-License-Identifier: MIT */
/* serve/context.h -- what the server knows of a client's operation besides GraphQL: who called, and
 * how it went.
 *
 *   of its own   (a query, a mutation): lives in the operation's arena and dies with it
 *   shared       (a subscription, a live query): the operation is that of all equal clients, so the
 *                context has memory of its own, and a reference to the operation
 *
 * When a context dies, the operation is counted and logged. Loop's thread only. */
#ifndef XY_SERVE_CONTEXT_H
#define XY_SERVE_CONTEXT_H

#include "execution/exec.h"
#include "serve/caller.h"
#include "serve/kept_params.h"
#include "serve/leases.h"

struct xy_context {
    xy_service *service;
    /* Of its own: its `kept` are the parameters, if it has variables. */
    xy_operation *operation;
    uint64_t started_ns;
    uint64_t bytes; /* of results */
    uint32_t results;
    uint32_t errors; /* results that have "errors" */
    uint32_t refs;   /* shared: of the context; 0: those of the operation count */
    xy_lease *lease; /* shared: of its stream; NULL: none */
    uint8_t type;    /* xy_record_type */
    bool timed_out;
    uint8_t id_len;
    char id[]; /* of the request */
};

static inline xy_str xy__context_id(const xy_context *context)
{
    return (xy_str){context->id, context->id_len};
}

/* Give `operation`, after its prepare, the identity and the id of `caller`. shares: caller's
 * identity, params. Returns the context, for as long as the operation lives. */
xy_context *xy__context_attach(xy_service *service, const xy_caller *caller, xy_kept_params *params,
                               xy_operation *operation);

/* A client's context of the operation, of this `type`, that all equal clients share with it; it has
 * no identity. `operation` itself is not used any more. gives: one reference. */
xy_context *xy__context_share(xy_service *service, const xy_caller *caller, xy_operation *operation,
                              xy_record_type type);

/* One more reference, for another owner. Returns `context`. */
xy_context *xy__context_ref(xy_context *context);

/* takes: one reference (NULL is fine). */
void xy__context_unref(xy_context *context);

/* The context of an operation; NULL when it is shared. */
static inline xy_context *xy__context_of(const xy_operation *operation)
{
    return operation->shared ? NULL : operation->context;
}

/* Replies tell it of each result: its size and its flags of xy_put_flag. */
static inline void xy__context_note(xy_context *context, size_t bytes, unsigned flags)
{
    context->results++;
    context->bytes += bytes;
    context->errors += (flags & XY_PUT_ERRORS) != 0;
    context->timed_out |= (flags & XY_PUT_TIMEOUT) != 0;
}

#endif
