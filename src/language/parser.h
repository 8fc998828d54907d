/* SPDX-License-Identifier: MIT */
/* language/parser.h -- text to syntax tree. Spec 2 Language, appendix C; errors worded as
 * graphql-js 17 words them. */
#ifndef XY_LANGUAGE_PARSER_H
#define XY_LANGUAGE_PARSER_H

#include "xylem/error.h"

#include "language/ast.h"

#define XY_PARSE_TOKENS_DEFAULT 1000000u /* for trusted text; a server sets its own limit */
#define XY_PARSE_DEPTH_DEFAULT  200u

typedef struct xy_parse_options {
    uint32_t tokens_max; /* lexical tokens without comments; 0: XY_PARSE_TOKENS_DEFAULT */
    uint32_t depth_max;  /* nested selection sets, values and types; 0: XY_PARSE_DEPTH_DEFAULT */
    /* Say "Token limit of N exceeded." without a location, like the limits of operations, not what
     * graphql-js says. */
    bool tokens_as_limit;
} xy_parse_options;

/* Parse a whole document. `options` may be NULL. keeps: source, as long as the tree. The tree
 * and the error (one at most) live in `arena`. Returns 0; XY_ESYNTAX; XY_ELIMIT when a limit or
 * the arena's maximum is passed (an error is then in `errors` too). */
int xy__parse(xy_arena *arena, const xy_source *source, const xy_parse_options *options,
              xy_ast_document **out, xy_errors *errors);

/* The same for a single Value (with variables), a constant Value, a Type reference; the whole
 * text must be consumed. */
int xy__parse_value(xy_arena *arena, const xy_source *source, const xy_parse_options *options,
                    xy_ast_value **out, xy_errors *errors);
int xy__parse_const_value(xy_arena *arena, const xy_source *source, const xy_parse_options *options,
                          xy_ast_value **out, xy_errors *errors);
int xy__parse_type(xy_arena *arena, const xy_source *source, const xy_parse_options *options,
                   xy_ast_type **out, xy_errors *errors);

#endif
