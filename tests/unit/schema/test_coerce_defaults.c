/* SPDX-License-Identifier: MIT */
/* Default values, coerced once, with hooks of custom scalars or without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "coercing.h"
#include "schema/coerce_defaults.h"
#include "schema/coerce_input.h"
#include "schema/coerce_literal.h"
#include "schema/coerce_output.h"

#define TEXT_MAX ((size_t)1 << 16)

static const char sdl[] =
    "scalar Date\n"
    "scalar JSON\n"
    "input A { b: B = {} n: [Int!] = 1 when: Date = \"2020\" }\n"
    "input B { x: Int = 1 c: C = {y: 2} }\n"
    "input C { y: Int z: Int = 3 }\n"
    "directive @d(a: A = {n: []}) on FIELD\n"
    "type Query { f(a: A = {}, list: [B] = [{}, null], json: JSON = {k: E}, none: Int): Int }\n";

static coercing c;

static int start(void **state)
{
    (void)state;
    coercing_init(&c, sdl);
    return 0;
}

static int end(void **state)
{
    (void)state;
    coercing_deinit(&c);
    return 0;
}

static const char *default_of(const xy_input_values *inputs, size_t index)
{
    const xy_value *value = inputs->items[index]->default_coerced;

    return value ? coercing_text(&c, 0, value) : NULL;
}

#define B "{\"x\":1,\"c\":{\"y\":2,\"z\":3}}"

static void defaults_are_filled_up_with_defaults(void **state)
{
    const xy_input_values *args = &xy__type_field(c.schema->query, XY_STR("f"))->arguments;
    const xy_directive *directive = xy__schema_directive(c.schema, XY_STR("d"));

    (void)state;
    assert_string_equal(default_of(args, 0), "{\"b\":" B ",\"n\":[1],\"when\":\"2020\"}");
    assert_string_equal(default_of(args, 1), "[" B ",null]");
    assert_string_equal(default_of(args, 2), "{\"k\":\"E\"}");
    assert_null(default_of(args, 3));
    assert_string_equal(default_of(&directive->arguments, 0),
                        "{\"b\":" B ",\"n\":[],\"when\":\"2020\"}");
}

/* A circle of defaults, which the check of a schema refuses, does no harm before it. */
static void circles_end(void **state)
{
    xy_input_value *x;
    xy_input_value *y;
    coercing circle;

    (void)state;
    coercing_init(&circle, "input X { y: Y } input Y { x: X } type Query { f(x: X): Int }");
    x = xy__schema_type(circle.schema, XY_STR("Y"))->input_fields.items[0];
    y = xy__schema_type(circle.schema, XY_STR("X"))->input_fields.items[0];
    x->default_value = coercing_literal(&circle, "{}");
    y->default_value = x->default_value;
    assert_int_equal(xy__schema_coerce_defaults(circle.schema), XY_EFAILED);
    assert_null(x->default_coerced);
    assert_null(y->default_coerced);
    coercing_deinit(&circle);
}

/* A date is its year: "2020" comes in as 2020 and goes out as "2020". */
static int parse_date(xy_coercion *coercion, const xy_value *value, xy_value *out)
{
    xy_str text = xy_value_text(value);

    if (!text.ptr)
        return XY_EINVAL;
    if (text.len != 4)
        return xy_coercion_fail(coercion, "no year: %.*s", XY_PRI(text));
    *out = xy_value_int(strtol(text.ptr, NULL, 10));
    return XY_OK;
}

static int serialize_date(xy_coercion *coercion, const xy_value *value, xy_value *out)
{
    char *text = xy_coercion_alloc(coercion, 5);

    if (value->kind != XY_VALUE_INT)
        return xy_coercion_fail(coercion, "no date");
    if (value->integer == 0) {
        *out = XY_NULL;
        return XY_OK;
    }
    snprintf(text, 5, "%04d", (int)value->integer);
    *out = xy_value_string((xy_str){text, 4});
    return XY_OK;
}

static const xy_scalar_hooks date_hooks = {.parse = parse_date, .serialize = serialize_date};

