/* SPDX-License-Identifier: MIT */
/* validation/validate.h -- is a document one that the schema can execute? Spec 5 Validation.
 *
 * All rules run in one walk over the document and report as graphql-js 17 does: same messages,
 * locations, order. A document that is valid here needs no further checks in execution, apart
 * from those on values of variables.
 *
 * What a document may cost is bounded: nearly everything is linear in its size, and what is not
 * (sets of fragments per operation, conflicts of fields) draws on a budget of work. A document
 * that spends it all is refused with "Validation aborted.". */
#ifndef XY_VALIDATION_VALIDATE_H
#define XY_VALIDATION_VALIDATE_H

#include "xylem/error.h"

#include "base/errors.h"
#include "schema/types.h"
#include "validation/rules.h"

#define XY_VALIDATE_ERRORS_DEFAULT 100u
#define XY_VALIDATE_WORK_DEFAULT   500000u

typedef struct xy_validate_options {
    uint32_t errors_max;     /* then one more error says that there were too many; 0: the default */
    uint32_t work_max;       /* steps of what is not linear; 0: XY_VALIDATE_WORK_DEFAULT */
    bool hide_suggestions;   /* no "Did you mean ...", and none is looked for */
    bool mask_suggestions;   /* "[Suggestion hidden]?" instead, as Yoga does in production */
    bool hide_introspection; /* fields of introspection types are errors */
    bool report_deprecated;  /* uses of what is deprecated are errors; for tools */
    xy_rules only;           /* run just these rules; 0: those of the specification */
} xy_validate_options;

/* Validate `document`. `options` may be NULL. Errors and all that they hold live in
 * errors->arena. Returns 0 when there are none; XY_EFAILED; XY_ELIMIT when errors_max or
 * work_max was reached (the last error then says so). */
int xy__validate(const xy_schema *schema, const xy_ast_document *document,
                 const xy_validate_options *options, xy_errors *errors);

/* The same; also says in *work how many steps of work_max were taken. */
int xy__validate_measured(const xy_schema *schema, const xy_ast_document *document,
                          const xy_validate_options *options, xy_errors *errors, uint32_t *work);

#endif
