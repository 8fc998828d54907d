/* SPDX-License-Identifier: MIT */
#include "execution/guard.h"

#include "execution/field.h"
#include "execution/list_source.h"

/* Each role that is asked is a fact: the first one that the user has is the last. */
static bool has_one_of(const xy_call *call, const xy_value *roles)
{
    if (roles->kind != XY_VALUE_LIST)
        return xy__call_has_role(call, xy_value_text(roles));
    for (uint32_t i = 0; i < roles->len; i++)
        if (xy__call_has_role(call, xy_value_text(&roles->items[i])))
            return true;
    return false;
}

static int require_auth(xy_call *call, const xy_guard *guard)
{
    if (!xy_signed_in(call))
        return xy_fail_code(call, "UNAUTHENTICATED", "You don't have permission to do that.");
    if (guard->roles && !has_one_of(call, guard->roles))
        return xy_fail_code(call, "FORBIDDEN", "You don't have access to do that.");
    return XY_OK;
}

/* A validator that puts an error and returns XY_OK has refused all the same. */
static int ask(xy_call *call, const xy_guard *guard)
{
    int rc = guard->kind == XY_GUARD_REQUIRE ? require_auth(call, guard)
                                             : guard->validator(call, &guard->arguments);

    return rc >= 0 && call->result.kind == XY_RESULT_ERROR ? XY_EFAILED : rc;
}

int xy__guards_check(xy_call *call)
{
    for (const xy_guard *guard = call->field->field->guards; guard; guard = guard->next) {
        int rc = guard->kind == XY_GUARD_TRANSFORM ? XY_OK : ask(call, guard);

        if (rc < 0)
            return rc;
    }
    return XY_OK;
}

static const xy_guard *first_transformer(const xy_guard *guard)
{
    while (guard && guard->kind != XY_GUARD_TRANSFORM)
        guard = guard->next;
    return guard;
}

int xy__guarded_resolve(xy_call *call)
{
    const xy_plan_field *field = call->field;
    int rc = xy__guards_check(call);

    if (rc < 0)
        return rc;
    call->transforms = first_transformer(field->field->guards);
    xy_put(call, xy_result_null());
    if (field->behind)
        return field->behind(call);
    return xy_put(call, xy__field_read(field, &call->parent));
}

static void apply(xy_call *call, const xy_guard *guard)
{
    xy_result value = call->result;
    int rc = guard->transformer(call, &guard->arguments, &value);

    if (rc >= 0) {
        call->result = value;
    } else if (call->result.kind != XY_RESULT_ERROR) {
        xy_fail_internal(call, "%s", xy_err_text(rc));
    }
}

void xy__guards_transform(xy_call *call)
{
    const xy_guard *guard = call->transforms;

    call->transforms = NULL;
    for (; guard; guard = first_transformer(guard->next)) {
        if (call->result.kind == XY_RESULT_ERROR || call->result.kind == XY_RESULT_SOURCE)
            return;
        apply(call, guard);
    }
}
