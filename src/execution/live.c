/* SPDX-License-Identifier: MIT */
#include "execution/live.h"

#include "base/buf.h"
#include "execution/field.h"
#include "json/write.h"

/* Longer ones are not made. */
#define COORDINATE_BYTES_MAX ((size_t)4096)

int xy__live_request(xy_operation *operation, xy_live_request *out)
{
    const xy_arguments *directive = operation->plans->live;
    const xy_value *enabled;
    const xy_value *throttle;
    int64_t throttle_ms = 0;
    xy_value arguments;

    *out = (xy_live_request){0};
    if (!directive)
        return XY_OK;
    if (xy__arguments_coerce(&operation->arena, directive, &operation->variables,
                             operation->executor->hide_suggestions, &operation->errors,
                             &arguments) < 0)
        return XY_EFAILED;
    enabled = xy_value_get(&arguments, XY_STR("if"));
    throttle = xy_value_get(&arguments, XY_STR("throttle"));
    out->live = enabled && enabled->kind == XY_VALUE_BOOL && enabled->boolean;
    if (throttle && xy_value_to_int64(throttle, &throttle_ms) == XY_OK && throttle_ms > 0)
        out->throttle_ms = (uint64_t)throttle_ms;
    return XY_OK;
}

/* ---- coordinates ---- */

typedef struct writer {
    xy_on_coordinate *fn;
    void *arg;
    xy_buf buf;
} writer;

static void write_field(writer *w, const xy_field *field)
{
    xy__buf_reset(&w->buf, COORDINATE_BYTES_MAX);
    xy__buf_str(&w->buf, field->parent->name);
    xy__buf_char(&w->buf, '.');
    xy__buf_str(&w->buf, field->name);
}

static void tell(const writer *w)
{
    if (!w->buf.err)
        w->fn(w->arg, xy__buf_view(&w->buf));
}

/* `name:"value"`, whatever the value's type. False when it has none. */
static bool write_argument(writer *w, const xy_value *arguments, xy_str name)
{
    const xy_value *value = xy_value_get(arguments, name);

    if (!value || value->kind == XY_VALUE_NULL)
        return false;
    xy__buf_str(&w->buf, name);
    xy__buf_char(&w->buf, ':');
    if (value->kind == XY_VALUE_STRING) {
        xy__json_write_value(&w->buf, value);
    } else {
        xy__buf_char(&w->buf, '"');
        xy__json_write_value(&w->buf, value);
        xy__buf_char(&w->buf, '"');
    }
    return true;
}

/* `names` are separated by commas. */
static void tell_with(writer *w, const xy_field *field, const xy_value *arguments, xy_str names)
{
    bool complete = true;

    write_field(w, field);
    xy__buf_char(&w->buf, '(');
    while (names.len && complete) {
        const char *comma = memchr(names.ptr, ',', names.len);
        size_t len = comma ? (size_t)(comma - names.ptr) : names.len;

        complete = write_argument(w, arguments, (xy_str){names.ptr, len});
        if (comma)
            xy__buf_char(&w->buf, ',');
        names.ptr += comma ? len + 1 : len;
        names.len -= comma ? len + 1 : len;
    }
    xy__buf_char(&w->buf, ')');
    if (complete)
        tell(w);
}

static bool is_id(const xy_type *type)
{
    if (type->kind == XY_TYPE_NON_NULL)
        type = type->of;
    return type->kind == XY_TYPE_SCALAR && xy_str_is(type->name, "ID");
}

/* An argument `id` of type ID or ID!; of a list there is none. */
static bool has_id(const xy_field *field)
{
    for (size_t i = 0; i < field->arguments.len; i++)
        if (xy_str_is(field->arguments.items[i]->name, "id"))
            return is_id(field->arguments.items[i]->type);
    return false;
}

static void tell_field(writer *w, xy_operation *operation, const xy_plan_field *planned,
                       const xy_live_index_rule *indices)
{
    const xy_field *field = planned->field;
    const xy_error *refusal;
    const xy_value *arguments = xy__field_arguments(operation, planned, &refusal);
    xy_str coordinate;

    write_field(w, field);
    tell(w);
    if (!arguments)
        return;
    if (has_id(field))
        tell_with(w, field, arguments, XY_STR("id"));
    for (; indices && indices->field; indices++) {
        write_field(w, field);
        coordinate = xy__buf_view(&w->buf);
        if (xy_str_is(coordinate, indices->field))
            tell_with(w, field, arguments, xy_str_from(indices->arguments));
    }
}

void xy__live_coordinates(xy_operation *operation, const xy_live_index_rule *indices,
                          xy_on_coordinate *fn, void *arg)
{
    const xy_selection *root = operation->plan->root;
    writer w = {.fn = fn, .arg = arg};

    xy__buf_init(&w.buf, COORDINATE_BYTES_MAX);
    for (size_t i = 0; root && i < root->field_count; i++)
        if (root->fields[i].field->parent == root->type)
            tell_field(&w, operation, &root->fields[i], indices);
    xy__buf_deinit(&w.buf);
}
