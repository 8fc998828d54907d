/* SPDX-License-Identifier: MIT */
#include "execution/field_error.h"

#include <stdarg.h>

#include "execution/spot.h"

const xy_path *xy__frame_path(xy_run *run, const xy_frame *at)
{
    const xy_path *first = NULL;
    xy_path *last = NULL;

    /* Up to the root, or to a frame whose path is in the arena already. */
    for (; at && !at->root; at = at->up) {
        xy_path *step;

        if (at->spot) {
            step = &at->spot->path;
        } else {
            step = xy__arena_alloc(&run->arena, sizeof *step);
            *step = at->path;
            step->up = NULL;
        }
        if (last)
            last->up = step;
        if (!first)
            first = step;
        if (at->spot)
            return first;
        last = step;
    }
    if (!last)
        return run->base;
    last->up = run->base;
    return first;
}

/* Looking for the line of a node takes time, so each field's are looked for once. */
void xy__field_locate(xy_operation *operation, const xy_plan_field *field, xy_error *error)
{
    xy_field_memo *memo = xy__operation_memo(operation, field);
    size_t count = field->nodes.len;

    if (!memo->locations) {
        memo->locations = xy__arena_alloc(&operation->arena, count * sizeof *memo->locations);
        for (size_t i = 0; i < count; i++)
            memo->locations[i] = xy__shifts_apply(xy__lifted_shifts(operation->lifted),
                                                  xy__node_location(&field->nodes.items[i]->node));
    }
    error->locations = memo->locations;
    error->location_count = count;
}

xy_error *xy__field_error(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                          xy_str message)
{
    xy_error *error = xy__errors_add(&run->errors, message);

    xy__field_locate(run->operation, field, error);
    error->path = xy__frame_path(run, at);
    return error;
}

xy_outcome xy__field_fail(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                          const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    xy__field_error(run, at, field, xy__arena_vprintf(&run->arena, fmt, args));
    va_end(args);
    return XY_OUTCOME_FAILED;
}

xy_outcome xy__field_refuse(xy_run *run, const xy_frame *at, const xy_error *found)
{
    xy_error *error = xy__errors_add(&run->errors, found->message);

    error->locations = found->locations;
    error->location_count = found->location_count;
    error->code = found->code;
    error->path = xy__frame_path(run, at);
    return XY_OUTCOME_FAILED;
}

void xy__error_unexpected(xy_operation *operation, xy_error *error)
{
    xy_executor *executor = operation->executor;

    if (executor->mask_errors) {
        error->original = error->message;
        error->message = XY_STR(XY_MASKED_MESSAGE);
        error->code = XY_MASKED_CODE;
    }
    if (executor->on_unexpected)
        executor->on_unexpected(operation, error);
}

xy_outcome xy__field_fail_unexpected(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                                     xy_str message)
{
    xy__error_unexpected(run->operation, xy__field_error(run, at, field, message));
    return XY_OUTCOME_FAILED;
}
