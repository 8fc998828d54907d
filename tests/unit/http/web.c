/* SPDX-License-Identifier: MIT */
#include "web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fatal.h"
#include "http/parts.h"

#define QUIET_TURNS 4
#define BUSY_TURNS  500
#define GOT_MAX     ((size_t)64 << 20)

static const xy_http_header text_type[] = {
    {XY_STR_INIT("content-type"), XY_STR_INIT("text/plain")}};
static const xy_http_header event_type[] = {
    {XY_STR_INIT("content-type"), XY_STR_INIT("text/event-stream")}};

/* ---- the handler ---- */

static void on_stop(xy_exchange *exchange, void *arg)
{
    web *w = arg;

    for (size_t i = 0; i < w->later_len; i++) {
        if (w->later[i] == exchange)
            w->later[i] = NULL;
    }
    w->stops++;
}

static void on_sink_stop(xy_sink *sink, void *arg)
{
    web *w = arg;

    for (size_t i = 0; i < w->sinks_len; i++) {
        if (w->sinks[i] == sink)
            w->sinks[i] = NULL;
    }
    w->stops++;
}

static void on_ready(xy_sink *sink, void *arg)
{
    web *w = arg;

    (void)sink;
    w->ready++;
}

static void echo(xy_exchange *exchange, const xy_request *request)
{
    xy_buf buf;

    xy__buf_init(&buf, GOT_MAX);
    xy__buf_printf(&buf, "%.*s %.*s", XY_PRI(request->method_name), XY_PRI(request->path));
    if (request->query.ptr)
        xy__buf_printf(&buf, "?%.*s", XY_PRI(request->query));
    if (request->body.len)
        xy__buf_char(&buf, ' ');
    xy__buf_str(&buf, request->body);
    xy__exchange_respond(exchange, 200, XY_HTTP_HEADERS(text_type), xy__buf_view(&buf));
    xy__buf_deinit(&buf);
}

static void size(xy_exchange *exchange, const xy_request *request)
{
    size_t len = strtoul(request->query.ptr, NULL, 10);
    xy_bytes *body = xy__bytes_alloc(len);

    memset(body->data, 'x', len);
    body->len = len;
    xy__exchange_respond_bytes(exchange, 200, XY_HTTP_HEADERS(text_type), body);
}

static void stream(web *w, xy_exchange *exchange)
{
    static const xy_sink_events events = {on_ready, on_sink_stop};
    xy_sink *sink = xy__exchange_stream(exchange, 200, XY_HTTP_HEADERS(event_type));

    xy__sink_listen(sink, &events, w);
    w->sinks[w->sinks_len++] = sink;
}

void web_stream(web *w, size_t index)
{
    stream(w, w->later[index]);
    w->later[index] = NULL;
}

static void handle(xy_exchange *exchange)
{
    web *w = xy__exchange_arg(exchange);
    const xy_request *request = xy__exchange_request(exchange);

    if (xy_str_is(request->path, "/stream")) {
        stream(w, exchange);
    } else if (xy_str_is(request->path, "/later") || xy_str_is(request->path, "/watched")) {
        if (xy_str_is(request->path, "/watched"))
            xy__exchange_on_stop(exchange, on_stop, w);
        w->later[w->later_len++] = exchange;
    } else if (xy_str_is(request->path, "/size")) {
        size(exchange, request);
    } else {
        echo(exchange, request);
    }
}

void web_answer(web *w, size_t index, const char *body)
{
    xy__exchange_respond(w->later[index], 200, XY_HTTP_HEADERS(text_type), xy_str_from(body));
    w->later[index] = NULL;
}

int web_write(web *w, size_t index, const char *text)
{
    return xy__sink_write(w->sinks[index], xy_bytes_create(xy_str_from(text)));
}

/* ---- the server ---- */

void web_init(web *w, xy_clock_kind clock)
{
    *w = (web){0};
    xy__loop_init(&w->loop, clock);
    xy__http_options_init(&w->options);
    w->options.handler = handle;
    w->options.arg = w;
}

void web_open(web *w)
{
    xy_http_address anywhere = {0};

    w->server = xy__http_server_create(&w->loop, &w->options);
    XY_ASSERT(xy__http_server_listen(w->server, &anywhere) == XY_OK);
}

