/* SPDX-License-Identifier: MIT */
/* The line of an operation, as it arrives at standard error; what of its variables it shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/arena.h"
#include "json/read.h"
#include "serve/request_log.h"

static FILE *file;
static int real_stderr;

/* Standard error is a file until release(). */
static int capture(void **state)
{
    (void)state;
    file = tmpfile();
    assert_non_null(file);
    real_stderr = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    xy_log_set_level(XY_LOG_INFO);
    return 0;
}

static int release(void **state)
{
    (void)state;
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    fclose(file);
    return 0;
}

/* What was logged since the last call, after the time. */
static const char *logged(void)
{
    static char text[1 << 16];
    size_t len;
    const char *after;

    rewind(file);
    len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    rewind(file);
    assert_int_equal(ftruncate(fileno(file), 0), 0);
    after = strstr(text, "\"level\"");
    return after ? after : text;
}

static const xy_server_config on = {.log_requests = XY_ON};

static void a_line_says_how_it_went(void **state)
{
    const xy_record record = {
        .type = XY_RECORD_MUTATION,
        .operation = XY_STR_INIT("Send"),
        .request_id = XY_STR_INIT("0123abcd"),
        .duration_ns = 1234567890,
        .results = 1,
        .errors = 1,
        .timed_out = true,
    };

    (void)state;
    xy__request_log(&on, &record);
    assert_string_equal(logged(),
                        "\"level\":\"info\",\"room\":\"serve\",\"message\":\"operation\","
                        "\"operation\":\"Send\",\"type\":\"mutation\",\"requestId\":\"0123abcd\","
                        "\"durationMs\":1234.568,\"results\":1,\"errors\":1,\"timedOut\":true}\n");
}

static void what_was_refused_says_why(void **state)
{
    const xy_record record = {.request_id = XY_STR_INIT("1"),
                              .duration_ns = 49499,
                              .refused = true,
                              .why = XY_REFUSED_DOCUMENT};

    (void)state;
    xy__request_log(&on, &record);
    assert_string_equal(logged(),
                        "\"level\":\"info\",\"room\":\"serve\",\"message\":\"operation\","
                        "\"requestId\":\"1\",\"durationMs\":0.049,\"results\":0,\"errors\":0,"
                        "\"refused\":\"document\"}\n");
}

static void nothing_is_logged_when_it_is_off(void **state)
{
    const xy_record record = {.type = XY_RECORD_QUERY};
    const xy_server_config configs[] = {
        {.log_requests = XY_OFF, .development = true},
        {.log_requests = XY_IN_DEVELOPMENT, .development = false},
    };
    const xy_server_config development = {.log_requests = XY_IN_DEVELOPMENT, .development = true};

    (void)state;
    for (size_t i = 0; i < 2; i++)
        xy__request_log(&configs[i], &record);
    assert_string_equal(logged(), "");
    xy__request_log(&development, &record);
    assert_string_not_equal(logged(), "");
    xy_log_set_level(XY_LOG_WARN);
    xy__request_log(&development, &record);
    assert_string_equal(logged(), "");
}

/* A name that is no name comes from the parameter operationName of a request that is refused. */
static void no_name_breaks_a_line(void **state)
{
    char name[400];
    xy_record record = {.operation = XY_STR_INIT("a\"\n{\x1B[2J\xFF"), .refused = true};
    const char *line;

    (void)state;
    xy__request_log(&on, &record);
    assert_non_null(strstr(logged(), "\"operation\":\"a\\\"\\n{\\u001b[2J\\ufffd\","));
    /* 'a', then two bytes each: the middle of a character is where it would be cut. */
    name[0] = 'a';
    for (size_t i = 1; i + 1 < sizeof name; i += 2)
        memcpy(name + i, "\xC3\xA9", 2);
    record.operation = (xy_str){name, 399};
    xy__request_log(&on, &record);
    line = logged();
    assert_null(strstr(line, "ufffd"));
    assert_int_equal(strcspn(strstr(line, ":\"a") + 2, "\""), XY_LOGGED_NAME_MAX - 1);
}

