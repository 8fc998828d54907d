/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "language/lexer.h"

#define ARENA_MAX ((size_t)1 << 20)

static xy_arena arena;

static int set_up(void **state)
{
    (void)state;
    xy__arena_init(&arena, ARENA_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    xy__arena_deinit(&arena);
    return 0;
}

/* All tokens as `Kind` or `Kind(value)`, or the message of the error with its place. */
static xy_str lex(xy_str text, bool comments)
{
    xy_source source = {.text = text};
    xy_errors errors;
    xy_lexer lexer;
    xy_token token;
    xy_buf buf;
    xy_str all;

    xy__errors_init(&errors, &arena);
    xy__buf_init(&buf, ARENA_MAX);
    xy__lexer_init(&lexer, &source, &errors);
    lexer.comments = comments;
    while (xy__lexer_next(&lexer, &token) < XY_TOKEN_FAILED) {
        xy_str value = xy__token_value(&arena, &source, &token);

        xy__buf_printf(&buf, buf.len ? " %s" : "%s",
                       xy__token_kind_name((xy_token_kind)token.kind));
        if (value.ptr)
            xy__buf_printf(&buf, "(%.*s)", XY_PRI(value));
        if (token.kind == XY_TOKEN_END)
            break;
    }
    if (token.kind == XY_TOKEN_FAILED) {
        const xy_error *error = errors.list.items[0];

        assert_int_equal(errors.list.len, 1);
        xy__buf_reset(&buf, SIZE_MAX);
        xy__buf_printf(&buf, "%u:%u %.*s", error->locations[0].line, error->locations[0].column,
                       XY_PRI(error->message));
    }
    all = xy__arena_str(&arena, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
    return all;
}

static void tokens(void **state)
{
    static const char *const cases[][2] = {
        {"", "<EOF>"},
        {"\xEF\xBB\xBF \t\r\n,,", "<EOF>"},
        {"!$&()...:=@[]{|}", "! $ & ( ) ... : = @ [ ] { | } <EOF>"},
        {"a _b C9 a.b", "1:10 Syntax Error: Unexpected character: \".\"."},
        {"query{a}", "Name(query) { Name(a) } <EOF>"},
        {"0 -0 12 -3", "Int(0) Int(-0) Int(12) Int(-3) <EOF>"},
        {"1.5 -0.1e10 2E+3 4e-5", "Float(1.5) Float(-0.1e10) Float(2E+3) Float(4e-5) <EOF>"},
        {"a#c\nb", "Name(a) Name(b) <EOF>"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(lex(xy_str_from(cases[i][0]), false).ptr, cases[i][1]);
}

static void comments_are_tokens_when_asked_for(void **state)
{
    (void)state;
    assert_string_equal(lex(XY_STR("#one\r# two \xF0\x9F\x98\x80\na#"), true).ptr,
                        "Comment(one) Comment( two \xF0\x9F\x98\x80) Name(a) Comment() <EOF>");
}

static void strings(void **state)
{
    static const char *const cases[][2] = {
        {"\"\"", "String() <EOF>"},
        {"\"a b\"", "String(a b) <EOF>"},
        {"\"\\\"\\\\\\/\"", "String(\"\\/) <EOF>"},
        {"\"\\u0041\\u{42}\\u{1F600}\"", "String(AB\xF0\x9F\x98\x80) <EOF>"},
        {"\"\\uD83D\\uDE00\"", "String(\xF0\x9F\x98\x80) <EOF>"},
        {"\"\\u{0000041}\"", "String(A) <EOF>"},
        {"\"\"\"\"\"\"", "BlockString() <EOF>"},
        {"\"\"\"a\"\"\"", "BlockString(a) <EOF>"},
        {"\"\"\" a \"\"\"", "BlockString( a ) <EOF>"},
        {"\"\"\"\n  a\n   b\n\n\"\"\"", "BlockString(a\n b) <EOF>"},
        {"\"\"\"a\r\n  b\r  c\"\"\"", "BlockString(a\nb\nc) <EOF>"},
        {"\"\"\"\\\"\"\" \\n\"\"\"", "BlockString(\"\"\" \\n) <EOF>"},
        {"\"\"\"\n\tx\n  y\n\"\"\"", "BlockString(x\n y) <EOF>"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(lex(xy_str_from(cases[i][0]), false).ptr, cases[i][1]);
}

static void errors_say_what_and_where(void **state)
{
    static const char *const cases[][2] = {
        {"..", "1:1 Syntax Error: Unexpected \"..\", did you mean \"...\"?"},
        {".", "1:1 Syntax Error: Unexpected character: \".\"."},
        {" .25 ",
         "1:2 Syntax Error: Invalid number, expected digit before \".\", did you mean \"0.25\"?"},
        {"00", "1:2 Syntax Error: Invalid number, unexpected digit after 0: \"0\"."},
        {"-", "1:2 Syntax Error: Invalid number, expected digit but got: <EOF>."},
        {"1.", "1:3 Syntax Error: Invalid number, expected digit but got: <EOF>."},
        {"1.\"", "1:3 Syntax Error: Invalid number, expected digit but got: '\"'."},
        {"1e+a", "1:4 Syntax Error: Invalid number, expected digit but got: \"a\"."},
        {"1.5.", "1:4 Syntax Error: Invalid number, expected digit but got: \".\"."},
        {"0x1", "1:2 Syntax Error: Invalid number, expected digit but got: \"x\"."},
        {"?", "1:1 Syntax Error: Unexpected character: \"?\"."},
        {"\n \xC3\xA9", "2:2 Syntax Error: Unexpected character: U+00E9."},
        {"\xEF\xBC\x81", "1:1 Syntax Error: Unexpected character: U+FF01."},
        {"\x01", "1:1 Syntax Error: Unexpected character: U+0001."},
        {"'a'", "1:1 Syntax Error: Unexpected single quote character ('), did you mean to use a "
                "double quote (\")?"},
        {"\"", "1:2 Syntax Error: Unterminated string."},
        {"\"a\nb\"", "1:3 Syntax Error: Unterminated string."},
        {"\"\"\"a\nb", "2:2 Syntax Error: Unterminated string."},
        {"\"\\", "1:2 Syntax Error: Invalid character escape sequence: \"\\\"."},
        {"\"\\q\"", "1:2 Syntax Error: Invalid character escape sequence: \"\\q\"."},
        {"\"\\uD83D\"", "1:2 Syntax Error: Invalid Unicode escape sequence: \"\\uD83D\"."},
        {"\"\\uD83D\\u0041\"", "1:2 Syntax Error: Invalid Unicode escape sequence: \"\\uD83D\"."},
        {"\"\\u{}\"", "1:2 Syntax Error: Invalid Unicode escape sequence: \"\\u{}\"."},
        {"\"\\u{110000}\"", "1:2 Syntax Error: Invalid Unicode escape sequence: \"\\u{110000}\"."},
        {"\"\\u{000000041}\"",
         "1:2 Syntax Error: Invalid Unicode escape sequence: \"\\u{000000041\"."},
        /* Six UTF-16 units are shown; the half of a pair they end with has no UTF-8. */
        {"\"\\u12 \xF0\x9F\x98\x80\"",
         "1:2 Syntax Error: Invalid Unicode escape sequence: \"\\u12 \xEF\xBF\xBD\"."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(lex(xy_str_from(cases[i][0]), false).ptr, cases[i][1]);
}

static void the_end_comes_again(void **state)
{
    xy_source source = {.text = XY_STR_NULL};
    xy_errors errors;
    xy_lexer lexer;
    xy_token token;

    (void)state;
    xy__errors_init(&errors, &arena);
    xy__lexer_init(&lexer, &source, &errors);
    for (int i = 0; i < 3; i++)
        assert_int_equal(xy__lexer_next(&lexer, &token), XY_TOKEN_END);
    assert_null(xy__token_value(&arena, &source, &token).ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tokens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comments_are_tokens_when_asked_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_say_what_and_where, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_comes_again, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
