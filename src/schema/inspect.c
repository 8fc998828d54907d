/* SPDX-License-Identifier: MIT */
#include "schema/inspect.h"

#include <math.h>

#include "json/double.h"
#include "json/write.h"

#define LIST_ITEMS_MAX 10u
/* Containers within this many others are named only. */
#define DEPTH_MAX 2u

static void inspect_double(xy_buf *buf, double value)
{
    char text[XY_DOUBLE_TEXT_MAX];

    if (isnan(value))
        XY_BUF_LITERAL(buf, "NaN");
    else if (isinf(value))
        xy__buf_str(buf, value < 0 ? XY_STR("-Infinity") : XY_STR("Infinity"));
    else
        xy__buf_append(buf, text, xy__double_text(value, text));
}

static void inspect(xy_buf *buf, const xy_value *value, unsigned depth);

static void inspect_list(xy_buf *buf, const xy_value *list, unsigned depth)
{
    uint32_t shown = list->len < LIST_ITEMS_MAX ? list->len : LIST_ITEMS_MAX;

    if (depth >= DEPTH_MAX && list->len) {
        XY_BUF_LITERAL(buf, "[Array]");
        return;
    }
    xy__buf_char(buf, '[');
    for (uint32_t i = 0; i < shown; i++) {
        if (i > 0)
            XY_BUF_LITERAL(buf, ", ");
        inspect(buf, &list->items[i], depth + 1);
    }
    if (list->len > shown)
        xy__buf_printf(buf, ", ... %u more item%s", list->len - shown,
                       list->len - shown == 1 ? "" : "s");
    xy__buf_char(buf, ']');
}

static void inspect_object(xy_buf *buf, const xy_value *object, unsigned depth)
{
    if (!object->len) {
        XY_BUF_LITERAL(buf, "{}");
        return;
    }
    if (depth >= DEPTH_MAX) {
        XY_BUF_LITERAL(buf, "[Object]");
        return;
    }
    XY_BUF_LITERAL(buf, "{ ");
    for (uint32_t i = 0; i < object->len && buf->err == XY_OK; i++) {
        if (i > 0)
            XY_BUF_LITERAL(buf, ", ");
        xy__buf_str(buf, object->members[i].key);
        XY_BUF_LITERAL(buf, ": ");
        inspect(buf, &object->members[i].value, depth + 1);
    }
    XY_BUF_LITERAL(buf, " }");
}

static void inspect(xy_buf *buf, const xy_value *value, unsigned depth)
{
    double number;

    switch ((int)value->kind) {
    case XY_VALUE_FLOAT:
    case XY_VALUE_NUMBER:
        if (xy_value_to_double(value, &number) == XY_OK)
            inspect_double(buf, number);
        break;
    case XY_VALUE_LIST:
        inspect_list(buf, value, depth);
        break;
    case XY_VALUE_OBJECT:
        inspect_object(buf, value, depth);
        break;
    default:
        xy__json_write_value(buf, value);
        break;
    }
}

void xy__inspect(xy_buf *buf, const xy_value *value)
{
    inspect(buf, value, 0);
}
