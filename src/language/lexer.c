/* SPDX-License-Identifier: MIT */
#include "language/lexer.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "base/utf8.h"
#include "language/block_string.h"
#include "language/escape.h"

#define MESSAGE_MAX ((size_t)1 << 20)

#define LETTERS(X)                                                                                 \
    X('a'), X('b'), X('c'), X('d'), X('e'), X('f'), X('g'), X('h'), X('i'), X('j'), X('k'),        \
        X('l'), X('m'), X('n'), X('o'), X('p'), X('q'), X('r'), X('s'), X('t'), X('u'), X('v'),    \
        X('w'), X('x'), X('y'), X('z'), X('A'), X('B'), X('C'), X('D'), X('E'), X('F'), X('G'),    \
        X('H'), X('I'), X('J'), X('K'), X('L'), X('M'), X('N'), X('O'), X('P'), X('Q'), X('R'),    \
        X('S'), X('T'), X('U'), X('V'), X('W'), X('X'), X('Y'), X('Z'), X('_')
#define DIGITS(X) X('0'), X('1'), X('2'), X('3'), X('4'), X('5'), X('6'), X('7'), X('8'), X('9')

/* What a byte begins, where it is no punctuator of its own. */
enum {
    BYTE_BAD = 0,
    BYTE_IGNORED = XY_TOKEN_FAILED + 1,
    BYTE_LETTER,
    BYTE_NUMBER,
    BYTE_QUOTE,
    BYTE_HASH,
    BYTE_DOT,
    BYTE_BOM,
};

/* A token kind for the punctuators of one byte, one of the above for all others. */
static const uint8_t begins[256] = {
#define LETTER(c) [c] = BYTE_LETTER
    LETTERS(LETTER),
#undef LETTER
#define DIGIT(c) [c] = BYTE_NUMBER
    DIGITS(DIGIT),
#undef DIGIT
    ['-'] = BYTE_NUMBER,
    [' '] = BYTE_IGNORED,
    ['\t'] = BYTE_IGNORED,
    ['\n'] = BYTE_IGNORED,
    ['\r'] = BYTE_IGNORED,
    [','] = BYTE_IGNORED,
    [0xEF] = BYTE_BOM,
    ['"'] = BYTE_QUOTE,
    ['#'] = BYTE_HASH,
    ['.'] = BYTE_DOT,
    ['!'] = XY_TOKEN_BANG,
    ['$'] = XY_TOKEN_DOLLAR,
    ['&'] = XY_TOKEN_AMP,
    ['('] = XY_TOKEN_PAREN_L,
    [')'] = XY_TOKEN_PAREN_R,
    [':'] = XY_TOKEN_COLON,
    ['='] = XY_TOKEN_EQUALS,
    ['@'] = XY_TOKEN_AT,
    ['['] = XY_TOKEN_BRACKET_L,
    [']'] = XY_TOKEN_BRACKET_R,
    ['{'] = XY_TOKEN_BRACE_L,
    ['|'] = XY_TOKEN_PIPE,
    ['}'] = XY_TOKEN_BRACE_R,
};

enum {
    CLASS_NAME = 1,
    CLASS_DIGIT = 2,
    CLASS_NAME_AND_DIGIT = CLASS_NAME | CLASS_DIGIT,
    CLASS_STRING_STOP = 4,
};

static const uint8_t classes[256] = {
#define LETTER(c) [c] = CLASS_NAME
    LETTERS(LETTER),
#undef LETTER
#define DIGIT(c) [c] = CLASS_NAME_AND_DIGIT
    DIGITS(DIGIT),
#undef DIGIT
    ['"'] = CLASS_STRING_STOP,
    ['\\'] = CLASS_STRING_STOP,
    ['\n'] = CLASS_STRING_STOP,
    ['\r'] = CLASS_STRING_STOP,
};

const char *xy__token_kind_name(xy_token_kind kind)
{
    static const char *const names[] = {
#define XY_TOKEN_TEXT(name, text) [XY_TOKEN_##name] = (text),
        XY_TOKEN_MAP(XY_TOKEN_TEXT)
#undef XY_TOKEN_TEXT
    };

    XY_ASSERT((unsigned)kind < sizeof names / sizeof *names);
    return names[kind];
}

