/* SPDX-License-Identifier: MIT */
/* Looking into values: members, numbers, equality. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "xylem/error.h"

#include "json/read.h"
#include "json/write.h"

#define ARENA_MAX ((size_t)64 << 20)

static xy_arena arena;

static int start(void **state)
{
    (void)state;
    xy__arena_init(&arena, ARENA_MAX);
    return 0;
}

static int end(void **state)
{
    (void)state;
    xy__arena_deinit(&arena);
    return 0;
}

static xy_value read_text(const char *text)
{
    xy_value value = XY_NULL;
    xy_json_error error = {"", 0};

    if (xy__json_read(&arena, xy_str_from(text), 0, &value, &error))
        fail_msg("%s: %s", text, error.message);
    return value;
}

static void members_are_found_by_key(void **state)
{
    xy_value object = read_text("{\"a\":1,\"\":2,\"b\":{\"a\":3},\"c\":null}");
    xy_value list = read_text("[1]");

    (void)state;
    assert_int_equal(xy_value_get(&object, XY_STR("a"))->integer, 1);
    assert_int_equal(xy_value_get(&object, XY_STR(""))->integer, 2);
    assert_int_equal(xy_value_get(xy_value_get(&object, XY_STR("b")), XY_STR("a"))->integer, 3);
    assert_int_equal(xy_value_get(&object, XY_STR("c"))->kind, XY_VALUE_NULL);
    assert_null(xy_value_get(&object, XY_STR("A")));
    assert_null(xy_value_get(&object, XY_STR("ab")));
    assert_null(xy_value_get(&list, XY_STR("a")));
    assert_null(xy_value_get(NULL, XY_STR("a")));
}

static const struct {
    uint64_t bits;
    const char *text;
} doubles[] = {
#include "doubles.inc"
};

/* What JavaScript prints, it reads back as the same double. */
static void numbers_are_doubles_as_in_javascript(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        xy_value number = {.kind = XY_VALUE_NUMBER,
                           .len = (uint32_t)strlen(doubles[i].text),
                           .text = doubles[i].text};
        double want;
        double got;

        memcpy(&want, &doubles[i].bits, sizeof want);
        if (!isfinite(want))
            continue;
        assert_int_equal(xy_value_to_double(&number, &got), XY_OK);
        if (got != want)
            fail_msg("%s gives %.17g", doubles[i].text, got);
    }
}

static const struct {
    const char *text;
    double value;
} numbers[] = {
    {"0", 0.0},
    {"0.000", 0.0},
    {"0e999999999999999999999", 0.0},
    {"1.0", 1.0},
    {"1e2", 100.0},
    {"-12.5e-1", -1.25},
    {"000.5e1", 5.0},
    {"0.00000000000000000000000000000000000000001e41", 1.0},
    {"100000000000000000000000000000000000000000e-41", 1.0},
    {"1e22", 1e22},
    {"1e23", 1e23},
    {"9007199254740993", 9007199254740992.0},
    {"9007199254740993.0000000000000000000000000000001", 9007199254740994.0},
    {"9007199254740995", 9007199254740996.0},
    {"9223372036854775807", 0x1p63},
    {"1.7976931348623157e308", 1.7976931348623157e308},
    {"1.7976931348623158e308", 1.7976931348623157e308},
    {"1.7976931348623159e308", INFINITY},
    {"1e309", INFINITY},
    {"-1e400", -INFINITY},
    {"1e99999999999999999999999999", INFINITY},
    {"4.9e-324", 5e-324},
    {"2.4e-324", 0.0},
    {"1e-99999999999999999999999999", 0.0},
    {"2.2250738585072011e-308", 2.225073858507201e-308},
    {"179769313486231570000000000000000000000e270", 1.7976931348623157e308},
    /* half way between 1 and its neighbour, and a little more: after 767 digits and beyond */
    {"1.00000000000000011102230246251565404236316680908203125", 1.0},
    {"1.00000000000000011102230246251565404236316680908203124", 1.0},
    {"1.00000000000000011102230246251565404236316680908203126", 1.0000000000000002},
};

static void numbers_are_rounded_to_the_nearest_double(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        xy_value number = {.kind = XY_VALUE_NUMBER,
                           .len = (uint32_t)strlen(numbers[i].text),
                           .text = numbers[i].text};
        double got = NAN;

        assert_int_equal(xy_value_to_double(&number, &got), XY_OK);
        if (got != numbers[i].value)
            fail_msg("%s gives %.17g", numbers[i].text, got);
    }
}

