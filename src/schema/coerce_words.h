/* SPDX-License-Identifier: MIT */
/* schema/coerce_words.h -- what JSON values and literals are refused with alike. */
#ifndef XY_SCHEMA_COERCE_WORDS_H
#define XY_SCHEMA_COERCE_WORDS_H

#include "base/buf.h"
#include "schema/types.h"

/* `Expected value of type "T" not to include unknown field "f", found: `, with suggestions unless
 * hidden; the value follows. */
void xy__words_unknown_field(xy_buf *buf, const xy_type *type, xy_str name, bool hide_suggestions);

/* `Expected value of type "T" to include required field "f", found: `; the value follows. */
void xy__words_required_field(xy_buf *buf, const xy_type *type, xy_str name);

/* `Within OneOf Input Object type "T", exactly one field must be …` */
void xy__words_one_of(xy_buf *buf, const xy_type *type);

/* `Expected value of non-null type "T" not to be null.`; `arena` is for the name. */
void xy__words_null(xy_buf *buf, xy_arena *arena, const xy_type *type);

/* No value of the enum: `shown` is a name that it has not, or with `not_a` ("non-enum") something
 * else, as text. */
void xy__words_enum(xy_buf *buf, const xy_type *type, const char *not_a, xy_str shown,
                    bool hide_suggestions);

/* A hook of the scalar failed with `rc`: `problem`, or where that is null a text which ends with
 * `shown`. */
void xy__words_hook(xy_buf *buf, const xy_type *type, int rc, xy_str problem, xy_str shown);

#endif