static void on_closed(xy_http_server *server, void *arg)
{
    web *w = arg;

    (void)server;
    w->closed = true;
}

void web_close(web *w)
{
    xy__http_server_close(w->server, on_closed, w);
    for (int i = 0; !w->closed && i < 1000; i++)
        xy__loop_turn(&w->loop);
    XY_ASSERT(w->closed);
    xy__loop_deinit(&w->loop);
}

void web_on_drained(xy_http_server *server, void *arg)
{
    web *w = arg;

    (void)server;
    w->drained++;
}

/* On loopback a packet is there when send() returns, but for what the kernel defers: so a few
 * turns more, with a moment between. */
void web_settle(web *w)
{
    for (int i = 0; i < QUIET_TURNS; i++) {
        xy__loop_turn(&w->loop);
        usleep(200);
    }
}

void web_pass(web *w, uint64_t ms)
{
    web_settle(w);
    xy__loop_advance(&w->loop, ms);
    web_settle(w);
}

/* ---- clients ---- */

void client_connect(client *c, web *w)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(xy__http_server_port(w->server))};
    int on = 1;

    *c = (client){.web = w};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    XY_ASSERT(connect(c->fd, (const struct sockaddr *)&to, sizeof to) == 0);
    XY_ASSERT(fcntl(c->fd, F_SETFL, O_NONBLOCK) == 0);
    xy__buf_init(&c->got, GOT_MAX);
}

void client_open(client *c, web *w)
{
    client_connect(c, w);
    web_settle(w);
}

void client_close(client *c)
{
    close(c->fd);
    xy__buf_deinit(&c->got);
    web_settle(c->web);
}

void client_abort(client *c)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};

    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    client_close(c);
}

void client_fin(client *c)
{
    shutdown(c->fd, SHUT_WR);
    web_settle(c->web);
}

void client_send(client *c, xy_str bytes)
{
    for (int i = 0; bytes.len && i < 10000; i++) {
        ssize_t sent = send(c->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);

        if (sent > 0)
            bytes = (xy_str){bytes.ptr + sent, bytes.len - (size_t)sent};
        else if (errno != EAGAIN)
            return;
        xy__loop_turn(&c->web->loop);
    }
}

static bool receive(client *c)
{
    char chunk[65536];
    ssize_t len = recv(c->fd, chunk, sizeof chunk, 0);

    if (len > 0)
        xy__buf_append(&c->got, chunk, (size_t)len);
    c->ended |= len == 0;
    c->reset |= len < 0 && errno == ECONNRESET;
    return len > 0;
}

/* "Date: <anything>" to "Date: *". */
static void hide_dates(xy_buf *buf)
{
    static const xy_str name = XY_STR_INIT("\r\nDate: ");
    char *to = buf->ptr;

    for (const char *from = buf->ptr; *from;) {
        if (strncmp(from, name.ptr, name.len) != 0) {
            *to++ = *from++;
            continue;
        }
        memcpy(to, name.ptr, name.len);
        to += name.len;
        *to++ = '*';
        from = strstr(from + name.len, "\r\n");
    }
    *to = '\0';
}

/* Nothing more comes for a while; longer, while there is something on its way. */
static bool quiet(const client *c, int turns)
{
    const xy_http_server *server = c->web->server;
    bool busy =
        server->state_counts[XY_CONNECTION_BODY] > 0 || xy__http_server_stats(server).queued > 0;

    return turns >= (busy ? BUSY_TURNS : QUIET_TURNS);
}

const char *client_read(client *c)
{
    xy__buf_reset(&c->got, GOT_MAX);
    for (int turns = 0; !quiet(c, turns);) {
        xy__loop_turn(&c->web->loop);
        if (receive(c)) {
            turns = 0;
        } else {
            turns++;
            usleep(c->got.len ? 200 : 1000);
        }
    }
    xy__buf_char(&c->got, '\0');
    hide_dates(&c->got);
    return c->got.ptr;
}

const char *client_ask(client *c, const char *text)
{
    client_send(c, xy_str_from(text));
    return client_read(c);
}
