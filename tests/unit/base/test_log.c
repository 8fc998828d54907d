/* SPDX-License-Identifier: MIT */
/* Lines of the log, as they arrive at standard error. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>
#include <cmocka.h>

#include "xylem/error.h"
#include "xylem/log.h"

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
    xy_log_set_format(XY_LOG_AUTO);
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

/* What was logged since the last call. */
static char *logged(void)
{
    static char text[1 << 20];
    size_t len;

    rewind(file);
    len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    rewind(file);
    assert_int_equal(ftruncate(fileno(file), 0), 0);
    return text;
}

/* The members after "time", whose form is checked. */
static const char *after_time(const char *line)
{
    static const char form[] = "{\"time\":\"####-##-##T##:##:##.###Z\",";

    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (form[i] == '#') {
            assert_in_range(line[i], '0', '9');
        } else {
            assert_int_equal(line[i], form[i]);
        }
    }
    return line + sizeof form - 1;
}

static void a_line_is_a_json_object(void **state)
{
    (void)state;
    xy_log(XY_LOG_INFO, "server", "listening", XY_LOG_STR("url", XY_STR("http://x/")),
           XY_LOG_INT("workers", -2), XY_LOG_DOUBLE("load", 0.25), XY_LOG_BOOL("tls", true),
           XY_LOG_CSTR("none", NULL));
    assert_string_equal(
        after_time(logged()),
        "\"level\":\"info\",\"room\":\"server\",\"message\":\"listening\","
        "\"url\":\"http://x/\",\"workers\":-2,\"load\":0.25,\"tls\":true,\"none\":\"\"}\n");
}

static void a_message_needs_no_fields(void **state)
{
    (void)state;
    xy_log(XY_LOG_ERROR, "cli", "stopped");
    assert_string_equal(after_time(logged()),
                        "\"level\":\"error\",\"room\":\"cli\",\"message\":\"stopped\"}\n");
}

static void what_a_client_sent_breaks_no_line(void **state)
{
    (void)state;
    xy_log(XY_LOG_WARN, "http", "bad \"line\"\n",
           XY_LOG_STR("bytes", XY_STR("\\ \0 \x1B[0m \x7F \xC2\x9B \xFF\xC3 \xC3\xA9")));
    assert_string_equal(after_time(logged()),
                        "\"level\":\"warn\",\"room\":\"http\",\"message\":\"bad \\\"line\\\"\\n\","
                        "\"bytes\":\"\\\\ \\u0000 \\u001b[0m \\u007f \\u009b \\ufffd\\ufffd "
                        "\xC3\xA9\"}\n");
}

static void what_is_no_json_number_is_null(void **state)
{
    (void)state;
    xy_log(XY_LOG_INFO, "r", "m", XY_LOG_DOUBLE("a", NAN), XY_LOG_DOUBLE("b", INFINITY),
           XY_LOG_DOUBLE("c", 1e300), XY_LOG_INT("d", INT64_MIN));
    assert_non_null(
        strstr(logged(), "\"a\":null,\"b\":null,\"c\":1e+300,\"d\":-9223372036854775808}\n"));
}

static void json_is_part_of_the_line(void **state)
{
    (void)state;
    xy_log(XY_LOG_INFO, "r", "m", XY_LOG_VALUE("a", XY_STR("{\"b\":[1.5,\"\\n\xC2\x9B\"]}")),
           XY_LOG_VALUE("c", XY_STR_NULL));
    assert_non_null(strstr(logged(), "\"a\":{\"b\":[1.5,\"\\n\\u009b\"]},\"c\":null}\n"));
}

static int evaluated;

static xy_str evaluate(void)
{
    evaluated++;
    return XY_STR("x");
}

static void lines_below_the_level_are_not_even_made(void **state)
{
    (void)state;
    evaluated = 0;
    xy_log(XY_LOG_DEBUG, "r", "m", XY_LOG_STR("a", evaluate()));
    assert_string_equal(logged(), "");
    assert_int_equal(evaluated, 0);
    xy_log_set_level(XY_LOG_DEBUG);
    xy_log(XY_LOG_DEBUG, "r", "m", XY_LOG_STR("a", evaluate()));
    assert_non_null(strstr(logged(), "\"a\":\"x\""));
    assert_int_equal(evaluated, 1);
    xy_log_set_level(XY_LOG_OFF);
    xy_log(XY_LOG_ERROR, "r", "m");
    assert_string_equal(logged(), "");
}

