/* SPDX-License-Identifier: MIT */
/* tests/vectors/execution.h -- what the families have in common that execute: a schema and an
 * operation of a case, resolvers that read JSON with markers, a clock turned by hand. */
#ifndef XY_TESTS_EXECUTION_H
#define XY_TESTS_EXECUTION_H

#include "execution/exec.h"
#include "vectors.h"

/* A case that executes. */
typedef struct vector_execution {
    vector_case *c;
    xy_loop loop;
    xy_executor executor;
    xy_schema *schema;
    xy_operation *operation; /* NULL: the document was refused */
    xy_errors errors;        /* then: why */
} vector_execution;

/* The schema of `sdl`, with the resolver that knows the markers as its default, and the operation
 * of the case's query, prepared for `delivery` with its variables. Validated only when the case
 * says it is valid. Returns the code of what refused it, with the errors in x->errors, or 0. */
int vector_execution_begin(vector_execution *x, vector_case *c, xy_delivery delivery);

/* Asserts that nothing is left of it. */
void vector_execution_end(vector_execution *x);

/* Execute the query or mutation with `root` (may be NULL), letting all its delays pass. gives: the
 * result. */
xy_bytes *vector_execute(vector_execution *x, const xy_value *root);

/* Answer `call` with `value`, a marker or not. */
void vector_answer(xy_call *call, const xy_value *value);

/* The verdict of `run` on a case; when it passes, that of running it with the document of a text
 * that has other literals. */
vector_verdict vector_run_both(vector_case *c, vector_verdict (*run)(vector_case *c));

/* Compare a response (`data` and `errors`) with an expected one; `is_async`: other errors are
 * fine where the expected data is null. */
vector_verdict vector_expect_response(vector_case *c, const xy_value *expected, xy_str got,
                                      bool is_async);

/* The response to a request that was refused. */
vector_verdict vector_expect_refusal(vector_case *c, const xy_value *expected,
                                     const xy_errors *errors);

#endif
