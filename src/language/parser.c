/* SPDX-License-Identifier: MIT */
/* language/parser.c -- recursive descent over executable definitions. parser_value.c has what
 * they are made of, parser_schema.c the type system, parser_core.h the rules of failing. Order
 * of checks and wording are those of graphql-js 17. */
#include "language/parser.h"

#include "language/parser_core.h"

/* Above this the recursion of the parser, and of all who walk its trees, is not safe. */
#define DEPTH_HARD_MAX 2000u

static void *parse_selection(xy_parser *p);

/* Spec 2.4 Selection Sets */
static xy_ast_selection_set *parse_selection_set(xy_parser *p)
{
    xy_ast_selection_set *set =
        XY_PARSER_NEW(p, xy_ast_selection_set, SELECTION_SET, p->token.start);
    size_t mark;

    if (!xy__parser_enter(p))
        return set;
    mark = xy__parser_many(p, XY_TOKEN_BRACE_L, parse_selection, XY_TOKEN_BRACE_R);
    XY_PARSER_TAKE(p, mark, &set->selections);
    xy__parser_leave(p);
    return xy__parser_end(p, set);
}

/* Spec 2.5 Fields */
static void *parse_field(xy_parser *p)
{
    xy_ast_field *field = XY_PARSER_NEW(p, xy_ast_field, FIELD, p->token.start);

    field->name = xy__parser_name(p);
    if (xy__parser_accept(p, XY_TOKEN_COLON)) {
        field->alias = field->name;
        field->name = xy__parser_name(p);
    }
    xy__parser_arguments(p, false, &field->arguments);
    xy__parser_directives(p, false, &field->directives);
    if (xy__parser_at(p, XY_TOKEN_BRACE_L))
        field->selection_set = parse_selection_set(p);
    return xy__parser_end(p, field);
}

/* The name of a fragment is anything but `on`; as in the reference, a string that says so is
 * "unexpected" too. */
static xy_ast_name *parse_fragment_name(xy_parser *p)
{
    if (p->rc == 0 && xy_str_eq(xy__token_value(p->arena, p->source, &p->token), XY_STR("on")))
        xy__parser_fail_unexpected(p, &p->token);
    return xy__parser_name(p);
}

static void *parse_inline_fragment(xy_parser *p, uint32_t start, bool has_condition)
{
    xy_ast_inline_fragment *fragment =
        XY_PARSER_NEW(p, xy_ast_inline_fragment, INLINE_FRAGMENT, start);

    if (has_condition)
        fragment->type_condition = xy__parser_named_type(p);
    xy__parser_directives(p, false, &fragment->directives);
    fragment->selection_set = parse_selection_set(p);
    return xy__parser_end(p, fragment);
}

/* Spec 2.8 Fragments, where they are used */
static void *parse_fragment_use(xy_parser *p)
{
    uint32_t start = p->token.start;
    bool has_condition;
    xy_ast_fragment_spread *spread;

    xy__parser_advance(p);
    has_condition = xy__parser_accept_keyword(p, XY_STR("on"));
    if (has_condition || !xy__parser_at(p, XY_TOKEN_NAME))
        return parse_inline_fragment(p, start, has_condition);
    spread = XY_PARSER_NEW(p, xy_ast_fragment_spread, FRAGMENT_SPREAD, start);
    spread->name = xy__parser_name(p);
    xy__parser_directives(p, false, &spread->directives);
    return xy__parser_end(p, spread);
}

static void *parse_selection(xy_parser *p)
{
    return xy__parser_at(p, XY_TOKEN_SPREAD) ? parse_fragment_use(p) : parse_field(p);
}

xy_operation_type xy__parser_operation_type(xy_parser *p)
{
    xy_token token = p->token;

    for (int type = XY_OPERATION_QUERY; type <= XY_OPERATION_SUBSCRIPTION; type++) {
        const char *name = xy__operation_type_name((xy_operation_type)type);

        if (xy__parser_accept_keyword(p, xy_str_from(name)))
            return (xy_operation_type)type;
    }
    xy__parser_expect(p, XY_TOKEN_NAME);
    xy__parser_fail_unexpected(p, &token);
    return XY_OPERATION_QUERY;
}

