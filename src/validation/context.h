/* SPDX-License-Identifier: MIT */
/* validation/context.h -- what the rules of one validation share: schema, document, the types at
 * the current node, where errors go, what is left of the budget.
 *
 * A handler that has reported or spent work ends with `return xy__validation_next(v)`, which stops
 * the walk for all rules once the validation is over (too many errors, no budget left). */
#ifndef XY_VALIDATION_CONTEXT_H
#define XY_VALIDATION_CONTEXT_H

#include "language/locator.h"
#include "schema/doc_rule.h"
#include "validation/definitions.h"
#include "validation/type_info.h"
#include "validation/validate.h"

/* Scratch memory of one validation. Rules need a small multiple of the document; what grows
 * faster than that is paid for from the budget of work. */
#define XY_VALIDATION_MEMORY_MAX ((size_t)256 << 20)

struct xy_validation {
    xy_doc_context doc; /* for the shared rules; doc.full: the validation is over */
    const xy_schema *schema;
    const xy_ast_document *document;
    const xy_validate_options *options;
    xy_arena *arena; /* scratch, gone with the validation */
    xy_errors *errors;
    xy_type_info types;
    xy_definitions definitions;
    xy_locator locator;
    size_t errors_left;
    uint32_t work_left;
};

/* keeps: all that is given, until the validation's end. */
void xy__validation_init(xy_validation *v, xy_arena *arena, const xy_schema *schema,
                         const xy_ast_document *document, const xy_validate_options *options,
                         xy_errors *errors);

/* What a handler returns when it has nothing else to say. */
static inline xy_visit_next xy__validation_next(const xy_validation *v)
{
    return v->doc.full ? XY_VISIT_STOP : XY_VISIT_ON;
}

/* The same for a handler that does not look below its node. */
static inline xy_visit_next xy__validation_skip(const xy_validation *v)
{
    return v->doc.full ? XY_VISIT_STOP : XY_VISIT_SKIP;
}

/* Take `steps` from the budget. False once it is spent: the validation is over then, and the
 * caller leaves its loop. */
bool xy__validation_spend(xy_validation *v, size_t steps);

/* End the validation as if the budget was spent. */
void xy__validation_abort(xy_validation *v);

/* Report an error at `node` (NULL: without location). Returns it, or NULL when it is one too
 * many and the validation is over. */
xy_error *xy__validation_report(xy_validation *v, const xy_node *node, const char *fmt, ...)
    XY_PRINTF(3, 4);

/* There is one error more than is reported: the validation is over. */
void xy__validation_full(xy_validation *v);

/* Give `error` (may be NULL) one more location. Costs a step. */
void xy__validation_also_at(xy_validation *v, xy_error *error, const xy_node *node);

#endif
