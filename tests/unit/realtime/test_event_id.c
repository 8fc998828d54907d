/* SPDX-License-Identifier: MIT */
/* The text of an event's id: what is written is read again, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "realtime/event_id.h"

static void written_and_read(void **state)
{
    static const xy_event_id ids[] = {
        {1, 0, 1}, {7, 1500000000000, 0}, {UINT64_MAX, UINT64_MAX, UINT64_MAX}, {1, 10, 200}};

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char text[XY_EVENT_ID_TEXT_MAX];
        size_t len = xy__event_id_write(&ids[i], XY_STR("news:1"), text);
        xy_event_id_claim claim;

        assert_true(len < sizeof text);
        assert_int_equal(text[len], 0);
        assert_true(xy__event_id_read((xy_str){text, len}, &claim));
        assert_true(claim.tag == xy__event_id_tag(XY_STR("news:1"), ids[i].epoch));
        assert_true(claim.major == ids[i].major);
        assert_true(claim.minor == ids[i].minor);
    }
}

/* Other processes must come to the same text. */
static void the_same_everywhere(void **state)
{
    const xy_event_id id = {5, 0, 3};
    char text[XY_EVENT_ID_TEXT_MAX];

    (void)state;
    xy__event_id_write(&id, XY_STR("newMessage:1"), text);
    assert_string_equal(text, "ff6afaa78de0690e-0-3");
}

static void of_a_topic_and_an_epoch(void **state)
{
    uint64_t tag = xy__event_id_tag(XY_STR("news:1"), 1);

    (void)state;
    assert_true(tag != xy__event_id_tag(XY_STR("news:1"), 2));
    assert_true(tag != xy__event_id_tag(XY_STR("news:2"), 1));
    assert_true(tag != xy__event_id_tag(XY_STR("news"), 1));
    assert_true(xy__event_id_tag(XY_STR(""), 1) == xy__event_id_tag(XY_STR_NULL, 1));
}

static void garbage(void **state)
{
    static const char *const texts[] = {
        "",
        "-",
        "--",
        "7",
        "0123456789abcdef",
        "0123456789abcdef-",
        "0123456789abcdef-1",
        "0123456789abcdef-1-",
        "0123456789abcdef--1",
        "0123456789abcdef-1-1-1",
        "0123456789abcdef-1-1 ",
        " 0123456789abcdef-1-1",
        "0123456789abcdef-1-+1",
        "0123456789abcdef-01-1",
        "0123456789abcdef-1-00",
        "0123456789ABCDEF-1-1",
        "0123456789abcdeg-1-1",
        "0123456789abcde-1-1",
        "0123456789abcdef0-1-1",
        "0123456789abcdef-18446744073709551616-1",
        "0123456789abcdef-1-99999999999999999999",
        "0123456789abcdef-1-184467440737095516150",
        "0123456789abcdef-a-1",
        "0123456789abcdef-1-1\n",
    };
    xy_event_id_claim claim = {1, 2, 3};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        print_message("%s\n", texts[i]);
        assert_false(xy__event_id_read(xy_str_from(texts[i]), &claim));
    }
    assert_false(xy__event_id_read(XY_STR_NULL, &claim));
    assert_true(claim.tag == 1 && claim.major == 2 && claim.minor == 3);
    assert_true(xy__event_id_read(XY_STR("0123456789abcdef-0-18446744073709551615"), &claim));
}

static void order(void **state)
{
    const xy_event_id first = {1, 1, 9};
    const xy_event_id second = {1, 2, 0};
    const xy_event_id third = {1, 2, 1};
    const xy_event_id none = {0};

    (void)state;
    assert_true(xy__event_id_after(&second, &first));
    assert_true(xy__event_id_after(&third, &second));
    assert_false(xy__event_id_after(&first, &second));
    assert_false(xy__event_id_after(&third, &third));
    assert_true(xy__event_id_is_none(&none));
    assert_false(xy__event_id_is_none(&first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_and_read),
        cmocka_unit_test(the_same_everywhere),
        cmocka_unit_test(of_a_topic_and_an_epoch),
        cmocka_unit_test(garbage),
        cmocka_unit_test(order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
