/* SPDX-License-Identifier: MIT */
/* Heads of responses as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "http/response.h"

static const char *render(const xy_response *response)
{
    static char text[2048];
    xy_date date = {0};
    char *end;
    char *at;

    assert_true(xy__response_max(response) < sizeof text);
    end = xy__response_write(response, &date, text);
    assert_true((size_t)(end - text) <= xy__response_max(response));
    *end = '\0';
    at = strstr(text, "Date: ");
    assert_non_null(at);
    memmove(at + 7, at + 35, strlen(at + 35) + 1);
    at[6] = '*';
    return text;
}

static void heads(void **state)
{
    static const xy_http_header items[] = {
        {XY_STR_INIT("content-type"), XY_STR_INIT("text/plain")},
        {XY_STR_INIT("x"), XY_STR_INIT("")},
    };
    const struct {
        xy_response response;
        const char *expect;
    } cases[] = {
        {{.status = 200,
          .headers = XY_HTTP_HEADERS(items),
          .framing = XY_FRAMING_LENGTH,
          .length = 12,
          .keep_alive = true,
          .idle_s = 72},
         "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx: \r\ncontent-length: 12\r\nDate: *\r\n"
         "Connection: keep-alive\r\nKeep-Alive: timeout=72\r\n\r\n"},
        {{.status = 404, .framing = XY_FRAMING_LENGTH, .keep_alive = true},
         "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nDate: *\r\nConnection: "
         "keep-alive\r\n\r\n"},
        {{.status = 204, .framing = XY_FRAMING_NONE},
         "HTTP/1.1 204 No Content\r\nDate: *\r\nConnection: close\r\n\r\n"},
        {{.status = 200, .framing = XY_FRAMING_CHUNKED, .keep_alive = true, .idle_s = 72},
         "HTTP/1.1 200 OK\r\nDate: *\r\nConnection: keep-alive\r\nTransfer-Encoding: "
         "chunked\r\n\r\n"},
        {{.status = 599, .framing = XY_FRAMING_CLOSE},
         "HTTP/1.1 599 \r\nDate: *\r\nConnection: close\r\n\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(render(&cases[i].response), cases[i].expect);
}

/* A value that a client chose cannot add a header, or a response. */
static void values_stay_in_their_line(void **state)
{
    xy_http_header header = {XY_STR("x"), XY_STR("a\r\nSet-Cookie: b\r\n\r\n\0c\td")};
    xy_response response = {.status = 200, .headers = {&header, 1}, .framing = XY_FRAMING_NONE};

    (void)state;
    assert_string_equal(
        render(&response),
        "HTTP/1.1 200 OK\r\nx: a  Set-Cookie: b     c\td\r\nDate: *\r\nConnection: close\r\n\r\n");
}

static void dates(void **state)
{
    static const struct {
        time_t second;
        const char *line;
    } cases[] = {
        {0, "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"},
        {784111777, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"},
        {1795452035, "Date: Mon, 23 Nov 2026 16:40:35 GMT\r\n"},
        {1709208000, "Date: Thu, 29 Feb 2024 12:00:00 GMT\r\n"},
    };
    xy_date date = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        xy__date_render(&date, cases[i].second);
        assert_string_equal(date.line, cases[i].line);
    }
    assert_int_equal(xy__date_line(&date).len, 37);
    assert_true(labs((long)(date.second - time(NULL))) <= 1);
}

static void errors_are_json(void **state)
{
    xy_bytes *body = xy__response_error_body(XY_STR("a \"b\" \\ \n \xc3\xa4"));

    (void)state;
    assert_true(xy_str_is(xy_bytes_str(body),
                          "{\"errors\":[{\"message\":\"a \\\"b\\\" \\\\ \\u000a \xc3\xa4\"}]}"));
    xy_bytes_unref(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads),
        cmocka_unit_test(values_stay_in_their_line),
        cmocka_unit_test(dates),
        cmocka_unit_test(errors_are_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
