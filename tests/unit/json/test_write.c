/* SPDX-License-Identifier: MIT */
/* Values to text: what JSON.stringify() gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "json/read.h"
#include "json/write.h"

static const struct {
    uint64_t bits;
    const char *text;
} doubles[] = {
#include "doubles.inc"
};

static void doubles_look_as_in_javascript(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        double value;
        xy_buf buf;
        xy_str want = xy_str_from(doubles[i].text);

        memcpy(&value, &doubles[i].bits, sizeof value);
        xy__buf_init(&buf, 64);
        xy__json_write_double(&buf, value);
        if (!xy_str_eq(xy__buf_view(&buf), want))
            fail_msg("%.17g: %.*s, not %s", value, XY_PRI(xy__buf_view(&buf)), doubles[i].text);
        xy__buf_deinit(&buf);
    }
}

static const struct {
    xy_str bytes;
    const char *written;
} strings[] = {
    {XY_STR_INIT(""), "\"\""},
    {XY_STR_INIT("a"), "\"a\""},
    {XY_STR_INIT("\"\\/"), "\"\\\"\\\\/\""},
    {XY_STR_INIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""},
    {XY_STR_INIT("\0\x01\x0B\x1F\x7F"), "\"\\u0000\\u0001\\u000b\\u001f\x7F\""},
    {XY_STR_INIT("\xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80"),
     "\"\xC3\xA9\xE2\x80\xA8\xF0\x9F\x98\x80\""},
    {XY_STR_INIT("</script>&'"), "\"</script>&'\""},
};

static void strings_are_escaped_where_json_demands_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        xy_buf buf;

        xy__buf_init(&buf, 64);
        xy__json_write_str(&buf, strings[i].bytes);
        if (!xy_str_is(xy__buf_view(&buf), strings[i].written))
            fail_msg("case %zu: %.*s", i, XY_PRI(xy__buf_view(&buf)));
        xy__buf_deinit(&buf);
    }
}

/* Strings are looked through eight bytes at a time: each byte at each place of three such
 * groups. */
static void every_byte_is_escaped_at_every_place(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 20; len++) {
        for (size_t at = 0; at < len; at++) {
            for (unsigned c = 0; c < 0x100; c++) {
                char *bytes = malloc(len);
                bool escaped = c < 0x20 || c == '"' || c == '\\';
                xy_buf buf;

                memset(bytes, 'x', len);
                bytes[at] = (char)c;
                xy__buf_init(&buf, 64);
                xy__json_write_str(&buf, (xy_str){bytes, len});
                assert_true(escaped ? buf.len > len + 2 : buf.len == len + 2);
                assert_int_equal(buf.ptr[at + 1], escaped ? '\\' : (char)c);
                xy__buf_deinit(&buf);
                free(bytes);
            }
        }
    }
}

static void any_string_is_read_as_it_was_written(void **state)
{
    char bytes[0x80 + 4];
    size_t len = 0;
    xy_arena arena;
    xy_value value;
    xy_buf buf;

    (void)state;
    for (char c = 0; (unsigned char)c < 0x80; c++)
        bytes[len++] = c;
    memcpy(bytes + len, "\xF0\x9F\x98\x80", 4);
    xy__buf_init(&buf, 4096);
    xy__arena_init(&arena, 65536);
    xy__json_write_str(&buf, (xy_str){bytes, sizeof bytes});
    assert_int_equal(xy__json_read(&arena, xy__buf_view(&buf), 0, &value, NULL), XY_OK);
    assert_int_equal(value.len, sizeof bytes);
    assert_memory_equal(value.text, bytes, sizeof bytes);
    xy__arena_deinit(&arena);
    xy__buf_deinit(&buf);
}

