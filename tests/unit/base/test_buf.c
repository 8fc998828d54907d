/* SPDX-License-Identifier: MIT */
/* A buffer with a maximum, and what it becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"

static void appends_follow_one_another(void **state)
{
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, 1000);
    xy__buf_char(&buf, 'a');
    xy__buf_append(&buf, "bcd", 3);
    xy__buf_append(&buf, NULL, 0);
    xy__buf_str(&buf, XY_STR("ef"));
    xy__buf_str(&buf, XY_STR_NULL);
    XY_BUF_LITERAL(&buf, "gh");
    xy__buf_printf(&buf, "[%d %s]", -1, "x");
    xy__buf_printf(&buf, "%s", "");
    assert_true(xy_str_is(xy__buf_view(&buf), "abcdefgh[-1 x]"));
    assert_int_equal(buf.err, XY_OK);
    xy__buf_deinit(&buf);
}

static void an_empty_buffer_is_the_empty_string(void **state)
{
    xy_buf buf = {0};
    xy_bytes *bytes;

    (void)state;
    assert_non_null(xy__buf_view(&buf).ptr);
    assert_int_equal(xy__buf_view(&buf).len, 0);
    xy__buf_deinit(&buf);
    xy__buf_init(&buf, 0);
    bytes = xy__buf_take(&buf);
    assert_non_null(xy_bytes_str(bytes).ptr);
    assert_int_equal(xy_bytes_str(bytes).len, 0);
    xy_bytes_unref(bytes);
}

static void integers_are_written_in_decimal(void **state)
{
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {
        {0, "0"},       {7, "7"},
        {-7, "-7"},     {10, "10"},
        {-100, "-100"}, {INT64_MAX, "9223372036854775807"},
        {1, "1"},       {INT64_MIN, "-9223372036854775808"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_buf buf;

        xy__buf_init(&buf, 100);
        xy__buf_int(&buf, cases[i].value);
        assert_true(xy_str_is(xy__buf_view(&buf), cases[i].text));
        xy__buf_deinit(&buf);
    }
}

static void growing_keeps_the_content(void **state)
{
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, 100000);
    for (int i = 0; i < 100000; i++)
        xy__buf_char(&buf, (char)('a' + i % 26));
    assert_int_equal(buf.err, XY_OK);
    assert_int_equal(buf.len, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buf.ptr[i], 'a' + i % 26);
    xy__buf_deinit(&buf);
}

/* For each maximum, byte by byte and at once: all of it can be used, and not one byte more. */
static void the_maximum_is_exact(void **state)
{
    static const char x[2000] = "";

    (void)state;
    for (size_t max = 0; max < 1000; max += max < 10 ? 1 : 61) {
        xy_buf buf;

        xy__buf_init(&buf, max);
        for (size_t i = 0; i < max; i++)
            xy__buf_char(&buf, 'x');
        assert_int_equal(buf.err, XY_OK);
        assert_int_equal(buf.len, max);
        xy__buf_char(&buf, 'x');
        assert_int_equal(buf.err, XY_ELIMIT);
        assert_int_equal(buf.len, max);
        xy__buf_deinit(&buf);

        xy__buf_init(&buf, max);
        xy__buf_append(&buf, x, max);
        assert_int_equal(buf.err, XY_OK);
        xy__buf_append(&buf, x, 1);
        assert_int_equal(buf.err, XY_ELIMIT);
        xy__buf_deinit(&buf);

        xy__buf_init(&buf, max);
        xy__buf_append(&buf, x, max + 1);
        assert_int_equal(buf.err, XY_ELIMIT);
        assert_int_equal(buf.len, 0);
        xy__buf_deinit(&buf);

        xy__buf_init(&buf, max);
        xy__buf_printf(&buf, "%*s", (int)max, "");
        assert_int_equal(buf.err, XY_OK);
        xy__buf_printf(&buf, "x");
        assert_int_equal(buf.err, XY_ELIMIT);
        xy__buf_deinit(&buf);
    }
}

static void an_error_stays_until_reset(void **state)
{
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, 4);
    XY_BUF_LITERAL(&buf, "abc");
    XY_BUF_LITERAL(&buf, "de");
    assert_int_equal(buf.err, XY_ELIMIT);
    xy__buf_char(&buf, 'd'); /* would fit */
    xy__buf_truncate(&buf, 1);
    xy__buf_char(&buf, 'd');
    xy__buf_printf(&buf, "d");
    assert_true(xy_str_is(xy__buf_view(&buf), "a"));
    xy__buf_reset(&buf, SIZE_MAX);
    assert_int_equal(buf.err, XY_OK);
    XY_BUF_LITERAL(&buf, "abcd");
    assert_true(xy_str_is(xy__buf_view(&buf), "abcd"));
    xy__buf_deinit(&buf);
}

static void truncating_forgets_the_rest(void **state)
{
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, 100);
    XY_BUF_LITERAL(&buf, "abcdef");
    xy__buf_truncate(&buf, 3);
    xy__buf_truncate(&buf, 10);
    XY_BUF_LITERAL(&buf, "x");
    assert_true(xy_str_is(xy__buf_view(&buf), "abcx"));
    xy__buf_deinit(&buf);
}

static void reset_keeps_storage_up_to_a_size(void **state)
{
    xy_buf buf;
    char *storage;

    (void)state;
    xy__buf_init(&buf, 100000);
    XY_BUF_LITERAL(&buf, "abc");
    storage = buf.ptr;
    xy__buf_reset(&buf, 4096);
    assert_ptr_equal(buf.ptr, storage);
    xy__buf_printf(&buf, "%5000d", 1);
    xy__buf_reset(&buf, 4096);
    assert_null(buf.bytes);
    assert_int_equal(buf.max, 100000);
    xy__buf_deinit(&buf);
}

static void a_finished_buffer_becomes_a_chunk_without_a_copy(void **state)
{
    xy_buf buf;
    xy_bytes *bytes;
    const char *storage;

    (void)state;
    xy__buf_init(&buf, 100);
    XY_BUF_LITERAL(&buf, "payload");
    storage = buf.ptr;
    bytes = xy__buf_take(&buf);
    assert_ptr_equal(xy_bytes_str(bytes).ptr, storage);
    assert_true(xy_str_is(xy_bytes_str(bytes), "payload"));
    XY_BUF_LITERAL(&buf, "next");
    assert_true(xy_str_is(xy_bytes_str(bytes), "payload"));
    xy_bytes_unref(bytes);
    xy__buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_follow_one_another),
        cmocka_unit_test(an_empty_buffer_is_the_empty_string),
        cmocka_unit_test(integers_are_written_in_decimal),
        cmocka_unit_test(growing_keeps_the_content),
        cmocka_unit_test(the_maximum_is_exact),
        cmocka_unit_test(an_error_stays_until_reset),
        cmocka_unit_test(truncating_forgets_the_rest),
        cmocka_unit_test(reset_keeps_storage_up_to_a_size),
        cmocka_unit_test(a_finished_buffer_becomes_a_chunk_without_a_copy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
