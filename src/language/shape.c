/* SPDX-License-Identifier: MIT */
/* language/shape.c -- one pass over the bytes, that tells tokens apart as the lexer does, and knows
 * just enough of what is around them to see where a literal stands.
 *
 * Invariants
 *   1. What is left out is a whole token: with any other token of its kind in its place the rest of
 *      the text is the same tokens as before.
 *   2. The bytes that stand for holes are in no UTF-8 text, and none is copied from a text: keys
 *      are equal only when the texts around the holes are. */
#include "language/shape.h"

#include "base/map.h"
#include "base/vec.h"

#define HOLE_BYTE 0xF8u /* and on: one for each kind */

enum {
    CLASS_LETTER = 1,
    CLASS_DIGIT = 2,
    CLASS_NAME = CLASS_LETTER | CLASS_DIGIT,
    CLASS_IGNORED = 4,
};

#define ROW4(c, class)                                                                             \
    [(c)] = (class), [(c) + 1] = (class), [(c) + 2] = (class), [(c) + 3] = (class)
#define ROW24(c, class)                                                                            \
    ROW4(c, class), ROW4((c) + 4, class), ROW4((c) + 8, class), ROW4((c) + 12, class),             \
        ROW4((c) + 16, class), ROW4((c) + 20, class)

static const uint8_t classes[256] = {
    ROW24('a', CLASS_LETTER), ['y'] = CLASS_LETTER,   ['z'] = CLASS_LETTER,
    ROW24('A', CLASS_LETTER), ['Y'] = CLASS_LETTER,   ['Z'] = CLASS_LETTER,
    ['_'] = CLASS_LETTER,     ROW4('0', CLASS_DIGIT), ROW4('4', CLASS_DIGIT),
    ['8'] = CLASS_DIGIT,      ['9'] = CLASS_DIGIT,    [' '] = CLASS_IGNORED,
    ['\t'] = CLASS_IGNORED,   ['\n'] = CLASS_IGNORED, ['\r'] = CLASS_IGNORED,
    [','] = CLASS_IGNORED,
};

/* What came just before. */
typedef enum before {
    BEFORE_OTHER,
    BEFORE_NAME,
    BEFORE_AT,
    BEFORE_DIRECTIVE, /* the name behind an @ */
    BEFORE_KEYWORD,   /* query, mutation or subscription, where a definition may begin */
    BEFORE_COLON,     /* of an argument of a field */
} before;

typedef struct reading {
    xy_arena *arena;
    const unsigned char *text;
    uint32_t len;
    uint32_t at;
    before before;
    bool begun;    /* the current definition has a name, its keyword */
    bool named;    /* there is a hole for a name already */
    bool of_field; /* the parentheses are those of a field */
    uint32_t braces;
    uint32_t parens;
    uint32_t nested; /* braces and brackets in the parentheses */
    unsigned char *key;
    uint32_t copied; /* of the text */
    uint32_t key_len;
    XY_VEC(xy_hole) holes;
} reading;

static void copy_up_to(reading *r, uint32_t end)
{
    memcpy(r->key + r->key_len, r->text + r->copied, end - r->copied);
    r->key_len += end - r->copied;
    r->copied = end;
}

static void make_hole(reading *r, xy_hole_kind kind, uint32_t start, uint32_t end)
{
    copy_up_to(r, start);
    r->key[r->key_len++] = (unsigned char)(HOLE_BYTE + (unsigned)kind);
    r->copied = end;
    *xy_vec_push(r->arena, &r->holes) =
        (xy_hole){.start = start, .len = end - start, .kind = (uint8_t)kind};
}

static unsigned class_at(const reading *r, uint32_t at)
{
    return at < r->len ? classes[r->text[at]] : 0;
}

static bool byte_is(const reading *r, uint32_t at, unsigned char byte)
{
    return at < r->len && r->text[at] == byte;
}

static bool is_operation_keyword(xy_str word)
{
    return xy_str_eq(word, XY_STR("query")) || xy_str_eq(word, XY_STR("mutation")) ||
           xy_str_eq(word, XY_STR("subscription"));
}

static void read_name(reading *r)
{
    uint32_t start = r->at;
    xy_str word;

    while (class_at(r, r->at) & CLASS_NAME)
        r->at++;
    word = (xy_str){(const char *)r->text + start, r->at - start};
    if (r->before == BEFORE_AT) {
        r->before = BEFORE_DIRECTIVE;
        return;
    }
    if (r->braces == 0 && r->parens == 0) {
        if (r->before == BEFORE_KEYWORD && !r->named) {
            make_hole(r, XY_HOLE_NAME, start, r->at);
            r->named = true;
        }
        r->before = !r->begun && is_operation_keyword(word) ? BEFORE_KEYWORD : BEFORE_NAME;
        r->begun = true;
        return;
    }
    r->before = BEFORE_NAME;
}

/* The value of an argument of a field has been read: it is left out. */
static void end_value(reading *r, xy_hole_kind kind, uint32_t start)
{
    if (r->before == BEFORE_COLON)
        make_hole(r, kind, start, r->at);
    r->before = BEFORE_OTHER;
}

static bool skip_digits(reading *r)
{
    uint32_t start = r->at;

    while (class_at(r, r->at) & CLASS_DIGIT)
        r->at++;
    return r->at > start;
}

