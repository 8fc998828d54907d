/* SPDX-License-Identifier: MIT */
/* language/ast.h -- the syntax tree of a document, executable or type system.
 *
 * Kinds carry the names of the specification's grammar (spec appendix B) as graphql-js spells
 * them. Each struct begins with its xy_node, so a pointer to any of them is a pointer to its
 * node. Optional parts are NULL, absent lists have len 0; everything lives in the arena given to
 * the parser and is read-only afterwards. */
#ifndef XY_LANGUAGE_AST_H
#define XY_LANGUAGE_AST_H

#include "language/source.h"

#define XY_KIND_MAP(X)                                                                             \
    X(NAME, "Name")                                                                                \
    X(DOCUMENT, "Document")                                                                        \
    X(OPERATION_DEFINITION, "OperationDefinition")                                                 \
    X(VARIABLE_DEFINITION, "VariableDefinition")                                                   \
    X(SELECTION_SET, "SelectionSet")                                                               \
    X(FIELD, "Field")                                                                              \
    X(ARGUMENT, "Argument")                                                                        \
    X(FRAGMENT_SPREAD, "FragmentSpread")                                                           \
    X(INLINE_FRAGMENT, "InlineFragment")                                                           \
    X(FRAGMENT_DEFINITION, "FragmentDefinition")                                                   \
    X(VARIABLE, "Variable")                                                                        \
    X(INT_VALUE, "IntValue")                                                                       \
    X(FLOAT_VALUE, "FloatValue")                                                                   \
    X(STRING_VALUE, "StringValue")                                                                 \
    X(BOOLEAN_VALUE, "BooleanValue")                                                               \
    X(NULL_VALUE, "NullValue")                                                                     \
    X(ENUM_VALUE, "EnumValue")                                                                     \
    X(LIST_VALUE, "ListValue")                                                                     \
    X(OBJECT_VALUE, "ObjectValue")                                                                 \
    X(OBJECT_FIELD, "ObjectField")                                                                 \
    X(DIRECTIVE, "Directive")                                                                      \
    X(NAMED_TYPE, "NamedType")                                                                     \
    X(LIST_TYPE, "ListType")                                                                       \
    X(NON_NULL_TYPE, "NonNullType")                                                                \
    X(SCHEMA_DEFINITION, "SchemaDefinition")                                                       \
    X(OPERATION_TYPE_DEFINITION, "OperationTypeDefinition")                                        \
    X(SCALAR_TYPE_DEFINITION, "ScalarTypeDefinition")                                              \
    X(OBJECT_TYPE_DEFINITION, "ObjectTypeDefinition")                                              \
    X(FIELD_DEFINITION, "FieldDefinition")                                                         \
    X(INPUT_VALUE_DEFINITION, "InputValueDefinition")                                              \
    X(INTERFACE_TYPE_DEFINITION, "InterfaceTypeDefinition")                                        \
    X(UNION_TYPE_DEFINITION, "UnionTypeDefinition")                                                \
    X(ENUM_TYPE_DEFINITION, "EnumTypeDefinition")                                                  \
    X(ENUM_VALUE_DEFINITION, "EnumValueDefinition")                                                \
    X(INPUT_OBJECT_TYPE_DEFINITION, "InputObjectTypeDefinition")                                   \
    X(DIRECTIVE_DEFINITION, "DirectiveDefinition")                                                 \
    X(SCHEMA_EXTENSION, "SchemaExtension")                                                         \
    X(SCALAR_TYPE_EXTENSION, "ScalarTypeExtension")                                                \
    X(OBJECT_TYPE_EXTENSION, "ObjectTypeExtension")                                                \
    X(INTERFACE_TYPE_EXTENSION, "InterfaceTypeExtension")                                          \
    X(UNION_TYPE_EXTENSION, "UnionTypeExtension")                                                  \
    X(ENUM_TYPE_EXTENSION, "EnumTypeExtension")                                                    \
    X(INPUT_OBJECT_TYPE_EXTENSION, "InputObjectTypeExtension")                                     \
    X(DIRECTIVE_EXTENSION, "DirectiveExtension")

