/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "language/block_string.h"
#include "language/parser.h"
#include "language/printer.h"
#include "language/visitor.h"

#define ARENA_MAX ((size_t)1 << 22)
#define DEEPEST   2000 /* levels that the parser allows at most */

static xy_arena arena;

static int set_up(void **state)
{
    (void)state;
    xy__arena_init(&arena, ARENA_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    xy__arena_deinit(&arena);
    return 0;
}

static const char *print(const char *text)
{
    xy_source source = {.text = xy_str_from(text)};
    xy_ast_document *document;
    xy_errors errors;

    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__parse(&arena, &source, NULL, &document, &errors), 0);
    return xy__print_str(&arena, &document->node).ptr;
}

/* Each text and how it prints; what is printed prints as itself. */
static void check(const char *const cases[][2], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(print(cases[i][0]), cases[i][1]);
        assert_string_equal(print(cases[i][1]), cases[i][1]);
    }
}

static void operations(void **state)
{
    static const char *const cases[][2] = {
        {"{a}", "{\n  a\n}"},
        {"query{a}", "{\n  a\n}"},
        {"query@x{a}", "query @x {\n  a\n}"},
        {"query Q($a:[Int!]!=[1]@y,$b:B){a}", "query Q($a: [Int!]! = [1] @y, $b: B) {\n  a\n}"},
        {"query($a:Int){a}", "query ($a: Int) {\n  a\n}"},
        {"\"why\" mutation M{a}", "\"why\"\nmutation M {\n  a\n}"},
        {"subscription{a,b:c{d}}", "subscription {\n  a\n  b: c {\n    d\n  }\n}"},
        {"{...F@x ...on T@y{a}...{b}}",
         "{\n  ...F @x\n  ... on T @y {\n    a\n  }\n  ... {\n    b\n  }\n}"},
        {"\"\"\"two\"\"\" fragment F on T@x{a}{b}",
         "\"\"\"two\"\"\"\nfragment F on T @x {\n  a\n}\n\n{\n  b\n}"},
        /* A description takes a line, and then each variable does, though not indented. */
        {"query(\"d\"$a:A $b:B){a}", "query (\n\"d\"\n$a: A\n$b: B\n) {\n  a\n}"},
    };

    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

/* `{ a }` behind a type without braces would be read as its fields. */
static void shorthand_keeps_its_braces(void **state)
{
    static const char *const cases[][2] = {
        {"type A query{a}", "type A\n\nquery {\n  a\n}"},
        {"enum A@x query{a}", "enum A @x\n\nquery {\n  a\n}"},
        {"extend schema@x query{a}", "extend schema @x\n\nquery {\n  a\n}"},
        {"type A{a:B} {a}", "type A {\n  a: B\n}\n\n{\n  a\n}"},
        {"{a} type A", "{\n  a\n}\n\ntype A"},
    };

    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

static void values(void **state)
{
    static const char *const cases[][2] = {
        {"{a(b:[],c:{},d:{e:1,f:[2]})}", "{\n  a(b: [], c: {  }, d: { e: 1, f: [2] })\n}"},
        {"{a(b:true,c:null,d:E,e:-1.5e3)}", "{\n  a(b: true, c: null, d: E, e: -1.5e3)\n}"},
        {"{a(b:\"\\u0007\\n\\u{1F600}\\/\")}", "{\n  a(b: \"\\u0007\\n\xF0\x9F\x98\x80/\")\n}"},
        {"{a(b:\"\"\"x\n y\"\"\")}", "{\n  a(b: \"\"\"\n  x\n  y\n  \"\"\")\n}"},
    };

    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

/* 80 columns, the alias counted and the indentation not. */
static void long_lines_wrap(void **state)
{
#define A10 "aaaaaaaaaa"
#define A54 A10 A10 A10 A10 A10 "aaaa"
    static const char *const cases[][2] = {
        {"{ alias: field(argument: \"" A54 "\") }", "{\n  alias: field(argument: \"" A54 "\")\n}"},
        {"{ alias: field(argument: \"" A54 "a\") }",
         "{\n  alias: field(\n    argument: \"" A54 "a\"\n  )\n}"},
        /* A character beyond U+FFFF is two columns wide. */
        {"{ alias: field(argument: \"" A10 A10 A10 A10 A10 "aaa\xF0\x9F\x98\x80\") }",
         "{\n  alias: field(\n    argument: \"" A10 A10 A10 A10 A10
         "aaa\xF0\x9F\x98\x80\"\n  )\n}"},
        {"{ f(a: [\"" A54 "\", \"" A54 "\"]) }",
         "{\n  f(\n    a: [\n      \"" A54 "\"\n      \"" A54 "\"\n    ]\n  )\n}"},
        {"{ f(a: {b: \"" A54 "\", c: \"" A54 "\"}) }",
         "{\n  f(\n    a: {\n      b: \"" A54 "\"\n      c: \"" A54 "\"\n    }\n  )\n}"},
    };

    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

static void schemas(void **state)
{
    static const char *const cases[][2] = {
        {"schema{query:Q}", "schema {\n  query: Q\n}"},
        {"extend schema@x", "extend schema @x"},
        {"\"d\"scalar S@x", "\"d\"\nscalar S @x"},
        {"type A implements&B&C@d{\"f\"f(a:Int=1@x b:B):[C!]!@y}",
         "type A implements B & C @d {\n  \"f\"\n  f(a: Int = 1 @x, b: B): [C!]! @y\n}"},
        {"type A{f(\"a\"a:Int,b:Int):C}",
         "type A {\n  f(\n    \"a\"\n    a: Int\n    b: Int\n  ): C\n}"},
        {"extend interface I implements J", "extend interface I implements J"},
        {"union U@x=|A|B", "union U @x = A | B"},
        {"enum E{\"\"\"a\"\"\"A B@x}", "enum E {\n  \"\"\"a\"\"\"\n  A\n  B @x\n}"},
        {"input I@oneOf{a:Int=1}", "input I @oneOf {\n  a: Int = 1\n}"},
        {"directive@d(a:Int)@m repeatable on|FIELD|OBJECT",
         "directive @d(a: Int) @m repeatable on FIELD | OBJECT"},
        {"extend directive@d@m", "extend directive @d @m"},
        {"type A", "type A"},
    };

    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

static void block_strings(void **state)
{
    static const struct {
        const char *value;
        const char *printed;
        const char *minimized;
    } cases[] = {
        {"", "\"\"\"\"\"\"", "\"\"\"\"\"\""},
        {"a", "\"\"\"a\"\"\"", "\"\"\"a\"\"\""},
        {"a\nb", "\"\"\"\na\nb\n\"\"\"", "\"\"\"a\nb\"\"\""},
        {"a\n b", "\"\"\"\na\n b\n\"\"\"", "\"\"\"\na\n b\"\"\""},
        {" a", "\"\"\" a\"\"\"", "\"\"\" a\"\"\""},
        {"a\"", "\"\"\"\na\"\n\"\"\"", "\"\"\"a\"\n\"\"\""},
        {"a\\", "\"\"\"\na\\\n\"\"\"", "\"\"\"a\\\n\"\"\""},
        {"\"\"\"", "\"\"\"\n\\\"\"\"\n\"\"\"", "\"\"\"\\\"\"\"\"\"\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_str value = xy_str_from(cases[i].value);
        xy_buf buf;

        xy__buf_init(&buf, ARENA_MAX);
        xy__print_block_string(&buf, value, false);
        assert_true(xy_str_is(xy__buf_view(&buf), cases[i].printed));
        assert_true(
            xy_str_eq(xy__block_string_cook(&arena, (xy_str){buf.ptr + 3, buf.len - 6}), value));
        xy__buf_reset(&buf, SIZE_MAX);
        xy__print_block_string(&buf, value, true);
        assert_true(xy_str_is(xy__buf_view(&buf), cases[i].minimized));
        xy__buf_deinit(&buf);
    }
}

static void what_a_block_string_can_say(void **state)
{
    static const char *const can[] = {"", "a", "a\nb", "a\n  b", " a", "\"\"\"", "a\n\nb"};
    static const char *const cannot[] = {" ",   "\n",   "a\n",      "\na",
                                         "a\r", "\x01", "  a\n  b", "a\n "};

    (void)state;
    for (size_t i = 0; i < sizeof can / sizeof *can; i++)
        assert_true(xy__is_printable_as_block_string(xy_str_from(can[i])));
    for (size_t i = 0; i < sizeof cannot / sizeof *cannot; i++)
        assert_false(xy__is_printable_as_block_string(xy_str_from(cannot[i])));
}

static xy_visit_next count_node(void *arg, const xy_visit_at *at)
{
    (void)at;
    ++*(size_t *)arg;
    return XY_VISIT_ON;
}

/* The deepest trees that the parser makes can be walked and printed. */
static void the_deepest_trees(void **state)
{
    static const xy_visit_handler handlers[] = {{XY_KINDS_ALL, count_node, NULL}, {0, NULL, NULL}};
    static const char *const levels[][2] = {{"[", "]"}, {"{a:", "}"}};
    xy_parse_options deepest = {.depth_max = UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        xy_source source = {0};
        xy_ast_value *value;
        xy_errors errors;
        xy_buf text;
        xy_buf printed;
        size_t count = 0;

        xy__errors_init(&errors, &arena);
        xy__buf_init(&text, ARENA_MAX);
        xy__buf_init(&printed, (size_t)1 << 26);
        for (int level = 0; level < DEEPEST; level++)
            xy__buf_str(&text, xy_str_from(levels[i][0]));
        XY_BUF_LITERAL(&text, "1");
        for (int level = 0; level < DEEPEST; level++)
            xy__buf_str(&text, xy_str_from(levels[i][1]));
        source.text = xy__buf_view(&text);
        assert_int_equal(xy__parse_value(&arena, &source, &deepest, &value, &errors), 0);
        xy__visit_one(handlers, &count, &value->node);
        assert_int_equal(count, i == 0 ? DEEPEST + 1 : 3 * DEEPEST + 1);
        xy__print(&printed, &value->node);
        assert_int_equal(printed.err, 0);
        xy__buf_deinit(&printed);
        xy__buf_deinit(&text);
    }
}

/* A full buffer says so and takes no harm. */
static void buffers_are_limited(void **state)
{
    xy_source source = {.text = XY_STR("type A { f(\"d\" a: Int): Int }")};
    const char *whole = print(source.text.ptr);
    xy_ast_document *document;
    xy_errors errors;
    int succeeded = 0;

    (void)state;
    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__parse(&arena, &source, NULL, &document, &errors), 0);
    for (size_t max = 0; max < 60; max++) {
        xy_buf buf;

        xy__buf_init(&buf, max);
        xy__print(&buf, &document->node);
        assert_true(buf.len <= max);
        if (buf.err) {
            assert_int_equal(buf.err, XY_ELIMIT);
        } else {
            assert_true(xy_str_is(xy__buf_view(&buf), whole));
            succeeded++;
        }
        xy__buf_deinit(&buf);
    }
    assert_true(succeeded > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(operations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shorthand_keeps_its_braces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_lines_wrap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(schemas, set_up, tear_down),
        cmocka_unit_test_setup_teardown(block_strings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_block_string_can_say, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_deepest_trees, set_up, tear_down),
        cmocka_unit_test_setup_teardown(buffers_are_limited, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
