/* SPDX-License-Identifier: MIT */
/* The resolver's side of a call: xylem/call.h. Promises are in promise.c. */
#include "xylem/call.h"

#include <stdarg.h>

#include "base/fatal.h"
#include "execution/promise.h"
#include "execution/work.h"
#include "json/write.h"

/* extensions.code of what could not be published, as the store is away. */
#define UNAVAILABLE_CODE "STORE_UNAVAILABLE"
#define UNAVAILABLE      "The event was not published: its store is away. Send it again later."
#define TOO_FULL         "The event was not published: a server is too far behind. Try again."

const xy_value *xy_arg(const xy_call *call, const char *name)
{
    return xy_value_get(call->arguments, xy_str_from(name));
}

xy_str xy_arg_str(const xy_call *call, const char *name)
{
    const xy_value *value = xy_arg(call, name);

    return value && value->kind == XY_VALUE_STRING ? xy_value_text(value) : XY_STR_NULL;
}

int32_t xy_arg_int(const xy_call *call, const char *name)
{
    const xy_value *value = xy_arg(call, name);
    int64_t integer;

    if (!value || xy_value_to_int64(value, &integer) < 0 || integer < INT32_MIN ||
        integer > INT32_MAX)
        return 0;
    return (int32_t)integer;
}

double xy_arg_float(const xy_call *call, const char *name)
{
    const xy_value *value = xy_arg(call, name);
    double real;

    return value && xy_value_to_double(value, &real) == XY_OK ? real : 0;
}

bool xy_arg_bool(const xy_call *call, const char *name)
{
    const xy_value *value = xy_arg(call, name);

    return value && value->kind == XY_VALUE_BOOL && value->boolean;
}

const xy_value *xy_args(const xy_call *call)
{
    return call->arguments;
}

const void *xy_parent(const xy_call *call)
{
    return call->parent.object;
}

const xy_value *xy_parent_value(const xy_call *call)
{
    return call->parent.value;
}

xy_str xy_call_field(const xy_call *call)
{
    return call->field->field->name;
}

xy_str xy_call_type(const xy_call *call)
{
    return call->field->field->parent->name;
}

xy_app *xy_call_app(const xy_call *call)
{
    return call->operation->executor->app;
}

struct uv_loop_s *xy_call_loop(const xy_call *call)
{
    xy_loop *loop = call->operation->executor->loop;

    return loop ? &loop->uv : NULL;
}

void *xy_alloc(xy_call *call, size_t size)
{
    return xy__arena_zalloc(call->arena, size);
}

xy_str xy_copy(xy_call *call, xy_str s)
{
    return xy__arena_str(call->arena, s);
}

xy_str xy_format(xy_call *call, const char *fmt, ...)
{
    va_list args;
    xy_str text;

    va_start(args, fmt);
    text = xy__arena_vprintf(call->arena, fmt, args);
    va_end(args);
    return text;
}

xy_str xy_json(xy_call *call, const xy_value *value)
{
    xy_buf buf;
    xy_str text;

    xy__buf_init(&buf, UINT32_MAX);
    xy__json_write_value(&buf, value);
    text = xy_copy(call, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
    return text;
}

int xy_put(xy_call *call, xy_result result)
{
    call->result = result;
    call->code = NULL;
    call->extensions = XY_STR_NULL;
    call->internal = false;
    return XY_OK;
}

xy_result *xy_results(xy_call *call, size_t count)
{
    XY_ASSERT(count <= UINT32_MAX);
    return XY_ARENA_ARRAY(call->arena, xy_result, count);
}

xy_result *xy_put_list(xy_call *call, size_t count)
{
    xy_result *items = xy_results(call, count);

    xy_put(call, (xy_result){.kind = XY_RESULT_LIST, .items = items, .len = (uint32_t)count});
    return items;
}

int xy__call_vfail(xy_call *call, const char *fmt, va_list args)
{
    xy_put(call, xy_result_error(xy__arena_vprintf(call->arena, fmt, args)));
    return XY_EFAILED;
}

int xy_fail(xy_call *call, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    xy__call_vfail(call, fmt, args);
    va_end(args);
    return XY_EFAILED;
}

int xy_fail_code(xy_call *call, const char *code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    xy__call_vfail(call, fmt, args);
    va_end(args);
    call->code = code;
    return XY_EFAILED;
}

void xy__call_set_properties(xy_call *call, const xy_value *properties)
{
    xy_buf buf;

    if (!properties)
        return;
    xy__buf_init(&buf, UINT32_MAX);
    XY_BUF_LITERAL(&buf, "\"properties\":");
    xy__json_write_value(&buf, properties);
    call->extensions = xy_copy(call, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
}

int xy_fail_with(xy_call *call, const char *code, const xy_value *properties, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    xy__call_vfail(call, fmt, args);
    va_end(args);
    call->code = code;
    xy__call_set_properties(call, properties);
    return XY_EFAILED;
}

int xy_fail_internal(xy_call *call, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    xy__call_vfail(call, fmt, args);
    va_end(args);
    call->internal = true;
    return XY_EFAILED;
}

/* A resolver that could not publish mostly returns that. Its client can do something about it. */
void xy__call_refuse(xy_call *call, int rc)
{
    if (call->own && call->own->state == XY_PROMISE_MADE)
        xy__promise_stop(call->own);
    if (call->result.kind == XY_RESULT_ERROR)
        return;
    if (rc == XY_EUNAVAILABLE || rc == XY_EFULL) {
        xy_fail_code(call, rc == XY_EFULL ? XY_BUSY_CODE : UNAVAILABLE_CODE, "%s",
                     rc == XY_EFULL ? TOO_FULL : UNAVAILABLE);
        return;
    }
    xy_put(call, xy_result_error(xy_str_from(xy_err_text(rc))));
    call->internal = true;
}
