/* SPDX-License-Identifier: MIT */
/* How often an event is executed, and for whom: once for all who are equal, never for nobody. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "realtime/feed.h"
#include "stage.h"

enum { READS_USER = 1, READS_A = 2, READS_B = 4 };

/* Five events may wait, as large as they like. */
static stage *create(void)
{
    stage *s = stage_create();

    s->options.queue.bytes_max = 1 << 20;
    return s;
}

static int open_t(client *c, xy_call *call)
{
    (void)call;
    return xy_stream_topic(c->stream, XY_STR("t"), XY_STR_NULL);
}

static int open_t_and_u(client *c, xy_call *call)
{
    xy_stream_topic(c->stream, XY_STR("u"), XY_STR_NULL);
    return open_t(c, call);
}

static client *join(stage *s, int id, const char *words)
{
    xy_identity *identity = stage_person(words);
    client *c = stage_play(s, id, 0, identity, open_t);

    xy__identity_unref(identity);
    return c;
}

static void publish(stage *s, int number, unsigned reads)
{
    stage_publish_play(s, "t", &(play_event){number, reads, 0, false});
}

static void publish_late(stage *s, int number, unsigned reads, unsigned then)
{
    stage_publish_play(s, "t", &(play_event){number, reads, then, true});
}

static void resolve_all(stage *s)
{
    while (s->late_count) {
        stage_resolve(s, 0);
        stage_turn(s);
    }
}

#define ASSERT_SENT(s, id, expected) assert_string_equal((s)->clients[id].text, expected)

/* ---- many ---- */

enum { CROWD = 1000 };

typedef struct listener {
    xy_outlet outlet;
    int results;
    int answer;
    bool there;
} listener;

static int listener_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    listener *self = XY_CONTAINER(outlet, listener, outlet);

    (void)flags;
    xy_bytes_unref(result);
    self->results++;
    return self->answer;
}

static void listener_end(xy_outlet *outlet)
{
    XY_CONTAINER(outlet, listener, outlet)->there = false;
}

static const xy_outlet_ops listener_ops = {.put = listener_put, .end = listener_end};

static listener *open_crowd(stage *s)
{
    static const char *const people[] = {"ann a", "bob b", "cat", "dan a", "eve b", "fay"};
    listener *crowd = xy__zalloc(CROWD * sizeof *crowd);

    for (size_t i = 0; i < CROWD; i++) {
        xy_operation *operation = stage_share(s, 0);
        xy_identity *identity = stage_person(people[i % 6]);

        crowd[i].there = true;
        crowd[i].outlet.ops = &listener_ops;
        xy__subscription_open(s->hub, operation, identity, &crowd[i].outlet, &s->options);
        xy__operation_unref(operation);
        xy__identity_unref(identity);
    }
    return crowd;
}

static void close_crowd(listener *crowd)
{
    for (size_t i = 0; i < CROWD; i++)
        if (crowd[i].there)
            xy__outlet_stop(&crowd[i].outlet);
    free(crowd);
}

static void assert_results(const listener *crowd, int results)
{
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(crowd[i].results, results);
}

static void equal_clients_share_one_run(void **state)
{
    stage *s = create();
    listener *crowd = open_crowd(s);

    (void)state;
    assert_int_equal(s->executor.gauges.operations, 1);
    assert_int_equal(stage_figures(s).subscribers, CROWD);
    for (int i = 1; i <= 3; i++)
        publish(s, i, 0);
    stage_turn(s);
    assert_int_equal(s->runs, 3);
    assert_int_equal(stage_figures(s).delivered, 3 * CROWD);
    assert_results(crowd, 3);
    close_crowd(crowd);
    stage_destroy(s);
}

/* The first event that reads roles is executed for one cohort, and again for those who turn out
 * to be different: those with "a", "b", and neither. From then on each has its run. */
