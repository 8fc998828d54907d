/* SPDX-License-Identifier: MIT */
/* The two wire formats of @defer and @stream, byte for byte: what is told, and the payloads that
 * come of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "serve/form.h"

#define ERRORS "[{\"message\":\"no\"}]"

static const xy_path probe = {.key = XY_STR_INIT("probe")};
static const xy_path child = {.up = &probe, .key = XY_STR_INIT("child")};
static const xy_path letters = {.key = XY_STR_INIT("letters")};
static const xy_path second = {.up = &letters, .index = 1};

static const xy_announced whole = {.id = 0};
static const xy_announced labelled = {.path = &probe, .label = XY_STR_INIT("a \"b\""), .id = 1};
static const xy_announced list = {
    .path = &letters, .label = XY_STR_INIT("L"), .id = 2, .is_list = true};
static const xy_announced other = {.path = &child, .id = 13, .is_list = true};

static xy_form *form;

static int open_2022(void **state)
{
    (void)state;
    form = xy__form_create(XY_FORM_2022);
    return 0;
}

static int open_2023(void **state)
{
    (void)state;
    form = xy__form_create(XY_FORM_2023);
    return 0;
}

static int close_form(void **state)
{
    (void)state;
    form->ops->destroy(form);
    return 0;
}

static void announce(const xy_announced *what)
{
    form->ops->announce(form, what);
}

static void data(const xy_announced *what, const xy_path *path, const char *object,
                 const char *errors)
{
    form->ops->data(form, what, path, xy_str_from(object), xy_str_from(errors));
}

static void item(const xy_announced *what, size_t index, const char *value, const char *errors)
{
    form->ops->item(form, what, index, xy_str_from(value), xy_str_from(errors));
}

static void complete(const xy_announced *what)
{
    form->ops->complete(form, what);
}

static void fail_of(const xy_announced *what)
{
    (form->ops->fail)(form, what, XY_STR(ERRORS)); /* fail() is a macro of cmocka */
}

/* The first payload has `{"data":{}` and then … */
static void assert_first(const char *expected)
{
    xy_buf out;

    xy__buf_init(&out, SIZE_MAX);
    form->ops->first(form, &out);
    if (!xy_str_is(xy__buf_view(&out), expected))
        fail_msg("got: %.*s\nexpected: %s", XY_PRI(xy__buf_view(&out)), expected);
    assert_int_equal(form->gathered, 0);
    xy__buf_deinit(&out);
}

static void assert_payload(bool has_next, const char *expected)
{
    xy_bytes *payload = form->ops->payload(form, has_next);

    if (!xy_str_is(xy_bytes_str(payload), expected))
        fail_msg("got: %.*s\nexpected: %s", XY_PRI(xy_bytes_str(payload)), expected);
    assert_int_equal(form->gathered, 0);
    xy_bytes_unref(payload);
}

/* ---- 2022 ---- */

static void a_fragment_of_2022_has_path_and_label(void **state)
{
    (void)state;
    announce(&whole);
    announce(&labelled);
    assert_first(",\"hasNext\":true");
    data(&whole, NULL, "{\"slow\":1}", NULL);
    complete(&whole);
    assert_payload(true, "{\"incremental\":[{\"data\":{\"slow\":1},\"path\":[]}],"
                         "\"hasNext\":true}");
    data(&labelled, &probe, "{\"x\":null}", ERRORS);
    complete(&labelled);
    assert_payload(false, "{\"incremental\":[{\"data\":{\"x\":null},\"path\":[\"probe\"],"
                          "\"label\":\"a \\\"b\\\"\",\"errors\":" ERRORS "}],\"hasNext\":false}");
}

static void each_item_of_2022_is_an_entry_with_its_index(void **state)
{
    (void)state;
    announce(&list);
    assert_first(",\"hasNext\":true");
    item(&list, 1, "\"b\"", NULL);
    item(&list, 2, "null", ERRORS);
    assert_payload(true, "{\"incremental\":["
                         "{\"items\":[\"b\"],\"path\":[\"letters\",1],\"label\":\"L\"},"
                         "{\"items\":[null],\"path\":[\"letters\",2],\"label\":\"L\","
                         "\"errors\":" ERRORS "}],\"hasNext\":true}");
    complete(&list);
    assert_payload(false, "{\"hasNext\":false}");
}

