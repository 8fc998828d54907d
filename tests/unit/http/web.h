/* SPDX-License-Identifier: MIT */
/* A server with a handler that tests can look into, and clients that are plain sockets.
 *
 *   /echo     answers "METHOD path?query body"
 *   /size?n   answers n times 'x'
 *   /later    is kept in web.later; the test answers it
 *   /watched  the same, with an on_stop that counts web.stops
 *   /stream   is kept as a sink in web.sinks, which counts web.ready and web.stops */
#ifndef XY_TEST_WEB_H
#define XY_TEST_WEB_H

#include "base/buf.h"
#include "http/server.h"

#define WEB_SINKS 300

typedef struct web {
    xy_loop loop;
    xy_http_options options; /* change them between web_init() and web_open() */
    xy_http_server *server;
    xy_exchange *later[WEB_SINKS];
    size_t later_len;
    xy_sink *sinks[WEB_SINKS];
    size_t sinks_len;
    size_t ready;
    size_t stops;
    size_t drained;
    bool closed;
} web;

typedef struct client {
    web *web;
    int fd;
    bool ended; /* the server has closed */
    bool reset;
    xy_buf got;
} client;

void web_init(web *w, xy_clock_kind clock);
void web_open(web *w);

/* Close the server, and prove that nothing is left in the loop. */
void web_close(web *w);

/* Turn the loop until nothing happens any more. */
void web_settle(web *w);

/* Virtual clock: let time pass. */
void web_pass(web *w, uint64_t ms);

/* Count drained. */
void web_on_drained(xy_http_server *server, void *arg);

void client_open(client *c, web *w);

/* Only connect: the server has not seen the client yet. */
void client_connect(client *c, web *w);

void client_close(client *c);

/* A reset instead of a proper end. */
void client_abort(client *c);

/* The client sends no more. */
void client_fin(client *c);

void client_send(client *c, xy_str bytes);

/* Send, turn the loop, and read what came. */
const char *client_ask(client *c, const char *text);

/* Turn the loop and read what came since the last look, as text, dates as "Date: *". */
const char *client_read(client *c);

/* Send and check what comes back. */
#define CLIENT_EXPECT(c, request, response)                                                        \
    assert_string_equal(client_ask((c), (request)), (response))

/* "HTTP/1.1 200 OK…keep-alive" and body, as the echo handler sends it. */
#define OK_HEAD(length)                                                                            \
    "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: " length                       \
    "\r\nDate: *\r\nConnection: keep-alive\r\nKeep-Alive: timeout=72\r\n\r\n"
#define OK_LAST(length)                                                                            \
    "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: " length                       \
    "\r\nDate: *\r\nConnection: close\r\n\r\n"
#define STREAM_HEAD                                                                                \
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nDate: *\r\nConnection: keep-alive\r\n"  \
    "Transfer-Encoding: chunked\r\n\r\n"

/* Answer the kept exchange number `index`. */
void web_answer(web *w, size_t index, const char *body);

/* Answer it with a stream. */
void web_stream(web *w, size_t index);

/* Write a chunk to sink number `index`. */
int web_write(web *w, size_t index, const char *text);

#endif
