/* SPDX-License-Identifier: MIT */
/* language/parser_schema.c -- recursive descent over type system definitions and extensions
 * (spec 3). The rules of failing are in parser_core.h. */
#include "language/parser_core.h"

static void *parse_operation_type(xy_parser *p)
{
    xy_ast_operation_type *operation =
        XY_PARSER_NEW(p, xy_ast_operation_type, OPERATION_TYPE_DEFINITION, p->token.start);

    operation->operation = xy__parser_operation_type(p);
    xy__parser_expect(p, XY_TOKEN_COLON);
    operation->type = xy__parser_named_type(p);
    return xy__parser_end(p, operation);
}

static void *parse_input_value(xy_parser *p)
{
    xy_ast_input_value *input =
        XY_PARSER_NEW(p, xy_ast_input_value, INPUT_VALUE_DEFINITION, p->token.start);

    input->description = xy__parser_description(p);
    input->name = xy__parser_name(p);
    xy__parser_expect(p, XY_TOKEN_COLON);
    input->type = xy__parser_type(p);
    if (xy__parser_accept(p, XY_TOKEN_EQUALS))
        input->default_value = xy__parser_value(p, true);
    xy__parser_directives(p, true, &input->directives);
    return xy__parser_end(p, input);
}

static void parse_argument_definitions(xy_parser *p, xy_ast_input_values *out)
{
    size_t mark =
        xy__parser_optional_many(p, XY_TOKEN_PAREN_L, parse_input_value, XY_TOKEN_PAREN_R);

    XY_PARSER_TAKE(p, mark, out);
}

static void *parse_field_definition(xy_parser *p)
{
    xy_ast_field_definition *field =
        XY_PARSER_NEW(p, xy_ast_field_definition, FIELD_DEFINITION, p->token.start);

    field->description = xy__parser_description(p);
    field->name = xy__parser_name(p);
    parse_argument_definitions(p, &field->arguments);
    xy__parser_expect(p, XY_TOKEN_COLON);
    field->type = xy__parser_type(p);
    xy__parser_directives(p, true, &field->directives);
    return xy__parser_end(p, field);
}

/* `true`, `false` and `null` are no enum values; as in the reference, neither is a string that
 * says one of them. */
static void check_enum_value_name(xy_parser *p)
{
    xy_str name;

    if (p->rc)
        return;
    name = xy__token_value(p->arena, p->source, &p->token);
    if (xy_str_eq(name, XY_STR("true")) || xy_str_eq(name, XY_STR("false")) ||
        xy_str_eq(name, XY_STR("null")))
        xy__parser_fail(p, p->token.start,
                        xy__arena_printf(p->errors->arena,
                                         "%s \"%.*s\" is reserved and cannot be used for an enum "
                                         "value.",
                                         xy__token_kind_name((xy_token_kind)p->token.kind),
                                         XY_PRI(name)));
}

static void *parse_enum_value(xy_parser *p)
{
    xy_ast_enum_value *value =
        XY_PARSER_NEW(p, xy_ast_enum_value, ENUM_VALUE_DEFINITION, p->token.start);

    value->description = xy__parser_description(p);
    check_enum_value_name(p);
    value->name = xy__parser_name(p);
    xy__parser_directives(p, true, &value->directives);
    return xy__parser_end(p, value);
}

/* Spec 3.13 Directives: the places that may stand behind `on`. */
static bool is_directive_location(xy_str name)
{
    static const xy_str locations[] = {
        XY_STR_INIT("QUERY"),
        XY_STR_INIT("MUTATION"),
        XY_STR_INIT("SUBSCRIPTION"),
        XY_STR_INIT("FIELD"),
        XY_STR_INIT("FRAGMENT_DEFINITION"),
        XY_STR_INIT("FRAGMENT_SPREAD"),
        XY_STR_INIT("INLINE_FRAGMENT"),
        XY_STR_INIT("VARIABLE_DEFINITION"),
        XY_STR_INIT("FRAGMENT_VARIABLE_DEFINITION"),
        XY_STR_INIT("SCHEMA"),
        XY_STR_INIT("SCALAR"),
        XY_STR_INIT("OBJECT"),
        XY_STR_INIT("FIELD_DEFINITION"),
        XY_STR_INIT("ARGUMENT_DEFINITION"),
        XY_STR_INIT("INTERFACE"),
        XY_STR_INIT("UNION"),
        XY_STR_INIT("ENUM"),
        XY_STR_INIT("ENUM_VALUE"),
        XY_STR_INIT("INPUT_OBJECT"),
        XY_STR_INIT("INPUT_FIELD_DEFINITION"),
        XY_STR_INIT("DIRECTIVE_DEFINITION"),
    };

    for (size_t i = 0; i < sizeof locations / sizeof *locations; i++) {
        if (xy_str_eq(locations[i], name))
            return true;
    }
    return false;
}

