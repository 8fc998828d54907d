/* SPDX-License-Identifier: MIT */
/* SDL that is wrong: by the rules for documents, and by type validation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "schema/check.h"
#include "schema/sdl_rules.h"
#include "sdl.h"

typedef struct wrong {
    const char *sdl;
    const char *errors;
} wrong;

#define QUERY "type Query { a: Int }\n"

static void check_all(sdl_fixture *f, const wrong *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_string_equal(sdl_errors(f, NULL, cases[i].sdl), cases[i].errors);
}

static void test_rules_of_sdl(void **state)
{
    static const wrong cases[] = {
        {"schema { query: A } schema { query: A } type A { a: Int }",
         "1:21 Must provide only one schema definition.\n"
         "1:10 1:30 There can be only one query type in schema.\n"},
        {QUERY "type Query { b: Int }", "1:6 2:6 There can be only one type named \"Query\".\n"},
        {QUERY "enum E { A B A }", "2:10 2:14 Enum value \"E.A\" can only be defined once.\n"},
        {QUERY "extend type Query { a: Int }",
         "1:14 2:21 Field \"Query.a\" can only be defined once.\n"},
        {"type Query { a(x: Int x: Int): Int }",
         "1:16 1:23 Argument \"Query.a(x:)\" can only be defined once.\n"},
        {QUERY "directive @d on FIELD directive @d on FIELD",
         "2:12 2:34 There can be only one directive named \"@d\".\n"},
        {"type Query { a: Strin }", "1:17 Unknown type \"Strin\". Did you mean \"String\"?\n"},
        {"type Query { a: Int @deprecatd }", "1:21 Unknown directive \"@deprecatd\".\n"},
        {"type Query @deprecated { a: Int }",
         "1:12 Directive \"@deprecated\" may not be used on OBJECT.\n"},
        {"type Query { a: Int @deprecated @deprecated }",
         "1:21 1:33 The directive \"@deprecated\" can only be used once at this location.\n"},
        {"type Query { a: Int @deprecated(why: 1, reason: \"b\", reason: \"c\") }",
         "1:33 Unknown argument \"why\" on directive \"@deprecated\".\n"
         "1:41 1:54 There can be only one argument named \"reason\".\n"},
        {QUERY "scalar S @specifiedBy",
         "2:10 Argument \"@specifiedBy(url:)\" of type \"String!\" is required, but it was not "
         "provided.\n"},
        {"type Query { a(i: I = {s: 1, s: 2}): Int } input I { s: Int }",
         "1:24 1:30 There can be only one input field named \"s\".\n"},
    };

    check_all(*state, cases, sizeof cases / sizeof *cases);
}

static void test_types(void **state)
{
    static const wrong cases[] = {
        {"type A { a: Int }", "Query root type must be provided.\n"},
        {"enum Query { A }", "1:1 Query root type must be Object type, it cannot be Query.\n"},
        {"schema { query: A mutation: A } type A { a: Int }",
         "1:17 1:29 All root types must be different, \"A\" type is used as query and mutation "
         "root "
         "types.\n"},
        {"type Query { __a: I } input I",
         "1:14 Name \"__a\" must not begin with \"__\", which is reserved by GraphQL "
         "introspection.\n"
         "1:19 The type of Query.__a must be Output Type but got: I.\n"
         "1:23 Input Object type I must define one or more fields.\n"},
        {"type Query { a(x: Query, y: Int! @deprecated): Int }",
         "1:19 The type of Query.a(x:) must be Input Type but got: Query.\n"
         "1:34 1:29 Required argument Query.a(y:) cannot be deprecated.\n"},
        {QUERY "union U = Query | Query | E enum E",
         "2:11 2:19 Union type U can only include type Query once.\n"
         "2:27 Union type U can only include Object types, it cannot include E.\n"
         "2:29 Enum type E must define one or more values.\n"},
        {"type Query { a(e: E = C, n: Int = \"x\"): Int } enum E { A B }",
         "1:23 Query.a(e:) has invalid default value: Value \"C\" does not exist in \"E\" enum. "
         "Did "
         "you mean the enum value \"A\" or \"B\"?\n"
         "1:35 Query.a(n:) has invalid default value: Int cannot represent non-integer value: "
         "\"x\"\n"},
        {QUERY "input I @oneOf { a: Int! b: Int = 1 }",
         "2:21 OneOf input field I.a must be nullable.\n"
         "2:26 OneOf input field I.b cannot have a default value.\n"},
    };

    check_all(*state, cases, sizeof cases / sizeof *cases);
}

static void test_interfaces(void **state)
{
    static const wrong cases[] = {
        {"interface I { a: Int b(x: Int): Int } type Query implements I { a: String b(y: Int!): Int"
         " }",
         "1:18 1:68 Interface field I.a expects type Int but Query.a is type String.\n"
         "1:24 1:75 Interface field argument I.b(x:) expected but Query.b does not provide it.\n"
         "1:77 1:22 Argument \"Query.b(y:)\" must not be required type \"Int!\" if not provided by "
         "the Interface field \"I.b\".\n"},
        {"interface I { a: Int } type Query implements I { b: Int }",
         "1:15 1:24 Interface field I.a expected but Query does not provide it.\n"},
        {"interface I { a: Int } interface J implements I { a: Int }"
         "type Query implements J { a: Int }",
         "1:47 1:81 Type Query must implement I because it is implemented by J.\n"},
        {QUERY "interface I implements I { a: Int }",
         "2:24 Type I cannot implement itself because it would create a circular reference.\n"},
        {"type Query implements E & E { a: Int } enum E { A }",
         "1:23 1:27 Type Query must only implement Interface types, it cannot implement E.\n"
         "1:23 1:27 Type Query must only implement Interface types, it cannot implement E.\n"},
    };

    check_all(*state, cases, sizeof cases / sizeof *cases);
}

static void test_inputs_without_end(void **state)
{
    static const wrong cases[] = {
        {QUERY "input A { b: B! } input B { c: [A!]! c2: C } input C { a: A! }", ""},
        {QUERY "input A { b: B! } input B { a: A! }",
         "2:11 2:29 Input Object A cannot be provided a finite value because it references itself "
         "through fields: A.b, B.a.\n"},
        {QUERY "input A @oneOf { a: A b: B } input B @oneOf { a: A }",
         "2:18 Input Object A cannot be provided a finite value because it references itself "
         "through fields: A.a.\n"
         "2:23 2:47 Input Object A cannot be provided a finite value because it references itself "
         "through fields: A.b, B.a.\n"},
        {QUERY "input A @oneOf { a: A b: Int }", ""},
        {QUERY "input A { b: B = {} } input B { a: A = {} }",
         "2:18 2:40 Invalid circular reference. The default value of Input Object field A.b "
         "references itself via the default values of: B.a.\n"},
        {QUERY "input A { b: A = {b: {b: null}} }", ""},
        {QUERY "input A { b: [A] = [{b: [{}]}] }",
         "2:20 Invalid circular reference. The default value of Input Object field A.b references "
         "itself.\n"},
    };

    check_all(*state, cases, sizeof cases / sizeof *cases);
}

/* `count` input objects, each of which needs the next by `field`. */
static const char *chain(sdl_fixture *f, size_t count, const char *field)
{
    xy_buf buf;
    const char *text;

    xy__buf_init(&buf, (size_t)64 << 20);
    XY_BUF_LITERAL(&buf, QUERY);
    for (size_t i = 0; i < count; i++)
        xy__buf_printf(&buf, "input I%zu { n: I%zu%s }\n", i, (i + 1) % count, field);
    xy__buf_char(&buf, '\0');
    text = xy__arena_str(f->arena, xy__buf_view(&buf)).ptr;
    xy__buf_deinit(&buf);
    return text;
}

