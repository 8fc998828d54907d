/* SPDX-License-Identifier: MIT */
/* http/request.h -- what one HTTP request says: method, target, headers, body.
 *
 * A value filled by the parser (http/h1.h). All strings are views, into the bytes just read or into
 * what the parser has gathered; xy__request_keep() makes a copy that owns its bytes. */
#ifndef XY_HTTP_REQUEST_H
#define XY_HTTP_REQUEST_H

#include <stdint.h>

#include "xylem/str.h"

typedef enum xy_http_method {
    XY_HTTP_GET,
    XY_HTTP_HEAD,
    XY_HTTP_POST,
    XY_HTTP_PUT,
    XY_HTTP_DELETE,
    XY_HTTP_OPTIONS,
    XY_HTTP_PATCH,
    XY_HTTP_TRACE,
    XY_HTTP_OTHER, /* known to the parser (PROPFIND, …); `method_name` says which */
} xy_http_method;

/* One header line as offsets from the first byte of the head: half the size of two xy_str, and
 * still right when the head moves. */
typedef struct xy_header_slot {
    uint16_t name_at;
    uint16_t name_len;
    uint16_t value_at;
    uint16_t value_len; /* without white space at its ends */
} xy_header_slot;

typedef struct xy_request {
    xy_str method_name; /* static storage */
    xy_str path;        /* from the first '/', not decoded; "*" for OPTIONS * */
    xy_str query;       /* what follows the first '?', not decoded; null when there is no '?' */
    xy_str body;        /* complete, chunks joined */
    xy_str head;        /* the raw head, request line to empty line */
    const xy_header_slot *headers;
    uint16_t header_count;
    uint8_t method;  /* xy_http_method */
    uint8_t minor;   /* HTTP/1.minor: 0 or 1 */
    bool keep_alive; /* the client wants to send more requests (RFC 9112 9.3) */
    bool expects_continue;
    bool has_body; /* a body is announced, though it may turn out empty */
} xy_request;

typedef enum xy_request_part {
    XY_REQUEST_HEAD = 1, /* method, target, headers */
    XY_REQUEST_BODY = 2,
} xy_request_part;

/* The value of the first header called `name` (in any case); the null string when there is none. */
xy_str xy__request_header(const xy_request *request, xy_str name);

/* Header number `index` (< header_count), in the order of the wire. */
xy_str xy__request_header_name(const xy_request *request, size_t index);
xy_str xy__request_header_value(const xy_request *request, size_t index);

/* A copy of `request` that owns the bytes of its `parts` (xy_request_part, or-ed); the others are
 * still views. gives: the copy, end it with xy__request_destroy(). */
xy_request *xy__request_keep(const xy_request *request, unsigned parts);

/* Make `parts` empty. */
void xy__request_drop(xy_request *request, unsigned parts);

/* takes: what xy__request_keep() gave; NULL is fine. */
void xy__request_destroy(xy_request *request);

/* The head has been copied to `to`: the views into it follow. */
void xy__request_move(xy_request *request, const char *to);

/* Same letters, whatever their case (ASCII)? */
bool xy__header_is(xy_str text, xy_str other);

#endif
