/* SPDX-License-Identifier: MIT */
/* http/response.h -- the head of a response as bytes, and the small JSON body of an error. */
#ifndef XY_HTTP_RESPONSE_H
#define XY_HTTP_RESPONSE_H

#include <time.h>

#include "http/exchange.h"

/* How a client knows where the body ends (RFC 9112 6). */
typedef enum xy_framing {
    XY_FRAMING_NONE,    /* no body, no length: 204, 304 */
    XY_FRAMING_LENGTH,  /* Content-Length */
    XY_FRAMING_CHUNKED, /* Transfer-Encoding: chunked */
    XY_FRAMING_CLOSE,   /* the end of the connection */
} xy_framing;

/* The current "Date: …" line, rendered once a second. All zero at first. */
typedef struct xy_date {
    time_t second;
    char line[40];
} xy_date;

typedef struct xy_response {
    int status;
    xy_http_headers headers;
    xy_str more_headers; /* of xy__headers_write() */
    xy_framing framing;
    size_t length;   /* FRAMING_LENGTH */
    bool keep_alive; /* else "Connection: close" */
    uint64_t idle_s; /* for "Keep-Alive: timeout="; 0: not told */
} xy_response;

/* Header lines as bytes: how many these are, and writing them; returns the end. */
size_t xy__headers_size(xy_http_headers headers);
char *xy__headers_write(xy_http_headers headers, char *at);

/* No head of this response is longer. */
size_t xy__response_max(const xy_response *response);

/* Write status line, headers, Date, Connection and the empty line; returns the end. `at` has
 * room for xy__response_max(). */
char *xy__response_write(const xy_response *response, xy_date *date, char *at);

/* "Date: Mon, 23 Nov 2026 16:40:35 GMT" and CR LF, for this moment of the system's clock. RFC
 * 9110 5.6.7 */
xy_str xy__date_line(xy_date *date);

/* The same for `second`. */
void xy__date_render(xy_date *date, time_t second);

/* `{"errors":[{"message":"…"}]}`. gives: one reference. */
xy_bytes *xy__response_error_body(xy_str message);

/* "Not Found"; empty for a status that has no name. Static storage. RFC 9110 15 */
xy_str xy__status_reason(int status);

#endif
