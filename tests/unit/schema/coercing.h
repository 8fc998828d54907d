/* SPDX-License-Identifier: MIT */
/* tests/unit/schema/coercing.h -- a schema to coerce against, and results as text, so that a test
 * is a table of texts. */
#ifndef XY_TESTS_COERCING_H
#define XY_TESTS_COERCING_H

#include "base/errors.h"
#include "language/ast.h"
#include "schema/types.h"

typedef struct coercing {
    xy_arena arena;
    xy_schema *schema;
    xy_errors errors; /* of the coercion under test; made empty by coercing_begin() */
} coercing;

/* Fails the test when the SDL is not valid. */
void coercing_init(coercing *c, const char *sdl);
void coercing_deinit(coercing *c);

/* Forget the errors of before. */
xy_errors *coercing_begin(coercing *c);

/* Texts to what is coerced; each fails the test when it does not parse. */
const xy_type *coercing_type(coercing *c, const char *ref);
const xy_value *coercing_json(coercing *c, const char *json);
xy_ast_value *coercing_literal(coercing *c, const char *literal);
const xy_ast_operation *coercing_operation(coercing *c, const char *document);

/* `result` as JSON where `rc` is 0; else a line for each error, "at .a[0]: message" with the path
 * where there is one and "(line:column)" at the end where there is a location. */
const char *coercing_text(coercing *c, int rc, const xy_value *result);

#endif
