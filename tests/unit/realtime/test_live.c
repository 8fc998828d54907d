/* SPDX-License-Identifier: MIT */
/* Live queries: what their clients get, and how often they are executed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "live_stage.h"

#define ITEM "query @live { item(id: \"1\") { value } }"
#define LATE "query @live { late(id: \"1\") }"

static live_stage *s;

static int setup(void **state)
{
    (void)state;
    s = live_stage_create(NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    live_stage_destroy(s);
    return 0;
}

static watcher *open_as(int i, const char *query, const char *person)
{
    return live_stage_open(s, i, query, live_person(person));
}

static void turn(void)
{
    live_stage_turn(s);
}

static void assert_got(int i, const char *expected)
{
    assert_string_equal(watcher_text(&s->watchers[i]), expected);
}

static void the_first_result_comes_at_once_and_others_when_a_key_is_invalidated(void **state)
{
    (void)state;
    open_as(0, ITEM, NULL);
    turn();
    assert_got(0, "{\"item\":{\"value\":0}}");
    assert_string_equal(s->watchers[0].last, "{\"data\":{\"item\":{\"value\":0}},\"isLive\":true}");
    live_stage_change(s, 1);
    assert_got(0, "");
    turn();
    assert_got(0, "{\"item\":{\"value\":1}}");
    live_stage_change(s, 2);
    turn();
    assert_got(0, "");
    assert_int_equal(s->runs, 2);
}

static void any_of_its_keys_makes_it_run(void **state)
{
    static const char *const keys[] = {"Item:1", "Query.item", "Query.item(id:\"1\")"};
    static const char *const others[] = {
        "Item:2",           "item:1", "Item:1 ", "Query.items", "Query.item(id:\"2\")",
        "Query.item(id:1)", "Query",  ""};

    (void)state;
    open_as(0, ITEM, NULL);
    turn();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        s->values[1]++;
        live_stage_invalidate(s, keys[i]);
        turn();
        assert_int_equal(s->watchers[0].count, i + 2);
    }
    s->runs = 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        live_stage_invalidate(s, others[i]);
    turn();
    assert_int_equal(s->runs, 0);
    xy__invalidations_deliver_all(s->all);
    turn();
    assert_int_equal(s->runs, 1);
}

static void a_batch_of_keys_runs_it_once(void **state)
{
    const xy_str keys[] = {XY_STR("Item:1"), XY_STR("Item:2"), XY_STR(""), XY_STR("Query.items")};

    (void)state;
    open_as(0, "query @live { items { value } }", NULL);
    turn();
    s->runs = 0;
    assert_int_equal(xy__invalidate(s->all, keys, 4), XY_OK);
    live_stage_change(s, 3);
    live_stage_change(s, 4);
    turn();
    assert_int_equal(s->runs, 1);
}

static void an_equal_result_is_not_sent_again(void **state)
{
    (void)state;
    open_as(0, ITEM, NULL);
    turn();
    live_stage_invalidate(s, "Item:1");
    turn();
    assert_int_equal(s->runs, 2);
    assert_int_equal(s->watchers[0].count, 1);
    assert_int_equal(s->gauges.live_equal, 1);
    s->options.resend_equal = true;
    live_stage_invalidate(s, "Item:1");
    turn();
    assert_int_equal(s->watchers[0].count, 2);
}

static void equal_clients_are_one_run(void **state)
{
    (void)state;
    for (int i = 0; i < WATCHERS; i++)
        open_as(i, ITEM, i % 2 ? "ann" : NULL);
    turn();
    assert_int_equal(s->runs, 1);
    assert_int_equal(s->gauges.live_groups, 1);
    live_stage_change(s, 1);
    turn();
    assert_int_equal(s->runs, 2);
    for (int i = 0; i < WATCHERS; i++)
        assert_int_equal(s->watchers[i].count, 2);
}

/* One who comes later sees what is true now, even if nobody has said that it changed; and so do the
 * others then. */
