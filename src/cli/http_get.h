/* SPDX-License-Identifier: MIT */
/* cli/http_get.h -- one GET after the other to a server, with a secret. */
#ifndef XY_CLI_HTTP_GET_H
#define XY_CLI_HTTP_GET_H

#include "base/buf.h"

/* A larger answer is a failure; and so is one that takes longer. */
#define XY_HTTP_GET_BYTES_MAX ((size_t)64 << 20)
#define XY_HTTP_GET_MS_MAX    10000L

/* Room for what went wrong. */
#define XY_HTTP_GET_PROBLEM_MAX ((size_t)256)

typedef struct xy_http_get xy_http_get;

/* Should the request be given up? Asked now and then while it lasts. */
typedef bool xy_http_get_stop(void *arg);

/* Requests for `url`, http or https, with `Authorization: Bearer` and `secret`. `stop` may be NULL.
 * keeps: arg, until xy__http_get_destroy(). gives: them; NULL when there is no memory. */
xy_http_get *xy__http_get_create(const char *url, const char *secret, xy_http_get_stop *stop,
                                 void *arg);

/* takes: get (NULL is fine). */
void xy__http_get_destroy(xy_http_get *get);

/* Ask, and wait for the answer; its body is in `body`, which is emptied first. Returns the status,
 * or -1 with `problem`. */
int xy__http_get_ask(xy_http_get *get, xy_buf *body, char problem[XY_HTTP_GET_PROBLEM_MAX]);

#endif
