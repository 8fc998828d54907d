/* SPDX-License-Identifier: MIT */
/* The three ways into an execution: with a root value, with an event, and to the source of
 * events. Spec 6.2 Executing Operations. */
#include "execution/exec.h"

#include "execution/field.h"
#include "execution/field_error.h"
#include "execution/guard.h"
#include "execution/increments.h"
#include "json/read.h"

/* ---- queries and mutations ---- */

static void put_last(void *arg, xy_bytes *result, unsigned flags)
{
    xy_outlet *outlet = arg;

    outlet->on_ready = NULL;
    outlet->on_stop = NULL;
    xy__outlet_put(outlet, result, flags | XY_PUT_LAST);
    xy__outlet_end(outlet);
}

static void stop_run(void *arg)
{
    xy__run_cancel(arg);
}

void xy__execute_query_or_mutation(xy_operation *operation, const xy_value *root, xy_outlet *outlet)
{
    xy_run *run = xy__run_create(operation, NULL, put_last, outlet);

    run->root_parent.value = root;
    run->outlet = outlet;
    outlet->on_ready = NULL;
    outlet->on_stop = stop_run;
    outlet->arg = run;
    xy__run_execute(run);
}

void xy__execute_incrementally(xy_operation *operation, const xy_value *root, xy_outlet *outlet,
                               xy_form *form)
{
    xy_run *run = xy__run_create(operation, NULL, NULL, NULL);

    run->root_parent.value = root;
    xy__increments_create(run, outlet, form);
    xy__run_execute(run);
}

static void execute_for(xy_run *run, const xy_run_terms *terms)
{
    xy_executor *executor = run->executor;
    const xy_outlet *before = executor->asking;

    executor->asking = terms ? terms->asking : NULL;
    xy__run_execute(run);
    executor->asking = before;
}

void xy__execute_query_as(xy_operation *operation, const xy_run_terms *terms, xy_on_result *done,
                          void *arg)
{
    execute_for(xy__run_create(operation, terms, done, arg), terms);
}

/* ---- events ---- */

void xy__execute_event(xy_operation *operation, const xy_run_terms *terms, xy_bytes *event,
                       xy_on_result *done, void *arg)
{
    xy_run *run = xy__run_create(operation, terms, done, arg);
    xy_value *value = xy__arena_alloc(&run->arena, sizeof *value);

    *value = XY_NULL;
    run->event = xy_bytes_ref(event);
    run->root_parent = (xy_parent_ref){.value = value, .is_event = true};
    run->bad_event = xy__json_read(&run->arena, xy_bytes_str(event), 0, value, NULL) < 0;
    execute_for(run, terms);
}

/* ---- source streams ---- */

/* An error of the root field. */
static xy_error *fail_stream(xy_operation *operation, const xy_plan_field *field, xy_errors *errors,
                             xy_str message)
{
    xy_error *error = xy__errors_add(errors, message);
    xy_path *path = XY_ARENA_NEW(errors->arena, xy_path);

    path->key = field->key;
    error->path = path;
    xy__field_locate(operation, field, error);
    return error;
}

/* There is no root field to ask. Spec 6.2.3.1, step 1 and on. */
static int refuse_root(xy_operation *operation, xy_errors *errors)
{
    const xy_plans *plans = operation->plans;
    const xy_selection *root = operation->plan->root;
    xy_error *error;

    errors->shifts = xy__lifted_shifts(operation->lifted);
    if (root && root->bad_condition) {
        const xy_directive *definition =
            xy__schema_directive(operation->document->schema, root->bad_condition->name->value);
        xy_arguments_site site = xy__directive_site(definition, root->bad_condition);
        xy_value ignored;

        xy__arguments_coerce(errors->arena, xy__arguments_compile(errors->arena, &site),
                             &operation->variables, operation->executor->hide_suggestions, errors,
                             &ignored);
    }
    if (errors->list.len == 0) {
        error = xy__errors_add(errors, root ? XY_STR("The subscription selects no field.")
                                            : xy__plans_rootless(errors->arena, plans));
        xy__error_locate(errors, error, xy__node_location(&plans->ast->node));
    }
    return XY_EFAILED;
}

static int refuse_arguments(xy_operation *operation, const xy_plan_field *field, xy_errors *errors,
                            const xy_error *refusal)
{
    xy_error *error =
        fail_stream(operation, field, errors,
                    refusal ? refusal->message : XY_STR("The arguments need too much memory."));

    if (refusal) {
        error->locations = refusal->locations;
        error->location_count = refusal->location_count;
    }
    return XY_EFAILED;
}

/* The opener has returned `rc`. */
static int check_opening(const xy_call *call, xy_errors *errors, int rc)
{
    xy_operation *operation = call->operation;
    const xy_plan_field *field = call->field;
    xy_error *error;

    if (rc >= 0 && call->result.kind != XY_RESULT_ERROR)
        return XY_OK;
    if (call->result.kind == XY_RESULT_ERROR) {
        error =
            fail_stream(operation, field, errors, (xy_str){call->result.text, call->result.size});
        error->code = call->code;
        error->extensions = call->extensions;
    } else {
        error = fail_stream(operation, field, errors, xy_str_from(xy_err_text(rc)));
    }
    if (call->internal || call->result.kind != XY_RESULT_ERROR)
        xy__error_unexpected(operation, error);
    return XY_EFAILED;
}

/* Spec 6.2.3.1 CreateSourceEventStream, ResolveFieldEventStream */
int xy__create_source_stream(xy_operation *operation, xy_identity *identity,
                             xy_source_stream *stream, xy_errors *errors)
{
    const xy_selection *root = operation->plan->root;
    xy_call call = {
        .operation = operation,
        .identity = xy__identity_now(identity),
        .arena = errors->arena,
    };
    const xy_error *refusal;
    int rc;

    if (!root || root->bad_condition || root->field_count == 0)
        return refuse_root(operation, errors);
    call.field = &root->fields[0];
    call.arguments = xy__field_arguments(operation, call.field, &refusal);
    if (!call.arguments)
        return refuse_arguments(operation, call.field, errors, refusal);
    if (!call.field->field->opener) {
        fail_stream(operation, call.field, errors,
                    XY_STR("Subscription field must return Async Iterable. Received: "
                           "undefined."));
        return XY_EFAILED;
    }
    rc = xy__guards_check(&call);
    if (rc == XY_OK)
        rc = call.field->field->opener(&call, stream);
    return check_opening(&call, errors, rc);
}