void xy__syntax_error(xy_errors *errors, const xy_source *source, uint32_t offset, xy_str message)
{
    xy_buf buf;

    xy__buf_init(&buf, MESSAGE_MAX);
    XY_BUF_LITERAL(&buf, "Syntax Error: ");
    xy__buf_str(&buf, message);
    xy__error_locate(errors, xy__errors_add(errors, xy__buf_view(&buf)),
                     xy__source_location(source, offset));
    xy__buf_deinit(&buf);
}

void xy__lexer_init(xy_lexer *lexer, const xy_source *source, xy_errors *errors)
{
    XY_ASSERT(source->text.len < UINT32_MAX);
    *lexer = (xy_lexer){
        .source = source,
        .errors = errors,
        .text = source->text.ptr ? source->text.ptr : "",
        .len = (uint32_t)source->text.len,
    };
}

/* The byte at `at`; 0, which is nothing special anywhere below, at the end and beyond. */
static unsigned char byte_at(const xy_lexer *lexer, uint32_t at)
{
    return at < lexer->len ? (unsigned char)lexer->text[at] : 0;
}

static bool class_at(const xy_lexer *lexer, uint32_t at, unsigned class)
{
    return (classes[byte_at(lexer, at)] & class) != 0;
}

/* The token being read is this one. Returns its kind. */
static xy_token_kind accept(xy_lexer *lexer, xy_token_kind kind, uint32_t start, uint32_t end)
{
    xy_token *token = lexer->token;

    token->kind = (uint8_t)kind;
    token->escaped = false;
    token->start = start;
    token->end = end;
    lexer->at = end;
    return kind;
}

static xy_token_kind failed(xy_lexer *lexer, uint32_t at, xy_str message)
{
    xy__syntax_error(lexer->errors, lexer->source, at, message);
    return accept(lexer, XY_TOKEN_FAILED, at, at);
}

/* Fail with `text`, the character at `at` as messages show it, and a full stop. */
static xy_token_kind failed_at_character(xy_lexer *lexer, uint32_t at, const char *text)
{
    char message[128];
    size_t len;
    int32_t code;

    if (at >= lexer->len) {
        snprintf(message, sizeof message, "%s: <EOF>.", text);
        return failed(lexer, at, xy_str_from(message));
    }
    code = xy__utf8_decode(lexer->source->text, at, &len);
    if (code == '"')
        snprintf(message, sizeof message, "%s: '\"'.", text);
    else if (code >= 0x20 && code <= 0x7E)
        snprintf(message, sizeof message, "%s: \"%c\".", text, (char)code);
    else
        snprintf(message, sizeof message, "%s: U+%04X.", text, (unsigned)code);
    return failed(lexer, at, xy_str_from(message));
}

/* Fail with `text` and `units` UTF-16 units of the source from `at`, in quotes. Half of a pair at
 * the end becomes U+FFFD, for UTF-8 has no halves. */