static void a_newcomer_gets_a_result_of_her_own_time(void **state)
{
    (void)state;
    open_as(0, ITEM, NULL);
    turn();
    s->values[1] = 5;
    open_as(1, ITEM, NULL);
    turn();
    assert_got(1, "{\"item\":{\"value\":5}}");
    assert_got(0, "{\"item\":{\"value\":0}}{\"item\":{\"value\":5}}");
    open_as(2, ITEM, NULL);
    turn();
    assert_got(2, "{\"item\":{\"value\":5}}");
    assert_got(0, "");
}

static void a_newcomer_waits_for_a_run_that_begins_after_her(void **state)
{
    (void)state;
    open_as(0, LATE, NULL);
    turn();
    s->values[1] = 7;
    open_as(1, LATE, NULL);
    live_stage_resolve(s, 0);
    assert_got(0, "{\"late\":0}");
    assert_got(1, "");
    turn();
    live_stage_resolve(s, 0);
    assert_got(0, "{\"late\":7}");
    assert_got(1, "{\"late\":7}");
}

/* ---- whose result it is ---- */

static void two_users_never_see_each_others_data(void **state)
{
    (void)state;
    open_as(0, "query @live { me item(id: \"1\") { value } }", "ann");
    open_as(1, "query @live { me item(id: \"1\") { value } }", "bob");
    open_as(2, "query @live { me item(id: \"1\") { value } }", NULL);
    open_as(3, "query @live { me item(id: \"1\") { value } }", "ann");
    turn();
    turn();
    assert_got(0, "{\"me\":\"ann\",\"item\":{\"value\":0}}");
    assert_got(1, "{\"me\":\"bob\",\"item\":{\"value\":0}}");
    assert_got(2, "{\"me\":\"nobody\",\"item\":{\"value\":0}}");
    s->runs = 0;
    live_stage_change(s, 1);
    turn();
    assert_got(1, "{\"me\":\"bob\",\"item\":{\"value\":1}}");
    assert_got(2, "{\"me\":\"nobody\",\"item\":{\"value\":1}}");
    assert_got(3, "{\"me\":\"ann\",\"item\":{\"value\":0}}{\"me\":\"ann\",\"item\":{\"value\":1}}");
    assert_int_equal(s->runs, 2 * 3);
}

static void roles_that_are_read_make_as_many_runs_for_any_number_of_clients(void **state)
{
    static const char *const people[] = {"ann admin", "bob", NULL, "cat admin editor"};

    (void)state;
    for (int i = 0; i < WATCHERS; i++)
        open_as(i, "query @live { admin item(id: \"1\") { value } }", people[i % 4]);
    turn();
    turn();
    s->runs = 0;
    live_stage_change(s, 1);
    turn();
    assert_int_equal(s->runs, 2 * 2);
    for (int i = 0; i < WATCHERS; i++)
        assert_string_equal(
            s->watchers[i].last,
            i % 4 == 0 || i % 4 == 3
                ? "{\"data\":{\"admin\":true,\"item\":{\"value\":1}},\"isLive\":true}"
                : "{\"data\":{\"admin\":false,\"item\":{\"value\":1}},"
                  "\"isLive\":true}");
}

/* A run that learns late whom it depends on: who differs gets a run of her own, and nothing is sent
 * twice. */
static void those_told_apart_by_a_late_fact_lose_and_repeat_nothing(void **state)
{
    (void)state;
    open_as(0, ITEM, "ann");
    open_as(1, ITEM, "bob");
    turn();
    watcher_gone(&s->watchers[1]);
    open_as(1, "query @live { late(id: \"1\") me }", "ann");
    open_as(2, "query @live { late(id: \"1\") me }", "bob");
    turn();
    assert_int_equal(s->late_count, 1);
    live_stage_change(s, 1);
    turn();
    live_stage_resolve(s, 0);
    turn();
    assert_got(1, "{\"late\":0,\"me\":\"ann\"}");
    assert_int_equal(s->late_count, 2);
    live_stage_resolve(s, 0);
    live_stage_resolve(s, 0);
    assert_got(1, "{\"late\":1,\"me\":\"ann\"}");
    assert_got(2, "{\"late\":1,\"me\":\"bob\"}");
}

/* ---- invalidations at the wrong moment ---- */

