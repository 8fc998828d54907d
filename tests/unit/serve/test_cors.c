/* SPDX-License-Identifier: MIT */
/* Which headers an origin gets from a configuration, and which configurations make sense. A server
 * answers, so that what is compared is what a browser sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../http/web.h"
#include "serve/cors.h"

#define GET(lines)     "GET / HTTP/1.1\r\nHost: x\r\n" lines "\r\n"
#define OPTIONS(lines) "OPTIONS / HTTP/1.1\r\nHost: x\r\n" lines "\r\n"

#define A              "Origin: https://a.example\r\n"
#define EVIL           "Origin: https://evil.example\r\n"
#define ASKS           "Access-Control-Request-Method: POST\r\n"
#define NAMES          "Access-Control-Request-Headers: content-type,authorization\r\n"

#define ALLOW_A        "access-control-allow-origin: https://a.example\r\n"
#define ALLOW_ANY      "access-control-allow-origin: *\r\n"
#define CREDENTIALS    "access-control-allow-credentials: true\r\n"
#define VARY           "vary: Origin\r\n"
#define VARY_BOTH      "vary: Access-Control-Request-Method, Access-Control-Request-Headers\r\n"
#define METHODS        "access-control-allow-methods: GET, POST\r\n"
#define ALLOW          "allow: GET, POST\r\n"

typedef struct cors_test {
    web web;
    client client;
    xy_cors_config cors;
} cors_test;

static const char *const two[] = {"https://b.example:8443", "https://a.example", NULL};
static const char *const any[] = {"*", NULL};
static const char *const opaque[] = {"null", NULL};

static void answers(xy_exchange *exchange)
{
    const cors_test *t = xy__exchange_arg(exchange);
    const xy_request *request = xy__exchange_request(exchange);
    xy_http_header headers[XY_CORS_HEADERS_MAX];
    size_t len = xy__cors_headers(&t->cors, request, headers);

    xy__exchange_add_headers(exchange, (xy_http_headers){headers, len});
    if (request->method == XY_HTTP_OPTIONS) {
        xy__cors_options(&t->cors, exchange, XY_STR("GET, POST"));
    } else {
        xy__exchange_respond(exchange, 200, XY_HTTP_NO_HEADERS, XY_STR_NULL);
    }
}

static int setup(void **state)
{
    cors_test *t = calloc(1, sizeof *t);

    web_init(&t->web, XY_CLOCK_VIRTUAL);
    t->web.options.arg = t;
    t->web.options.handler = answers;
    web_open(&t->web);
    client_open(&t->client, &t->web);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    cors_test *t = *state;

    client_close(&t->client);
    web_close(&t->web);
    free(t);
    return 0;
}

/* Is it about CORS? Other lines of an answer are of no interest here. */
static bool is_of_interest(const char *line)
{
    return strncmp(line, "access-control", 14) == 0 || strncmp(line, "vary", 4) == 0 ||
           strncmp(line, "allow", 5) == 0;
}

/* Any order will do: each expected line must be there, and no other. */
static void expect(cors_test *t, const char *request, const char *lines)
{
    char got[4096];
    size_t len = strlen(lines);
    char *rest = got;

    snprintf(got, sizeof got, "%s", client_ask(&t->client, request));
    for (char *line; (line = strtok_r(rest, "\r\n", &rest)) && len < sizeof got;) {
        if (!is_of_interest(line))
            continue;
        if (!strstr(lines, line))
            fail_msg("%s: got %s", request, line);
        len -= strlen(line) + 2;
    }
    if (len)
        fail_msg("%s: not all of\n%s", request, lines);
}

static void without_a_configuration_there_is_nothing(void **state)
{
    expect(*state, GET(A), "");
    expect(*state, OPTIONS(A ASKS NAMES), ALLOW);
    expect(*state, OPTIONS(""), ALLOW);
}

