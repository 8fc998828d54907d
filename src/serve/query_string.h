/* SPDX-License-Identifier: MIT */
/* serve/query_string.h -- the pairs of a URL's query string, decoded as browsers encode forms. */
#ifndef XY_SERVE_QUERY_STRING_H
#define XY_SERVE_QUERY_STRING_H

#include "base/arena.h"

/* Take the next `key=value` off the front of *rest, percent-decoded into `arena` ('+' is a space, a
 * '%' without two hex digits stays as it is). Returns false at the end. */
bool xy__query_string_next(xy_arena *arena, xy_str *rest, xy_str *key, xy_str *value);

#endif
