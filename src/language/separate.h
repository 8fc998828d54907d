/* SPDX-License-Identifier: MIT */
/* language/separate.h -- a document of several operations as one document for each. */
#ifndef XY_LANGUAGE_SEPARATE_H
#define XY_LANGUAGE_SEPARATE_H

#include "language/ast.h"

typedef struct xy_separated {
    xy_str name; /* of the operation; empty for an anonymous one */
    xy_ast_document *document;
} xy_separated;

/* Each operation of `document` with the fragments it uses, directly or through others, in
 * document order; type system definitions are left out. Of operations with the same name the last
 * one counts, in the place of the first. The list lives in `arena`; keeps: document, as long as
 * the list. */
xy_separated *xy__separate_operations(xy_arena *arena, const xy_ast_document *document,
                                      size_t *count);

#endif
