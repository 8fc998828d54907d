/* SPDX-License-Identifier: MIT */
#include "schema/coerce_output.h"

#include <math.h>

#include "json/write.h"
#include "schema/coerce_report.h"
#include "schema/inspect.h"
#include "schema/js_number.h"
#include "schema/scalar_hooks.h"

/* What is on its way out. */
typedef struct output {
    xy_buf *buf;
    xy_arena *arena;
    const xy_type *type;
    xy_str *problem;
} output;

/* "<text><value>" */
static int refuse(const output *o, const char *text, const xy_value *value)
{
    xy_buf message;

    xy__buf_init(&message, XY_COERCE_MESSAGE_MAX);
    xy__buf_str(&message, xy_str_from(text));
    xy__inspect(&message, value);
    *o->problem = xy__arena_str(o->arena, xy__buf_view(&message));
    xy__buf_deinit(&message);
    return XY_EFAILED;
}

/* A number, or what JavaScript makes one of: a boolean, a string that is not empty. NaN for
 * anything else. */
static double to_number(const xy_value *value)
{
    double number = NAN;

    if (value->kind == XY_VALUE_BOOL)
        return value->boolean ? 1 : 0;
    if (value->kind == XY_VALUE_STRING)
        return value->len ? xy__js_string_to_number(xy_value_text(value)) : NAN;
    (void)xy_value_to_double(value, &number);
    return number;
}

/* Spec 3.5.1 Int. */
static int write_int(const output *o, const xy_value *value)
{
    int32_t integer;

    if (value->kind == XY_VALUE_INT && value->integer >= INT32_MIN && value->integer <= INT32_MAX) {
        xy__buf_int(o->buf, value->integer);
        return XY_OK;
    }
    switch (xy__js_int32(to_number(value), &integer)) {
    case XY_INT_OK:
        xy__buf_int(o->buf, integer);
        return XY_OK;
    case XY_INT_NOT_INTEGER:
        return refuse(o, "Int cannot represent non-integer value: ", value);
    case XY_INT_NOT_32_BIT:
        break;
    }
    return refuse(o, "Int cannot represent non 32-bit signed integer value: ", value);
}

/* Spec 3.5.2 Float. */
static int write_float(const output *o, const xy_value *value)
{
    double number;

    if (value->kind == XY_VALUE_INT) {
        xy__buf_int(o->buf, value->integer);
        return XY_OK;
    }
    number = to_number(value);
    if (!isfinite(number))
        return refuse(o, "Float cannot represent non numeric value: ", value);
    xy__json_write_double(o->buf, number);
    return XY_OK;
}

static int write_quoted_number(const output *o, const xy_value *number)
{
    xy__buf_char(o->buf, '"');
    xy__inspect(o->buf, number);
    xy__buf_char(o->buf, '"');
    return XY_OK;
}

/* Spec 3.5.3 String. */
static int write_string(const output *o, const xy_value *value)
{
    double number;

    if (value->kind == XY_VALUE_STRING) {
        xy__json_write_str(o->buf, xy_value_text(value));
        return XY_OK;
    }
    if (value->kind == XY_VALUE_BOOL) {
        xy__buf_str(o->buf, value->boolean ? XY_STR("\"true\"") : XY_STR("\"false\""));
        return XY_OK;
    }
    if (xy_value_to_double(value, &number) != XY_OK || !isfinite(number))
        return refuse(o, "String cannot represent value: ", value);
    return write_quoted_number(o, value);
}

/* Spec 3.5.4 Boolean. */
static int write_boolean(const output *o, const xy_value *value)
{
    double number = NAN;
    bool truth = value->kind == XY_VALUE_BOOL && value->boolean;

    if (value->kind != XY_VALUE_BOOL) {
        (void)xy_value_to_double(value, &number);
        if (!isfinite(number))
            return refuse(o, "Boolean cannot represent a non boolean value: ", value);
        truth = number < 0 || number > 0;
    }
    xy__buf_str(o->buf, truth ? XY_STR("true") : XY_STR("false"));
    return XY_OK;
}

