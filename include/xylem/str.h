/* SPDX-License-Identifier: MIT */
/* xylem/str.h -- a borrowed run of bytes with its length; the string of every Xylem interface.
 *
 * Not terminated, may hold NUL, is UTF-8 wherever GraphQL says "String". A `ptr` of NULL is the
 * null string (XY_STR_NULL): for a nullable field of a typed struct it means null. Value type:
 * pass it by value. */
#ifndef XYLEM_STR_H
#define XYLEM_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "xylem/macros.h"

typedef struct xy_str {
    const char *ptr;
    size_t len;
} xy_str;

/* A string literal as xy_str, without strlen at run time. */
#define XY_STR(literal) ((xy_str){"" literal, sizeof(literal) - 1})
/* The same as a constant initializer for static tables. */
#define XY_STR_INIT(literal)                                                                       \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
#define XY_STR_NULL ((xy_str){NULL, 0})
/* Arguments for a "%.*s" conversion. */
#define XY_PRI(s) (int)(s).len, (s).ptr ? (s).ptr : ""

/* `cstr` as xy_str, borrowed; NULL gives XY_STR_NULL. */
static inline xy_str xy_str_from(const char *cstr)
{
    return cstr ? (xy_str){cstr, strlen(cstr)} : XY_STR_NULL;
}

/* Same bytes? The null string equals the empty one. */
static inline bool xy_str_eq(xy_str a, xy_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Same bytes as a C string? */
static inline bool xy_str_is(xy_str a, const char *cstr)
{
    return xy_str_eq(a, xy_str_from(cstr));
}

static inline bool xy_str_starts(xy_str s, xy_str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

/* Byte order, as memcmp; the shorter first when one is a prefix of the other. */
static inline int xy_str_cmp(xy_str a, xy_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;

    if (order)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

#endif
