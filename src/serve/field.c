/* SPDX-License-Identifier: MIT */
#include "serve/field.h"

xy_str xy__field_trim(xy_str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

xy_str xy__field_cut(xy_str *rest, char separator)
{
    bool quoted = false;
    size_t at = 0;
    xy_str part;

    while (at < rest->len && (quoted || rest->ptr[at] != separator)) {
        if (rest->ptr[at] == '"')
            quoted = !quoted;
        at++;
    }
    part = (xy_str){rest->ptr, at};
    at += at < rest->len;
    /* Nothing of the null string is not even its beginning. */
    if (at) {
        rest->ptr += at;
        rest->len -= at;
    }
    return xy__field_trim(part);
}

uint16_t xy__field_weight(xy_str text)
{
    unsigned value = 0;
    unsigned unit = XY_WEIGHT_FULL;

    if (!text.len || text.ptr[0] != '0')
        return XY_WEIGHT_FULL;
    for (size_t i = 2; i < text.len && i < 5 && text.ptr[1] == '.'; i++) {
        unit /= 10;
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            break;
        value += unit * (unsigned)(text.ptr[i] - '0');
    }
    return (uint16_t)value;
}

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool xy__field_is_token(xy_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_token_char(text.ptr[i]))
            return false;
    }
    return text.len > 0;
}

bool xy__field_is_token_list(xy_str text)
{
    if (!text.len)
        return false;
    while (text.len) {
        if (!xy__field_is_token(xy__field_cut(&text, ',')))
            return false;
    }
    return true;
}
