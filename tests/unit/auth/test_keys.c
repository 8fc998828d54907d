/* SPDX-License-Identifier: MIT */
/* What a key may be used for is a matter of the key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "mint.h"

static xy_arena arena;

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

/* What the key may be used for; 0: it is passed over. */
static xy_algorithms allowed(mint_kind kind, const char *more, bool is_public)
{
    const char *why;
    xy_auth_keys *keys =
        xy__auth_keys_of_jwks(mint_jwks(&arena, mint_key(kind), more), is_public, &why);
    xy_algorithms algorithms = keys ? keys->items[0].algorithms : 0;

    if (!keys)
        assert_string_equal(why, "it has no key that can be used");
    xy__auth_keys_unref(keys);
    return algorithms;
}

static void a_keys_type_and_curve_say_which_algorithms(void **state)
{
    (void)state;
    assert_int_equal(allowed(MINT_RSA, "", true), XY_ALGORITHMS_RS | XY_ALGORITHMS_PS);
    assert_int_equal(allowed(MINT_P256, "", true), XY_ALGORITHM_ES256);
    assert_int_equal(allowed(MINT_P384, "", true), XY_ALGORITHM_ES384);
    assert_int_equal(allowed(MINT_P521, "", true), XY_ALGORITHM_ES512);
    assert_int_equal(allowed(MINT_OCT, "", false), XY_ALGORITHMS_HS);
}

static void a_key_may_say_which_one(void **state)
{
    (void)state;
    assert_int_equal(allowed(MINT_RSA, ",\"alg\":\"PS256\"", true),
                     xy__algorithm_of(XY_STR("PS256")));
    assert_int_equal(allowed(MINT_RSA, ",\"alg\":\"HS256\"", true), 0);
    assert_int_equal(allowed(MINT_RSA, ",\"alg\":\"none\"", true), 0);
}

static void keys_for_other_things_are_passed_over(void **state)
{
    (void)state;
    assert_int_equal(allowed(MINT_P256, ",\"use\":\"enc\"", true), 0);
    assert_int_equal(allowed(MINT_P256, ",\"use\":\"sig\"", true), XY_ALGORITHM_ES256);
    assert_int_equal(allowed(MINT_P256, ",\"key_ops\":[\"sign\"]", true), 0);
    assert_int_equal(allowed(MINT_P256, ",\"key_ops\":[\"verify\"]", true), XY_ALGORITHM_ES256);
}

static void short_keys_and_published_secrets_are_passed_over(void **state)
{
    (void)state;
    assert_int_equal(allowed(MINT_RSA_SHORT, "", true), 0);
    assert_int_equal(allowed(MINT_OCT, "", true), 0);
}

/* Lengths that no encoder makes, for which cjose would end the process. */
static void numbers_that_are_no_base64url_are_refused(void **state)
{
    static const char *const sets[] = {
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAAA\"}]}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"\"}]}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":7}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"A\",\"y\":\"A\"}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQ==\",\"e\":\"AQAB\"}]}",
    };
    const char *why;

    (void)state;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        assert_null(xy__auth_keys_of_jwks(xy_str_from(sets[i]), false, &why));
}

static void what_is_no_key_set_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *why;
    } cases[] = {
        {"", "it is no JSON"},
        {"[]", "it is no JSON Web Key Set"},
        {"{\"keys\":{}}", "it is no JSON Web Key Set"},
        {"{\"keys\":[]}", "it has no key that can be used"},
        {"{\"keys\":[1,null,{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}",
         "it has no key that can be used"},
    };
    const char *why;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_null(xy__auth_keys_of_jwks(xy_str_from(cases[i].text), true, &why));
        assert_string_equal(why, cases[i].why);
    }
    assert_null(xy__auth_keys_of_secret(XY_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_keys_type_and_curve_say_which_algorithms),
        cmocka_unit_test(a_key_may_say_which_one),
        cmocka_unit_test(keys_for_other_things_are_passed_over),
        cmocka_unit_test(short_keys_and_published_secrets_are_passed_over),
        cmocka_unit_test(numbers_that_are_no_base64url_are_refused),
        cmocka_unit_test(what_is_no_key_set_is_refused),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
