/* SPDX-License-Identifier: MIT */
/* serve/stream_format.h -- how a stream of results looks on the wire: what opens it, what stands
 * around each result, what tells that it is alive, what closes it.
 *
 *   events               :⏎⏎   event: next⏎data: …⏎⏎        :⏎⏎   event: complete⏎data:⏎⏎
 *                              (id: …⏎ in front, if it has one)
 *   multipart            ␍⏎---  ␍⏎headers␍⏎␍⏎…␍⏎---              --␍⏎
 *   multipart payloads   ␍⏎---  the same with {"payload":…}  {}   --␍⏎
 *
 * The delimiter of the next part leaves with a part, so that a client can take the part at once. */
#ifndef XY_SERVE_STREAM_FORMAT_H
#define XY_SERVE_STREAM_FORMAT_H

#include "http/exchange.h"
#include "serve/accept.h"

/* No format has more headers. */
#define XY_STREAM_HEADERS_MAX 4u

typedef struct xy_stream_format {
    xy_http_headers headers;
    xy_str opening;
    xy_str heartbeat; /* empty: this format has none */
    xy_str closing;
    /* One result in its frame, by the name `id` (empty: it has none). gives: one reference. */
    xy_bytes *(*frame)(xy_str id, xy_str json);
} xy_stream_format;

/* The format of a media type; NULL for those of single results. Static storage. */
const xy_stream_format *xy__stream_format(xy_media media);

#endif