static void three_roles_are_three_runs(void **state)
{
    stage *s = create();
    listener *crowd = open_crowd(s);

    (void)state;
    publish(s, 1, READS_A | READS_B);
    stage_turn(s);
    assert_int_equal(s->runs, 3);
    assert_results(crowd, 1);
    publish(s, 2, READS_A | READS_B);
    publish(s, 3, 0);
    stage_turn(s);
    assert_int_equal(s->runs, 9);
    assert_results(crowd, 3);
    close_crowd(crowd);
    stage_destroy(s);
}

/* However many events gather meanwhile, and however many clients wait for them. */
static void a_late_run_holds_up_one_queue_not_a_thousand(void **state)
{
    stage *s = create();
    listener *crowd = open_crowd(s);

    (void)state;
    for (int i = 1; i <= 5; i++)
        publish_late(s, i, 0, 0);
    stage_turn(s);
    assert_int_equal(s->runs, 1);
    assert_int_equal(stage_figures(s).waiting_events, 4);
    resolve_all(s);
    assert_int_equal(s->runs, 5);
    assert_results(crowd, 5);
    close_crowd(crowd);
    stage_destroy(s);
}

/* Over the limit all who wait for the first event of the queue are too slow. */
static void too_many_events_behind_a_late_run_end_everybody(void **state)
{
    stage *s = create();
    listener *crowd = open_crowd(s);

    (void)state;
    for (int i = 1; i <= 8; i++)
        publish_late(s, i, 0, 0);
    stage_turn(s);
    assert_int_equal(s->runs, 1);
    assert_int_equal(s->late_stops, 1);
    for (size_t i = 0; i < CROWD; i++)
        assert_false(crowd[i].there);
    assert_results(crowd, 1); /* the error */
    assert_int_equal(stage_figures(s).overflows, CROWD);
    resolve_all(s);
    close_crowd(crowd);
    stage_destroy(s);
}

static void or_the_oldest_are_dropped_for_all(void **state)
{
    stage *s = create();
    listener *crowd;

    (void)state;
    s->options.queue.overflow = XY_OVERFLOW_DROP_OLDEST;
    crowd = open_crowd(s);
    for (int i = 1; i <= 8; i++)
        publish_late(s, i, 0, 0);
    stage_turn(s);
    assert_int_equal(stage_figures(s).dropped, 2 * CROWD);
    resolve_all(s);
    assert_results(crowd, 6);
    close_crowd(crowd);
    stage_destroy(s);
}

static void an_idle_client_is_small(void **state)
{
    stage *s = create();
    listener *crowd = xy__zalloc(2 * sizeof *crowd);
    xy_operation *operation = stage_share(s, 0);
    xy_subscription *subscriptions[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        crowd[i].outlet.ops = &listener_ops;
        subscriptions[i] =
            xy__subscription_open(s->hub, operation, NULL, &crowd[i].outlet, &s->options);
    }
    /* Nothing else is its own: no run, no queue, no subscriber of the hub. */
    assert_true(malloc_usable_size(subscriptions[1]) <= 172);
    for (size_t i = 0; i < 2; i++)
        xy__outlet_stop(&crowd[i].outlet);
    xy__operation_unref(operation);
    free(crowd);
    stage_destroy(s);
}

/* ---- few ---- */

/* Invariant 0: whatever a run reads of its client is that client's. */
static void each_user_gets_her_own(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    join(s, 1, "bob");
    join(s, 2, "ann a");
    join(s, 3, "-");
    publish(s, 1, READS_USER);
    publish(s, 2, READS_USER);
    stage_turn(s);
    ASSERT_SENT(s, 0, "\"1@ann\" \"2@ann\"");
    ASSERT_SENT(s, 1, "\"1@bob\" \"2@bob\"");
    ASSERT_SENT(s, 2, "\"1@ann\" \"2@ann\"");
    ASSERT_SENT(s, 3, "\"1@\" \"2@\"");
    assert_int_equal(s->runs, 6);
    stage_destroy(s);
}

