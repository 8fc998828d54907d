/* SPDX-License-Identifier: MIT */
/* Errors as JSON. Spec 7.1.3 Errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "execution/response.h"

static const xy_path key = {.key = XY_STR_INIT("a")};
static const xy_path item = {.up = &key, .index = 0};
static const xy_path below = {.up = &item, .key = XY_STR_INIT("b")};
static xy_location places[] = {{.line = 1, .column = 2}, {.line = 30, .column = 400}};

typedef struct rendering {
    xy_error error;
    const char *text;
} rendering;

static const rendering renderings[] = {
    {{.message = XY_STR_INIT("plain")}, "[{\"message\":\"plain\"}]"},
    {{.message = XY_STR_INIT("\"\\\n\x01 \xc3\xa9")},
     "[{\"message\":\"\\\"\\\\\\n\\u0001 \xc3\xa9\"}]"},
    {{.message = XY_STR_INIT("m"), .locations = places, .location_count = 2},
     "[{\"message\":\"m\",\"locations\":[{\"line\":1,\"column\":2},"
     "{\"line\":30,\"column\":400}]}]"},
    {{.message = XY_STR_INIT("m"), .path = &below},
     "[{\"message\":\"m\",\"path\":[\"a\",0,\"b\"]}]"},
    {{.message = XY_STR_INIT("m"), .code = "C"},
     "[{\"message\":\"m\",\"extensions\":{\"code\":\"C\"}}]"},
    {{.message = XY_STR_INIT("m"), .extensions = XY_STR_INIT("\"x\":{\"y\":1}")},
     "[{\"message\":\"m\",\"extensions\":{\"x\":{\"y\":1}}}]"},
    {{.message = XY_STR_INIT("m"), .code = "C", .extensions = XY_STR_INIT("\"x\":1")},
     "[{\"message\":\"m\",\"extensions\":{\"code\":\"C\",\"x\":1}}]"},
    /* What really happened is for the log. */
    {{.message = XY_STR_INIT("m"), .original = XY_STR_INIT("secret")}, "[{\"message\":\"m\"}]"},
};

static void members_that_are_not_there_are_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof renderings / sizeof *renderings; i++) {
        xy_error error = renderings[i].error;
        xy_error *list[] = {&error};
        xy_errors errors = {.list = {.items = list, .len = 1}};
        xy_buf text;

        xy__buf_init(&text, 4096);
        xy__errors_write(&text, &errors);
        xy__buf_char(&text, 0);
        assert_string_equal(text.ptr, renderings[i].text);
        xy__buf_deinit(&text);
    }
}

static void assert_path(const xy_path *path, size_t above, const char *expected)
{
    xy_buf text;

    xy__buf_init(&text, 4096);
    xy__path_write_below(&text, path, above);
    assert_true(xy_str_is(xy__buf_view(&text), expected));
    xy__buf_deinit(&text);
}

static void a_path_is_written_from_the_root_or_from_a_step_on(void **state)
{
    (void)state;
    assert_int_equal(xy__path_depth(&below), 3);
    assert_path(&below, 0, "[\"a\",0,\"b\"]");
    assert_path(&below, 1, "[0,\"b\"]");
    assert_path(&below, 3, "[]");
    assert_path(NULL, 0, "[]");
}

static void a_refused_request_has_errors_alone(void **state)
{
    xy_arena arena;
    xy_errors errors;
    xy_bytes *response;

    (void)state;
    xy__arena_init(&arena, 4096);
    xy__errors_init(&errors, &arena);
    xy__errors_add(&errors, XY_STR("one"));
    xy__errors_add(&errors, XY_STR("two"));
    response = xy__errors_response(&errors);
    assert_true(xy_str_is(xy_bytes_str(response),
                          "{\"errors\":[{\"message\":\"one\"},{\"message\":\"two\"}]}"));
    xy_bytes_unref(response);
    xy__arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_that_are_not_there_are_left_out),
        cmocka_unit_test(a_path_is_written_from_the_root_or_from_a_step_on),
        cmocka_unit_test(a_refused_request_has_errors_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
