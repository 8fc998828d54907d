/* SPDX-License-Identifier: MIT */
#include "language/block_string.h"

#include <stdint.h>

#include "base/utf8.h"
#include "language/printer.h"

#define LONG_LINE ((size_t)70) /* in UTF-16 units; longer text gets lines of its own */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* The line that begins at `at`, without its end; *next is where the following one begins, or
 * SIZE_MAX after the last. */
static xy_str line_at(xy_str text, size_t at, size_t *next)
{
    size_t end = at;

    while (end < text.len && !is_line_end(text.ptr[end]))
        end++;
    if (end == text.len)
        *next = SIZE_MAX;
    else if (text.ptr[end] == '\r' && end + 1 < text.len && text.ptr[end + 1] == '\n')
        *next = end + 2;
    else
        *next = end + 1;
    return (xy_str){text.ptr + at, end - at};
}

static size_t indent_of(xy_str line)
{
    size_t n = 0;

    while (n < line.len && is_blank(line.ptr[n]))
        n++;
    return n;
}

typedef struct block_shape {
    size_t lines;
    size_t first; /* number of the first line that is not blank */
    size_t last;  /* and of the last; meaningless when all are blank */
    size_t indent;
    bool blank; /* all lines are */
} block_shape;

static block_shape shape_of(xy_str raw)
{
    block_shape shape = {.blank = true, .indent = SIZE_MAX};
    size_t at = 0;

    while (at != SIZE_MAX) {
        size_t next;
        xy_str line = line_at(raw, at, &next);
        size_t indent = indent_of(line);
        size_t number = shape.lines++;

        at = next;
        if (indent == line.len)
            continue;
        if (shape.blank)
            shape.first = number;
        shape.blank = false;
        shape.last = number;
        if (number > 0 && indent < shape.indent)
            shape.indent = indent;
    }
    return shape;
}

xy_str xy__block_string_dedent(xy_arena *arena, xy_str raw)
{
    block_shape shape = shape_of(raw);
    size_t at = 0;
    size_t len = 0;
    char *text;

    if (shape.blank)
        return XY_STR("");
    if (shape.lines == 1)
        return raw;
    text = xy__arena_alloc(arena, raw.len);
    for (size_t number = 0; number <= shape.last; number++) {
        xy_str line = line_at(raw, at, &at);
        size_t cut = number == 0 ? 0 : shape.indent;

        if (number < shape.first)
            continue;
        if (number > shape.first)
            text[len++] = '\n';
        if (cut < line.len) {
            memcpy(text + len, line.ptr + cut, line.len - cut);
            len += line.len - cut;
        }
    }
    return (xy_str){text, len};
}

static bool is_triple_quote(xy_str s, size_t at)
{
    return s.len - at >= 3 && memcmp(s.ptr + at, "\"\"\"", 3) == 0;
}

xy_str xy__block_string_cook(xy_arena *arena, xy_str raw)
{
    xy_str value = xy__block_string_dedent(arena, raw);
    size_t len = 0;
    char *text;

    if (!memchr(value.ptr, '\\', value.len))
        return value;
    text = xy__arena_alloc(arena, value.len);
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '\\' && is_triple_quote(value, i + 1))
            continue;
        text[len++] = value.ptr[i];
    }
    return (xy_str){text, len};
}

/* Is every line but the first empty or indented (and is there more than one)? */
static bool rest_is_indented(xy_str value)
{
    size_t at;
    size_t number = 0;

    (void)line_at(value, 0, &at);
    for (; at != SIZE_MAX; number++) {
        xy_str line = line_at(value, at, &at);

        if (line.len && !is_blank(line.ptr[0]))
            return false;
    }
    return number > 0;
}

/* Runs of three quotes, which are escaped together. */
typedef struct triple_quotes {
    size_t count;
    bool at_end;
} triple_quotes;

static triple_quotes count_triple_quotes(xy_str value)
{
    triple_quotes found = {0};
    size_t i = 0;

    while (i < value.len) {
        if (!is_triple_quote(value, i)) {
            i++;
            continue;
        }
        i += 3;
        found.count++;
        found.at_end = i == value.len;
    }
    return found;
}

static bool ends_with(xy_str s, char c)
{
    return s.len > 0 && s.ptr[s.len - 1] == c;
}

xy_block_layout xy__block_string_layout(xy_str value, bool minimize)
{
    triple_quotes triples = count_triple_quotes(value);
    size_t units = xy__utf8_utf16_len(value);
    bool indented = rest_is_indented(value);
    bool trailing = ends_with(value, '\\') || (ends_with(value, '"') && !triples.at_end);
    size_t next;
    bool single;
    bool spread;

    (void)line_at(value, 0, &next);
    single = next == SIZE_MAX;
    spread = !minimize && (!single || units > LONG_LINE || trailing || indented || triples.at_end);
    return (xy_block_layout){
        .leading = indented || (spread && !(single && value.len && is_blank(value.ptr[0]))),
        .trailing = spread || trailing,
        .width = units + triples.count,
    };
}

static void print_line_feed(xy_buf *buf, unsigned depth)
{
    xy__buf_char(buf, '\n');
    for (unsigned i = 0; i < depth; i++)
        XY_BUF_LITERAL(buf, "  ");
}

void xy__print_block_string_indented(xy_buf *buf, xy_str value, bool minimize, unsigned depth)
{
    xy_block_layout layout = xy__block_string_layout(value, minimize);

    XY_BUF_LITERAL(buf, "\"\"\"");
    if (layout.leading)
        print_line_feed(buf, depth);
    for (size_t i = 0; i < value.len; i++) {
        if (is_triple_quote(value, i)) {
            XY_BUF_LITERAL(buf, "\\\"\"\"");
            i += 2;
        } else if (value.ptr[i] == '\n') {
            print_line_feed(buf, depth);
        } else {
            xy__buf_char(buf, value.ptr[i]);
        }
    }
    if (layout.trailing)
        print_line_feed(buf, depth);
    XY_BUF_LITERAL(buf, "\"\"\"");
}

void xy__print_block_string(xy_buf *buf, xy_str value, bool minimize)
{
    xy__print_block_string_indented(buf, value, minimize, 0);
}

/* Control characters below U+0010, but for tab and line feed, do not survive a block string. */
static bool is_unprintable(char c)
{
    return (unsigned char)c < 0x10 && c != '\t' && c != '\n';
}

bool xy__is_printable_as_block_string(xy_str value)
{
    bool empty_line = true;
    bool indented = false;
    bool common_indent = true;
    bool later_line = false;

    if (value.len == 0)
        return true;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (is_unprintable(c))
            return false;
        if (c == '\n') {
            if (empty_line && !later_line)
                return false;
            later_line = true;
            empty_line = true;
            indented = false;
        } else if (is_blank(c)) {
            indented = indented || empty_line;
        } else {
            common_indent = common_indent && indented;
            empty_line = false;
        }
    }
    return !empty_line && !(common_indent && later_line);
}