/* A late run that reads who asks only at its end, while others wait behind it. */
static void a_cohort_splits_in_the_middle_of_a_late_run(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    join(s, 1, "bob");
    join(s, 2, "bob a");
    publish_late(s, 1, 0, READS_USER);
    publish(s, 2, 0);
    stage_turn(s);
    publish(s, 3, 0);
    stage_turn(s);
    ASSERT_SENT(s, 0, "");
    stage_resolve(s, 0);
    ASSERT_SENT(s, 0, "\"1@ann\"");
    stage_turn(s);
    ASSERT_SENT(s, 0, "\"1@ann\" \"2\" \"3\"");
    ASSERT_SENT(s, 1, ""); /* its own run of the first event is late, too */
    assert_int_equal(s->late_count, 1);
    resolve_all(s);
    ASSERT_SENT(s, 1, "\"1@bob\" \"2\" \"3\"");
    ASSERT_SENT(s, 2, "\"1@bob\" \"2\" \"3\"");
    assert_int_equal(s->runs, 6);
    stage_destroy(s);
}

/* Another cohort's run has learned the fact; the client for whom this one runs has left. Its
 * result is ann's all the same. */
static void who_the_run_was_for_may_have_left(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann a");
    join(s, 1, "bob a");
    join(s, 2, "cat");
    publish(s, 1, READS_A);
    stage_turn(s);
    publish_late(s, 2, READS_USER, 0);
    stage_turn(s);
    assert_int_equal(s->late_count, 2);
    client_gone(&s->clients[0]);
    stage_resolve(s, 1); /* cat's: sorts them all by their users */
    ASSERT_SENT(s, 2, "\"1-a\" \"2@cat\"");
    resolve_all(s);
    ASSERT_SENT(s, 1, "\"1+a\" \"2@bob\"");
    stage_destroy(s);
}

static void a_newcomer_hears_what_is_published_from_then_on(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    publish_late(s, 1, 0, 0);
    publish_late(s, 2, 0, 0);
    stage_turn(s);
    publish_late(s, 3, 0, 0);
    join(s, 1, "ann"); /* while 1 is in hand, 2 waits and 3 is on its way */
    publish_late(s, 4, 0, 0);
    stage_turn(s);
    resolve_all(s);
    ASSERT_SENT(s, 0, "\"1\" \"2\" \"3\" \"4\"");
    ASSERT_SENT(s, 1, "\"4\"");
    assert_int_equal(s->runs, 4);
    stage_destroy(s);
}

static void who_stalls_goes_on_alone_until_she_has_caught_up(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    join(s, 1, "ann")->answer = XY_EFULL;
    for (int i = 1; i <= 3; i++)
        publish(s, i, 0);
    stage_turn(s);
    assert_int_equal(s->runs, 3);
    ASSERT_SENT(s, 0, "\"1\" \"2\" \"3\"");
    ASSERT_SENT(s, 1, "\"1\"");
    client_ready(&s->clients[1]);
    stage_turn(s);
    ASSERT_SENT(s, 1, "\"1\" \"2\" \"3\"");
    assert_int_equal(s->runs, 5);
    publish(s, 4, 0);
    stage_turn(s);
    ASSERT_SENT(s, 1, "\"1\" \"2\" \"3\" \"4\"");
    assert_int_equal(s->runs, 6); /* in step again */
    stage_destroy(s);
}

/* She stalls at the result of a late run, with events waiting behind it. */
static void who_stalls_takes_along_what_waits(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    join(s, 1, "ann")->answer = XY_EFULL;
    for (int i = 1; i <= 3; i++)
        publish_late(s, i, 0, 0);
    stage_turn(s);
    resolve_all(s);
    ASSERT_SENT(s, 0, "\"1\" \"2\" \"3\"");
    ASSERT_SENT(s, 1, "\"1\"");
    client_ready(&s->clients[1]);
    stage_turn(s);
    resolve_all(s);
    ASSERT_SENT(s, 1, "\"1\" \"2\" \"3\"");
    stage_destroy(s);
}

