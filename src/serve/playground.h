/* SPDX-License-Identifier: MIT */
/* serve/playground.h -- GraphiQL, one page that loads nothing from elsewhere, for the browsers of
 * developers.
 *
 *   the built page (embedded) + path and tabs of the configuration --> the page of this server
 *
 * Made once for all workers of a process. What clients get is made at the first demand and kept:
 * the page as it is, and once for each content coding. */
#ifndef XY_SERVE_PLAYGROUND_H
#define XY_SERVE_PLAYGROUND_H

#include "xylem/server.h"

#include "base/buf.h"
#include "http/exchange.h"

typedef struct xy_playground xy_playground;

/* The playground of `config`; NULL when it is switched off, or was not built into this library,
 * which is then said in the log. keeps: config, until xy__playground_destroy(). gives: the
 * playground. */
xy_playground *xy__playground_create(const xy_server_config *config);

/* takes: playground (NULL is fine). */
void xy__playground_destroy(xy_playground *playground);

/* Does `request` to the endpoint want the page? So does a GET or HEAD that accepts text/html and
 * prefers it to every type of a GraphQL result. False for a NULL playground. */
bool xy__playground_wants(const xy_playground *playground, const xy_request *request);

/* Answer with the page, or with 304 when the client has it. From any thread. */
void xy__playground_serve(xy_playground *playground, xy_exchange *exchange);

/* Does this Accept header name text/html and prefer it to every type of a GraphQL result? */
bool xy__playground_accepted(xy_str accept);

/* What the page is told, `{"path":…,"tabs":[{"query":…,"variables":…}]}`, in such a way that it can
 * stand in a script element. */
void xy__playground_write_config(xy_buf *buf, const xy_server_config *config);

#endif
