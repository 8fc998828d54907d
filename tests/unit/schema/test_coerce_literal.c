/* SPDX-License-Identifier: MIT */
/* Literals to input types, and what is wrong with those that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "coercing.h"
#include "schema/coerce_literal.h"

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

typedef struct row {
    const char *type;
    const char *literal;
    const char *variables; /* JSON; NULL: not known yet */
    const char *expected;  /* the value, or what is wrong */
} row;

/* The value, or what the check says when there is none. Where variables are not known, there is
 * only the check. */
static const char *coerce(const row *r)
{
    const xy_type *type = coercing_type(&c, r->type);
    const xy_ast_value *literal = coercing_literal(&c, r->literal);
    const xy_value *variables = r->variables ? coercing_json(&c, r->variables) : NULL;
    xy_coerce_report report = {.errors = coercing_begin(&c), .paths = true};
    int rc = xy__check_literal(type, literal, variables, &report);
    xy_value result = XY_NULL;

    if (variables || !xy__literal_has_variable(literal))
        assert_int_equal(xy__coerce_literal(&c.arena, type, literal, variables, &result), rc);
    return coercing_text(&c, rc, &result);
}

static void check(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *got = coerce(&rows[i]);

        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("%s of %s:\n%s\nexpected:\n%s", rows[i].type, rows[i].literal, got,
                     rows[i].expected);
    }
}

#define CHECK(rows) check((rows), sizeof(rows) / sizeof *(rows))

static void scalars(void **state)
{
    static const row rows[] = {
        {"Int", "-0", NULL, "0"},
        {"Int", "1.0", NULL, "Int cannot represent non-integer value: 1.0 (1:1)"},
        {"Int", "2147483648", NULL,
         "Int cannot represent non 32-bit signed integer value: 2147483648 (1:1)"},
        {"Float", "1", NULL, "1"},
        {"Float", "1e3", NULL, "1000"},
        {"Float", "\"1\"", NULL, "Float cannot represent non numeric value: \"1\" (1:1)"},
        {"String", "\"\"", NULL, "\"\""},
        {"String", "\"\"\"\n  a\n  b\n\"\"\"", NULL, "\"a\\nb\""},
        {"String", "a", NULL, "String cannot represent a non string value: a (1:1)"},
        {"Boolean", "true", NULL, "true"},
        {"Boolean", "1", NULL, "Boolean cannot represent a non boolean value: 1 (1:1)"},
        {"ID", "12345678901234567890", NULL, "\"12345678901234567890\""},
        {"ID", "1.5", NULL, "ID cannot represent a non-string and non-integer value: 1.5 (1:1)"},
        {"JSON", "{a: [1, B, \"c\", null, {}], d: 1.50}", NULL,
         "{\"a\":[1,\"B\",\"c\",null,{}],\"d\":1.50}"},
        {"JSON", "{a: 1, b: 2, a: 3}", NULL, "{\"a\":3,\"b\":2}"},
    };

    (void)state;
    CHECK(rows);
}

static void enums(void **state)
{
    static const row rows[] = {
        {"Color", "RED", NULL, "\"RED\""},
        {"Color", "LIGHTGREEN", NULL,
         "Value \"LIGHTGREEN\" does not exist in \"Color\" enum. Did you mean the enum value "
         "\"LIGHT_GREEN\" or \"GREEN\"? "
         "(1:1)"},
        {"Color", "\"RED\"", NULL,
         "Enum \"Color\" cannot represent non-enum value: \"RED\". Did you mean the enum value "
         "\"RED\" or \"GREEN\"? (1:1)"},
    };

    (void)state;
    CHECK(rows);
}

static void lists_and_null(void **state)
{
    static const row rows[] = {
        {"[[Int]]", "1", NULL, "[[1]]"},
        {"[Int!]", "[1, null]", NULL,
         "at [1]: Expected value of non-null type \"Int!\" not to be null. (1:5)"},
        {"Int", "null", NULL, "null"},
        {"Int!", "null", NULL, "Expected value of non-null type \"Int!\" not to be null. (1:1)"},
    };

    (void)state;
    CHECK(rows);
}

