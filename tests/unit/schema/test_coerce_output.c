/* SPDX-License-Identifier: MIT */
/* Resolved values to the JSON of leaves. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "coercing.h"
#include "schema/coerce_output.h"

#define TEXT_MAX ((size_t)1 << 16)

static const char sdl[] = "enum Color { RED GREEN }\n"
                          "scalar JSON\n"
                          "type Query { a(json: JSON, color: Color, id: ID, i: Int): Float }\n";

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

/* What is written, or why nothing is. */
static const char *write(const char *type, const xy_value *value)
{
    xy_str problem = XY_STR_NULL;
    xy_str got;
    xy_buf buf;

    xy__buf_init(&buf, TEXT_MAX);
    if (xy__coerce_output(&buf, &c.arena, coercing_type(&c, type), value, &problem) == 0)
        got = xy__arena_str(&c.arena, xy__buf_view(&buf));
    else
        got = problem;
    if (problem.ptr)
        assert_int_equal(buf.len, 0);
    xy__buf_deinit(&buf);
    return got.ptr;
}

typedef struct row {
    const char *type;
    const char *json;
    const char *expected;
} row;

static void check(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *got = write(rows[i].type, coercing_json(&c, rows[i].json));

        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("%s of %s:\n%s\nexpected:\n%s", rows[i].type, rows[i].json, got,
                     rows[i].expected);
    }
}

#define CHECK(rows) check((rows), sizeof(rows) / sizeof *(rows))

static void ints(void **state)
{
    static const row rows[] = {
        {"Int", "1", "1"},
        {"Int", "1.0", "1"},
        {"Int", "true", "1"},
        {"Int", "\" 12 \"", "12"},
        {"Int", "\"0x10\"", "16"},
        {"Int", "\" \"", "0"},
        {"Int", "\"\"", "Int cannot represent non-integer value: \"\""},
        {"Int", "\"1x\"", "Int cannot represent non-integer value: \"1x\""},
        {"Int", "1.5", "Int cannot represent non-integer value: 1.5"},
        {"Int", "[1]", "Int cannot represent non-integer value: [1]"},
        {"Int", "2147483648", "Int cannot represent non 32-bit signed integer value: 2147483648"},
        {"Int", "\"3000000000\"",
         "Int cannot represent non 32-bit signed integer value: \"3000000000\""},
    };

    (void)state;
    CHECK(rows);
}

static void floats(void **state)
{
    static const row rows[] = {
        {"Float", "1.50", "1.5"},
        {"Float", "-0.0", "0"},
        {"Float", "false", "0"},
        {"Float", "\"1e3\"", "1000"},
        {"Float", "9007199254740993", "9007199254740993"},
        {"Float", "\"Infinity\"", "Float cannot represent non numeric value: \"Infinity\""},
        {"Float", "{}", "Float cannot represent non numeric value: {}"},
    };
    xy_value nan = xy_value_float(NAN);

    (void)state;
    CHECK(rows);
    assert_string_equal(write("Float", &nan), "Float cannot represent non numeric value: NaN");
}

static void strings_booleans_ids(void **state)
{
    static const row rows[] = {
        {"String", "\"a\\n\"", "\"a\\n\""},
        {"String", "true", "\"true\""},
        {"String", "1.0", "\"1\""},
        {"String", "1e21", "\"1e+21\""},
        {"String", "[]", "String cannot represent value: []"},
        {"Boolean", "true", "true"},
        {"Boolean", "0.1", "true"},
        {"Boolean", "-0", "false"},
        {"Boolean", "\"true\"", "Boolean cannot represent a non boolean value: \"true\""},
        {"ID", "\"a\"", "\"a\""},
        {"ID", "9007199254740993", "\"9007199254740993\""},
        {"ID", "1.0", "\"1\""},
        {"ID", "1.5", "ID cannot represent value: 1.5"},
        {"ID", "true", "ID cannot represent value: true"},
    };

    (void)state;
    CHECK(rows);
}

static void enums(void **state)
{
    static const row rows[] = {
        {"Color", "\"RED\"", "\"RED\""},
        {"Color", "\"red\"", "Enum \"Color\" cannot represent value: \"red\""},
        {"Color", "0", "Enum \"Color\" cannot represent value: 0"},
    };

    (void)state;
    CHECK(rows);
}

static void enums_by_index(void **state)
{
    const xy_type *type = coercing_type(&c, "Color");
    xy_str problem;
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, TEXT_MAX);
    assert_int_equal(xy__coerce_output_enum(&buf, &c.arena, type, 1, &problem), 0);
    assert_true(xy_str_is(xy__buf_view(&buf), "\"GREEN\""));
    assert_int_equal(xy__coerce_output_enum(&buf, &c.arena, type, 2, &problem), XY_EFAILED);
    assert_true(xy_str_is(problem, "Enum \"Color\" cannot represent value: 2"));
    xy__buf_deinit(&buf);
}

static void custom_scalars_are_written_as_they_are(void **state)
{
    static const row rows[] = {
        {"JSON", "{\"b\":[1.0],\"a\":null}", "{\"b\":[1.0],\"a\":null}"},
    };

    (void)state;
    CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ints),
        cmocka_unit_test(floats),
        cmocka_unit_test(strings_booleans_ids),
        cmocka_unit_test(enums),
        cmocka_unit_test(enums_by_index),
        cmocka_unit_test(custom_scalars_are_written_as_they_are),
    };

    return cmocka_run_group_tests_name("schema/coerce_output", tests, start, end);
}
