/* SPDX-License-Identifier: MIT */
/* json/read.c -- one pass over the text, without recursion.
 *
 * Values under construction lie on one stack of slots. An open list or object is a slot whose
 * children lie above it; closing it moves them into the arena, at their final size, and the slot
 * becomes the finished value:
 *
 *   {"a":1,"b":[2,3     slots:  {   a:1   b:[   2   3        open = the slot of b
 *   ]                   slots:  {   a:1   b:[2,3]            open = the slot of {
 *   }                   slots:  {...}                        open = none: done
 *
 * Invariants
 *   1. The slot on top is the one that the next value fills.
 *   2. An open slot remembers the open slot around it in `value.integer`.
 *   3. What the slots hold counts towards the arena's maximum, though it is not in the arena. */
#include "json/read.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/map.h"
#include "base/utf8.h"
#include "json/scan.h"

#define SLOTS_FIRST ((size_t)32)
/* Up to this many members comparing each with each is cheaper than a table. */
#define MEMBERS_COMPARED ((size_t)16)
#define NONE             ((int64_t)-1)

typedef struct reader {
    const char *begin;
    const char *at;
    const char *end;
    xy_arena *arena;
    xy_member *slots; /* `inline_slots`, or on the heap */
    size_t len;
    size_t cap;
    int64_t open; /* slot of the innermost open list or object, or NONE */
    uint32_t depth;
    uint32_t depth_max;
    xy_json_error error;
    xy_member inline_slots[SLOTS_FIRST];
} reader;

static int fail_at(reader *r, const char *at, int rc, const char *message)
{
    r->error = (xy_json_error){message, (size_t)(at - r->begin)};
    return rc;
}

static int fail(reader *r, const char *message)
{
    return fail_at(r, r->at, XY_ESYNTAX, r->at == r->end ? "unexpected end of text" : message);
}

static int fail_limit(reader *r, const char *message)
{
    return fail_at(r, r->at, XY_ELIMIT, message);
}

static void skip_space(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
        r->at++;
}

static bool next_is(const reader *r, char c)
{
    return r->at < r->end && *r->at == c;
}

/* ---- strings ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Checks the escape at the backslash r->at and steps over it. */
static int skip_escape(reader *r)
{
    size_t left = (size_t)(r->end - r->at);

    if (left < 2)
        return fail_at(r, r->end, XY_ESYNTAX, "unterminated string");
    switch (r->at[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        r->at += 2;
        return XY_OK;
    case 'u':
        for (size_t i = 2; i < 6; i++)
            if (i >= left || hex_digit(r->at[i]) < 0)
                return fail(r, "expected four hexadecimal digits after \\u");
        r->at += 6;
        return XY_OK;
    default:
        return fail(r, "invalid escape in string");
    }
}

static const char *skip_plain(const char *p, const char *end)
{
    while ((size_t)(end - p) >= sizeof(uint64_t)) {
        uint64_t word = xy__json_load(p);

        if (!xy__json_is_ascii(word) || !xy__json_is_plain(word))
            break;
        p += sizeof word;
    }
    while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' &&
           *p != '\\')
        p++;
    return p;
}

/* From after the opening quote to the closing one, which is not consumed. */
static int scan_string(reader *r, bool *escaped)
{
    for (;;) {
        unsigned char c;
        size_t len;
        int rc;

        r->at = skip_plain(r->at, r->end);
        if (r->at == r->end)
            return fail_at(r, r->at, XY_ESYNTAX, "unterminated string");
        c = (unsigned char)*r->at;
        if (c == '"')
            return XY_OK;
        if (c < 0x20)
            return fail(r, "control character in string");
        if (c == '\\') {
            *escaped = true;
            rc = skip_escape(r);
            if (rc)
                return rc;
            continue;
        }
        if (xy__utf8_decode((xy_str){r->at, (size_t)(r->end - r->at)}, 0, &len) < 0)
            return fail_at(r, r->at, XY_EUTF8, "invalid UTF-8 in string");
        r->at += len;
    }
}

