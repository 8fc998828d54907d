/* SPDX-License-Identifier: MIT */
/* From answers of a server to lines of a terminal: rates, order, cuts, and nothing that moves the
 * cursor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "cli/top_view.h"

#define GROUP(id, name, members, runs, results, bytes)                                             \
    "{\"kind\":\"live\",\"id\":\"" id "\",\"operation\":\"" name                                   \
    "\",\"worker\":1,\"state\":\"watching\",\"members\":" #members ",\"behind\":0,\"runs\":" #runs \
    ",\"equal\":0,\"results\":" #results ",\"bytes\":" #bytes                                      \
    ",\"lagMs\":1,\"keyCount\":2,\"cause\":{\"kind\":\"key\",\"key\":\"A:1\"}}"
#define ANSWER(runs, results, groups)                                                              \
    "{\"workers\":2,\"liveQueries\":5,\"liveGroups\":2,\"liveRuns\":" #runs                        \
    ",\"liveResults\":" #results ",\"subscriptions\":4,\"groups\":[" groups "],\"leftOut\":3}"

static const char first[] =
    ANSWER(10, 20, GROUP("a", "Big", 4, 8, 16, 1600) "," GROUP("b", "Busy", 1, 2, 4, 400));
/* In 2 seconds: Busy runs 10 times, Big is another group with fewer runs than before. */
static const char second[] =
    ANSWER(20, 40, GROUP("a", "Big", 4, 7, 16, 1600) "," GROUP("b", "Busy", 1, 12, 24, 2400));

static void read_sample(xy_top_sample *sample, const char *answer, uint64_t at_ms)
{
    assert_int_equal(xy__top_sample_read(sample, xy_str_from(answer), at_ms), XY_OK);
}

static void expect(const xy_top_sample *sample, const xy_top_screen *screen, const char *text)
{
    xy_buf buf;

    xy__buf_init(&buf, SIZE_MAX);
    xy__top_write(&buf, sample, screen, XY_STR("url"));
    xy__buf_char(&buf, '\0');
    assert_string_equal(buf.ptr, text);
    xy__buf_deinit(&buf);
}

static void one_answer_is_a_table_of_totals(void **state)
{
    xy_top_sample sample;

    (void)state;
    read_sample(&sample, first, 1000);
    xy__top_sample_sort(&sample);
    expect(&sample, &(xy_top_screen){.columns = 0},
           "url  workers 2  live queries 5  groups 5  subscriptions 4\n"
           "\n"
           "CLIENTS BEHIND    RUNS   RESULTS   BYTES  EQUAL   KEYS     LAG  STATE    KIND    W "
           "CAUSE                    OPERATION\n"
           "      4      0       8        16    1.6k      0      2     1ms  watching live    1 "
           "A:1                      Big\n"
           "      1      0       2         4     400      0      2     1ms  watching live    1 "
           "A:1                      Busy\n"
           "and 3 more\n");
    xy__top_sample_deinit(&sample);
}

static void two_answers_make_rates_and_the_busiest_comes_first(void **state)
{
    xy_top_sample before;
    xy_top_sample sample;

    (void)state;
    read_sample(&before, first, 1000);
    read_sample(&sample, second, 3000);
    xy__top_sample_rates(&sample, &before);
    xy__top_sample_sort(&sample);
    assert_true(xy_str_is(sample.groups[0].name, "Busy"));
    assert_true(sample.groups[0].runs_per_s == 5);
    assert_true(sample.groups[0].results_per_s == 10);
    assert_true(sample.groups[0].bytes_per_s == 1000);
    assert_true(sample.groups[1].runs_per_s == 0);
    assert_true(sample.runs_per_s == 5);
    expect(&sample, &(xy_top_screen){.columns = 40, .rows = 5},
           "url  workers 2  live queries 5  groups 5\n"
           "\n"
           "CLIENTS BEHIND  RUNS/S RESULTS/S BYTES/S\n"
           "      1      0     5.0        10    1.0k\n"
           "and 4 more\n");
    expect(&sample, &(xy_top_screen){.columns = 7, .rows = 5, .colors = true},
           "\033[1murl  wo\033[0m\n"
           "\n"
           "\033[7mCLIENTS\033[0m\n"
           "\033[1m      1\033[0m\n"
           "and 4 m\n");
    xy__top_sample_deinit(&sample);
    xy__top_sample_deinit(&before);
}

