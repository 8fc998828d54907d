/* SPDX-License-Identifier: MIT */
/* execution/complete.h -- from what a field resolved to, to text. Spec 6.4.3 Value Completion. */
#ifndef XY_EXECUTION_COMPLETE_H
#define XY_EXECUTION_COMPLETE_H

#include "execution/promise.h"

/* Complete what is put in `call` at `at`, for which `type` is wanted. Writes the value, null
 * where that is allowed, or leaves a spot; else FAILED. Releases the call. */
xy_outcome xy__complete_call(xy_run *run, xy_frame *at, xy_plan_field *field, const xy_type *type,
                             xy_call *call);

/* The same for a result that no call has. */
xy_outcome xy__complete_result(xy_run *run, xy_frame *at, xy_plan_field *field, const xy_type *type,
                               const xy_result *result);

/* Give a position its end: what failed at a nullable one becomes null. Spec 6.4.4. */
xy_outcome xy__frame_close(xy_run *run, xy_frame *at, xy_outcome outcome);

/* leaf.c: write a value of a scalar or enum type; `result` is none of NULL, ERROR, LATER. Spec
 * 6.4.3 CoerceResult. */
xy_outcome xy__complete_leaf(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                             const xy_type *type, const xy_result *result);

/* Item number `index` of a list, which has that many. */
xy_result xy__list_item(xy_run *run, const xy_result *list, size_t index);

/* slot.c: what a slot reads from a struct: SLOT for enums and lists only. */
xy_result xy__slot_read(const xy_slot *slot, const void *object);

#endif