static void nothing_runs_for_those_who_have_stalled(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann")->answer = XY_EFULL;
    publish(s, 1, 0);
    stage_turn(s);
    assert_int_equal(s->runs, 1);
    publish(s, 2, 0);
    publish(s, 3, 0);
    stage_turn(s);
    assert_int_equal(s->runs, 1);
    assert_int_equal(stage_figures(s).waiting_events, 2);
    stage_destroy(s);
}

static void the_last_to_leave_stops_the_run(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    join(s, 1, "ann");
    publish_late(s, 1, 0, 0);
    publish_late(s, 2, 0, 0);
    stage_turn(s);
    client_gone(&s->clients[0]);
    assert_int_equal(s->late_stops, 0);
    client_gone(&s->clients[1]);
    assert_int_equal(s->late_stops, 1);
    assert_int_equal(stage_figures(s).topics + stage_figures(s).waiting_events, 0);
    stage_destroy(s);
}

static void all_leave(stage *s)
{
    client_gone(&s->clients[0]);
    client_gone(&s->clients[1]);
}

static void everybody_may_leave_while_it_runs(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    join(s, 1, "bob");
    s->on_run = all_leave;
    publish(s, 1, READS_USER);
    publish(s, 2, READS_USER);
    stage_turn(s);
    assert_int_equal(s->runs, 1);
    ASSERT_SENT(s, 0, "");
    s->on_run = NULL;
    join(s, 0, "ann");
    publish(s, 3, 0);
    stage_turn(s);
    ASSERT_SENT(s, 0, "\"3\"");
    stage_destroy(s);
}

/* The end of one comes after what the others share with her. */
static void who_ends_is_given_what_is_in_hand(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    join(s, 1, "ann");
    publish_late(s, 1, 0, 0);
    stage_turn(s);
    xy__subscription_end(s->clients[1].subscription);
    publish_late(s, 2, 0, 0);
    stage_turn(s);
    resolve_all(s);
    ASSERT_SENT(s, 0, "\"1\" \"2\"");
    ASSERT_SENT(s, 1, "\"1\" end");
    assert_int_equal(s->runs, 2);
    stage_destroy(s);
}

/* Also with others' late runs in between, events come in the order of publishing. */
static void topics_keep_their_order_among_each_other(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    stage_play(s, 1, 0, NULL, open_t_and_u);
    publish(s, 1, 0);
    stage_turn(s);
    assert_int_equal(s->runs, 1); /* several topics, and still in step */
    publish_late(s, 2, 0, 0);
    stage_publish_play(s, "u", &(play_event){3, 0, 0, false});
    publish(s, 4, 0);
    stage_turn(s);
    ASSERT_SENT(s, 1, "\"1\"");
    resolve_all(s);
    ASSERT_SENT(s, 0, "\"1\" \"2\" \"4\"");
    ASSERT_SENT(s, 1, "\"1\" \"2\" \"3\" \"4\"");
    stage_destroy(s);
}

/* What one may wait for is not the same for the other; nor is what they ask. */
static void other_limits_are_another_feed(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    s->options.queue.overflow = XY_OVERFLOW_DROP_OLDEST;
    join(s, 1, "ann");
    stage_play(s, 2, 1, NULL, open_t);
    publish(s, 1, 0);
    stage_turn(s);
    assert_int_equal(s->runs, 3);
    stage_destroy(s);
}

/* ---- looking at them ---- */

typedef struct told {
    xy_feed_info infos[STAGE_CLIENTS];
    size_t count;
} told;

static void note(void *arg, const xy_feed_info *info)
{
    told *all = arg;

    assert_true(all->count < STAGE_CLIENTS);
    all->infos[all->count++] = *info;
}

static told tell(stage *s)
{
    told all = {.count = 0};

    xy__feed_each(s->hub, note, &all);
    return all;
}

static xy_feed_info tell_one(stage *s)
{
    told all = tell(s);

    assert_int_equal(all.count, 1);
    return all.infos[0];
}