static uint32_t hex4(const char *p)
{
    uint32_t unit = 0;

    for (int i = 0; i < 4; i++)
        unit = unit << 4 | (uint32_t)hex_digit(p[i]);
    return unit;
}

/* Decodes the \u escape, or the pair of them, at `p`. Returns what comes after it. */
static const char *unescape_unicode(const char *p, const char *end, char **out)
{
    uint32_t unit = hex4(p + 2);
    uint32_t low;

    p += 6;
    if (unit >= 0xD800 && unit <= 0xDBFF && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        low = hex4(p + 2);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            unit = 0x10000 + ((unit - 0xD800) << 10 | (low - 0xDC00));
            p += 6;
        }
    }
    if (unit >= 0xD800 && unit <= 0xDFFF)
        unit = 0xFFFD;
    *out += xy__utf8_encode(*out, unit);
    return p;
}

static char unescape_letter(char letter)
{
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter; /* the quote, the backslash, the slash */
    }
}

/* `raw` has been checked by scan_string(), and no escape is shorter than what it stands for. */
static xy_str unescape(xy_arena *arena, xy_str raw)
{
    char *text = xy__arena_alloc(arena, raw.len);
    char *out = text;
    const char *p = raw.ptr;
    const char *end = raw.ptr + raw.len;

    while (p < end) {
        const char *backslash = memchr(p, '\\', (size_t)(end - p));
        size_t plain = (size_t)((backslash ? backslash : end) - p);

        memcpy(out, p, plain);
        out += plain;
        p += plain;
        if (p == end)
            break;
        if (p[1] == 'u') {
            p = unescape_unicode(p, end, &out);
        } else {
            *out++ = unescape_letter(p[1]);
            p += 2;
        }
    }
    return (xy_str){text, (size_t)(out - text)};
}

/* At an opening quote. */
static int read_string(reader *r, xy_str *out)
{
    bool escaped = false;
    const char *start = ++r->at;
    int rc = scan_string(r, &escaped);

    if (rc)
        return rc;
    *out = (xy_str){start, (size_t)(r->at - start)};
    r->at++;
    if (escaped)
        *out = unescape(r->arena, *out);
    return XY_OK;
}

/* ---- numbers and words ---- */

static size_t skip_digits(reader *r)
{
    const char *start = r->at;

    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return (size_t)(r->at - start);
}

/* The fraction and the exponent, if there are any; *any says. */
static int skip_fraction(reader *r, bool *any)
{
    if (next_is(r, '.')) {
        *any = true;
        r->at++;
        if (!skip_digits(r))
            return fail(r, "expected a digit after the decimal point");
    }
    if (next_is(r, 'e') || next_is(r, 'E')) {
        *any = true;
        r->at++;
        if (next_is(r, '+') || next_is(r, '-'))
            r->at++;
        if (!skip_digits(r))
            return fail(r, "expected a digit in the exponent");
    }
    return XY_OK;
}

/* Digits, with or without a minus, to an integer: false when it does not fit, or is -0, which
 * has no integer. */
static bool to_integer(xy_str text, int64_t *out)
{
    bool negative = text.ptr[0] == '-';
    uint64_t magnitude = 0;

    if (text.len - negative > 19) /* 19 digits cannot overflow the unsigned */
        return false;
    for (size_t i = negative; i < text.len; i++)
        magnitude = magnitude * 10 + (uint64_t)(text.ptr[i] - '0');
    if (magnitude > (uint64_t)INT64_MAX + negative || (negative && magnitude == 0))
        return false;
    /* Not negated as a signed number: the lowest one has no positive. */
    *out = negative ? -1 - (int64_t)(magnitude - 1) : (int64_t)magnitude;
    return true;
}

