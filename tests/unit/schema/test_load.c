/* SPDX-License-Identifier: MIT */
/* Several SDL files to one schema, through the public interface. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/schema.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* What every schema has that does not define it. */
#define LIVE                                                                                       \
    "\"\"\"\nInstruction for establishing a live connection that is updated once the underlying "  \
    "data changes.\n\"\"\"\n"                                                                      \
    "directive @live(\n"                                                                           \
    "  \"\"\"Whether the query should be live or not.\"\"\"\n"                                     \
    "  if: Boolean = true\n\n"                                                                     \
    "  \"\"\"\n  Propose a desired throttle interval to the server in order to receive updates "   \
    "at "                                                                                          \
    "most once per \"throttle\" milliseconds. The server need not accept this value.\n  \"\"\"\n"  \
    "  throttle: Int\n) on QUERY\n\n"

static xy_sdl file(const char *name, const char *text)
{
    return (xy_sdl){xy_str_from(name), xy_str_from(text)};
}

static void expect_print(const xy_schema_options *options, const char *expected)
{
    xy_schema *schema;
    xy_str printed;

    assert_int_equal(xy_schema_load(options, &schema, NULL), XY_OK);
    printed = xy_schema_print(schema);
    assert_string_equal(printed.ptr, expected);
    free((void *)(uintptr_t)printed.ptr);
    xy_schema_destroy(schema);
}

static void expect_problems(const xy_schema_options *options, int rc, const char *expected)
{
    xy_schema *schema;
    xy_str problems;

    assert_int_equal(xy_schema_load(options, &schema, &problems), rc);
    assert_string_equal(problems.ptr, expected);
    free((void *)(uintptr_t)problems.ptr);
}

static void test_files_merge(void **state)
{
    const xy_sdl files[] = {
        file("rooms.graphql", "type Query implements A { room: Room a: Int }\n"
                              "type Room { id: ID! }\n"
                              "interface A { a: Int }"),
        file("users.graphql", "\"all there is to ask\"\n"
                              "type Query implements A & B { user: User }\n"
                              "type User { id: ID! room: Room }\n"
                              "interface B { user: User }"),
        file("more.graphql", "extend type Room { more: Int }\n"
                             "type Query { more: Int }"),
    };
    const xy_schema_options options = {.files = files, .file_count = COUNT(files)};

    (void)state;
    expect_print(&options, LIVE "\"\"\"all there is to ask\"\"\"\n"
                                "type Query implements A & B {\n"
                                "  room: Room\n  a: Int\n  user: User\n  more: Int\n}\n\n"
                                "type Room {\n  id: ID!\n  more: Int\n}\n\n"
                                "interface A {\n  a: Int\n}\n\n"
                                "type User {\n  id: ID!\n  room: Room\n}\n\n"
                                "interface B {\n  user: User\n}");
}

static void test_what_does_not_merge(void **state)
{
    const xy_sdl files[] = {
        file("a.graphql", "type Query { a: Int }\nenum E { A }"),
        file("b.graphql", "type Query { a: Int }\nenum E { B }"),
        file("c.graphql", "type X { a: Int }\ntype X { b: Int }"),
    };
    xy_schema_options options = {.files = files, .file_count = COUNT(files)};

    (void)state;
    expect_problems(
        &options, XY_EFAILED,
        "a.graphql:1:14: Field \"Query.a\" can only be defined once. (also at b.graphql:1:14)\n"
        "a.graphql:2:6: There can be only one type named \"E\". (also at b.graphql:2:6)\n"
        "c.graphql:1:6: There can be only one type named \"X\". (also at c.graphql:2:6)\n");
    options.file_count = 2;
    options.strict_spec_sdl = true;
    expect_problems(
        &options, XY_EFAILED,
        "a.graphql:1:6: There can be only one type named \"Query\". (also at b.graphql:1:6)\n"
        "a.graphql:1:14: Field \"Query.a\" can only be defined once. (also at b.graphql:1:14)\n"
        "a.graphql:2:6: There can be only one type named \"E\". (also at b.graphql:2:6)\n");
}

static void test_every_syntax_error_is_told(void **state)
{
    const xy_sdl files[] = {
        file("a.graphql", "type Query {\n  a Int\n}"),
        file("b.graphql", "type Fine { a: Int }"),
        file("c.graphql", "typo"),
        {XY_STR("d.graphql"), {"type \xff", 6}},
        {XY_STR_NULL, XY_STR("}")},
    };
    const xy_schema_options options = {.files = files, .file_count = COUNT(files)};

    (void)state;
    expect_problems(&options, XY_ESYNTAX,
                    "a.graphql:2:5: Syntax Error: Expected \":\", found Name \"Int\".\n"
                    "c.graphql:1:1: Syntax Error: Unexpected Name \"typo\".\n"
                    "d.graphql:1:1: The file is not valid UTF-8.\n"
                    "1:1: Syntax Error: Unexpected \"}\".\n");
}

