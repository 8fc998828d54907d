/* SPDX-License-Identifier: MIT */
/* What is JSON, what is not, and what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "json/read.h"
#include "json/write.h"

#define ARENA_MAX ((size_t)64 << 20)

static int read_text(xy_arena *arena, xy_str text, xy_value *out, xy_json_error *error)
{
    return xy__json_read(arena, text, 0, out, error);
}

/* Reading `text` and writing the value gives `written`; NULL: the same text. */
static const struct {
    xy_str text;
    const char *written;
} accepted[] = {
    {XY_STR_INIT("null"), NULL},
    {XY_STR_INIT("true"), NULL},
    {XY_STR_INIT("false"), NULL},
    {XY_STR_INIT("0"), NULL},
    {XY_STR_INIT("\"\""), NULL},
    {XY_STR_INIT("[]"), NULL},
    {XY_STR_INIT("{}"), NULL},
    {XY_STR_INIT(" \t\r\n [ \t\r\n ] \t\r\n "), "[]"},
    {XY_STR_INIT("{ \"a\" : 1 , \"b\" : [ 2 , { } ] }"), "{\"a\":1,\"b\":[2,{}]}"},
    {XY_STR_INIT("[[],[[]],{},{\"a\":[]},null]"), NULL},
    {XY_STR_INIT("{\"\":0}"), NULL},
    {XY_STR_INIT("{\"a\":{\"a\":{\"a\":[{}]}},\"b\":[{\"c\":1},{\"c\":2}]}"), NULL},
    /* numbers: an integer that fits is one, any other number keeps its text */
    {XY_STR_INIT("-1"), NULL},
    {XY_STR_INIT("9223372036854775807"), NULL},
    {XY_STR_INIT("-9223372036854775808"), NULL},
    {XY_STR_INIT("9223372036854775808"), NULL},
    {XY_STR_INIT("123456789012345678901234567890"), NULL},
    {XY_STR_INIT("[-0,0.0,-0.0,0e0,1.0,1.50,1E5,1e+05,1e-05,0.1e1,1e400]"), NULL},
    /* strings */
    {XY_STR_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
    {XY_STR_INIT("\"\\u0041\\u00e9\\u00E9\\u20ac\""), "\"A\xC3\xA9\xC3\xA9\xE2\x82\xAC\""},
    {XY_STR_INIT("\"\\u0000\\u001f\\u007f\""), "\"\\u0000\\u001f\x7F\""},
    {XY_STR_INIT("\"\\ud83d\\ude00\""), "\"\xF0\x9F\x98\x80\""},
    {XY_STR_INIT("\"\\uDBFF\\uDFFF\""), "\"\xF4\x8F\xBF\xBF\""},
    {XY_STR_INIT("\"before\\nmiddle\\nafter\""), NULL},
    {XY_STR_INIT("\"12345678\\t1234567\\\"123456\""), NULL},
    {XY_STR_INIT("\"\x7F \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xEF\xBF\xBF\""), NULL},
    {XY_STR_INIT("{\"\\u0061\\n\":1}"), "{\"a\\n\":1}"},
    /* surrogates without the other half */
    {XY_STR_INIT("\"\\ud800\""), "\"\xEF\xBF\xBD\""},
    {XY_STR_INIT("\"\\udc00\""), "\"\xEF\xBF\xBD\""},
    {XY_STR_INIT("\"\\ud800\\ud800\""), "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {XY_STR_INIT("\"\\udc00\\ud800\""), "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    {XY_STR_INIT("\"\\ud800\\ud83d\\ude00\""), "\"\xEF\xBF\xBD\xF0\x9F\x98\x80\""},
    {XY_STR_INIT("\"\\ud800\\n\""), "\"\xEF\xBF\xBD\\n\""},
    {XY_STR_INIT("\"\\ud800A\\udc00\""), "\"\xEF\xBF\xBD"
                                         "A\xEF\xBF\xBD\""},
    {XY_STR_INIT("\"\\ud800\\u0041\""), "\"\xEF\xBF\xBD"
                                        "A\""},
    /* the last value of a key, in the place of the first */
    {XY_STR_INIT("{\"a\":1,\"b\":2,\"a\":3}"), "{\"a\":3,\"b\":2}"},
    {XY_STR_INIT("{\"a\":1,\"\\u0061\":[2],\"a\":{}}"), "{\"a\":{}}"},
    {XY_STR_INIT("[{\"a\":1,\"a\":2},3,{\"a\":4}]"), "[{\"a\":2},3,{\"a\":4}]"},
};

