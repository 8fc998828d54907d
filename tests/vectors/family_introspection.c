/* SPDX-License-Identifier: MIT */
/* Introspection: {sdl, query, variables?, result}, compared strictly. */
#include "execution.h"

static vector_verdict execute(vector_execution *x)
{
    xy_bytes *result = vector_execute(x, NULL);
    vector_verdict verdict =
        vector_expect_response(x->c, vector_get(x->c->json, "result"), xy_bytes_str(result), false);

    xy_bytes_unref(result);
    return verdict;
}

static vector_verdict run_one(vector_case *c)
{
    vector_execution x;
    vector_verdict verdict;

    if (vector_execution_begin(&x, c, XY_DELIVER_WHOLE) < 0) {
        verdict = vector_expect_refusal(c, vector_get(c->json, "result"), &x.errors);
    } else {
        verdict = execute(&x);
    }
    vector_execution_end(&x);
    return verdict;
}

static vector_verdict run(vector_case *c)
{
    return vector_run_both(c, run_one);
}

const xy_vector_family vector_family_introspection = {.name = "introspection", .run = run};