static void *parse_directive_location(xy_parser *p)
{
    xy_token token = p->token;
    xy_ast_name *name = xy__parser_name(p);

    if (p->rc == 0 && !is_directive_location(name->value))
        xy__parser_fail_unexpected(p, &token);
    return name;
}

static xy_node *parse_schema(xy_parser *p, bool extension)
{
    uint32_t start = p->token.start;
    xy_ast_schema *schema = extension ? XY_PARSER_NEW(p, xy_ast_schema, SCHEMA_EXTENSION, start)
                                      : XY_PARSER_NEW(p, xy_ast_schema, SCHEMA_DEFINITION, start);
    size_t mark;

    if (extension)
        xy__parser_advance(p);
    else
        schema->description = xy__parser_description(p);
    xy__parser_advance(p);
    xy__parser_directives(p, true, &schema->directives);
    if (extension)
        mark =
            xy__parser_optional_many(p, XY_TOKEN_BRACE_L, parse_operation_type, XY_TOKEN_BRACE_R);
    else
        mark = xy__parser_many(p, XY_TOKEN_BRACE_L, parse_operation_type, XY_TOKEN_BRACE_R);
    XY_PARSER_TAKE(p, mark, &schema->operation_types);
    if (extension && !schema->directives.len && !schema->operation_types.len)
        xy__parser_fail_unexpected(p, &p->token);
    return xy__parser_end(p, schema);
}

static xy_node *parse_directive_definition(xy_parser *p, bool extension)
{
    uint32_t start = p->token.start;
    xy_ast_directive_definition *directive =
        extension ? XY_PARSER_NEW(p, xy_ast_directive_definition, DIRECTIVE_EXTENSION, start)
                  : XY_PARSER_NEW(p, xy_ast_directive_definition, DIRECTIVE_DEFINITION, start);
    size_t mark;

    if (extension)
        xy__parser_advance(p);
    else
        directive->description = xy__parser_description(p);
    xy__parser_advance(p);
    xy__parser_expect(p, XY_TOKEN_AT);
    directive->name = xy__parser_name(p);
    if (!extension)
        parse_argument_definitions(p, &directive->arguments);
    xy__parser_directives(p, true, &directive->directives);
    if (extension) {
        if (!directive->directives.len)
            xy__parser_fail_unexpected(p, &p->token);
        return xy__parser_end(p, directive);
    }
    directive->repeatable = xy__parser_accept_keyword(p, XY_STR("repeatable"));
    xy__parser_expect_keyword(p, XY_STR("on"));
    mark = xy__parser_delimited(p, XY_TOKEN_PIPE, parse_directive_location);
    XY_PARSER_TAKE(p, mark, &directive->locations);
    return xy__parser_end(p, directive);
}

static void parse_interfaces(xy_parser *p, xy_ast_types *out)
{
    size_t mark;

    if (!xy__parser_accept_keyword(p, XY_STR("implements")))
        return;
    mark = xy__parser_delimited(p, XY_TOKEN_AMP, xy__parser_named_type);
    XY_PARSER_TAKE(p, mark, out);
}

static void parse_members(xy_parser *p, xy_ast_types *out)
{
    size_t mark;

    if (!xy__parser_accept(p, XY_TOKEN_EQUALS))
        return;
    mark = xy__parser_delimited(p, XY_TOKEN_PIPE, xy__parser_named_type);
    XY_PARSER_TAKE(p, mark, out);
}

static size_t parse_block(xy_parser *p, xy_parser_item *item)
{
    return xy__parser_optional_many(p, XY_TOKEN_BRACE_L, item, XY_TOKEN_BRACE_R);
}

