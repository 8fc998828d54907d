/* SPDX-License-Identifier: MIT */
/* execution/run.c -- one execution, of a result or a part of one, from its first field to its end.
 *
 *   create --execute--> first pass --+--> waiting --resolved--> fill --+--> finished --> freed
 *                                    |       ^                         |       ^
 *                                    |       +----- still waiting -----+       |
 *                                    +-----------------------------------------+
 *
 * Invariants
 *   1. Text is written by one pass at a time: the first one, the filling of one late spot, or
 *      the rest of a mutation. What is resolved during a pass is filled after it.
 *   2. The result is given once nothing waits any more, at once in the pass that ends the
 *      waiting; promises that were stopped may still be unresolved then.
 *   3. The run's memory goes when the result is given (or dropped), no promise is unresolved,
 *      nobody has a hold on it and the engine is not on the stack.
 *
 * Read next: field.h (what a pass does), spot.h (late values), promise.h. */
#include "execution/run.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "execution/deadline.h"
#include "execution/field.h"
#include "execution/field_error.h"
#include "execution/increments.h"
#include "execution/loads.h"
#include "execution/response.h"
#include "execution/spot.h"

static const xy_str prefix = XY_STR_INIT("{\"data\":");

/* ---- life ---- */

static xy_run *allocate(xy_executor *executor)
{
    xy_run *run = executor->spare_runs;

    if (!run) {
        run = xy__zalloc(sizeof *run);
        xy__arena_init(&run->arena, executor->limits.run_bytes_max);
        return run;
    }
    executor->spare_runs = run->next;
    executor->spare_run_count--;
    *run = (xy_run){.arena = run->arena};
    run->arena.max = executor->limits.run_bytes_max;
    return run;
}

static void set_terms(xy_run *run, const xy_run_terms *terms)
{
    if (!terms) {
        if (!run->operation->shared)
            run->identity = xy__identity_ref(xy__identity_now(run->operation->identity));
        return;
    }
    run->identity = xy__identity_ref(terms->identity);
    run->more = terms->more;
    run->watch = terms->watch;
    if (run->watch)
        run->watch->run = run;
}

/* It tells nothing any more. */
static void unwatch(xy_run *run)
{
    if (run->watch)
        run->watch->run = NULL;
    run->watch = NULL;
}

xy_run *xy__run_create(xy_operation *operation, const xy_run_terms *terms, xy_on_result *done,
                       void *arg)
{
    xy_executor *executor = operation->executor;
    xy_run *run = allocate(executor);

    run->operation = xy__operation_ref(operation);
    run->executor = executor;
    set_terms(run, terms);
    run->done = done;
    run->done_arg = arg;
    run->resolved_end = &run->resolved;
    xy__errors_init(&run->errors, &run->arena);
    run->errors.shifts = xy__lifted_shifts(operation->lifted);
    xy__executor_buf(executor, &run->text);
    xy__list_append(&operation->runs, &run->link);
    executor->gauges.runs++;
    return run;
}

xy_run *xy__run_create_part(xy_run *up, xy_part *part, const xy_path *base)
{
    const xy_run_terms terms = {.identity = up->identity};
    xy_run *run = xy__run_create(up->operation, &terms, NULL, NULL);

    run->part = part;
    run->base = base;
    run->up = up;
    xy__run_hold(up);
    xy__run_hold(run);
    return run;
}

static void release(xy_run *run)
{
    xy_executor *executor = run->executor;
    xy_operation *operation = run->operation;
    xy_run *up = run->up;

    executor->gauges.runs--;
    xy__executor_drop(executor, &run->text);
    xy_bytes_unref(run->event);
    xy__identity_unref(run->identity);
    xy__loads_unref(run->loads);
    if (executor->spare_run_count == XY_EXECUTOR_SPARES) {
        xy__arena_deinit(&run->arena);
        free(run);
    } else {
        xy__arena_reset(&run->arena);
        run->next = executor->spare_runs;
        executor->spare_runs = run;
        executor->spare_run_count++;
    }
    xy__operation_unref(operation);
    if (up)
        xy__run_unhold(up);
}

static void release_ended(xy_run *run)
{
    if (run->busy == 0 && run->finished && run->unresolved == 0 && run->holds == 0)
        release(run);
}

