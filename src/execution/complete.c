/* SPDX-License-Identifier: MIT */
#include "execution/complete.h"

#include "execution/field.h"
#include "execution/field_error.h"
#include "execution/found.h"
#include "execution/guard.h"
#include "execution/list_source.h"
#include "execution/spot.h"

/* What has no fields: a scalar where an object is wanted. */
static const xy_value nothing = {.kind = XY_VALUE_NULL};

xy_outcome xy__frame_close(xy_run *run, xy_frame *at, xy_outcome outcome)
{
    if (outcome == XY_OUTCOME_FAILED) {
        if (!at->nullable)
            return XY_OUTCOME_FAILED;
        if (at->spot)
            xy__spot_drop(run, at->spot);
        xy__buf_truncate(&run->text, at->start);
        XY_BUF_LITERAL(&run->text, "null");
    }
    if (at->spot)
        at->spot->end = run->text.len;
    return XY_OUTCOME_WRITTEN;
}

/* ---- lists ---- */

static const xy_items *slot_items(const xy_result *list)
{
    return (const xy_items *)(const void *)((const char *)list->object + list->slot->offset);
}

/* False when `result` is no list. */
static bool list_len(const xy_result *result, size_t *len)
{
    if (result->kind == XY_RESULT_LIST) {
        *len = result->len;
    } else if (result->kind == XY_RESULT_VALUE && result->value->kind == XY_VALUE_LIST) {
        *len = result->value->len;
    } else if (result->kind == XY_RESULT_SLOT && result->slot->kind == XY_SLOT_LIST) {
        *len = slot_items(result)->items ? slot_items(result)->len : 0;
    } else if (result->kind == XY_RESULT_SOURCE) {
        *len = xy__list_source_len(xy__result_source(result));
    } else {
        return false;
    }
    return true;
}

xy_result xy__list_item(xy_run *run, const xy_result *list, size_t index)
{
    if (list->kind == XY_RESULT_LIST)
        return list->items[index];
    if (list->kind == XY_RESULT_VALUE)
        return xy_result_value(&list->value->items[index]);
    if (list->kind == XY_RESULT_SOURCE)
        return xy__list_source_item(xy__result_source(list), run, index);
    return xy__slot_read(list->slot->item,
                         (const char *)slot_items(list)->items + index * list->slot->item_size);
}

static xy_outcome complete_items(xy_run *run, xy_frame *at, xy_plan_field *field,
                                 const xy_type *item_type, const xy_result *list, size_t len)
{
    xy__buf_char(&run->text, '[');
    for (size_t i = 0; i < len; i++) {
        xy_result result;
        xy_frame item = {
            .path = {.up = &at->path, .index = i},
            .up = at,
            .nullable = xy__frame_nullable(run, item_type),
        };

        if (xy__run_halted(run))
            return XY_OUTCOME_FAILED;
        result = xy__list_item(run, list, i);
        if (i > 0)
            xy__buf_char(&run->text, ',');
        item.start = run->text.len;
        if (xy__complete_result(run, &item, field, item_type, &result) == XY_OUTCOME_FAILED)
            return XY_OUTCOME_FAILED;
    }
    xy__buf_char(&run->text, ']');
    return XY_OUTCOME_WRITTEN;
}

/* A list with @stream: the first items now, the others later, if anything comes later. */
static xy_outcome complete_streamed(xy_run *run, xy_frame *at, xy_plan_field *field,
                                    const xy_type *item_type, const xy_result *list, size_t len)
{
    size_t count;
    xy_outcome outcome = xy__stream_count(run, at, field, &count);

    if (outcome == XY_OUTCOME_FAILED)
        return outcome;
    if (!run->part)
        return complete_items(run, at, field, item_type, list, len);
    outcome = complete_items(run, at, field, item_type, list, len < count ? len : count);
    if (outcome != XY_OUTCOME_FAILED)
        xy__found_list(run, at, field, item_type, list, len, count);
    return outcome;
}

