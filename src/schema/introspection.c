/* SPDX-License-Identifier: MIT */
/* schema/introspection.c -- the built-in part of every schema, as SDL that schema/build.c reads. */
#include "schema/introspection.h"

const xy_str xy__builtin_sdl = XY_STR_INIT(
    "\"The `String` scalar type represents textual data, represented as UTF-8 character "
    "sequences. The String type is most often used by GraphQL to represent free-form "
    "human-readable text.\"\n"
    "scalar String\n"
    "\"The `Int` scalar type represents non-fractional signed whole numeric values. Int can "
    "represent values between -(2^31) and 2^31 - 1.\"\n"
    "scalar Int\n"
    "\"The `Float` scalar type represents signed double-precision fractional values as specified "
    "by [IEEE 754](https://en.wikipedia.org/wiki/IEEE_floating_point).\"\n"
    "scalar Float\n"
    "\"The `Boolean` scalar type represents `true` or `false`.\"\n"
    "scalar Boolean\n"
    "\"The `ID` scalar type represents a unique identifier, often used to refetch an object or "
    "as key for a cache. The ID type appears in a JSON response as a String; however, it is not "
    "intended to be human-readable. When expected as an input type, any string (such as "
    "`\\\"4\\\"`) or integer (such as `4`) input value will be accepted as an ID.\"\n"
    "scalar ID\n"
    "\"A GraphQL Schema defines the capabilities of a GraphQL server. It exposes all available "
    "types and directives on the server, as well as the entry points for query, mutation, and "
    "subscription operations.\"\n"
    "type __Schema {\n"
    "  description: String\n"
    "  \"A list of all types supported by this server.\"\n"
    "  types: [__Type!]!\n"
    "  \"The type that query operations will be rooted at.\"\n"
    "  queryType: __Type!\n"
    "  \"If this server supports mutation, the type that mutation operations will be rooted "
    "at.\"\n"
    "  mutationType: __Type\n"
    "  \"If this server support subscription, the type that subscription operations will be "
    "rooted at.\"\n"
    "  subscriptionType: __Type\n"
    "  \"A list of all directives supported by this server.\"\n"
    "  directives(includeDeprecated: Boolean! = false): [__Directive!]!\n"
    "}\n"
    "\"A Directive provides a way to describe alternate runtime execution and type validation "
    "behavior in a GraphQL document.\\n\\nIn some cases, you need to provide options to alter "
    "GraphQL's execution behavior in ways field arguments will not suffice, such as "
    "conditionally including or skipping a field. Directives provide this by describing "
    "additional information to the executor.\"\n"
    "type __Directive {\n"
    "  name: String!\n"
    "  description: String\n"
    "  isRepeatable: Boolean!\n"
    "  locations: [__DirectiveLocation!]!\n"
    "  args(includeDeprecated: Boolean! = false): [__InputValue!]!\n"
    "  isDeprecated: Boolean!\n"
    "  deprecationReason: String\n"
    "}\n"
    "\"A Directive can be adjacent to many parts of the GraphQL language, a __DirectiveLocation "
    "describes one such possible adjacencies.\"\n"
    "enum __DirectiveLocation {\n"
    "  \"Location adjacent to a query operation.\"\n"
    "  QUERY\n"
    "  \"Location adjacent to a mutation operation.\"\n"
    "  MUTATION\n"
    "  \"Location adjacent to a subscription operation.\"\n"
    "  SUBSCRIPTION\n"
    "  \"Location adjacent to a field.\"\n"
    "  FIELD\n"
    "  \"Location adjacent to a fragment definition.\"\n"
    "  FRAGMENT_DEFINITION\n"
    "  \"Location adjacent to a fragment spread.\"\n"
    "  FRAGMENT_SPREAD\n"
    "  \"Location adjacent to an inline fragment.\"\n"
    "  INLINE_FRAGMENT\n"
    "  \"Location adjacent to an operation variable definition.\"\n"
    "  VARIABLE_DEFINITION\n"
    "  \"Location adjacent to a fragment variable definition.\"\n"
    "  FRAGMENT_VARIABLE_DEFINITION\n"
    "  \"Location adjacent to a schema definition.\"\n"
    "  SCHEMA\n"
    "  \"Location adjacent to a scalar definition.\"\n"
    "  SCALAR\n"
    "  \"Location adjacent to an object type definition.\"\n"
    "  OBJECT\n"
    "  \"Location adjacent to a field definition.\"\n"
    "  FIELD_DEFINITION\n"
    "  \"Location adjacent to an argument definition.\"\n"
    "  ARGUMENT_DEFINITION\n"
    "  \"Location adjacent to an interface definition.\"\n"
    "  INTERFACE\n"
    "  \"Location adjacent to a union definition.\"\n"
    "  UNION\n"
    "  \"Location adjacent to an enum definition.\"\n"
    "  ENUM\n"
    "  \"Location adjacent to an enum value definition.\"\n"
    "  ENUM_VALUE\n"
    "  \"Location adjacent to an input object type definition.\"\n"
    "  INPUT_OBJECT\n"
    "  \"Location adjacent to an input object field definition.\"\n"
    "  INPUT_FIELD_DEFINITION\n"
    "  \"Location adjacent to a directive definition.\"\n"
    "  DIRECTIVE_DEFINITION\n"
    "}\n"
    "\"The fundamental unit of any GraphQL Schema is the type. There are many kinds of types in "
    "GraphQL as represented by the `__TypeKind` enum.\\n\\nDepending on the kind of a type, "
    "certain fields describe information about that type. Scalar types provide no information "
    "beyond a name, description and optional `specifiedByURL`, while Enum types provide their "
    "values. Object and Interface types provide the fields they describe. Abstract types, Union "
    "and Interface, provide the Object types possible at runtime. List and NonNull types compose "
    "other types.\"\n"
    "type __Type {\n"
    "  kind: __TypeKind!\n"
    "  name: String\n"
    "  description: String\n"
    "  specifiedByURL: String\n"
    "  fields(includeDeprecated: Boolean! = false): [__Field!]\n"
    "  interfaces: [__Type!]\n"
    "  possibleTypes: [__Type!]\n"
    "  enumValues(includeDeprecated: Boolean! = false): [__EnumValue!]\n"
    "  inputFields(includeDeprecated: Boolean! = false): [__InputValue!]\n"
    "  ofType: __Type\n"
    "  isOneOf: Boolean\n"
    "}\n"
    "\"Object and Interface types are described by a list of Fields, each of which has a name, "
    "potentially a list of arguments, and a return type.\"\n"
    "type __Field {\n"
    "  name: String!\n"
    "  description: String\n"
    "  args(includeDeprecated: Boolean! = false): [__InputValue!]!\n"
    "  type: __Type!\n"
    "  isDeprecated: Boolean!\n"
    "  deprecationReason: String\n"
    "}\n"
    "\"Arguments provided to Fields or Directives and the input fields of an InputObject are "
    "represented as Input Values which describe their type and optionally a default value.\"\n"
    "type __InputValue {\n"
    "  name: String!\n"
    "  description: String\n"
    "  type: __Type!\n"
    "  \"A GraphQL-formatted string representing the default value for this input value.\"\n"
    "  defaultValue: String\n"
    "  isDeprecated: Boolean!\n"
    "  deprecationReason: String\n"
    "}\n"
    "\"One possible value for a given Enum. Enum values are unique values, not a placeholder for "
    "a string or numeric value. However an Enum value is returned in a JSON response as a "
    "string.\"\n"
    "type __EnumValue {\n"
    "  name: String!\n"
    "  description: String\n"
    "  isDeprecated: Boolean!\n"
    "  deprecationReason: String\n"
    "}\n"
    "\"An enum describing what kind of type a given `__Type` is.\"\n"
    "enum __TypeKind {\n"
    "  \"Indicates this type is a scalar.\"\n"
    "  SCALAR\n"
    "  \"Indicates this type is an object. `fields` and `interfaces` are valid fields.\"\n"
    "  OBJECT\n"
    "  \"Indicates this type is an interface. `fields`, `interfaces`, and `possibleTypes` are "
    "valid fields.\"\n"
    "  INTERFACE\n"
    "  \"Indicates this type is a union. `possibleTypes` is a valid field.\"\n"
    "  UNION\n"
    "  \"Indicates this type is an enum. `enumValues` is a valid field.\"\n"
    "  ENUM\n"
    "  \"Indicates this type is an input object. `inputFields` is a valid field.\"\n"
    "  INPUT_OBJECT\n"
    "  \"Indicates this type is a list. `ofType` is a valid field.\"\n"
    "  LIST\n"
    "  \"Indicates this type is a non-null. `ofType` is a valid field.\"\n"
    "  NON_NULL\n"
    "}\n"
    "type __Meta {\n"
    "  \"Access the current type schema of this server.\"\n"
    "  __schema: __Schema!\n"
    "  \"Request the type information of a single type.\"\n"
    "  __type(name: String!): __Type\n"
    "  \"The name of the current Object type at runtime.\"\n"
    "  __typename: String!\n"
    "}\n"
    "\"Directs the executor to include this field or fragment only when the `if` argument is "
    "true.\"\n"
    "directive @include(\"Included when true.\" if: Boolean!) on FIELD | FRAGMENT_SPREAD | "
    "INLINE_FRAGMENT\n"
    "\"Directs the executor to skip this field or fragment when the `if` argument is true.\"\n"
    "directive @skip(\"Skipped when true.\" if: Boolean!) on FIELD | FRAGMENT_SPREAD | "
    "INLINE_FRAGMENT\n"
    "\"Marks an element of a GraphQL schema as no longer supported.\"\n"
    "directive @deprecated(\"Explains why this element was deprecated, usually also including a "
    "suggestion for how to access supported similar data. Formatted using the Markdown syntax, "
    "as specified by [CommonMark](https://commonmark.org/).\" reason: String! = \"No longer "
    "supported\") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | "
    "ENUM_VALUE | DIRECTIVE_DEFINITION\n"
    "\"Exposes a URL that specifies the behavior of this scalar.\"\n"
    "directive @specifiedBy(\"The URL that specifies the behavior of this scalar.\" url: "
    "String!) on SCALAR\n"
    "\"Indicates exactly one field must be supplied and this field must not be `null`.\"\n"
    "directive @oneOf on INPUT_OBJECT\n");

