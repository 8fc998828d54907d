/* SPDX-License-Identifier: MIT */
/* validation/limits.h -- how much a document asks for, and is that more than it may?
 *
 * Four figures are taken of each operation, as if every spread was replaced by the selections of
 * its fragment; a spread or inline fragment itself neither costs nor nests:
 *
 *   depth       fields inside each other: 2 for `{ a { b } }`
 *   aliases     fields that have one
 *   directives  on the operation, its variables, fields and fragments
 *   cost        the sum over its outermost fields, where a field costs
 *                   without selections  XY_COST_SCALAR
 *                   with selections     XY_COST_OBJECT + XY_COST_FACTOR * the sum over those
 *               so `{ a { b c { d } } }` costs 2 + 1.5 * (1 + (2 + 1.5 * 1)) = 8.75
 *
 * `__schema` and `__type`, and what is beneath them, have neither depth nor cost: a rule of its
 * own bounds introspection.
 *
 * Taken in one pass over the document: each fragment is measured once, however often it is
 * spread. Counts stop at UINT32_MAX; a cost may become infinite. Fragments that form a cycle,
 * which validation refuses, count once. */
#ifndef XY_VALIDATION_LIMITS_H
#define XY_VALIDATION_LIMITS_H

#include "xylem/error.h"

#include "base/errors.h"
#include "language/ast.h"

#define XY_COST_OBJECT 2.0
#define XY_COST_SCALAR 1.0
#define XY_COST_FACTOR 1.5

/* The extensions.code of these errors, and of those of the parser's limits. */
#define XY_LIMITS_CODE "OPERATION_TOO_COMPLEX"

typedef struct xy_measure {
    uint32_t depth;
    uint32_t aliases;
    uint32_t directives;
    double cost;
} xy_measure;

/* 0: no limit. */
typedef struct xy_operation_limits {
    uint32_t depth_max;
    uint32_t aliases_max;
    uint32_t directives_max;
    uint32_t cost_max;
} xy_operation_limits;

/* Each figure of the operation in which it is largest. The document need not be valid. */
xy_measure xy__document_measure(const xy_ast_document *document);

/* Report each limit that an operation exceeds, with XY_LIMITS_CODE and without locations, say
 * `Syntax Error: Query depth limit of 6 exceeded, found 7.` Nothing is measured when there is no
 * limit. Returns 0 or XY_EREFUSED. */
int xy__limits_check(const xy_ast_document *document, const xy_operation_limits *limits,
                     xy_errors *errors);

#endif
