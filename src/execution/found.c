/* SPDX-License-Identifier: MIT */
#include "execution/found.h"

#include "execution/field_error.h"
#include "execution/fragment.h"
#include "execution/list_rest.h"

static xy_found *found_at(xy_run *run, xy_spot *spot)
{
    spot->found = XY_ARENA_NEW(&run->arena, xy_found);
    spot->found->path = spot->root ? run->base : &spot->path;
    spot->found->depth = run->depth;
    return spot->found;
}

void xy__found_deferral(xy_run *run, xy_frame *at, const xy_deferral *deferral,
                        const xy_parent_ref *parent)
{
    xy_found *found = found_at(run, xy__spot_of(run, at));
    xy_defer_scope *scope = XY_ARENA_NEW(&run->arena, xy_defer_scope);

    scope->deferral = deferral;
    scope->fragments = XY_ARENA_ARRAY(&run->arena, xy_fragment, deferral->usage_count + 1);
    scope->up = run->scope;
    found->parent = *parent;
    found->scope = scope;
    run->scope = scope;
}

xy_fragment *xy__scope_fragment(const xy_defer_scope *scope, const xy_defer_usage *usage)
{
    while (scope->deferral != usage->owner)
        scope = scope->up;
    return &scope->fragments[usage->index];
}

/* ---- lists ---- */

static int coerce_stream(const xy_run *run, const xy_plan_field *field, xy_errors *errors,
                         xy_value *out)
{
    const xy_operation *operation = run->operation;

    return xy__arguments_coerce(errors->arena, field->increments->stream->arguments,
                                &operation->variables, operation->executor->hide_suggestions,
                                errors, out);
}

xy_outcome xy__stream_count(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                            size_t *count)
{
    const xy_value *initial;
    xy_value arguments;
    xy_errors errors;
    int64_t number;

    xy__errors_init(&errors, &run->arena);
    errors.shifts = run->errors.shifts;
    if (coerce_stream(run, field, &errors, &arguments) < 0) {
        if (errors.list.len > 0)
            return xy__field_refuse(run, at, errors.list.items[0]);
        run->limit = "The operation needs more memory than it may have.";
        return XY_OUTCOME_FAILED;
    }
    initial = xy_value_get(&arguments, XY_STR("initialCount"));
    if (!initial || xy_value_to_int64(initial, &number) < 0)
        return xy__field_fail(run, at, field, "initialCount must be a number");
    if (number < 0)
        return xy__field_fail(run, at, field, "initialCount must be a positive integer");
    *count = (size_t)number;
    return XY_OUTCOME_WRITTEN;
}

size_t xy__stream_wanted(const xy_run *run, const xy_plan_field *field)
{
    const xy_value *initial;
    xy_value arguments;
    xy_errors errors;
    int64_t number;

    xy__errors_init(&errors, &run->operation->arena);
    if (coerce_stream(run, field, &errors, &arguments) < 0)
        return 0;
    initial = xy_value_get(&arguments, XY_STR("initialCount"));
    return initial && xy_value_to_int64(initial, &number) == XY_OK && number > 0 ? (size_t)number
                                                                                 : 0;
}

static xy_str label_of(const xy_plan_field *field)
{
    const xy_value *label = NULL;
    const xy_arguments *arguments = field->increments->stream->arguments;

    if (arguments->is_constant)
        label = xy_value_get(&arguments->value, XY_STR("label"));
    return label && label->kind == XY_VALUE_STRING ? xy_value_text(label) : XY_STR_NULL;
}

/* Is something left of it, or may it be? In a repeating delivery a list that is known to be whole
 * is not announced. */
static bool has_rest(const xy_run *run, const xy_result *list, size_t len, size_t count)
{
    bool once = run->operation->plan->delivery == XY_DELIVER_ONCE;
    const xy_list_source *source = list->kind == XY_RESULT_SOURCE ? xy__result_source(list) : NULL;

    if (source && (!source->ended || source->failed))
        return true;
    return len > count || (once && len == count);
}

void xy__found_list(xy_run *run, xy_frame *at, xy_plan_field *field, const xy_type *item_type,
                    const xy_result *list, size_t len, size_t count)
{
    xy_found *found;

    if (!has_rest(run, list, len, count))
        return;
    found = found_at(run, xy__spot_of(run, at));
    found->rest = xy__list_rest_create(run, field->increments->stream->items, item_type, list, len,
                                       len < count ? len : count);
    found->rest->announced.path = found->path;
    found->rest->announced.label = label_of(field);
    found->rest->depth = found->depth;
}

void xy__found_drop(xy_found *found)
{
    if (found->rest)
        xy__list_rest_drop(found->rest);
}
