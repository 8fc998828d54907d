/* SPDX-License-Identifier: MIT */
#include "json/write.h"

#include "json/double.h"
#include "json/scan.h"

/* The end of what stands for itself from `p` on. */
static const char *skip_plain(const char *p, const char *end)
{
    while ((size_t)(end - p) >= sizeof(uint64_t) && xy__json_is_plain(xy__json_load(p)))
        p += sizeof(uint64_t);
    while (p < end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
        p++;
    return p;
}

static void write_escape(xy_buf *buf, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    /* As far as the backslash, the last that needs an escape. */
    static const char letters['\\' + 1] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
                                           ['\t'] = 't', ['"'] = '"',  ['\\'] = '\\'};
    char escape[6] = "\\u00";

    if (letters[c]) {
        escape[1] = letters[c];
        xy__buf_append(buf, escape, 2);
    } else {
        escape[4] = hex[c >> 4];
        escape[5] = hex[c & 0xF];
        xy__buf_append(buf, escape, sizeof escape);
    }
}

void xy__json_write_str(xy_buf *buf, xy_str s)
{
    const char *p = s.len ? s.ptr : "";
    const char *end = p + s.len;

    xy__buf_char(buf, '"');
    for (;;) {
        const char *plain_end = skip_plain(p, end);

        xy__buf_append(buf, p, (size_t)(plain_end - p));
        if (plain_end == end)
            break;
        write_escape(buf, (unsigned char)*plain_end);
        p = plain_end + 1;
    }
    xy__buf_char(buf, '"');
}

void xy__json_write_double(xy_buf *buf, double value)
{
    char text[XY_DOUBLE_TEXT_MAX];

    xy__buf_append(buf, text, xy__double_text(value, text));
}

static void write_list(xy_buf *buf, const xy_value *list)
{
    xy__buf_char(buf, '[');
    for (uint32_t i = 0; i < list->len && !buf->err; i++) {
        if (i)
            xy__buf_char(buf, ',');
        xy__json_write_value(buf, &list->items[i]);
    }
    xy__buf_char(buf, ']');
}

static void write_object(xy_buf *buf, const xy_value *object)
{
    xy__buf_char(buf, '{');
    for (uint32_t i = 0; i < object->len && !buf->err; i++) {
        if (i)
            xy__buf_char(buf, ',');
        xy__json_write_str(buf, object->members[i].key);
        xy__buf_char(buf, ':');
        xy__json_write_value(buf, &object->members[i].value);
    }
    xy__buf_char(buf, '}');
}

void xy__json_write_value(xy_buf *buf, const xy_value *value)
{
    switch ((xy_value_kind)value->kind) {
    case XY_VALUE_NULL:
        XY_BUF_LITERAL(buf, "null");
        break;
    case XY_VALUE_BOOL:
        xy__buf_str(buf, value->boolean ? XY_STR("true") : XY_STR("false"));
        break;
    case XY_VALUE_INT:
        xy__buf_int(buf, value->integer);
        break;
    case XY_VALUE_FLOAT:
        xy__json_write_double(buf, value->real);
        break;
    case XY_VALUE_NUMBER:
        xy__buf_str(buf, xy_value_text(value));
        break;
    case XY_VALUE_STRING:
        xy__json_write_str(buf, xy_value_text(value));
        break;
    case XY_VALUE_LIST:
        write_list(buf, value);
        break;
    case XY_VALUE_OBJECT:
        write_object(buf, value);
        break;
    }
}
