/* SPDX-License-Identifier: MIT */
/* execution/field_error.h -- errors of fields: at which position, from which nodes, and what of
 * them the client may read. Spec 6.4.4 Handling Execution Errors. */
#ifndef XY_EXECUTION_FIELD_ERROR_H
#define XY_EXECUTION_FIELD_ERROR_H

#include "execution/run.h"

/* The path of `at`, in the run's arena; NULL for the result's root. */
const xy_path *xy__frame_path(xy_run *run, const xy_frame *at);

/* The path of what is beneath `at` as far as frames link it; NULL beneath the result's root. */
static inline const xy_path *xy__frame_step(const xy_run *run, const xy_frame *at)
{
    return at->root ? run->base : &at->path;
}

/* Record an error at `at`, located at all nodes of `field`. Returns it, to be given a code. */
xy_error *xy__field_error(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                          xy_str message);

/* The same with a formatted message. Returns XY_OUTCOME_FAILED. */
xy_outcome xy__field_fail(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                          const char *fmt, ...) XY_PRINTF(4, 5);

/* The same for what the client need not know: reported to the executor's on_unexpected, masked
 * when it masks. Returns XY_OUTCOME_FAILED. */
xy_outcome xy__field_fail_unexpected(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                                     xy_str message);

/* Record the error `found`, which has message and locations, at `at`. Returns
 * XY_OUTCOME_FAILED. */
xy_outcome xy__field_refuse(xy_run *run, const xy_frame *at, const xy_error *found);

/* Give `error` the locations of all nodes of `field`. */
void xy__field_locate(xy_operation *operation, const xy_plan_field *field, xy_error *error);

/* Mask `error` when the executor masks, and report it. */
void xy__error_unexpected(xy_operation *operation, xy_error *error);

#endif
