/* SPDX-License-Identifier: MIT */
/* serve/graphql.h -- a GraphQL request, however it came: from its parameters to a running
 * operation.
 *
 *   parameters -> (persisted) document -> limits, validation -> operation, variables -> execution
 *
 * Whatever fails on the way is told to the reply, never passed over in silence. */
#ifndef XY_SERVE_GRAPHQL_H
#define XY_SERVE_GRAPHQL_H

#include "serve/caller.h"
#include "serve/kept_params.h"
#include "serve/reply.h"

/* Read `text`, the body of a POST or the query string of a GET (which executes no mutation), and
 * execute what it asks for. shares: caller's identity. takes: reply. */
void xy__graphql_serve_text(xy_service *service, const xy_caller *caller, xy_params_origin origin,
                            xy_str text, xy_reply *reply);

/* The same for parameters that have been read. shares: params. takes: reply. */
void xy__graphql_serve(xy_service *service, const xy_caller *caller, xy_kept_params *params,
                       xy_reply *reply);

#endif
