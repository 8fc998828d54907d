/* SPDX-License-Identifier: MIT */
/* serve/accept.h -- which media type a client gets: its Accept header against what can be given.
 *
 * RFC 9110 12.5.1: the most specific range that matches a type decides its weight, weight 0
 * excludes it, an absent header accepts everything. Of equal weights the range written first
 * wins. */
#ifndef XY_SERVE_ACCEPT_H
#define XY_SERVE_ACCEPT_H

#include <stdint.h>

#include "xylem/str.h"

typedef enum xy_media {
    XY_MEDIA_NONE, /* nothing fits: 406 */
    XY_MEDIA_JSON,
    XY_MEDIA_GRAPHQL_RESPONSE, /* application/graphql-response+json */
    XY_MEDIA_EVENT_STREAM,
    XY_MEDIA_COUNT,
} xy_media;

typedef struct xy_accept {
    uint16_t weight[XY_MEDIA_COUNT]; /* thousandths; 0: not accepted */
    uint16_t place[XY_MEDIA_COUNT];  /* of the range that decided; the first is 0 */
} xy_accept;

/* Read the value of an Accept header; the null string is an absent one. Never fails: a range that
 * makes no sense is passed over. */
xy_accept xy__accept_parse(xy_str header);

/* The type for a single result: JSON if any JSON fits, else an event stream of one result. */
xy_media xy__accept_result(const xy_accept *accept);

/* The type for a stream of results. */
xy_media xy__accept_stream(const xy_accept *accept);

/* The value of Content-Type. */
xy_str xy__media_type(xy_media media);

#endif