static void hooks_are_bound_once_to_custom_scalars(void **state)
{
    const xy_input_values *args = &xy__type_field(c.schema->query, XY_STR("f"))->arguments;

    (void)state;
    assert_int_equal(xy_bind_scalar(c.schema, "Nothing", &date_hooks), XY_ENOTFOUND);
    assert_int_equal(xy_bind_scalar(c.schema, "Int", &date_hooks), XY_ENOTFOUND);
    assert_int_equal(xy_bind_scalar(c.schema, "A", &date_hooks), XY_ENOTFOUND);
    assert_int_equal(xy_bind_scalar(c.schema, "Date", &date_hooks), 0);
    assert_int_equal(xy_bind_scalar(c.schema, "Date", &date_hooks), XY_EEXIST);
    assert_string_equal(default_of(args, 0), "{\"b\":" B ",\"n\":[1],\"when\":2020}");
}

static const char *coerce_json(const char *type, const char *json)
{
    const xy_type *to = coercing_type(&c, type);
    const xy_value *value = coercing_json(&c, json);
    xy_coerce_report report = {.errors = coercing_begin(&c), .paths = true};
    xy_value result;
    int rc = xy__coerce_input(&c.arena, to, value, &report, &result);

    return coercing_text(&c, rc, &result);
}

static void hooks_read_variables(void **state)
{
    (void)state;
    assert_string_equal(coerce_json("[Date]", "[\"1999\",null]"), "[1999,null]");
    assert_string_equal(coerce_json("[Date]", "[\"199\"]"), "at [0]: no year: 199");
    assert_string_equal(coerce_json("Date", "[true]"),
                        "Expected value of type \"Date\", but encountered error "
                        "\"invalid argument\"; found: [true].");
}

static const char *coerce_literal(const char *type, const char *text, const char *variables)
{
    const xy_type *to = coercing_type(&c, type);
    const xy_ast_value *literal = coercing_literal(&c, text);
    const xy_value *known = variables ? coercing_json(&c, variables) : NULL;
    xy_coerce_report report = {.errors = coercing_begin(&c)};
    xy_value result = XY_NULL;
    int rc = xy__check_literal(to, literal, known, &report);

    if (rc == 0 && known)
        rc = xy__coerce_literal(&c.arena, to, literal, known, &result);
    return coercing_text(&c, rc, &result);
}

static void hooks_read_literals(void **state)
{
    (void)state;
    assert_string_equal(coerce_literal("[Date]", "\"1999\"", "{}"), "[1999]");
    assert_string_equal(coerce_literal("Date", "\"199\"", NULL), "no year: 199 (1:1)");
    assert_string_equal(coerce_literal("Date", "{a: 1}", NULL),
                        "Expected value of type \"Date\", but encountered error "
                        "\"invalid argument\"; found: { a: 1 }. (1:1)");
    /* A literal is not shown to the hook before all of it is known. */
    assert_string_equal(coerce_literal("Date", "[$year]", NULL), "null");
    assert_string_equal(coerce_literal("Date", "[$year]", "{\"year\":\"1999\"}"),
                        "Expected value of type \"Date\", but encountered error "
                        "\"invalid argument\"; found: [$year]. (1:1)");
}

static const char *write(const char *json)
{
    const xy_type *type = coercing_type(&c, "Date");
    xy_str problem;
    xy_str got;
    xy_buf buf;

    xy__buf_init(&buf, TEXT_MAX);
    if (xy__coerce_output(&buf, &c.arena, type, coercing_json(&c, json), &problem) == 0)
        got = xy__arena_str(&c.arena, xy__buf_view(&buf));
    else
        got = problem;
    xy__buf_deinit(&buf);
    return got.ptr;
}

static void hooks_write_results(void **state)
{
    (void)state;
    assert_string_equal(write("1999"), "\"1999\"");
    assert_string_equal(write("\"1999\""), "no date");
    assert_string_equal(write("0"), "Expected `Date.coerceOutputValue(0)` to return non-nullable "
                                    "value, returned: null");
}

static void defaults_that_a_hook_refuses_are_told(void **state)
{
    coercing bad;

    (void)state;
    coercing_init(&bad, "scalar Date type Query { f(when: Date = \"yesterday\"): Int }");
    assert_int_equal(xy_bind_scalar(bad.schema, "Date", &date_hooks), XY_EFAILED);
    coercing_deinit(&bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_filled_up_with_defaults),
        cmocka_unit_test(circles_end),
        cmocka_unit_test(hooks_are_bound_once_to_custom_scalars),
        cmocka_unit_test(hooks_read_variables),
        cmocka_unit_test(hooks_read_literals),
        cmocka_unit_test(hooks_write_results),
        cmocka_unit_test(defaults_that_a_hook_refuses_are_told),
    };

    return cmocka_run_group_tests_name("schema/coerce_defaults", tests, start, end);
}