/* At a minus or a digit. */
static int read_number(reader *r, xy_value *out)
{
    xy_str text = {r->at, 0};
    bool fraction = false;
    int64_t integer;
    int rc;

    if (*r->at == '-')
        r->at++;
    if (next_is(r, '0')) {
        r->at++;
    } else if (!skip_digits(r)) {
        return fail(r, "expected a digit after '-'");
    }
    rc = skip_fraction(r, &fraction);
    if (rc)
        return rc;
    text.len = (size_t)(r->at - text.ptr);
    if (!fraction && to_integer(text, &integer)) {
        *out = xy_value_int(integer);
    } else {
        *out = (xy_value){.kind = XY_VALUE_NUMBER, .len = (uint32_t)text.len, .text = text.ptr};
    }
    return XY_OK;
}

static int read_word(reader *r, xy_str word, xy_value value, xy_value *out)
{
    if (!xy_str_starts((xy_str){r->at, (size_t)(r->end - r->at)}, word))
        return fail(r, "expected a value");
    r->at += word.len;
    *out = value;
    return XY_OK;
}

/* ---- the slots ---- */

static int push(reader *r, xy_str key)
{
    if (r->len == r->cap) {
        size_t size = r->cap * 2 * sizeof *r->slots;
        xy_member *old = r->slots == r->inline_slots ? NULL : r->slots;

        if (size > r->arena->max || r->arena->held > r->arena->max - size)
            return fail_limit(r, "too many values");
        r->slots = xy__realloc(old, size);
        if (!old)
            memcpy(r->slots, r->inline_slots, sizeof r->inline_slots);
        r->cap *= 2;
    }
    r->slots[r->len++] = (xy_member){.key = key};
    return XY_OK;
}

static int open_container(reader *r, xy_value_kind kind)
{
    if (r->depth == r->depth_max)
        return fail_limit(r, "nested too deeply");
    r->depth++;
    r->at++;
    r->slots[r->len - 1].value = (xy_value){.kind = (uint8_t)kind, .integer = r->open};
    r->open = (int64_t)r->len - 1;
    return XY_OK;
}

/* The last value of a key goes to the place of its first. Returns how many members are left. */
static size_t merge_compared(xy_member *members, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        size_t same = 0;

        while (same < kept && !xy_str_eq(members[same].key, members[i].key))
            same++;
        if (same < kept) {
            members[same].value = members[i].value;
        } else {
            members[kept++] = members[i];
        }
    }
    return kept;
}

/* The same for many members. */
static size_t merge_hashed(xy_member *members, size_t count)
{
    size_t kept = 0;
    xy_map seen;

    xy__map_init(&seen, NULL);
    for (size_t i = 0; i < count; i++) {
        xy_member *first = xy__map_put(&seen, members[i].key, &members[kept]);

        if (first) {
            first->value = members[i].value;
            xy__map_put(&seen, first->key, first);
        } else {
            members[kept++] = members[i];
        }
    }
    xy__map_deinit(&seen);
    return kept;
}

static const xy_value *store_items(xy_arena *arena, const xy_member *slots, size_t count)
{
    xy_value *items = xy__arena_alloc(arena, count * sizeof *items);

    for (size_t i = 0; i < count; i++)
        items[i] = slots[i].value;
    return items;
}

static const xy_member *store_members(xy_arena *arena, const xy_member *slots, size_t count)
{
    xy_member *members = xy__arena_alloc(arena, count * sizeof *members);

    if (count)
        memcpy(members, slots, count * sizeof *members);
    return members;
}

/* At the bracket that closes the innermost list or object. */
static void close_container(reader *r)
{
    size_t at = (size_t)r->open;
    xy_value *value = &r->slots[at].value;
    xy_member *children = &r->slots[at + 1];
    size_t count = r->len - at - 1;

    r->at++;
    r->depth--;
    r->open = value->integer;
    if (value->kind == XY_VALUE_LIST) {
        value->items = store_items(r->arena, children, count);
    } else {
        count = count > MEMBERS_COMPARED ? merge_hashed(children, count)
                                         : merge_compared(children, count);
        value->members = store_members(r->arena, children, count);
    }
    value->len = (uint32_t)count;
    r->len = at + 1;
}