static const struct {
    xy_str text;
    size_t offset;
    const char *message;
} refused[] = {
    {XY_STR_INIT(""), 0, "unexpected end of text"},
    {XY_STR_INIT(" \n"), 2, "unexpected end of text"},
    {XY_STR_INIT("nul"), 0, "expected a value"},
    {XY_STR_INIT("True"), 0, "expected a value"},
    {XY_STR_INIT("NaN"), 0, "expected a value"},
    {XY_STR_INIT("Infinity"), 0, "expected a value"},
    {XY_STR_INIT("-Infinity"), 1, "expected a digit after '-'"},
    {XY_STR_INIT("undefined"), 0, "expected a value"},
    {XY_STR_INIT("nulll"), 4, "unexpected text after the value"},
    {XY_STR_INIT("1 2"), 2, "unexpected text after the value"},
    {XY_STR_INIT("[]]"), 2, "unexpected text after the value"},
    {XY_STR_INIT("{}}"), 2, "unexpected text after the value"},
    {XY_STR_INIT("null\0"), 4, "unexpected text after the value"},
    {XY_STR_INIT("\0"), 0, "expected a value"},
    {XY_STR_INIT("\xEF\xBB\xBF{}"), 0, "expected a value"},
    {XY_STR_INIT("\x0C[]"), 0, "expected a value"},
    {XY_STR_INIT("\xC2\xA0[]"), 0, "expected a value"},
    {XY_STR_INIT("'a'"), 0, "expected a value"},
    {XY_STR_INIT("// comment\n1"), 0, "expected a value"},
    {XY_STR_INIT("[/**/]"), 1, "expected a value"},
    /* lists */
    {XY_STR_INIT("["), 1, "unexpected end of text"},
    {XY_STR_INIT("[1"), 2, "unexpected end of text"},
    {XY_STR_INIT("[1,"), 3, "unexpected end of text"},
    {XY_STR_INIT("[1,]"), 3, "expected a value"},
    {XY_STR_INIT("[,1]"), 1, "expected a value"},
    {XY_STR_INIT("[,]"), 1, "expected a value"},
    {XY_STR_INIT("[1,,2]"), 3, "expected a value"},
    {XY_STR_INIT("[1 2]"), 3, "expected ',' or ']'"},
    {XY_STR_INIT("[1}"), 2, "expected ',' or ']'"},
    {XY_STR_INIT("[1:2]"), 2, "expected ',' or ']'"},
    {XY_STR_INIT("[\"a\""), 4, "unexpected end of text"},
    {XY_STR_INIT("]"), 0, "expected a value"},
    /* objects */
    {XY_STR_INIT("{"), 1, "unexpected end of text"},
    {XY_STR_INIT("{]"), 1, "expected a name in double quotes"},
    {XY_STR_INIT("{a:1}"), 1, "expected a name in double quotes"},
    {XY_STR_INIT("{'a':1}"), 1, "expected a name in double quotes"},
    {XY_STR_INIT("{1:1}"), 1, "expected a name in double quotes"},
    {XY_STR_INIT("{,}"), 1, "expected a name in double quotes"},
    {XY_STR_INIT("{\"a\"}"), 4, "expected ':'"},
    {XY_STR_INIT("{\"a\",1}"), 4, "expected ':'"},
    {XY_STR_INIT("{\"a\"::1}"), 5, "expected a value"},
    {XY_STR_INIT("{\"a\":}"), 5, "expected a value"},
    {XY_STR_INIT("{\"a\":1"), 6, "unexpected end of text"},
    {XY_STR_INIT("{\"a\":1,"), 7, "unexpected end of text"},
    {XY_STR_INIT("{\"a\":1,}"), 7, "expected a name in double quotes"},
    {XY_STR_INIT("{\"a\":1 \"b\":2}"), 7, "expected ',' or '}'"},
    {XY_STR_INIT("{\"a\":1]"), 6, "expected ',' or '}'"},
    {XY_STR_INIT("{\"a"), 3, "unterminated string"},
    /* numbers */
    {XY_STR_INIT("-"), 1, "unexpected end of text"},
    {XY_STR_INIT("+1"), 0, "expected a value"},
    {XY_STR_INIT(".5"), 0, "expected a value"},
    {XY_STR_INIT("-.5"), 1, "expected a digit after '-'"},
    {XY_STR_INIT("01"), 1, "unexpected text after the value"},
    {XY_STR_INIT("-01"), 2, "unexpected text after the value"},
    {XY_STR_INIT("00"), 1, "unexpected text after the value"},
    {XY_STR_INIT("1."), 2, "unexpected end of text"},
    {XY_STR_INIT("[1.]"), 3, "expected a digit after the decimal point"},
    {XY_STR_INIT("[1.e1]"), 3, "expected a digit after the decimal point"},
    {XY_STR_INIT("1.2.3"), 3, "unexpected text after the value"},
    {XY_STR_INIT("1e"), 2, "unexpected end of text"},
    {XY_STR_INIT("[1e]"), 3, "expected a digit in the exponent"},
    {XY_STR_INIT("[1e+]"), 4, "expected a digit in the exponent"},
    {XY_STR_INIT("[1e+-1]"), 4, "expected a digit in the exponent"},
    {XY_STR_INIT("0x10"), 1, "unexpected text after the value"},
    {XY_STR_INIT("1_000"), 1, "unexpected text after the value"},
    {XY_STR_INIT("- 1"), 1, "expected a digit after '-'"},
    {XY_STR_INIT("--1"), 1, "expected a digit after '-'"},
    {XY_STR_INIT("1f"), 1, "unexpected text after the value"},
    /* strings */
    {XY_STR_INIT("\""), 1, "unterminated string"},
    {XY_STR_INIT("\"abc"), 4, "unterminated string"},
    {XY_STR_INIT("\"\\"), 2, "unterminated string"},
    {XY_STR_INIT("\"\\\""), 3, "unterminated string"},
    {XY_STR_INIT("\"\\x41\""), 1, "invalid escape in string"},
    {XY_STR_INIT("\"\\'\""), 1, "invalid escape in string"},
    {XY_STR_INIT("\"\\0\""), 1, "invalid escape in string"},
    {XY_STR_INIT("\"\\\n\""), 1, "invalid escape in string"},
    {XY_STR_INIT("\"\\U0041\""), 1, "invalid escape in string"},
    {XY_STR_INIT("\"\\\xC3\xA9\""), 1, "invalid escape in string"},
    {XY_STR_INIT("\"\\u\""), 1, "expected four hexadecimal digits after \\u"},
    {XY_STR_INIT("\"\\u00"), 1, "expected four hexadecimal digits after \\u"},
    {XY_STR_INIT("\"\\u00g0\""), 1, "expected four hexadecimal digits after \\u"},
    {XY_STR_INIT("\"\\u+041\""), 1, "expected four hexadecimal digits after \\u"},
    {XY_STR_INIT("\"\\ud800\\u00\""), 7, "expected four hexadecimal digits after \\u"},
    {XY_STR_INIT("\"a\nb\""), 2, "control character in string"},
    {XY_STR_INIT("\"12345678\tb\""), 9, "control character in string"},
    {XY_STR_INIT("\"\0\""), 1, "control character in string"},
    {XY_STR_INIT("\"\x1F\""), 1, "control character in string"},
};