/* Spec 2.9.1 Int Value, 2.9.2 Float Value */
static bool read_number(reading *r)
{
    uint32_t start = r->at;
    xy_hole_kind kind = XY_HOLE_INT;
    uint32_t first;

    r->at += byte_is(r, r->at, '-');
    first = r->at;
    if (!skip_digits(r) || (r->text[first] == '0' && r->at - first > 1))
        return false;
    if (byte_is(r, r->at, '.')) {
        kind = XY_HOLE_FLOAT;
        r->at++;
        if (!skip_digits(r))
            return false;
    }
    if (byte_is(r, r->at, 'e') || byte_is(r, r->at, 'E')) {
        kind = XY_HOLE_FLOAT;
        r->at++;
        r->at += byte_is(r, r->at, '+') || byte_is(r, r->at, '-');
        if (!skip_digits(r))
            return false;
    }
    if (byte_is(r, r->at, '.') || (class_at(r, r->at) & CLASS_NAME))
        return false;
    end_value(r, kind, start);
    return true;
}

static bool triple_quote_at(const reading *r, uint32_t at)
{
    return r->len >= 3 && at <= r->len - 3 && memcmp(r->text + at, "\"\"\"", 3) == 0;
}

/* Up to three quotes without a backslash before them. */
static bool read_block_string(reading *r)
{
    r->before = BEFORE_OTHER;
    for (r->at += 3; r->at < r->len && r->text[r->at] < HOLE_BYTE; r->at++) {
        if (triple_quote_at(r, r->at)) {
            r->at += 3;
            return true;
        }
        if (r->text[r->at] == '\\' && triple_quote_at(r, r->at + 1))
            r->at += 3;
    }
    return false;
}

/* One with escapes is no literal to be left out: what it stands for would have to be cooked, and
 * what is no escape be told from what is. */
static bool read_string(reading *r)
{
    uint32_t start = r->at;

    if (triple_quote_at(r, start))
        return read_block_string(r);
    for (r->at++; r->at < r->len; r->at++) {
        unsigned char byte = r->text[r->at];

        if (byte == '"') {
            r->at++;
            end_value(r, XY_HOLE_STRING, start);
            return true;
        }
        if (byte == '\n' || byte == '\r' || byte >= HOLE_BYTE)
            return false;
        if (byte == '\\') {
            r->before = BEFORE_OTHER;
            r->at += byte_is(r, r->at + 1, '"') || byte_is(r, r->at + 1, '\\');
        }
    }
    return false;
}

static bool read_comment(reading *r)
{
    while (r->at < r->len && r->text[r->at] != '\n' && r->text[r->at] != '\r')
        if (r->text[r->at++] >= HOLE_BYTE)
            return false;
    return true;
}

static bool open(reading *r, unsigned char byte)
{
    if (byte == '(') {
        if (r->parens++ == 0)
            r->of_field = r->braces > 0 && r->before == BEFORE_NAME;
    } else if (r->parens > 0) {
        r->nested++;
    } else if (byte == '{') {
        r->braces++;
    }
    r->before = BEFORE_OTHER;
    return true;
}

static bool close(reading *r, unsigned char byte)
{
    uint32_t *depth = byte == ')' ? &r->parens : r->parens > 0 ? &r->nested : &r->braces;

    r->before = BEFORE_OTHER;
    if (byte == ']' && r->parens == 0)
        return true;
    if (*depth == 0)
        return false;
    --*depth;
    if (r->parens == 0 && r->nested > 0)
        return false;
    if (r->parens == 0 && r->braces == 0 && byte == '}')
        r->begun = false;
    return true;
}

static bool read_punctuator(reading *r)
{
    unsigned char byte = r->text[r->at++];
    bool in_field = r->of_field && r->parens == 1 && r->nested == 0;

    switch (byte) {
    case '(':
    case '{':
    case '[':
        return open(r, byte);
    case ')':
    case '}':
    case ']':
        return close(r, byte);
    case ':':
        r->before = in_field && r->before == BEFORE_NAME ? BEFORE_COLON : BEFORE_OTHER;
        return true;
    case '@':
        r->before = BEFORE_AT;
        return true;
    case '!':
    case '$':
    case '&':
    case '.':
    case '=':
    case '|':
        r->before = BEFORE_OTHER;
        return true;
    default:
        return false;
    }
}

static bool read_token(reading *r)
{
    unsigned char byte = r->text[r->at];
    unsigned class = classes[byte];

    if (class == CLASS_LETTER) {
        read_name(r);
        return true;
    }
    if (class == CLASS_DIGIT || byte == '-')
        return read_number(r);
    if (byte == '"')
        return read_string(r);
    if (byte == '#')
        return read_comment(r);
    return read_punctuator(r);
}

bool xy__shape_read(xy_arena *arena, xy_str text, xy_shape *out)
{
    reading r = {
        .arena = arena,
        .text = (const unsigned char *)text.ptr,
        .len = (uint32_t)text.len,
    };

    if (text.len == 0 || text.len > XY_SHAPE_TEXT_MAX)
        return false;
    r.key = xy__arena_alloc(arena, text.len);
    while (r.at < r.len) {
        if (classes[r.text[r.at]] == CLASS_IGNORED)
            r.at++;
        else if (!read_token(&r))
            return false;
    }
    if (r.holes.len == 0)
        return false;
    copy_up_to(&r, r.len);
    out->key = (xy_str){(const char *)r.key, r.key_len};
    out->hash = xy__hash(out->key);
    out->holes = r.holes.items;
    out->hole_count = r.holes.len;
    return true;
}

xy_str xy__hole_value(xy_str text, const xy_hole *hole)
{
    if (hole->kind == XY_HOLE_STRING)
        return (xy_str){text.ptr + hole->start + 1, hole->len - 2};
    return (xy_str){text.ptr + hole->start, hole->len};
}
