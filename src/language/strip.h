/* SPDX-License-Identifier: MIT */
/* language/strip.h -- a source text without what means nothing: white space, line ends, commas,
 * comments. graphql-js' stripIgnoredCharacters(). */
#ifndef XY_LANGUAGE_STRIP_H
#define XY_LANGUAGE_STRIP_H

#include "xylem/error.h"

#include "base/buf.h"
#include "language/source.h"

/* Append the shortest text with the same tokens to `out`. `arena` serves as scratch space.
 * Returns 0; XY_ESYNTAX with one error where a token is wrong (what was appended until then is
 * still there). */
int xy__strip_ignored(xy_arena *arena, const xy_source *source, xy_buf *out, xy_errors *errors);

#endif
