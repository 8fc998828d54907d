/* SPDX-License-Identifier: MIT */
/* From a request to an identity, and configurations that make no sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "xylem/auth.h"

#include "auth/incoming.h"
#include "auth/key_source.h"
#include "execution/identity.h"
#include "mint.h"

#define SECRET XY_STR("a secret of thirty-two bytes ...") /* of MINT_OCT */

typedef struct bearer {
    xy_incoming incoming;
    xy_str authorization;
} bearer;

static xy_arena arena;

static xy_str header(const xy_incoming *request, xy_str name)
{
    return xy_str_is(name, "authorization") ? ((const bearer *)request)->authorization
                                            : XY_STR_NULL;
}

static int setup(void **state)
{
    (void)state;
    xy__arena_init(&arena, 1u << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    xy__arena_deinit(&arena);
    mint_close();
    return 0;
}

/* gives: the identity. */
static xy_identity *show(xy_jwt *jwt, xy_str token, int rc)
{
    const bearer request = {
        .incoming = {header},
        .authorization = xy__arena_printf(&arena, "Bearer %.*s", XY_PRI(token)),
    };
    xy_identity *identity = xy__identity_create();

    assert_int_equal(xy_jwt_authenticate(jwt, NULL, &request.incoming, identity), rc);
    return identity;
}

static xy_identity *show_claims(const xy_jwt_config *config, const char *claims, int rc)
{
    xy_identity *identity;
    xy_jwt *jwt;

    assert_int_equal(xy_jwt_create(config, &jwt), XY_OK);
    identity = show(jwt, mint_token(&arena, mint_key(MINT_OCT), "HS256", NULL, claims), rc);
    xy_jwt_destroy(jwt);
    return identity;
}

static void claims_become_an_identity(void **state)
{
    static const struct {
        const char *claims;
        const char *user;
        uint32_t roles;
        int64_t expires_s;
    } cases[] = {
        {"{\"sub\":\"ann\",\"roles\":[\"a\",\"b\",1,null],\"exp\":9999999999}", "ann", 2,
         9999999999},
        {"{\"sub\":7,\"roles\":\"admin\",\"exp\":9999999999.5}", "7", 1, 10000000000},
        {"{\"roles\":{\"admin\":true}}", "", 0, 0},
        {"{\"exp\":1e300}", "", 0, INT64_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_identity *identity =
            show_claims(&(xy_jwt_config){.secret = SECRET}, cases[i].claims, XY_OK);

        assert_true(xy_str_is(identity->user, cases[i].user));
        assert_int_equal(identity->role_count, cases[i].roles);
        assert_int_equal(identity->expires_s, cases[i].expires_s);
        xy__identity_unref(identity);
    }
}

static int find_user(xy_app *app, const xy_value *claims, xy_identity *identity)
{
    (void)app;
    if (xy_value_get(claims, XY_STR("banned")))
        return xy_identity_refuse(identity, "the user is banned");
    xy_identity_add_role(identity, XY_STR("found"));
    return XY_OK;
}

static void the_application_may_say_more(void **state)
{
    const xy_jwt_config config = {.secret = SECRET, .user = find_user};
    xy_identity *welcome = show_claims(&config, "{\"sub\":\"ann\"}", XY_OK);
    xy_identity *banned = show_claims(&config, "{\"sub\":\"ann\",\"banned\":1}", XY_EREFUSED);

    (void)state;
    assert_true(xy__identity_has_role(welcome, XY_STR("found")));
    assert_string_equal(banned->reason, "the user is banned");
    xy__identity_unref(welcome);
    xy__identity_unref(banned);
}

static void a_leeway_puts_off_the_expiry(void **state)
{
    const xy_jwt_config config = {.secret = SECRET, .leeway_s = 100};
    int64_t now = time(NULL);
    char claims[64];
    xy_identity *identity;

    (void)state;
    snprintf(claims, sizeof claims, "{\"exp\":%lld}", (long long)now - 10);
    identity = show_claims(&config, claims, XY_OK);
    assert_int_equal(identity->expires_s, now + 90);
    xy__identity_unref(identity);
}

static void a_secret_alone_is_for_hs256(void **state)
{
    const xy_jwt_config config = {.secret = SECRET};
    xy_identity *identity;
    xy_jwt *jwt;

    (void)state;
    assert_int_equal(xy_jwt_create(&config, &jwt), XY_OK);
    identity = show(jwt, mint_token(&arena, mint_key(MINT_OCT), "HS512", NULL, "{}"), XY_EREFUSED);
    assert_string_equal(identity->reason, "the token is refused: its algorithm is not allowed");
    xy__identity_unref(identity);
    xy_jwt_destroy(jwt);
}

static void keys_come_from_a_file(void **state)
{
    char path[] = "/tmp/xylem-jwks-XXXXXX";
    int file = mkstemp(path);
    xy_str set = mint_jwks(&arena, mint_key(MINT_P256), ",\"kid\":\"k\"");
    xy_identity *identity;
    xy_jwt *jwt;

    (void)state;
    assert_int_equal(write(file, set.ptr, set.len), (ssize_t)set.len);
    close(file);
    assert_int_equal(xy_jwt_create(&(xy_jwt_config){.jwks_file = path}, &jwt), XY_OK);
    identity = show(jwt, mint_token(&arena, mint_key(MINT_P256), "ES256", "k", "{\"sub\":\"ann\"}"),
                    XY_OK);
    assert_true(xy_str_is(identity->user, "ann"));
    xy__identity_unref(identity);
    xy_jwt_destroy(jwt);
    unlink(path);
}

static void configurations_that_make_no_sense_are_refused(void **state)
{
    static const char *const unknown[] = {"HS256", "EdDSA", NULL};
    static const char *const none[] = {NULL};
    const xy_jwt_config cases[] = {
        {0},
        {.secret = XY_STR("")},
        {.secret = SECRET, .jwks_file = "x"},
        {.jwks_file = "/nowhere/jwks.json"},
        {.jwks_file = "/dev/null"},
        {.jwks_url = "http://keys.example/jwks.json"},
        {.secret = SECRET, .algorithms = unknown},
        {.secret = SECRET, .algorithms = none},
    };
    xy_jwt *jwt;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(xy_jwt_create(&cases[i], &jwt), XY_EINVAL);
}

static void keys_are_fetched_safely_or_not_at_all(void **state)
{
    (void)state;
    assert_true(xy__key_source_is_safe("https://keys.example/jwks.json"));
    assert_true(xy__key_source_is_safe("http://127.0.0.1:8080/jwks.json"));
    assert_true(xy__key_source_is_safe("http://[::1]/"));
    assert_false(xy__key_source_is_safe("http://keys.example/"));
    assert_false(xy__key_source_is_safe("http://localhost.example/"));
    assert_false(xy__key_source_is_safe("http://localhost:x@keys.example/"));
    assert_false(xy__key_source_is_safe("file:///etc/passwd"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_become_an_identity),
        cmocka_unit_test(the_application_may_say_more),
        cmocka_unit_test(a_leeway_puts_off_the_expiry),
        cmocka_unit_test(a_secret_alone_is_for_hs256),
        cmocka_unit_test(keys_come_from_a_file),
        cmocka_unit_test(configurations_that_make_no_sense_are_refused),
        cmocka_unit_test(keys_are_fetched_safely_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