static void levels_have_names(void **state)
{
    static const char *const names[] = {"trace", "debug", "info", "warn", "error", "off"};
    xy_log_level level;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(xy_log_level_parse(xy_str_from(names[i]), &level), XY_OK);
        assert_int_equal(level, i);
    }
    assert_int_equal(xy_log_level_parse(XY_STR("INFO"), &level), XY_EINVAL);
    assert_int_equal(xy_log_level_parse(XY_STR(""), &level), XY_EINVAL);
    assert_int_equal(level, XY_LOG_OFF);
}

static void a_line_has_a_longest_length(void **state)
{
    const size_t len = 300000;
    char *text = malloc(len + 1);
    const char *line;

    (void)state;
    memset(text, '\n', len);
    text[len] = '\0';
    xy_log(XY_LOG_INFO, "r", "short", XY_LOG_CSTR("long", text), XY_LOG_INT("lost", 1));
    assert_string_equal(after_time(logged()), "\"level\":\"info\",\"room\":\"r\",\"message\":"
                                              "\"short\",\"truncated\":true}\n");
    xy_log(XY_LOG_INFO, "r", text);
    line = logged();
    assert_true(strlen(line) < 70000);
    assert_non_null(strstr(line, "\\n\\n\",\"truncated\":true}\n"));
    free(text);
}

static void a_person_gets_colors(void **state)
{
    (void)state;
    xy_log_set_format(XY_LOG_PRETTY);
    xy_log(XY_LOG_INFO, "server", "listening", XY_LOG_INT("workers", 2),
           XY_LOG_STR("bad", XY_STR("\x1B[31m")));
    assert_string_equal(logged(),
                        "\033[32minfo \033[0m \033[2mserver\033[0m listening \033[2mworkers=\033[0m"
                        "2 \033[2mbad=\033[0m\"\\u001b[31m\"\n");
}

enum { THREADS = 4, LINES = 200 };

static void log_lines(void *arg)
{
    for (int i = 0; i < LINES; i++)
        xy_log(XY_LOG_INFO, "r", "message", XY_LOG_INT("thread", *(int *)arg), XY_LOG_INT("i", i));
}

static void lines_of_threads_do_not_mix(void **state)
{
    uv_thread_t threads[THREADS];
    int numbers[THREADS];
    int next[THREADS] = {0};
    char *line;

    (void)state;
    for (int t = 0; t < THREADS; t++) {
        numbers[t] = t;
        assert_int_equal(uv_thread_create(&threads[t], log_lines, &numbers[t]), 0);
    }
    for (int t = 0; t < THREADS; t++)
        uv_thread_join(&threads[t]);
    line = logged();
    for (int n = 0; n < THREADS * LINES; n++) {
        int thread = -1;
        int i = -1;

        assert_int_equal(sscanf(after_time(line),
                                "\"level\":\"info\",\"room\":\"r\",\"message\":\"message\","
                                "\"thread\":%d,\"i\":%d}\n",
                                &thread, &i),
                         2);
        assert_in_range(thread, 0, THREADS - 1);
        assert_int_equal(i, next[thread]++);
        line = strchr(line, '\n') + 1;
    }
    assert_string_equal(line, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_a_json_object, capture, release),
        cmocka_unit_test_setup_teardown(a_message_needs_no_fields, capture, release),
        cmocka_unit_test_setup_teardown(what_a_client_sent_breaks_no_line, capture, release),
        cmocka_unit_test_setup_teardown(what_is_no_json_number_is_null, capture, release),
        cmocka_unit_test_setup_teardown(json_is_part_of_the_line, capture, release),
        cmocka_unit_test_setup_teardown(lines_below_the_level_are_not_even_made, capture, release),
        cmocka_unit_test_setup_teardown(levels_have_names, capture, release),
        cmocka_unit_test_setup_teardown(a_line_has_a_longest_length, capture, release),
        cmocka_unit_test_setup_teardown(a_person_gets_colors, capture, release),
        cmocka_unit_test_setup_teardown(lines_of_threads_do_not_mix, capture, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
