/* SPDX-License-Identifier: MIT */
/* json/value.c -- looking into a value, whoever made it. */
#include "xylem/value.h"

#include <math.h>

#include "xylem/error.h"

#include "base/map.h"
#include "json/double.h"
#include "json/number.h"

/* Up to this many members finding one by looking at each is cheaper than a table. */
#define MEMBERS_SCANNED 16u

const xy_value *xy_value_get(const xy_value *object, xy_str key)
{
    if (!object || object->kind != XY_VALUE_OBJECT)
        return NULL;
    for (uint32_t i = 0; i < object->len; i++)
        if (xy_str_eq(object->members[i].key, key))
            return &object->members[i].value;
    return NULL;
}

int xy_value_to_double(const xy_value *value, double *out)
{
    xy_decimal decimal;

    switch ((int)value->kind) {
    case XY_VALUE_INT:
        *out = (double)value->integer;
        return XY_OK;
    case XY_VALUE_FLOAT:
        *out = value->real;
        return XY_OK;
    case XY_VALUE_NUMBER:
        decimal = xy__decimal_parse(xy_value_text(value));
        *out = xy__decimal_to_double(&decimal);
        return XY_OK;
    default:
        return XY_EINVAL;
    }
}

static int float_to_int64(double real, int64_t *out)
{
    if (isnan(real) || (isfinite(real) && real != trunc(real)))
        return XY_EINVAL;
    /* -2^63 is a double, and so is 2^63, the first that is too large. */
    if (real < -0x1p63 || real >= 0x1p63)
        return XY_ELIMIT;
    *out = (int64_t)real;
    return XY_OK;
}

int xy_value_to_int64(const xy_value *value, int64_t *out)
{
    xy_decimal decimal;

    switch ((int)value->kind) {
    case XY_VALUE_INT:
        *out = value->integer;
        return XY_OK;
    case XY_VALUE_FLOAT:
        return float_to_int64(value->real, out);
    case XY_VALUE_NUMBER:
        decimal = xy__decimal_parse(xy_value_text(value));
        return xy__decimal_to_int64(&decimal, out);
    default:
        return XY_EINVAL;
    }
}

static bool is_number(const xy_value *value)
{
    return value->kind == XY_VALUE_INT || value->kind == XY_VALUE_FLOAT ||
           value->kind == XY_VALUE_NUMBER;
}

/* The text that a number has or would be written with; `room` is for one that has none. */
static xy_str text_of_number(const xy_value *value, char room[XY_DOUBLE_TEXT_MAX])
{
    switch ((int)value->kind) {
    case XY_VALUE_INT:
        return (xy_str){room, xy__int_text(value->integer, room)};
    case XY_VALUE_FLOAT:
        return (xy_str){room, xy__double_text(value->real, room)};
    default:
        return xy_value_text(value);
    }
}

/* Compared as decimals, a double as the one it is written as: exact, and the same whether a value
 * was made by a program or has been written and read. */
static bool numbers_equal(const xy_value *a, const xy_value *b)
{
    char room_a[XY_DOUBLE_TEXT_MAX];
    char room_b[XY_DOUBLE_TEXT_MAX];
    xy_decimal decimal_a;
    xy_decimal decimal_b;

    if (a->kind == XY_VALUE_INT && b->kind == XY_VALUE_INT)
        return a->integer == b->integer;
    if (a->kind == XY_VALUE_FLOAT && b->kind == XY_VALUE_FLOAT)
        return a->real == b->real || (isnan(a->real) && isnan(b->real));
    if ((a->kind == XY_VALUE_FLOAT && !isfinite(a->real)) ||
        (b->kind == XY_VALUE_FLOAT && !isfinite(b->real)))
        return false;
    decimal_a = xy__decimal_parse(text_of_number(a, room_a));
    decimal_b = xy__decimal_parse(text_of_number(b, room_b));
    return xy__decimal_equal(&decimal_a, &decimal_b);
}

static bool lists_equal(const xy_value *a, const xy_value *b)
{
    for (uint32_t i = 0; i < a->len; i++)
        if (!xy_value_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}

/* Objects of one length, whose members from `from` on are in different orders. */
static bool members_equal_hashed(const xy_value *a, const xy_value *b, uint32_t from)
{
    bool equal = true;
    xy_map of_b;

    xy__map_init(&of_b, NULL);
    for (uint32_t i = from; i < b->len; i++)
        xy__map_put(&of_b, b->members[i].key, (void *)(uintptr_t)&b->members[i].value);
    for (uint32_t i = from; equal && i < a->len; i++) {
        const xy_value *other = xy__map_get(&of_b, a->members[i].key);

        equal = other && xy_value_equal(&a->members[i].value, other);
    }
    xy__map_deinit(&of_b);
    return equal;
}

static bool members_equal(const xy_value *a, const xy_value *b)
{
    for (uint32_t i = 0; i < a->len; i++) {
        const xy_value *other = &b->members[i].value;

        if (!xy_str_eq(a->members[i].key, b->members[i].key)) {
            if (a->len - i > MEMBERS_SCANNED)
                return members_equal_hashed(a, b, i);
            other = xy_value_get(b, a->members[i].key);
        }
        if (!other || !xy_value_equal(&a->members[i].value, other))
            return false;
    }
    return true;
}

bool xy_value_equal(const xy_value *a, const xy_value *b)
{
    if (is_number(a) && is_number(b))
        return numbers_equal(a, b);
    if (a->kind != b->kind)
        return false;
    switch ((int)a->kind) {
    case XY_VALUE_BOOL:
        return a->boolean == b->boolean;
    case XY_VALUE_STRING:
        return xy_str_eq(xy_value_text(a), xy_value_text(b));
    case XY_VALUE_LIST:
        return a->len == b->len && lists_equal(a, b);
    case XY_VALUE_OBJECT:
        return a->len == b->len && members_equal(a, b);
    default:
        return true;
    }
}