/* What follows the directives of a type. */
static void parse_type_body(xy_parser *p, xy_kind definition_kind, xy_ast_type_definition *type)
{
    switch ((int)definition_kind) {
    case XY_KIND_OBJECT_TYPE_DEFINITION:
    case XY_KIND_INTERFACE_TYPE_DEFINITION:
        XY_PARSER_TAKE(p, parse_block(p, parse_field_definition), &type->fields);
        return;
    case XY_KIND_UNION_TYPE_DEFINITION:
        parse_members(p, &type->members);
        return;
    case XY_KIND_ENUM_TYPE_DEFINITION:
        XY_PARSER_TAKE(p, parse_block(p, parse_enum_value), &type->values);
        return;
    case XY_KIND_INPUT_OBJECT_TYPE_DEFINITION:
        XY_PARSER_TAKE(p, parse_block(p, parse_input_value), &type->input_fields);
        return;
    default:
        return;
    }
}

typedef struct type_keyword {
    xy_str word;
    xy_kind definition;
    xy_kind extension;
} type_keyword;

static xy_node *parse_type_definition(xy_parser *p, const type_keyword *keyword, bool extension)
{
    xy_ast_type_definition *type = xy__parser_new(
        p, sizeof *type, extension ? keyword->extension : keyword->definition, p->token.start);

    if (extension)
        xy__parser_advance(p);
    else
        type->description = xy__parser_description(p);
    xy__parser_advance(p);
    type->name = xy__parser_name(p);
    if (keyword->definition == XY_KIND_OBJECT_TYPE_DEFINITION ||
        keyword->definition == XY_KIND_INTERFACE_TYPE_DEFINITION)
        parse_interfaces(p, &type->interfaces);
    xy__parser_directives(p, true, &type->directives);
    parse_type_body(p, keyword->definition, type);
    if (extension && !type->interfaces.len && !type->directives.len && !type->fields.len &&
        !type->input_fields.len && !type->members.len && !type->values.len)
        xy__parser_fail_unexpected(p, &p->token);
    return xy__parser_end(p, type);
}

static const type_keyword *find_type_keyword(xy_str word)
{
    static const type_keyword keywords[] = {
        {XY_STR_INIT("type"), XY_KIND_OBJECT_TYPE_DEFINITION, XY_KIND_OBJECT_TYPE_EXTENSION},
        {XY_STR_INIT("input"), XY_KIND_INPUT_OBJECT_TYPE_DEFINITION,
         XY_KIND_INPUT_OBJECT_TYPE_EXTENSION},
        {XY_STR_INIT("enum"), XY_KIND_ENUM_TYPE_DEFINITION, XY_KIND_ENUM_TYPE_EXTENSION},
        {XY_STR_INIT("interface"), XY_KIND_INTERFACE_TYPE_DEFINITION,
         XY_KIND_INTERFACE_TYPE_EXTENSION},
        {XY_STR_INIT("union"), XY_KIND_UNION_TYPE_DEFINITION, XY_KIND_UNION_TYPE_EXTENSION},
        {XY_STR_INIT("scalar"), XY_KIND_SCALAR_TYPE_DEFINITION, XY_KIND_SCALAR_TYPE_EXTENSION},
    };

    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (xy_str_eq(keywords[i].word, word))
            return &keywords[i];
    }
    return NULL;
}

static xy_node *parse_by_keyword(xy_parser *p, xy_str word, bool extension)
{
    const type_keyword *keyword = find_type_keyword(word);

    if (keyword)
        return parse_type_definition(p, keyword, extension);
    if (xy_str_eq(word, XY_STR("schema")))
        return parse_schema(p, extension);
    if (xy_str_eq(word, XY_STR("directive")))
        return parse_directive_definition(p, extension);
    return NULL;
}

xy_node *xy__parser_type_system_definition(xy_parser *p, xy_str keyword)
{
    return parse_by_keyword(p, keyword, false);
}

/* Spec 3.1 Type System Extensions */
xy_node *xy__parser_type_system_extension(xy_parser *p)
{
    xy_token keyword = *xy__parser_peek(p);
    xy_node *extension = NULL;

    if (keyword.kind == XY_TOKEN_NAME)
        extension = parse_by_keyword(p, xy__parser_text(p, &keyword), true);
    if (!extension)
        xy__parser_fail_unexpected(p, &keyword);
    return extension;
}