/* Between two quotes. */
static const struct {
    xy_str text;
    size_t offset;
} not_utf8[] = {
    {XY_STR_INIT("\"\x80\""), 1},           {XY_STR_INIT("\"abc\xFF\""), 4},
    {XY_STR_INIT("\"\xC3\""), 1},           {XY_STR_INIT("\"\xC0\x80\""), 1},
    {XY_STR_INIT("\"\xE0\x80\x80\""), 1},   {XY_STR_INIT("\"\xED\xA0\x80\""), 1},
    {XY_STR_INIT("\"\xE2\x82\""), 1},       {XY_STR_INIT("\"\xF4\x90\x80\x80\""), 1},
    {XY_STR_INIT("\"\xF0\x9F\x98\""), 1},   {XY_STR_INIT("\"\xC3\xA9\xC3\""), 3},
    {XY_STR_INIT("\"12345678\xE9 \""), 9},  {XY_STR_INIT("{\"\xFE\":1}"), 2},
    {XY_STR_INIT("\"\\n \xF8\x88\"\""), 4},
};

static void what_is_json_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        xy_str text = accepted[i].text;
        xy_str want = accepted[i].written ? xy_str_from(accepted[i].written) : text;
        xy_json_error error = {"", 0};
        xy_arena arena;
        xy_value value;
        xy_buf buf;

        xy__arena_init(&arena, ARENA_MAX);
        xy__buf_init(&buf, ARENA_MAX);
        if (read_text(&arena, text, &value, &error) != XY_OK)
            fail_msg("%.*s: %s at %zu", XY_PRI(text), error.message, error.offset);
        xy__json_write_value(&buf, &value);
        if (!xy_str_eq(xy__buf_view(&buf), want))
            fail_msg("%.*s gives %.*s", XY_PRI(text), XY_PRI(xy__buf_view(&buf)));
        xy__buf_deinit(&buf);
        xy__arena_deinit(&arena);
    }
}

