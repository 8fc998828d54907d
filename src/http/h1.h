/* SPDX-License-Identifier: MIT */
/* http/h1.h -- HTTP/1 requests out of bytes: bytes in, events out, no I/O.
 *
 *   HEAD event: the head is complete (its limits and its meaning have been checked), a body may
 *   follow.  DONE: the request is complete.  REFUSED: nothing after it may be read.
 *
 * What comes out does not depend on how the bytes were split. The grammar is llhttp's in strict
 * mode; what that lets pass is checked here and in http/head.h (RFC 9112). */
#ifndef XY_HTTP_H1_H
#define XY_HTTP_H1_H

#include "http/refusal.h"
#include "http/request.h"

/* Largest head_max: offsets into a head have 16 bits. */
#define XY_HEAD_MAX ((uint32_t)65535)

typedef struct xy_h1 xy_h1;

typedef enum xy_h1_event {
    XY_H1_MORE,    /* all input is used, and not referred to any more; feed what comes next */
    XY_H1_HEAD,    /* feed the rest of the input, even if it is empty */
    XY_H1_DONE,    /* what is left of the input belongs to the next request */
    XY_H1_REFUSED, /* see xy__h1_refusal() */
} xy_h1_event;

/* Bytes of the head (also of the trailers), header lines, bytes of the body. */
typedef struct xy_h1_limits {
    uint32_t head_max;
    uint32_t headers_max;
    size_t body_max;
} xy_h1_limits;

/* A parser for one request after the other. keeps: limits, until its end. gives: the parser. */
xy_h1 *xy__h1_create(const xy_h1_limits *limits);

/* takes: h1; NULL is fine. */
void xy__h1_destroy(xy_h1 *h1);

/* Forget the request; the next byte begins another. Up to `keep` bytes of each buffer stay for
 * it. */
void xy__h1_reset(xy_h1 *h1, size_t keep);

/* Parse from the front of `in`; *used tells how many bytes were. Call it until it returns MORE;
 * after DONE or REFUSED reset first. keeps: the bytes of in, until the next call for this parser,
 * unless it returns MORE. */
xy_h1_event xy__h1_feed(xy_h1 *h1, xy_str in, size_t *used);

/* The request: method, target and headers after HEAD, the body after DONE. Valid until the
 * reset, its views until the input goes. */
const xy_request *xy__h1_request(const xy_h1 *h1);

/* Why it was refused, after REFUSED. */
xy_refusal xy__h1_refusal(const xy_h1 *h1);

/* Has it read more than empty lines? A client that sends no more than those has not begun a
 * request. */
bool xy__h1_begun(const xy_h1 *h1);

/* How many bytes at the front of `in` are empty lines before a request (RFC 9112 2.2). A parser
 * passes over them, too; but for those that come whole none is needed. */
size_t xy__h1_blank(xy_str in);

#endif