/* ---- the text ---- */

/* Fills the slot on top, or opens it. */
static int read_value(reader *r)
{
    xy_value *out = &r->slots[r->len - 1].value;
    xy_str text;
    int rc;

    skip_space(r);
    if (xy__arena_over(r->arena))
        return fail_limit(r, "too large");
    switch (r->at < r->end ? *r->at : '\0') {
    case '{':
        return open_container(r, XY_VALUE_OBJECT);
    case '[':
        return open_container(r, XY_VALUE_LIST);
    case '"':
        rc = read_string(r, &text);
        if (!rc)
            *out = xy_value_string(text);
        return rc;
    case 't':
        return read_word(r, XY_STR("true"), xy_value_bool(true), out);
    case 'f':
        return read_word(r, XY_STR("false"), xy_value_bool(false), out);
    case 'n':
        return read_word(r, XY_STR("null"), XY_NULL, out);
    default:
        if (next_is(r, '-') || (r->at < r->end && *r->at >= '0' && *r->at <= '9'))
            return read_number(r, out);
        return fail(r, "expected a value");
    }
}

/* The name of a member and its colon; pushes the slot of its value. */
static int read_key(reader *r)
{
    xy_str key;
    int rc;

    if (!next_is(r, '"'))
        return fail(r, "expected a name in double quotes");
    rc = read_string(r, &key);
    if (rc)
        return rc;
    skip_space(r);
    if (!next_is(r, ':'))
        return fail(r, "expected ':'");
    r->at++;
    return push(r, key);
}

/* After a value or an opening bracket: closes what ends here, and pushes the slot of the value
 * that comes next, if there is one. */
static int go_on(reader *r)
{
    while (r->open != NONE) {
        bool object = r->slots[r->open].value.kind == XY_VALUE_OBJECT;
        bool first = r->len == (size_t)r->open + 1;

        skip_space(r);
        if (next_is(r, object ? '}' : ']')) {
            close_container(r);
            continue;
        }
        if (!first) {
            if (!next_is(r, ','))
                return fail(r, object ? "expected ',' or '}'" : "expected ',' or ']'");
            r->at++;
            skip_space(r);
        }
        return object ? read_key(r) : push(r, XY_STR_NULL);
    }
    return XY_OK;
}

static int read_text(reader *r)
{
    int rc = push(r, XY_STR_NULL);

    do {
        rc = rc ? rc : read_value(r);
        rc = rc ? rc : go_on(r);
    } while (!rc && r->open != NONE);
    if (rc)
        return rc;
    if (xy__arena_over(r->arena))
        return fail_limit(r, "too large");
    skip_space(r);
    return r->at == r->end ? XY_OK : fail(r, "unexpected text after the value");
}

int xy__json_read(xy_arena *arena, xy_str text, uint32_t depth_max, xy_value *out,
                  xy_json_error *error)
{
    reader r;
    int rc;

    if (!depth_max)
        depth_max = XY_JSON_DEPTH_DEFAULT;
    r.begin = r.at = text.ptr ? text.ptr : "";
    r.end = r.begin + text.len;
    r.arena = arena;
    r.slots = r.inline_slots;
    r.len = 0;
    r.cap = SLOTS_FIRST;
    r.open = NONE;
    r.depth = 0;
    r.depth_max = depth_max < XY_JSON_DEPTH_MAX ? depth_max : XY_JSON_DEPTH_MAX;
    /* Lengths in a value have 32 bits. */
    rc = text.len > UINT32_MAX ? fail_limit(&r, "too large") : read_text(&r);
    if (!rc)
        *out = r.slots[0].value;
    if (r.slots != r.inline_slots)
        free(r.slots);
    if (rc && error)
        *error = r.error;
    return rc;
}
