/* SPDX-License-Identifier: MIT */
/* language/lexer.h -- text to tokens. Spec 2.1 Source Text; errors worded as graphql-js 17 words
 * them.
 *
 * Tokens are slices of the source, no memory is taken for them. A string with escapes is checked
 * when it is read and cooked only when somebody asks for its value. */
#ifndef XY_LANGUAGE_LEXER_H
#define XY_LANGUAGE_LEXER_H

#include "language/source.h"

/* Name and the text that messages use; punctuators come first. */
#define XY_TOKEN_MAP(X)                                                                            \
    X(END, "<EOF>")                                                                                \
    X(BANG, "!")                                                                                   \
    X(DOLLAR, "$")                                                                                 \
    X(AMP, "&")                                                                                    \
    X(PAREN_L, "(")                                                                                \
    X(PAREN_R, ")")                                                                                \
    X(SPREAD, "...")                                                                               \
    X(COLON, ":")                                                                                  \
    X(EQUALS, "=")                                                                                 \
    X(AT, "@")                                                                                     \
    X(BRACKET_L, "[")                                                                              \
    X(BRACKET_R, "]")                                                                              \
    X(BRACE_L, "{")                                                                                \
    X(PIPE, "|")                                                                                   \
    X(BRACE_R, "}")                                                                                \
    X(NAME, "Name")                                                                                \
    X(INT, "Int")                                                                                  \
    X(FLOAT, "Float")                                                                              \
    X(STRING, "String")                                                                            \
    X(BLOCK_STRING, "BlockString")                                                                 \
    X(COMMENT, "Comment")                                                                          \
    X(FAILED, "<error>")

typedef enum xy_token_kind {
#define XY_TOKEN_ENUM(name, text) XY_TOKEN_##name,
    XY_TOKEN_MAP(XY_TOKEN_ENUM)
#undef XY_TOKEN_ENUM
} xy_token_kind;

typedef struct xy_token {
    uint8_t kind;   /* xy_token_kind */
    bool escaped;   /* STRING: holds escapes */
    uint32_t start; /* byte offsets in the source: of the first byte ... */
    uint32_t end;   /* ... and behind the last one */
} xy_token;

typedef struct xy_lexer {
    const xy_source *source;
    xy_errors *errors;
    xy_token *token;  /* being read */
    const char *text; /* the source's */
    uint32_t len;
    uint32_t at;   /* next byte to read */
    bool comments; /* give COMMENT tokens too; they are skipped otherwise */
} xy_lexer;

/* Start at the first byte. keeps: source and errors, while tokens are read. The text must be
 * valid UTF-8 and shorter than 4 GiB. */
void xy__lexer_init(xy_lexer *lexer, const xy_source *source, xy_errors *errors);

/* Read the next token into `token` and return its kind: END at the end and ever after; FAILED
 * when there is none: the one error is then in `errors` and the lexer must not be used any
 * more. */
xy_token_kind xy__lexer_next(xy_lexer *lexer, xy_token *token);

/* What the token stands for: name, digits, cooked string, comment without its #; the null string
 * for punctuators. Spec 2.9.4 Semantics of String Values. Points into the source where it can,
 * else into `arena`. */
xy_str xy__token_value(xy_arena *arena, const xy_source *source, const xy_token *token);

/* Is it one of ! $ & ( ) ... : = @ [ ] { | } ? */
static inline bool xy__token_is_punctuator(const xy_token *token)
{
    return token->kind >= XY_TOKEN_BANG && token->kind <= XY_TOKEN_BRACE_R;
}

/* The text of XY_TOKEN_MAP. Static storage. */
const char *xy__token_kind_name(xy_token_kind kind);

/* Append the error "Syntax Error: <message>" located at the byte `offset`. */
void xy__syntax_error(xy_errors *errors, const xy_source *source, uint32_t offset, xy_str message);

#endif
