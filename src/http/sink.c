/* SPDX-License-Identifier: MIT */
/* http/sink.c -- a streaming response: HTTP chunks into the connection's outbox, and what that
 * may cost. */
#include "http/sink.h"

#include "base/fatal.h"
#include "http/connection.h"

/* A chunk's size in hexadecimal and CR LF. */
#define SIZE_LINE_MAX ((size_t)18)
#define FRAMING_MAX   (SIZE_LINE_MAX + 2)

static xy_exchange *exchange_of(xy_sink *sink)
{
    return XY_CONTAINER(sink, xy_exchange, sink);
}

/* RFC 9112 7.1 */
static size_t size_line(char out[SIZE_LINE_MAX], size_t size)
{
    char digits[SIZE_LINE_MAX];
    size_t len = 0;
    size_t at = 0;

    do {
        digits[len++] = "0123456789abcdef"[size & 15];
        size >>= 4;
    } while (size);
    while (len)
        out[at++] = digits[--len];
    out[at++] = '\r';
    out[at++] = '\n';
    return at;
}

/* A whole chunk; returns its length, at most FRAMING_MAX more than the payload's. */
static size_t frame_into(char *out, xy_str payload)
{
    size_t len = size_line(out, payload.len);

    memcpy(out + len, payload.ptr, payload.len);
    len += payload.len;
    out[len++] = '\r';
    out[len++] = '\n';
    return len;
}

xy_bytes *xy__sink_frame(xy_str payload)
{
    xy_bytes *frame = xy__bytes_alloc(FRAMING_MAX + payload.len);

    XY_ASSERT(payload.len);
    frame->len = frame_into(frame->data, payload);
    return frame;
}

static const xy_exchange *const_exchange_of(const xy_sink *sink)
{
    return (const xy_exchange *)(const void *)((const char *)sink - offsetof(xy_exchange, sink));
}

static const xy_connection *const_connection_of(const xy_sink *sink)
{
    const char *at = (const char *)const_exchange_of(sink) - offsetof(xy_connection, exchange);

    return (const xy_connection *)(const void *)at;
}

/* May `len` more bytes wait? A reader who keeps up may get a chunk of any size, or what is
 * larger than the budget could never be sent. */
static int admit(xy_sink *sink, size_t len)
{
    size_t cost = xy__sink_queued(sink);
    size_t mark = sink->high ? sink->high : sink->budget;

    if (!xy__exchange_client(exchange_of(sink)) || exchange_of(sink)->stopping)
        return XY_ECLOSED;
    if (sink->budget && cost > mark && cost + len > sink->budget)
        return XY_ELIMIT;
    return XY_OK;
}

/* Something was queued. Above the high mark the kernel is asked at once what it takes: a burst
 * within one turn of the loop must not look like a reader who is behind. */
static int queued(xy_sink *sink)
{
    xy_exchange *exchange = exchange_of(sink);
    xy_connection *connection = xy__connection_of(exchange);

    xy__connection_soon(connection);
    if (!xy__sink_full(sink))
        return exchange->full ? XY_EFULL : XY_OK;
    if (!connection->blocked && xy__output_flush(connection) == XY_ECLOSED)
        return XY_ECLOSED;
    exchange->full |= xy__sink_full(sink);
    return exchange->full ? XY_EFULL : XY_OK;
}

static void put_chunk(xy_connection *connection, xy_bytes *chunk)
{
    char *room;

    if (chunk->len > XY_COPY_MAX) {
        char line[SIZE_LINE_MAX];

        xy__output_copy(connection, (xy_str){line, size_line(line, chunk->len)});
        xy__output_push(connection, chunk, 0, chunk->len);
        xy__output_copy(connection, XY_STR("\r\n"));
        return;
    }
    room = xy__output_room(connection, FRAMING_MAX + chunk->len);
    xy__output_commit(connection, frame_into(room, xy_bytes_str(chunk)));
    xy_bytes_unref(chunk);
}

int xy__sink_write(xy_sink *sink, xy_bytes *chunk)
{
    xy_exchange *exchange = exchange_of(sink);
    int rc = admit(sink, chunk->len);

    if (rc != XY_OK || !chunk->len) {
        xy_bytes_unref(chunk);
        return rc;
    }
    if (exchange->http10) {
        xy__output_push(xy__connection_of(exchange), chunk, 0, chunk->len);
    } else {
        put_chunk(xy__connection_of(exchange), chunk);
    }
    return queued(sink);
}

int xy__sink_write_frame(xy_sink *sink, xy_bytes *frame)
{
    xy_exchange *exchange = exchange_of(sink);
    size_t from = 0;
    size_t to = frame->len;
    int rc = admit(sink, frame->len);

    if (rc != XY_OK)
        return rc;
    if (exchange->http10) {
        const char *line_end = memchr(frame->data, '\n', frame->len);

        XY_ASSERT(line_end);
        from = (size_t)(line_end - frame->data) + 1;
        to -= 2;
    }
    xy__output_frame(xy__connection_of(exchange), frame, from, to);
    return queued(sink);
}

void xy__sink_listen(xy_sink *sink, const xy_sink_events *events, void *arg)
{
    sink->events = events;
    sink->arg = arg;
}

static uint32_t clamp(size_t size)
{
    return size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
}

void xy__sink_limit(xy_sink *sink, size_t high, size_t budget)
{
    XY_ASSERT(!budget || high <= budget);
    sink->high = clamp(high);
    sink->budget = clamp(budget);
}

void xy__sink_end(xy_sink *sink)
{
    xy_exchange *exchange = exchange_of(sink);
    xy_connection *client = xy__exchange_client(exchange);
    bool keep_alive = exchange->keep_alive && !xy__exchange_draining(exchange);

    if (exchange->stopping)
        return;
    if (client && !exchange->http10)
        xy__output_copy(client, XY_STR("0\r\n\r\n"));
    xy__exchange_over(exchange);
    if (client)
        xy__connection_answered(client, keep_alive);
}

void xy__sink_abort(xy_sink *sink)
{
    xy_exchange *exchange = exchange_of(sink);
    xy_connection *client = xy__exchange_client(exchange);

    if (exchange->stopping)
        return;
    xy__exchange_over(exchange);
    if (client)
        xy__connection_cut(client);
}

size_t xy__sink_queued(const xy_sink *sink)
{
    if (const_exchange_of(sink)->unread)
        return 0;
    return xy__outbox_cost(&const_connection_of(sink)->outbox);
}

bool xy__sink_full(const xy_sink *sink)
{
    return sink->high && xy__sink_queued(sink) > sink->high;
}

void xy__sink_drained(xy_sink *sink)
{
    xy_exchange *exchange = exchange_of(sink);

    if (!exchange->full || xy__sink_queued(sink) > sink->high / 2)
        return;
    exchange->full = false;
    if (sink->events && sink->events->on_ready)
        sink->events->on_ready(sink, sink->arg);
}