void xy__run_unhold(xy_run *run)
{
    run->holds--;
    release_ended(run);
}

/* ---- the result ---- */

/* The run was ended by a limit: that is all there is to say. */
static xy_bytes *limit_result(xy_run *run, const char *message, unsigned *flags)
{
    xy_errors errors;
    xy_buf out;

    xy__errors_init(&errors, &run->arena);
    xy__errors_add(&errors, xy_str_from(message))->code = run->limit_code;
    *flags = XY_PUT_ERRORS;
    if (run->limit_code) {
        *flags |= (unsigned)XY_PUT_NO_DATA | XY_PUT_TIMEOUT;
        return xy__errors_response(&errors);
    }
    xy__buf_init(&out, SIZE_MAX);
    XY_BUF_LITERAL(&out, "{\"errors\":");
    xy__errors_write(&out, &errors);
    XY_BUF_LITERAL(&out, ",\"data\":null");
    xy__buf_str(&out, run->more);
    xy__buf_char(&out, '}');
    return xy__buf_take(&out);
}

static void write_data(const xy_run *run, xy_buf *out)
{
    if (run->root) {
        xy__spot_render(run, run->root, out);
    } else {
        xy__buf_append(out, run->text.ptr + prefix.len, run->text.len - prefix.len);
    }
}

/* The text is not in order, or errors go before it. Spec 7.1.1 Response Format. */
static void assemble(const xy_run *run, xy_buf *out)
{
    xy__buf_char(out, '{');
    if (run->errors.list.len > 0) {
        XY_BUF_LITERAL(out, "\"errors\":");
        xy__errors_write(out, &run->errors);
        xy__buf_char(out, ',');
    }
    XY_BUF_LITERAL(out, "\"data\":");
    write_data(run, out);
    xy__buf_str(out, run->more);
    xy__buf_char(out, '}');
}

static const char *find_limit(const xy_run *run, const xy_buf *out)
{
    if (run->limit)
        return run->limit;
    if (out->err)
        return "The response is larger than it may be.";
    if (xy__arena_over(&run->arena))
        return "The operation needs more memory than it may have.";
    return NULL;
}

const char *xy__run_limit(const xy_run *run)
{
    return find_limit(run, &run->text);
}

xy_bytes *xy__run_result(xy_run *run, unsigned *flags)
{
    const char *limit;
    xy_buf out;

    *flags = run->errors.list.len > 0 ? XY_PUT_ERRORS : 0;
    if (*flags == 0 && !run->root) {
        xy__buf_str(&run->text, run->more);
        xy__buf_char(&run->text, '}');
        limit = find_limit(run, &run->text);
        if (!limit)
            return xy__executor_take(run->executor, &run->text);
    } else {
        xy__executor_buf(run->executor, &out);
        limit = find_limit(run, &run->text);
        if (!limit) {
            assemble(run, &out);
            limit = find_limit(run, &out);
        }
        if (!limit)
            return xy__executor_take(run->executor, &out);
        xy__executor_drop(run->executor, &out);
    }
    run->limit = limit;
    return limit_result(run, limit, flags);
}

xy_str xy__run_text(const xy_run *run, xy_buf *scratch)
{
    if (!run->root)
        return xy__buf_view(&run->text);
    scratch->len = 0;
    xy__spot_render(run, run->root, scratch);
    return xy__buf_view(scratch);
}

static void finish(xy_run *run)
{
    xy_bytes *result;
    unsigned flags;

    run->finished = true;
    xy__list_remove(&run->link);
    xy__deadline_stop(run);
    unwatch(run);
    if (run->cancelled)
        return;
    if (run->part) {
        xy__part_finished(run->part);
        return;
    }
    result = xy__run_result(run, &flags);
    run->done(run->done_arg, result, flags);
}

/* ---- passes ---- */

/* The first frame of the root object, or of the rest of it. */
static xy_frame root_frame(const xy_run *run, xy_spot *spot)
{
    return (xy_frame){
        .spot = spot,
        .start = run->text.len,
        .nullable = spot == NULL,
        .root = true,
    };
}