static size_t count_lines(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

/* However long the way is, it is walked without recursion. */
static void test_long_circles(void **state)
{
    assert_int_equal(count_lines(sdl_errors(*state, NULL, chain(*state, 20000, "!"))), 1);
    assert_int_equal(count_lines(sdl_errors(*state, NULL, chain(*state, 20000, " = {}"))), 1);
    assert_int_equal(count_lines(sdl_errors(*state, NULL, chain(*state, 20000, ""))), 0);
}

/* What is wrong thousands of times is told many times, not always. */
static void test_errors_are_bounded(void **state)
{
    sdl_fixture *f = *state;
    xy_buf buf;
    const char *sdl;

    xy__buf_init(&buf, (size_t)1 << 20);
    XY_BUF_LITERAL(&buf, "type Query { a(");
    for (size_t i = 0; i < 5000; i++)
        xy__buf_printf(&buf, "x%zu: Int = \"s\" ", i);
    XY_BUF_LITERAL(&buf, "): Int } union U = Query");
    for (size_t i = 0; i < 5000; i++)
        XY_BUF_LITERAL(&buf, "|Query");
    xy__buf_char(&buf, '\0');
    sdl = xy__arena_str(f->arena, xy__buf_view(&buf)).ptr;
    xy__buf_deinit(&buf);
    assert_int_equal(count_lines(sdl_errors(f, NULL, sdl)), XY_CHECK_ERRORS_MAX);
    assert_int_equal(count_lines(sdl_errors(f, NULL, chain(f, 5000, "@no"))), XY_SDL_ERRORS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SDL_TEST(test_rules_of_sdl), SDL_TEST(test_types),
        SDL_TEST(test_interfaces),   SDL_TEST(test_inputs_without_end),
        SDL_TEST(test_long_circles), SDL_TEST(test_errors_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
