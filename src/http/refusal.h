/* SPDX-License-Identifier: MIT */
/* http/refusal.h -- why a request is refused before any handler sees it: one list for names,
 * statuses and texts.
 *
 * After a refusal the connection is closed: what follows on it cannot be told from a request. */
#ifndef XY_HTTP_REFUSAL_H
#define XY_HTTP_REFUSAL_H

#include "xylem/str.h"

#define XY_REFUSAL_MAP(X)                                                                          \
    X(MALFORMED, 400, "Malformed request")                                                         \
    X(LINE, 400, "Malformed request line")                                                         \
    X(METHOD, 400, "Invalid method")                                                               \
    X(TARGET, 400, "Invalid request target")                                                       \
    X(HEADER, 400, "Invalid header")                                                               \
    X(LINE_END, 400, "Lines must end with CR LF")                                                  \
    X(FOLDED, 400, "Folded header lines are not supported")                                        \
    X(LENGTH, 400, "Invalid Content-Length")                                                       \
    X(CODING, 400, "Invalid Transfer-Encoding")                                                    \
    X(CHUNK, 400, "Malformed chunked body")                                                        \
    X(HOST, 400, "Invalid Host header")                                                            \
    X(NO_HOST, 400, "Missing Host header")                                                         \
    X(TWO_HOSTS, 400, "More than one Host header")                                                 \
    X(HTTP2, 400, "HTTP/2 is not supported on this connection")                                    \
    X(HEAD_TIMEOUT, 408, "The request's header did not come in time")                              \
    X(BODY_TIMEOUT, 408, "The request's body did not come in time")                                \
    X(BODY_SIZE, 413, "Request body is too large")                                                 \
    X(TARGET_SIZE, 414, "Request target is too long")                                              \
    X(EXPECTATION, 417, "Expectation is not supported")                                            \
    X(HEAD_SIZE, 431, "Request header is too large")                                               \
    X(HEADER_COUNT, 431, "Too many request headers")                                               \
    X(CONNECT, 501, "CONNECT is not supported")                                                    \
    X(UNKNOWN_CODING, 501, "Transfer-Encoding is not supported")                                   \
    X(VERSION, 505, "HTTP version is not supported")

typedef enum xy_refusal {
    XY_REFUSAL_NONE,
#define XY_REFUSAL_ENUM(name, status, text) XY_REFUSAL_##name,
    XY_REFUSAL_MAP(XY_REFUSAL_ENUM)
#undef XY_REFUSAL_ENUM
} xy_refusal;

/* The status of the answer, 0 for NONE; and what it says to the client. Static storage. */
int xy__refusal_status(xy_refusal refusal);
xy_str xy__refusal_text(xy_refusal refusal);

#endif
