/* SPDX-License-Identifier: MIT */
/* validation/scopes_merge.h -- does a document have fields that cannot be merged? */
#ifndef XY_VALIDATION_SCOPES_MERGE_H
#define XY_VALIDATION_SCOPES_MERGE_H

#include "validation/field_scopes.h"

typedef enum xy_merge_answer {
    XY_MERGE_FITS,      /* there is no conflict */
    XY_MERGE_CONFLICTS, /* there is one, at least */
    XY_MERGE_UNKNOWN,   /* not found out in so many steps */
} xy_merge_answer;

/* Spec 5.3.2 FieldsInSetCanMerge, of all selection sets at once. Takes no more than `steps` from
 * the budget; in documents that people write there are about as many as there are selections. */
xy_merge_answer xy__scopes_merge(xy_field_scopes *scopes, uint32_t steps);

#endif
