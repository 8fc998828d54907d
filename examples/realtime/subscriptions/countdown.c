/* SPDX-License-Identifier: MIT */
/* A source that is no topic: a timer pushes numbers. The timer and the memory belong to the stream
 * and end with it. */
#include "countdown.h"

#define TICK_MS 500

typedef struct countdown {
    int64_t next; /* wider than the schema's Int: from - interval must not overflow */
    int64_t interval;
} countdown;

static void tick(xy_source_stream *stream, void *arg)
{
    countdown *state = arg;

    if (state->next < 0) {
        xy_stream_end(stream);
        return;
    }
    xy_stream_push_int(stream, state->next);
    state->next -= state->interval;
}

static int Subscription_countdown(xy_call *call, xy_source_stream *stream)
{
    countdown *state = xy_stream_alloc(stream, sizeof *state);

    state->interval = xy_arg_int(call, "interval");
    state->next = xy_arg_int(call, "from") - state->interval;
    xy_stream_every(stream, TICK_MS, tick, state);
    tick(stream, state);
    return XY_OK;
}

int countdown_bind(xy_schema *schema)
{
    return xy_bind_stream(schema, "Subscription.countdown", Subscription_countdown);
}
