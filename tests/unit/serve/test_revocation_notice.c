/* SPDX-License-Identifier: MIT */
/* The text of a notice, there and back; and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "serve/revocation_notice.h"

#define FROM "0123456789abcdef"

static bool reads(xy_str text, xy_revocation_notice *out)
{
    static xy_arena arena;
    bool good;

    xy__arena_deinit(&arena);
    xy__arena_init(&arena, 1 << 16);
    good = xy__revocation_notice_read(&arena, text, out);
    if (!good)
        xy__arena_deinit(&arena);
    return good;
}

static void what_is_written_is_read(void **state)
{
    static const char *const users[] = {"ann", "", "a \"quote\"\n", "\xc3\xa4\xf0\x9f\x98\x80"};

    (void)state;
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
        xy_revocation_notice in = {xy_str_from(users[i]), 1700000000123, XY_STR(FROM)};
        xy_revocation_notice out;
        xy_bytes *text;

        assert_int_equal(xy__revocation_notice_write(&in, &text), XY_OK);
        assert_true(reads(xy_bytes_str(text), &out));
        assert_true(xy_str_eq(out.user, in.user) && xy_str_eq(out.from, in.from));
        assert_int_equal(out.at_ms, in.at_ms);
        xy_bytes_unref(text);
        reads(XY_STR(""), &out);
    }
}

static void its_text_is_what_the_guide_says(void **state)
{
    xy_revocation_notice notice = {XY_STR("ann"), 1700000000000, XY_STR(FROM)};
    xy_bytes *text;

    (void)state;
    assert_int_equal(xy__revocation_notice_write(&notice, &text), XY_OK);
    assert_true(xy_str_is(xy_bytes_str(text),
                          "{\"user\":\"ann\",\"at\":1700000000000,\"from\":\"" FROM "\"}"));
    xy_bytes_unref(text);
}

static void an_id_that_cannot_be_said_is_refused(void **state)
{
    char *large = calloc(1, XY_REVOCATION_BYTES_MAX);
    xy_revocation_notice notice = {XY_STR("\xff"), 1, XY_STR(FROM)};
    xy_bytes *text = NULL;

    (void)state;
    memset(large, 'x', XY_REVOCATION_BYTES_MAX);
    assert_int_equal(xy__revocation_notice_write(&notice, &text), XY_EUTF8);
    notice.user = (xy_str){large, XY_REVOCATION_BYTES_MAX};
    assert_int_equal(xy__revocation_notice_write(&notice, &text), XY_ELIMIT);
    assert_null(text);
    free(large);
}

static void what_makes_no_sense_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "null",
        "[\"ann\"]",
        "\"ann\"",
        "{}",
        "{\"user\":\"ann\",\"at\":1}",
        "{\"user\":\"ann\",\"from\":\"x\"}",
        "{\"at\":1,\"from\":\"x\"}",
        "{\"user\":7,\"at\":1,\"from\":\"x\"}",
        "{\"user\":null,\"at\":1,\"from\":\"x\"}",
        "{\"user\":\"ann\",\"at\":\"1\",\"from\":\"x\"}",
        "{\"user\":\"ann\",\"at\":1.5,\"from\":\"x\"}",
        "{\"user\":\"ann\",\"at\":0,\"from\":\"x\"}",
        "{\"user\":\"ann\",\"at\":-5,\"from\":\"x\"}",
        "{\"user\":\"ann\",\"at\":99999999999999999999,\"from\":\"x\"}",
        "{\"user\":\"ann\",\"at\":1,\"from\":{}}",
        "{\"user\":\"ann\",\"at\":1,\"from\":\"x\",\"more\":[[[[[]]]]]}",
    };
    xy_str good = XY_STR("{\"user\":\"ann\",\"at\":1,\"from\":\"x\"}");
    char *large = calloc(1, XY_REVOCATION_BYTES_MAX + 1);
    xy_revocation_notice out;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(reads(xy_str_from(texts[i]), &out));
    memset(large, ' ', XY_REVOCATION_BYTES_MAX + 1);
    memcpy(large, good.ptr, good.len);
    assert_true(reads((xy_str){large, XY_REVOCATION_BYTES_MAX}, &out));
    assert_false(reads((xy_str){large, XY_REVOCATION_BYTES_MAX + 1}, &out));
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(its_text_is_what_the_guide_says),
        cmocka_unit_test(an_id_that_cannot_be_said_is_refused),
        cmocka_unit_test(what_makes_no_sense_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