static void what_fails_in_2022_is_null_at_its_path(void **state)
{
    (void)state;
    fail_of(&labelled);
    fail_of(&list);
    assert_payload(false, "{\"incremental\":["
                          "{\"data\":null,\"path\":[\"probe\"],\"label\":\"a \\\"b\\\"\","
                          "\"errors\":" ERRORS "},"
                          "{\"items\":null,\"path\":[\"letters\"],\"label\":\"L\","
                          "\"errors\":" ERRORS "}],\"hasNext\":false}");
}

static void nothing_told_in_2022_is_still_a_payload(void **state)
{
    (void)state;
    assert_payload(true, "{\"hasNext\":true}");
    assert_payload(false, "{\"hasNext\":false}");
}

/* ---- 2023 ---- */

static void what_is_to_come_is_announced_in_2023(void **state)
{
    (void)state;
    announce(&whole);
    announce(&labelled);
    assert_first(",\"pending\":[{\"id\":\"0\",\"path\":[]},"
                 "{\"id\":\"1\",\"path\":[\"probe\"],\"label\":\"a \\\"b\\\"\"}],"
                 "\"hasNext\":true");
    data(&whole, NULL, "{\"slow\":1}", NULL);
    complete(&whole);
    announce(&other);
    assert_payload(true, "{\"pending\":[{\"id\":\"13\",\"path\":[\"probe\",\"child\"]}],"
                         "\"incremental\":[{\"id\":\"0\",\"data\":{\"slow\":1}}],"
                         "\"completed\":[{\"id\":\"0\"}],\"hasNext\":true}");
}

static void deeper_data_of_2023_has_a_sub_path(void **state)
{
    (void)state;
    data(&labelled, &probe, "{\"a\":1}", NULL);
    data(&labelled, &child, "{\"b\":null}", ERRORS);
    data(&whole, &second, "{\"c\":3}", NULL);
    assert_payload(false, "{\"incremental\":[{\"id\":\"1\",\"data\":{\"a\":1}},"
                          "{\"id\":\"1\",\"subPath\":[\"child\"],\"data\":{\"b\":null},"
                          "\"errors\":" ERRORS "},"
                          "{\"id\":\"0\",\"subPath\":[\"letters\",1],\"data\":{\"c\":3}}],"
                          "\"hasNext\":false}");
}

static void items_of_2023_that_follow_each_other_share_an_entry(void **state)
{
    (void)state;
    item(&list, 1, "\"b\"", NULL);
    item(&list, 2, "\"c\"", NULL);
    assert_payload(true, "{\"incremental\":[{\"id\":\"2\",\"items\":[\"b\",\"c\"]}],"
                         "\"hasNext\":true}");
    item(&list, 3, "\"d\"", NULL);
    complete(&list);
    assert_payload(false, "{\"incremental\":[{\"id\":\"2\",\"items\":[\"d\"]}],"
                          "\"completed\":[{\"id\":\"2\"}],\"hasNext\":false}");
}

static void items_of_2023_with_something_between_do_not(void **state)
{
    (void)state;
    item(&list, 0, "1", NULL);
    item(&other, 0, "2", NULL);
    item(&list, 1, "3", NULL);
    data(&whole, NULL, "{}", NULL);
    item(&list, 2, "4", NULL);
    assert_payload(true, "{\"incremental\":[{\"id\":\"2\",\"items\":[1]},"
                         "{\"id\":\"13\",\"items\":[2]},{\"id\":\"2\",\"items\":[3]},"
                         "{\"id\":\"0\",\"data\":{}},{\"id\":\"2\",\"items\":[4]}],"
                         "\"hasNext\":true}");
}

