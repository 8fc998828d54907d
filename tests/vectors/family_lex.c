/* SPDX-License-Identifier: MIT */
/* tests/vectors/family_lex.c -- source text to tokens, comments included. */
#include "base/utf8.h"
#include "language/lexer.h"
#include "vectors.h"

typedef XY_VEC(xy_value) values;

/* [kind, start, end, line, column, value?], offsets in UTF-16 units. */
static xy_value token_value(xy_arena *arena, const xy_source *source, const xy_token *token)
{
    xy_value *items = XY_ARENA_ARRAY(arena, xy_value, 6);
    xy_location location = xy__source_location(source, token->start);
    xy_str value = xy__token_value(arena, source, token);
    const char *kind = xy__token_kind_name((xy_token_kind)token->kind);
    const char *text = source->text.ptr;

    items[0] = xy_value_string(xy_str_from(kind));
    items[1] = xy_value_int((int64_t)xy__utf8_utf16_len((xy_str){text, token->start}));
    items[2] = xy_value_int((int64_t)xy__utf8_utf16_len((xy_str){text, token->end}));
    items[3] = xy_value_int(location.line);
    items[4] = xy_value_int(location.column);
    items[5] = xy_value_string(value);
    return (xy_value){.kind = XY_VALUE_LIST, .len = value.ptr ? 6 : 5, .items = items};
}

/* All tokens, END included; those before the faulty one when one is. */
static xy_value lex(xy_arena *arena, const xy_source *source, xy_errors *errors)
{
    values tokens = {0};
    xy_lexer lexer;
    xy_token token;

    xy__lexer_init(&lexer, source, errors);
    lexer.comments = true;
    do {
        if (xy__lexer_next(&lexer, &token) == XY_TOKEN_FAILED)
            break;
        *xy_vec_push(arena, &tokens) = token_value(arena, source, &token);
    } while (token.kind != XY_TOKEN_END);
    return (xy_value){.kind = XY_VALUE_LIST, .len = (uint32_t)tokens.len, .items = tokens.items};
}

static vector_verdict run(vector_case *c)
{
    xy_source source = {.text = vector_str(c->json, "source")};
    bool ok = vector_bool(c->json, "ok", false);
    xy_errors errors;
    xy_value tokens;

    xy__errors_init(&errors, c->arena);
    tokens = lex(c->arena, &source, &errors);
    if (vector_expect_bool(c, "ok", ok, errors.list.len == 0) == VECTOR_FAIL)
        return VECTOR_FAIL;
    if (!ok) {
        xy_value error = vector_error_value(c->arena, errors.list.items[0]);

        if (vector_expect_value(c, "error", vector_get(c->json, "error"), &error) == VECTOR_FAIL)
            return VECTOR_FAIL;
    }
    return vector_expect_value(c, "tokens", vector_get(c->json, "tokens"), &tokens);
}

const xy_vector_family vector_family_lex = {.name = "lex", .run = run};
