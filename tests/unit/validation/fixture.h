/* SPDX-License-Identifier: MIT */
/* tests/unit/validation/fixture.h -- a schema as text, a document as text, and what validation
 * says of it, as text again. */
#ifndef XY_TESTS_VALIDATION_FIXTURE_H
#define XY_TESTS_VALIDATION_FIXTURE_H

#include "base/buf.h"
#include "validation/validate.h"

typedef struct fixture {
    xy_arena *arena; /* for all that a test makes */
    xy_schema *schema;
    xy_source source; /* of the document that was parsed last */
} fixture;

/* Aborts when the SDL is no valid schema. */
void fixture_init(fixture *f, const char *sdl);
void fixture_deinit(fixture *f);

/* Aborts when the text is no document. */
const xy_ast_document *fixture_parse(fixture *f, xy_str text);

/* A line for each error: its locations, then its message.
 *
 *     1:3 1:9 There can be only one fragment named "F".
 *
 * `options` may be NULL. */
const char *fixture_errors(fixture *f, const char *text, const xy_validate_options *options);

/* Steps that validating the text takes from the budget; *result (may be NULL): what
 * xy__validate() returned. */
uint32_t fixture_work(fixture *f, xy_str text, const xy_validate_options *options, int *result);

#endif
