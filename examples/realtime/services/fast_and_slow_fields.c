/* SPDX-License-Identifier: MIT */
/* A field that has its answer at once, and one that has it later. A resolver does nothing for
 * @defer: what its client defers is resolved like any other field, only told later.
 *
 * To try it:
 *
 *   curl -N http://127.0.0.1:8911/graphql -H 'Content-Type: application/json' \
 *     -H 'Accept: multipart/mixed' -d '{"query":"{ fastField ... @defer { slowField } }"}' */
#include "types.h"

int Query_fastField(xy_call *c, xy_str *out)
{
    (void)c;
    *out = XY_STR("I am fast");
    return XY_OK;
}

static void slow_is_done(Query_slowField_promise *p, void *arg)
{
    (void)arg;
    Query_slowField_resolve(p, XY_STR("I am slow"));
}

int Query_slowField(xy_call *c, const Query_slowField_args *a, Query_slowField_promise *p)
{
    (void)c;
    Query_slowField_after(p, a->waitFor > 0 ? (uint64_t)a->waitFor : 0, slow_is_done, NULL);
    return XY_OK;
}