static xy_token_kind failed_at_escape(xy_lexer *lexer, uint32_t at, const char *text, size_t units)
{
    xy_str source = lexer->source->text;
    size_t end = at;
    xy_buf buf;
    xy_token_kind kind;

    xy__buf_init(&buf, MESSAGE_MAX);
    xy__buf_printf(&buf, "%s: \"", text);
    while (units > 0 && end < source.len) {
        size_t len;
        int32_t code = xy__utf8_decode(source, end, &len);

        if (code > 0xFFFF && units == 1)
            XY_BUF_LITERAL(&buf, "\xEF\xBF\xBD");
        else
            xy__buf_append(&buf, source.ptr + end, len);
        units -= code > 0xFFFF && units > 1 ? 2 : 1;
        end += len;
    }
    XY_BUF_LITERAL(&buf, "\".");
    kind = failed(lexer, at, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
    return kind;
}

static uint32_t skip_digits(const xy_lexer *lexer, uint32_t at)
{
    while (class_at(lexer, at, CLASS_DIGIT))
        at++;
    return at;
}

/* Spec 2.9.1 Int Value, 2.9.2 Float Value */
static xy_token_kind read_number(xy_lexer *lexer, uint32_t start)
{
    static const char wanted[] = "Invalid number, expected digit but got";
    xy_token_kind kind = XY_TOKEN_INT;
    uint32_t at = start + (byte_at(lexer, start) == '-');

    if (!class_at(lexer, at, CLASS_DIGIT))
        return failed_at_character(lexer, at, wanted);
    if (byte_at(lexer, at) == '0' && class_at(lexer, at + 1, CLASS_DIGIT))
        return failed_at_character(lexer, at + 1, "Invalid number, unexpected digit after 0");
    at = skip_digits(lexer, at);
    if (byte_at(lexer, at) == '.') {
        kind = XY_TOKEN_FLOAT;
        if (!class_at(lexer, ++at, CLASS_DIGIT))
            return failed_at_character(lexer, at, wanted);
        at = skip_digits(lexer, at);
    }
    if (byte_at(lexer, at) == 'e' || byte_at(lexer, at) == 'E') {
        kind = XY_TOKEN_FLOAT;
        at++;
        at += byte_at(lexer, at) == '+' || byte_at(lexer, at) == '-';
        if (!class_at(lexer, at, CLASS_DIGIT))
            return failed_at_character(lexer, at, wanted);
        at = skip_digits(lexer, at);
    }
    if (byte_at(lexer, at) == '.' || class_at(lexer, at, CLASS_NAME))
        return failed_at_character(lexer, at, wanted);
    return accept(lexer, kind, start, at);
}

/* Spec 2.9.4 String Value, the kind on one line */
static xy_token_kind read_string(xy_lexer *lexer, uint32_t start)
{
    const char *text = lexer->text;
    uint32_t len = lexer->len;
    uint32_t at = start + 1;
    bool escaped = false;

    for (;;) {
        xy_escape escape;

        while (at < len && !(classes[(unsigned char)text[at]] & CLASS_STRING_STOP))
            at++;
        if (at < len && text[at] == '"') {
            accept(lexer, XY_TOKEN_STRING, start, at + 1);
            lexer->token->escaped = escaped;
            return XY_TOKEN_STRING;
        }
        if (at >= len || text[at] != '\\')
            return failed(lexer, at, XY_STR("Unterminated string."));
        escape = xy__escape_read(lexer->source->text, at);
        if (escape.code_point < 0)
            return failed_at_escape(lexer, at,
                                    byte_at(lexer, at + 1) == 'u'
                                        ? "Invalid Unicode escape sequence"
                                        : "Invalid character escape sequence",
                                    escape.len);
        escaped = true;
        at += escape.len;
    }
}

static bool triple_quote_at(const xy_lexer *lexer, uint32_t at)
{
    return lexer->len - at >= 3 && memcmp(lexer->text + at, "\"\"\"", 3) == 0;
}

/* Spec 2.9.4 String Value, the kind of many lines */
static xy_token_kind read_block_string(xy_lexer *lexer, uint32_t start)
{
    const char *text = lexer->text;
    uint32_t len = lexer->len;
    uint32_t at = start + 3;

    for (; at < len; at++) {
        if (text[at] == '"' && triple_quote_at(lexer, at))
            return accept(lexer, XY_TOKEN_BLOCK_STRING, start, at + 3);
        if (text[at] == '\\' && triple_quote_at(lexer, at + 1))
            at += 3;
    }
    return failed(lexer, len, XY_STR("Unterminated string."));
}

static xy_token_kind read_comment(xy_lexer *lexer, uint32_t start)
{
    const char *text = lexer->text;
    uint32_t len = lexer->len;
    uint32_t at = start;

    while (at < len && text[at] != '\n' && text[at] != '\r')
        at++;
    return accept(lexer, XY_TOKEN_COMMENT, start, at);
}

static xy_token_kind read_dots(xy_lexer *lexer, uint32_t start)
{
    uint32_t end;
    xy_buf buf;
    xy_token_kind kind;

    if (byte_at(lexer, start + 1) == '.') {
        if (byte_at(lexer, start + 2) == '.')
            return accept(lexer, XY_TOKEN_SPREAD, start, start + 3);
        return failed(lexer, start, XY_STR("Unexpected \"..\", did you mean \"...\"?"));
    }
    if (!class_at(lexer, start + 1, CLASS_DIGIT))
        return failed_at_character(lexer, start, "Unexpected character");
    end = skip_digits(lexer, start + 1);
    xy__buf_init(&buf, MESSAGE_MAX);
    XY_BUF_LITERAL(&buf, "Invalid number, expected digit before \".\", did you mean \"0");
    xy__buf_append(&buf, lexer->text + start, end - start);
    XY_BUF_LITERAL(&buf, "\"?");
    kind = failed(lexer, start, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
    return kind;
}

static xy_token_kind read_name(xy_lexer *lexer, uint32_t start)
{
    const unsigned char *text = (const unsigned char *)lexer->text;
    uint32_t len = lexer->len;
    uint32_t at = start + 1;

    while (at < len && (classes[text[at]] & CLASS_NAME))
        at++;
    return accept(lexer, XY_TOKEN_NAME, start, at);
}

static xy_token_kind read_bad(xy_lexer *lexer, uint32_t start)
{
    if (byte_at(lexer, start) == '\'')
        return failed(lexer, start,
                      XY_STR("Unexpected single quote character ('), did you mean to use a "
                             "double quote (\")?"));
    return failed_at_character(lexer, start, "Unexpected character");
}

/* Behind white space, line ends, commas and byte order marks. */
static uint32_t skip_ignored(const xy_lexer *lexer)
{
    const unsigned char *text = (const unsigned char *)lexer->text;
    uint32_t len = lexer->len;
    uint32_t at = lexer->at;

    while (at < len) {
        if (begins[text[at]] == BYTE_IGNORED)
            at++;
        else if (text[at] == 0xEF && len - at >= 3 && memcmp(text + at, "\xEF\xBB\xBF", 3) == 0)
            at += 3;
        else
            break;
    }
    return at;
}

xy_token_kind xy__lexer_next(xy_lexer *lexer, xy_token *token)
{
    lexer->token = token;
    for (;;) {
        uint32_t at = skip_ignored(lexer);
        unsigned begun;

        if (at >= lexer->len)
            return accept(lexer, XY_TOKEN_END, at, at);
        begun = begins[(unsigned char)lexer->text[at]];
        switch (begun) {
        case BYTE_LETTER:
            return read_name(lexer, at);
        case BYTE_NUMBER:
            return read_number(lexer, at);
        case BYTE_QUOTE:
            return triple_quote_at(lexer, at) ? read_block_string(lexer, at)
                                              : read_string(lexer, at);
        case BYTE_DOT:
            return read_dots(lexer, at);
        case BYTE_HASH:
            read_comment(lexer, at);
            if (lexer->comments)
                return XY_TOKEN_COMMENT;
            break;
        case BYTE_BAD:
        case BYTE_BOM: /* another character whose first byte is that of the mark */
            return read_bad(lexer, at);
        default:
            return accept(lexer, (xy_token_kind)begun, at, at + 1);
        }
    }
}

xy_str xy__token_value(xy_arena *arena, const xy_source *source, const xy_token *token)
{
    size_t len = token->end - token->start;
    const char *text;

    if (len == 0)
        return XY_STR_NULL;
    text = source->text.ptr + token->start;
    switch (token->kind) {
    case XY_TOKEN_NAME:
    case XY_TOKEN_INT:
    case XY_TOKEN_FLOAT:
        return (xy_str){text, len};
    case XY_TOKEN_STRING:
        if (token->escaped)
            return xy__escapes_cook(arena, (xy_str){text + 1, len - 2});
        return (xy_str){text + 1, len - 2};
    case XY_TOKEN_BLOCK_STRING:
        return xy__block_string_cook(arena, (xy_str){text + 3, len - 6});
    case XY_TOKEN_COMMENT:
        return (xy_str){text + 1, len - 1};
    default:
        return XY_STR_NULL;
    }
}