const xy_str xy__live_sdl = XY_STR_INIT(
    "\"Instruction for establishing a live connection that is updated once the underlying data "
    "changes.\"\n"
    "directive @live(\"Whether the query should be live or not.\" if: Boolean = true "
    "\"Propose a desired throttle interval to the server in order to receive updates at most once "
    "per \\\"throttle\\\" milliseconds. The server need not accept this value.\" "
    "throttle: Int) on QUERY");

const xy_str xy__require_auth_sdl =
    XY_STR_INIT("directive @requireAuth(roles: [String]) on FIELD_DEFINITION");

const xy_str xy__skip_auth_sdl = XY_STR_INIT("directive @skipAuth on FIELD_DEFINITION");

const xy_str xy__defer_sdl = XY_STR_INIT(
    "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT");

const xy_str xy__stream_sdl = XY_STR_INIT(
    "directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD");

const xy_str xy__standard_type_names[XY_STANDARD_TYPE_COUNT] = {
    XY_STR_INIT("String"),       XY_STR_INIT("Int"),
    XY_STR_INIT("Float"),        XY_STR_INIT("Boolean"),
    XY_STR_INIT("ID"),           XY_STR_INIT("__Schema"),
    XY_STR_INIT("__Directive"),  XY_STR_INIT("__DirectiveLocation"),
    XY_STR_INIT("__Type"),       XY_STR_INIT("__Field"),
    XY_STR_INIT("__InputValue"), XY_STR_INIT("__EnumValue"),
    XY_STR_INIT("__TypeKind"),
};

