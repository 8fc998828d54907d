/* SPDX-License-Identifier: MIT */
/* execution/document.h -- an entry of the document cache: source text, syntax tree and plans
 * for its operations.
 *
 * Refcounted (atomically), shared by threads. All of it is read-only once created, but for the
 * plans, which grow under a lock of their own when an operation meets a new combination of
 * conditions or a new concrete type. */
#ifndef XY_EXECUTION_DOCUMENT_H
#define XY_EXECUTION_DOCUMENT_H

#include <stdatomic.h>

#include "language/parser.h"
#include "schema/types.h"
#include "validation/limits.h"
#include "validation/validate.h"

/* Source and syntax tree of one document, in bytes; a plan has a limit of its own. */
#define XY_DOCUMENT_BYTES_DEFAULT ((size_t)64 << 20)

typedef struct xy_plans xy_plans; /* execution/plan.h */
typedef struct xy_lift xy_lift;   /* execution/lift.h */

typedef struct xy_document {
    _Atomic uint32_t refs;
    const xy_schema *schema;
    xy_arena arena;
    xy_source source;
    const xy_ast_document *ast;
    xy_map fragments;   /* -> xy_plan_fragment, of execution/plan.h */
    xy_str *conditions; /* names of the variables that @skip, @include, @defer, @stream test */
    size_t condition_count;
    bool has_increments;   /* @defer or @stream, somewhere */
    xy_plans **operations; /* one for each operation, in order */
    size_t operation_count;
    xy_lift *lift; /* where its literals are; NULL: nobody asked */
    _Atomic uint32_t plans_kept;
    _Atomic size_t plan_bytes; /* in the plans kept */
} xy_document;

typedef struct xy_document_options {
    xy_parse_options parse;
    xy_operation_limits limits; /* of each operation; checked before validation */
    xy_validate_options validate;
    size_t bytes_max; /* 0: XY_DOCUMENT_BYTES_DEFAULT */
    bool trusted;     /* do not validate at all */
} xy_document_options;

/* Parse and validate `text`; its operations are planned when they are first prepared. `options`
 * may be NULL. keeps: schema, until the last reference is gone; the text is copied. gives: *out,
 * one reference. On failure `errors` has at least one entry, with extensions.code
 * GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED or XY_LIMITS_CODE. Returns 0, XY_ESYNTAX,
 * XY_EREFUSED (one of `limits`), XY_EFAILED (not valid) or XY_ELIMIT (another limit). */
int xy__document_create(const xy_schema *schema, xy_str text, const xy_document_options *options,
                        xy_document **out, xy_errors *errors);

/* One more reference, for another owner. From any thread. Returns `document`. */
xy_document *xy__document_ref(xy_document *document);

/* takes: one reference (NULL is fine); the last one frees the document. From any thread. */
void xy__document_unref(xy_document *document);

/* What it holds now, plans included: a cache counts with that. From any thread. */
size_t xy__document_bytes(const xy_document *document);

/* Spec 6.1 GetOperation: the operation `name`, or the only one when `name` is null. Returns 0
 * and *out; XY_EFAILED and one error, worded as graphql-js words it. */
int xy__document_operation(const xy_document *document, xy_str name, xy_plans **out,
                           xy_errors *errors);

/* Append what xy__document_operation() says when there is no operation `name`. */
void xy__document_unknown_operation(xy_str name, xy_errors *errors);

/* Query, mutation or subscription, and the definition in the tree. */
xy_operation_type xy__plans_type(const xy_plans *plans);
const xy_ast_operation *xy__plans_ast(const xy_plans *plans);

#endif
