/* SPDX-License-Identifier: MIT */
#include "language/escape.h"

#include "base/utf8.h"
#include "language/printer.h"

#define BRACED_MAX 12u /* bytes of \u{...} that are looked at: eight digits and no brace */

/* The byte at `at`; 0, which is part of no escape, at the end and beyond. */
static char byte_at(xy_str text, size_t at)
{
    if (at >= text.len)
        return '\0';
    return text.ptr[at];
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The four hexadecimal digits at `at`, or -1. */
static int32_t read_hex4(xy_str text, size_t at)
{
    int32_t code = 0;

    for (size_t i = 0; i < 4; i++) {
        int digit = hex_digit(byte_at(text, at + i));

        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

static bool is_leading(int32_t code)
{
    return code >= 0xD800 && code <= 0xDBFF;
}

static bool is_trailing(int32_t code)
{
    return code >= 0xDC00 && code <= 0xDFFF;
}

static bool is_scalar(int64_t code)
{
    return (code >= 0 && code <= 0xD7FF) || (code >= 0xE000 && code <= 0x10FFFF);
}

/* \u{...} */
static xy_escape read_braced(xy_str text, size_t at)
{
    int64_t code = 0;
    uint32_t len = 3;

    while (len < BRACED_MAX) {
        char c = byte_at(text, at + len++);
        int digit = hex_digit(c);

        if (c == '}' && len >= 5 && is_scalar(code))
            return (xy_escape){len, (int32_t)code};
        if (digit < 0)
            break;
        code = code * 16 + digit;
        if (code > INT32_MAX)
            break;
    }
    return (xy_escape){len, -1};
}

/* \uXXXX, or two of them that make a pair. */
static xy_escape read_fixed(xy_str text, size_t at)
{
    int32_t code = read_hex4(text, at + 2);

    if (is_scalar(code))
        return (xy_escape){6, code};
    if (is_leading(code) && byte_at(text, at + 6) == '\\' && byte_at(text, at + 7) == 'u') {
        int32_t trail = read_hex4(text, at + 8);

        if (is_trailing(trail))
            return (xy_escape){12, 0x10000 + ((code - 0xD800) << 10) + (trail - 0xDC00)};
    }
    return (xy_escape){6, -1};
}

xy_escape xy__escape_read(xy_str text, size_t at)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    char c = byte_at(text, at + 1);

    if (c == 'u')
        return byte_at(text, at + 2) == '{' ? read_braced(text, at) : read_fixed(text, at);
    for (size_t i = 0; i < sizeof from - 1; i++) {
        if (from[i] == c)
            return (xy_escape){2, to[i]};
    }
    return (xy_escape){2, -1};
}

xy_str xy__escapes_cook(xy_arena *arena, xy_str raw)
{
    char *text = xy__arena_alloc(arena, raw.len); /* no escape is shorter than what it means */
    size_t len = 0;
    size_t at = 0;

    while (at < raw.len) {
        xy_escape escape;

        if (raw.ptr[at] != '\\') {
            text[len++] = raw.ptr[at++];
            continue;
        }
        escape = xy__escape_read(raw, at);
        len += xy__utf8_encode(text + len, (uint32_t)escape.code_point);
        at += escape.len;
    }
    return (xy_str){text, len};
}

/* The letter after the backslash of a control character that has one of its own. */
static char short_escape(uint32_t code)
{
    switch (code) {
    case '"':
    case '\\':
        return (char)code;
    case '\b':
        return 'b';
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\f':
        return 'f';
    case '\r':
        return 'r';
    default:
        return '\0';
    }
}

/* What must not stand for itself in a printed string: quotes, backslashes, C0, DEL and C1. */
static bool needs_escape(uint32_t code)
{
    return code < 0x20 || code == '"' || code == '\\' || (code >= 0x7F && code <= 0x9F);
}

size_t xy__escaped_width(xy_str value, size_t max)
{
    size_t width = 0;
    size_t at = 0;

    while (at < value.len && width <= max) {
        size_t len;
        int32_t code = xy__utf8_decode(value, at, &len);

        if (code < 0 || !needs_escape((uint32_t)code))
            width += code > 0xFFFF ? 2 : 1;
        else
            width += short_escape((uint32_t)code) ? 2 : 6;
        at += len;
    }
    return width;
}

void xy__print_string(xy_buf *buf, xy_str value)
{
    size_t at = 0;

    xy__buf_char(buf, '"');
    while (at < value.len) {
        size_t len;
        int32_t code = xy__utf8_decode(value, at, &len);

        if (code < 0 || !needs_escape((uint32_t)code)) {
            xy__buf_append(buf, value.ptr + at, len);
        } else if (short_escape((uint32_t)code)) {
            xy__buf_char(buf, '\\');
            xy__buf_char(buf, short_escape((uint32_t)code));
        } else {
            xy__buf_printf(buf, "\\u%04X", (unsigned)code);
        }
        at += len;
    }
    xy__buf_char(buf, '"');
}