static void one_that_comes_during_a_run_is_not_lost(void **state)
{
    (void)state;
    open_as(0, LATE, NULL);
    turn();
    live_stage_change(s, 1);
    turn();
    assert_int_equal(s->late_count, 1);
    live_stage_resolve(s, 0);
    assert_got(0, "{\"late\":0}");
    turn();
    live_stage_resolve(s, 0);
    assert_got(0, "{\"late\":1}");
    turn();
    assert_int_equal(s->late_count, 0);
}

/* The run has read the item before anybody could know that it would. */
static void one_that_comes_before_the_key_is_met_is_not_lost(void **state)
{
    (void)state;
    open_as(0, "query @live { slow(id: \"1\") { value } }", NULL);
    turn();
    live_stage_change(s, 1);
    turn();
    live_stage_resolve(s, 0);
    assert_got(0, "{\"slow\":{\"value\":0}}");
    turn();
    assert_int_equal(s->late_count, 1);
    live_stage_resolve(s, 0);
    assert_got(0, "{\"slow\":{\"value\":1}}");
    turn();
    assert_int_equal(s->late_count, 0);
}

static void so_many_that_nobody_remembers_which_count_as_all(void **state)
{
    (void)state;
    open_as(0, "query @live { slow(id: \"1\") { value } }", NULL);
    turn();
    live_stage_change(s, 1);
    for (int i = 0; i < 300; i++)
        live_stage_invalidate(s, "Item:2");
    turn();
    turn();
    live_stage_resolve(s, 0);
    turn();
    assert_int_equal(s->late_count, 1);
    live_stage_resolve(s, 0);
    assert_got(0, "{\"slow\":{\"value\":0}}{\"slow\":{\"value\":1}}");
}

/* A resolver of 50 ms, an invalidation every 20 ms. */
static void a_storm_does_not_starve_it(void **state)
{
    uint64_t began = 0;

    (void)state;
    open_as(0, LATE, NULL);
    for (uint64_t ms = 0; ms < 1000; ms += 10) {
        turn();
        if (ms % 20 == 0)
            live_stage_change(s, 1);
        if (ms - began >= 50 && s->late_count) {
            live_stage_resolve(s, 0);
            began = ms;
        }
        xy__loop_advance(&s->loop, 10);
    }
    assert_in_range(s->watchers[0].count, 15, 25);
    while (s->late_count) {
        live_stage_resolve(s, 0);
        turn();
    }
    assert_non_null(strstr(s->watchers[0].last, "{\"late\":50}"));
}

static void one_that_invalidates_itself_keeps_nobody_from_being_served(void **state)
{
    (void)state;
    s->invalidates_itself = true;
    open_as(0, "query @live { own }", NULL);
    open_as(1, ITEM, NULL);
    for (int i = 0; i < 10; i++)
        turn();
    assert_in_range(s->runs, 5, 25);
    assert_got(1, "{\"item\":{\"value\":0}}");
    s->invalidates_itself = false;
}

static void a_full_mailbox_makes_everything_run(void **state)
{
    char key[1 << 12];

    (void)state;
    memset(key, 'x', sizeof key);
    key[sizeof key - 1] = '\0';
    open_as(0, ITEM, NULL);
    turn();
    for (int i = 0; i < 300; i++)
        live_stage_invalidate(s, key);
    live_stage_change(s, 1);
    assert_in_range(s->gauges.mailbox_bytes, 1 << 19, 1 << 20);
    while (s->gauges.mailbox_bytes)
        turn();
    turn();
    assert_got(0, "{\"item\":{\"value\":0}}{\"item\":{\"value\":1}}");
}

/* ---- throttle ---- */

static void a_throttle_holds_back_but_loses_nothing(void **state)
{
    (void)state;
    open_as(0, "query @live(throttle: 100) { item(id: \"1\") { value } }", NULL);
    turn();
    assert_got(0, "{\"item\":{\"value\":0}}");
    xy__loop_advance(&s->loop, 30);
    live_stage_change(s, 1);
    turn();
    xy__loop_advance(&s->loop, 69);
    live_stage_change(s, 1);
    assert_got(0, "");
    xy__loop_advance(&s->loop, 1);
    assert_got(0, "{\"item\":{\"value\":2}}");
    assert_int_equal(s->runs, 2);
    xy__loop_advance(&s->loop, 500);
    live_stage_change(s, 1);
    turn();
    assert_got(0, "{\"item\":{\"value\":3}}");
}

