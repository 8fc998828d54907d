/* SPDX-License-Identifier: MIT */
/* http/sink.h -- a streaming response with back-pressure and a budget of bytes.
 *
 *   queued bytes   0 ........ low ........ high ............ budget
 *   write returns  OK         OK           EFULL (taken)     ELIMIT (refused)
 *   on_ready       <---------- when the queue falls to low after an EFULL
 *
 * What is written in one turn of the loop leaves in one system call at its end. The kernel's
 * share of a stalled reader is capped too (xy_http_options.stream_sndbuf). Loop's thread only. */
#ifndef XY_HTTP_SINK_H
#define XY_HTTP_SINK_H

#include "xylem/bytes.h"
#include "xylem/error.h"

typedef struct xy_sink xy_sink;
typedef void xy_sink_fn(xy_sink *sink, void *arg);

/* What happens to a sink. Neither is ever called from within a call to this interface. */
typedef struct xy_sink_events {
    /* The reader has caught up after XY_EFULL. May be NULL. */
    xy_sink_fn *on_ready;
    /* The client has gone, or the server's drain has reached its deadline: called once, and the
     * sink is over when it returns. NULL: writes return XY_ECLOSED from then on, and the sink
     * stays until xy__sink_end(). */
    xy_sink_fn *on_stop;
} xy_sink_events;

/* Set the callbacks. keeps: events (NULL: none), arg, until on_stop was called or
 * xy__sink_end(). */
void xy__sink_listen(xy_sink *sink, const xy_sink_events *events, void *arg);

/* Other limits than the server's options for this sink, in bytes, 0 for none. `high` <=
 * `budget`. */
void xy__sink_limit(xy_sink *sink, size_t high, size_t budget);

/* Send `chunk` as one HTTP chunk; an empty one is dropped, as it would end the response. takes:
 * one reference to chunk, whatever is returned. Returns XY_OK; XY_EFULL (taken, but the queue is
 * above the high mark: write no more before on_ready); XY_ELIMIT (refused: the queue is above
 * the high mark and would breach the budget; nothing was queued); XY_ECLOSED (the client has
 * gone). A queue below the high mark takes a chunk of any size. */
int xy__sink_write(xy_sink *sink, xy_bytes *chunk);

/* The same for a frame of xy__sink_frame(): nothing is rendered or copied for this client.
 * shares: frame. */
int xy__sink_write_frame(xy_sink *sink, xy_bytes *frame);

/* `payload` (not empty) with HTTP's chunk framing around it, for many sinks of any HTTP version.
 * gives: one reference. */
xy_bytes *xy__sink_frame(xy_str payload);

/* End the response after what is queued; on_stop is not called any more. takes: sink. */
void xy__sink_end(xy_sink *sink);

/* The same, but what the reader has not taken yet is thrown away and the connection is cut.
 * takes: sink. */
void xy__sink_abort(xy_sink *sink);

/* Bytes that wait for the reader in this process, framing and bookkeeping included. */
size_t xy__sink_queued(const xy_sink *sink);

/* Is the queue above the high mark? */
bool xy__sink_full(const xy_sink *sink);

#endif
