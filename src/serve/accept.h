/* SPDX-License-Identifier: MIT */
/* serve/accept.h -- which media type a client gets, and which form of increments: its Accept header
 * against what can be given.
 *
 * RFC 9110 12.5.1: the most specific range that matches a type decides its weight, weight 0
 * excludes it, an absent header accepts everything. Of ranges that are equally specific the one of
 * greater weight decides, of equal weights the one written first. */
#ifndef XY_SERVE_ACCEPT_H
#define XY_SERVE_ACCEPT_H

#include <stdint.h>

#include "xylem/str.h"

#include "serve/form.h"

typedef enum xy_media {
    XY_MEDIA_NONE, /* nothing fits: 406 */
    XY_MEDIA_JSON,
    XY_MEDIA_GRAPHQL_RESPONSE, /* application/graphql-response+json */
    XY_MEDIA_EVENT_STREAM,
    XY_MEDIA_MULTIPART, /* multipart/mixed: a part for each result */
    /* The same with each result as {"payload":…}: Apollo's multipart subscription protocol */
    XY_MEDIA_MULTIPART_PAYLOADS,
    XY_MEDIA_COUNT,
} xy_media;

typedef struct xy_accept {
    uint16_t weight[XY_MEDIA_COUNT]; /* thousandths; 0: not accepted */
    uint16_t place[XY_MEDIA_COUNT];  /* of the range that decided; the first is 0 */
    uint8_t form[XY_MEDIA_COUNT];    /* xy_form_kind that it names; without one: of 2022 */
} xy_accept;

/* Read the value of an Accept header; the null string is an absent one. Never fails: a range that
 * makes no sense is passed over. */
xy_accept xy__accept_parse(xy_str header);

/* The type for a single result: JSON if any JSON fits, else a stream of one result. */
xy_media xy__accept_result(const xy_accept *accept);

/* The type for the results of a live query, or of @defer and @stream. Of equal weights multipart
 * wins, as urql expects. */
xy_media xy__accept_results(const xy_accept *accept);

/* The form of the results of @defer and @stream, for a client that takes them in parts: one that
 * accepts such a type, unless it likes JSON better. Whether it names JSON first says nothing:
 * clients name what they take for all their operations. */
xy_form_kind xy__accept_form(const xy_accept *accept);

/* The type for the results of a subscription: an event stream, or multipart/mixed for a client that
 * names subscriptionSpec=1.0. */
xy_media xy__accept_subscription(const xy_accept *accept);

/* The value of Content-Type. */
xy_str xy__media_type(xy_media media);

#endif
