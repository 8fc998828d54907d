/* SPDX-License-Identifier: MIT */
/* Equal operations are one: the same document, the same values of variables, nothing of a
 * client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "execution/share.h"
#include "fixture.h"
#include "json/read.h"

#define SDL "type Query { echo(text: String, list: [Int]): String }"

static fixture f;

static int Query_echo(xy_call *call)
{
    return xy_put_str(call, xy_json(call, xy_args(call)));
}

static int setup(void **state)
{
    static const binding bindings[] = {{"Query.echo", Query_echo}, {NULL, NULL}};

    (void)state;
    fixture_init(&f, SDL);
    fixture_bind(&f, bindings);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

static xy_operation *share(xy_document *document, const char *variables)
{
    return xy__operation_share(fixture_operation(&f, document, variables));
}

#define QUERY "query($t: String, $l: [Int]) { echo(text: $t, list: $l) }"

static void equal_values_of_variables_share_an_operation(void **state)
{
    static const char *const unequal[] = {
        "{}",
        "{\"t\":null}",
        "{\"t\":\"\"}",
        "{\"t\":\"a\"}",
        "{\"t\":\"a\",\"l\":[]}",
        "{\"t\":\"a\",\"l\":[1]}",
        "{\"t\":\"[1]\"}",
    };
    enum { COUNT = sizeof unequal / sizeof *unequal };
    xy_document *document = fixture_document(&f, QUERY);
    xy_operation *shared[COUNT];

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        shared[i] = share(document, unequal[i]);
        for (size_t k = 0; k < i; k++)
            assert_ptr_not_equal(shared[i], shared[k]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        xy_operation *again = share(document, unequal[i]);

        assert_ptr_equal(again, shared[i]);
        xy__operation_unref(again);
    }
    for (size_t i = 0; i < COUNT; i++)
        xy__operation_unref(shared[i]);
    xy__document_unref(document);
}

/* What the first one's variables pointed into has gone. */
static void a_shared_operation_stands_on_its_own(void **state)
{
    char text[] = "{\"t\":\"a text\",\"l\":[1,2]}";
    xy_document *document = fixture_document(&f, QUERY);
    xy_operation *operation = xy__operation_create(&f.executor, document);
    catcher out = {0};
    xy_arena arena;
    xy_value variables;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    assert_int_equal(xy__json_read(&arena, xy_str_from(text), 0, &variables, NULL), XY_OK);
    assert_int_equal(xy__operation_prepare(operation, XY_STR_NULL, &variables), XY_OK);
    operation = xy__operation_share(operation);
    memset(text, '?', sizeof text);
    xy__arena_deinit(&arena);
    fixture_start(&f, operation, NULL, &out);
    assert_string_equal(
        fixture_take(&f, &out),
        "{\"data\":{\"echo\":\"{\\\"text\\\":\\\"a text\\\",\\\"list\\\":[1,2]}\"}}");
    xy__operation_unref(operation);
    xy__document_unref(document);
}

static void its_document_is_found_by_its_text(void **state)
{
    xy_document *document = fixture_document(&f, QUERY);
    xy_operation *operation = share(document, NULL);
    xy_document *found = xy__shared_document(&f.executor, XY_STR(QUERY));

    (void)state;
    assert_ptr_equal(found, document);
    assert_null(xy__shared_document(&f.executor, XY_STR(QUERY " ")));
    xy__document_unref(found);
    xy__operation_unref(operation);
    assert_null(xy__shared_document(&f.executor, XY_STR(QUERY)));
    xy__document_unref(document);
}

/* Larger than what is kept for the next. */
static void large_values_are_compared_like_any(void **state)
{
    static char variables[3][10000];
    xy_document *document = fixture_document(&f, QUERY);
    xy_operation *shared[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        snprintf(variables[i], sizeof variables[i], "{\"t\":\"%09000d\"}", i < 2 ? 7 : 8);
    for (int i = 0; i < 3; i++)
        shared[i] = share(document, variables[i]);
    assert_ptr_equal(shared[0], shared[1]);
    assert_ptr_not_equal(shared[0], shared[2]);
    for (int i = 0; i < 3; i++)
        xy__operation_unref(shared[i]);
    xy__document_unref(document);
}

/* The table grows and shrinks; nobody is lost in it. */
static void any_number_of_them_is_found_again(void **state)
{
    enum { COUNT = 500 };
    xy_document *document = fixture_document(&f, QUERY);
    xy_operation *shared[COUNT];
    char variables[32];

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        snprintf(variables, sizeof variables, "{\"t\":\"%d\"}", i);
        shared[i] = share(document, variables);
    }
    for (int i = 0; i < COUNT; i += 2)
        xy__operation_unref(shared[i]);
    for (int i = 1; i < COUNT; i += 2) {
        xy_operation *again;

        snprintf(variables, sizeof variables, "{\"t\":\"%d\"}", i);
        again = share(document, variables);
        assert_ptr_equal(again, shared[i]);
        xy__operation_unref(again);
        xy__operation_unref(shared[i]);
    }
    assert_int_equal(f.executor.shares.len, 0);
    assert_int_equal(f.executor.shares.cap, 0);
    xy__document_unref(document);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_values_of_variables_share_an_operation),
        TEST(a_shared_operation_stands_on_its_own),
        TEST(its_document_is_found_by_its_text),
        TEST(large_values_are_compared_like_any),
        TEST(any_number_of_them_is_found_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