/* Spec 2.10 Variables */
static void *parse_variable_definition(xy_parser *p)
{
    xy_ast_variable_definition *definition =
        XY_PARSER_NEW(p, xy_ast_variable_definition, VARIABLE_DEFINITION, p->token.start);

    definition->description = xy__parser_description(p);
    definition->variable = xy__parser_variable(p);
    xy__parser_expect(p, XY_TOKEN_COLON);
    definition->type = xy__parser_type(p);
    if (xy__parser_accept(p, XY_TOKEN_EQUALS))
        definition->default_value = xy__parser_value(p, true);
    xy__parser_directives(p, true, &definition->directives);
    return xy__parser_end(p, definition);
}

/* Spec 2.3 Operations */
static xy_node *parse_operation(xy_parser *p)
{
    xy_ast_operation *operation =
        XY_PARSER_NEW(p, xy_ast_operation, OPERATION_DEFINITION, p->token.start);
    size_t mark;

    if (!xy__parser_at(p, XY_TOKEN_BRACE_L)) {
        operation->description = xy__parser_description(p);
        operation->operation = xy__parser_operation_type(p);
        if (xy__parser_at(p, XY_TOKEN_NAME))
            operation->name = xy__parser_name(p);
        mark = xy__parser_optional_many(p, XY_TOKEN_PAREN_L, parse_variable_definition,
                                        XY_TOKEN_PAREN_R);
        XY_PARSER_TAKE(p, mark, &operation->variables);
        xy__parser_directives(p, false, &operation->directives);
    }
    operation->selection_set = parse_selection_set(p);
    return xy__parser_end(p, operation);
}

static xy_node *parse_fragment(xy_parser *p)
{
    xy_ast_fragment *fragment =
        XY_PARSER_NEW(p, xy_ast_fragment, FRAGMENT_DEFINITION, p->token.start);

    fragment->description = xy__parser_description(p);
    xy__parser_expect_keyword(p, XY_STR("fragment"));
    fragment->name = parse_fragment_name(p);
    xy__parser_expect_keyword(p, XY_STR("on"));
    fragment->type_condition = xy__parser_named_type(p);
    xy__parser_directives(p, false, &fragment->directives);
    fragment->selection_set = parse_selection_set(p);
    return xy__parser_end(p, fragment);
}

static bool is_operation_keyword(xy_str word)
{
    return xy_str_eq(word, XY_STR("query")) || xy_str_eq(word, XY_STR("mutation")) ||
           xy_str_eq(word, XY_STR("subscription"));
}

/* Spec 2.2 Document */
static void *parse_definition(xy_parser *p)
{
    bool described = xy__parser_at_description(p);
    xy_token keyword = described ? *xy__parser_peek(p) : p->token;
    xy_str word = xy__parser_text(p, &keyword);
    xy_node *definition;

    if (keyword.kind == XY_TOKEN_BRACE_L) {
        if (described)
            xy__parser_fail(p, p->token.start,
                            XY_STR("Unexpected description, descriptions are not supported on "
                                   "shorthand queries."));
        return parse_operation(p);
    }
    if (keyword.kind == XY_TOKEN_NAME) {
        if (is_operation_keyword(word))
            return parse_operation(p);
        if (xy_str_eq(word, XY_STR("fragment")))
            return parse_fragment(p);
        definition = xy__parser_type_system_definition(p, word);
        if (definition)
            return definition;
        if (described)
            xy__parser_fail(p, p->token.start,
                            XY_STR("Unexpected description, only GraphQL definitions support "
                                   "descriptions."));
        if (xy_str_eq(word, XY_STR("extend")))
            return xy__parser_type_system_extension(p);
    }
    xy__parser_fail_unexpected(p, &keyword);
    return NULL;
}