#define RESULT_LEN (sizeof "{\"data\":{\"play\":\"1\"}}" - 1)

static void a_cohort_tells_what_it_is_and_what_it_gave(void **state)
{
    stage *s = create();
    xy_feed_info info;

    (void)state;
    assert_int_equal(tell(s).count, 0);
    join(s, 0, "ann");
    join(s, 1, "bob");
    info = tell_one(s);
    assert_int_equal(info.members, 2);
    assert_int_equal(info.runs + info.alone + info.results + info.bytes, 0);
    publish(s, 1, 0);
    publish(s, 2, 0);
    stage_turn(s);
    info = tell_one(s);
    assert_true(xy_str_is(info.topic, "t"));
    assert_string_equal(info.state, "idle");
    assert_non_null(info.operation);
    assert_int_equal(info.runs, 2);
    assert_int_equal(info.results, 4);
    assert_int_equal(info.bytes, 4 * RESULT_LEN);
    assert_int_equal(info.behind + info.alone + info.waiting + info.dropped, 0);
    client_gone(&s->clients[0]);
    assert_int_equal(tell_one(s).members, 1);
    client_gone(&s->clients[1]);
    assert_int_equal(tell(s).count, 0);
    stage_destroy(s);
}

/* What one who is behind executes for herself is told apart, and so is she. */
static void who_is_behind_is_counted_as_long_as_she_is(void **state)
{
    stage *s = create();
    xy_feed_info info;

    (void)state;
    join(s, 0, "ann");
    join(s, 1, "ann")->answer = XY_EFULL;
    for (int i = 1; i <= 3; i++)
        publish(s, i, 0);
    stage_turn(s);
    info = tell_one(s);
    assert_int_equal(info.behind, 1);
    assert_int_equal(info.runs, 3);
    assert_int_equal(info.results, 4);
    client_ready(&s->clients[1]);
    stage_turn(s);
    info = tell_one(s);
    assert_int_equal(info.behind, 0);
    assert_int_equal(info.runs, 3);
    assert_int_equal(info.alone, 2);
    assert_int_equal(info.results, 6);
    assert_int_equal(info.bytes, 6 * RESULT_LEN);
    s->clients[1].answer = XY_EFULL;
    publish(s, 4, 0);
    stage_turn(s);
    assert_int_equal(tell_one(s).behind, 1);
    client_gone(&s->clients[1]);
    assert_int_equal(tell_one(s).behind, 0);
    stage_destroy(s);
}

static void what_waits_for_a_late_run_is_told(void **state)
{
    stage *s = create();
    xy_feed_info info;

    (void)state;
    s->options.queue.overflow = XY_OVERFLOW_DROP_OLDEST;
    join(s, 0, "ann");
    join(s, 1, "ann");
    for (int i = 1; i <= 8; i++)
        publish_late(s, i, 0, 0);
    stage_turn(s);
    info = tell_one(s);
    assert_string_equal(info.state, "running");
    assert_int_equal(info.waiting, 5);
    assert_int_equal(info.dropped, 2 * 2);
    assert_int_equal(info.results, 0);
    resolve_all(s);
    info = tell_one(s);
    assert_string_equal(info.state, "idle");
    assert_int_equal(info.waiting, 0);
    assert_int_equal(info.results, 2 * 6);
    stage_destroy(s);
}

static void who_is_passed_over_is_not_counted(void **state)
{
    stage *s = create();

    (void)state;
    join(s, 0, "ann");
    join(s, 1, "ann");
    publish_late(s, 1, 0, 0);
    stage_turn(s);
    join(s, 2, "ann");                                /* after the event */
    xy__subscription_end(s->clients[1].subscription); /* it is due to him */
    resolve_all(s);
    ASSERT_SENT(s, 1, "\"1\" end");
    assert_int_equal(tell_one(s).members, 2);
    assert_int_equal(tell_one(s).results, 2);
    stage_destroy(s);
}

