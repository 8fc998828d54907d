/* SPDX-License-Identifier: MIT */
#include "language/parser_core.h"

#include <stdio.h>

#include "base/buf.h"

#define MESSAGE_MAX ((size_t)1 << 20)

/* Nothing accepts a FAILED token, so all loops and choices run out. */
static void stop(xy_parser *p, int rc)
{
    p->rc = rc;
    p->token.kind = XY_TOKEN_FAILED;
    p->has_ahead = false;
}

void xy__parser_fail(xy_parser *p, uint32_t offset, xy_str message)
{
    if (p->rc)
        return;
    xy__syntax_error(p->errors, p->source, offset, message);
    stop(p, XY_ESYNTAX);
}

static void fail_limit(xy_parser *p, uint32_t offset, uint32_t max, const char *what)
{
    xy__parser_fail(p, offset,
                    xy__arena_printf(p->errors->arena,
                                     "Document contains more than %u %s. Parsing aborted.", max,
                                     what));
    p->rc = XY_ELIMIT;
}

static void fail_tokens(xy_parser *p)
{
    if (!p->tokens_as_limit) {
        fail_limit(p, p->token.start, p->tokens_max, "tokens");
        return;
    }
    xy__errors_addf(p->errors, "Syntax Error: Token limit of %u exceeded.", p->tokens_max);
    stop(p, XY_ELIMIT);
}

void xy__parser_fail_size(xy_parser *p)
{
    if (p->rc)
        return;
    xy__parser_fail(p, p->token.start, XY_STR("Document is too large. Parsing aborted."));
    p->rc = XY_ELIMIT;
}

/* As messages name a kind: punctuators in quotes. */
static void append_kind(xy_buf *buf, const xy_token *token)
{
    const char *quote = xy__token_is_punctuator(token) ? "\"" : "";

    xy__buf_printf(buf, "%s%s%s", quote, xy__token_kind_name((xy_token_kind)token->kind), quote);
}

/* The same with its value, where it has one. */
static void append_token(xy_parser *p, xy_buf *buf, const xy_token *token)
{
    xy_str value = xy__token_value(p->errors->arena, p->source, token);

    append_kind(buf, token);
    if (value.ptr) {
        XY_BUF_LITERAL(buf, " \"");
        xy__buf_str(buf, value);
        xy__buf_char(buf, '"');
    }
}

void xy__parser_fail_unexpected(xy_parser *p, const xy_token *token)
{
    xy_buf buf;

    if (p->rc)
        return;
    xy__buf_init(&buf, MESSAGE_MAX);
    XY_BUF_LITERAL(&buf, "Unexpected ");
    append_token(p, &buf, token);
    xy__buf_char(&buf, '.');
    xy__parser_fail(p, token->start, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
}

void xy__parser_fail_expected(xy_parser *p, xy_str wanted)
{
    xy_buf buf;

    if (p->rc)
        return;
    xy__buf_init(&buf, MESSAGE_MAX);
    XY_BUF_LITERAL(&buf, "Expected ");
    xy__buf_str(&buf, wanted);
    XY_BUF_LITERAL(&buf, ", found ");
    append_token(p, &buf, &p->token);
    xy__buf_char(&buf, '.');
    xy__parser_fail(p, p->token.start, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
}

void xy__parser_advance(xy_parser *p)
{
    if (XY_UNLIKELY(p->rc))
        return;
    p->last_end = p->token.end;
    if (XY_UNLIKELY(p->has_ahead)) {
        p->token = p->ahead;
        p->has_ahead = false;
    } else if (xy__lexer_next(&p->lexer, &p->token) == XY_TOKEN_FAILED) {
        p->rc = XY_ESYNTAX;
        return;
    }
    if (p->token.kind == XY_TOKEN_END)
        return;
    if (XY_UNLIKELY(++p->token_count > p->tokens_max))
        fail_tokens(p);
    else if (XY_UNLIKELY(xy__arena_over(p->arena)))
        xy__parser_fail_size(p);
}

const xy_token *xy__parser_peek(xy_parser *p)
{
    if (p->rc)
        return &p->token;
    if (!p->has_ahead && xy__lexer_next(&p->lexer, &p->ahead) == XY_TOKEN_FAILED)
        stop(p, XY_ESYNTAX);
    else
        p->has_ahead = true;
    return &p->ahead;
}

void xy__parser_fail_expected_kind(xy_parser *p, xy_token_kind kind)
{
    xy_token wanted = {.kind = (uint8_t)kind};
    xy_buf buf;

    if (p->rc)
        return;
    xy__buf_init(&buf, MESSAGE_MAX);
    append_kind(&buf, &wanted);
    xy__parser_fail_expected(p, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
}

bool xy__parser_accept_keyword(xy_parser *p, xy_str keyword)
{
    if (!xy__parser_at(p, XY_TOKEN_NAME) || !xy_str_eq(xy__parser_text(p, &p->token), keyword))
        return false;
    xy__parser_advance(p);
    return true;
}

void xy__parser_expect_keyword(xy_parser *p, xy_str keyword)
{
    char quoted[32];
    int len;

    if (xy__parser_accept_keyword(p, keyword) || p->rc)
        return;
    len = snprintf(quoted, sizeof quoted, "\"%.*s\"", XY_PRI(keyword));
    xy__parser_fail_expected(p, (xy_str){quoted, (size_t)len});
}

bool xy__parser_enter(xy_parser *p)
{
    if (p->depth >= p->depth_max) {
        if (!p->rc)
            fail_limit(p, p->token.start, p->depth_max, "levels of nesting");
        return false;
    }
    p->depth++;
    return true;
}

void *xy__parser_take(xy_parser *p, size_t mark, size_t *len)
{
    void **items;

    *len = p->pending.len - mark;
    if (*len == 0)
        return NULL;
    items = xy__arena_alloc(p->arena, *len * sizeof *items);
    memcpy(items, p->pending.items + mark, *len * sizeof *items);
    p->pending.len = mark;
    return items;
}

size_t xy__parser_many(xy_parser *p, xy_token_kind open, xy_parser_item *item, xy_token_kind close)
{
    size_t mark = p->pending.len;

    xy__parser_expect(p, open);
    do
        xy__parser_push(p, item(p));
    while (xy__parser_more(p, close));
    return mark;
}

size_t xy__parser_optional_many(xy_parser *p, xy_token_kind open, xy_parser_item *item,
                                xy_token_kind close)
{
    if (!xy__parser_at(p, open))
        return p->pending.len;
    return xy__parser_many(p, open, item, close);
}

size_t xy__parser_delimited(xy_parser *p, xy_token_kind delimiter, xy_parser_item *item)
{
    size_t mark = p->pending.len;

    xy__parser_accept(p, delimiter);
    do
        xy__parser_push(p, item(p));
    while (xy__parser_accept(p, delimiter));
    return mark;
}