static uint32_t limit_of(uint32_t wanted, uint32_t otherwise)
{
    return wanted ? wanted : otherwise;
}

/* Ready to read the first token, which is read by the first advance. */
static void parser_init(xy_parser *p, xy_arena *arena, const xy_source *source,
                        const xy_parse_options *options, xy_errors *errors)
{
    static const xy_parse_options defaults = {0};
    static const xy_source nothing = {0};

    options = options ? options : &defaults;
    /* Not cleared: the room for pending items is big. */
    p->arena = arena;
    p->source = source;
    p->errors = errors;
    p->token = (xy_token){0};
    p->has_ahead = false;
    p->rc = 0;
    p->last_end = 0;
    p->token_count = 0;
    p->tokens_max = limit_of(options->tokens_max, XY_PARSE_TOKENS_DEFAULT);
    p->tokens_as_limit = options->tokens_as_limit;
    p->depth = 0;
    p->depth_max = limit_of(options->depth_max, XY_PARSE_DEPTH_DEFAULT);
    if (p->depth_max > DEPTH_HARD_MAX)
        p->depth_max = DEPTH_HARD_MAX;
    p->pending.items = p->pending_first;
    p->pending.len = 0;
    p->pending.cap = XY_PARSER_PENDING;
    if (source->text.len < UINT32_MAX) {
        xy__lexer_init(&p->lexer, source, errors);
        xy__parser_advance(p);
    } else {
        xy__lexer_init(&p->lexer, &nothing, errors);
        xy__parser_fail_size(p);
    }
}

/* All is read and the last nodes are built: did it go well? */
static int parser_finish(xy_parser *p)
{
    if (xy__arena_over(p->arena))
        xy__parser_fail_size(p);
    return p->rc;
}

int xy__parse(xy_arena *arena, const xy_source *source, const xy_parse_options *options,
              xy_ast_document **out, xy_errors *errors)
{
    xy_parser p;
    xy_ast_document *document;
    size_t mark;

    parser_init(&p, arena, source, options, errors);
    document = XY_PARSER_NEW(&p, xy_ast_document, DOCUMENT, 0);
    mark = p.pending.len;
    do
        xy__parser_push(&p, parse_definition(&p));
    while (xy__parser_more(&p, XY_TOKEN_END));
    XY_PARSER_TAKE(&p, mark, &document->definitions);
    document->token_count = p.token_count;
    document->node.end = (uint32_t)source->text.len;
    if (parser_finish(&p) == 0)
        *out = document;
    return p.rc;
}

static int parse_whole_value(xy_arena *arena, const xy_source *source,
                             const xy_parse_options *options, bool constant, xy_ast_value **out,
                             xy_errors *errors)
{
    xy_parser p;
    xy_ast_value *value;

    parser_init(&p, arena, source, options, errors);
    value = xy__parser_value(&p, constant);
    xy__parser_expect(&p, XY_TOKEN_END);
    if (parser_finish(&p) == 0)
        *out = value;
    return p.rc;
}

int xy__parse_value(xy_arena *arena, const xy_source *source, const xy_parse_options *options,
                    xy_ast_value **out, xy_errors *errors)
{
    return parse_whole_value(arena, source, options, false, out, errors);
}

int xy__parse_const_value(xy_arena *arena, const xy_source *source, const xy_parse_options *options,
                          xy_ast_value **out, xy_errors *errors)
{
    return parse_whole_value(arena, source, options, true, out, errors);
}

int xy__parse_type(xy_arena *arena, const xy_source *source, const xy_parse_options *options,
                   xy_ast_type **out, xy_errors *errors)
{
    xy_parser p;
    xy_ast_type *type;

    parser_init(&p, arena, source, options, errors);
    type = xy__parser_type(&p);
    xy__parser_expect(&p, XY_TOKEN_END);
    if (parser_finish(&p) == 0)
        *out = type;
    return p.rc;
}
