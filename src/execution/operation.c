/* SPDX-License-Identifier: MIT */
/* The life of an operation; its runs are in run.c, its source stream in subscribe.c. */
#include <stdlib.h>

#include "base/fatal.h"
#include "execution/run.h"
#include "execution/share.h"

/* A subscription may be one of very many, and most operations need less. */
#define ARENA_FIRST 512u

static xy_operation *allocate(xy_executor *executor)
{
    xy_operation *operation = executor->spare_operations;

    if (!operation) {
        operation = xy__zalloc(sizeof *operation);
        xy__arena_init_small(&operation->arena, executor->limits.operation_bytes_max, ARENA_FIRST);
        return operation;
    }
    executor->spare_operations = operation->next;
    executor->spare_operation_count--;
    *operation = (xy_operation){.arena = operation->arena};
    operation->arena.max = executor->limits.operation_bytes_max;
    return operation;
}

xy_operation *xy__operation_create(xy_executor *executor, xy_document *document)
{
    xy_operation *operation = allocate(executor);

    operation->refs = 1;
    operation->executor = executor;
    operation->document = xy__document_ref(document);
    xy__errors_init(&operation->errors, &operation->arena);
    xy__list_init(&operation->runs);
    executor->gauges.operations++;
    return operation;
}

xy_operation *xy__operation_ref(xy_operation *operation)
{
    operation->refs++;
    return operation;
}

void xy__operation_unref(xy_operation *operation)
{
    xy_executor *executor;

    if (!operation || --operation->refs > 0)
        return;
    executor = operation->executor;
    if (operation->shared) {
        xy__operation_unshare(operation);
    } else {
        if (operation->on_destroy)
            operation->on_destroy(operation->context);
        if (operation->release)
            operation->release(operation->kept);
        xy__identity_unref(operation->identity);
    }
    xy__plan_release(operation->plan);
    xy__document_unref(operation->document);
    executor->gauges.operations--;
    if (operation->shared || executor->spare_operation_count == XY_EXECUTOR_SPARES) {
        xy__arena_deinit(&operation->arena);
        free(operation);
        return;
    }
    xy__arena_reset(&operation->arena);
    operation->next = executor->spare_operations;
    executor->spare_operations = operation;
    executor->spare_operation_count++;
}

void xy__operation_lift(xy_operation *operation, const xy_lifted *lifted)
{
    operation->lifted = xy__lifted_copy(&operation->arena, lifted);
    operation->errors.shifts = &operation->lifted->shifts;
}

xy_str xy__operation_name(const xy_operation *operation)
{
    const xy_ast_name *name = xy__plans_ast(operation->plans)->name;

    if (operation->lifted && operation->lifted->lift->name_lifts)
        return operation->lifted->name;
    return name ? name->value : XY_STR_NULL;
}

static int choose_operation(xy_operation *operation, xy_str name)
{
    const xy_lifted *lifted = operation->lifted;

    /* The only one, by its own name rather than by that in the document's text. */
    if (name.ptr && lifted && lifted->lift->name_lifts) {
        if (!xy_str_eq(name, lifted->name)) {
            xy__document_unknown_operation(name, &operation->errors);
            return XY_EFAILED;
        }
        name = XY_STR_NULL;
    }
    return xy__document_operation(operation->document, name, &operation->plans, &operation->errors);
}

static int coerce_variables(xy_operation *operation, const xy_value *inputs)
{
    int rc = xy__variables_coerce(&operation->arena, &operation->plans->variables, inputs,
                                  operation->executor->hide_suggestions, &operation->errors,
                                  &operation->variables);

    if (rc == XY_OK)
        return rc;
    for (size_t i = 0; i < operation->errors.list.len; i++)
        operation->errors.list.items[i]->code = "BAD_USER_INPUT";
    return XY_EFAILED;
}

static int choose_plan(xy_operation *operation)
{
    if (xy__plan_for(operation->plans, &operation->variables, operation->delivery,
                     &operation->plan) == XY_OK)
        return XY_OK;
    xy__errors_add(&operation->errors, XY_STR("The operation selects too much."));
    return XY_EFAILED;
}

int xy__operation_prepare(xy_operation *operation, xy_str name, const xy_value *variables)
{
    int rc = choose_operation(operation, name);

    if (rc == XY_OK)
        rc = coerce_variables(operation, variables);
    if (rc == XY_OK)
        rc = choose_plan(operation);
    return rc;
}

void xy__operation_deliver(xy_operation *operation, xy_delivery delivery)
{
    operation->delivery = delivery;
}

bool xy__operation_is_incremental(const xy_operation *operation)
{
    return xy__plan_is_incremental(operation->plan);
}

xy_operation_type xy__operation_type(const xy_operation *operation)
{
    return xy__plans_type(operation->plans);
}

void xy__operation_cancel(xy_operation *operation)
{
    xy__operation_ref(operation);
    while (!xy__list_empty(&operation->runs))
        xy__run_cancel(XY_CONTAINER(operation->runs.next, xy_run, link));
    xy__operation_unref(operation);
}

xy_field_memo *xy__operation_memo(xy_operation *operation, const xy_plan_field *field)
{
    uint32_t cap = operation->memo_cap;
    xy_field_memo *memos;

    if (field->index < cap)
        return &operation->memos[field->index];
    cap = (field->index + 1 > 2 * cap) ? field->index + 1 : 2 * cap;
    memos = XY_ARENA_ARRAY(&operation->arena, xy_field_memo, cap);
    if (operation->memo_cap > 0)
        memcpy(memos, operation->memos, operation->memo_cap * sizeof *memos);
    operation->memos = memos;
    operation->memo_cap = cap;
    return &memos[field->index];
}