/* A digit that decides, a thousand digits behind the point. */
static void all_digits_of_a_long_number_count(void **state)
{
    static const char half[] = "1.00000000000000011102230246251565404236316680908203125";
    char text[2048];
    xy_value number = {.kind = XY_VALUE_NUMBER, .text = text};
    double got;

    (void)state;
    for (size_t zeros = 1; zeros < 1900; zeros += 7) {
        memcpy(text, half, sizeof half - 1);
        memset(text + sizeof half - 1, '0', zeros);
        number.len = (uint32_t)(sizeof half - 1 + zeros);
        xy_value_to_double(&number, &got);
        assert_true(got == 1.0);
        text[number.len++] = '1';
        xy_value_to_double(&number, &got);
        assert_true(got == 1.0000000000000002);
    }
}

static void the_sign_of_zero_is_kept(void **state)
{
    xy_value zero = read_text("[-0,-0.0e5,0.0]");
    double got;

    (void)state;
    for (uint32_t i = 0; i < zero.len; i++) {
        assert_int_equal(xy_value_to_double(&zero.items[i], &got), XY_OK);
        assert_true(got == 0.0 && (signbit(got) != 0) == (i < 2));
    }
}

static const struct {
    const char *text;
    int rc;
    int64_t value;
} integers[] = {
    {"0", XY_OK, 0},
    {"-0", XY_OK, 0},
    {"-0.0e7", XY_OK, 0},
    {"42", XY_OK, 42},
    {"1.0", XY_OK, 1},
    {"-1.000", XY_OK, -1},
    {"1e2", XY_OK, 100},
    {"1E+2", XY_OK, 100},
    {"12.5e1", XY_OK, 125},
    {"1200e-2", XY_OK, 12},
    {"0.0012e4", XY_OK, 12},
    {"1e18", XY_OK, 1000000000000000000},
    {"9223372036854775807", XY_OK, INT64_MAX},
    {"9223372036854775807.0", XY_OK, INT64_MAX},
    {"922337203685477580.7e1", XY_OK, INT64_MAX},
    {"-9223372036854775808.0", XY_OK, INT64_MIN},
    {"1.5", XY_EINVAL, 0},
    {"1e-1", XY_EINVAL, 0},
    {"125e-2", XY_EINVAL, 0},
    {"1e-99999999999999999999", XY_EINVAL, 0},
    {"9223372036854775808", XY_ELIMIT, 0},
    {"-9223372036854775809", XY_ELIMIT, 0},
    {"1e19", XY_ELIMIT, 0},
    {"1e400", XY_ELIMIT, 0},
    {"1e99999999999999999999", XY_ELIMIT, 0},
    {"null", XY_EINVAL, 0},
    {"true", XY_EINVAL, 0},
    {"\"1\"", XY_EINVAL, 0},
    {"[1]", XY_EINVAL, 0},
};

static void integers_are_integers_however_they_are_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        xy_value value = read_text(integers[i].text);
        int64_t got = 0;

        if (xy_value_to_int64(&value, &got) != integers[i].rc || got != integers[i].value)
            fail_msg("%s gives %lld", integers[i].text, (long long)got);
    }
}

static void doubles_of_a_program_are_integers_too(void **state)
{
    static const struct {
        double real;
        int rc;
        int64_t value;
    } cases[] = {
        {0.0, XY_OK, 0},          {-0.0, XY_OK, 0},
        {-7.0, XY_OK, -7},        {-0x1p63, XY_OK, INT64_MIN},
        {0x1p63, XY_ELIMIT, 0},   {1e300, XY_ELIMIT, 0},
        {0.5, XY_EINVAL, 0},      {NAN, XY_EINVAL, 0},
        {INFINITY, XY_ELIMIT, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_value value = xy_value_float(cases[i].real);
        int64_t got = 0;
        double same;

        assert_int_equal(xy_value_to_int64(&value, &got), cases[i].rc);
        assert_int_equal(got, cases[i].value);
        assert_int_equal(xy_value_to_double(&value, &same), XY_OK);
    }
}

static void what_is_no_number_has_no_double(void **state)
{
    static const char *const texts[] = {"null", "true", "\"1\"", "[]", "{}"};
    double got = 42;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        xy_value value = read_text(texts[i]);

        assert_int_equal(xy_value_to_double(&value, &got), XY_EINVAL);
        assert_true(got == 42);
    }
}

