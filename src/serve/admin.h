/* SPDX-License-Identifier: MIT */
/* serve/admin.h -- the endpoints for programs that know the secret.
 *
 *   POST path/publish      serve/publish.h
 *   POST path/invalidate   serve/invalidate.h
 *   GET  path/streams      serve/streams.h
 *
 * Without a secret they do not exist. No web page ever holds it, so they know neither CORS nor
 * cookies. */
#ifndef XY_SERVE_ADMIN_H
#define XY_SERVE_ADMIN_H

#include "serve/service.h"

/* Room for what is said to be wrong with a body. */
#define XY_ADMIN_PROBLEM_MAX ((size_t)192)

/* Answer `exchange` if its path is one of these. Returns false, and it is not answered, when it is
 * another, or no secret is set. */
bool xy__admin_serve(xy_service *service, xy_exchange *exchange);

/* 200 with a JSON body. takes: body. */
void xy__admin_respond_bytes(xy_exchange *exchange, xy_bytes *body);

/* 200 with `{"name":value}`; `value` is JSON text. */
void xy__admin_respond(xy_exchange *exchange, const char *name, const char *value);

/* Where in a body something is: `list[2].name`; `name` when the body is no list; `list[2]` when
 * there is no name. Returns `text`. */
#define XY_ADMIN_PLACE_MAX ((size_t)48)
const char *xy__admin_place(char text[XY_ADMIN_PLACE_MAX], const char *list, bool in_list,
                            size_t index, const char *name);

#endif
