/* SPDX-License-Identifier: MIT */
/* A schema extended: by `extend` in its own SDL, and by a document that comes later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sdl.h"

static const char base_sdl[] = "directive @mark(by: String) on OBJECT | SCHEMA\n"
                               "type Query { user: User }\n"
                               "type User { name: String }\n"
                               "union Hit = User\n"
                               "enum Color { RED }\n"
                               "input Filter { text: String }\n"
                               "scalar Time\n";

/* base_sdl with `extension`, built in one go and in two, prints as `expected`. */
static void check(sdl_fixture *f, const char *extension, const char *expected)
{
    xy_schema *base = sdl_schema(f, base_sdl);
    xy_str both = xy__arena_printf(f->arena, "%s%s", base_sdl, extension);
    const char *before = sdl_print(f, base, false);

    assert_string_equal(sdl_print(f, sdl_extend(f, base, extension), false), expected);
    assert_string_equal(sdl_print(f, sdl_schema(f, both.ptr), false), expected);
    assert_string_equal(sdl_print(f, base, false), before);
}

static void test_members_are_added(void **state)
{
    check(*state,
          "extend type Query { find(by: Filter): [Hit] }\n"
          "interface Named { name: String }\n"
          "extend type User implements Named\n"
          "extend union Hit = Room\n"
          "type Room { time: Time }\n"
          "extend enum Color { GREEN BLUE @deprecated }\n"
          "extend input Filter { color: Color = BLUE }\n"
          "extend scalar Time @specifiedBy(url: \"t\")\n",
          "directive @mark(by: String) on OBJECT | SCHEMA\n\n"
          "type Query {\n  user: User\n  find(by: Filter): [Hit]\n}\n\n"
          "type User implements Named {\n  name: String\n}\n\n"
          "union Hit = User | Room\n\n"
          "enum Color {\n  RED\n  GREEN\n  BLUE @deprecated\n}\n\n"
          "input Filter {\n  text: String\n  color: Color = BLUE\n}\n\n"
          "scalar Time @specifiedBy(url: \"t\")\n\n"
          "interface Named {\n  name: String\n}\n\n"
          "type Room {\n  time: Time\n}");
}

static void test_schema_is_extended(void **state)
{
    sdl_fixture *f = *state;
    xy_schema *base = sdl_schema(f, "schema { query: Q } type Q { a: Int }");
    xy_schema *schema = sdl_extend(f, base,
                                   "extend schema { mutation: M } type M { b: Int }\n"
                                   "type Subscription { c: Int }");

    assert_ptr_equal(schema->query, sdl_type(schema, "Q"));
    assert_ptr_equal(schema->mutation, sdl_type(schema, "M"));
    assert_null(schema->subscription); /* the default name counts only where nothing is defined */
    assert_int_equal(schema->extensions.len, 1);
    assert_null(base->mutation);
}

static void test_extended_twice(void **state)
{
    sdl_fixture *f = *state;
    xy_schema *schema = sdl_schema(f, "type Query { a: Int }");

    schema = sdl_extend(f, schema, "extend type Query { b: Int }");
    schema = sdl_extend(f, schema, "extend type Query { c: Int } directive @d on FIELD");
    assert_string_equal(sdl_print(f, schema, false),
                        "directive @d on FIELD\n\ntype Query {\n  a: Int\n  b: Int\n  c: Int\n}");
}

static void test_directive_is_extended(void **state)
{
    sdl_fixture *f = *state;
    xy_schema *schema = sdl_schema(f, base_sdl);

    schema = sdl_extend(f, schema,
                        "extend directive @mark @deprecated(reason: \"old\")\n"
                        "extend directive @skip @deprecated");
    assert_true(xy_str_is(xy__schema_directive(schema, XY_STR("mark"))->deprecation_reason, "old"));
    assert_true(xy_str_is(xy__schema_directive(schema, XY_STR("skip"))->deprecation_reason,
                          "No longer supported"));
}

static void test_what_cannot_be(void **state)
{
    static const struct {
        const char *sdl;
        const char *errors;
    } cases[] = {
        {"type User { a: Int }", "1:6 Type \"User\" already exists in the schema. It cannot also "
                                 "be defined in this type definition.\n"},
        {"extend type Usr { a: Int }", "1:13 Cannot extend type \"Usr\" because it is not defined. "
                                       "Did you mean \"User\"?\n"},
        {"extend enum User { A }", "1:1 Cannot extend non-enum type \"User\".\n"},
        {"extend type User { name: Int }", "1:20 Field \"User.name\" already exists in the schema. "
                                           "It cannot also be defined in this type extension.\n"},
        {"schema { query: User }",
         "1:1 Cannot define a new schema within a schema extension.\n"
         "1:10 Type for query already defined in the schema. It cannot be redefined.\n"},
    };
    sdl_fixture *f = *state;
    xy_schema *base = sdl_schema(f, base_sdl);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(sdl_errors(f, base, cases[i].sdl), cases[i].errors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SDL_TEST(test_members_are_added), SDL_TEST(test_schema_is_extended),
        SDL_TEST(test_extended_twice),    SDL_TEST(test_directive_is_extended),
        SDL_TEST(test_what_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