static void a_newcomer_is_not_throttled_and_hurries_nobody_else(void **state)
{
    (void)state;
    open_as(0, "query @live(throttle: 100) { item(id: \"1\") { value } }", NULL);
    turn();
    xy__loop_advance(&s->loop, 30);
    live_stage_change(s, 1);
    open_as(1, "query @live(throttle: 100) { item(id: \"1\") { value } }", NULL);
    turn();
    assert_got(1, "{\"item\":{\"value\":1}}");
    assert_got(0, "{\"item\":{\"value\":0}}");
    xy__loop_advance(&s->loop, 70);
    assert_got(0, "{\"item\":{\"value\":1}}");
    assert_int_equal(s->runs, 2);
}

/* The timer that gives ann what was held back for her fires while a run is in flight for cat, who
 * must not get what is older than herself. */
static void what_was_held_back_is_for_nobody_who_came_later(void **state)
{
    (void)state;
    open_as(0, "query @live(throttle: 50) { late(id: \"1\") }", NULL);
    turn();
    live_stage_resolve(s, 0);
    xy__loop_advance(&s->loop, 10);
    live_stage_change(s, 1);
    open_as(1, "query @live(throttle: 50) { late(id: \"1\") }", NULL);
    turn();
    live_stage_resolve(s, 0);
    assert_got(1, "{\"late\":1}");
    live_stage_change(s, 1);
    open_as(2, "query @live(throttle: 50) { late(id: \"1\") }", NULL);
    turn();
    assert_int_equal(s->late_count, 1);
    xy__loop_advance(&s->loop, 45);
    assert_got(0, "{\"late\":0}{\"late\":1}");
    assert_got(2, "");
    live_stage_resolve(s, 0);
    assert_got(2, "{\"late\":2}");
}

static void the_server_bounds_the_throttle(void **state)
{
    (void)state;
    s->options.throttle_min_ms = 40;
    s->options.throttle_max_ms = 200;
    open_as(0, ITEM, NULL);
    open_as(1, "query @live(throttle: 1000000) { item(id: \"1\") { value } }", NULL);
    turn();
    live_stage_change(s, 1);
    turn();
    assert_int_equal(s->watchers[0].count, 1);
    xy__loop_advance(&s->loop, 40);
    assert_int_equal(s->watchers[0].count, 2);
    assert_int_equal(s->watchers[1].count, 1);
    xy__loop_advance(&s->loop, 160);
    assert_int_equal(s->watchers[1].count, 2);
}

/* ---- slow clients ---- */

static void who_is_behind_gets_the_newest_result_alone(void **state)
{
    (void)state;
    open_as(0, ITEM, NULL);
    open_as(1, ITEM, NULL);
    s->watchers[0].answer = XY_EFULL;
    turn();
    for (int i = 0; i < 5; i++) {
        live_stage_change(s, 1);
        turn();
    }
    assert_int_equal(s->watchers[1].count, 6);
    assert_got(0, "{\"item\":{\"value\":0}}");
    watcher_ready(&s->watchers[0]);
    assert_got(0, "{\"item\":{\"value\":5}}");
    assert_int_equal(s->gauges.live_superseded, 4);
    s->watchers[0].answer = XY_EFULL;
    live_stage_change(s, 1);
    turn();
    watcher_ready(&s->watchers[0]);
    assert_got(0, "{\"item\":{\"value\":6}}");
}

static void a_query_on_too_many_objects_is_ended_with_an_error(void **state)
{
    (void)state;
    s->options.keys_max = 5;
    open_as(0, "query @live { items { value } }", NULL);
    open_as(1, "query @live { items { value } }", NULL);
    open_as(2, ITEM, NULL);
    turn();
    assert_got(0,
               "{\"errors\":[{\"message\":\"The live query has ended: it depends on more objects "
               "than it may.\",\"locations\":[{\"line\":1,\"column\":1}],\"extensions\":{"
               "\"code\":\"LIVE_QUERY_TOO_LARGE\"}}]}end");
    assert_false(s->watchers[1].there);
    assert_true(s->watchers[2].there);
}

