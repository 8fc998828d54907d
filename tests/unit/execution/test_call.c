/* SPDX-License-Identifier: MIT */
/* The ways for a resolver to say no, and what of them the client reads. Spec 7.1.3 Errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "execution/response.h"
#include "fixture.h"

#define OPEN "{\"errors\":[{\"message\":\"no 7\",\"locations\":[{\"line\":1,\"column\":2}],"
#define SHUT "}],\"data\":{\"a\":null}}"

static const char sdl[] = "type Query { a: Int }\n"
                          "type Subscription { a: Int }";

static fixture f;

static int setup(void **state)
{
    (void)state;
    fixture_init(&f, sdl);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

/* ---- resolvers ---- */

static int refuse(xy_call *call)
{
    return xy_fail(call, "no %d", 7);
}

static int refuse_code(xy_call *call)
{
    return xy_fail_code(call, "WHY", "no %d", 7);
}

/* Its properties are gone when it returns. */
static int refuse_with(xy_call *call)
{
    char text[] = "a \"b\"";
    xy_member field = {XY_STR("field"), xy_value_string(xy_str_from(text))};
    xy_value properties = {.kind = XY_VALUE_OBJECT, .len = 1, .members = &field};
    int rc = xy_fail_with(call, "WHY", &properties, "no %d", 7);

    memset(text, 'x', sizeof text - 1);
    return rc;
}

static int refuse_without_code(xy_call *call)
{
    xy_value properties = {.kind = XY_VALUE_OBJECT};

    return xy_fail_with(call, NULL, &properties, "no %d", 7);
}

static int refuse_without_properties(xy_call *call)
{
    return xy_fail_with(call, "WHY", NULL, "no %d", 7);
}

static int refuse_twice(xy_call *call)
{
    refuse_with(call);
    return xy_fail(call, "no %d", 7);
}

static int refuse_and_think_again(xy_call *call)
{
    refuse_with(call);
    return xy_put_int(call, 7);
}

/* ---- tests ---- */

static void an_error_carries_what_the_resolver_gave(void **state)
{
    static const struct {
        xy_resolver *resolver;
        const char *response;
    } cases[] = {
        {refuse, OPEN "\"path\":[\"a\"]" SHUT},
        {refuse_code, OPEN "\"path\":[\"a\"],\"extensions\":{\"code\":\"WHY\"}" SHUT},
        {refuse_with, OPEN "\"path\":[\"a\"],\"extensions\":{\"code\":\"WHY\","
                           "\"properties\":{\"field\":\"a \\\"b\\\"\"}}" SHUT},
        {refuse_without_code, OPEN "\"path\":[\"a\"],\"extensions\":{\"properties\":{}}" SHUT},
        {refuse_without_properties, OPEN "\"path\":[\"a\"],\"extensions\":{\"code\":\"WHY\"}" SHUT},
        {refuse_twice, OPEN "\"path\":[\"a\"]" SHUT},
        {refuse_and_think_again, "{\"data\":{\"a\":7}}"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setup(state);
        assert_int_equal(xy_bind(f.schema, "Query.a", cases[i].resolver), XY_OK);
        assert_string_equal(fixture_execute(&f, "{a}", NULL, NULL), cases[i].response);
        teardown(state);
    }
}

static int open_nothing(xy_call *call, xy_source_stream *stream)
{
    (void)stream;
    return refuse_with(call);
}

static void so_does_that_of_an_opener(void **state)
{
    static const xy_source_stream_ops ops = {0};
    xy_source_stream stream;
    xy_operation *operation;
    xy_bytes *response;

    (void)state;
    assert_int_equal(xy_bind_stream(f.schema, "Subscription.a", open_nothing), XY_OK);
    operation = fixture_prepare(&f, "subscription{a}", NULL);
    xy__source_stream_init(&stream, &(xy_source_env){&ops, &f.loop, 64});
    assert_int_equal(xy__create_source_stream(operation, NULL, &stream, &operation->errors),
                     XY_EFAILED);
    response = xy__errors_response(&operation->errors);
    assert_true(xy_str_is(xy_bytes_str(response),
                          "{\"errors\":[{\"message\":\"no 7\",\"locations\":[{\"line\":1,"
                          "\"column\":14}],\"path\":[\"a\"],\"extensions\":{\"code\":\"WHY\","
                          "\"properties\":{\"field\":\"a \\\"b\\\"\"}}}]}"));
    xy_bytes_unref(response);
    xy__source_stream_stop(&stream);
    xy__operation_unref(operation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_carries_what_the_resolver_gave),
        cmocka_unit_test_setup_teardown(so_does_that_of_an_opener, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
