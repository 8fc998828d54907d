/* SPDX-License-Identifier: MIT */
/* A field that has its answer at once, and one that has it later. A resolver does nothing for
 * @defer: what its client defers is resolved like any other field, only told later.
 *
 * To try it:
 *
 *   curl -N http://127.0.0.1:8911/graphql -H 'Content-Type: application/json' \
 *     -H 'Accept: multipart/mixed' -d '{"query":"{ fastField ... @defer { slowField } }"}' */
#include "fast_and_slow_fields.h"

static int Query_fastField(xy_call *call)
{
    return xy_put_str(call, XY_STR("I am fast"));
}

static void slow_is_done(xy_promise *promise, void *arg)
{
    (void)arg;
    xy_put_str(xy_promise_call(promise), XY_STR("I am slow"));
    xy_promise_resolve(promise);
}

static int Query_slowField(xy_call *call)
{
    int32_t wait_ms = xy_arg_int(call, "waitFor");

    xy_promise_after(xy_later(call), wait_ms > 0 ? (uint64_t)wait_ms : 0, slow_is_done, NULL);
    return XY_OK;
}

int fast_and_slow_fields_bind(xy_schema *schema)
{
    int rc = xy_bind(schema, "Query.fastField", Query_fastField);

    return rc == XY_OK ? xy_bind(schema, "Query.slowField", Query_slowField) : rc;
}
