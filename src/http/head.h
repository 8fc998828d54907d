/* SPDX-License-Identifier: MIT */
/* http/head.h -- what a request's head means, and what in it is refused though its grammar is
 * right. */
#ifndef XY_HTTP_HEAD_H
#define XY_HTTP_HEAD_H

#include "http/refusal.h"
#include "http/request.h"

/* The head as the parser found it. */
typedef struct xy_head_facts {
    xy_str target;   /* in the request's head */
    bool chunked;    /* the parser will read chunks */
    bool has_length; /* there is a Content-Length… */
    uint64_t length; /* …of this many bytes */
    size_t body_max;
} xy_head_facts;

/* Check request line and headers, and fill in path, query, keep_alive, expects_continue and
 * has_body. `request` has its head, headers, method and minor already. Returns NULL, or why it
 * is refused. RFC 9112 3.2, 6.1, 6.3, 9.3; RFC 9110 7.2, 10.1.1. */
xy_refusal xy__head_check(xy_request *request, const xy_head_facts *facts);

#endif
