/* SPDX-License-Identifier: MIT */
/* language/parser_core.h -- what the two halves of the parser share: tokens, errors, lists.
 *
 * The first error is sticky: it is recorded, the current token becomes FAILED, which nothing
 * accepts, and everything runs out through its ordinary way back. What is built after that may
 * lack parts and is thrown away; loops ask xy__parser_more(). */
#ifndef XY_LANGUAGE_PARSER_CORE_H
#define XY_LANGUAGE_PARSER_CORE_H

#include "base/vec.h"
#include "language/lexer.h"
#include "language/parser.h"

#define XY_PARSER_PENDING 256u /* list items on the stack before the arena is asked */

typedef struct xy_parser {
    xy_arena *arena;
    const xy_source *source;
    xy_errors *errors;
    xy_lexer lexer;
    xy_token token; /* the current one */
    xy_token ahead; /* the one after it, when has_ahead */
    bool has_ahead;
    int rc;            /* of the first error */
    uint32_t last_end; /* where the last consumed token ended */
    uint32_t token_count;
    uint32_t tokens_max;
    bool tokens_as_limit;
    uint32_t depth;
    uint32_t depth_max;
    XY_VEC(void *) pending; /* items of the lists that are open, innermost last */
    void *pending_first[XY_PARSER_PENDING];
} xy_parser;

/* Parses one item of a list. */
typedef void *xy_parser_item(xy_parser *p);

/* Consume the current token. */
void xy__parser_advance(xy_parser *p);

/* The token after the current one, which stays current. */
const xy_token *xy__parser_peek(xy_parser *p);

/* Fail with "Syntax Error: <message>" at a byte, "Unexpected <token>." at a token, or
 * "Expected <wanted>, found <token>." at the current one. */
void xy__parser_fail(xy_parser *p, uint32_t offset, xy_str message);
void xy__parser_fail_unexpected(xy_parser *p, const xy_token *token);
void xy__parser_fail_expected(xy_parser *p, xy_str wanted);

/* The same, wanting a token of this kind. */
void xy__parser_fail_expected_kind(xy_parser *p, xy_token_kind kind);

/* Fail for the document's own size: more bytes than offsets can count, or than the arena holds. */
void xy__parser_fail_size(xy_parser *p);

/* Consume a Name with this text, or fail. */
void xy__parser_expect_keyword(xy_parser *p, xy_str keyword);

/* Consume a Name with this text if it is the current token. */
bool xy__parser_accept_keyword(xy_parser *p, xy_str keyword);

/* One more selection set, value or type inside another; false, having failed, where that is too
 * deep. Each true one ends with xy__parser_leave(). */
bool xy__parser_enter(xy_parser *p);

/* The items pushed since `mark`, copied to the arena. */
void *xy__parser_take(xy_parser *p, size_t mark, size_t *len);

/* `open` item+ `close`; the same where `open` may be absent; items between delimiters, the first
 * of which may stand before the first item. Items are pushed; returns the mark for
 * xy__parser_take(). */
size_t xy__parser_many(xy_parser *p, xy_token_kind open, xy_parser_item *item, xy_token_kind close);
size_t xy__parser_optional_many(xy_parser *p, xy_token_kind open, xy_parser_item *item,
                                xy_token_kind close);
size_t xy__parser_delimited(xy_parser *p, xy_token_kind delimiter, xy_parser_item *item);

/* Set an XY_NODES list to the items pushed since `mark`. */
#define XY_PARSER_TAKE(p, mark, list) ((list)->items = xy__parser_take((p), (mark), &(list)->len))

/* A node of type T, cleared but for its kind, start and source. */
#define XY_PARSER_NEW(p, T, node_kind, at)                                                         \
    ((T *)xy__parser_new((p), sizeof(T), XY_KIND_##node_kind, (at)))

/* Parts of definitions of both kinds. In a `constant` value no variable may stand. */
xy_ast_name *xy__parser_name(xy_parser *p);
xy_ast_value *xy__parser_description(xy_parser *p); /* NULL when there is none */
xy_ast_value *xy__parser_variable(xy_parser *p);
xy_ast_value *xy__parser_value(xy_parser *p, bool constant);
xy_ast_type *xy__parser_type(xy_parser *p);
void *xy__parser_named_type(xy_parser *p);
void xy__parser_arguments(xy_parser *p, bool constant, xy_ast_arguments *out);
void xy__parser_directives(xy_parser *p, bool constant, xy_ast_directives *out);
xy_operation_type xy__parser_operation_type(xy_parser *p);

/* A type system definition or extension, the keyword being what `keyword` says: NULL, with
 * nothing consumed, when it begins none. */
xy_node *xy__parser_type_system_definition(xy_parser *p, xy_str keyword);
xy_node *xy__parser_type_system_extension(xy_parser *p);

static inline bool xy__parser_at(const xy_parser *p, xy_token_kind kind)
{
    return p->token.kind == kind;
}

static inline bool xy__parser_accept(xy_parser *p, xy_token_kind kind)
{
    if (p->token.kind != kind)
        return false;
    xy__parser_advance(p);
    return true;
}

/* Consume a token of this kind, or fail. */
static inline void xy__parser_expect(xy_parser *p, xy_token_kind kind)
{
    if (XY_LIKELY(p->token.kind == kind))
        xy__parser_advance(p);
    else
        xy__parser_fail_expected_kind(p, kind);
}

static inline bool xy__parser_at_description(const xy_parser *p)
{
    return p->token.kind == XY_TOKEN_STRING || p->token.kind == XY_TOKEN_BLOCK_STRING;
}

/* Does a list go on, `close` not having come? */
static inline bool xy__parser_more(xy_parser *p, xy_token_kind close)
{
    return !xy__parser_accept(p, close) && p->rc == 0;
}

static inline void xy__parser_push(xy_parser *p, void *item)
{
    if (XY_LIKELY(p->pending.len < p->pending.cap))
        p->pending.items[p->pending.len++] = item;
    else
        *xy_vec_push(p->arena, &p->pending) = item;
}

static inline void xy__parser_leave(xy_parser *p)
{
    p->depth--;
}

static inline void *xy__parser_new(xy_parser *p, size_t size, xy_kind kind, uint32_t start)
{
    xy_node *node = xy__arena_alloc(p->arena, size);

    memset(node, 0, size);
    node->kind = (uint16_t)kind;
    node->start = start;
    node->source = p->source;
    return node;
}

/* The text of a Name token. */
static inline xy_str xy__parser_text(const xy_parser *p, const xy_token *token)
{
    return (xy_str){p->lexer.text + token->start, token->end - token->start};
}

/* `node` ends with the last consumed token. Returns it. */
static inline void *xy__parser_end(const xy_parser *p, void *node)
{
    ((xy_node *)node)->end = p->last_end;
    return node;
}

#endif