static void test_problems_of_types(void **state)
{
    const xy_sdl files[] = {
        file("a.graphql", "type User implements Node { name: String }"),
        file("b.graphql", "interface Node { id: ID! }"),
    };
    const xy_schema_options options = {.files = files, .file_count = COUNT(files)};

    (void)state;
    expect_problems(&options, XY_EFAILED,
                    "Query root type must be provided.\n"
                    "b.graphql:1:18: Interface field Node.id expected but User does not provide it."
                    " (also at a.graphql:1:1)\n");
    expect_problems(&(xy_schema_options){0}, XY_EFAILED, "Query root type must be provided.\n");
}

static void test_defer_and_stream(void **state)
{
    const xy_sdl own[] = {file(NULL, "type Query { a: Int }\n"
                                     "directive @defer(if: Boolean) on FIELD")};
    const xy_schema_options options = {.files = own, .file_count = 1, .defer_stream = true};

    (void)state;
    expect_print(&options,
                 "directive @defer(if: Boolean) on FIELD\n\n" LIVE
                 "directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on "
                 "FIELD\n\n"
                 "type Query {\n  a: Int\n}");
}

static void test_live_is_part_of_every_schema(void **state)
{
    const xy_sdl own[] = {file(NULL, "type Query { a: Int }\ndirective @live on QUERY")};
    const xy_sdl none[] = {file(NULL, "type Query { a: Int }")};

    (void)state;
    expect_print(&(xy_schema_options){.files = none, .file_count = 1},
                 LIVE "type Query {\n  a: Int\n}");
    expect_print(&(xy_schema_options){.files = own, .file_count = 1},
                 "directive @live on QUERY\n\ntype Query {\n  a: Int\n}");
}

#define REQUIRE "directive @requireAuth(roles: [String]) on FIELD_DEFINITION\n\n"

/* In front of all others, and only where they are used. */
static void test_guards_are_defined_where_they_are_used(void **state)
{
    const xy_sdl both[] = {
        file(NULL, "directive @own on FIELD\ntype Query { a: Int @skipAuth }"),
        file(NULL, "extend type Query { b: Int @requireAuth(roles: [\"admin\"]) }"),
    };
    const xy_sdl own[] = {file(NULL, "directive @requireAuth(roles: String!) on FIELD_DEFINITION\n"
                                     "type Query { a: Int @requireAuth(roles: \"x\") }")};

    (void)state;
    expect_print(&(xy_schema_options){.files = both, .file_count = 2}, REQUIRE
                 "directive @skipAuth on FIELD_DEFINITION\n\ndirective @own on FIELD\n\n" LIVE
                 "type Query {\n  a: Int\n  b: Int\n}");
    expect_print(&(xy_schema_options){.files = own, .file_count = 1},
                 "directive @requireAuth(roles: String!) on FIELD_DEFINITION\n\n" LIVE
                 "type Query {\n  a: Int\n}");
}

static void test_guards_with_wrong_arguments(void **state)
{
    const xy_sdl files[] = {
        file("a.graphql", "type Query {\n  a: Int @requireAuth(roles: {admin: true})\n}")};

    (void)state;
    expect_problems(&(xy_schema_options){.files = files, .file_count = 1}, XY_EFAILED,
                    "a.graphql:2:10: The arguments of directive \"@requireAuth\" are not valid.\n");
}

/* The texts are copied. */
static void test_texts_may_go(void **state)
{
    char *text = strdup("type Query { answer: Int }");
    const xy_sdl files[] = {file("a.graphql", text)};
    xy_schema *schema;
    xy_str printed;

    (void)state;
    assert_int_equal(
        xy_schema_load(&(xy_schema_options){.files = files, .file_count = 1}, &schema, NULL),
        XY_OK);
    free(text);
    printed = xy_schema_print(schema);
    assert_string_equal(printed.ptr, LIVE "type Query {\n  answer: Int\n}");
    free((void *)(uintptr_t)printed.ptr);
    xy_schema_destroy(schema);
    xy_schema_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_merge),
        cmocka_unit_test(test_what_does_not_merge),
        cmocka_unit_test(test_every_syntax_error_is_told),
        cmocka_unit_test(test_problems_of_types),
        cmocka_unit_test(test_defer_and_stream),
        cmocka_unit_test(test_live_is_part_of_every_schema),
        cmocka_unit_test(test_guards_are_defined_where_they_are_used),
        cmocka_unit_test(test_guards_with_wrong_arguments),
        cmocka_unit_test(test_texts_may_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
