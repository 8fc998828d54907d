/* SPDX-License-Identifier: MIT */
/* execution/field.h -- the fields of an object, one after another. Spec 6.4 Executing Fields. */
#ifndef XY_EXECUTION_FIELD_H
#define XY_EXECUTION_FIELD_H

#include "execution/complete.h"

/* Spec 6.3.3 ExecuteCollectedFields: write the object whose position is `at`, with braces. FAILED
 * when a field is null that must not be. */
xy_outcome xy__execute_object(xy_run *run, xy_frame *at, const xy_selection *selection,
                              const xy_parent_ref *parent);

/* Spec 6.2.2 Mutation: the same one after another, for the root fields number `from` and on; a
 * late one holds up those behind it (run->serial_rest). The brace that opens is the caller's. */
xy_outcome xy__execute_serially(xy_run *run, xy_frame *root, const xy_selection *selection,
                                const xy_parent_ref *parent, size_t from);

/* What a PLAIN field of `parent` is: a member of its struct or of its JSON object. */
xy_result xy__field_read(const xy_plan_field *field, const xy_parent_ref *parent);

/* Tell the run's watch the key of the object `parent`, if its type has one. */
void xy__watch_object(xy_run *run, const xy_selection *selection, const xy_parent_ref *parent);

/* Spec 6.4.1 CoerceArgumentValues: those of `field`, an OBJECT. NULL when they cannot be coerced:
 * *refusal says why, without a path; or it is NULL, too, when the operation's memory is used up. */
const xy_value *xy__field_arguments(xy_operation *operation, const xy_plan_field *field,
                                    const xy_error **refusal);

#endif
