/* SPDX-License-Identifier: MIT */
/* serve/params.h -- a GraphQL request out of an HTTP request: the JSON body of a POST, the query
 * string of a GET. (GraphQL over HTTP, "Request Parameters".) */
#ifndef XY_SERVE_PARAMS_H
#define XY_SERVE_PARAMS_H

#include "xylem/value.h"

#include "base/arena.h"
#include "serve/document_id.h"

/* A request has a query, or a document's id, or both. */
typedef struct xy_params {
    xy_str query;               /* empty when absent */
    xy_document_id document_id; /* documentId, else that of extensions.persistedQuery */
    xy_str operation_name;      /* null when absent */
    const xy_value *variables;  /* an OBJECT; NULL when absent or null */
    const xy_value *extensions; /* likewise */
} xy_params;

typedef struct xy_params_error {
    xy_str message;
    /* The request is well-formed but holds neither query nor id: a JSON client gets status 200 with
     * this error, as for a syntax error. All others are 400 for every media type. */
    bool no_query;
} xy_params_error;

/* Read the body of a POST. Strings point into `body`: keeps: body, as long as the result. `arena`
 * holds what is unescaped. Returns 0, or XY_EINVAL with *error set. */
int xy__params_read_body(xy_arena *arena, xy_str body, xy_params *out, xy_params_error *error);

/* The same from a query string, without its '?'. Empty parameters count as absent. */
int xy__params_read_query(xy_arena *arena, xy_str query, xy_params *out, xy_params_error *error);

#endif
