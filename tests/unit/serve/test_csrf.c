/* SPDX-License-Identifier: MIT */
/* Which GET requests another site may have caused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "http/h1.h"
#include "serve/csrf.h"

#define NAVIGATE "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"
#define FRAME    "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n"
#define CORS     "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n"

static const char *const friends[] = {"https://friend.example", NULL};
static const char *const everyone[] = {"*", NULL};

/* May a request with these header lines be served? */
static bool allows(const xy_server_config *config, const char *method, const char *lines)
{
    const xy_h1_limits limits = {16384, 100, 0};
    xy_h1 *h1 = xy__h1_create(&limits);
    xy_str why = XY_STR_NULL;
    char text[1024];
    size_t used;
    bool allowed;

    snprintf(text, sizeof text, "%s /graphql HTTP/1.1\r\nHost: api.example\r\n%s\r\n", method,
             lines);
    assert_int_equal(xy__h1_feed(h1, xy_str_from(text), &used), XY_H1_HEAD);
    allowed = xy__csrf_allows(config, xy__h1_request(h1), &why);
    assert_true(allowed || why.len);
    xy__h1_destroy(h1);
    return allowed;
}

static const struct {
    const char *lines;
    bool none; /* allowed without CORS */
    bool list; /* with https://friend.example */
    bool any;  /* with "*" */
} gets[] = {
    {"", true, true, true},
    /* What a browser says of itself */
    {"Sec-Fetch-Site: same-origin\r\n" CORS, true, true, true},
    {"Sec-Fetch-Site: none\r\n" NAVIGATE, true, true, true},
    {"Sec-Fetch-Site: cross-site\r\n" NAVIGATE, true, true, true},
    {"Sec-Fetch-Site: cross-site\r\n" FRAME, false, false, false},
    {"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n", false,
     false, false},
    {"Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n", false,
     false, false},
    {"Sec-Fetch-Site: cross-site\r\nOrigin: https://friend.example\r\n" CORS, false, true, true},
    {"Sec-Fetch-Site: same-site\r\nOrigin: https://friend.example\r\n" CORS, false, true, true},
    {"Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n" CORS, false, false, true},
    {"Sec-Fetch-Site: cross-site\r\nOrigin: null\r\n" CORS, false, false, true},
    /* A word that is not known yet is not trusted. */
    {"Sec-Fetch-Site: near\r\n" CORS, false, false, false},
    /* The Origin does not speak against what Sec-Fetch-Site says. */
    {"Sec-Fetch-Site: same-origin\r\nOrigin: https://outside.example\r\n" CORS, true, true, true},
    /* Browsers without Sec-Fetch-Site */
    {"Origin: https://api.example\r\n", true, true, true},
    {"Origin: http://API.example\r\n", true, true, true},
    {"Origin: https://api.example:443\r\n", true, true, true},
    {"Origin: http://api.example:8911\r\n", false, false, true},
    {"Origin: https://api.example.evil.example\r\n", false, false, true},
    {"Origin: https://friend.example\r\n", false, true, true},
    {"Origin: null\r\n", false, false, true},
    {"Origin: api.example\r\n", false, false, true},
    {"Origin: https://\r\n", false, false, true},
};

static void a_get_from_another_site_is_refused(void **state)
{
    xy_server_config config = {.csrf_prevention = XY_CSRF_CROSS_SITE};

    (void)state;
    for (size_t i = 0; i < sizeof gets / sizeof *gets; i++) {
        const char *const *origins[] = {NULL, friends, everyone};
        bool expected[] = {gets[i].none, gets[i].list, gets[i].any};

        for (size_t j = 0; j < 3; j++) {
            config.cors.origins = origins[j];
            if (allows(&config, "GET", gets[i].lines) != expected[j] ||
                allows(&config, "HEAD", gets[i].lines) != expected[j])
                fail_msg("CORS %zu, and\n%s", j, gets[i].lines);
            assert_true(allows(&config, "POST", gets[i].lines));
        }
    }
}

static void every_get_can_be_made_to_need_a_preflight(void **state)
{
    const xy_server_config config = {.csrf_prevention = XY_CSRF_REQUIRE_HEADER};

    (void)state;
    assert_false(allows(&config, "GET", ""));
    assert_false(allows(&config, "GET", "Sec-Fetch-Site: same-origin\r\n"));
    assert_false(allows(&config, "GET", "X-Requested-With:\r\n"));
    assert_true(allows(&config, "GET", "Apollo-Require-Preflight: true\r\n"));
    assert_true(allows(&config, "GET", "X-Apollo-Operation-Name: Q\r\n"));
    assert_true(allows(&config, "GET", "X-GraphQL-Yoga-CSRF: 1\r\n"));
    assert_true(allows(&config, "GET", "X-Requested-With: XMLHttpRequest\r\n"));
    assert_true(allows(&config, "POST", ""));
}

static void it_can_be_switched_off(void **state)
{
    const xy_server_config config = {.csrf_prevention = XY_CSRF_OFF};

    (void)state;
    assert_true(allows(&config, "GET", "Sec-Fetch-Site: cross-site\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_from_another_site_is_refused),
        cmocka_unit_test(every_get_can_be_made_to_need_a_preflight),
        cmocka_unit_test(it_can_be_switched_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
