/* SPDX-License-Identifier: MIT */
/* A run that would take too much ends with one error, and takes no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "fixture.h"

static const char sdl[] =
    "type Query { q: Query  list(n: Int!): [Int]  hungry(n: Int!): Int  calls: Int\n"
    "  late: Int  later: [Query!]  bad: Int! }";

#define TOO_LARGE                                                                                  \
    "{\"errors\":[{\"message\":\"The response is larger than it may be.\"}],\"data\":null}"
#define TOO_HUNGRY                                                                                 \
    "{\"errors\":[{\"message\":\"The operation needs more memory than it may "                     \
    "have.\"}],\"data\":null}"

static unsigned calls;

static int self(xy_call *call)
{
    return xy_put_object(call, &calls);
}

/* n items from one byte of memory each time. */
static int list(xy_call *call)
{
    static const int32_t zero;
    static const xy_slot item = {.kind = XY_SLOT_INT32, .has_offset = XY_SLOT_NO_HAS};
    static const xy_slot slot = {
        .kind = XY_SLOT_LIST, .has_offset = XY_SLOT_NO_HAS, .item = &item, .item_size = 0};
    xy_items *items = xy_new(call, xy_items);

    *items = (xy_items){&zero, (size_t)xy_arg_int(call, "n")};
    return xy_put(call, xy_result_slot(&slot, items));
}

static int hungry(xy_call *call)
{
    xy_alloc(call, (size_t)xy_arg_int(call, "n"));
    return xy_put_int(call, 1);
}

static int count(xy_call *call)
{
    return xy_put_int(call, ++calls);
}

static void on_time(xy_promise *promise, void *arg)
{
    (void)arg;
    xy_put_int(xy_promise_call(promise), 7);
    xy_promise_resolve(promise);
}

static int late(xy_call *call)
{
    xy_promise_after(xy_later(call), 5, on_time, NULL);
    return XY_OK;
}

static void on_item(xy_promise *promise, void *arg)
{
    xy_put_object(xy_promise_call(promise), arg);
    xy_promise_resolve(promise);
}

static int later(xy_call *call)
{
    xy_result *items = xy_put_list(call, 3);

    for (int i = 0; i < 3; i++) {
        xy_promise *promise = xy_later_item(call);

        xy_promise_after(promise, (uint64_t)(7 - 3 * i), on_item, &calls);
        items[i] = xy_result_promise(promise);
    }
    return XY_OK;
}

static const binding bindings[] = {
    {"Query.q", self},      {"Query.list", list}, {"Query.hungry", hungry},
    {"Query.calls", count}, {"Query.late", late}, {"Query.later", later},
    {NULL, NULL},
};

static fixture f;

static int setup(void **state)
{
    (void)state;
    calls = 0;
    fixture_init(&f, sdl);
    fixture_bind(&f, bindings);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

static void a_response_has_a_size(void **state)
{
    (void)state;
    f.executor.limits.response_bytes_max = 100;
    assert_string_equal(fixture_execute(&f, "{list(n:3)}", NULL, NULL),
                        "{\"data\":{\"list\":[0,0,0]}}");
    /* Two thousand million items would take a while. */
    assert_string_equal(fixture_execute(&f, "{list(n:2000000000) calls}", NULL, NULL), TOO_LARGE);
    assert_int_equal(calls, 0);
}

static void a_run_has_its_memory(void **state)
{
    (void)state;
    f.executor.limits.run_bytes_max = 1u << 20;
    assert_string_equal(fixture_execute(&f, "{hungry(n:1000)}", NULL, NULL),
                        "{\"data\":{\"hungry\":1}}");
    assert_string_equal(fixture_execute(&f, "{late hungry(n:2000000) calls}", NULL, NULL),
                        TOO_HUNGRY);
    assert_int_equal(calls, 0);
    assert_string_equal(fixture_execute(&f, "{calls}", NULL, NULL), "{\"data\":{\"calls\":1}}");
}

/* Each of a chain of fragments goes eight fields down. */
static const char *deep(unsigned levels)
{
    xy_str text = XY_STR("{...F0}");

    for (unsigned i = 0; i < levels / 8; i++)
        text =
            xy__arena_printf(&f.arena, "%.*s fragment F%u on Query{q{q{q{q{q{q{q{q{...F%u}}}}}}}}}",
                             XY_PRI(text), i, i + 1);
    return xy__arena_printf(&f.arena, "%.*s fragment F%u on Query{calls}", XY_PRI(text), levels / 8)
        .ptr;
}

static void a_response_has_a_depth(void **state)
{
    const char *result;

    (void)state;
    result = fixture_execute(&f, deep(992), NULL, NULL);
    assert_int_equal(strncmp(result, "{\"data\"", 7), 0);
    assert_int_equal(calls, 1);
    result = fixture_execute(&f, deep(1008), NULL, NULL);
    assert_int_equal(strncmp(result,
                             "{\"errors\":[{\"message\":\"The response is nested more than 1000 "
                             "levels deep.\"",
                             strlen("{\"errors\":[{\"message\":\"The response is nested more than "
                                    "1000 levels deep.\"")),
                     0);
    assert_int_equal(calls, 1);
}

/* Whatever the limit, the result is the right one or says that there is a limit. */
static void limits_are_kept_everywhere(void **state)
{
    static const char query[] =
        "{a:late later{b:late list(n:3) c:q{calls d:late}} e:q{bad late} f:list(n:20) g:late}";
    xy_document *document = fixture_document(&f, query);
    const char *whole = fixture_execute(&f, query, NULL, NULL);
    size_t size = strlen(whole);

    (void)state;
    for (size_t max = 0; max <= 2 * size; max++) {
        xy_operation *operation = fixture_operation(&f, document, NULL);
        const char *result;
        catcher out;

        calls = 0;
        f.executor.limits.response_bytes_max = max;
        f.executor.limits.run_bytes_max = max % 3 ? 1u << 20 : max * 40;
        fixture_start(&f, operation, NULL, &out);
        xy__operation_unref(operation);
        xy__loop_advance(&f.loop, 100);
        result = fixture_take(&f, &out);
        if (strcmp(result, whole) != 0 && strcmp(result, TOO_HUNGRY) != 0)
            assert_string_equal(result, TOO_LARGE);
        if (max < size && max % 3)
            assert_string_equal(result, TOO_LARGE);
    }
    xy__document_unref(document);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_response_has_a_size),
        TEST(a_run_has_its_memory),
        TEST(a_response_has_a_depth),
        TEST(limits_are_kept_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
