/* SPDX-License-Identifier: MIT */
/* schema/coerce_literal.h -- a literal of a document or SDL to a value of an input type, and what
 * is wrong with one that is none. Spec 3.5 to 3.12, "Input Coercion" of each kind.
 *
 * Two functions, because they are asked different things: coercion is of a validated document,
 * with the variables at hand, and either works or does not; the check is of whatever a client
 * wrote, mostly before there are variables, and tells all that is wrong.
 *
 * `variables` is an OBJECT of coerced values in which absent ones are absent. A variable is
 * trusted to be of a type that may stand where it stands (spec 5.8.5). */
#ifndef XY_SCHEMA_COERCE_LITERAL_H
#define XY_SCHEMA_COERCE_LITERAL_H

#include "schema/coerce_report.h"
#include "schema/types.h"

/* Coerce `literal` to `type`; the result is as that of xy__coerce_input(). `variables` may be
 * NULL: none. An absent variable is null in a list, as if not written in an object, and makes the
 * literal invalid elsewhere. keeps: literal and variables, as long as *out. Returns 0; XY_EFAILED
 * when it is not valid; XY_ELIMIT when the arena is over its maximum. */
int xy__coerce_literal(xy_arena *arena, const xy_type *type, const xy_ast_value *literal,
                       const xy_value *variables, xy_value *out);

/* Tell in `report` why `literal` is no value of `type`; errors are located at the literal, or
 * part of one, that is at fault. `variables` NULL: not known yet, any value may come of a
 * variable. Returns 0 when nothing is wrong, XY_EFAILED, or XY_ELIMIT. */
int xy__check_literal(const xy_type *type, const xy_ast_value *literal, const xy_value *variables,
                      xy_coerce_report *report);

/* The literal as JSON, no type known: enum values become strings (marked is_enum), variables
 * their values; absent ones are null in a list, and left out of an object. */
xy_value xy__literal_to_value(xy_arena *arena, const xy_ast_value *literal,
                              const xy_value *variables);

/* Is there a variable in it? */
bool xy__literal_has_variable(const xy_ast_value *literal);

#endif
