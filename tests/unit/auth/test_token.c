/* SPDX-License-Identifier: MIT */
/* Which tokens are good, and why the others are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "xylem/error.h"

#include "auth/token.h"
#include "mint.h"

#define NOW 1000000

static const xy_token_rules rules = {.algorithms = XY_ALGORITHMS_ALL, .now_s = NOW};
static xy_arena arena;
static const char *why;
static xy_value claims;

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

static int read_with(xy_auth_keys *keys, const xy_token_rules *with, xy_str token)
{
    int rc = xy__token_read(&arena, keys, with, token, &claims, &why);

    xy__auth_keys_unref(keys);
    return rc;
}

static xy_auth_keys *keys_of(mint_kind kind, const char *more)
{
    const char *problem;
    xy_auth_keys *keys =
        xy__auth_keys_of_jwks(mint_jwks(&arena, mint_key(kind), more), false, &problem);

    assert_non_null(keys);
    return keys;
}

/* A token of `signer` in the face of the keys of `known`. */
static int read_signed(mint_kind known, mint_kind signer, const char *alg)
{
    return read_with(keys_of(known, ""), &rules,
                     mint_token(&arena, mint_key(signer), alg, NULL, "{\"sub\":\"ann\"}"));
}

static void all_algorithms_of_cjose_but_none(void **state)
{
    static const struct {
        mint_kind kind;
        const char *alg;
    } good[] = {
        {MINT_OCT, "HS256"}, {MINT_OCT, "HS384"},  {MINT_OCT, "HS512"},  {MINT_RSA, "RS256"},
        {MINT_RSA, "RS384"}, {MINT_RSA, "RS512"},  {MINT_RSA, "PS256"},  {MINT_RSA, "PS384"},
        {MINT_RSA, "PS512"}, {MINT_P256, "ES256"}, {MINT_P384, "ES384"}, {MINT_P521, "ES512"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(read_signed(good[i].kind, good[i].kind, good[i].alg), XY_OK);
        assert_true(xy_str_is(xy_value_text(xy_value_get(&claims, XY_STR("sub"))), "ann"));
    }
}

static void a_signature_of_another_key_is_none(void **state)
{
    (void)state;
    assert_int_equal(read_with(xy__auth_keys_of_secret(XY_STR("another")), &rules,
                               mint_token(&arena, mint_key(MINT_OCT), "HS256", NULL, "{}")),
                     XY_EREFUSED);
    assert_string_equal(why, "its signature is not ours");
}

/* The public half of a key is no secret: who knows it must not sign by it. */
static void no_algorithm_is_taken_for_another(void **state)
{
    xy_str set = mint_jwks(&arena, mint_key(MINT_RSA), "");
    cjose_err error;
    cjose_jwk_t *forged = cjose_jwk_create_oct_spec((const uint8_t *)set.ptr, set.len, &error);
    xy_str token = mint_token(&arena, forged, "HS256", NULL, "{\"sub\":\"eve\"}");

    (void)state;
    cjose_jwk_release(forged);
    assert_int_equal(read_with(keys_of(MINT_RSA, ""), &rules, token), XY_EREFUSED);
    assert_string_equal(why, "its algorithm is not allowed");
    assert_int_equal(read_signed(MINT_P256, MINT_P384, "ES384"), XY_EREFUSED);
    assert_string_equal(why, "its algorithm is not allowed");
}

static void only_algorithms_that_are_allowed(void **state)
{
    const xy_token_rules strict = {.algorithms = XY_ALGORITHM_HS256, .now_s = NOW};

    (void)state;
    assert_int_equal(read_with(keys_of(MINT_OCT, ""), &strict,
                               mint_token(&arena, mint_key(MINT_OCT), "HS512", NULL, "{}")),
                     XY_EREFUSED);
    assert_string_equal(why, "its algorithm is not allowed");
}

static void headers_that_are_refused(void **state)
{
    static const struct {
        const char *header;
        const char *why;
    } cases[] = {
        {"{\"alg\":\"none\"}", "its algorithm is not allowed"},
        {"{\"alg\":\"None\"}", "its algorithm is not allowed"},
        {"{\"alg\":\"EdDSA\"}", "its algorithm is not allowed"},
        {"{\"alg\":[\"HS256\"]}", "its algorithm is not allowed"},
        {"{}", "its algorithm is not allowed"},
        {"{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}",
         "it asks for extensions that are not known"},
        {"{\"alg\":\"none\",\"alg\":\"HS256\"}", "it is no token"},
        {"{\"alg\":\"HS256\",\"kid\":7}", "its kid is no string"},
        {"[\"HS256\"]", "it is no token"},
        {"no JSON", "it is no token"},
        {"{\"alg\":\"HS256\",\"x\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}", "it is no token"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(read_with(keys_of(MINT_OCT, ""), &rules,
                                   mint_raw(&arena, cases[i].header, "{\"sub\":\"eve\"}", "AAAA")),
                         XY_EREFUSED);
        assert_string_equal(why, cases[i].why);
    }
}

static void texts_that_are_no_tokens(void **state)
{
    static const char *const texts[] = {
        "",
        ".",
        "..",
        "...",
        "a",
        "a.b",
        "YQ.YQ.",
        "YQ..YQ",
        ".YQ.YQ",
        "YQ.YQ.YQ.YQ",
        "YQ==.YQ==.YQ==",
        "Y+.YQ.YQ",
        "YQ.YQ.Y",
    };
    char *large = xy__arena_zalloc(&arena, XY_TOKEN_BYTES_MAX + 2);

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(read_with(keys_of(MINT_OCT, ""), &rules, xy_str_from(texts[i])),
                         XY_EREFUSED);
        assert_string_equal(why, "it is no token");
    }
    memset(large, 'A', XY_TOKEN_BYTES_MAX + 1);
    assert_int_equal(read_with(keys_of(MINT_OCT, ""), &rules, xy_str_from(large)), XY_EREFUSED);
    assert_string_equal(why, "it is no token");
}

static void a_key_is_found_by_its_id(void **state)
{
    xy_str named = mint_token(&arena, mint_key(MINT_P256), "ES256", "b", "{}");
    xy_str unnamed = mint_token(&arena, mint_key(MINT_P256), "ES256", NULL, "{}");

    (void)state;
    assert_int_equal(read_with(keys_of(MINT_P256, ",\"kid\":\"b\""), &rules, named), XY_OK);
    assert_int_equal(read_with(keys_of(MINT_P256, ",\"kid\":\"b\""), &rules, unnamed), XY_OK);
    assert_int_equal(read_with(keys_of(MINT_P256, ",\"kid\":\"a\""), &rules, named), XY_ENOTFOUND);
    assert_string_equal(why, "its key is not known");
    assert_int_equal(read_with(NULL, &rules, named), XY_ENOTFOUND);
    assert_string_equal(why, "its key is not known");
}

typedef struct claims_case {
    const char *claims;
    const char *why; /* NULL: good */
} claims_case;

static void expect_claims(const xy_token_rules *with, const claims_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int rc = read_with(keys_of(MINT_OCT, ""), with,
                           mint_token(&arena, mint_key(MINT_OCT), "HS256", NULL, cases[i].claims));

        assert_int_equal(rc, cases[i].why ? XY_EREFUSED : XY_OK);
        if (cases[i].why)
            assert_string_equal(why, cases[i].why);
    }
}

