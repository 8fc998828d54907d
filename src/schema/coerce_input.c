/* SPDX-License-Identifier: MIT */
/* schema/coerce_input.c -- JSON values to input types.
 *
 * One walk that makes the result and, where it cannot, says why and goes on: all that is wrong is
 * told. Errors of an object come in the reference's order: fields as the type defines them, then
 * unknown ones as they were given, then what @oneOf demands.
 *
 * It recurses as deep as the value is, which its reader has limited. */
#include "schema/coerce_input.h"

#include <math.h>

#include "schema/coerce_words.h"
#include "schema/coordinate.h"
#include "schema/inspect.h"
#include "schema/js_number.h"
#include "schema/scalar_hooks.h"

typedef struct coercion {
    xy_arena *arena;
    xy_coerce_report *report;
} coercion;

/* The value to be coerced, and where it is. */
typedef struct place {
    const xy_type *type;
    const xy_value *value; /* NULL: absent */
    const xy_path *path;
} place;

static bool coerce(coercion *c, place at, xy_value *out);

static bool go_on(const coercion *c)
{
    return !c->report->stopped && !xy__arena_over(c->arena);
}

/* An error that ends with the value: "<text><value>". Returns false, for the caller to return. */
static bool refuse(coercion *c, const place *at, const char *text)
{
    xy_buf buf;

    xy__coerce_report_begin(c->report, at->path, &buf);
    xy__buf_str(&buf, xy_str_from(text));
    xy__inspect(&buf, at->value);
    xy__coerce_report_end(c->report, at->path, NULL, &buf);
    return false;
}

static bool refuse_no_object(coercion *c, const place *at)
{
    xy_buf buf;

    xy__coerce_report_begin(c->report, at->path, &buf);
    xy__buf_printf(
        &buf, "Expected value of type \"%.*s\" to be an object, found: ", XY_PRI(at->type->name));
    xy__inspect(&buf, at->value);
    xy__buf_char(&buf, '.');
    xy__coerce_report_end(c->report, at->path, NULL, &buf);
    return false;
}

static bool refuse_null(coercion *c, const place *at)
{
    xy_buf buf;

    xy__coerce_report_begin(c->report, at->path, &buf);
    if (at->value) {
        xy__words_null(&buf, c->report->errors->arena, at->type);
    } else {
        xy_str type = xy__type_print(c->report->errors->arena, at->type);

        xy__buf_printf(&buf, "Expected a value of non-null type \"%.*s\" to be provided.",
                       XY_PRI(type));
    }
    xy__coerce_report_end(c->report, at->path, NULL, &buf);
    return false;
}

/* Spec 3.5.1 Int. */
static bool coerce_int(coercion *c, const place *at, xy_value *out)
{
    xy_int_verdict verdict = XY_INT_NOT_INTEGER;
    double number;
    int32_t integer;

    if (xy_value_to_double(at->value, &number) == XY_OK)
        verdict = xy__js_int32(number, &integer);
    if (verdict == XY_INT_NOT_INTEGER)
        return refuse(c, at, "Int cannot represent non-integer value: ");
    if (verdict == XY_INT_NOT_32_BIT)
        return refuse(c, at, "Int cannot represent non 32-bit signed integer value: ");
    *out = xy_value_int(integer);
    return true;
}

/* Spec 3.5.2 Float. */
static bool coerce_float(coercion *c, const place *at, xy_value *out)
{
    double number;

    if (xy_value_to_double(at->value, &number) != XY_OK || !isfinite(number))
        return refuse(c, at, "Float cannot represent non numeric value: ");
    *out = xy_value_float(number);
    return true;
}

/* Spec 3.5.3 String. */
static bool coerce_string(coercion *c, const place *at, xy_value *out)
{
    if (at->value->kind != XY_VALUE_STRING)
        return refuse(c, at, "String cannot represent a non string value: ");
    *out = xy_value_string(xy_value_text(at->value));
    return true;
}

/* Spec 3.5.4 Boolean. */
static bool coerce_boolean(coercion *c, const place *at, xy_value *out)
{
    if (at->value->kind != XY_VALUE_BOOL)
        return refuse(c, at, "Boolean cannot represent a non boolean value: ");
    *out = *at->value;
    return true;
}