static const xy_str standard_directives[] = {
    XY_STR_INIT("include"),     XY_STR_INIT("skip"),  XY_STR_INIT("deprecated"),
    XY_STR_INIT("specifiedBy"), XY_STR_INIT("oneOf"),
};

static bool is_one_of(const xy_str *names, size_t count, xy_str name)
{
    for (size_t i = 0; i < count; i++)
        if (xy_str_eq(names[i], name))
            return true;
    return false;
}

bool xy__is_standard_type(xy_str name)
{
    return is_one_of(xy__standard_type_names, XY_STANDARD_TYPE_COUNT, name);
}

bool xy__is_standard_directive(xy_str name)
{
    return is_one_of(standard_directives, sizeof standard_directives / sizeof *standard_directives,
                     name);
}

const char *xy__type_kind_name(xy_type_kind kind)
{
    static const char *const names[] = {
        [XY_TYPE_SCALAR] = "SCALAR",       [XY_TYPE_OBJECT] = "OBJECT",
        [XY_TYPE_INTERFACE] = "INTERFACE", [XY_TYPE_UNION] = "UNION",
        [XY_TYPE_ENUM] = "ENUM",           [XY_TYPE_INPUT_OBJECT] = "INPUT_OBJECT",
        [XY_TYPE_LIST] = "LIST",           [XY_TYPE_NON_NULL] = "NON_NULL",
    };

    return names[kind];
}
