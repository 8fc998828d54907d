/* SPDX-License-Identifier: MIT */
/* language/parser_value.c -- recursive descent over what both executable and type system
 * definitions are made of: names, values, types, directives. */
#include "language/parser_core.h"

xy_ast_name *xy__parser_name(xy_parser *p)
{
    xy_ast_name *name = XY_PARSER_NEW(p, xy_ast_name, NAME, p->token.start);

    name->value = xy__parser_text(p, &p->token);
    xy__parser_expect(p, XY_TOKEN_NAME);
    return xy__parser_end(p, name);
}

static xy_ast_value *parse_string(xy_parser *p)
{
    xy_ast_value *value = XY_PARSER_NEW(p, xy_ast_value, STRING_VALUE, p->token.start);

    value->text = xy__token_value(p->arena, p->source, &p->token);
    value->block = xy__parser_at(p, XY_TOKEN_BLOCK_STRING);
    xy__parser_advance(p);
    return xy__parser_end(p, value);
}

xy_ast_value *xy__parser_description(xy_parser *p)
{
    return xy__parser_at_description(p) ? parse_string(p) : NULL;
}

xy_ast_value *xy__parser_variable(xy_parser *p)
{
    xy_ast_value *variable = XY_PARSER_NEW(p, xy_ast_value, VARIABLE, p->token.start);

    xy__parser_expect(p, XY_TOKEN_DOLLAR);
    variable->name = xy__parser_name(p);
    variable->text = variable->name->value;
    return xy__parser_end(p, variable);
}

static void *parse_object_field(xy_parser *p, bool constant)
{
    xy_ast_argument *field = XY_PARSER_NEW(p, xy_ast_argument, OBJECT_FIELD, p->token.start);

    field->name = xy__parser_name(p);
    xy__parser_expect(p, XY_TOKEN_COLON);
    field->value = xy__parser_value(p, constant);
    return xy__parser_end(p, field);
}

static xy_ast_value *parse_object(xy_parser *p, bool constant)
{
    xy_ast_value *value = XY_PARSER_NEW(p, xy_ast_value, OBJECT_VALUE, p->token.start);
    size_t mark = p->pending.len;

    if (!xy__parser_enter(p))
        return value;
    xy__parser_advance(p);
    while (xy__parser_more(p, XY_TOKEN_BRACE_R))
        xy__parser_push(p, parse_object_field(p, constant));
    XY_PARSER_TAKE(p, mark, &value->fields);
    xy__parser_leave(p);
    return xy__parser_end(p, value);
}

static xy_ast_value *parse_list(xy_parser *p, bool constant)
{
    xy_ast_value *value = XY_PARSER_NEW(p, xy_ast_value, LIST_VALUE, p->token.start);
    size_t mark = p->pending.len;

    if (!xy__parser_enter(p))
        return value;
    xy__parser_advance(p);
    while (xy__parser_more(p, XY_TOKEN_BRACKET_R))
        xy__parser_push(p, xy__parser_value(p, constant));
    XY_PARSER_TAKE(p, mark, &value->items);
    xy__parser_leave(p);
    return xy__parser_end(p, value);
}

/* A value that is one token. */
static xy_ast_value *parse_leaf(xy_parser *p, xy_kind kind)
{
    xy_ast_value *value = xy__parser_new(p, sizeof *value, kind, p->token.start);

    value->text = xy__parser_text(p, &p->token);
    xy__parser_advance(p);
    return xy__parser_end(p, value);
}

/* true, false, null or an enum value. */
static xy_ast_value *parse_name_value(xy_parser *p)
{
    xy_ast_value *value = parse_leaf(p, XY_KIND_ENUM_VALUE);

    if (xy_str_eq(value->text, XY_STR("null"))) {
        value->node.kind = XY_KIND_NULL_VALUE;
        value->text = XY_STR_NULL;
    } else if (xy_str_eq(value->text, XY_STR("true")) || xy_str_eq(value->text, XY_STR("false"))) {
        value->node.kind = XY_KIND_BOOLEAN_VALUE;
        value->boolean = value->text.len == 4;
        value->text = XY_STR_NULL;
    }
    return value;
}

