/* SPDX-License-Identifier: MIT */
/* execution/source_stream.h -- the inside of xy_source_stream (xylem/stream.h): what a source
 * owns, and the way to whoever delivers its events.
 *
 *   OPEN --end, fail--> ENDED --stop--> STOPPED        OPEN --stop--> STOPPED
 *
 *   1. Events are pushed in OPEN only; afterwards pushes answer XY_ECLOSED.
 *   2. on_stop is called once, when STOPPED is entered; on_ready never after it.
 *   3. Timer and memory go when STOPPED is entered.
 *
 * The stream is embedded by its deliverer (a subscription, a test), which fills `ops`, calls
 * ready() and stop(), and gets events as JSON text. Loop's thread only. */
#ifndef XY_EXECUTION_SOURCE_STREAM_H
#define XY_EXECUTION_SOURCE_STREAM_H

#include "xylem/stream.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "base/loop.h"

typedef struct xy_source_stream_ops {
    /* An event. takes: event, whatever is returned: as xy_stream_push(). */
    int (*push)(xy_source_stream *stream, xy_bytes *event);
    /* No more events; what was pushed is still to be delivered. Once at most, with fail(). */
    void (*end)(xy_source_stream *stream);
    /* The same, and then an error. `code` is NULL (unexpected: the message may be masked) or
     * static storage; `message` lives as long as the stream. */
    void (*fail)(xy_source_stream *stream, const char *code, xy_str message);
    /* Subscribe to a topic, "name" or "name:id"; valid until the return. */
    int (*topic)(xy_source_stream *stream, xy_str topic);
} xy_source_stream_ops;

typedef enum xy_source_state { XY_SOURCE_OPEN, XY_SOURCE_ENDED, XY_SOURCE_STOPPED } xy_source_state;

/* What all streams of a deliverer have in common. */
typedef struct xy_source_env {
    const xy_source_stream_ops *ops;
    xy_loop *loop;
    size_t event_bytes_max; /* a larger pushed event is refused with XY_ELIMIT */
} xy_source_env;

/* What only some sources have: most just name a topic. */
typedef struct xy_source_extras {
    xy_source_stream *stream;
    xy_arena arena;
    xy_timer timer;
    uint64_t period_ms;
    xy_stream_fn *on_tick;
    void *tick_arg;
    xy_stream_fn *on_ready;
    void *ready_arg;
    xy_on_stop *on_stop;
    void *stop_arg;
} xy_source_extras;

struct xy_source_stream {
    const xy_source_env *env;
    xy_source_extras *extras; /* NULL: nothing so far */
    xy_source_state state;
};

/* An open stream. keeps: env, until the stop. */
void xy__source_stream_init(xy_source_stream *stream, const xy_source_env *env);

/* Memory that lives as long as the stream. */
xy_arena *xy__source_stream_arena(xy_source_stream *stream);

/* The deliverer: there is room again after XY_EFULL. */
void xy__source_stream_ready(xy_source_stream *stream);

/* The deliverer: the stream is over. Calls on_stop, ends the timer, frees the memory; harmless a
 * second time. */
void xy__source_stream_stop(xy_source_stream *stream);

#endif
