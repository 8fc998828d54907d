/* SPDX-License-Identifier: MIT */
#include "execution/source_stream.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "json/write.h"

/* What a source keeps for itself. */
#define SOURCE_BYTES_MAX   ((size_t)16 << 20)
#define SOURCE_BYTES_FIRST 256u

#define BIT(state)         (1u << (state))

static const uint8_t may_go[] = {
    [XY_SOURCE_OPEN] = BIT(XY_SOURCE_ENDED) | BIT(XY_SOURCE_STOPPED),
    [XY_SOURCE_ENDED] = BIT(XY_SOURCE_STOPPED),
    [XY_SOURCE_STOPPED] = 0,
};

static void go(xy_source_stream *stream, xy_source_state to)
{
    XY_ASSERT(may_go[stream->state] & BIT(to));
    stream->state = to;
}

/* ---- the deliverer's side ---- */

static void on_timer(xy_timer *timer)
{
    xy_source_extras *extras = XY_CONTAINER(timer, xy_source_extras, timer);
    xy_loop *loop = extras->stream->env->loop;
    uint64_t due_ms = timer->due_ms + extras->period_ms;
    uint64_t now_ms = xy__loop_now(loop);

    /* Armed first: the function may change the period. A late tick does not put off the next. */
    xy__timer_start(loop, timer, due_ms > now_ms ? due_ms - now_ms : 0);
    extras->on_tick(extras->stream, extras->tick_arg);
}

/* Those of the stream, made when they are first needed. */
static xy_source_extras *extras_of(xy_source_stream *stream)
{
    xy_source_extras *extras = stream->extras;

    if (!extras) {
        extras = xy__zalloc(sizeof *extras);
        extras->stream = stream;
        extras->timer.fn = on_timer;
        xy__arena_init_small(&extras->arena, SOURCE_BYTES_MAX, SOURCE_BYTES_FIRST);
        stream->extras = extras;
    }
    return extras;
}

void xy__source_stream_init(xy_source_stream *stream, const xy_source_env *env)
{
    *stream = (xy_source_stream){.env = env};
}

xy_arena *xy__source_stream_arena(xy_source_stream *stream)
{
    return &extras_of(stream)->arena;
}

void xy__source_stream_ready(xy_source_stream *stream)
{
    xy_source_extras *extras = stream->extras;

    if (stream->state == XY_SOURCE_OPEN && extras && extras->on_ready)
        extras->on_ready(stream, extras->ready_arg);
}

static void stop_timer(xy_source_stream *stream)
{
    if (stream->extras)
        xy__timer_stop(stream->env->loop, &stream->extras->timer);
}

void xy__source_stream_stop(xy_source_stream *stream)
{
    xy_source_extras *extras = stream->extras;

    if (stream->state == XY_SOURCE_STOPPED)
        return;
    go(stream, XY_SOURCE_STOPPED);
    if (!extras)
        return;
    stop_timer(stream);
    if (extras->on_stop)
        extras->on_stop(extras->stop_arg);
    stream->extras = NULL;
    xy__arena_deinit(&extras->arena);
    free(extras);
}

/* ---- the source's side ---- */

void *xy_stream_alloc(xy_source_stream *stream, size_t size)
{
    return xy__arena_zalloc(xy__source_stream_arena(stream), size);
}

int xy_stream_push(xy_source_stream *stream, const xy_value *event)
{
    xy_buf text;

    if (stream->state != XY_SOURCE_OPEN)
        return XY_ECLOSED;
    xy__buf_init(&text, stream->env->event_bytes_max);
    xy__json_write_value(&text, event);
    if (text.err) {
        xy__buf_deinit(&text);
        return XY_ELIMIT;
    }
    return stream->env->ops->push(stream, xy__buf_take(&text));
}

int xy_stream_push_int(xy_source_stream *stream, int64_t event)
{
    xy_value value = xy_value_int(event);

    return xy_stream_push(stream, &value);
}

int xy_stream_push_str(xy_source_stream *stream, xy_str event)
{
    xy_value value = xy_value_string(event);

    return xy_stream_push(stream, &value);
}

void xy_stream_end(xy_source_stream *stream)
{
    if (stream->state != XY_SOURCE_OPEN)
        return;
    go(stream, XY_SOURCE_ENDED);
    stop_timer(stream);
    stream->env->ops->end(stream);
}

void xy_stream_fail(xy_source_stream *stream, const char *code, const char *message)
{
    if (stream->state != XY_SOURCE_OPEN)
        return;
    go(stream, XY_SOURCE_ENDED);
    stop_timer(stream);
    stream->env->ops->fail(stream, code,
                           xy__arena_str(xy__source_stream_arena(stream), xy_str_from(message)));
}

int xy_stream_topic(xy_source_stream *stream, xy_str topic, xy_str id)
{
    xy_buf name;
    int rc;

    if (stream->state != XY_SOURCE_OPEN)
        return XY_ECLOSED;
    if (!id.ptr)
        return stream->env->ops->topic(stream, topic);
    xy__buf_init(&name, SIZE_MAX);
    xy__buf_str(&name, topic);
    xy__buf_char(&name, ':');
    xy__buf_str(&name, id);
    rc = stream->env->ops->topic(stream, xy__buf_view(&name));
    xy__buf_deinit(&name);
    return rc;
}

void xy_stream_every(xy_source_stream *stream, uint64_t period_ms, xy_stream_fn *fn, void *arg)
{
    xy_source_extras *extras;

    if (stream->state != XY_SOURCE_OPEN)
        return;
    extras = extras_of(stream);
    extras->period_ms = period_ms;
    extras->on_tick = fn;
    extras->tick_arg = arg;
    if (period_ms == 0) {
        stop_timer(stream);
    } else {
        xy__timer_start(stream->env->loop, &extras->timer, period_ms);
    }
}

void xy_stream_on_ready(xy_source_stream *stream, xy_stream_fn *fn, void *arg)
{
    xy_source_extras *extras;

    if (stream->state == XY_SOURCE_STOPPED)
        return;
    extras = extras_of(stream);
    extras->on_ready = fn;
    extras->ready_arg = arg;
}

void xy_stream_on_stop(xy_source_stream *stream, xy_on_stop *fn, void *arg)
{
    xy_source_extras *extras;

    if (stream->state == XY_SOURCE_STOPPED)
        return;
    extras = extras_of(stream);
    extras->on_stop = fn;
    extras->stop_arg = arg;
}
