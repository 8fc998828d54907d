/* SPDX-License-Identifier: MIT */
/* JSON values to input types. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "coercing.h"
#include "schema/coerce_input.h"

static const char sdl[] = "enum Color { RED GREEN LIGHT_GREEN }\n"
                          "input Point { x: Int! y: Int = 7 label: String }\n"
                          "input Line { from: Point! to: Point = {x: 0} color: Color = RED }\n"
                          "input One @oneOf { i: Int p: Point }\n"
                          "scalar JSON\n"
                          "type Query { a(line: Line, one: One, json: JSON, id: ID): Float }\n";

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

static const char *coerce(const char *type, const char *json)
{
    const xy_type *to = coercing_type(&c, type);
    const xy_value *value = json ? coercing_json(&c, json) : NULL;
    xy_coerce_report report = {.errors = coercing_begin(&c), .paths = true};
    xy_value result;
    int rc = xy__coerce_input(&c.arena, to, value, &report, &result);

    return coercing_text(&c, rc, &result);
}

typedef struct row {
    const char *type;
    const char *json; /* NULL: absent */
    const char *expected;
} row;

static void check(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *got = coerce(rows[i].type, rows[i].json);

        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("%s of %s:\n%s\nexpected:\n%s", rows[i].type, rows[i].json, got,
                     rows[i].expected);
    }
}

#define CHECK(rows) check((rows), sizeof(rows) / sizeof *(rows))

static void scalars(void **state)
{
    static const row rows[] = {
        {"Int", "1", "1"},
        {"Int", "1.0", "1"},
        {"Int", "1e2", "100"},
        {"Int", "-0", "0"},
        {"Int", "-2147483648", "-2147483648"},
        {"Int", "1.5", "Int cannot represent non-integer value: 1.5"},
        {"Int", "1e400", "Int cannot represent non-integer value: Infinity"},
        {"Int", "\"1\"", "Int cannot represent non-integer value: \"1\""},
        {"Int", "2147483648", "Int cannot represent non 32-bit signed integer value: 2147483648"},
        {"Int", "1e21", "Int cannot represent non 32-bit signed integer value: 1e+21"},
        {"Float", "1", "1"},
        {"Float", "1.50", "1.5"},
        {"Float", "1e400", "Float cannot represent non numeric value: Infinity"},
        {"String", "\"\"", "\"\""},
        {"String", "true", "String cannot represent a non string value: true"},
        {"Boolean", "false", "false"},
        {"Boolean", "0", "Boolean cannot represent a non boolean value: 0"},
        {"ID", "\"a\"", "\"a\""},
        {"ID", "1", "\"1\""},
        {"ID", "1.0", "\"1\""},
        {"ID", "1e21", "\"1e+21\""},
        {"ID", "9007199254740993", "\"9007199254740993\""},
        {"ID", "1.5", "ID cannot represent value: 1.5"},
        {"JSON", "{\"b\":[1.0,null],\"a\":9007199254740993}",
         "{\"b\":[1.0,null],\"a\":9007199254740993}"},
    };

    (void)state;
    CHECK(rows);
}

static void enums(void **state)
{
    static const row rows[] = {
        {"Color", "\"RED\"", "\"RED\""},
        {"Color", "\"LIGHTGREEN\"",
         "Value \"LIGHTGREEN\" does not exist in \"Color\" enum. Did you mean the enum value "
         "\"LIGHT_GREEN\" or \"GREEN\"?"},
        {"Color", "1", "Enum \"Color\" cannot represent non-string value: 1."},
        {"Color", "[\"RED\"]", "Enum \"Color\" cannot represent non-string value: [\"RED\"]."},
    };

    (void)state;
    CHECK(rows);
}

static void enum_values_are_marked(void **state)
{
    const xy_type *type = coercing_type(&c, "Color");
    const xy_value *value = coercing_json(&c, "\"RED\"");
    xy_coerce_report report = {.errors = coercing_begin(&c)};
    xy_value result;

    (void)state;
    assert_int_equal(xy__coerce_input(&c.arena, type, value, &report, &result), 0);
    assert_true(result.is_enum);
}

static void null_and_absent(void **state)
{
    static const row rows[] = {
        {"Int", "null", "null"},
        {"Int", NULL, "null"},
        {"Int!", "null", "Expected value of non-null type \"Int!\" not to be null."},
        {"[Int]!", NULL, "Expected a value of non-null type \"[Int]!\" to be provided."},
    };

    (void)state;
    CHECK(rows);
}

static void lists(void **state)
{
    static const row rows[] = {
        {"[Int]", "[1,null]", "[1,null]"},
        {"[[Int]]", "1", "[[1]]"},
        {"[[Int]]", "[1,[2]]", "[[1],[2]]"},
        {"[Int!]", "[1,null,\"x\"]",
         "at [1]: Expected value of non-null type \"Int!\" not to be null.\n"
         "at [2]: Int cannot represent non-integer value: \"x\""},
        {"[Int]", "\"x\"", "Int cannot represent non-integer value: \"x\""},
    };

    (void)state;
    CHECK(rows);
}

static void objects(void **state)
{
    static const row rows[] = {
        {"Point", "{\"label\":null,\"x\":1}", "{\"x\":1,\"y\":7,\"label\":null}"},
        {"Line", "{\"from\":{\"x\":1,\"y\":null}}",
         "{\"from\":{\"x\":1,\"y\":null},\"to\":{\"x\":0,\"y\":7},\"color\":\"RED\"}"},
        {"Point", "[]", "Expected value of type \"Point\" to be an object, found: []."},
        {"Point", "{}",
         "Expected value of type \"Point\" to include required field \"x\", found: {}."},
        {"Point", "{\"x\":1,\"lable\":2,\"zzz\":3}",
         "Expected value of type \"Point\" not to include unknown field \"lable\". "
         "Did you mean \"label\"? Found: { x: 1, lable: 2, zzz: 3 }.\n"
         "Expected value of type \"Point\" not to include unknown field \"zzz\", "
         "found: { x: 1, lable: 2, zzz: 3 }."},
        {"Line", "{\"color\":1,\"from\":{\"x\":\"a\"}}",
         "at .from.x: Int cannot represent non-integer value: \"a\"\n"
         "at .color: Enum \"Color\" cannot represent non-string value: 1."},
    };

    (void)state;
    CHECK(rows);
}

