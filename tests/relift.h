/* SPDX-License-Identifier: MIT */
/* tests/relift.h -- a text is executed with the document of another one, for tests that know what
 * comes of it with its own. */
#ifndef XY_TESTS_RELIFT_H
#define XY_TESTS_RELIFT_H

#include "execution/lift.h"

/* A document that is ready for other texts of its shape, made of `text`, valid, with other literals
 * wherever they may be others; *out are those of `text`. gives: one reference; NULL: the text has
 * no shape or is not valid. keeps: text and arena, as long as *out. */
xy_document *relift(const xy_schema *schema, xy_str text, xy_arena *arena, xy_lifted *out);

#endif
