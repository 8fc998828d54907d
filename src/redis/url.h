/* SPDX-License-Identifier: MIT */
/* redis/url.h -- where a Redis server is and who we are there, from one line of text.
 *
 *   redis://[[user]:password@]host[:port][/database][?db=N]
 *   unix://[[user]:password@]/path/to/socket[?db=N]
 *   rediss://…   the same with TLS, which the installed hiredis cannot do: an error that says so
 *
 * User, password and path may be percent-encoded; a host may be an IPv6 address in brackets. */
#ifndef XY_REDIS_URL_H
#define XY_REDIS_URL_H

#include <stdint.h>

#include "xylem/error.h"
#include "xylem/str.h"

#define XY_REDIS_PORT 6379u

/* Each string is NUL-terminated and the URL's own; NULL: there is none. */
typedef struct xy_redis_url {
    char *host;
    char *path; /* of a Unix socket; then host is NULL */
    char *user;
    char *password;
    uint32_t database;
    uint16_t port;
} xy_redis_url;

/* Read `text`. Returns XY_OK; XY_EINVAL, when `why` (of `size` bytes) is what to tell the user:
 * what is wrong, where, and what to write instead, without any password. gives: *out, to be freed
 * with xy__redis_url_deinit(). */
int xy__redis_url_parse(xy_str text, xy_redis_url *out, char *why, size_t size);

void xy__redis_url_deinit(xy_redis_url *url);

/* "redis://host:port/database", without user and password: for logs. */
void xy__redis_url_show(const xy_redis_url *url, char *out, size_t size);

#endif
