/* SPDX-License-Identifier: MIT */
/* Scalars and enums: from what a resolver put to JSON. */
#include "execution/complete.h"
#include "execution/field_error.h"
#include "schema/coerce_output.h"

/* A leaf made of results: a list in a custom scalar. Nested lists are bounded by the resolver
 * that made them. False when there is something in it that is no JSON. */
static bool to_value(xy_run *run, const xy_result *result, xy_value *out)
{
    switch ((xy_result_kind)result->kind) {
    case XY_RESULT_NULL:
        *out = XY_NULL;
        return true;
    case XY_RESULT_BOOL:
        *out = xy_value_bool(result->boolean);
        return true;
    case XY_RESULT_INT:
        *out = xy_value_int(result->integer);
        return true;
    case XY_RESULT_FLOAT:
        *out = xy_value_float(result->real);
        return true;
    case XY_RESULT_STR:
        *out = xy_value_string((xy_str){result->text, result->size});
        return true;
    case XY_RESULT_VALUE:
        *out = *result->value;
        return true;
    case XY_RESULT_LIST: {
        xy_value *items = XY_ARENA_ARRAY(&run->arena, xy_value, result->len);

        for (size_t i = 0; i < result->len; i++)
            if (!to_value(run, &result->items[i], &items[i]))
                return false;
        *out = (xy_value){.kind = XY_VALUE_LIST, .len = result->len, .items = items};
        return true;
    }
    case XY_RESULT_OBJECT:
    case XY_RESULT_SLOT:
    case XY_RESULT_ERROR:
    case XY_RESULT_LATER:
    default:
        return false;
    }
}

static int enum_index(const xy_result *result)
{
    return *(const int *)(const void *)((const char *)result->object + result->slot->offset);
}

/* Spec 6.4.3 CoerceResult */
xy_outcome xy__complete_leaf(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                             const xy_type *type, const xy_result *result)
{
    xy_str problem;
    xy_value value;
    int rc;

    if (result->kind == XY_RESULT_SLOT && result->slot->kind == XY_SLOT_ENUM &&
        type->kind == XY_TYPE_ENUM) {
        rc = xy__coerce_output_enum(&run->text, &run->arena, type, enum_index(result), &problem);
    } else if (to_value(run, result, &value)) {
        rc = xy__coerce_output(&run->text, &run->arena, type, &value, &problem);
    } else {
        problem = XY_STR("A field of a leaf type was given something that is no JSON value.");
        rc = XY_EFAILED;
    }
    if (rc == XY_OK)
        return XY_OUTCOME_WRITTEN;
    xy__field_error(run, at, field, problem);
    return XY_OUTCOME_FAILED;
}
