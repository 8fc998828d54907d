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

/* May `len` more bytes wait? A reader who keeps up may get a chunk of any size, or what is
 * larger than the budget could never be sent. */
static int admit(const xy_sink *sink, const xy_exchange *exchange, size_t len)
{
    size_t cost = xy__sink_queued(sink);
    size_t mark = sink->high ? sink->high : sink->budget;

    if (!exchange->connection || exchange->stopping)
        return XY_ECLOSED;
    if (sink->budget && cost > mark && cost + len > sink->budget)
        return XY_ELIMIT;
    return XY_OK;
}

/* Something was queued. Above the high mark the kernel is asked at once what it takes: a burst
 * within one turn of the loop must not look like a reader who is behind. */
static int queued(xy_sink *sink, xy_exchange *exchange)
{
    xy_connection *connection = exchange->connection;

    xy__connection_soon(connection);
    if (xy__sink_full(sink) && !connection->writing && xy__output_flush(connection) == XY_ECLOSED)
        return XY_ECLOSED;
    sink->full |= xy__sink_full(sink);
    return sink->full ? XY_EFULL : XY_OK;
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
    int rc = admit(sink, exchange, chunk->len);

    if (rc != XY_OK || !chunk->len) {
        xy_bytes_unref(chunk);
        return rc;
    }
    if (exchange->http10) {
        xy__output_push(exchange->connection, chunk, 0, chunk->len);
    } else {
        put_chunk(exchange->connection, chunk);
    }
    return queued(sink, exchange);
}

int xy__sink_write_frame(xy_sink *sink, xy_bytes *frame)
{
    xy_exchange *exchange = exchange_of(sink);
    size_t from = 0;
    size_t to = frame->len;
    int rc = admit(sink, exchange, frame->len);

    if (rc != XY_OK)
        return rc;
    if (exchange->http10) {
        const char *line_end = memchr(frame->data, '\n', frame->len);

        XY_ASSERT(line_end);
        from = (size_t)(line_end - frame->data) + 1;
        to -= 2;
    }
    xy__output_push(exchange->connection, xy_bytes_ref(frame), from, to);
    return queued(sink, exchange);
}

void xy__sink_listen(xy_sink *sink, xy_sink_events events)
{
    sink->events = events;
}

void xy__sink_limit(xy_sink *sink, size_t high, size_t budget)
{
    XY_ASSERT(!budget || high <= budget);
    sink->high = high;
    sink->budget = budget;
}

void xy__sink_end(xy_sink *sink)
{
    xy_exchange *exchange = exchange_of(sink);
    xy_connection *connection = exchange->connection;

    if (exchange->stopping)
        return;
    if (connection) {
        if (!exchange->http10)
            xy__output_copy(connection, XY_STR("0\r\n\r\n"));
        xy__connection_answered(connection, exchange->keep_alive && !exchange->server->draining);
    }
    xy__exchange_over(exchange);
}

void xy__sink_abort(xy_sink *sink)
{
    xy_exchange *exchange = exchange_of(sink);
    xy_connection *connection = exchange->connection;

    if (exchange->stopping)
        return;
    if (connection) {
        connection->exchange = NULL;
        xy__connection_cut(connection);
    }
    xy__exchange_over(exchange);
}

size_t xy__sink_queued(const xy_sink *sink)
{
    const xy_exchange *exchange =
        (const xy_exchange *)(const void *)((const char *)sink - offsetof(xy_exchange, sink));

    return exchange->connection ? xy__outbox_cost(&exchange->connection->outbox) : 0;
}

bool xy__sink_full(const xy_sink *sink)
{
    return sink->high && xy__sink_queued(sink) > sink->high;
}

void xy__sink_drained(xy_sink *sink)
{
    if (!sink->full || xy__sink_queued(sink) > sink->high / 2)
        return;
    sink->full = false;
    if (sink->events.on_ready)
        sink->events.on_ready(sink, sink->events.arg);
}