static void a_listed_origin_is_named(void **state)
{
    cors_test *t = *state;

    t->cors.origins = two;
    expect(t, GET(A), ALLOW_A VARY);
    expect(t, GET("Origin: https://b.example:8443\r\n"),
           "access-control-allow-origin: https://b.example:8443\r\n" VARY);
    t->cors.credentials = true;
    t->cors.exposed_headers = "x-request-id";
    expect(t, GET(A), ALLOW_A CREDENTIALS "access-control-expose-headers: x-request-id\r\n" VARY);
    /* What the page calls itself is what its browser compares with. */
    expect(t, GET("Origin: HTTPS://A.example\r\n"),
           "access-control-allow-origin: HTTPS://A.example\r\n" CREDENTIALS
           "access-control-expose-headers: x-request-id\r\n" VARY);
}

static void another_origin_gets_nothing_but_vary(void **state)
{
    cors_test *t = *state;

    t->cors = (xy_cors_config){.origins = two, .credentials = true, .exposed_headers = "a"};
    expect(t, GET(EVIL), VARY);
    expect(t, GET(""), VARY);
    expect(t, GET("Origin: null\r\n"), VARY);
    expect(t, GET("Origin: https://b.example\r\n"), VARY);
    expect(t, GET("Origin: http://a.example\r\n"), VARY);
    expect(t, GET("Origin: https://a.example.evil.example\r\n"), VARY);
    expect(t, GET("Origin: https://a.example/\r\n"), VARY);
    expect(t, OPTIONS(EVIL ASKS NAMES), ALLOW VARY VARY_BOTH);
}

static void the_opaque_origin_must_be_listed(void **state)
{
    cors_test *t = *state;

    t->cors.origins = opaque;
    expect(t, GET("Origin: null\r\n"), "access-control-allow-origin: null\r\n" VARY);
}

static void any_origin_never_has_credentials(void **state)
{
    cors_test *t = *state;

    t->cors = (xy_cors_config){.origins = any, .credentials = true};
    expect(t, GET(EVIL), ALLOW_ANY);
    expect(t, GET(""), ALLOW_ANY);
    expect(t, OPTIONS(EVIL ASKS), ALLOW ALLOW_ANY METHODS VARY_BOTH);
}

static void a_preflight_grants_what_is_asked_for(void **state)
{
    cors_test *t = *state;

    t->cors = (xy_cors_config){.origins = two, .credentials = true, .max_age_s = 600};
    expect(t, OPTIONS(A ASKS NAMES),
           ALLOW ALLOW_A CREDENTIALS METHODS
           "access-control-allow-headers: content-type,authorization\r\n"
           "access-control-max-age: 600\r\n" VARY VARY_BOTH);
    t->cors.max_age_s = UINT32_MAX;
    expect(t, OPTIONS(A ASKS),
           ALLOW ALLOW_A CREDENTIALS METHODS
           "access-control-max-age: 4294967295\r\n" VARY VARY_BOTH);
}

static void a_preflight_grants_what_is_configured(void **state)
{
    cors_test *t = *state;

    t->cors = (xy_cors_config){.origins = two, .allowed_headers = "x-one, x-two"};
    expect(t, OPTIONS(A ASKS NAMES),
           ALLOW ALLOW_A METHODS "access-control-allow-headers: x-one, x-two\r\n" VARY
                                 "vary: Access-Control-Request-Method\r\n");
}

static void names_that_are_none_are_not_repeated(void **state)
{
    cors_test *t = *state;
    char request[XY_CORS_REQUESTED_MAX + 512];

    t->cors.origins = two;
    expect(t, OPTIONS(A ASKS "Access-Control-Request-Headers: a b\r\n"),
           ALLOW ALLOW_A METHODS VARY VARY_BOTH);
    expect(t, OPTIONS(A ASKS "Access-Control-Request-Headers: \"a\",<b>\r\n"),
           ALLOW ALLOW_A METHODS VARY VARY_BOTH);
    snprintf(request, sizeof request, OPTIONS(A ASKS "Access-Control-Request-Headers: %0*d\r\n"),
             (int)XY_CORS_REQUESTED_MAX + 1, 0);
    expect(t, request, ALLOW ALLOW_A METHODS VARY VARY_BOTH);
}