static void expect_refusal(xy_str text, int rc, size_t offset, const char *message)
{
    xy_json_error error = {"", 0};
    xy_arena arena;
    xy_value value = xy_value_int(42);
    int got;

    xy__arena_init(&arena, ARENA_MAX);
    got = read_text(&arena, text, &value, &error);
    if (got != rc || error.offset != offset || strcmp(error.message, message) != 0)
        fail_msg("%.*s: %s, %s at %zu", XY_PRI(text), xy_err_name(got), error.message,
                 error.offset);
    assert_int_equal(value.integer, 42); /* written on success only */
    assert_int_equal(read_text(&arena, text, &value, NULL), rc);
    xy__arena_deinit(&arena);
}

static void what_is_not_json_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        expect_refusal(refused[i].text, XY_ESYNTAX, refused[i].offset, refused[i].message);
    expect_refusal(XY_STR_NULL, XY_ESYNTAX, 0, "unexpected end of text");
}

static void what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof not_utf8 / sizeof *not_utf8; i++)
        expect_refusal(not_utf8[i].text, XY_EUTF8, not_utf8[i].offset, "invalid UTF-8 in string");
}

/* A prefix of a list or object is never JSON, and nothing is read beyond its end: each lies in a
 * block of its own size, which the sanitizer guards. */
static void no_prefix_is_json(void **state)
{
    static const char text[] =
        "{\"name\\u00e9\\ud83d\\ude00\":[true,false,null,-12.5e+3,\"\xE2\x82\xAC text of more "
        "than eight bytes\"],\"b\":{\"c\":0}}";
    (void)state;

    for (size_t len = 0; len < sizeof text - 1; len++) {
        char *copy = malloc(len ? len : 1);
        xy_arena arena;
        xy_value value;

        memcpy(copy, text, len);
        xy__arena_init(&arena, ARENA_MAX);
        assert_int_not_equal(read_text(&arena, (xy_str){copy, len}, &value, NULL), XY_OK);
        xy__arena_deinit(&arena);
        free(copy);
    }
}

