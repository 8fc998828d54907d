/* SPDX-License-Identifier: MIT */
/* http/connection.h -- one client's connection: its states, its input, its output. */
#ifndef XY_HTTP_CONNECTION_H
#define XY_HTTP_CONNECTION_H

#include "http/parts.h"

/* Bodies and chunks up to this size are copied behind their head: cheaper than a vector more. */
#define XY_COPY_MAX ((size_t)8 * 1024)

/* A connection of `server` in NEW; start or shed it. takes: fd, a connected socket that does not
 * block. */
xy_connection *xy__connection_open(xy_http_server *server, int fd);

/* Begin to read. */
void xy__connection_start(xy_connection *connection);

/* Answer 503 as far as that goes at once, and close. */
void xy__connection_shed(xy_connection *connection);

/* Move to another state and set its timeout. The only place that writes ->state. */
void xy__connection_go(xy_connection *connection, xy_connection_state to);

/* Close now. An exchange in progress loses its client: its on_stop is called. */
void xy__connection_cut(xy_connection *connection);

/* Answer a request that is not understood, and read no other. */
void xy__connection_refuse(xy_connection *connection, xy_refusal refusal);

/* The poller has something for it. */
void xy__connection_on_events(xy_connection *connection, uint32_t events);

/* Its timeout has come. */
void xy__connection_on_timeout(xy_timeout *timeout);

/* The exchange is over: its response is in the outbox. */
void xy__connection_answered(xy_connection *connection, bool keep_alive);

/* At the end of this turn of the loop: write what there is, and go on. */
void xy__connection_soon(xy_connection *connection);

/* What is done then. A closed connection without an exchange is freed. */
void xy__connection_flush(xy_connection *connection);

/* Tell the poller what is waited for now. */
void xy__connection_watch(xy_connection *connection);

/* ---- input.c ---- */

/* Read from the socket, unless that is done already or enough waits. */
void xy__input_start(xy_connection *connection);

/* There is something to read. */
void xy__input_read(xy_connection *connection);

/* Parse what came while the last request was in progress. */
void xy__input_resume(xy_connection *connection);

/* A stream has begun: see that its client's end is noticed, whatever waits. */
void xy__input_behind_stream(xy_connection *connection);

/* Does anything wait there? */
bool xy__input_waits(const xy_connection *connection);

/* Free parser and read-ahead. */
void xy__input_deinit(xy_connection *connection);

/* ---- output.c ---- */

/* Room for `size` bytes of output, and sending the first `len` of them. */
char *xy__output_room(xy_connection *connection, size_t size);
void xy__output_commit(xy_connection *connection, size_t len);

/* Send a copy; send [from, to) of a chunk (takes: one reference). */
void xy__output_copy(xy_connection *connection, xy_str bytes);
void xy__output_push(xy_connection *connection, xy_bytes *bytes, size_t from, size_t to);

/* Send [from, to) of a frame that others get, too. shares: frame. */
void xy__output_frame(xy_connection *connection, xy_bytes *frame, size_t from, size_t to);

/* The end of a turn: keep no frame for those who might get it, too. */
void xy__output_forget_frame(xy_http_server *server);

/* Give the kernel what it takes. Returns XY_OK when nothing is left, XY_EFULL when the rest
 * follows by itself, XY_ECLOSED when the client has gone. */
int xy__output_flush(xy_connection *connection);

/* Send what these have, by one system call, as far as that is possible and worth it; flush them
 * afterwards. At most XY_RING_MAX. */
void xy__output_batch(xy_http_server *server, xy_connection *const *items, size_t len);

/* Send `response` with a body, as one answer. */
void xy__output_respond(xy_connection *connection, const xy_response *response, xy_str body);

/* Bound what the kernel holds for a reader that stalls (xy_http_options.stream_sndbuf). */
void xy__output_cap(xy_connection *connection);

/* ---- exchange.c ---- */

/* A request is complete: call the handler. */
void xy__exchange_begin(xy_connection *connection, const xy_request *request);

/* Its client has gone: call on_stop, or leave it to its end. */
void xy__exchange_stop(xy_exchange *exchange);

/* Whatever it keeps is given back. A connection that is closed goes with it, but not at once. */
void xy__exchange_over(xy_exchange *exchange);

/* Where its response goes; NULL: its client has gone. */
xy_connection *xy__exchange_client(xy_exchange *exchange);

/* ---- sink.c ---- */

/* Its queue has become shorter. */
void xy__sink_drained(xy_sink *sink);

/* ---- listener.c ---- */

/* Somebody is there. Returns true when there may be more. */
bool xy__listener_accept(xy_http_server *server);

/* Accept who has connected already, and then no more: closing would reset them. */
void xy__listener_drain(xy_http_server *server);

/* Accept no more. */
void xy__listener_close(xy_http_server *server);

/* ---- server.c ---- */

/* See to this connection at the end of this turn. */
void xy__server_mark(xy_http_server *server, xy_connection *connection);

/* A connection has been cut; an exchange is over. */
void xy__server_lost(xy_http_server *server);
void xy__server_exchange_over(xy_http_server *server);

#endif
