/* SPDX-License-Identifier: MIT */
/* serve/kept_params.h -- the parameters of a request with the text they were read from and all
 * that they point to.
 *
 * Refcounted (atomically) and read-only once read: an operation keeps them for its variables, and
 * the document cache for the next request with the same text. */
#ifndef XY_SERVE_KEPT_PARAMS_H
#define XY_SERVE_KEPT_PARAMS_H

#include <stdatomic.h>

#include "serve/params.h"

typedef enum xy_params_origin {
    XY_PARAMS_BODY,         /* of a POST */
    XY_PARAMS_QUERY_STRING, /* of a GET */
} xy_params_origin;

typedef struct xy_kept_params {
    _Atomic uint32_t refs;
    xy_params_origin origin;
    xy_str text; /* the body or query string itself */
    xy_params params;
    uint64_t query_hash; /* xy__hash() of params.query */
    xy_arena arena;
} xy_kept_params;

/* Read parameters from a copy of `text`. gives: *out, one reference, also on failure, when *error
 * points into it. Returns 0, or XY_EINVAL with *error set. */
int xy__kept_params_read(xy_params_origin origin, xy_str text, xy_kept_params **out,
                         xy_params_error *error);

/* One more reference, for another owner. From any thread. Returns `kept`. */
xy_kept_params *xy__kept_params_ref(xy_kept_params *kept);

/* takes: one reference (NULL is fine). From any thread. */
void xy__kept_params_unref(xy_kept_params *kept);

/* What they hold. */
size_t xy__kept_params_bytes(const xy_kept_params *kept);

#endif
