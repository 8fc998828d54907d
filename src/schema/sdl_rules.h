/* SPDX-License-Identifier: MIT */
/* schema/sdl_rules.h -- the rules that a type system document must keep before a schema is built
 * of it. One file each under schema/rules/. */
#ifndef XY_SCHEMA_SDL_RULES_H
#define XY_SCHEMA_SDL_RULES_H

#include "schema/doc_rule.h"

/* More are not reported. */
#define XY_SDL_ERRORS_MAX 1000u

#define XY_SDL_RULE_COUNT 15u

extern const xy_doc_rule xy__sdl_rule_lone_schema_definition;
extern const xy_doc_rule xy__sdl_rule_unique_operation_types;
extern const xy_doc_rule xy__sdl_rule_unique_type_names;
extern const xy_doc_rule xy__sdl_rule_unique_enum_value_names;
extern const xy_doc_rule xy__sdl_rule_unique_field_definition_names;
extern const xy_doc_rule xy__sdl_rule_unique_argument_definition_names;
extern const xy_doc_rule xy__sdl_rule_unique_directive_names;
extern const xy_doc_rule xy__sdl_rule_possible_type_extensions;

/* All of them with those of schema/doc_rule.h, in graphql-js' order. */
extern const xy_doc_rule *const xy__sdl_rules[XY_SDL_RULE_COUNT];

/* Check `document` by all rules, as an extension of `base` when that is not NULL. Returns 0, or
 * XY_EFAILED with the errors appended. */
int xy__sdl_validate(const xy_ast_document *document, const xy_schema *base, xy_errors *errors);

/* The same with one rule only. */
int xy__sdl_validate_rule(const xy_doc_rule *rule, const xy_ast_document *document,
                          const xy_schema *base, xy_errors *errors);

#endif
