/* SPDX-License-Identifier: MIT */
/* Documents made to be expensive. What they cost is counted in steps of work, which is what takes
 * time, so that the tests do not depend on the machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define MANY 10000

static const char sdl[] =
    "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT\n"
    "type Query { f(x: Int): Query a: Query b: Query i: Int n: Node }\n"
    "type Mutation { a: Query }\n"
    "type Subscription { a: Query }\n"
    "interface Node { a: Node i: Int }\n"
    "type X implements Node { a: Node i: Int }\n"
    "type Y implements Node { a: Node i: Int }\n";

typedef struct hostile {
    fixture f;
    xy_buf text;
} hostile;

static void hostile_init(hostile *h)
{
    fixture_init(&h->f, sdl);
    xy__buf_init(&h->text, (size_t)1 << 24);
}

static void add(hostile *h, const char *text)
{
    xy__buf_str(&h->text, xy_str_from(text));
}

static void add_many(hostile *h, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        add(h, text);
}

/* The document takes so much work at most, and comes to this end. */
static void hostile_expect(hostile *h, uint32_t work_max, int expected)
{
    uint32_t work;
    int rc;

    work = fixture_work(&h->f, xy__buf_view(&h->text), NULL, &rc);
    assert_int_equal(rc, expected);
    if (work > work_max)
        fail_msg("%u steps of work, expected at most %u", work, work_max);
    xy__buf_deinit(&h->text);
    fixture_deinit(&h->f);
}

