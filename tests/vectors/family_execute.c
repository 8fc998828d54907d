/* SPDX-License-Identifier: MIT */
/* Results of queries and mutations: {sdl, root, query, operationName?, variables?, valid,
 * result, async?}. What is not valid is executed all the same, as the reference does here. */
#include "execution.h"

static vector_verdict execute(vector_execution *x)
{
    xy_bytes *result = vector_execute(x, vector_get(x->c->json, "root"));
    vector_verdict verdict =
        vector_expect_response(x->c, vector_get(x->c->json, "result"), xy_bytes_str(result),
                               vector_bool(x->c->json, "async", false));

    xy_bytes_unref(result);
    return verdict;
}

static vector_verdict run_one(vector_case *c)
{
    vector_execution x;
    vector_verdict verdict;

    if (vector_bool(c->json, "empty_selection_set", false))
        return VECTOR_SKIP;
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

const xy_vector_family vector_family_execute = {.name = "execute", .run = run};
