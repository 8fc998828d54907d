/* SPDX-License-Identifier: MIT */
/* schema/checker.h -- what the parts of schema/check.h share while they check one schema. */
#ifndef XY_SCHEMA_CHECKER_H
#define XY_SCHEMA_CHECKER_H

#include "base/buf.h"
#include "language/locator.h"
#include "schema/check.h"

typedef struct xy_checker {
    const xy_schema *schema;
    xy_errors *errors;
    xy_arena scratch;
    xy_locator locator;
    size_t locations; /* given to errors so far */
    /* Sets of types, by xy_type.index: a type is in the set when its mark is the stamp. */
    uint32_t *declared, *seen;
    uint32_t stamp;
    bool full; /* there are XY_CHECK_ERRORS_MAX errors: nothing more is looked at */
} xy_checker;

/* Report an error. NULL when there are too many. */
xy_error *xy__checker_report(xy_checker *checker, const char *fmt, ...) XY_PRINTF(2, 3);

/* One more location for `error`. Both may be NULL. */
void xy__checker_at(xy_checker *checker, xy_error *error, const xy_node *node);

/* The text of `type`, for a message. */
xy_str xy__checker_type(xy_checker *checker, const xy_type *type);

/* Definition and extensions of `type` one by one, by `at` from 0; NULL at the end. */
const xy_ast_type_definition *xy__type_part(const xy_type *type, size_t at);

/* Locate `error` at definition and extensions of `type`. */
void xy__checker_at_type(xy_checker *checker, xy_error *error, const xy_type *type);

/* Names that begin with "__" are the introspection's own (spec 3.2.1 Reserved Names). */
void xy__checker_name(xy_checker *checker, xy_str name, const xy_node *node);

/* The @deprecated among `directives`. */
const xy_node *xy__deprecated_node(xy_ast_directives directives);

/* Spec 3.6 IsValidImplementation for all interfaces of an object or interface. */
void xy__checker_interfaces(xy_checker *checker, const xy_type *type);

/* Spec 3.10 Type Validation: every input object has a finite value. */
void xy__checker_finite_inputs(xy_checker *checker);

/* Spec 3.10 InputObjectDefaultValueHasCycle: what was found is kept from one type to the next. */
typedef struct xy_default_cycles xy_default_cycles;
xy_default_cycles *xy__default_cycles_create(xy_checker *checker);
void xy__default_cycles_check(xy_default_cycles *cycles, const xy_type *type);

#endif
