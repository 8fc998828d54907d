/* SPDX-License-Identifier: MIT */
/* execution/document.h -- an entry of the document cache: source text, syntax tree and a plan
 * for each operation.
 *
 * Refcounted (atomically), shared by threads. All of it is read-only once created, but for the
 * plans, which grow under a lock of their own when an operation meets a new combination of
 * conditions or a new concrete type. */
#ifndef XY_EXECUTION_DOCUMENT_H
#define XY_EXECUTION_DOCUMENT_H

#include <stdatomic.h>

#include "language/parser.h"
#include "schema/types.h"

/* What one document may hold, tree and plans of all its operations together, in bytes. */
#define XY_DOCUMENT_BYTES_DEFAULT ((size_t)64 << 20)

typedef struct xy_plans xy_plans; /* execution/plan.h */

typedef struct xy_document {
    _Atomic uint32_t refs;
    const xy_schema *schema;
    xy_arena arena;
    xy_source source;
    const xy_ast_document *ast;
    xy_plans **operations; /* one for each operation, in order */
    size_t operation_count;
} xy_document;

/* Finds what is wrong with `ast` and appends it to `errors`; scratch and errors live in
 * errors->arena. Returns 0, XY_EFAILED, or XY_ELIMIT. */
typedef int xy_validate_fn(const xy_schema *schema, const xy_ast_document *ast, void *arg,
                           xy_errors *errors);

typedef struct xy_document_options {
    xy_parse_options parse;
    size_t bytes_max;         /* 0: XY_DOCUMENT_BYTES_DEFAULT */
    xy_validate_fn *validate; /* NULL: the specification's rules, all of them */
    void *validate_arg;       /* given to `validate` */
    bool trusted;             /* do not validate at all */
} xy_document_options;

/* Parse, validate and plan `text`. `options` may be NULL. keeps: schema, until the last
 * reference is gone; the text is copied. gives: *out, one reference. On failure `errors` has at
 * least one entry, with extensions.code GRAPHQL_PARSE_FAILED or GRAPHQL_VALIDATION_FAILED.
 * Returns 0, XY_ESYNTAX, XY_EFAILED (not valid) or XY_ELIMIT. */
int xy__document_create(const xy_schema *schema, xy_str text, const xy_document_options *options,
                        xy_document **out, xy_errors *errors);

/* One more reference, for another owner. From any thread. Returns `document`. */
xy_document *xy__document_ref(xy_document *document);

/* takes: one reference (NULL is fine); the last one frees the document. From any thread. */
void xy__document_unref(xy_document *document);

/* Spec 6.1 GetOperation: the operation `name`, or the only one when `name` is null. Returns 0
 * and *out; XY_EFAILED and one error, worded as graphql-js words it. */
int xy__document_operation(const xy_document *document, xy_str name, xy_plans **out,
                           xy_errors *errors);

/* Query, mutation or subscription, and the definition in the tree. */
xy_operation_type xy__plans_type(const xy_plans *plans);
const xy_ast_operation *xy__plans_ast(const xy_plans *plans);

#endif