static void in_development_a_result_lists_its_keys(void **state)
{
    (void)state;
    s->options.tell_keys = true;
    open_as(0, ITEM, NULL);
    turn();
    assert_string_equal(s->watchers[0].last,
                        "{\"data\":{\"item\":{\"value\":0}},\"isLive\":true,\"extensions\":{"
                        "\"liveResourceIdentifier\":[\"Query.item\",\"Query.item(id:\\\"1\\\")\","
                        "\"Item:1\"]}}");
}

/* ---- the end ---- */

static void who_leaves_in_the_middle_of_a_run_takes_it_away(void **state)
{
    (void)state;
    open_as(0, LATE, NULL);
    turn();
    assert_int_equal(s->late_count, 1);
    watcher_gone(&s->watchers[0]);
    assert_int_equal(s->late_count, 0);
    live_stage_change(s, 1);
    turn();
    assert_int_equal(s->runs, 1);
    assert_int_equal(s->gauges.live_keys, 0);
}

static void who_leaves_before_the_first_run_costs_none(void **state)
{
    (void)state;
    open_as(0, ITEM, NULL);
    watcher_gone(&s->watchers[0]);
    turn();
    assert_int_equal(s->runs, 0);
}

static void note(void *arg, const xy_live_info *info)
{
    xy_live_info *out = arg;

    *out = *info; /* its keys live on with the group */
}

static void a_group_tells_what_goes_on(void **state)
{
    xy_live_info info = {0};

    (void)state;
    open_as(0, ITEM, NULL);
    open_as(1, ITEM, NULL);
    turn();
    xy__live_each(s->live, note, &info);
    assert_int_equal(info.cause, XY_LIVE_OPENED);
    live_stage_invalidate(s, "Query.item");
    turn();
    s->watchers[1].answer = XY_EFULL;
    live_stage_change(s, 1);
    turn();
    live_stage_change(s, 1);
    turn();
    xy__live_each(s->live, note, &info);
    assert_int_equal(info.members, 2);
    assert_int_equal(info.behind, 1);
    assert_int_equal(info.runs, 4);
    assert_int_equal(info.equal, 1);
    assert_int_equal(info.results, 5);
    assert_int_equal(info.cause, XY_LIVE_KEY);
    assert_true(xy_str_is(xy__live_info_key(&info), "Item:1"));
    info.key_hash++;
    assert_null(xy__live_info_key(&info).ptr); /* a key that is none of its own */
    assert_string_equal(info.state, "watching");
    assert_int_equal(info.keys->len, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_result_comes_at_once_and_others_when_a_key_is_invalidated),
        TEST(any_of_its_keys_makes_it_run),
        TEST(a_batch_of_keys_runs_it_once),
        TEST(an_equal_result_is_not_sent_again),
        TEST(equal_clients_are_one_run),
        TEST(a_newcomer_gets_a_result_of_her_own_time),
        TEST(a_newcomer_waits_for_a_run_that_begins_after_her),
        TEST(two_users_never_see_each_others_data),
        TEST(roles_that_are_read_make_as_many_runs_for_any_number_of_clients),
        TEST(those_told_apart_by_a_late_fact_lose_and_repeat_nothing),
        TEST(one_that_comes_during_a_run_is_not_lost),
        TEST(one_that_comes_before_the_key_is_met_is_not_lost),
        TEST(so_many_that_nobody_remembers_which_count_as_all),
        TEST(a_storm_does_not_starve_it),
        TEST(one_that_invalidates_itself_keeps_nobody_from_being_served),
        TEST(a_full_mailbox_makes_everything_run),
        TEST(a_throttle_holds_back_but_loses_nothing),
        TEST(a_newcomer_is_not_throttled_and_hurries_nobody_else),
        TEST(what_was_held_back_is_for_nobody_who_came_later),
        TEST(the_server_bounds_the_throttle),
        TEST(who_is_behind_gets_the_newest_result_alone),
        TEST(a_query_on_too_many_objects_is_ended_with_an_error),
        TEST(in_development_a_result_lists_its_keys),
        TEST(who_leaves_in_the_middle_of_a_run_takes_it_away),
        TEST(who_leaves_before_the_first_run_costs_none),
        TEST(a_group_tells_what_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