/* Spec 3.5.5 ID. */
static int write_id(const output *o, const xy_value *value)
{
    double number;

    if (value->kind == XY_VALUE_STRING) {
        xy__json_write_str(o->buf, xy_value_text(value));
        return XY_OK;
    }
    if (xy_value_to_double(value, &number) != XY_OK || !xy__js_is_integer(number))
        return refuse(o, "ID cannot represent value: ", value);
    return write_quoted_number(o, value);
}

/* A hook that gives null would make the position null behind the engine's back. */
static int refuse_null(const output *o, const xy_value *value)
{
    xy_buf message;

    xy__buf_init(&message, XY_COERCE_MESSAGE_MAX);
    xy__buf_printf(&message, "Expected `%.*s.coerceOutputValue(", XY_PRI(o->type->name));
    xy__inspect(&message, value);
    XY_BUF_LITERAL(&message, ")` to return non-nullable value, returned: null");
    *o->problem = xy__arena_str(o->arena, xy__buf_view(&message));
    xy__buf_deinit(&message);
    return XY_EFAILED;
}

/* Spec 3.5.6: a custom scalar, whose hook decides. */
static int write_custom(const output *o, const xy_value *value)
{
    const xy_scalar_hooks *hooks = o->type->hooks;
    xy_str problem = XY_STR_NULL;
    xy_value serialized;
    int rc = xy__scalar_hook_call(o->arena, hooks ? hooks->serialize : NULL, value, &serialized,
                                  &problem);

    if (rc != XY_OK) {
        *o->problem = problem.ptr ? problem : xy_str_from(xy_err_text(rc));
        return XY_EFAILED;
    }
    if (serialized.kind == XY_VALUE_NULL)
        return refuse_null(o, value);
    xy__json_write_value(o->buf, &serialized);
    return XY_OK;
}

static int refuse_enum(const output *o, const xy_value *value)
{
    xy_str text =
        xy__arena_printf(o->arena, "Enum \"%.*s\" cannot represent value: ", XY_PRI(o->type->name));

    return refuse(o, text.ptr, value);
}

static int write_name(const output *o, xy_str name)
{
    xy__buf_char(o->buf, '"');
    xy__buf_str(o->buf, name);
    xy__buf_char(o->buf, '"');
    return XY_OK;
}

/* Spec 3.9 Enums. */
static int write_enum(const output *o, const xy_value *value)
{
    if (value->kind != XY_VALUE_STRING ||
        !xy__map_get(&o->type->values_by_name, xy_value_text(value)))
        return refuse_enum(o, value);
    return write_name(o, xy_value_text(value));
}

int xy__coerce_output(xy_buf *buf, xy_arena *arena, const xy_type *type, const xy_value *value,
                      xy_str *problem)
{
    output o = {.buf = buf, .arena = arena, .type = type, .problem = problem};

    if (type->kind == XY_TYPE_ENUM)
        return write_enum(&o, value);
    switch (type->scalar) {
    case XY_SCALAR_INT:
        return write_int(&o, value);
    case XY_SCALAR_FLOAT:
        return write_float(&o, value);
    case XY_SCALAR_STRING:
        return write_string(&o, value);
    case XY_SCALAR_BOOLEAN:
        return write_boolean(&o, value);
    case XY_SCALAR_ID:
        return write_id(&o, value);
    case XY_SCALAR_CUSTOM:
        break;
    }
    return write_custom(&o, value);
}

int xy__coerce_output_enum(xy_buf *buf, xy_arena *arena, const xy_type *type, int index,
                           xy_str *problem)
{
    output o = {.buf = buf, .arena = arena, .type = type, .problem = problem};
    xy_value value = xy_value_int(index);

    if (index < 0 || (size_t)index >= type->values.len)
        return refuse_enum(&o, &value);
    return write_name(&o, type->values.items[index]->name);
}
