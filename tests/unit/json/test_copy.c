/* SPDX-License-Identifier: MIT */
/* A copy outlives what it was made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "json/copy.h"
#include "json/read.h"
#include "json/write.h"

static void a_copy_outlives_its_original(void **state)
{
    static const char *const texts[] = {
        "null",
        "true",
        "-7",
        "1.5",
        "123456789012345678901234567890",
        "\"\"",
        "\"text\"",
        "[]",
        "{}",
        "[1,[\"a\",[]],{\"k\":null}]",
        "{\"a\":{\"b\":[{\"c\":\"d\"}]},\"e\":\"\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[64];
        xy_arena from;
        xy_arena to;
        xy_value value;
        xy_value copy;
        xy_buf out;

        xy__arena_init(&from, SIZE_MAX);
        xy__arena_init(&to, SIZE_MAX);
        snprintf(text, sizeof text, "%s", texts[i]);
        assert_int_equal(xy__json_read(&from, xy_str_from(text), 0, &value, NULL), 0);
        copy = xy__value_copy(&to, &value);
        memset(text, '?', sizeof text);
        xy__arena_deinit(&from);
        xy__buf_init(&out, SIZE_MAX);
        xy__json_write_value(&out, &copy);
        assert_true(xy_str_is(xy__buf_view(&out), texts[i]));
        xy__buf_deinit(&out);
        xy__arena_deinit(&to);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_copy_outlives_its_original)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