static void test_aliases(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{");
    for (int i = 0; i < MANY; i++)
        xy__buf_printf(&h.text, " a%d: i", i);
    add(&h, "}");
    hostile_expect(&h, MANY + 10, XY_OK);
}

static void test_equal_fields(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{");
    add_many(&h, MANY, " f(x: 1) { i a { i } }");
    add(&h, "}");
    hostile_expect(&h, 10 * MANY, XY_OK);
}

/* Pairs of fields are not compared any more once there are too many errors. */
static void test_conflicting_fields(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{");
    add_many(&h, MANY / 2, " x: f(x: 1) { i } x: f(x: 2) { i }");
    add(&h, "}");
    hostile_expect(&h, 10 * MANY, XY_ELIMIT);
}

/* Each of 30 fragments has what `format` says, about the next one (%d). */
static void add_thirty(hostile *h, const char *of_each, const char *of_last)
{
    add(h, "{ ...F0 }");
    for (int i = 0; i < 30; i++) {
        xy__buf_printf(&h->text, " fragment F%d on Query {", i);
        for (const char *c = of_each; *c; c++) {
            if (*c == '#')
                xy__buf_printf(&h->text, "...F%d", i + 1);
            else
                xy__buf_char(&h->text, *c);
        }
        add(h, "}");
    }
    xy__buf_printf(&h->text, " fragment F30 on Query { %s }", of_last);
}

static void test_two_to_the_thirty(void **state)
{
    static const struct {
        const char *of_each;
        const char *of_last;
        int rc;
    } shapes[] = {
        {"# #", "i", XY_OK},
        {"a { # } a { # }", "i", XY_OK},
        {"a { # } b { # }", "i", XY_OK},
        {"a { # } b { # } x: a { # } y: b { # }", "i", XY_OK},
        {"n { ... on X { a { i } } ... on Y { a { i } } } a { # } a { # }", "i", XY_OK},
        {"a { # } a { # }", "x: i x: __typename", XY_EFAILED},
        {"a { # } b { # }", "x: i x: __typename", XY_EFAILED},
        {"f(x: 1) { # } f(x: 1) { # } #", "f(x: 2) { i }", XY_EFAILED},
        {"a { # #}", "...F0", XY_EFAILED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        hostile h;

        hostile_init(&h);
        add_thirty(&h, shapes[i].of_each, shapes[i].of_last);
        hostile_expect(&h, 50000, shapes[i].rc);
    }
}

/* Each fragment spreads all later ones. */
static void add_all_to_all(hostile *h, int count)
{
    for (int i = 0; i < count; i++) {
        xy__buf_printf(&h->text, " fragment F%d on Query { i", i);
        for (int j = i + 1; j < count; j++)
            xy__buf_printf(&h->text, " ...F%d", j);
        add(h, " }");
    }
}

static void test_all_to_all(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{ ...F0 }");
    add_all_to_all(&h, 300);
    /* 45,000 spreads, each seen by three rules. */
    hostile_expect(&h, 4 * 45000, XY_OK);
}

/* A conflict makes the rule compare each with each, until the budget ends that. */
static void test_all_to_all_with_conflict(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{ ...F0 x: i x: __typename }");
    add_all_to_all(&h, 300);
    hostile_expect(&h, XY_VALIDATE_WORK_DEFAULT, XY_ELIMIT);
}

/* Which of `a` and `b` the k-th last field on the way was decides where the way leads, so that
 * 2^20 sets of selection sets are merged somewhere. The search for conflicts gives up; comparing
 * in pairs finds that there is none. */
static void test_exponentially_many_sets(void **state)
{
    const int depth = 20;
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{ ...L0 }");
    for (int i = 0; i < depth; i++) {
        xy__buf_printf(&h.text, " fragment L%d on Query { a { ...L%d ...Q%d_0 } b { ...L%d } }", i,
                       i + 1, i + 1, i + 1);
        for (int j = 0; j < i; j++)
            xy__buf_printf(&h.text, " fragment Q%d_%d on Query { a { ...Q%d_%d } b { ...Q%d_%d } }",
                           i, j, i + 1, j + 1, i + 1, j + 1);
    }
    xy__buf_printf(&h.text, " fragment L%d on Query { i }", depth);
    for (int j = 0; j < depth; j++)
        xy__buf_printf(&h.text, " fragment Q%d_%d on Query { i }", depth, j);
    hostile_expect(&h, XY_VALIDATE_WORK_DEFAULT, XY_OK);
}

static void add_chain(hostile *h, const char *name, int count, const char *fields)
{
    for (int i = 0; i < count; i++) {
        xy__buf_printf(&h->text, " fragment %s%d on Query { %s ...%s%d }", name, i, fields, name,
                       i + 1);
    }
}

/* Fragments make chains that no limit of depth knows of. */
static void test_long_chain(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "query Q { ...F0 } mutation M { a { ...F0 } } subscription S { a { ...F0 } }");
    add_chain(&h, "F", MANY, "i");
    xy__buf_printf(&h.text, " fragment F%d on Query { i }", MANY);
    hostile_expect(&h, 20 * MANY, XY_OK);
}

static void test_long_cycle(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{ ...F0 } mutation { ...F0 } subscription { ...F0 }");
    add_chain(&h, "F", MANY, "i");
    xy__buf_printf(&h.text, " fragment F%d on Query { ...F0 }", MANY);
    hostile_expect(&h, 30 * MANY, XY_EFAILED);
}

/* Comparing two chains goes as deep as it is allowed to. */
static void test_long_chains_in_conflict(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{ ...F0 ...G0 }");
    add_chain(&h, "F", MANY, "a { i }");
    add_chain(&h, "G", MANY, "a { i }");
    xy__buf_printf(&h.text, " fragment F%d on Query { x: i } fragment G%d on Query { x: a { i } }",
                   MANY, MANY);
    hostile_expect(&h, XY_VALIDATE_WORK_DEFAULT, XY_ELIMIT);
}

/* Variables of each operation are looked for in all fragments that it reaches. */
static void test_operations_times_fragments(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    for (int i = 0; i < 1000; i++)
        xy__buf_printf(&h.text, "query Q%d($v: Int) { ...F0 } ", i);
    add_chain(&h, "F", 1000, "f(x: $v) { i }");
    add(&h, " fragment F1000 on Query { i }");
    hostile_expect(&h, XY_VALIDATE_WORK_DEFAULT, XY_ELIMIT);
}

static void test_repeated_names(void **state)
{
    static const char *const texts[] = {
        "{ i @skip(if: true",
        " if: true",
        ") }",
        "query (",
        " $v: Int",
        ") { i }",
        "{ i",
        " @include(if: true)",
        " }",
        "{ f(x: {",
        " a: 1",
        "}) { i } }",
        "query Q @defer(label: {",
        " a: 1",
        "}) { i }",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i += 3) {
        hostile h;

        hostile_init(&h);
        add(&h, texts[i]);
        add_many(&h, MANY, texts[i + 1]);
        add(&h, texts[i + 2]);
        hostile_expect(&h, 3 * MANY, i == 0 ? XY_EFAILED : XY_ELIMIT);
    }
}

/* Fragments below thousands of introspections are searched once, or until there are too many
 * errors. */
static void test_introspection(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{");
    for (int i = 0; i < MANY; i++)
        xy__buf_printf(&h.text, " a%d: __schema { ...F0 }", i);
    add(&h, "}");
    for (int i = 0; i < 1000; i++)
        xy__buf_printf(&h.text, "fragment F%d on __Schema { ...F%d } ", i, i + 1);
    add(&h, "fragment F1000 on __Schema { types { fields { name } } }");
    hostile_expect(&h, 10 * MANY, XY_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_equal_fields),
        cmocka_unit_test(test_conflicting_fields),
        cmocka_unit_test(test_two_to_the_thirty),
        cmocka_unit_test(test_all_to_all),
        cmocka_unit_test(test_all_to_all_with_conflict),
        cmocka_unit_test(test_exponentially_many_sets),
        cmocka_unit_test(test_long_chain),
        cmocka_unit_test(test_long_cycle),
        cmocka_unit_test(test_long_chains_in_conflict),
        cmocka_unit_test(test_operations_times_fragments),
        cmocka_unit_test(test_repeated_names),
        cmocka_unit_test(test_introspection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