/* Spec 3.5.5 ID. */
static bool coerce_id(coercion *c, const place *at, xy_value *out)
{
    xy_str text = xy_value_text(at->value);

    if (at->value->kind != XY_VALUE_STRING)
        text = xy__js_integer_to_string(c->arena, at->value);
    if (!text.ptr)
        return refuse(c, at, "ID cannot represent value: ");
    *out = xy_value_string(text);
    return true;
}

static bool refuse_custom(coercion *c, const place *at, int rc, xy_str problem)
{
    xy_buf shown;
    xy_buf buf;

    xy__buf_init(&shown, XY_COERCE_MESSAGE_MAX);
    xy__inspect(&shown, at->value);
    xy__coerce_report_begin(c->report, at->path, &buf);
    xy__words_hook(&buf, at->type, rc, problem, xy__buf_view(&shown));
    xy__coerce_report_end(c->report, at->path, NULL, &buf);
    xy__buf_deinit(&shown);
    return false;
}

/* Spec 3.5.6: a custom scalar, whose hook decides. */
static bool coerce_custom(coercion *c, const place *at, xy_value *out)
{
    xy_scalar_fn *parse = at->type->hooks ? at->type->hooks->parse : NULL;
    xy_str problem = XY_STR_NULL;
    int rc = xy__scalar_hook_call(c->arena, parse, at->value, out, &problem);

    return rc == XY_OK || refuse_custom(c, at, rc, problem);
}

static bool refuse_enum(coercion *c, const place *at)
{
    bool is_string = at->value->kind == XY_VALUE_STRING;
    xy_buf shown;
    xy_buf buf;

    xy__buf_init(&shown, XY_COERCE_MESSAGE_MAX);
    if (is_string)
        xy__buf_str(&shown, xy_value_text(at->value));
    else
        xy__inspect(&shown, at->value);
    xy__coerce_report_begin(c->report, at->path, &buf);
    xy__words_enum(&buf, at->type, is_string ? NULL : "non-string", xy__buf_view(&shown),
                   c->report->hide_suggestions);
    xy__coerce_report_end(c->report, at->path, NULL, &buf);
    xy__buf_deinit(&shown);
    return false;
}

/* Spec 3.9 Enums. */
static bool coerce_enum(coercion *c, const place *at, xy_value *out)
{
    const xy_enum_value *value = NULL;

    if (at->value->kind == XY_VALUE_STRING)
        value = xy__map_get(&at->type->values_by_name, xy_value_text(at->value));
    if (!value)
        return refuse_enum(c, at);
    *out = xy_value_string(value->name);
    out->is_enum = 1;
    return true;
}

static bool coerce_scalar(coercion *c, const place *at, xy_value *out)
{
    switch (at->type->scalar) {
    case XY_SCALAR_INT:
        return coerce_int(c, at, out);
    case XY_SCALAR_FLOAT:
        return coerce_float(c, at, out);
    case XY_SCALAR_STRING:
        return coerce_string(c, at, out);
    case XY_SCALAR_BOOLEAN:
        return coerce_boolean(c, at, out);
    case XY_SCALAR_ID:
        return coerce_id(c, at, out);
    case XY_SCALAR_CUSTOM:
        break;
    }
    return coerce_custom(c, at, out);
}

/* Spec 3.12.1: what is no list is a list of one. */
static bool coerce_list(coercion *c, const place *at, xy_value *out)
{
    const xy_value *value = at->value;
    bool is_list = value->kind == XY_VALUE_LIST;
    uint32_t len = is_list ? value->len : 1;
    xy_value *items = xy__arena_alloc(c->arena, len * sizeof *items);
    bool ok = true;

    for (uint32_t i = 0; i < len && go_on(c); i++) {
        xy_path step = {.up = at->path, .index = i};
        place item = {
            .type = at->type->of,
            .value = is_list ? &value->items[i] : value,
            .path = is_list ? &step : at->path,
        };

        ok = coerce(c, item, &items[i]) && ok;
    }
    *out = (xy_value){.kind = XY_VALUE_LIST, .len = len, .items = items};
    return ok;
}

static bool refuse_field(coercion *c, const place *at, xy_str name, bool required)
{
    xy_buf buf;

    xy__coerce_report_begin(c->report, at->path, &buf);
    if (required)
        xy__words_required_field(&buf, at->type, name);
    else
        xy__words_unknown_field(&buf, at->type, name, c->report->hide_suggestions);
    xy__inspect(&buf, at->value);
    xy__buf_char(&buf, '.');
    xy__coerce_report_end(c->report, at->path, NULL, &buf);
    return false;
}

