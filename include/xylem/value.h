/* SPDX-License-Identifier: MIT */
/* xylem/value.h -- a JSON value in memory: arguments of resolvers, variables, payloads of
 * events.
 *
 * Immutable once handed out; lives in the arena of whoever made it (a resolver's arguments: the
 * run). Value type of 16 bytes. */
#ifndef XYLEM_VALUE_H
#define XYLEM_VALUE_H

#include <stdint.h>

#include "xylem/str.h"

typedef enum xy_value_kind {
    XY_VALUE_NULL,
    XY_VALUE_BOOL,
    XY_VALUE_INT,    /* an integer that fits int64_t, exact */
    XY_VALUE_FLOAT,  /* a double made by a program; the reader never makes one */
    XY_VALUE_NUMBER, /* any other JSON number, kept as its text: 1.0, -0, 1e400, 20 digits */
    XY_VALUE_STRING,
    XY_VALUE_LIST,
    XY_VALUE_OBJECT, /* members in order of appearance, each key once */
} xy_value_kind;

typedef struct xy_value xy_value;
typedef struct xy_member xy_member;

struct xy_value {
    uint8_t kind;    /* xy_value_kind */
    uint8_t is_enum; /* a STRING that was an enum literal or is the value of an enum type */
    uint32_t len;    /* bytes, items or members */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *text; /* STRING and NUMBER */
        const xy_value *items;
        const xy_member *members;
    };
};

struct xy_member {
    xy_str key;
    xy_value value;
};

#define XY_NULL ((xy_value){.kind = XY_VALUE_NULL})

static inline xy_value xy_value_bool(bool b)
{
    return (xy_value){.kind = XY_VALUE_BOOL, .boolean = b};
}

static inline xy_value xy_value_int(int64_t i)
{
    return (xy_value){.kind = XY_VALUE_INT, .integer = i};
}

static inline xy_value xy_value_float(double d)
{
    return (xy_value){.kind = XY_VALUE_FLOAT, .real = d};
}

/* keeps: the bytes of s, until the last use of the value. The null string gives null. Strings
 * end at 4 GiB. */
static inline xy_value xy_value_string(xy_str s)
{
    if (!s.ptr)
        return XY_NULL;
    return (xy_value){.kind = XY_VALUE_STRING, .len = (uint32_t)s.len, .text = s.ptr};
}

/* The text of a STRING or NUMBER; the null string for any other kind. */
static inline xy_str xy_value_text(const xy_value *value)
{
    if (value->kind != XY_VALUE_STRING && value->kind != XY_VALUE_NUMBER)
        return XY_STR_NULL;
    return (xy_str){value->text, value->len};
}

/* The member `key` of an OBJECT; NULL when there is none or `object` is NULL or no object. Looks
 * at each member in turn, which is the fastest for the few that objects have: go through
 * `members` instead of asking for many keys of a large one. */
XY_API const xy_value *xy_value_get(const xy_value *object, xy_str key);

/* The number as a double, as JavaScript's JSON.parse reads it (1e400 is infinite). Returns
 * XY_EINVAL for what is no number. */
XY_API int xy_value_to_double(const xy_value *value, double *out);

/* The number as an integer when it is one, however it is written (1.0, 1e2). Returns XY_EINVAL
 * for what is no number or has a fraction, XY_ELIMIT for what does not fit. */
XY_API int xy_value_to_int64(const xy_value *value, int64_t *out);

/* Deep equality; numbers by value, a FLOAT by that of its shortest decimal (0.1 is 0.1, not
 * 0.1000000000000000055); objects regardless of the order of members; is_enum does not count. */
XY_API bool xy_value_equal(const xy_value *a, const xy_value *b);

#endif
