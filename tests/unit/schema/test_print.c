/* SPDX-License-Identifier: MIT */
/* A schema as SDL again: layout, what is left out, order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/natural.h"
#include "sdl.h"

static void check(sdl_fixture *f, const char *sdl, const char *printed)
{
    assert_string_equal(sdl_print(f, sdl_schema(f, sdl), false), printed);
    assert_string_equal(sdl_print(f, sdl_schema(f, printed), false), printed);
}

static void test_each_kind(void **state)
{
    check(
        *state,
        "type Query implements A & B @mark { a(x: [Int!]! = [1,2], y: I = {s:\"t\"}): Int b: U }"
        "interface A { a(x: [Int!]! = [1, 2], y: I): Int } interface B { b: U } union U = Query\n"
        "enum E { X @deprecated Y @deprecated(reason: \"z\") } input I @oneOf { s: String e: E }\n"
        "scalar S @specifiedBy(url: \"u\") directive @mark(n: Int = 1) repeatable on OBJECT|ENUM",
        "directive @mark(n: Int = 1) repeatable on OBJECT | ENUM\n\n"
        "type Query implements A & B {\n"
        "  a(x: [Int!]! = [1, 2], y: I = { s: \"t\" }): Int\n"
        "  b: U\n}\n\n"
        "interface A {\n  a(x: [Int!]! = [1, 2], y: I): Int\n}\n\n"
        "interface B {\n  b: U\n}\n\n"
        "union U = Query\n\n"
        "enum E {\n  X @deprecated\n  Y @deprecated(reason: \"z\")\n}\n\n"
        "input I @oneOf {\n  s: String\n  e: E\n}\n\n"
        "scalar S @specifiedBy(url: \"u\")");
}

static void test_descriptions(void **state)
{
    check(*state,
          "\"the root\" type Query { \"first\" a(\"an argument\" x: Int y: Int): Int\n"
          "\"\"\"\n  two\n\n  lines\n\"\"\" b: Int \"not\\nin a block \\u0007\" c: Int }",
          "\"\"\"the root\"\"\"\n"
          "type Query {\n"
          "  \"\"\"first\"\"\"\n"
          "  a(\n"
          "    \"\"\"an argument\"\"\"\n"
          "    x: Int\n"
          "    y: Int\n"
          "  ): Int\n"
          "\n"
          "  \"\"\"\n"
          "  two\n"
          "  \n"
          "  lines\n"
          "  \"\"\"\n"
          "  b: Int\n"
          "\n"
          "  \"not\\nin a block \\u0007\"\n"
          "  c: Int\n"
          "}");
}

static void test_schema_definition_when_needed(void **state)
{
    check(*state, "schema { query: Query } type Query { a: Int }", "type Query {\n  a: Int\n}");
    check(*state, "\"d\" schema { query: Query } type Query { a: Int }",
          "\"\"\"d\"\"\"\nschema {\n  query: Query\n}\n\ntype Query {\n  a: Int\n}");
    check(*state, "schema { query: Q } type Q { a: Int } type Mutation { a: Int }",
          "schema {\n  query: Q\n}\n\ntype Q {\n  a: Int\n}\n\ntype Mutation {\n  a: Int\n}");
}

static void test_sorted(void **state)
{
    sdl_fixture *f = *state;
    xy_schema *schema = sdl_schema(f, "type Query { b(y: Int x: Int): Int a10: Int a9: Int }\n"
                                      "directive @z on QUERY | FIELD directive @y on FIELD\n"
                                      "enum E { B A } union A = Query");

    assert_string_equal(sdl_print(f, schema, true),
                        "directive @y on FIELD\n\n"
                        "directive @z on FIELD | QUERY\n\n"
                        "union A = Query\n\n"
                        "enum E {\n  A\n  B\n}\n\n"
                        "type Query {\n  a9: Int\n  a10: Int\n  b(x: Int, y: Int): Int\n}");
}

static void test_natural_order(void **state)
{
    static const char *const names[] = {"A", "A0", "A00", "A1", "A2b", "A10", "B", "_", "a"};

    (void)state;
    for (size_t i = 0; i + 1 < sizeof names / sizeof *names; i++) {
        assert_true(xy__natural_cmp(xy_str_from(names[i]), xy_str_from(names[i + 1])) < 0);
        assert_true(xy__natural_cmp(xy_str_from(names[i + 1]), xy_str_from(names[i])) > 0);
        assert_int_equal(xy__natural_cmp(xy_str_from(names[i]), xy_str_from(names[i])), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SDL_TEST(test_each_kind),
        SDL_TEST(test_descriptions),
        SDL_TEST(test_schema_definition_when_needed),
        SDL_TEST(test_sorted),
        SDL_TEST(test_natural_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
