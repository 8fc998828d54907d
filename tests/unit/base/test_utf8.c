/* SPDX-License-Identifier: MIT */
/* What is UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/utf8.h"

static bool is_surrogate(uint32_t cp)
{
    return cp >= 0xD800 && cp <= 0xDFFF;
}

static void every_code_point_comes_back(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        char bytes[4];
        xy_str s = {bytes, 0};
        size_t len;

        if (is_surrogate(cp))
            continue;
        s.len = xy__utf8_encode(bytes, cp);
        if (xy__utf8_decode(s, 0, &len) != (int32_t)cp || len != s.len || !xy__utf8_valid(s))
            fail_msg("U+%04X", cp);
        if (xy__utf8_utf16_len(s) != (cp < 0x10000 ? 1 : 2))
            fail_msg("U+%04X has %zu units", cp, xy__utf8_utf16_len(s));
    }
}

/* The encoder wrote every well-formed sequence above; any other of up to three bytes is none. */
static void nothing_else_is_well_formed(void **state)
{
    size_t good = 0;

    (void)state;
    for (uint32_t i = 0; i < (uint32_t)1 << 24; i++) {
        char bytes[3] = {(char)(i >> 16), (char)(i >> 8), (char)i};
        size_t len;
        char again[4];
        int32_t cp;

        cp = xy__utf8_decode((xy_str){bytes, 3}, 0, &len);
        if (cp < 0 && len == 1)
            continue;
        good++;
        if (is_surrogate((uint32_t)cp) || xy__utf8_encode(again, (uint32_t)cp) != len ||
            memcmp(again, bytes, len) != 0)
            fail_msg("%06X", i);
    }
    assert_true(good > 0);
}

static const xy_str wrong[] = {
    XY_STR_INIT("\x80"), /* a continuation byte alone */
    XY_STR_INIT("\xBF"),
    XY_STR_INIT("\xC0\x80"), /* overlong */
    XY_STR_INIT("\xC1\xBF"),
    XY_STR_INIT("\xE0\x9F\xBF"),
    XY_STR_INIT("\xF0\x8F\xBF\xBF"),
    XY_STR_INIT("\xED\xA0\x80"), /* surrogates */
    XY_STR_INIT("\xED\xBF\xBF"),
    XY_STR_INIT("\xF4\x90\x80\x80"), /* beyond U+10FFFF */
    XY_STR_INIT("\xF5\x80\x80\x80"),
    XY_STR_INIT("\xF8\x88\x80\x80\x80"),
    XY_STR_INIT("\xFE"),
    XY_STR_INIT("\xFF"),
    XY_STR_INIT("\xC3"), /* cut off */
    XY_STR_INIT("\xE2\x82"),
    XY_STR_INIT("\xF0\x9F\x98"),
    XY_STR_INIT("\xC3 "), /* broken off */
    XY_STR_INIT("\xE2\x82 "),
    XY_STR_INIT("\xF0\x9F\x98 "),
    XY_STR_INIT("\xE2\xE2\x82\xAC"),
};

/* Text is looked through eight bytes at a time: what is wrong is seen at any place of it. */
static void what_is_wrong_is_seen_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        for (size_t before = 0; before < 20; before++) {
            for (size_t after = 0; after < 20; after++) {
                char text[64];
                size_t len;
                xy_str s = {text, before + wrong[i].len + after};

                memset(text, 'a', sizeof text);
                memcpy(text + before, wrong[i].ptr, wrong[i].len);
                assert_false(xy__utf8_valid(s));
                assert_int_equal(xy__utf8_decode(s, before, &len), -1);
                assert_int_equal(len, 1);
            }
        }
    }
}

static void well_formed_text_is_valid(void **state)
{
    static const xy_str right[] = {
        XY_STR_INIT(""),
        XY_STR_INIT("plain text of more than eight bytes"),
        XY_STR_INIT("NUL \0 is a character"),
        XY_STR_INIT("h\xC3\xA9llo w\xC3\xB6rld, \xE2\x82\xAC 5, \xF0\x9F\x98\x80"),
        XY_STR_INIT("\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        assert_true(xy__utf8_valid(right[i]));
    assert_true(xy__utf8_valid(XY_STR_NULL));
}

static void lengths_are_counted_in_utf16(void **state)
{
    (void)state;
    assert_int_equal(xy__utf8_utf16_len(XY_STR("")), 0);
    assert_int_equal(xy__utf8_utf16_len(XY_STR("abc")), 3);
    assert_int_equal(xy__utf8_utf16_len(XY_STR("h\xC3\xA9\xE2\x82\xAC")), 3);
    assert_int_equal(xy__utf8_utf16_len(XY_STR("\xF0\x9F\x98\x80!")), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_comes_back),
        cmocka_unit_test(nothing_else_is_well_formed),
        cmocka_unit_test(what_is_wrong_is_seen_anywhere),
        cmocka_unit_test(well_formed_text_is_valid),
        cmocka_unit_test(lengths_are_counted_in_utf16),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