#define ONE_OF                                                                                     \
    "Within OneOf Input Object type \"One\", exactly one field must be specified, and the value "  \
    "for that field must be non-null."

static void one_of(void **state)
{
    static const row rows[] = {
        {"One", "{\"i\":1}", "{\"i\":1}"},
        {"One", "{\"p\":{\"x\":1}}", "{\"p\":{\"x\":1,\"y\":7}}"},
        {"One", "{}", ONE_OF},
        {"One", "{\"i\":1,\"p\":{\"x\":1}}", ONE_OF},
        {"One", "{\"p\":null}", "at .p: " ONE_OF},
        {"One", "{\"p\":null,\"i\":1}", ONE_OF "\nat .p: " ONE_OF},
    };

    (void)state;
    CHECK(rows);
}

static void suggestions_can_be_hidden(void **state)
{
    const xy_type *type = coercing_type(&c, "[Point]");
    const xy_value *value = coercing_json(&c, "{\"x\":1,\"lable\":2}");
    xy_coerce_report report = {.errors = coercing_begin(&c), .hide_suggestions = true};
    xy_value result;

    (void)state;
    assert_string_equal(
        coercing_text(&c, xy__coerce_input(&c.arena, type, value, &report, &result), &result),
        "Expected value of type \"Point\" not to include unknown field \"lable\", "
        "found: { x: 1, lable: 2 }.");
}

/* A subject stands before the path, which is then in the message instead of beside it. */
static void errors_can_be_about_something(void **state)
{
    const xy_type *type = coercing_type(&c, "[Int!]");
    const xy_value *value = coercing_json(&c, "[1,null]");
    xy_coerce_report report = {
        .errors = coercing_begin(&c),
        .before = "Variable \"$",
        .subject = XY_STR("a"),
        .after = "\" has invalid value",
        .node = &coercing_literal(&c, "  $a")->node,
    };
    xy_value result;

    (void)state;
    assert_string_equal(
        coercing_text(&c, xy__coerce_input(&c.arena, type, value, &report, &result), &result),
        "Variable \"$a\" has invalid value at [1]: "
        "Expected value of non-null type \"Int!\" not to be null. (1:3)");
}

static void errors_end_at_their_maximum(void **state)
{
    const xy_type *type = coercing_type(&c, "[Int]");
    const xy_value *value = coercing_json(&c, "[true,true,true,true]");
    xy_coerce_report report = {.errors = coercing_begin(&c), .errors_max = 2};
    xy_value result;

    (void)state;
    assert_int_equal(xy__coerce_input(&c.arena, type, value, &report, &result), XY_EFAILED);
    assert_int_equal(c.errors.list.len, 2);
    assert_true(report.stopped);
}

/* Three bytes of input, `{},`, may cost a whole object of defaults. */
static void defaults_do_not_outgrow_the_arena(void **state)
{
    enum { COUNT = 10000 };
    const xy_type *type = coercing_type(&c, "[Line]");
    size_t size = COUNT * 18 + 3;
    char *text = malloc(size);
    xy_coerce_report report = {.errors = coercing_begin(&c)};
    const xy_value *value;
    xy_value result;
    xy_arena small;
    size_t len = 0;

    (void)state;
    text[len++] = '[';
    for (int i = 0; i < COUNT; i++)
        len += (size_t)snprintf(text + len, size - len, "%s{\"from\":{\"x\":1}}", i ? "," : "");
    text[len++] = ']';
    text[len] = '\0';
    value = coercing_json(&c, text);
    xy__arena_init(&small, 1 << 18);
    assert_int_equal(xy__coerce_input(&small, type, value, &report, &result), XY_ELIMIT);
    assert_true(small.held < 1 << 20);
    xy__arena_deinit(&small);
    free(text);
}

/* A message echoes no more than XY_COERCE_MESSAGE_MAX of what the client sent. */
static void messages_are_bounded(void **state)
{
    size_t len = XY_COERCE_MESSAGE_MAX * 2;
    xy_value value = {.kind = XY_VALUE_STRING, .len = (uint32_t)len};
    const xy_type *type = coercing_type(&c, "Int");
    xy_coerce_report report = {.errors = coercing_begin(&c)};
    char *text = malloc(len);
    xy_value result;

    (void)state;
    memset(text, 'a', len);
    value.text = text;
    assert_int_equal(xy__coerce_input(&c.arena, type, &value, &report, &result), XY_EFAILED);
    assert_true(c.errors.list.items[0]->message.len <= XY_COERCE_MESSAGE_MAX);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars),
        cmocka_unit_test(enums),
        cmocka_unit_test(enum_values_are_marked),
        cmocka_unit_test(null_and_absent),
        cmocka_unit_test(lists),
        cmocka_unit_test(objects),
        cmocka_unit_test(one_of),
        cmocka_unit_test(suggestions_can_be_hidden),
        cmocka_unit_test(errors_can_be_about_something),
        cmocka_unit_test(errors_end_at_their_maximum),
        cmocka_unit_test(defaults_do_not_outgrow_the_arena),
        cmocka_unit_test(messages_are_bounded),
    };

    return cmocka_run_group_tests_name("schema/coerce_input", tests, start, end);
}
