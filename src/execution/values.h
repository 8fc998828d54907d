/* SPDX-License-Identifier: MIT */
/* execution/values.h -- variables and arguments, coerced in two halves: what a document alone
 * decides when it is planned, what depends on a request when it is run.
 *
 * Spec 6.1.2 CoerceVariableValues, 6.4.1 CoerceArgumentValues; errors worded as graphql-js 17
 * words them. The compiled halves are read-only and shared by threads. */
#ifndef XY_EXECUTION_VALUES_H
#define XY_EXECUTION_VALUES_H

#include "base/errors.h"
#include "schema/types.h"

typedef struct xy_lift xy_lift;     /* execution/lift.h */
typedef struct xy_lifted xy_lifted; /* the same */

/* Errors of one request's variables; one more says that there would be more. */
#define XY_VARIABLE_ERRORS_MAX 50u

typedef struct xy_variable {
    const xy_ast_variable_definition *definition;
    xy_str name;
    const xy_type *type;           /* NULL: unknown, or no input type */
    const xy_value *default_value; /* coerced; NULL: none, or not valid */
} xy_variable;

typedef struct xy_variables {
    xy_variable *items;
    size_t len;
} xy_variables;

/* Look up the types of an operation's variables and coerce their defaults. Nothing is refused
 * yet: a bad default is an error only of a request that needs it. keeps: definitions and schema,
 * as long as the result. */
xy_variables xy__variables_compile(xy_arena *arena, const xy_schema *schema,
                                   const xy_ast_variable_definitions *definitions);

/* Spec 6.1.2 CoerceVariableValues. `inputs` is an OBJECT or NULL. *out is an OBJECT of the
 * variables that have a value, in the order of their definitions. keeps: variables and inputs, as
 * long as *out. Returns 0; XY_EFAILED, or XY_ELIMIT when `arena` or that of the errors is over its
 * maximum: there is an error then, too. */
int xy__variables_coerce(xy_arena *arena, const xy_variables *variables, const xy_value *inputs,
                         bool hide_suggestions, xy_errors *errors, xy_value *out);

/* Where a definition of arguments and the arguments of a document meet. One of `field` and
 * `directive` is set. */
typedef struct xy_arguments_site {
    const xy_field *field;
    const xy_directive *directive;
    const xy_node *node; /* the field or directive of the document: where missing ones are told */
    const xy_ast_arguments *nodes;
    const xy_lift *lift; /* of the document; NULL: literals are the document's own in any case */
} xy_arguments_site;

typedef struct xy_argument xy_argument;

/* The arguments of a field or directive of a document. */
typedef struct xy_arguments {
    xy_arguments_site site;
    xy_argument *items; /* one for each definition */
    size_t len;
    /* No variable is needed and nothing is wrong: `value` is all there is to know. */
    bool is_constant;
    bool lifts;     /* some of its literals are another's, where an operation has its own */
    xy_value value; /* OBJECT */
} xy_arguments;

/* Coerce what needs no variables. keeps: what `site` points to, as long as the result. */
const xy_arguments *xy__arguments_compile(xy_arena *arena, const xy_arguments_site *site);

/* What the arguments of an operation are made of. */
typedef struct xy_inputs {
    const xy_value *variables;
    const xy_lifted *lifted; /* its own literals; NULL: those of the document */
    bool hide_suggestions;
} xy_inputs;

/* Do the arguments come out the same in every operation with such literals (NULL: the document's)?
 * Then `arguments->value` is what they are. */
static inline bool xy__arguments_are_constant(const xy_arguments *arguments,
                                              const xy_lifted *lifted)
{
    return arguments->is_constant && !(lifted && arguments->lifts);
}

/* Spec 6.4.1 CoerceArgumentValues. *out is an OBJECT of the arguments that have a value, in the
 * order of their definitions; constant ones cost nothing. keeps: arguments and variables, as long
 * as *out. Returns 0; XY_EFAILED and one error, without a path; XY_ELIMIT (no error) when `arena`
 * is over its maximum. */
int xy__arguments_coerce(xy_arena *arena, const xy_arguments *arguments, const xy_value *variables,
                         bool hide_suggestions, xy_errors *errors, xy_value *out);

/* The same for an operation that may have literals of its own. */
int xy__arguments_coerce_from(xy_arena *arena, const xy_arguments *arguments,
                              const xy_inputs *inputs, xy_errors *errors, xy_value *out);

/* The first directive `name` in `directives`; NULL when there is none. */
const xy_ast_directive *xy__directive_find(const xy_ast_directives *directives, xy_str name);

/* Where the arguments of `directive` meet those of its definition. */
xy_arguments_site xy__directive_site(const xy_directive *definition,
                                     const xy_ast_directive *directive);

#endif