static const struct {
    const char *a;
    const char *b;
    bool equal;
} pairs[] = {
    {"null", "null", true},
    {"null", "false", false},
    {"true", "true", true},
    {"true", "false", false},
    {"\"a\"", "\"\\u0061\"", true},
    {"\"a\"", "\"A\"", false},
    {"\"1\"", "1", false},
    {"0", "null", false},
    {"[]", "[]", true},
    {"[]", "{}", false},
    {"[1,[2]]", "[1,[2]]", true},
    {"[1,2]", "[2,1]", false},
    {"[1]", "[1,1]", false},
    {"{\"a\":1,\"b\":{\"c\":2,\"d\":3}}", "{\"b\":{\"d\":3,\"c\":2},\"a\":1}", true},
    {"{\"a\":1}", "{\"a\":2}", false},
    {"{\"a\":1}", "{\"b\":1}", false},
    {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
    {"{\"a\":1,\"b\":1}", "{\"a\":1,\"c\":1}", false},
    /* numbers */
    {"1", "1.0", true},
    {"1", "10e-1", true},
    {"1", "0.001e3", true},
    {"-1", "1", false},
    {"0", "-0", true},
    {"0", "-0.00e7", true},
    {"0", "1e-400", false},
    {"1.5", "15e-1", true},
    {"1.5", "1.25", false},
    {"10", "1", false},
    {"1e400", "10e399", true},
    {"1e400", "1e401", false},
    {"123456789012345678901", "123456789012345678901.0", true},
    {"123456789012345678901", "123456789012345678902", false},
    {"9223372036854775807", "9223372036854775808", false},
    {"9223372036854775807", "9.223372036854775807e18", true},
    {"0.10", "0.1000", true},
    {"10.01", "1001e-2", true},
};

static void equality_is_deep(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        xy_value a = read_text(pairs[i].a);
        xy_value b = read_text(pairs[i].b);

        if (xy_value_equal(&a, &b) != pairs[i].equal || xy_value_equal(&b, &a) != pairs[i].equal)
            fail_msg("%s and %s", pairs[i].a, pairs[i].b);
        assert_true(xy_value_equal(&a, &a) && xy_value_equal(&b, &b));
    }
}

static void doubles_of_a_program_equal_what_they_are_written_as(void **state)
{
    static const struct {
        double real;
        const char *text;
        bool equal;
    } cases[] = {
        {0.1, "0.1", true},
        {0.1, "1e-1", true},
        {0.1, "0.10000000000000000555", false},
        {1.0, "1", true},
        {-0.0, "0", true},
        {1e23, "1e23", true},
        {0x1p53, "9007199254740992", true},
        {0x1p53, "9007199254740993", false},
        {NAN, "null", false},
        {INFINITY, "1e999", false},
    };
    xy_value nan = xy_value_float(NAN);
    xy_value infinity = xy_value_float(INFINITY);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_value a = xy_value_float(cases[i].real);
        xy_value b = read_text(cases[i].text);

        assert_int_equal(xy_value_equal(&a, &b), cases[i].equal);
        assert_int_equal(xy_value_equal(&b, &a), cases[i].equal);
    }
    assert_true(xy_value_equal(&nan, &nan));
    assert_true(xy_value_equal(&infinity, &infinity));
    assert_false(xy_value_equal(&nan, &infinity));
}

/* The same 50,000 members in the opposite order, and then one of them different. */
static void large_objects_are_compared_in_no_time(void **state)
{
    const int count = 50000;
    xy_value forwards;
    xy_value backwards;
    xy_buf text;

    (void)state;
    xy__buf_init(&text, ARENA_MAX);
    for (int i = 0; i < count; i++)
        xy__buf_printf(&text, "%c\"%d\":%d", i ? ',' : '{', i, i);
    xy__buf_char(&text, '}');
    xy__buf_char(&text, '\0');
    forwards = read_text(text.ptr);
    backwards = forwards;
    backwards.members = xy__arena_alloc(&arena, (size_t)count * sizeof(xy_member));
    for (int i = 0; i < count; i++)
        ((xy_member *)(uintptr_t)backwards.members)[i] = forwards.members[count - 1 - i];
    assert_true(xy_value_equal(&forwards, &backwards));
    ((xy_member *)(uintptr_t)backwards.members)[7].value.integer++;
    assert_false(xy_value_equal(&forwards, &backwards));
    xy__buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(members_are_found_by_key, start, end),
        cmocka_unit_test(numbers_are_doubles_as_in_javascript),
        cmocka_unit_test(numbers_are_rounded_to_the_nearest_double),
        cmocka_unit_test(all_digits_of_a_long_number_count),
        cmocka_unit_test_setup_teardown(the_sign_of_zero_is_kept, start, end),
        cmocka_unit_test_setup_teardown(integers_are_integers_however_they_are_written, start, end),
        cmocka_unit_test(doubles_of_a_program_are_integers_too),
        cmocka_unit_test_setup_teardown(what_is_no_number_has_no_double, start, end),
        cmocka_unit_test_setup_teardown(equality_is_deep, start, end),
        cmocka_unit_test_setup_teardown(doubles_of_a_program_equal_what_they_are_written_as, start,
                                        end),
        cmocka_unit_test_setup_teardown(large_objects_are_compared_in_no_time, start, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