typedef enum xy_kind {
#define XY_KIND_ENUM(name, text) XY_KIND_##name,
    XY_KIND_MAP(XY_KIND_ENUM)
#undef XY_KIND_ENUM
        XY_KIND_COUNT
} xy_kind;

typedef enum xy_operation_type {
    XY_OPERATION_QUERY,
    XY_OPERATION_MUTATION,
    XY_OPERATION_SUBSCRIPTION,
} xy_operation_type;

typedef struct xy_node {
    uint16_t kind;  /* xy_kind */
    uint32_t start; /* byte offsets in the source: of the first token ... */
    uint32_t end;   /* ... and behind the last one */
    const xy_source *source;
} xy_node;

/* A list of nodes of one struct. */
#define XY_NODES(T)                                                                                \
    struct {                                                                                       \
        T **items;                                                                                 \
        size_t len;                                                                                \
    }

typedef struct xy_ast_name {
    xy_node node;
    xy_str value;
} xy_ast_name;

typedef struct xy_ast_value xy_ast_value;

/* An Argument, or an ObjectField of an object literal. */
typedef struct xy_ast_argument {
    xy_node node;
    xy_ast_name *name;
    xy_ast_value *value;
} xy_ast_argument;

typedef XY_NODES(xy_ast_value) xy_ast_values;
typedef XY_NODES(xy_ast_argument) xy_ast_arguments;

/* Any Value, Variable included. */
struct xy_ast_value {
    xy_node node;
    /* INT, FLOAT: as written; STRING: cooked; ENUM and VARIABLE: the name; others: null */
    xy_str text;
    bool boolean;
    bool block;              /* STRING: written as """...""" */
    xy_ast_name *name;       /* VARIABLE */
    xy_ast_values items;     /* LIST */
    xy_ast_arguments fields; /* OBJECT: nodes of kind OBJECT_FIELD */
};

/* NamedType, ListType or NonNullType. */
typedef struct xy_ast_type {
    xy_node node;
    xy_ast_name *name;      /* NAMED_TYPE */
    struct xy_ast_type *of; /* the other two */
} xy_ast_type;

typedef struct xy_ast_directive {
    xy_node node;
    xy_ast_name *name;
    xy_ast_arguments arguments;
} xy_ast_directive;

typedef XY_NODES(xy_ast_directive) xy_ast_directives;
typedef XY_NODES(xy_ast_type) xy_ast_types;
typedef XY_NODES(xy_ast_name) xy_ast_names;
typedef XY_NODES(xy_node) xy_nodes;

typedef struct xy_ast_document {
    xy_node node;
    xy_nodes definitions;
    size_t token_count; /* lexical tokens, comments not counted */
} xy_ast_document;

typedef struct xy_ast_selection_set {
    xy_node node;
    xy_nodes selections; /* FIELD, FRAGMENT_SPREAD, INLINE_FRAGMENT */
} xy_ast_selection_set;

typedef struct xy_ast_variable_definition {
    xy_node node;
    xy_ast_value *description;
    xy_ast_value *variable; /* VARIABLE */
    xy_ast_type *type;
    xy_ast_value *default_value;
    xy_ast_directives directives;
} xy_ast_variable_definition;

typedef XY_NODES(xy_ast_variable_definition) xy_ast_variable_definitions;

typedef struct xy_ast_operation {
    xy_node node;
    xy_ast_value *description;
    xy_operation_type operation;
    xy_ast_name *name;
    xy_ast_variable_definitions variables;
    xy_ast_directives directives;
    xy_ast_selection_set *selection_set;
} xy_ast_operation;

typedef struct xy_ast_field {
    xy_node node;
    xy_ast_name *alias;
    xy_ast_name *name;
    xy_ast_arguments arguments;
    xy_ast_directives directives;
    xy_ast_selection_set *selection_set;
} xy_ast_field;

typedef struct xy_ast_fragment_spread {
    xy_node node;
    xy_ast_name *name;
    xy_ast_directives directives;
} xy_ast_fragment_spread;

