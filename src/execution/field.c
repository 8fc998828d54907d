/* SPDX-License-Identifier: MIT */
#include "execution/field.h"

#include "execution/field_error.h"
#include "execution/found.h"

/* ---- arguments ---- */

static const xy_error *first_error(const xy_errors *errors)
{
    return errors->list.len > 0 ? errors->list.items[0] : NULL;
}

/* Arguments that need variables, or literals of the operation's own, come out the same each time,
 * so they are coerced once an operation. Spec 6.4.1 CoerceArgumentValues */
static const xy_value *vary_arguments(xy_operation *operation, const xy_plan_field *field,
                                      const xy_error **refusal)
{
    xy_field_memo *memo = xy__operation_memo(operation, field);
    const xy_inputs inputs = {
        .variables = &operation->variables,
        .lifted = operation->lifted,
        .hide_suggestions = operation->executor->hide_suggestions,
    };
    xy_value *arguments;
    xy_errors errors;

    if (!memo->arguments && !memo->refusal) {
        arguments = xy__arena_alloc(&operation->arena, sizeof *arguments);
        xy__errors_init(&errors, &operation->arena);
        errors.shifts = xy__lifted_shifts(operation->lifted);
        if (xy__arguments_coerce_from(&operation->arena, field->arguments, &inputs, &errors,
                                      arguments) == XY_OK) {
            memo->arguments = arguments;
        } else {
            memo->refusal = first_error(&errors);
        }
    }
    *refusal = memo->refusal;
    return memo->arguments;
}

const xy_value *xy__field_arguments(xy_operation *operation, const xy_plan_field *field,
                                    const xy_error **refusal)
{
    *refusal = NULL;
    if (xy__arguments_are_constant(field->arguments, operation->lifted))
        return &field->arguments->value;
    return vary_arguments(operation, field, refusal);
}

/* ---- one field ---- */

/* The call of a field; NULL, and an error recorded, when its arguments cannot be coerced. */
static xy_call *make_call(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                          const xy_parent_ref *parent)
{
    const xy_error *refusal;
    const xy_value *arguments = xy__field_arguments(run->operation, field, &refusal);
    xy_call *call;

    if (!arguments) {
        if (refusal) {
            xy__field_refuse(run, at, refusal);
        } else {
            run->limit = "The operation needs more memory than it is allowed.";
        }
        return NULL;
    }
    call = xy__call_take(run);
    call->field = field;
    call->arguments = arguments;
    call->parent = *parent;
    return call;
}

static xy_outcome resolve(xy_run *run, xy_frame *at, xy_plan_field *field,
                          const xy_parent_ref *parent)
{
    xy_call *call = make_call(run, at, field, parent);
    int rc;

    if (!call)
        return xy__frame_close(run, at, XY_OUTCOME_FAILED);
    rc = field->resolver(call);
    if (rc < 0)
        xy__call_refuse(call, rc);
    return xy__complete_call(run, at, field, field->field->type, call);
}

xy_result xy__field_read(const xy_plan_field *field, const xy_parent_ref *parent)
{
    if (parent->object)
        return field->slot ? xy__slot_read(field->slot, parent->object) : xy_result_null();
    if (parent->is_event)
        return xy_result_value(parent->value);
    return xy_result_value(xy_value_get(parent->value, field->field->name));
}

/* A field without a resolver: read from a struct or a JSON object. */
static xy_outcome read_plain(xy_run *run, xy_frame *at, xy_plan_field *field,
                             const xy_parent_ref *parent)
{
    xy_result result;

    /* Reading takes no arguments, but bad ones are an error all the same. */
    if (!field->arguments->is_constant) {
        xy_call *call = make_call(run, at, field, parent);

        if (!call)
            return xy__frame_close(run, at, XY_OUTCOME_FAILED);
        xy__call_release(call);
    }
    result = xy__field_read(field, parent);
    return xy__complete_result(run, at, field, field->field->type, &result);
}

