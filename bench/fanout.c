/* SPDX-License-Identifier: MIT */
/* The HTTP layer alone, as the floor program of the load generators speaks it: what src/http adds
 * to one system call for each delivery, without any GraphQL.
 *
 *   GET  /sub/<topic>   an event stream
 *   POST /pub/<topic>   its body becomes one event for every stream of the topic
 *   anything else       a fixed answer
 *
 *   fanout --port N [--high N]    --high: a stream with more than N bytes queued misses events */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "base/map.h"
#include "http/server.h"

#define BODY_LEN  ((size_t)112)
#define FRAME_MAX ((size_t)1 << 20)

typedef struct stream stream;

typedef struct topic {
    stream **streams;
    size_t len;
    size_t cap;
} topic;

struct stream {
    xy_sink *sink;
    topic *topic;
    size_t index;
};

typedef struct fanout {
    xy_loop loop;
    xy_map topics;
    size_t high;
} fanout;

static topic *topic_of(fanout *f, xy_str name)
{
    topic *found = xy__map_get(&f->topics, name);

    if (found)
        return found;
    found = xy__zalloc(sizeof *found);
    xy__map_put(&f->topics, xy_bytes_str(xy_bytes_create(name)), found);
    return found;
}

static void on_stop(xy_sink *sink, void *arg)
{
    stream *gone = arg;
    topic *from = gone->topic;
    stream *last = from->streams[--from->len];

    (void)sink;
    from->streams[gone->index] = last;
    last->index = gone->index;
    free(gone);
}

static void subscribe(fanout *f, xy_exchange *exchange, xy_str name)
{
    static const xy_http_header headers[] = {
        {XY_STR_INIT("content-type"), XY_STR_INIT("text/event-stream")},
        {XY_STR_INIT("cache-control"), XY_STR_INIT("no-cache")},
    };
    static const xy_sink_events events = {.on_stop = on_stop};
    topic *to = topic_of(f, name);
    stream *added = xy__malloc(sizeof *added);

    if (to->len == to->cap) {
        to->cap = to->cap ? to->cap * 2 : 16;
        to->streams = xy__realloc(to->streams, to->cap * sizeof(stream *));
    }
    *added = (stream){xy__exchange_stream(exchange, 200, XY_HTTP_HEADERS(headers)), to, to->len};
    to->streams[to->len++] = added;
    xy__sink_listen(added->sink, &events, added);
    xy__sink_limit(added->sink, f->high, 0);
}

static void publish(fanout *f, xy_exchange *exchange, xy_str name)
{
    const topic *to = topic_of(f, name);
    xy_bytes *frame;
    xy_buf event;

    xy__buf_init(&event, FRAME_MAX);
    xy__buf_printf(&event, "event: next\ndata: %.*s\n\n",
                   XY_PRI(xy__exchange_request(exchange)->body));
    frame = xy__sink_frame(xy__buf_view(&event));
    xy__buf_deinit(&event);
    for (size_t i = 0; i < to->len; i++) {
        if (!xy__sink_full(to->streams[i]->sink))
            xy__sink_write_frame(to->streams[i]->sink, frame);
    }
    xy_bytes_unref(frame);
    xy__exchange_respond(exchange, 202, XY_HTTP_NO_HEADERS, XY_STR_NULL);
}

static void handle(xy_exchange *exchange)
{
    static char body[BODY_LEN];
    fanout *f = xy__exchange_arg(exchange);
    xy_str path = xy__exchange_request(exchange)->path;
    xy_str name = {path.ptr + 5, path.len - 5};

    if (path.len > 5 && memcmp(path.ptr, "/sub/", 5) == 0) {
        subscribe(f, exchange, name);
    } else if (path.len > 5 && memcmp(path.ptr, "/pub/", 5) == 0) {
        publish(f, exchange, name);
    } else {
        memset(body, 'x', sizeof body);
        xy__exchange_respond(exchange, 200, XY_HTTP_NO_HEADERS, (xy_str){body, sizeof body});
    }
}

static size_t number_after(int argc, char **argv, const char *option)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], option) == 0)
            return strtoul(argv[i + 1], NULL, 10);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static fanout f;
    xy_http_options options;
    xy_http_address address = {.port = (uint16_t)number_after(argc, argv, "--port")};
    xy_http_server *server;

    f.high = number_after(argc, argv, "--high");
    xy__map_init(&f.topics, NULL);
    xy__loop_init(&f.loop, XY_CLOCK_REAL);
    xy__http_options_init(&options);
    options.handler = handle;
    options.arg = &f;
    options.connections_max = 20000;
    if (!f.high)
        options.stream_sndbuf = 0;
    server = xy__http_server_create(&f.loop, &options);
    if (xy__http_server_listen(server, &address) != XY_OK)
        return 1;
    printf("listening on http://127.0.0.1:%d/\n", xy__http_server_port(server));
    fflush(stdout);
    xy__loop_run(&f.loop);
    return 0;
}