/* A `$` where only constants may stand: the error is at the `$` and names the variable. */
static void fail_variable(xy_parser *p)
{
    xy_token dollar = p->token;

    xy__parser_advance(p);
    if (xy__parser_at(p, XY_TOKEN_NAME))
        xy__parser_fail(p, dollar.start,
                        xy__arena_printf(p->errors->arena,
                                         "Unexpected variable \"$%.*s\" in constant value.",
                                         XY_PRI(xy__parser_text(p, &p->token))));
    else
        xy__parser_fail_unexpected(p, &dollar);
}

/* Spec 2.9 Input Values */
xy_ast_value *xy__parser_value(xy_parser *p, bool constant)
{
    switch (p->token.kind) {
    case XY_TOKEN_BRACKET_L:
        return parse_list(p, constant);
    case XY_TOKEN_BRACE_L:
        return parse_object(p, constant);
    case XY_TOKEN_INT:
        return parse_leaf(p, XY_KIND_INT_VALUE);
    case XY_TOKEN_FLOAT:
        return parse_leaf(p, XY_KIND_FLOAT_VALUE);
    case XY_TOKEN_STRING:
    case XY_TOKEN_BLOCK_STRING:
        return parse_string(p);
    case XY_TOKEN_NAME:
        return parse_name_value(p);
    case XY_TOKEN_DOLLAR:
        if (!constant)
            return xy__parser_variable(p);
        fail_variable(p);
        return NULL;
    default:
        xy__parser_fail_unexpected(p, &p->token);
        return NULL;
    }
}

void *xy__parser_named_type(xy_parser *p)
{
    xy_ast_type *type = XY_PARSER_NEW(p, xy_ast_type, NAMED_TYPE, p->token.start);

    type->name = xy__parser_name(p);
    return xy__parser_end(p, type);
}

/* Spec 2.11 Type References */
xy_ast_type *xy__parser_type(xy_parser *p)
{
    uint32_t start = p->token.start;
    xy_ast_type *type;
    xy_ast_type *outer;

    if (xy__parser_at(p, XY_TOKEN_BRACKET_L)) {
        type = XY_PARSER_NEW(p, xy_ast_type, LIST_TYPE, start);
        if (!xy__parser_enter(p))
            return type;
        xy__parser_advance(p);
        type->of = xy__parser_type(p);
        xy__parser_leave(p);
        xy__parser_expect(p, XY_TOKEN_BRACKET_R);
        xy__parser_end(p, type);
    } else {
        type = xy__parser_named_type(p);
    }
    if (!xy__parser_accept(p, XY_TOKEN_BANG))
        return type;
    outer = XY_PARSER_NEW(p, xy_ast_type, NON_NULL_TYPE, start);
    outer->of = type;
    return xy__parser_end(p, outer);
}

static void *parse_either_argument(xy_parser *p, bool constant)
{
    xy_ast_argument *argument = XY_PARSER_NEW(p, xy_ast_argument, ARGUMENT, p->token.start);

    argument->name = xy__parser_name(p);
    xy__parser_expect(p, XY_TOKEN_COLON);
    argument->value = xy__parser_value(p, constant);
    return xy__parser_end(p, argument);
}

static void *parse_argument(xy_parser *p)
{
    return parse_either_argument(p, false);
}

static void *parse_const_argument(xy_parser *p)
{
    return parse_either_argument(p, true);
}

void xy__parser_arguments(xy_parser *p, bool constant, xy_ast_arguments *out)
{
    size_t mark = xy__parser_optional_many(
        p, XY_TOKEN_PAREN_L, constant ? parse_const_argument : parse_argument, XY_TOKEN_PAREN_R);

    XY_PARSER_TAKE(p, mark, out);
}

/* Spec 2.12 Directives */
void xy__parser_directives(xy_parser *p, bool constant, xy_ast_directives *out)
{
    size_t mark = p->pending.len;

    if (!xy__parser_at(p, XY_TOKEN_AT))
        return;
    while (xy__parser_at(p, XY_TOKEN_AT)) {
        xy_ast_directive *directive = XY_PARSER_NEW(p, xy_ast_directive, DIRECTIVE, p->token.start);

        xy__parser_advance(p);
        directive->name = xy__parser_name(p);
        xy__parser_arguments(p, constant, &directive->arguments);
        xy__parser_push(p, xy__parser_end(p, directive));
    }
    XY_PARSER_TAKE(p, mark, out);
}