/* Spec 6.4 ExecuteField */
static xy_outcome execute_field(xy_run *run, xy_frame *up, xy_plan_field *field,
                                const xy_parent_ref *parent, bool first)
{
    xy_frame at;

    xy__buf_append(&run->text, field->text.ptr + first, field->text.len - first);
    if (field->source == XY_FIELD_TYPENAME)
        return XY_OUTCOME_WRITTEN;
    at = (xy_frame){
        .path = {.up = xy__frame_step(run, up), .key = field->key},
        .up = up,
        .start = run->text.len,
        .nullable = xy__frame_nullable(run, field->field->type),
    };
    if (field->source == XY_FIELD_RESOLVER)
        return resolve(run, &at, field, parent);
    return read_plain(run, &at, field, parent);
}

/* ---- all fields ---- */

/* The condition of a @skip or @include is no boolean: what coercing it says, at the object. */
static xy_outcome fail_condition(xy_run *run, const xy_frame *at, const xy_ast_directive *directive)
{
    const xy_directive *definition =
        xy__schema_directive(run->operation->document->schema, directive->name->value);
    xy_arguments_site site = xy__directive_site(definition, directive);
    xy_errors errors;
    xy_value ignored;

    xy__errors_init(&errors, &run->arena);
    errors.shifts = xy__lifted_shifts(run->operation->lifted);
    xy__arguments_coerce(&run->arena, xy__arguments_compile(&run->arena, &site),
                         &run->operation->variables, run->operation->executor->hide_suggestions,
                         &errors, &ignored);
    if (first_error(&errors))
        return xy__field_refuse(run, at, first_error(&errors));
    run->limit = "A condition of the operation is no boolean.";
    return XY_OUTCOME_FAILED;
}

/* Spec 6.3.3 ExecuteCollectedFields */
static xy_outcome execute_fields(xy_run *run, xy_frame *at, const xy_selection *selection,
                                 const xy_parent_ref *parent)
{
    if (XY_UNLIKELY(run->watch))
        xy__watch_object(run, selection, parent);
    xy__buf_char(&run->text, '{');
    for (size_t i = 0; i < selection->field_count; i++) {
        if (xy__run_halted(run) ||
            execute_field(run, at, &selection->fields[i], parent, i == 0) == XY_OUTCOME_FAILED)
            return XY_OUTCOME_FAILED;
    }
    xy__buf_char(&run->text, '}');
    return XY_OUTCOME_WRITTEN;
}

xy_outcome xy__execute_object(xy_run *run, xy_frame *at, const xy_selection *selection,
                              const xy_parent_ref *parent)
{
    const xy_defer_scope *around = run->scope;
    xy_outcome outcome;

    if (XY_UNLIKELY(selection->bad_condition))
        return fail_condition(run, at, selection->bad_condition);
    if (XY_LIKELY(!selection->deferral || !run->part))
        return execute_fields(run, at, selection, parent);
    xy__found_deferral(run, at, selection->deferral, parent);
    outcome = execute_fields(run, at, selection, parent);
    run->scope = around;
    return outcome;
}

xy_outcome xy__execute_serially(xy_run *run, xy_frame *root, const xy_selection *selection,
                                const xy_parent_ref *parent, size_t from)
{
    if (selection->bad_condition)
        return fail_condition(run, root, selection->bad_condition);
    if (from == 0) {
        if (selection->deferral && run->part)
            xy__found_deferral(run, root, selection->deferral, parent);
        xy__buf_char(&run->text, '{');
    }
    for (size_t i = from; i < selection->field_count; i++) {
        if (run->waiting > 0) {
            run->serial_next = i;
            run->serial_rest = xy__spot_place_rest(run, root);
            return XY_OUTCOME_WRITTEN;
        }
        if (xy__run_halted(run) ||
            execute_field(run, root, &selection->fields[i], parent, i == 0) == XY_OUTCOME_FAILED)
            return XY_OUTCOME_FAILED;
    }
    xy__buf_char(&run->text, '}');
    return XY_OUTCOME_WRITTEN;
}
