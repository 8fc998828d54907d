/* SPDX-License-Identifier: MIT */
/* Who sent a request, and under which id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "xylem/log.h"

#include "http/h1.h"
#include "serve/caller.h"

/* A token is "user:role"; "expired" is one that was good once. */
static int authenticate(xy_app *app, const xy_incoming *request, xy_identity *identity)
{
    xy_str token = xy_incoming_header(request, "Authorization");
    const char *colon = token.len ? memchr(token.ptr, ':', token.len) : NULL;

    (void)app;
    if (xy_str_is(token, "expired")) {
        xy_identity_set_user(identity, token);
        return xy_identity_refuse(identity, "the token has %s", "expired");
    }
    if (!colon)
        return XY_OK;
    xy_identity_set_user(identity, (xy_str){token.ptr, (size_t)(colon - token.ptr)});
    xy_identity_add_role(identity,
                         (xy_str){colon + 1, token.len - (size_t)(colon + 1 - token.ptr)});
    return XY_OK;
}

static const xy_server_config config = {.authenticate = authenticate};
static xy_service service = {.config = &config, .request_seed = 1};

/* The caller of a request with these header lines. */
static xy_caller call_with(const char *headers)
{
    static const xy_h1_limits limits = {.head_max = 4096, .headers_max = 20, .body_max = 0};
    xy_h1 *h1 = xy__h1_create(&limits);
    char text[1024];
    xy_caller caller;
    xy_str rest;
    size_t used;

    snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", headers);
    rest = xy_str_from(text);
    assert_int_equal(xy__h1_feed(h1, rest, &used), XY_H1_HEAD);
    xy__caller_init(&caller, &service, xy__h1_request(h1));
    xy__h1_destroy(h1);
    return caller;
}

static void a_good_token_names_the_user_and_his_roles(void **state)
{
    xy_caller caller = call_with("authorization: ann:admin\r\n");

    (void)state;
    assert_non_null(caller.identity);
    assert_true(xy_str_is(caller.identity->user, "ann"));
    assert_int_equal(caller.identity->role_count, 1);
    assert_true(xy_str_is(caller.identity->roles[0], "admin"));
    xy__caller_deinit(&caller);
    assert_null(caller.identity);
}

static void no_token_and_a_bad_one_are_anonymous(void **state)
{
    xy_caller none = call_with("");
    xy_caller bad = call_with("authorization: expired\r\n");

    (void)state;
    assert_null(none.identity);
    assert_null(bad.identity);
}

static void ids_are_those_of_the_client_where_they_are_sane(void **state)
{
    static const struct {
        const char *given;
        bool kept;
    } cases[] = {
        {"0b1c9a52-7f8e-4c65-9d3a-2b1e0f4d6c7a", true},
        {"a_b.C-1", true},
        {"", false},
        {"two words", false},
        {"\"quoted\"", false},
        {"0123456789012345678901234567890123456", false}, /* one too long */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char header[128];
        xy_caller caller;
        xy_str id;

        snprintf(header, sizeof header, "x-request-id: %s\r\n", cases[i].given);
        caller = call_with(header);
        id = xy__request_id_text(&caller.id);
        assert_int_equal(xy_str_is(id, cases[i].given), cases[i].kept);
        assert_true(id.len > 0);
        xy__caller_deinit(&caller);
    }
}

static void ids_of_our_own_differ(void **state)
{
    xy_caller one = call_with("");
    xy_caller two = call_with("");

    (void)state;
    assert_int_equal(one.id.len, 16);
    assert_false(xy_str_eq(xy__request_id_text(&one.id), xy__request_id_text(&two.id)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_token_names_the_user_and_his_roles),
        cmocka_unit_test(no_token_and_a_bad_one_are_anonymous),
        cmocka_unit_test(ids_are_those_of_the_client_where_they_are_sane),
        cmocka_unit_test(ids_of_our_own_differ),
    };

    xy_log_set_level(XY_LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
