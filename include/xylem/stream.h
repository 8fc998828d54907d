/* SPDX-License-Identifier: MIT */
/* xylem/stream.h -- the source stream of a subscription: events that a C function pushes or a
 * topic delivers.
 *
 *   static int Subscription_newMessage(xy_call *call, xy_source_stream *stream)
 *   {
 *       return xy_stream_topic(stream, XY_STR("newMessage"), xy_arg_str(call, "roomId"));
 *   }
 *
 * Spec 6.2.3.1 Source Stream. Each event is the value of the subscription's field, and is
 * executed in a run of its own, one after another. A stream ends by xy_stream_end(), by failure,
 * or when its client goes; what it owns (memory, its timer, its topics) ends with it. Loop's
 * thread only. */
#ifndef XYLEM_STREAM_H
#define XYLEM_STREAM_H

#include "xylem/call.h"

/* The items of the field of `call`, a list, come as they are pushed: `return XY_OK` now. With
 * @stream each item is delivered as it comes, and XY_EFULL says that the client is behind; without
 * it they are collected until the end. A stream that fails makes the list fail, or what is left of
 * it. A list has no topics. gives: a stream to be ended or failed, unless it is stopped before. */
XY_API xy_source_stream *xy_later_list(xy_call *call);

/* Memory that lives as long as the stream, cleared. Never NULL. */
XY_API void *xy_stream_alloc(xy_source_stream *stream, size_t size);

/* Push an event. Returns XY_OK; XY_EFULL when the event was taken but the client is behind: push
 * no more before on_ready; XY_ELIMIT when the queue is over its limit and the event was dropped;
 * XY_ECLOSED after the end, perhaps before on_stop, which comes at the end of the turn then. */
XY_API int xy_stream_push(xy_source_stream *stream, const xy_value *event);
XY_API int xy_stream_push_int(xy_source_stream *stream, int64_t event);
XY_API int xy_stream_push_str(xy_source_stream *stream, xy_str event);

/* Lists only: the next item fails with a message for the client. Returns as xy_stream_push(). */
XY_API int xy_stream_push_error(xy_source_stream *stream, const char *message);

/* No more events: what is queued is delivered, then the subscription completes. */
XY_API void xy_stream_end(xy_source_stream *stream);

/* The source has failed: what is queued is delivered, then one error (masked in production
 * unless `code` is given), then the end. */
XY_API void xy_stream_fail(xy_source_stream *stream, const char *code, const char *message);

/* Deliver every event published on `topic`, or `topic:id` when `id` is not null. May be called
 * several times. */
XY_API int xy_stream_topic(xy_source_stream *stream, xy_str topic, xy_str id);

/* Call `fn` every `period_ms` from now on (0 stops it). One timer a stream. */
typedef void xy_stream_fn(xy_source_stream *stream, void *arg);
XY_API void xy_stream_every(xy_source_stream *stream, uint64_t period_ms, xy_stream_fn *fn,
                            void *arg);

/* Called when the client has caught up after XY_EFULL. */
XY_API void xy_stream_on_ready(xy_source_stream *stream, xy_stream_fn *fn, void *arg);

/* Called once when the stream is over, for whatever reason; the stream may not be used
 * afterwards. */
XY_API void xy_stream_on_stop(xy_source_stream *stream, xy_on_stop *fn, void *arg);

#endif