static void kinds_tell_integers_from_other_numbers(void **state)
{
    static const struct {
        const char *text;
        xy_value_kind kind;
        int64_t integer;
    } cases[] = {
        {"0", XY_VALUE_INT, 0},
        {"-1", XY_VALUE_INT, -1},
        {"1000000", XY_VALUE_INT, 1000000},
        {"9223372036854775807", XY_VALUE_INT, INT64_MAX},
        {"-9223372036854775808", XY_VALUE_INT, INT64_MIN},
        {"-0", XY_VALUE_NUMBER, 0},
        {"1.0", XY_VALUE_NUMBER, 0},
        {"1e2", XY_VALUE_NUMBER, 0},
        {"9223372036854775808", XY_VALUE_NUMBER, 0},
        {"-9223372036854775809", XY_VALUE_NUMBER, 0},
        {"10000000000000000000", XY_VALUE_NUMBER, 0},
        {"18446744073709551616", XY_VALUE_NUMBER, 0},
    };
    xy_arena arena;

    (void)state;
    xy__arena_init(&arena, ARENA_MAX);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_str text = xy_str_from(cases[i].text);
        xy_value value;

        assert_int_equal(read_text(&arena, text, &value, NULL), XY_OK);
        assert_int_equal(value.kind, cases[i].kind);
        if (value.kind == XY_VALUE_INT) {
            assert_int_equal(value.integer, cases[i].integer);
        } else {
            assert_ptr_equal(value.text, text.ptr);
            assert_int_equal(value.len, text.len);
        }
    }
    xy__arena_deinit(&arena);
}

static void strings_without_escapes_are_not_copied(void **state)
{
    static const char text[] = "[\"plain \xC3\xA9\",\"not\\nplain\"]";
    xy_arena arena;
    xy_value list;

    (void)state;
    xy__arena_init(&arena, ARENA_MAX);
    assert_int_equal(read_text(&arena, xy_str_from(text), &list, NULL), XY_OK);
    assert_ptr_equal(list.items[0].text, text + 2);
    assert_true(xy_str_is(xy_value_text(&list.items[1]), "not\nplain"));
    assert_true(list.items[1].text < text || list.items[1].text > text + sizeof text);
    xy__arena_deinit(&arena);
}

static xy_str brackets(xy_buf *buf, size_t depth, const char *open, const char *close)
{
    for (size_t i = 0; i < depth; i++)
        xy__buf_str(buf, xy_str_from(open));
    xy__buf_char(buf, '1');
    for (size_t i = 0; i < depth; i++)
        xy__buf_str(buf, xy_str_from(close));
    return xy__buf_view(buf);
}

static void nesting_has_a_limit(void **state)
{
    static const struct {
        uint32_t max;
        size_t depth;
        int rc;
    } cases[] = {
        {1, 1, XY_OK},
        {1, 2, XY_ELIMIT},
        {0, XY_JSON_DEPTH_DEFAULT, XY_OK},
        {0, XY_JSON_DEPTH_DEFAULT + 1, XY_ELIMIT},
        {XY_JSON_DEPTH_MAX, XY_JSON_DEPTH_MAX, XY_OK},
        {UINT32_MAX, XY_JSON_DEPTH_MAX, XY_OK},
        {UINT32_MAX, XY_JSON_DEPTH_MAX + 1, XY_ELIMIT},
        {UINT32_MAX, 1000000, XY_ELIMIT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int object = 0; object < 2; object++) {
            xy_arena arena;
            xy_value value;
            xy_buf buf;
            xy_str text;

            xy__arena_init(&arena, ARENA_MAX);
            xy__buf_init(&buf, ARENA_MAX);
            text = brackets(&buf, cases[i].depth, object ? "{\"a\":" : "[", object ? "}" : "]");
            assert_int_equal(xy__json_read(&arena, text, cases[i].max, &value, NULL), cases[i].rc);
            xy__buf_deinit(&buf);
            xy__arena_deinit(&arena);
        }
    }
}

static void siblings_do_not_count_as_nesting(void **state)
{
    xy_arena arena;
    xy_value value;

    (void)state;
    xy__arena_init(&arena, ARENA_MAX);
    assert_int_equal(xy__json_read(&arena, XY_STR("[[],[],{},[{}],[[]],[]]"), 3, &value, NULL),
                     XY_OK);
    xy__arena_deinit(&arena);
}

