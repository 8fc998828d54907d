/* SPDX-License-Identifier: MIT */
/* A run that waits too long ends with one error, and whatever it waited for is stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "fixture.h"

#define TIMEOUT_MS 1000

static const char sdl[] =
    "type Query { now: Int  after(ms: Int!): Int  never: Int!  q: Query  list: [Int] }\n"
    "type Mutation { after(ms: Int!): Int  now: Int }\n"
    "type Subscription { tick: Query }";

#define TOO_LATE                                                                                   \
    "{\"errors\":[{\"message\":\"The operation took longer than 1000 ms.\","                       \
    "\"extensions\":{\"code\":\"OPERATION_TIMEOUT\"}}]}"

static unsigned stopped;
static unsigned called;

static int now(xy_call *call)
{
    return xy_put_int(call, (int32_t)++called);
}

static void on_time(xy_promise *promise, void *arg)
{
    (void)arg;
    xy_put_int(xy_promise_call(promise), 7);
    xy_promise_resolve(promise);
}

static int after(xy_call *call)
{
    xy_promise_after(xy_later(call), (uint64_t)xy_arg_int(call, "ms"), on_time, NULL);
    return XY_OK;
}

static void on_stop(void *arg)
{
    stopped++;
    xy_promise_resolve(arg);
}

static int never(xy_call *call)
{
    xy_promise *promise = xy_later(call);

    xy_promise_on_stop(promise, on_stop, promise);
    return XY_OK;
}

static int list(xy_call *call)
{
    xy_result *items = xy_put_list(call, 3);

    for (int i = 0; i < 3; i++) {
        xy_promise *promise = xy_later_item(call);

        xy_promise_on_stop(promise, on_stop, promise);
        items[i] = xy_result_promise(promise);
    }
    return XY_OK;
}

static int self(xy_call *call)
{
    return xy_put_object(call, &called);
}

static const binding bindings[] = {
    {"Query.now", now},   {"Query.after", after},    {"Query.never", never}, {"Query.q", self},
    {"Query.list", list}, {"Mutation.after", after}, {"Mutation.now", now},  {NULL, NULL},
};

static fixture f;

static int setup(void **state)
{
    (void)state;
    stopped = 0;
    called = 0;
    fixture_init(&f, sdl);
    fixture_bind(&f, bindings);
    f.executor.limits.timeout_ms = TIMEOUT_MS;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

static void in_time(void **state)
{
    (void)state;
    assert_string_equal(fixture_execute(&f, "{now}", NULL, NULL), "{\"data\":{\"now\":1}}");
    assert_false(xy__timer_armed(&f.executor.deadline));
    assert_string_equal(fixture_execute(&f, "{after(ms:999)}", NULL, NULL),
                        "{\"data\":{\"after\":7}}");
}

static void too_late(void **state)
{
    (void)state;
    assert_string_equal(fixture_execute(&f, "{now after(ms:2000) never q{never list}}", NULL, NULL),
                        TOO_LATE);
    assert_int_equal(stopped, 5);
}

/* It is the whole run that has its time, not each step of it. */
static void serially(void **state)
{
    (void)state;
    assert_string_equal(
        fixture_execute(&f, "mutation{a:after(ms:400) b:after(ms:400)}", NULL, NULL),
        "{\"data\":{\"a\":7,\"b\":7}}");
    assert_string_equal(
        fixture_execute(&f, "mutation{a:after(ms:600) b:after(ms:600) now}", NULL, NULL), TOO_LATE);
    assert_int_equal(called, 0);
}

static void consumers_are_told(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{never}", NULL);
    catcher out;

    (void)state;
    fixture_start(&f, operation, NULL, &out);
    xy__operation_unref(operation);
    xy__loop_advance(&f.loop, TIMEOUT_MS - 1);
    assert_null(out.result);
    xy__loop_advance(&f.loop, 1);
    assert_int_equal(out.flags, XY_PUT_LAST | XY_PUT_ERRORS | XY_PUT_NO_DATA | XY_PUT_TIMEOUT);
    assert_int_equal(out.ended, 1);
    fixture_take(&f, &out);
}

/* One timer for all, which goes on from the oldest to the next. */
static void each_has_its_own_time(void **state)
{
    enum { COUNT = 5 };
    xy_document *document = fixture_document(&f, "{after(ms:1200) never}");
    catcher outs[COUNT];

    (void)state;
    for (int i = 0; i < COUNT; i++) {
        xy_operation *operation = fixture_operation(&f, document, NULL);

        fixture_start(&f, operation, NULL, &outs[i]);
        xy__operation_unref(operation);
        xy__loop_advance(&f.loop, 100);
    }
    xy__document_unref(document);
    xy__outlet_stop(&outs[2].outlet);
    for (int i = 0; i < COUNT; i++) {
        xy__loop_advance(&f.loop, i == 0 ? TIMEOUT_MS - COUNT * 100 - 1 : 99);
        assert_null(outs[i].result);
        xy__loop_advance(&f.loop, 1);
        assert_string_equal(fixture_take(&f, &outs[i]), i == 2 ? "" : TOO_LATE);
    }
    assert_int_equal(stopped, COUNT);
}

static void on_event_result(void *arg, xy_bytes *result, unsigned flags)
{
    (void)flags;
    *(const char **)arg = xy__arena_str(&f.arena, xy_bytes_str(result)).ptr;
    xy_bytes_unref(result);
}

/* Each event has the time of one run; the subscription may last. */
static void each_event(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "subscription{tick{after(ms:600)}}", NULL);
    xy_bytes *event = xy_bytes_create(XY_STR("{}"));

    (void)state;
    for (int i = 0; i < 3; i++) {
        const char *result = NULL;

        xy__execute_event(operation, NULL, event, on_event_result, &result);
        xy__loop_advance(&f.loop, 700);
        assert_string_equal(result, "{\"data\":{\"tick\":{\"after\":7}}}");
    }
    xy_bytes_unref(event);
    xy__operation_unref(operation);
}

static void late_events(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "subscription{tick{never}}", NULL);
    xy_bytes *event = xy_bytes_create(XY_STR("{}"));
    const char *result = NULL;

    (void)state;
    xy__execute_event(operation, NULL, event, on_event_result, &result);
    xy__loop_advance(&f.loop, TIMEOUT_MS);
    assert_string_equal(result, TOO_LATE);
    xy_bytes_unref(event);
    xy__operation_unref(operation);
}

static void no_limit(void **state)
{
    (void)state;
    f.executor.limits.timeout_ms = 0;
    assert_string_equal(fixture_execute(&f, "{after(ms:900000)}", NULL, NULL),
                        "{\"data\":{\"after\":7}}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(in_time),
        TEST(too_late),
        TEST(serially),
        TEST(consumers_are_told),
        TEST(each_has_its_own_time),
        TEST(each_event),
        TEST(late_events),
        TEST(no_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
