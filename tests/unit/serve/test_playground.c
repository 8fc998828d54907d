/* SPDX-License-Identifier: MIT */
/* Who gets the playground, and what its page is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "http/h1.h"
#include "serve/playground.h"

#define CHROMIUM                                                                                   \
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"      \
    "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"

static void browsers_are_those_that_prefer_html(void **state)
{
    static const struct {
        const char *accept;
        bool accepted;
    } cases[] = {
        {CHROMIUM, true},
        {"text/html", true},
        {"TEXT/HTML; charset=utf-8", true},
        {"text/html, */*", true},
        {"text/html;q=0.9, application/json;q=0.8", true},
        {"text/html, application/json", true},
        {"application/json, text/html", false},
        {"text/html;q=0.8, application/json;q=0.9", false},
        {"text/html;q=0", false},
        {"*/*", false},
        {"text/*", false},
        {"", false},
        {"application/json", false},
        {"text/event-stream, text/html", false},
        {"text/htmlx", false},
        {"text/html;q=,;;,", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(xy__playground_accepted(xy_str_from(cases[i].accept)), cases[i].accepted);
    assert_false(xy__playground_accepted(XY_STR_NULL));
}

static void nothing_is_wanted_from_a_playground_that_is_not_there(void **state)
{
    xy_request request = {.method = XY_HTTP_GET};
    xy_server_config config = {.playground = XY_OFF, .development = true};

    (void)state;
    assert_null(xy__playground_create(&config));
    config = (xy_server_config){.playground = XY_IN_DEVELOPMENT};
    assert_null(xy__playground_create(&config));
    assert_false(xy__playground_wants(NULL, &request));
    xy__playground_destroy(NULL);
}

static bool wants(const xy_playground *playground, const char *method)
{
    static const xy_h1_limits limits = {.head_max = 4096, .headers_max = 20, .body_max = 0};
    xy_h1 *h1 = xy__h1_create(&limits);
    char text[512];
    bool wanted;
    size_t used;

    snprintf(text, sizeof text, "%s / HTTP/1.1\r\nHost: a\r\nAccept: " CHROMIUM "\r\n\r\n", method);
    assert_int_equal(xy__h1_feed(h1, xy_str_from(text), &used), XY_H1_HEAD);
    wanted = xy__playground_wants(playground, xy__h1_request(h1));
    xy__h1_destroy(h1);
    return wanted;
}

static void get_and_head_ask_for_the_page(void **state)
{
    const xy_server_config config = {.playground = XY_ON, .path = "/graphql"};
    xy_playground *playground = xy__playground_create(&config);

    (void)state;
    if (!playground)
        skip(); /* it was not built */
    assert_true(wants(playground, "GET"));
    assert_true(wants(playground, "HEAD"));
    assert_false(wants(playground, "POST"));
    assert_false(wants(playground, "OPTIONS"));
    xy__playground_destroy(playground);
}

static void assert_config(const xy_playground_tab *tabs, const char *expected)
{
    const xy_server_config config = {.path = "/api/graphql", .playground_tabs = tabs};
    xy_buf buf;

    xy__buf_init(&buf, SIZE_MAX);
    xy__playground_write_config(&buf, &config);
    xy__buf_char(&buf, '\0');
    assert_string_equal(buf.ptr, expected);
    xy__buf_deinit(&buf);
}

static void the_page_is_told_path_and_tabs(void **state)
{
    static const xy_playground_tab tabs[] = {
        {"{ a }", NULL},
        {"query Q($x: Int) {\n  b(x: $x)\n}", "{\"x\": 1}"},
        {NULL, NULL},
    };

    (void)state;
    assert_config(NULL, "{\"path\":\"/api/graphql\",\"tabs\":[]}");
    assert_config(tabs, "{\"path\":\"/api/graphql\",\"tabs\":[{\"query\":\"{ a }\"},"
                        "{\"query\":\"query Q($x: Int) {\\n  b(x: $x)\\n}\","
                        "\"variables\":\"{\\\"x\\\": 1}\"}]}");
}

static void nothing_leaves_the_script_element(void **state)
{
    static const xy_playground_tab tabs[] = {
        {"# </script><!-- <script> & \xE2\x80\xA8 \xE2\x80\xA9 \xE2\x80\xA6 \xE2\x80", NULL},
        {NULL, NULL},
    };

    (void)state;
    assert_config(tabs, "{\"path\":\"/api/graphql\",\"tabs\":[{\"query\":\"# \\u003c/script\\u003e"
                        "\\u003c!-- \\u003cscript\\u003e \\u0026 \\u2028 \\u2029 \xE2\x80\xA6 "
                        "\xE2\x80\"}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(browsers_are_those_that_prefer_html),
        cmocka_unit_test(nothing_is_wanted_from_a_playground_that_is_not_there),
        cmocka_unit_test(get_and_head_ask_for_the_page),
        cmocka_unit_test(the_page_is_told_path_and_tabs),
        cmocka_unit_test(nothing_leaves_the_script_element),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