static void objects(void **state)
{
    static const row rows[] = {
        {"Line", "{color: GREEN, from: {x: 1, label: null}}", NULL,
         "{\"from\":{\"x\":1,\"y\":7,\"label\":null},\"to\":{\"x\":0,\"y\":7},"
         "\"color\":\"GREEN\"}"},
        {"Point", "[]", NULL, "Expected value of type \"Point\" to be an object, found: []. (1:1)"},
        {"Line", "{from: {}, colour: RED}", NULL,
         "at .from: Expected value of type \"Point\" to include required field \"x\", "
         "found: {  }. (1:8)\n"
         "Expected value of type \"Line\" not to include unknown field \"colour\". "
         "Did you mean \"color\"? Found: { from: {  }, colour: RED }. (1:12)"},
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
        {"One", "{i: 1}", NULL, "{\"i\":1}"},
        {"One", "{}", NULL, ONE_OF " (1:1)"},
        {"One", "{i: 1, p: {x: 1}}", NULL, ONE_OF " (1:1)"},
        {"One", "{i: null}", NULL, "at .i: " ONE_OF " (1:1)"},
        {"One", "{i: $v}", "{\"v\":1}", "{\"i\":1}"},
        {"One", "{i: $v}", "{\"v\":null}",
         "Expected variable \"$v\" provided to field \"i\" for OneOf Input Object type \"One\" "
         "not to be null. (1:1)"},
        {"One", "{i: $v}", "{}",
         "Expected variable \"$v\" provided to field \"i\" for OneOf Input Object type \"One\" "
         "to provide a runtime value. (1:1)"},
    };

    (void)state;
    CHECK(rows);
}

static void variables(void **state)
{
    static const row rows[] = {
        {"[Int]", "[1, $v]", "{\"v\":2}", "[1,2]"},
        {"[Int]", "[1, $v]", "{}", "[1,null]"},
        {"[Int!]", "[1, $v]", "{}",
         "at [1]: Expected variable \"$v\" provided to type \"Int!\" to provide a runtime value. "
         "(1:5)"},
        {"[Int!]", "[1, $v]", "{\"v\":null}",
         "at [1]: Expected variable \"$v\" provided to non-null type \"Int!\" not to be null. "
         "(1:5)"},
        {"Point", "{x: 1, y: $v, label: $w}", "{\"w\":null}", "{\"x\":1,\"y\":7,\"label\":null}"},
        {"Point", "{x: $v}", "{}",
         "at .x: Expected variable \"$v\" provided to type \"Int!\" to provide a runtime value. "
         "(1:5)"},
        {"JSON", "{a: $v, b: $w, c: [$w]}", "{\"v\":{\"x\":1}}", "{\"a\":{\"x\":1},\"c\":[null]}"},
    };

    (void)state;
    CHECK(rows);
}

/* As long as variables are not known, anything may come of them; what cannot be a leaf, with a
 * variable in it or not, is shown as if they were absent. */
static void variables_not_known_yet(void **state)
{
    static const row rows[] = {
        {"[Int!]", "[$v, 1]", NULL, "null"},
        {"One", "{i: $v}", NULL, "null"},
        {"Point", "{x: $v, y: true}", NULL,
         "at .y: Int cannot represent non-integer value: true (1:12)"},
        {"Int", "{a: $v, b: [$v]}", NULL,
         "Int cannot represent non-integer value: { b: [null] } (1:1)"},
    };

    (void)state;
    CHECK(rows);
}

static void the_literal_at_fault_is_located(void **state)
{
    static const row rows[] = {
        {"[Point]", "[\n  {x: 1}\n  {x: a}\n]", NULL,
         "at [1].x: Int cannot represent non-integer value: a (3:7)"},
    };

    (void)state;
    CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars),
        cmocka_unit_test(enums),
        cmocka_unit_test(lists_and_null),
        cmocka_unit_test(objects),
        cmocka_unit_test(one_of),
        cmocka_unit_test(variables),
        cmocka_unit_test(variables_not_known_yet),
        cmocka_unit_test(the_literal_at_fault_is_located),
    };

    return cmocka_run_group_tests_name("schema/coerce_literal", tests, start, end);
}
