/* SPDX-License-Identifier: MIT */
/* serve/reply.h -- who waits for the outcome of a GraphQL request: an HTTP exchange, a place in a
 * batch, an operation of a single connection.
 *
 *            +--refuse------------------------------> over
 *   reply ---+
 *            +--begin--> an outlet: put … put … end -> over
 *                   `--> NULL: it cannot carry that --> over
 *
 * Exactly one of the two is called, once. */
#ifndef XY_SERVE_REPLY_H
#define XY_SERVE_REPLY_H

#include "execution/exec.h"
#include "execution/outlet.h"
#include "serve/form.h"

typedef struct xy_reply xy_reply;
typedef struct xy_context xy_context; /* serve/context.h */

/* Why nothing was executed, with the status it has over HTTP (WIRE.md 5: "json" is
 * application/json, which clients read only when the status is 200). */
typedef enum xy_refused {
    XY_REFUSED_PARAMS,    /* parameters that make no sense: 400 */
    XY_REFUSED_NO_QUERY,  /* 400, json 200 */
    XY_REFUSED_DOCUMENT,  /* a syntax or validation error, more tokens than may be: 400, json 200 */
    XY_REFUSED_LIMIT,     /* a valid document that asks for more than an operation may: 200 */
    XY_REFUSED_PERSISTED, /* a persisted document that is not known: 200, so that clients send it */
    XY_REFUSED_UNTRUSTED, /* a document that is not among the trusted ones: 400, json 200 */
    XY_REFUSED_OPERATION, /* unknown operationName, variables that do not fit: 400 */
    XY_REFUSED_MUTATION,  /* a mutation by GET: 405, Allow: POST */
} xy_refused;

/* What an operation is going to give. */
typedef enum xy_expectation {
    XY_EXPECT_RESULT,       /* one result */
    XY_EXPECT_INCREMENTS,   /* one result in parts */
    XY_EXPECT_SUBSCRIPTION, /* results until it is over */
    XY_EXPECT_LIVE,         /* of a live query: results without an end */
} xy_expectation;

typedef struct xy_reply_ops {
    /* `response` is `{"errors":[…]}`. takes: reply, response. */
    void (*refuse)(xy_reply *reply, xy_refused why, xy_bytes *response);
    /* Where the results of the operation of `context` go. NULL: this reply cannot carry such an
     * outcome, and has said so to its client. shares: context. takes: reply; it lives as long as
     * the outlet. */
    xy_outlet *(*begin)(xy_reply *reply, xy_context *context, xy_expectation expected);
} xy_reply_ops;

struct xy_reply {
    const xy_reply_ops *ops;
    /* Of the parts of a result, as its client reads them; NONE: it carries whole results only, and
     * XY_EXPECT_INCREMENTS is never expected. Set by its maker. */
    xy_form_kind form;
};

#endif