/* Spec 6.4.3 CompleteValue, lists. */
static xy_outcome complete_list(xy_run *run, xy_frame *at, xy_plan_field *field,
                                const xy_type *item_type, const xy_result *list)
{
    size_t len;

    if (!list_len(list, &len))
        return xy__field_fail(run, at, field,
                              "Expected Iterable, but did not find one for field \"%.*s.%.*s\".",
                              XY_PRI(field->field->parent->name), XY_PRI(field->field->name));
    if (XY_UNLIKELY(xy__is_streamed(at, field)))
        return complete_streamed(run, at, field, item_type, list, len);
    return complete_items(run, at, field, item_type, list, len);
}

/* ---- objects ---- */

/* The name of the object type, as the value tells it; null when it does not. */
static xy_str runtime_name(const xy_result *result)
{
    const xy_value *name;

    if (result->kind == XY_RESULT_OBJECT)
        return xy_str_from(result->type);
    if (result->kind != XY_RESULT_VALUE)
        return XY_STR_NULL;
    name = xy_value_get(result->value, XY_STR("__typename"));
    return name && name->kind == XY_VALUE_STRING ? xy_value_text(name) : XY_STR_NULL;
}

/* Spec 6.4.3 ResolveAbstractType. NULL and an error when the name is not that of a possible
 * type. */
static const xy_type *runtime_type(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                                   const xy_type *abstract, xy_str name)
{
    const xy_type *type = name.ptr ? xy__schema_type(run->operation->document->schema, name) : NULL;
    xy_str wanted = abstract->name;

    if (!name.ptr) {
        xy__field_fail(run, at, field,
                       "Abstract type \"%.*s\" must resolve to an Object type at runtime for field "
                       "\"%.*s.%.*s\". Either the \"%.*s\" type should provide a \"resolveType\" "
                       "function or each possible type should provide an \"isTypeOf\" function.",
                       XY_PRI(wanted), XY_PRI(field->field->parent->name),
                       XY_PRI(field->field->name), XY_PRI(wanted));
    } else if (!type) {
        xy__field_fail(run, at, field,
                       "Abstract type \"%.*s\" was resolved to a type \"%.*s\" that does not exist "
                       "inside the schema.",
                       XY_PRI(wanted), XY_PRI(name));
    } else if (type->kind != XY_TYPE_OBJECT) {
        xy__field_fail(run, at, field,
                       "Abstract type \"%.*s\" was resolved to a non-object type \"%.*s\".",
                       XY_PRI(wanted), XY_PRI(name));
        type = NULL;
    } else if (!xy__type_is_possible(abstract, type)) {
        xy__field_fail(run, at, field,
                       "Runtime Object type \"%.*s\" is not a possible type for \"%.*s\".",
                       XY_PRI(name), XY_PRI(wanted));
        type = NULL;
    }
    return type;
}

static const xy_selection *abstract_selection(xy_run *run, const xy_frame *at, xy_plan_field *field,
                                              const xy_type *abstract, const xy_result *result)
{
    xy_str name = runtime_name(result);
    const xy_planned_type *planned = atomic_load_explicit(&field->by_type, memory_order_acquire);
    const xy_selection *selection;
    const xy_type *type;

    /* The types met before, by name: shorter than the way through the schema. */
    for (; planned && name.ptr; planned = planned->next)
        if (xy_str_eq(planned->selection->type->name, name))
            return planned->selection;
    type = runtime_type(run, at, field, abstract, name);
    if (!type)
        return NULL;
    selection = xy__plan_selection(run->operation->plan, field, type);
    if (!selection)
        xy__field_fail(run, at, field, "The operation selects too much of \"%.*s\".",
                       XY_PRI(abstract->name));
    return selection;
}

static xy_outcome complete_object(xy_run *run, xy_frame *at, xy_plan_field *field,
                                  const xy_type *type, const xy_result *result)
{
    xy_parent_ref parent = {.value = &nothing};
    const xy_selection *selection = type->kind == XY_TYPE_OBJECT
                                        ? field->selection
                                        : abstract_selection(run, at, field, type, result);

    if (!selection)
        return XY_OUTCOME_FAILED;
    if (result->kind == XY_RESULT_OBJECT) {
        parent = (xy_parent_ref){.object = result->object};
    } else if (result->kind == XY_RESULT_VALUE) {
        parent.value = result->value;
    }
    return xy__execute_object(run, at, selection, &parent);
}