static void other_options_requests_are_no_preflights(void **state)
{
    cors_test *t = *state;

    t->cors.origins = two;
    expect(t, OPTIONS(""), ALLOW VARY);
    expect(t, OPTIONS(A), ALLOW ALLOW_A VARY);
    expect(t, OPTIONS(ASKS), ALLOW VARY);
}

/* ---- configurations ---- */

static void what_makes_no_sense_is_said(void **state)
{
    static const struct {
        const char *origin;
        const char *problem; /* a part of it; NULL: none */
    } cases[] = {
        {"https://a.example", NULL},
        {"http://localhost:5173", NULL},
        {"http://[::1]:8080", NULL},
        {"capacitor://localhost", NULL},
        {"null", NULL},
        {"*", NULL},
        {"https://a.example/", "cors.origins: \"https://a.example/\": an origin has no path"},
        {"https://a.example/app", "no path"},
        {"https://a.example?x", "no path"},
        {"a.example", "scheme://host"},
        {"", "scheme://host"},
        {"https://", "scheme://host"},
        {"://a", "scheme://host"},
        {"https://*.example", "no patterns"},
        {"https://u@a.example", "one an entry"},
        {"https://a.example, https://b.example", "no path"},
        {"https://a.example b", "one an entry"},
        {"https://a.example:443", "default port"},
        {"http://a.example:80", "default port"},
        {"http://a.example:443", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const origins[] = {cases[i].origin, NULL};
        const xy_cors_config cors = {.origins = origins};
        char problem[XY_CORS_PROBLEM_MAX] = "";

        assert_int_equal(xy__cors_check(&cors, problem), cases[i].problem == NULL);
        if (cases[i].problem && !strstr(problem, cases[i].problem))
            fail_msg("%s: %s", cases[i].origin, problem);
    }
}

static void a_star_stands_alone(void **state)
{
    static const char *const first[] = {"*", "https://a.example", NULL};
    static const char *const second[] = {"https://a.example", "*", NULL};
    xy_cors_config cors = {.origins = first};
    char problem[XY_CORS_PROBLEM_MAX];

    (void)state;
    assert_false(xy__cors_check(&cors, problem));
    assert_non_null(strstr(problem, "only entry"));
    cors.origins = second;
    assert_false(xy__cors_check(&cors, problem));
    assert_non_null(strstr(problem, "only entry"));
}

static void lists_of_headers_are_looked_at(void **state)
{
    xy_cors_config cors = {.allowed_headers = "authorization, content-type"};
    char problem[XY_CORS_PROBLEM_MAX];

    (void)state;
    assert_true(xy__cors_check(&cors, problem));
    cors.exposed_headers = "x-request-id x-other";
    assert_false(xy__cors_check(&cors, problem));
    assert_string_equal(problem, "cors.exposed_headers \"x-request-id x-other\": not a list of "
                                 "header names, as \"x-one, x-two\"");
}

#define WEB_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WEB_TEST(without_a_configuration_there_is_nothing),
        WEB_TEST(a_listed_origin_is_named),
        WEB_TEST(another_origin_gets_nothing_but_vary),
        WEB_TEST(the_opaque_origin_must_be_listed),
        WEB_TEST(any_origin_never_has_credentials),
        WEB_TEST(a_preflight_grants_what_is_asked_for),
        WEB_TEST(a_preflight_grants_what_is_configured),
        WEB_TEST(names_that_are_none_are_not_repeated),
        WEB_TEST(other_options_requests_are_no_preflights),
        cmocka_unit_test(what_makes_no_sense_is_said),
        cmocka_unit_test(a_star_stands_alone),
        cmocka_unit_test(lists_of_headers_are_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