static void a_store_that_is_shared_is_shown(void **state)
{
    static const struct {
        const char *answer;
        const char *line;
    } cases[] = {
        {"{\"store\":\"local\",\"groups\":[]}",
         "url  workers 0  live queries 0  groups 0  subscriptions 0\n"},
        {"{\"store\":\"disconnected\",\"groups\":[]}",
         "url  workers 0  live queries 0  groups 0  subscriptions 0  store disconnected\n"},
        {"{\"store\":\"\\u001b[2J and much more than that\",\"groups\":[]}",
         "url  workers 0  live queries 0  groups 0  subscriptions 0  store [2J and much mor\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_top_sample sample;
        xy_buf buf;

        read_sample(&sample, cases[i].answer, 1);
        xy__buf_init(&buf, SIZE_MAX);
        xy__top_write(&buf, &sample, &(xy_top_screen){.columns = 0}, XY_STR("url"));
        assert_memory_equal(buf.ptr, cases[i].line, strlen(cases[i].line));
        xy__buf_deinit(&buf);
        xy__top_sample_deinit(&sample);
    }
}

static void no_time_between_two_answers_makes_no_rates(void **state)
{
    xy_top_sample before;
    xy_top_sample sample;

    (void)state;
    read_sample(&before, first, 1000);
    read_sample(&sample, second, 1000);
    xy__top_sample_rates(&sample, &before);
    assert_true(sample.runs_per_s == 0 && sample.groups[1].results_per_s == 0);
    xy__top_sample_deinit(&sample);
    xy__top_sample_deinit(&before);
}

static void what_cannot_be_seen_is_not_written(void **state)
{
    const xy_top_screen wide = {.columns = 0};
    const xy_top_screen narrow = {.columns = 3};
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, SIZE_MAX);
    xy__top_write_line(&buf,
                       XY_STR("a\033[2J\r\n\tb\xc2\x9b\x7f\xe2\x80\xae"
                              "c\xff  \xc3\xbc"),
                       &wide);
    xy__top_write_line(&buf, XY_STR("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80z"), &narrow);
    xy__buf_char(&buf, '\0');
    assert_string_equal(buf.ptr, "a [2J b c \xc3\xbc\n\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\n");
    xy__buf_deinit(&buf);
}

static void what_is_no_answer_is_refused(void **state)
{
    static const char *const texts[] = {"", "<html>", "{", "[]", "{}", "{\"groups\":1}", "7 7"};
    xy_top_sample sample;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(xy__top_sample_read(&sample, xy_str_from(texts[i]), 1), XY_EINVAL);
        xy__top_sample_deinit(&sample);
    }
    read_sample(&sample, "{\"groups\":[{},7,null,{\"members\":-1,\"cause\":[]}]}", 1);
    assert_int_equal(sample.count, 4);
    assert_int_equal(sample.groups[3].members, 0);
    xy__top_sample_sort(&sample);
    xy__top_sample_deinit(&sample);
    xy__top_sample_deinit(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_answer_is_a_table_of_totals),
        cmocka_unit_test(two_answers_make_rates_and_the_busiest_comes_first),
        cmocka_unit_test(a_store_that_is_shared_is_shown),
        cmocka_unit_test(no_time_between_two_answers_makes_no_rates),
        cmocka_unit_test(what_cannot_be_seen_is_not_written),
        cmocka_unit_test(what_is_no_answer_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