/* An error of the operation as a whole. */
static xy_error *fail_operation(xy_run *run, xy_str message)
{
    xy_error *error = xy__errors_add(&run->errors, message);

    xy__error_locate(&run->errors, error, xy__node_location(&run->operation->plans->ast->node));
    return error;
}

static xy_outcome execute_root(xy_run *run, xy_frame *root, size_t from)
{
    const xy_plan *plan = run->operation->plan;
    const xy_plans *plans = run->operation->plans;

    if (!plan->root) {
        fail_operation(run, xy__plans_rootless(&run->arena, plans));
        return XY_OUTCOME_FAILED;
    }
    if (run->bad_event) {
        xy__error_unexpected(run->operation, fail_operation(run, XY_STR("An event is not JSON.")));
        return XY_OUTCOME_FAILED;
    }
    if (plans->ast->operation == XY_OPERATION_MUTATION)
        return xy__execute_serially(run, root, plan->root, &run->root_parent, from);
    return xy__execute_object(run, root, plan->root, &run->root_parent);
}

/* Spec 6.2.1 Query, 6.2.2 Mutation, 6.2.3.2 ExecuteSubscriptionEvent */
static void first_pass(xy_run *run)
{
    xy_frame root;

    if (run->part && run->part->kind != XY_PART_FIRST) {
        xy__part_execute(run);
        return;
    }
    xy__buf_str(&run->text, prefix);
    root = root_frame(run, NULL);
    xy__frame_close(run, &root, execute_root(run, &root, 0));
}

/* A late value has come. */
static void fill(xy_run *run, xy_promise *promise)
{
    xy_spot *spot = promise->spot;
    xy_frame at = {
        .path = spot->path,
        .spot = spot,
        .start = run->text.len,
        .nullable = spot->nullable,
    };
    xy_outcome outcome;

    run->scope = spot->scope;
    xy__spot_fill(run, spot);
    outcome = xy__complete_call(run, &at, spot->field, spot->type, promise->call);
    if (outcome == XY_OUTCOME_FAILED)
        xy__spot_propagate(run, spot);
}

/* What stood before the rest of a mutation is complete. */
static void execute_rest(xy_run *run)
{
    xy_spot *rest = run->serial_rest;
    xy_frame root = root_frame(run, rest);

    run->serial_rest = NULL;
    run->scope = rest->scope;
    xy__spot_fill(run, rest);
    if (xy__frame_close(run, &root, execute_root(run, &root, run->serial_next)) ==
        XY_OUTCOME_FAILED)
        xy__spot_null_root(run);
}

static void drop_all(xy_run *run)
{
    run->serial_rest = NULL;
    if (run->root)
        xy__spot_drop(run, run->root);
}

/* One more thing that can be done now; false when there is none. */
static bool step(xy_run *run)
{
    xy_promise *promise = run->resolved;

    if (xy__run_halted(run)) {
        drop_all(run);
        return false;
    }
    if (promise) {
        run->resolved = promise->next;
        if (!run->resolved)
            run->resolved_end = &run->resolved;
        if (promise->state == XY_PROMISE_WAITED)
            fill(run, promise);
        return true;
    }
    if (run->waiting > 0 || !run->serial_rest || run->root->state == XY_SPOT_NULLED)
        return false;
    execute_rest(run);
    return true;
}

void xy__run_leave(xy_run *run)
{
    if (run->busy == 1 && !run->finished) {
        while (step(run)) {
        }
        if (run->waiting == 0)
            finish(run);
        else
            xy__deadline_start(run);
    }
    run->busy--;
    release_ended(run);
}

void xy__run_execute(xy_run *run)
{
    xy__run_enter(run);
    first_pass(run);
    xy__run_leave(run);
}

void xy__run_cancel_alone(xy_run *run)
{
    xy__run_enter(run);
    run->cancelled = true;
    unwatch(run);
    if (run->outlet) {
        run->outlet->on_ready = NULL;
        run->outlet->on_stop = NULL;
        run->outlet = NULL;
    }
    xy__list_remove(&run->link);
    xy__run_leave(run);
}

void xy__run_cancel(xy_run *run)
{
    if (run->part) {
        xy__increments_cancel(run->part->increments);
    } else {
        xy__run_cancel_alone(run);
    }
}
