/* SPDX-License-Identifier: MIT */
#include "serve/query_string.h"

#define HEX_NONE 16u

/* The value of a hex digit; HEX_NONE for any other byte. */
static unsigned hex(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10 : HEX_NONE;
}

static xy_str decode(xy_arena *arena, xy_str s)
{
    char *out = xy__arena_alloc(arena, s.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];

        if (c == '%' && s.len - i > 2 && hex(s.ptr[i + 1]) != HEX_NONE &&
            hex(s.ptr[i + 2]) != HEX_NONE) {
            c = (char)(hex(s.ptr[i + 1]) << 4 | hex(s.ptr[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        out[len++] = c;
    }
    return (xy_str){out, len};
}

bool xy__query_string_next(xy_arena *arena, xy_str *rest, xy_str *key, xy_str *value)
{
    while (rest->len) {
        const char *amp = memchr(rest->ptr, '&', rest->len);
        xy_str pair = {rest->ptr, amp ? (size_t)(amp - rest->ptr) : rest->len};
        const char *equals = pair.len ? memchr(pair.ptr, '=', pair.len) : NULL;
        size_t key_len = equals ? (size_t)(equals - pair.ptr) : pair.len;
        size_t skip = pair.len + (amp ? 1 : 0);

        rest->ptr += skip;
        rest->len -= skip;
        if (!pair.len)
            continue;
        *key = decode(arena, (xy_str){pair.ptr, key_len});
        *value = equals ? decode(arena, (xy_str){equals + 1, pair.len - key_len - 1}) : XY_STR("");
        return true;
    }
    return false;
}