/* Bob is behind when it turns out that users differ: he takes that along. What he did not get yet
 * waits in the cohort that he has come to. */
static void who_moves_is_counted_where_he_is(void **state)
{
    stage *s = create();
    told all;

    (void)state;
    join(s, 0, "ann");
    join(s, 1, "bob")->answer = XY_EFULL;
    join(s, 2, "cat");
    publish(s, 1, 0);
    stage_turn(s);
    publish_late(s, 2, 0, READS_USER);
    stage_turn(s);
    assert_int_equal(tell_one(s).behind, 1);
    stage_resolve(s, 0);
    all = tell(s);
    assert_int_equal(all.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(all.infos[i].members, 1);
        assert_int_equal(all.infos[i].runs, i == 0 ? 2 : 0);
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(all.infos[i].cohort, all.infos[j].cohort);
    }
    assert_int_equal(all.infos[0].behind, 0);
    assert_int_equal(all.infos[1].behind + all.infos[2].behind, 1);
    assert_string_equal(all.infos[1].behind ? all.infos[2].state : all.infos[1].state, "waiting");
    assert_int_equal(all.infos[1].behind ? all.infos[2].waiting : all.infos[1].waiting, 1);
    client_ready(&s->clients[1]);
    stage_turn(s);
    resolve_all(s);
    all = tell(s);
    for (size_t i = 0; i < all.count; i++)
        assert_int_equal(all.infos[i].behind + all.infos[i].waiting, 0);
    ASSERT_SENT(s, 1, "\"1\" \"2@bob\"");
    stage_destroy(s);
}

static void each_topic_of_a_client_is_a_feed(void **state)
{
    stage *s = create();
    told all;

    (void)state;
    stage_play(s, 0, 0, NULL, open_t_and_u);
    s->clients[0].answer = XY_EFULL;
    publish(s, 1, 0);
    stage_turn(s);
    all = tell(s);
    assert_int_equal(all.count, 2);
    assert_false(xy_str_eq(all.infos[0].topic, all.infos[1].topic));
    assert_int_equal(all.infos[0].behind + all.infos[1].behind, 2);
    assert_int_equal(all.infos[0].runs + all.infos[1].runs, 1);
    stage_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_clients_share_one_run),
        cmocka_unit_test(three_roles_are_three_runs),
        cmocka_unit_test(a_late_run_holds_up_one_queue_not_a_thousand),
        cmocka_unit_test(too_many_events_behind_a_late_run_end_everybody),
        cmocka_unit_test(or_the_oldest_are_dropped_for_all),
        cmocka_unit_test(an_idle_client_is_small),
        cmocka_unit_test(each_user_gets_her_own),
        cmocka_unit_test(a_cohort_splits_in_the_middle_of_a_late_run),
        cmocka_unit_test(who_the_run_was_for_may_have_left),
        cmocka_unit_test(a_newcomer_hears_what_is_published_from_then_on),
        cmocka_unit_test(who_stalls_goes_on_alone_until_she_has_caught_up),
        cmocka_unit_test(who_stalls_takes_along_what_waits),
        cmocka_unit_test(nothing_runs_for_those_who_have_stalled),
        cmocka_unit_test(the_last_to_leave_stops_the_run),
        cmocka_unit_test(everybody_may_leave_while_it_runs),
        cmocka_unit_test(who_ends_is_given_what_is_in_hand),
        cmocka_unit_test(topics_keep_their_order_among_each_other),
        cmocka_unit_test(other_limits_are_another_feed),
        cmocka_unit_test(a_cohort_tells_what_it_is_and_what_it_gave),
        cmocka_unit_test(who_is_behind_is_counted_as_long_as_she_is),
        cmocka_unit_test(what_waits_for_a_late_run_is_told),
        cmocka_unit_test(who_is_passed_over_is_not_counted),
        cmocka_unit_test(who_moves_is_counted_where_he_is),
        cmocka_unit_test(each_topic_of_a_client_is_a_feed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
