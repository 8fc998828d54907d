/* SPDX-License-Identifier: MIT */
/* http/exchange.h -- one request with its response.
 *
 *   handler(exchange) --xy__exchange_respond()--> answered          at once or later
 *                     --xy__exchange_stream()---> a sink (http/sink.h)
 *
 * The handler is called when the request is complete. It answers before it returns, or keeps the
 * exchange and answers later. An exchange is valid until it is answered, until its stream has
 * ended, or until its on_stop has returned, whichever is first. Loop's thread only. */
#ifndef XY_HTTP_EXCHANGE_H
#define XY_HTTP_EXCHANGE_H

#include "xylem/bytes.h"

#include "http/request.h"
#include "http/sink.h"

typedef struct xy_exchange xy_exchange;

/* Must lead to exactly one xy__exchange_respond() or xy__exchange_stream(), unless on_stop was
 * called first. */
typedef void xy_http_handler(xy_exchange *exchange);

typedef void xy_exchange_fn(xy_exchange *exchange, void *arg);

/* A response header. Names are written as they are; control bytes in values become spaces. Never
 * give content-length, transfer-encoding, connection, keep-alive or date: those are the
 * connection's business. */
typedef struct xy_http_header {
    xy_str name;
    xy_str value;
} xy_http_header;

typedef struct xy_http_headers {
    const xy_http_header *items;
    size_t len;
} xy_http_headers;

/* An array as xy_http_headers; none at all. */
#define XY_HTTP_HEADERS(array) ((xy_http_headers){(array), sizeof(array) / sizeof(array)[0]})
#define XY_HTTP_NO_HEADERS     ((xy_http_headers){NULL, 0})

/* Room for the text of a peer's address, IPv6 with scope included. */
#define XY_PEER_MAX ((size_t)64)

/* ---- the request ---- */

/* The request. Its strings live until the handler returns; those of a part that was kept live as
 * long as the exchange. */
const xy_request *xy__exchange_request(const xy_exchange *exchange);

/* Let `parts` (xy_request_part, or-ed) outlive the handler. They are copied: views taken earlier
 * die with the handler, so call it first, and once. Without it an exchange that is not answered
 * when its handler returns keeps both parts, and one that streams keeps none (its request is
 * then empty). */
void xy__exchange_keep(xy_exchange *exchange, unsigned parts);

/* What the server was given for its handler (xy_http_options.arg). */
void *xy__exchange_arg(const xy_exchange *exchange);

/* The client's IP address as text, without the port, written into `text`; empty when it has
 * gone. */
xy_str xy__exchange_peer(const xy_exchange *exchange, char text[XY_PEER_MAX]);

/* Is the server draining? New streams had better be refused. */
bool xy__exchange_draining(const xy_exchange *exchange);

/* ---- while the handler works ---- */

/* `fn` is called at most once, when the client has gone (FIN, RST, deadline of a drain) before
 * it was answered; it must stop the work, and the exchange is over when it returns. Never called
 * from within a call to this interface. A NULL `fn` (the default) means: work goes on, and its
 * answer reaches a client that only closed its sending side, or nobody. keeps: arg, until the
 * exchange is answered or fn was called. */
void xy__exchange_on_stop(xy_exchange *exchange, xy_exchange_fn *fn, void *arg);

/* ---- the response ---- */

/* Answer with a complete response; the exchange is over. `status` is 200…599. Content-Length,
 * Date, Connection and Keep-Alive are added. For HEAD the body is counted but not sent; 204 and
 * 304 have neither body nor Content-Length. */
void xy__exchange_respond(xy_exchange *exchange, int status, xy_http_headers headers, xy_str body);

/* The same, sending `body` without a copy. takes: one reference to body (NULL: empty). */
void xy__exchange_respond_bytes(xy_exchange *exchange, int status, xy_http_headers headers,
                                xy_bytes *body);

/* Answer `{"errors":[{"message":"…"}]}` with content-type application/json; charset=utf-8. The
 * message is escaped. */
void xy__exchange_respond_error(xy_exchange *exchange, int status, xy_str message);

/* Give these headers to the response as well, whichever it will be, now or after the handler has
 * returned. May be called again, for more of them; before the response. */
void xy__exchange_add_headers(xy_exchange *exchange, xy_http_headers headers);

/* Close the connection after this response. */
void xy__exchange_close_after(xy_exchange *exchange);

/* Begin a streaming response: chunked for HTTP/1.1, delimited by the connection's end for 1.0.
 * The head leaves with the first chunk or at the end of this turn of the loop. From now on the
 * sink's callbacks count, the exchange's on_stop is forgotten. A client that has gone already is
 * told by on_stop, as any other. For HEAD the response is over with its head, and on_stop is
 * called as if the client had gone; its next request is served when the sink is over. Returns
 * the sink; end it with xy__sink_end(). */
xy_sink *xy__exchange_stream(xy_exchange *exchange, int status, xy_http_headers headers);

#endif