static void times_are_obeyed_with_a_leeway(void **state)
{
    static const xy_token_rules lenient = {
        .algorithms = XY_ALGORITHMS_ALL, .now_s = NOW, .leeway_s = 10};
    static const claims_case exact[] = {
        {"{\"exp\":1000001,\"nbf\":1000000}", NULL},
        {"{\"exp\":1000000.5}", NULL},
        {"{\"exp\":1000000}", "it has expired"},
        {"{\"exp\":-1}", "it has expired"},
        {"{\"nbf\":1000001}", "it is not valid yet"},
        {"{\"nbf\":1e300}", "it is not valid yet"},
        {"{\"exp\":\"1000001\"}", "its exp or nbf is no number"},
        {"{\"nbf\":null}", "its exp or nbf is no number"},
    };
    static const claims_case loose[] = {
        {"{\"exp\":999991}", NULL},
        {"{\"exp\":999990}", "it has expired"},
        {"{\"nbf\":1000010}", NULL},
        {"{\"nbf\":1000011}", "it is not valid yet"},
    };

    (void)state;
    expect_claims(&rules, exact, sizeof exact / sizeof *exact);
    expect_claims(&lenient, loose, sizeof loose / sizeof *loose);
}

static void issuer_and_audience_are_checked_where_they_are_known(void **state)
{
    static const xy_token_rules strict = {
        .algorithms = XY_ALGORITHMS_ALL,
        .issuer = XY_STR_INIT("https://a.example"),
        .audience = XY_STR_INIT("api"),
        .now_s = NOW,
    };
    static const claims_case cases[] = {
        {"{\"iss\":\"https://a.example\",\"aud\":\"api\"}", NULL},
        {"{\"iss\":\"https://a.example\",\"aud\":[\"web\",\"api\"]}", NULL},
        {"{\"iss\":\"https://a.example/\",\"aud\":\"api\"}", "it is of another issuer"},
        {"{\"iss\":[\"https://a.example\"],\"aud\":\"api\"}", "it is of another issuer"},
        {"{\"aud\":\"api\"}", "it is of another issuer"},
        {"{\"iss\":\"https://a.example\"}", "it is for another audience"},
        {"{\"iss\":\"https://a.example\",\"aud\":[]}", "it is for another audience"},
        {"{\"iss\":\"https://a.example\",\"aud\":{\"api\":true}}", "it is for another audience"},
    };

    (void)state;
    expect_claims(&strict, cases, sizeof cases / sizeof *cases);
}

static void claims_that_are_no_object_are_refused(void **state)
{
    static const claims_case cases[] = {
        {"[]", "its claims are no JSON object"},
        {"no JSON", "its claims are no JSON object"},
        {"{\"sub\":\"a\",\"sub\":\"b\"}", "its claims are no JSON object"},
        {"{\"x\":{\"y\":1,\"y\":2}}", "its claims are no JSON object"},
    };

    (void)state;
    expect_claims(&rules, cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_algorithms_of_cjose_but_none),
        cmocka_unit_test(a_signature_of_another_key_is_none),
        cmocka_unit_test(no_algorithm_is_taken_for_another),
        cmocka_unit_test(only_algorithms_that_are_allowed),
        cmocka_unit_test(headers_that_are_refused),
        cmocka_unit_test(texts_that_are_no_tokens),
        cmocka_unit_test(a_key_is_found_by_its_id),
        cmocka_unit_test(times_are_obeyed_with_a_leeway),
        cmocka_unit_test(issuer_and_audience_are_checked_where_they_are_known),
        cmocka_unit_test(claims_that_are_no_object_are_refused),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