/* ---- variables ---- */

static const char *shown(const char *json, bool values)
{
    static char text[2 * XY_LOGGED_VARIABLES_MAX];
    xy_arena arena;
    xy_value value;
    xy_buf buf;

    xy__arena_init(&arena, SIZE_MAX);
    xy__buf_init(&buf, SIZE_MAX);
    assert_int_equal(xy__json_read(&arena, xy_str_from(json), 0, &value, NULL), XY_OK);
    xy__logged_variables_write(&buf, &value, values);
    assert_in_range(buf.len, 2, XY_LOGGED_VARIABLES_MAX);
    snprintf(text, sizeof text, "%.*s", XY_PRI(xy__buf_view(&buf)));
    /* Whatever was left out, it is JSON. */
    assert_int_equal(xy__json_read(&arena, xy__buf_view(&buf), 0, &value, NULL), XY_OK);
    xy__buf_deinit(&buf);
    xy__arena_deinit(&arena);
    return text;
}

static void values_are_redacted_unless_wanted(void **state)
{
    static const char json[] = "{\"id\":\"4\",\"input\":{\"password\":\"x\"},\"n\":null}";

    (void)state;
    assert_string_equal(shown(json, false), "{\"id\":\"[redacted]\",\"input\":\"[redacted]\","
                                            "\"n\":\"[redacted]\"}");
    assert_string_equal(shown(json, true), json);
    assert_string_equal(shown("{}", true), "{}");
}

static void a_long_value_hides_no_other(void **state)
{
    char json[4096];

    (void)state;
    snprintf(json, sizeof json, "{\"a\":1,\"long\":\"%0*d\",\"b\":[2]}", 2000, 0);
    assert_string_equal(shown(json, true), "{\"a\":1,\"long\":\"[too long]\",\"b\":[2]}");
}

static void many_are_counted(void **state)
{
    char json[8192] = "{";
    size_t len = 1;
    const char *text;

    (void)state;
    for (unsigned i = 0; i < 300; i++)
        len += (size_t)snprintf(json + len, sizeof json - len, "%s\"v%u\":1", i ? "," : "", i);
    snprintf(json + len, sizeof json - len, "}");
    text = shown(json, false);
    assert_non_null(strstr(text, "\"v0\":\"[redacted]\","));
    assert_non_null(strstr(text, ",\"…\":\"2"));
    assert_non_null(strstr(text, " more\"}"));
    snprintf(json, sizeof json, "{\"%0*d\":1,\"b\":2}", 5000, 0);
    assert_string_equal(shown(json, false), "{\"…\":\"2 more\"}");
}

static void variables_are_part_of_the_line(void **state)
{
    const xy_member member = {XY_STR_INIT("token"),
                              {.kind = XY_VALUE_STRING, .text = "s", .len = 1}};
    const xy_value variables = {.kind = XY_VALUE_OBJECT, .len = 1, .members = &member};
    const xy_record record = {.variables = &variables};
    xy_server_config config = on;

    (void)state;
    xy__request_log(&config, &record);
    assert_non_null(strstr(logged(), ",\"variables\":{\"token\":\"[redacted]\"}}\n"));
    config.log_variables = true;
    xy__request_log(&config, &record);
    assert_non_null(strstr(logged(), ",\"variables\":{\"token\":\"s\"}}\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_says_how_it_went, capture, release),
        cmocka_unit_test_setup_teardown(what_was_refused_says_why, capture, release),
        cmocka_unit_test_setup_teardown(nothing_is_logged_when_it_is_off, capture, release),
        cmocka_unit_test_setup_teardown(no_name_breaks_a_line, capture, release),
        cmocka_unit_test(values_are_redacted_unless_wanted),
        cmocka_unit_test(a_long_value_hides_no_other),
        cmocka_unit_test(many_are_counted),
        cmocka_unit_test_setup_teardown(variables_are_part_of_the_line, capture, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
