/* SPDX-License-Identifier: MIT */
/* What a document is measured to ask for, and what is said when that is too much. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "language/parser.h"
#include "validation/limits.h"

#define MEMORY_MAX ((size_t)256 << 20)

static const xy_operation_limits defaults = {
    .depth_max = 6,
    .aliases_max = 15,
    .directives_max = 50,
    .cost_max = 5000,
};

/* A document of one test. */
typedef struct sample {
    xy_arena *arena;
    xy_source source;
    xy_ast_document *document;
} sample;

static void sample_init(sample *s, xy_str text)
{
    xy_errors errors;

    s->arena = xy__arena_create(MEMORY_MAX);
    s->source = (xy_source){.text = xy__arena_str(s->arena, text)};
    xy__errors_init(&errors, s->arena);
    assert_int_equal(xy__parse(s->arena, &s->source, NULL, &s->document, &errors), 0);
}

static void sample_deinit(sample *s)
{
    xy__arena_destroy(s->arena);
}

static xy_measure measure(xy_str text)
{
    xy_measure found;
    sample s;

    sample_init(&s, text);
    found = xy__document_measure(s.document);
    sample_deinit(&s);
    return found;
}

static void figures(void **state)
{
    static const struct {
        const char *text;
        xy_measure expected; /* depth, aliases, directives, cost */
    } cases[] = {
        {"{ a }", {1, 0, 0, 1}},
        {"{ a b c }", {1, 0, 0, 3}},
        {"{ a { b } }", {2, 0, 0, 3.5}},
        {"{ a { b c { d } } }", {3, 0, 0, 8.75}},
        {"{ a { b { c { d } } } }", {4, 0, 0, 2 + 1.5 * (2 + 1.5 * 3.5)}},
        {"{ x: a y: b { z: c } }", {2, 3, 0, 4.5}},
        {"{ a { __typename } }", {2, 0, 0, 3.5}},
        /* Fragments neither nest nor cost. */
        {"{ a { ... { b } } }", {2, 0, 0, 3.5}},
        {"{ ...F } fragment F on Q { a { b } }", {2, 0, 0, 3.5}},
        {"{ ...F ...F c } fragment F on Q { x: a { b } }", {2, 2, 0, 8}},
        {"{ a { ...F } ...F } fragment F on Q { b { ...G } } fragment G on Q { c }",
         {3, 0, 0, 2 + 1.5 * 3.5 + 3.5}},
        {"fragment F on Q { a { b { c } } } { d }", {1, 0, 0, 1}},
        {"{ ...Nowhere }", {0, 0, 0, 0}},
        /* Directives, wherever they are. */
        {"{ a @d @d b @d { c } }", {2, 0, 3, 4.5}},
        {"query ($v: Int @d) @d { ... @d { a } ...F @d } fragment F on Q @d @d { b @d }",
         {1, 0, 7, 2}},
        {"{ ...F ...F } fragment F on Q @d { b @d }", {1, 0, 4, 2}},
        /* Introspection is bounded otherwise. */
        {"{ __schema { types { fields { name } } } a }", {1, 0, 0, 1}},
        {"{ t: __type(name: \"A\") { x: name @d } }", {0, 2, 1, 0}},
        {"{ ...F } fragment F on Q { __schema { types { name } } }", {0, 0, 0, 0}},
        /* Each figure is that of the operation in which it is largest. */
        {"query A { a { b { c } } } query B { x: a y: b } mutation C { a @d }", {3, 2, 1, 7.25}},
        /* No document that will be valid, but one that has to be measured. */
        {"{ ...F } fragment F on Q { a ...G } fragment G on Q { b { ...F } }", {1, 0, 0, 3}},
        {"type T { a: Int }", {0, 0, 0, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_measure found = measure(xy_str_from(cases[i].text));

        if (found.depth != cases[i].expected.depth || found.aliases != cases[i].expected.aliases ||
            found.directives != cases[i].expected.directives ||
            fabs(found.cost - cases[i].expected.cost) > 0)
            fail_msg("%s: %u %u %u %g", cases[i].text, found.depth, found.aliases, found.directives,
                     found.cost);
    }
}

/* Errors of the text, a line each. */
static void expect_errors(const char *text, const xy_operation_limits *limits, const char *expected)
{
    xy_errors errors;
    xy_buf lines;
    sample s;
    int rc;

    sample_init(&s, xy_str_from(text));
    xy__errors_init(&errors, s.arena);
    xy__buf_init(&lines, SIZE_MAX);
    rc = xy__limits_check(s.document, limits, &errors);
    for (size_t i = 0; i < errors.list.len; i++) {
        const xy_error *error = errors.list.items[i];

        assert_string_equal(error->code, XY_LIMITS_CODE);
        assert_int_equal(error->location_count, 0);
        xy__buf_printf(&lines, "%.*s\n", XY_PRI(error->message));
    }
    xy__buf_char(&lines, '\0');
    assert_string_equal(lines.ptr, expected);
    assert_int_equal(rc, expected[0] ? XY_EREFUSED : XY_OK);
    xy__buf_deinit(&lines);
    sample_deinit(&s);
}

static void beyond_a_limit(void **state)
{
    static const char six[] = "{ a { a { a { a { a { a } } } } } }";
    static const char seven[] =
        "{ a { a { a { a { a { ...F } } } } } } fragment F on Q { a { a } }";
    static const xy_operation_limits tight = {1, 1, 1, 3};

    (void)state;
    expect_errors(six, &defaults, "");
    expect_errors(seven, &defaults, "Syntax Error: Query depth limit of 6 exceeded, found 7.\n");
    expect_errors("{ a }", &tight, "");
    expect_errors("{ x: a @d y: b @d { c } }", &tight,
                  "Syntax Error: Query depth limit of 1 exceeded, found 2.\n"
                  "Syntax Error: Aliases limit of 1 exceeded, found 2.\n"
                  "Syntax Error: Directives limit of 1 exceeded, found 2.\n"
                  "Syntax Error: Query Cost limit of 3 exceeded, found 4.5.\n");
}

static void each_is_switched_off_by_0(void **state)
{
    static const char text[] = "{ x: a @d @d y: b { z: c { d } } }";
    static const xy_operation_limits none = {0};
    static const struct {
        xy_operation_limits limits;
        const char *expected;
    } cases[] = {
        {{.depth_max = 1}, "Syntax Error: Query depth limit of 1 exceeded, found 3.\n"},
        {{.aliases_max = 1}, "Syntax Error: Aliases limit of 1 exceeded, found 3.\n"},
        {{.directives_max = 1}, "Syntax Error: Directives limit of 1 exceeded, found 2.\n"},
        {{.cost_max = 1}, "Syntax Error: Query Cost limit of 1 exceeded, found 8.25.\n"},
    };

    (void)state;
    expect_errors(text, &none, "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_errors(text, &cases[i].limits, cases[i].expected);
}

/* Nested selection sets cost more the deeper they are: what the limit of depth lets pass, that of
 * cost does not. */
static void wide_and_deep(void **state)
{
    (void)state;
    expect_errors("{ a { ...L2 } } fragment L2 on Q { a { ...L3 } a { ...L3 } a { ...L3 } }"
                  " fragment L3 on Q { a { ...L4 } a { ...L4 } a { ...L4 } }"
                  " fragment L4 on Q { a { ...L5 } a { ...L5 } a { ...L5 } }"
                  " fragment L5 on Q { a { ...L6 } a { ...L6 } a { ...L6 } }"
                  " fragment L6 on Q { b b b b b b b }",
                  &defaults,
                  "Syntax Error: Query Cost limit of 5000 exceeded, found 5359.53125.\n");
}

/* Each of `count` fragments has `of_each`, in which # is a spread of the next. */
static void write_shapes(xy_buf *text, int count, const char *of_each)
{
    XY_BUF_LITERAL(text, "{ ...F0 }");
    for (int i = 0; i < count; i++) {
        xy__buf_printf(text, " fragment F%d on Q {", i);
        for (const char *c = of_each; *c; c++) {
            if (*c == '#')
                xy__buf_printf(text, " ...F%d", i + 1);
            else
                xy__buf_char(text, *c);
        }
        xy__buf_char(text, '}');
    }
    xy__buf_printf(text, " fragment F%d on Q { x: a @d }", count);
}

static void fragments_that_multiply(void **state)
{
    xy_measure found;
    xy_buf text;

    (void)state;
    xy__buf_init(&text, SIZE_MAX);
    write_shapes(&text, 30, "##");
    found = measure(xy__buf_view(&text));
    assert_int_equal(found.depth, 1);
    assert_int_equal(found.aliases, 1u << 30);
    assert_int_equal(found.directives, 1u << 30);
    assert_true(found.cost >= 1u << 30 && found.cost <= 1u << 30);
    xy__buf_deinit(&text);
}

/* What cannot be counted any more is counted as the most that can be. */
static void figures_saturate(void **state)
{
    xy_measure found;
    xy_buf text;

    (void)state;
    xy__buf_init(&text, SIZE_MAX);
    write_shapes(&text, 10000, "a {##}");
    found = measure(xy__buf_view(&text));
    assert_int_equal(found.depth, 10001);
    assert_int_equal(found.aliases, UINT32_MAX);
    assert_int_equal(found.directives, UINT32_MAX);
    assert_true(isinf(found.cost));
    xy__buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures),
        cmocka_unit_test(beyond_a_limit),
        cmocka_unit_test(each_is_switched_off_by_0),
        cmocka_unit_test(wide_and_deep),
        cmocka_unit_test(fragments_that_multiply),
        cmocka_unit_test(figures_saturate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
