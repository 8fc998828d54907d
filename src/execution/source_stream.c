/* SPDX-License-Identifier: MIT */
#include "execution/source_stream.h"

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
    xy_source_stream *stream = XY_CONTAINER(timer, xy_source_stream, timer);
    uint64_t due_ms = timer->due_ms + stream->period_ms;
    uint64_t now_ms = xy__loop_now(stream->loop);

    /* Armed first: the function may change the period. A late tick does not put off the next. */
    xy__timer_start(stream->loop, timer, due_ms > now_ms ? due_ms - now_ms : 0);
    stream->on_tick(stream, stream->tick_arg);
}

void xy__source_stream_init(xy_source_stream *stream, xy_loop *loop,
                            const xy_source_stream_ops *ops, size_t event_bytes_max)
{
    *stream = (xy_source_stream){
        .ops = ops,
        .loop = loop,
        .event_bytes_max = event_bytes_max,
        .timer = {.fn = on_timer},
    };
    xy__arena_init_small(&stream->arena, SOURCE_BYTES_MAX, SOURCE_BYTES_FIRST);
}

void xy__source_stream_ready(xy_source_stream *stream)
{
    if (stream->state == XY_SOURCE_OPEN && stream->on_ready)
        stream->on_ready(stream, stream->ready_arg);
}

void xy__source_stream_stop(xy_source_stream *stream)
{
    if (stream->state == XY_SOURCE_STOPPED)
        return;
    go(stream, XY_SOURCE_STOPPED);
    xy__timer_stop(stream->loop, &stream->timer);
    if (stream->on_stop)
        stream->on_stop(stream->stop_arg);
    xy__arena_deinit(&stream->arena);
}

/* ---- the source's side ---- */

void *xy_stream_alloc(xy_source_stream *stream, size_t size)
{
    return xy__arena_zalloc(&stream->arena, size);
}

int xy_stream_push(xy_source_stream *stream, const xy_value *event)
{
    xy_buf text;

    if (stream->state != XY_SOURCE_OPEN)
        return XY_ECLOSED;
    xy__buf_init(&text, stream->event_bytes_max);
    xy__json_write_value(&text, event);
    if (text.err) {
        xy__buf_deinit(&text);
        return XY_ELIMIT;
    }
    return stream->ops->push(stream, xy__buf_take(&text));
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
    xy__timer_stop(stream->loop, &stream->timer);
    stream->ops->end(stream);
}

void xy_stream_fail(xy_source_stream *stream, const char *code, const char *message)
{
    if (stream->state != XY_SOURCE_OPEN)
        return;
    go(stream, XY_SOURCE_ENDED);
    xy__timer_stop(stream->loop, &stream->timer);
    stream->ops->fail(stream, code, xy__arena_str(&stream->arena, xy_str_from(message)));
}

int xy_stream_topic(xy_source_stream *stream, xy_str topic, xy_str id)
{
    xy_buf name;
    int rc;

    if (stream->state != XY_SOURCE_OPEN)
        return XY_ECLOSED;
    if (!id.ptr)
        return stream->ops->topic(stream, topic);
    xy__buf_init(&name, SIZE_MAX);
    xy__buf_str(&name, topic);
    xy__buf_char(&name, ':');
    xy__buf_str(&name, id);
    rc = stream->ops->topic(stream, xy__buf_view(&name));
    xy__buf_deinit(&name);
    return rc;
}

void xy_stream_every(xy_source_stream *stream, uint64_t period_ms, xy_stream_fn *fn, void *arg)
{
    if (stream->state != XY_SOURCE_OPEN)
        return;
    stream->period_ms = period_ms;
    stream->on_tick = fn;
    stream->tick_arg = arg;
    if (period_ms == 0) {
        xy__timer_stop(stream->loop, &stream->timer);
    } else {
        xy__timer_start(stream->loop, &stream->timer, period_ms);
    }
}

void xy_stream_on_ready(xy_source_stream *stream, xy_stream_fn *fn, void *arg)
{
    stream->on_ready = fn;
    stream->ready_arg = arg;
}

void xy_stream_on_stop(xy_source_stream *stream, xy_on_stop *fn, void *arg)
{
    stream->on_stop = fn;
    stream->stop_arg = arg;
}
