/* SPDX-License-Identifier: MIT */
/* tests/unit/execution/fixture.h -- a schema, an executor and a clock turned by hand, for tests
 * that are a query and what comes of it. */
#ifndef XY_TESTS_UNIT_EXECUTION_FIXTURE_H
#define XY_TESTS_UNIT_EXECUTION_FIXTURE_H

#include "execution/exec.h"

typedef struct fixture {
    xy_arena arena; /* as long as the test */
    xy_loop loop;
    xy_executor executor;
    xy_schema *schema;
} fixture;

/* What an outlet was given. */
typedef struct catcher {
    xy_outlet outlet;
    xy_bytes *result; /* NULL: nothing so far */
    unsigned flags;
    unsigned ended;
} catcher;

typedef struct binding {
    const char *field; /* "Query.a"; NULL ends a list */
    xy_resolver *resolver;
} binding;

/* A schema of `sdl`, nothing bound. */
void fixture_init(fixture *f, const char *sdl);

/* Asserts that no run, promise, timer or reference is left. */
void fixture_deinit(fixture *f);

void fixture_bind(fixture *f, const binding *bindings);

/* JSON text in the fixture's arena. */
const xy_value *fixture_json(fixture *f, const char *text);

/* A valid document. gives: a reference. */
xy_document *fixture_document(fixture *f, const char *query);

/* An operation of a document, prepared with variables (JSON text; NULL: none). gives: a
 * reference. */
xy_operation *fixture_operation(fixture *f, xy_document *document, const char *variables);

/* Both at once. */
xy_operation *fixture_prepare(fixture *f, const char *query, const char *variables);

/* Begin to execute with `root` (JSON text; NULL: none). */
void fixture_start(fixture *f, xy_operation *operation, const char *root, catcher *out);

/* What `out` has got, in the fixture's arena; "" when nothing came. Empties it. */
const char *fixture_take(fixture *f, catcher *out);

/* All at once: execute `query`, let 1000 s pass, return the result. */
const char *fixture_execute(fixture *f, const char *query, const char *variables, const char *root);

#endif
