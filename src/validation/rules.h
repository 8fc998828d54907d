/* SPDX-License-Identifier: MIT */
/* validation/rules.h -- the rules, in the order in which they see each node.
 *
 * OWN ones are a file rules/<name>.c here that defines `const xy_rule xy__rule_<name>`. SHARED
 * ones hold for SDL too and are xy__doc_rule_<name> of schema/doc_rule.h. */
#ifndef XY_VALIDATION_RULES_H
#define XY_VALIDATION_RULES_H

#include "schema/doc_rule.h"

/* The rules of graphql-js' specifiedRules, in that order. KnownArgumentNames and
 * ProvidedRequiredArguments are two each: one looks at directives, one at fields. */
#define XY_RULE_MAP_SPECIFIED(OWN, SHARED)                                                         \
    OWN(executable_definitions)                                                                    \
    OWN(known_operation_types)                                                                     \
    OWN(unique_operation_names)                                                                    \
    OWN(lone_anonymous_operation)                                                                  \
    OWN(single_field_subscriptions)                                                                \
    SHARED(known_type_names)                                                                       \
    OWN(fragments_on_composite_types)                                                              \
    OWN(variables_are_input_types)                                                                 \
    OWN(scalar_leafs)                                                                              \
    OWN(fields_on_correct_type)                                                                    \
    OWN(unique_fragment_names)                                                                     \
    OWN(known_fragment_names)                                                                      \
    OWN(no_unused_fragments)                                                                       \
    OWN(possible_fragment_spreads)                                                                 \
    OWN(no_fragment_cycles)                                                                        \
    OWN(unique_variable_names)                                                                     \
    OWN(no_undefined_variables)                                                                    \
    OWN(no_unused_variables)                                                                       \
    SHARED(known_directives)                                                                       \
    SHARED(unique_directives_per_location)                                                         \
    OWN(defer_stream_directive_on_root_field)                                                      \
    OWN(defer_stream_directive_on_valid_operations)                                                \
    OWN(defer_stream_directive_label)                                                              \
    OWN(stream_directive_on_list_field)                                                            \
    SHARED(known_argument_names_on_directives)                                                     \
    OWN(known_argument_names)                                                                      \
    SHARED(unique_argument_names)                                                                  \
    OWN(values_of_correct_type)                                                                    \
    SHARED(provided_required_arguments_on_directives)                                              \
    OWN(provided_required_arguments)                                                               \
    OWN(variables_in_allowed_position)                                                             \
    OWN(overlapping_fields_can_be_merged)                                                          \
    SHARED(unique_input_field_names)                                                               \
    OWN(max_introspection_depth)

/* Rules that depend on the schema or on an option. */
#define XY_RULE_MAP_OPTIONAL(OWN)                                                                  \
    OWN(cannot_mix_live_with_incremental) /* when the schema defines @live */                      \
    OWN(no_deprecated_custom)             /* option report_deprecated */                           \
    OWN(no_schema_introspection_custom)   /* option hide_introspection */

#define XY_RULE_MAP(OWN, SHARED)                                                                   \
    XY_RULE_MAP_SPECIFIED(OWN, SHARED)                                                             \
    XY_RULE_MAP_OPTIONAL(OWN)

#define XY_RULE_NONE(name)

enum {
#define XY_RULE_ENUM(name) XY_RULE_##name,
    XY_RULE_MAP(XY_RULE_ENUM, XY_RULE_ENUM)
#undef XY_RULE_ENUM
        XY_RULE_COUNT
};

/* A set of rules. */
typedef uint64_t xy_rules;
#define XY_RULE_BIT(name)    ((xy_rules)1 << XY_RULE_##name)
#define XY_RULE_OR_BIT(name) | XY_RULE_BIT(name)
#define XY_RULES_SPECIFIED   ((xy_rules)0 XY_RULE_MAP_SPECIFIED(XY_RULE_OR_BIT, XY_RULE_OR_BIT))

typedef struct xy_validation xy_validation;

typedef struct xy_rule {
    const char *name; /* as in graphql-js, without "Rule" */
    /* What its handlers get as `arg`: a cleared struct of this size that begins with the pointer
     * to the validation (at least XY_RULE_STATELESS). */
    size_t state_size;
    void (*init)(void *state); /* called before the walk; may be NULL */
    const xy_visit_handler *visitor;
} xy_rule;

/* The state of a rule that remembers nothing, and the beginning of all others. */
typedef struct xy_rule_state {
    xy_validation *v;
} xy_rule_state;
#define XY_RULE_STATELESS    sizeof(xy_rule_state)

#define XY_RULE_EXTERN(name) extern const xy_rule xy__rule_##name;
XY_RULE_MAP(XY_RULE_EXTERN, XY_RULE_NONE)
#undef XY_RULE_EXTERN

/* A rule of either make: one of the two pointers is set. */
typedef struct xy_any_rule {
    const xy_rule *own;
    const xy_doc_rule *shared;
} xy_any_rule;

extern const xy_any_rule xy__rules[XY_RULE_COUNT];

/* The rule that graphql-js calls `name` ("ScalarLeafsRule"), as a set; 0 when there is none. */
xy_rules xy__rules_named(xy_str name);

#endif