static bool refuse_one_of(coercion *c, const place *at, const xy_path *path)
{
    xy_buf buf;

    xy__coerce_report_begin(c->report, path, &buf);
    xy__words_one_of(&buf, at->type);
    xy__coerce_report_end(c->report, path, NULL, &buf);
    return false;
}

/* The fields that the type defines; *given counts those that the value has. */
static bool coerce_fields(coercion *c, const place *at, xy_member *members, xy_value *out,
                          uint32_t *given)
{
    const xy_input_values *fields = &at->type->input_fields;
    uint32_t len = 0;
    bool ok = true;

    *given = 0;
    for (size_t i = 0; i < fields->len && go_on(c); i++) {
        const xy_input_value *field = fields->items[i];
        const xy_value *value = xy_value_get(at->value, field->name);
        xy_path step = {.up = at->path, .key = field->name};
        place inner = {.type = field->type, .value = value, .path = &step};

        members[len].key = field->name;
        if (value) {
            ++*given;
            ok = coerce(c, inner, &members[len++].value) && ok;
        } else if (xy__input_value_is_required(field)) {
            ok = refuse_field(c, at, field->name, true);
        } else if (field->default_coerced) {
            members[len++].value = *field->default_coerced;
        }
    }
    *out = (xy_value){.kind = XY_VALUE_OBJECT, .len = len, .members = members};
    return ok;
}

static bool check_unknown_fields(coercion *c, const place *at)
{
    bool ok = true;

    for (uint32_t i = 0; i < at->value->len && go_on(c); i++) {
        xy_str key = at->value->members[i].key;

        if (!xy__map_get(&at->type->input_fields_by_name, key))
            ok = refuse_field(c, at, key, false);
    }
    return ok;
}

/* Spec 3.10.1 OneOf Input Objects: exactly one field is given, and is not null. */
static bool check_one_of(coercion *c, const place *at, uint32_t given)
{
    const xy_member *members = at->value->members;
    xy_path step = {.up = at->path};

    if (given != 1)
        refuse_one_of(c, at, at->path);
    for (uint32_t i = 0; i < at->value->len; i++) {
        if (!xy__map_get(&at->type->input_fields_by_name, members[i].key))
            continue;
        step.key = members[i].key;
        if (members[i].value.kind == XY_VALUE_NULL)
            return refuse_one_of(c, at, &step);
        break;
    }
    return given == 1;
}

/* Spec 3.10 Input Objects. */
static bool coerce_object(coercion *c, const place *at, xy_value *out)
{
    size_t fields = at->type->input_fields.len;
    xy_member *members;
    uint32_t given;
    bool ok;

    if (at->value->kind != XY_VALUE_OBJECT)
        return refuse_no_object(c, at);
    members = xy__arena_alloc(c->arena, fields * sizeof *members);
    ok = coerce_fields(c, at, members, out, &given);
    if (given != at->value->len)
        ok = check_unknown_fields(c, at) && ok;
    if (at->type->is_one_of)
        ok = check_one_of(c, at, given) && ok;
    return ok;
}

static bool coerce(coercion *c, place at, xy_value *out)
{
    if (at.type->kind == XY_TYPE_NON_NULL) {
        if (!at.value || at.value->kind == XY_VALUE_NULL)
            return refuse_null(c, &at);
        at.type = at.type->of;
    }
    if (!at.value || at.value->kind == XY_VALUE_NULL) {
        *out = XY_NULL;
        return true;
    }
    switch ((int)at.type->kind) {
    case XY_TYPE_LIST:
        return coerce_list(c, &at, out);
    case XY_TYPE_INPUT_OBJECT:
        return coerce_object(c, &at, out);
    case XY_TYPE_ENUM:
        return coerce_enum(c, &at, out);
    default:
        return coerce_scalar(c, &at, out);
    }
}

int xy__coerce_input(xy_arena *arena, const xy_type *type, const xy_value *value,
                     xy_coerce_report *report, xy_value *out)
{
    coercion c = {.arena = arena, .report = report};
    place at = {.type = type, .value = value};
    xy_value coerced = XY_NULL;
    bool ok = coerce(&c, at, &coerced);

    if (xy__arena_over(arena) || xy__arena_over(report->errors->arena))
        return XY_ELIMIT;
    if (!ok)
        return XY_EFAILED;
    *out = coerced;
    return XY_OK;
}