/* ---- any value ---- */

/* Spec 6.4.3 CompleteValue, but for Non-Null, which is the position's. */
static xy_outcome complete_value(xy_run *run, xy_frame *at, xy_plan_field *field,
                                 const xy_type *type, const xy_result *result)
{
    xy_result read;

    if (result->kind == XY_RESULT_SLOT) {
        read = xy__slot_read(result->slot, result->object);
        result = &read;
    }
    if (result->kind == XY_RESULT_NULL ||
        (result->kind == XY_RESULT_VALUE && result->value->kind == XY_VALUE_NULL))
        return XY_OUTCOME_NULL;
    if (result->kind == XY_RESULT_ERROR) {
        xy__field_error(run, at, field, (xy_str){result->text, result->size});
        return XY_OUTCOME_FAILED;
    }
    if (type->kind == XY_TYPE_LIST)
        return complete_list(run, at, field, type->of, result);
    if (xy__type_is_leaf(type))
        return xy__complete_leaf(run, at, field, type, result);
    return complete_object(run, at, field, type, result);
}

static xy_outcome write_null(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                             const xy_type *type)
{
    if (type->kind == XY_TYPE_NON_NULL)
        return xy__field_fail(run, at, field,
                              "Cannot return null for non-nullable field %.*s.%.*s.",
                              XY_PRI(field->field->parent->name), XY_PRI(field->field->name));
    XY_BUF_LITERAL(&run->text, "null");
    return XY_OUTCOME_WRITTEN;
}

/* The value of the position comes with `promise`, or has come with it. */
static xy_outcome await(xy_run *run, xy_frame *at, xy_plan_field *field, const xy_type *type,
                        xy_promise *promise)
{
    if (promise->call->source)
        xy__list_source_await(promise->call->source, run, at, field, type);
    if (promise->resolved) {
        xy__promise_wait(promise, run, NULL);
        return xy__complete_call(run, at, field, type, promise->call);
    }
    xy__promise_wait(promise, run, xy__spot_place(run, at, field, type, promise));
    return XY_OUTCOME_WRITTEN;
}

xy_outcome xy__complete_result(xy_run *run, xy_frame *at, xy_plan_field *field, const xy_type *type,
                               const xy_result *result)
{
    xy_outcome outcome;

    if (result->kind == XY_RESULT_LATER)
        return await(run, at, field, type, result->promise);
    if (run->depth == XY_EXECUTOR_DEPTH_MAX) {
        outcome = xy__field_fail(run, at, field, "The response is nested more than %u levels deep.",
                                 XY_EXECUTOR_DEPTH_MAX);
    } else {
        run->depth++;
        outcome = complete_value(run, at, field, type->kind == XY_TYPE_NON_NULL ? type->of : type,
                                 result);
        run->depth--;
    }
    if (outcome == XY_OUTCOME_NULL)
        outcome = write_null(run, at, field, type);
    return xy__frame_close(run, at, outcome);
}

static xy_outcome fail_call(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                            const xy_call *call)
{
    xy_str message = {call->result.text, call->result.size};
    xy_error *error;

    if (call->internal)
        return xy__field_fail_unexpected(run, at, field, message);
    error = xy__field_error(run, at, field, message);
    error->code = call->code;
    error->extensions = call->extensions;
    return XY_OUTCOME_FAILED;
}

xy_outcome xy__complete_call(xy_run *run, xy_frame *at, xy_plan_field *field, const xy_type *type,
                             xy_call *call)
{
    xy_outcome outcome;

    if (xy__call_is_late(call))
        return await(run, at, field, type, call->own);
    if (XY_UNLIKELY(call->transforms))
        xy__guards_transform(call);
    if (call->result.kind == XY_RESULT_ERROR) {
        outcome = xy__frame_close(run, at, fail_call(run, at, field, call));
    } else {
        outcome = xy__complete_result(run, at, field, type, &call->result);
    }
    if (call->source)
        xy__list_source_completed(call->source);
    xy__call_release(call);
    return outcome;
}