typedef struct xy_ast_inline_fragment {
    xy_node node;
    xy_ast_type *type_condition;
    xy_ast_directives directives;
    xy_ast_selection_set *selection_set;
} xy_ast_inline_fragment;

typedef struct xy_ast_fragment {
    xy_node node;
    xy_ast_value *description;
    xy_ast_name *name;
    xy_ast_type *type_condition;
    xy_ast_directives directives;
    xy_ast_selection_set *selection_set;
} xy_ast_fragment;

typedef struct xy_ast_operation_type {
    xy_node node;
    xy_operation_type operation;
    xy_ast_type *type;
} xy_ast_operation_type;

typedef XY_NODES(xy_ast_operation_type) xy_ast_operation_types;

/* SchemaDefinition or SchemaExtension. */
typedef struct xy_ast_schema {
    xy_node node;
    xy_ast_value *description;
    xy_ast_directives directives;
    xy_ast_operation_types operation_types;
} xy_ast_schema;

typedef struct xy_ast_input_value {
    xy_node node;
    xy_ast_value *description;
    xy_ast_name *name;
    xy_ast_type *type;
    xy_ast_value *default_value;
    xy_ast_directives directives;
} xy_ast_input_value;

typedef XY_NODES(xy_ast_input_value) xy_ast_input_values;

typedef struct xy_ast_field_definition {
    xy_node node;
    xy_ast_value *description;
    xy_ast_name *name;
    xy_ast_input_values arguments;
    xy_ast_type *type;
    xy_ast_directives directives;
} xy_ast_field_definition;

typedef XY_NODES(xy_ast_field_definition) xy_ast_field_definitions;

typedef struct xy_ast_enum_value {
    xy_node node;
    xy_ast_value *description;
    xy_ast_name *name;
    xy_ast_directives directives;
} xy_ast_enum_value;

typedef XY_NODES(xy_ast_enum_value) xy_ast_enum_values;

/* Any <X>TypeDefinition or <X>TypeExtension; the lists that its kind has not are empty. */
typedef struct xy_ast_type_definition {
    xy_node node;
    xy_ast_value *description;
    xy_ast_name *name;
    xy_ast_types interfaces;          /* object, interface */
    xy_ast_directives directives;     /* all */
    xy_ast_field_definitions fields;  /* object, interface */
    xy_ast_input_values input_fields; /* input object */
    xy_ast_types members;             /* union */
    xy_ast_enum_values values;        /* enum */
} xy_ast_type_definition;

/* DirectiveDefinition or DirectiveExtension. */
typedef struct xy_ast_directive_definition {
    xy_node node;
    xy_ast_value *description;
    xy_ast_name *name;
    xy_ast_input_values arguments;
    bool repeatable;
    xy_ast_directives directives; /* on the definition itself */
    xy_ast_names locations;
} xy_ast_directive_definition;

/* "Field" for XY_KIND_FIELD. */
const char *xy__kind_name(xy_kind kind);

/* "query", "mutation", "subscription". */
const char *xy__operation_type_name(xy_operation_type type);

static inline bool xy__kind_is_type_definition(unsigned kind)
{
    return kind == XY_KIND_SCALAR_TYPE_DEFINITION || kind == XY_KIND_OBJECT_TYPE_DEFINITION ||
           kind == XY_KIND_INTERFACE_TYPE_DEFINITION || kind == XY_KIND_UNION_TYPE_DEFINITION ||
           kind == XY_KIND_ENUM_TYPE_DEFINITION || kind == XY_KIND_INPUT_OBJECT_TYPE_DEFINITION;
}

static inline bool xy__kind_is_type_extension(unsigned kind)
{
    return kind >= XY_KIND_SCALAR_TYPE_EXTENSION && kind <= XY_KIND_INPUT_OBJECT_TYPE_EXTENSION;
}

/* Where `node` begins, with the file's name when its source has one. */
static inline xy_location xy__node_location(const xy_node *node)
{
    return xy__source_location(node->source, node->start);
}

#endif
