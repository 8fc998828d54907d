/* SPDX-License-Identifier: MIT */
/* Live queries whose resolvers read on a thread: what is invalidated while they do is not missed,
 * and who asks counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "xylem/work.h"

#include "../execution/held.h"
#include "live_stage.h"

static live_stage *s;
static xy_pool *pool;
static held has_read; /* a work that has read its item waits here */
static _Atomic int values[ITEMS];

typedef struct Item {
    int number;
    int value;
} Item;

/* Reads the item, and goes on when the test lets it. */
static int Query_report(xy_work *work)
{
    Item *item = xy_work_new(work, Item);

    item->number = xy_work_arg_str(work, "id").ptr[0] - '0';
    item->value = atomic_load(&values[item->number]);
    held_pass(&has_read);
    return xy_work_put_object(work, item);
}

static int Query_who(xy_work *work)
{
    xy_str user = xy_work_user_id(work);

    return xy_work_put_str(work, user.ptr ? user : XY_STR("nobody"));
}

static int setup(void **state)
{
    (void)state;
    held_init(&has_read);
    for (int i = 0; i < ITEMS; i++)
        atomic_store(&values[i], 0);
    pool = xy__pool_create(2, 100);
    s = live_stage_create(NULL);
    s->executor.works.pool = pool;
    assert_int_equal(xy_bind_blocking(s->schema, "Query.report", Query_report), XY_OK);
    assert_int_equal(xy_bind_blocking(s->schema, "Query.who", Query_who), XY_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    live_stage_destroy(s);
    xy__pool_destroy(pool);
    held_deinit(&has_read);
    return 0;
}

/* Until client `i` has got `count` results. */
static void wait_results(int i, unsigned count)
{
    while (s->watchers[i].count < count)
        xy__loop_wait(&s->loop);
}

static void change(int item)
{
    atomic_fetch_add(&values[item], 1);
    live_stage_change(s, item);
}

static void what_changes_while_it_is_read_is_not_missed(void **state)
{
    (void)state;
    live_stage_open(s, 0, "query @live { report(id: \"1\") { value } }", NULL);
    live_stage_turn(s);
    held_await(&has_read, 1);
    change(1);
    live_stage_turn(s); /* the run knows no key of an item so far */
    held_open(&has_read);
    wait_results(0, 2);
    assert_string_equal(watcher_text(&s->watchers[0]),
                        "{\"report\":{\"value\":0}}{\"report\":{\"value\":1}}");
}

static void what_changes_afterwards_makes_it_run_again(void **state)
{
    (void)state;
    held_open(&has_read);
    live_stage_open(s, 0, "query @live { report(id: \"1\") { value } }", NULL);
    wait_results(0, 1);
    change(1);
    wait_results(0, 2);
    assert_string_equal(watcher_text(&s->watchers[0]),
                        "{\"report\":{\"value\":0}}{\"report\":{\"value\":1}}");
}

static void a_client_that_goes_leaves_nothing(void **state)
{
    (void)state;
    live_stage_open(s, 0, "query @live { report(id: \"1\") { value } }", NULL);
    live_stage_turn(s);
    held_await(&has_read, 1);
    watcher_gone(&s->watchers[0]);
    held_open(&has_read);
    while (s->executor.gauges.promises)
        xy__loop_wait(&s->loop);
    assert_string_equal(watcher_text(&s->watchers[0]), "");
}

/* That the run is of one user is known only when the work is back. */
static void each_client_gets_the_result_that_is_his(void **state)
{
    static const char *const people[] = {"ann", "bob", NULL, "ann"};

    (void)state;
    for (int i = 0; i < 4; i++)
        live_stage_open(s, i, "query @live { who }", live_person(people[i]));
    for (int i = 0; i < 4; i++) {
        char expected[64];

        wait_results(i, 1);
        snprintf(expected, sizeof expected, "{\"who\":\"%s\"}", people[i] ? people[i] : "nobody");
        assert_string_equal(watcher_text(&s->watchers[i]), expected);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_changes_while_it_is_read_is_not_missed),
        TEST(what_changes_afterwards_makes_it_run_again),
        TEST(a_client_that_goes_leaves_nothing),
        TEST(each_client_gets_the_result_that_is_his),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