static void values_made_by_a_program_are_written(void **state)
{
    const xy_value items[] = {
        XY_NULL,
        xy_value_bool(true),
        xy_value_bool(false),
        xy_value_int(INT64_MIN),
        xy_value_float(0.5),
        xy_value_float(-1.0 / 0.0),
        xy_value_string(XY_STR("a\nb")),
        xy_value_string(XY_STR_NULL),
        {.kind = XY_VALUE_NUMBER, .len = 5, .text = "1.0e9"},
        {.kind = XY_VALUE_LIST},
        {.kind = XY_VALUE_OBJECT},
    };
    const xy_member members[] = {
        {XY_STR("items"),
         {.kind = XY_VALUE_LIST, .len = sizeof items / sizeof *items, .items = items}},
        {XY_STR("\"k\""), {.kind = XY_VALUE_STRING, .is_enum = 1, .len = 3, .text = "RED"}},
    };
    const xy_value object = {.kind = XY_VALUE_OBJECT, .len = 2, .members = members};
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, 4096);
    xy__json_write_value(&buf, &object);
    assert_true(xy_str_is(xy__buf_view(&buf),
                          "{\"items\":[null,true,false,-9223372036854775808,0.5,null,\"a\\nb\","
                          "null,1.0e9,[],{}],\"\\\"k\\\"\":\"RED\"}"));
    xy__buf_deinit(&buf);
}

static void a_full_buffer_is_an_error_and_no_more(void **state)
{
    static const char text[] = "{\"a\":[1,2.5,\"\\u0001 and more\",null,true],\"b\":{\"c\":false}}";
    xy_arena arena;
    xy_value value;

    (void)state;
    xy__arena_init(&arena, 65536);
    assert_int_equal(xy__json_read(&arena, xy_str_from(text), 0, &value, NULL), XY_OK);
    for (size_t max = 0; max < sizeof text; max++) {
        xy_buf buf;

        xy__buf_init(&buf, max);
        xy__json_write_value(&buf, &value);
        assert_int_equal(buf.err, max < sizeof text - 1 ? XY_ELIMIT : XY_OK);
        assert_true(buf.len <= max);
        xy__buf_deinit(&buf);
    }
    xy__arena_deinit(&arena);
}

static void the_deepest_value_is_written_and_compared(void **state)
{
    xy_arena arena;
    xy_value value;
    xy_value again;
    xy_buf text;
    xy_buf written;

    (void)state;
    xy__arena_init(&arena, (size_t)1 << 20);
    xy__buf_init(&text, 65536);
    xy__buf_init(&written, 65536);
    for (size_t i = 0; i < XY_JSON_DEPTH_MAX; i++)
        xy__buf_str(&text, i % 2 ? XY_STR("[") : XY_STR("{\"k\":"));
    XY_BUF_LITERAL(&text, "0");
    for (size_t i = 0; i < XY_JSON_DEPTH_MAX; i++)
        xy__buf_char(&text, i % 2 ? '}' : ']');
    assert_int_equal(xy__json_read(&arena, xy__buf_view(&text), XY_JSON_DEPTH_MAX, &value, NULL),
                     XY_OK);
    assert_int_equal(xy__json_read(&arena, xy__buf_view(&text), XY_JSON_DEPTH_MAX, &again, NULL),
                     XY_OK);
    xy__json_write_value(&written, &value);
    assert_true(xy_str_eq(xy__buf_view(&written), xy__buf_view(&text)));
    assert_true(xy_value_equal(&value, &again));
    xy__buf_deinit(&written);
    xy__buf_deinit(&text);
    xy__arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_look_as_in_javascript),
        cmocka_unit_test(strings_are_escaped_where_json_demands_it),
        cmocka_unit_test(every_byte_is_escaped_at_every_place),
        cmocka_unit_test(any_string_is_read_as_it_was_written),
        cmocka_unit_test(values_made_by_a_program_are_written),
        cmocka_unit_test(a_full_buffer_is_an_error_and_no_more),
        cmocka_unit_test(the_deepest_value_is_written_and_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