/* Whatever the maximum of the arena, reading ends in a value or in XY_ELIMIT. */
static void an_arena_over_its_maximum_stops_the_reader(void **state)
{
    xy_json_error error;
    xy_buf text;
    int last = XY_ELIMIT;

    (void)state;
    xy__buf_init(&text, ARENA_MAX);
    XY_BUF_LITERAL(&text, "[{\"a\":\"\\n\"}");
    for (int i = 0; i < 3000; i++)
        xy__buf_printf(&text, ",{\"key\\t%d\":[%d,\"\\n\"]}", i, i);
    XY_BUF_LITERAL(&text, "]");
    for (size_t max = 0; max < (size_t)2 << 20; max += 8192) {
        xy_arena arena;
        xy_value value;
        int rc;

        xy__arena_init(&arena, max);
        rc = read_text(&arena, xy__buf_view(&text), &value, &error);
        assert_true(rc == XY_OK || rc == XY_ELIMIT);
        assert_true(rc == XY_OK || last == XY_ELIMIT); /* more memory never hurts */
        assert_true(arena.held <= max + ((size_t)256 << 10) + text.len * 16);
        last = rc;
        xy__arena_deinit(&arena);
    }
    assert_int_equal(last, XY_OK);
    xy__buf_deinit(&text);
}

/* 100,000 keys, each twice: the last value, in the place of the first, in less than a second. */
static void many_members_are_merged(void **state)
{
    const int count = 100000;
    xy_arena arena;
    xy_value value;
    xy_buf text;

    (void)state;
    xy__arena_init(&arena, ARENA_MAX);
    xy__buf_init(&text, ARENA_MAX);
    xy__buf_char(&text, '{');
    for (int i = 0; i < 2 * count; i++)
        xy__buf_printf(&text, "%s\"key %d\":%d", i ? "," : "", i % count, i);
    xy__buf_char(&text, '}');
    assert_int_equal(read_text(&arena, xy__buf_view(&text), &value, NULL), XY_OK);
    assert_int_equal(value.len, count);
    for (int i = 0; i < count; i++) {
        char key[24];

        snprintf(key, sizeof key, "key %d", i);
        assert_true(xy_str_is(value.members[i].key, key));
        assert_int_equal(value.members[i].value.integer, count + i);
    }
    xy__buf_deinit(&text);
    xy__arena_deinit(&arena);
}

/* Around the number where the reader changes its way of merging, with duplicates everywhere. */
static void members_are_merged_at_any_count(void **state)
{
    (void)state;
    for (int count = 1; count < 40; count++) {
        xy_arena arena;
        xy_value value;
        xy_buf text;

        xy__arena_init(&arena, ARENA_MAX);
        xy__buf_init(&text, ARENA_MAX);
        for (int i = 0; i < count; i++)
            xy__buf_printf(&text, "%c\"%d\":%d", i ? ',' : '{', i * i % 7, i);
        xy__buf_char(&text, '}');
        assert_int_equal(read_text(&arena, xy__buf_view(&text), &value, NULL), XY_OK);
        for (uint32_t m = 0; m < value.len; m++) {
            int last = -1;

            for (int i = 0; i < count; i++)
                if (value.members[m].key.ptr[0] - '0' == i * i % 7)
                    last = i;
            assert_int_equal(value.members[m].value.integer, last);
            assert_ptr_equal(xy_value_get(&value, value.members[m].key), &value.members[m].value);
        }
        xy__buf_deinit(&text);
        xy__arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_json_is_read),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(what_is_not_utf8_is_refused),
        cmocka_unit_test(no_prefix_is_json),
        cmocka_unit_test(kinds_tell_integers_from_other_numbers),
        cmocka_unit_test(strings_without_escapes_are_not_copied),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(siblings_do_not_count_as_nesting),
        cmocka_unit_test(an_arena_over_its_maximum_stops_the_reader),
        cmocka_unit_test(many_members_are_merged),
        cmocka_unit_test(members_are_merged_at_any_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
