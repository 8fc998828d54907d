/* SPDX-License-Identifier: MIT */
/* language/source.h -- a GraphQL source text and where its bytes are, counted in lines and
 * UTF-16 columns. */
#ifndef XY_LANGUAGE_SOURCE_H
#define XY_LANGUAGE_SOURCE_H

#include "base/errors.h"

typedef struct xy_source {
    xy_str text; /* valid UTF-8; borrowed, must outlive every AST made of it */
    xy_str name; /* of the file, for messages; null for a request's document */
} xy_source;

/* Line and column of the byte at `offset`. LF, CRLF and CR end a line; a character beyond U+FFFF
 * is two columns. O(offset). */
xy_location xy__source_location(const xy_source *source, uint32_t offset);

#endif
