/* SPDX-License-Identifier: MIT */
/* Results in parts: {format, sdl, root, query, operationName?, variables?, valid, payloads,
 * canonical, merged, alternatives?, non_incremental, merged_equals_non_incremental}. What is not
 * valid is executed all the same, as the reference does here.
 *
 * A case passes when its own recorded payloads do, when what comes without increments is
 * non_incremental, and when the payloads of its format are as vector_expect_payloads() says. */
#include "base/vec.h"
#include "execution.h"
#include "incremental.h"
#include "json/read.h"
#include "json/write.h"
#include "serve/form.h"

/* Longer than all delays of a case together. */
#define LONG_MS 100000u

typedef struct recording {
    xy_outlet outlet;
    xy_arena *arena;
    XY_VEC(xy_value) payloads;
    const char *fault; /* of the outlet's protocol; NULL: none */
    bool last;
    bool ended;
} recording;

static int on_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    recording *r = XY_CONTAINER(outlet, recording, outlet);
    xy_str text = xy__arena_str(r->arena, xy_bytes_str(result));

    if (r->last || r->ended)
        r->fault = "a payload after the last";
    if (xy__json_read(r->arena, text, 0, xy_vec_push(r->arena, &r->payloads), NULL) < 0)
        r->fault = "no JSON";
    r->last = flags & XY_PUT_LAST;
    xy_bytes_unref(result);
    return XY_OK;
}

static void on_end(xy_outlet *outlet)
{
    recording *r = XY_CONTAINER(outlet, recording, outlet);

    if (!r->last || r->ended)
        r->fault = "an end that is not behind the last payload";
    r->ended = true;
}

static const xy_outlet_ops record = {.put = on_put, .end = on_end};

static xy_form_kind form_kind(const vector_case *c)
{
    return vector_increments_form(c) == INCREMENTS_2022 ? XY_FORM_2022 : XY_FORM_2023;
}

static vector_verdict fail_outlet(vector_case *c, const recording *r)
{
    xy_value payloads = {
        .kind = XY_VALUE_LIST, .len = (uint32_t)r->payloads.len, .items = r->payloads.items};

    vector_fail(c, r->fault, XY_STR("put, … put the last, end"), XY_STR(""));
    xy__json_write_value(&c->got, &payloads);
    return VECTOR_FAIL;
}

static vector_verdict execute(vector_execution *x)
{
    recording r = {.outlet = {.ops = &record}, .arena = x->c->arena};
    const xy_value *root = vector_get(x->c->json, "root");

    if (xy__operation_is_incremental(x->operation))
        xy__execute_incrementally(x->operation, root, &r.outlet, xy__form_create(form_kind(x->c)));
    else
        xy__execute_query_or_mutation(x->operation, root, &r.outlet);
    for (unsigned ms = 0; ms < LONG_MS && !r.ended; ms++)
        xy__loop_advance(&x->loop, 1);
    if (!r.ended) {
        xy__outlet_stop(&r.outlet);
        r.fault = r.fault ? r.fault : "no end";
    }
    if (r.fault)
        return fail_outlet(x->c, &r);
    return vector_expect_payloads(x->c, r.payloads.items, r.payloads.len);
}

static vector_verdict execute_whole(vector_execution *x)
{
    xy_bytes *result = vector_execute(x, vector_get(x->c->json, "root"));
    vector_verdict verdict = vector_expect_response(x->c, vector_get(x->c->json, "non_incremental"),
                                                    xy_bytes_str(result), false);

    xy_bytes_unref(result);
    return verdict;
}

/* A request error is a single result, whatever was to be delivered. */
static vector_verdict run_with(vector_case *c, xy_delivery delivery,
                               vector_verdict (*run)(vector_execution *x))
{
    vector_execution x;
    vector_verdict verdict;

    if (vector_execution_begin(&x, c, delivery) < 0) {
        verdict = vector_expect_refusal(c, vector_get(c->json, "non_incremental"), &x.errors);
    } else {
        verdict = run(&x);
    }
    vector_execution_end(&x);
    return verdict;
}

static vector_verdict run_one(vector_case *c)
{
    if (run_with(c, XY_DELIVER_WHOLE, execute_whole) != VECTOR_PASS)
        return VECTOR_FAIL;
    return run_with(c, xy__form_delivery(form_kind(c)), execute);
}

static vector_verdict run(vector_case *c)
{
    if (vector_expect_recorded(c) != VECTOR_PASS)
        return VECTOR_FAIL;
    return vector_run_both(c, run_one);
}

const xy_vector_family vector_family_incremental = {.name = "incremental", .run = run};
