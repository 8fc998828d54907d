/* SPDX-License-Identifier: MIT */
/* What is a SHA-256, and what is a name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "serve/document_id.h"

/* Of "abc" (FIPS 180-2, B.1). */
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void a_digest_is_64_digits(void **state)
{
    static const char *const digests[] = {
        ABC, ("sha256:" ABC), "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"};
    xy_digest expected = xy__digest_of(XY_STR("abc"));

    (void)state;
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        xy_document_id id = xy__document_id_read(xy_str_from(digests[i]));

        assert_int_equal(id.kind, XY_DOCUMENT_ID_DIGEST);
        assert_true(xy__digest_eq(&id.digest, &expected));
    }
}

static void everything_else_is_a_name(void **state)
{
    static const char *const names[] = {
        "x",       ABC "0",
        "sha256:", "sha256:" ABC "0",
        "x-a:b",   "sha1:" ABC,
        "g" ABC,   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ag"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        xy_document_id id = xy__document_id_read(xy_str_from(names[i]));

        assert_int_equal(id.kind, XY_DOCUMENT_ID_NAME);
        assert_true(xy_str_is(id.name, names[i]));
    }
    assert_int_equal(xy__document_id_read(XY_STR("")).kind, XY_DOCUMENT_ID_NONE);
    assert_int_equal(xy__document_id_read(XY_STR_NULL).kind, XY_DOCUMENT_ID_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_is_64_digits),
        cmocka_unit_test(everything_else_is_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
