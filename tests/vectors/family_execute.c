/* SPDX-License-Identifier: MIT */
/* Results of queries and mutations: {sdl, root, query, operationName?, variables?, valid,
 * result}. */
#include "base/fatal.h"
#include "tests/vectors/execution.h"

/* Longer than all delays of a case together. */
#define LONG_MS 1000000u

typedef struct collecting_outlet {
    xy_outlet outlet;
    xy_bytes *result;
    bool ended;
} collecting_outlet;

static int on_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    collecting_outlet *self = XY_CONTAINER(outlet, collecting_outlet, outlet);

    XY_ASSERT(!self->result && (flags & XY_PUT_LAST));
    self->result = result;
    return XY_OK;
}

static void on_end(xy_outlet *outlet)
{
    collecting_outlet *self = XY_CONTAINER(outlet, collecting_outlet, outlet);

    XY_ASSERT(self->result && !self->ended);
    self->ended = true;
}

static const xy_outlet_ops collect = {.put = on_put, .end = on_end};

static vector_verdict execute(vector_execution *x)
{
    const xy_value *expected = vector_get(x->c->json, "result");
    collecting_outlet out = {.outlet = {.ops = &collect}};
    vector_verdict verdict;

    xy__execute_query_or_mutation(x->operation, vector_get(x->c->json, "root"), &out.outlet);
    xy__loop_advance(&x->loop, LONG_MS);
    XY_ASSERT(out.ended);
    verdict = vector_expect_response(x->c, expected, xy_bytes_str(out.result),
                                     vector_bool(x->c->json, "async", false));
    xy_bytes_unref(out.result);
    return verdict;
}

static vector_verdict run(vector_case *c)
{
    vector_execution x;
    vector_verdict verdict;

    if (vector_bool(c->json, "empty_selection_set", false))
        return VECTOR_SKIP;
    if (vector_execution_begin(&x, c) < 0) {
        verdict = vector_expect_refusal(c, vector_get(c->json, "result"), &x.errors);
    } else {
        verdict = execute(&x);
    }
    vector_execution_end(&x);
    return verdict;
}

const xy_vector_family vector_family_execute = {.name = "execute", .run = run};