static void errors_of_items_that_share_an_entry_are_one_list(void **state)
{
    (void)state;
    item(&list, 0, "null", ERRORS);
    item(&list, 1, "1", NULL);
    item(&list, 2, "[null,null]", "[{\"message\":\"x\"},{\"message\":\"y\"}]");
    item(&other, 0, "2", NULL);
    assert_payload(true, "{\"incremental\":[{\"id\":\"2\",\"items\":[null,1,[null,null]],"
                         "\"errors\":[{\"message\":\"no\"},{\"message\":\"x\"},"
                         "{\"message\":\"y\"}]},{\"id\":\"13\",\"items\":[2]}],"
                         "\"hasNext\":true}");
}

static void what_fails_in_2023_is_completed_with_errors(void **state)
{
    (void)state;
    item(&list, 1, "\"b\"", NULL);
    fail_of(&list);
    fail_of(&whole);
    assert_payload(false, "{\"incremental\":[{\"id\":\"2\",\"items\":[\"b\"]}],"
                          "\"completed\":[{\"id\":\"2\",\"errors\":" ERRORS "},"
                          "{\"id\":\"0\",\"errors\":" ERRORS "}],\"hasNext\":false}");
}

static void nothing_told_in_2023_is_still_a_payload(void **state)
{
    (void)state;
    assert_payload(true, "{\"hasNext\":true}");
    assert_payload(false, "{\"hasNext\":false}");
}

/* ---- both ---- */

/* Who tells a form of parts knows by it when a payload is large enough. */
static void what_is_gathered_is_counted(void **state)
{
    size_t before = 0;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        item(&list, i, "\"0123456789\"", NULL);
        assert_true(form->gathered >= before + 12);
        before = form->gathered;
    }
    data(&whole, NULL, "{\"a\":1}", ERRORS);
    assert_true(form->gathered >= before + 7 + sizeof ERRORS - 1);
}

/* A large payload is not what a form is made of for the rest of its life. */
static void payloads_of_any_size(void **state)
{
    enum { LARGE = 200000 };
    char *text = test_malloc(LARGE + 1);

    (void)state;
    memset(text, '1', LARGE);
    text[LARGE] = 0;
    for (size_t i = 0; i < 2; i++) {
        xy_bytes *payload;

        item(&list, i, text, NULL);
        payload = form->ops->payload(form, true);
        assert_true(xy_bytes_str(payload).len > LARGE);
        xy_bytes_unref(payload);
        assert_payload(true, "{\"hasNext\":true}");
    }
    test_free(text);
}

static void each_form_has_its_delivery(void **state)
{
    (void)state;
    assert_int_equal(xy__form_delivery(XY_FORM_NONE), XY_DELIVER_WHOLE);
    assert_int_equal(xy__form_delivery(XY_FORM_2022), XY_DELIVER_REPEATING);
    assert_int_equal(xy__form_delivery(XY_FORM_2023), XY_DELIVER_ONCE);
}

#define TEST_2022(name) cmocka_unit_test_setup_teardown(name, open_2022, close_form)
#define TEST_2023(name) cmocka_unit_test_setup_teardown(name, open_2023, close_form)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_2022(a_fragment_of_2022_has_path_and_label),
        TEST_2022(each_item_of_2022_is_an_entry_with_its_index),
        TEST_2022(what_fails_in_2022_is_null_at_its_path),
        TEST_2022(nothing_told_in_2022_is_still_a_payload),
        TEST_2023(what_is_to_come_is_announced_in_2023),
        TEST_2023(deeper_data_of_2023_has_a_sub_path),
        TEST_2023(items_of_2023_that_follow_each_other_share_an_entry),
        TEST_2023(items_of_2023_with_something_between_do_not),
        TEST_2023(errors_of_items_that_share_an_entry_are_one_list),
        TEST_2023(what_fails_in_2023_is_completed_with_errors),
        TEST_2023(nothing_told_in_2023_is_still_a_payload),
        TEST_2022(what_is_gathered_is_counted),
        TEST_2023(what_is_gathered_is_counted),
        TEST_2022(payloads_of_any_size),
        TEST_2023(payloads_of_any_size),
        cmocka_unit_test(each_form_has_its_delivery),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
