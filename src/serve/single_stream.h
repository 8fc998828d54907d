/* SPDX-License-Identifier: MIT */
/* serve/single_stream.h -- the event stream of a reservation: what its operations queue, in
 * order, as fast as the client reads. */
#ifndef XY_SERVE_SINGLE_STREAM_H
#define XY_SERVE_SINGLE_STREAM_H

#include "serve/single.h"

/* Answer `exchange` with the stream of `token`'s reservation. It ends with its client or a drain,
 * and its reservation with it. Returns 0; XY_ENOTFOUND, XY_EEXIST (it is open), and the exchange is
 * not answered. */
int xy__single_stream_open(xy_single *single, xy_exchange *exchange, xy_str token);

/* For the ring of heartbeats. */
void xy__single_stream_beat(xy_heart *heart);

/* End all streams of the worker. */
void xy__single_streams_end(xy_single *single);

#endif
