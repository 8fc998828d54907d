/* SPDX-License-Identifier: MIT */
/* Subscriptions whose topics are not live at once: when their outlet is told that they are open,
 * and who is told of a gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "stage.h"

/* The letters of `data` are its topics. */
static int open_topics(client *c, xy_call *call)
{
    (void)call;
    for (const char *at = c->data; *at; at++)
        assert_int_equal(xy_stream_topic(c->stream, (xy_str){at, 1}, XY_STR_NULL), XY_OK);
    return XY_OK;
}

static client *open_on(stage *s, int id, const char *topics)
{
    s->clients[id].data = (void *)(uintptr_t)topics;
    return stage_open(s, id, "n", open_topics);
}

static void say_live(stage *s, const char *topic)
{
    xy__pubsub_live(s->ps, xy_str_from(topic));
}

static void publish(stage *s, const char *topic, int64_t number)
{
    assert_int_equal(stage_publish(s, topic, number), XY_OK);
    stage_turn(s);
}

static void in_memory_it_is_open_at_once(void **state)
{
    stage *s = stage_create();

    (void)state;
    assert_int_equal(open_on(s, 0, "ab")->opened, 1);
    assert_int_equal(open_on(s, 1, "")->opened, 1);
    publish(s, "a", 1);
    assert_string_equal(s->clients[0].text, "1");
    stage_destroy(s);
}

/* That nobody knows where it was is told when it is open: what comes after that reaches it. */
static void so_does_who_comes_from_nowhere(void **state)
{
    stage *s = stage_create_away();
    client *c;

    (void)state;
    s->options.last_event_id = XY_STR("garbage");
    c = open_on(s, 0, "a");
    s->options.last_event_id = XY_STR_NULL;
    stage_turn(s);
    assert_int_equal(c->opened, 0);
    assert_string_equal(c->text, "");
    say_live(s, "a");
    stage_turn(s);
    assert_int_equal(c->opened, 1);
    assert_string_equal(c->text, "?");
    publish(s, "a", 1);
    assert_string_equal(c->text, "? 1");

    s->options.last_event_id = XY_STR("garbage");
    c = open_on(s, 1, "b");
    s->options.last_event_id = XY_STR_NULL;
    xy__loop_advance(&s->loop, STAGE_WAIT_MS);
    stage_turn(s);
    assert_int_equal(c->opened, 1);
    assert_string_equal(c->text, "?");
    stage_destroy(s);
}

static void it_waits_until_its_topic_is_live(void **state)
{
    stage *s = stage_create_away();
    client *c = open_on(s, 0, "a");

    (void)state;
    xy__loop_advance(&s->loop, STAGE_WAIT_MS - 1);
    assert_int_equal(c->opened, 0);
    say_live(s, "b");
    stage_turn(s);
    assert_int_equal(c->opened, 0);
    say_live(s, "a");
    stage_turn(s);
    assert_int_equal(c->opened, 1);
    xy__loop_advance(&s->loop, STAGE_WAIT_MS);
    publish(s, "a", 1);
    publish(s, "a", 2);
    assert_string_equal(c->text, "1 2");
    assert_int_equal(stage_figures(s).gaps, 0);
    stage_destroy(s);
}

static void whoever_comes_later_finds_it_live(void **state)
{
    stage *s = stage_create_away();

    (void)state;
    open_on(s, 0, "a");
    say_live(s, "a");
    stage_turn(s);
    assert_int_equal(open_on(s, 1, "a")->opened, 1);
    assert_int_equal(s->clients[0].opened, 1);
    stage_destroy(s);
}

static void all_its_topics_count(void **state)
{
    stage *s = stage_create_away();
    client *c = open_on(s, 0, "abc");

    (void)state;
    say_live(s, "b");
    say_live(s, "a");
    stage_turn(s);
    assert_int_equal(c->opened, 0);
    say_live(s, "c");
    stage_turn(s);
    assert_int_equal(c->opened, 1);
    publish(s, "b", 1);
    assert_string_equal(c->text, "1");
    stage_destroy(s);
}

static void too_late_it_is_open_and_told_of_a_gap(void **state)
{
    stage *s = stage_create_away();
    client *c = open_on(s, 0, "a");
    client *other;

    (void)state;
    xy__loop_advance(&s->loop, 10);
    other = open_on(s, 1, "a");
    xy__loop_advance(&s->loop, STAGE_WAIT_MS - 10);
    assert_int_equal(c->opened, 1);
    assert_int_equal(other->opened, 0);
    say_live(s, "a");
    stage_turn(s);
    assert_int_equal(other->opened, 1);
    publish(s, "a", 1);
    publish(s, "a", 2);
    assert_string_equal(c->text, "^1 2");
    assert_string_equal(other->text, "1 2");
    assert_int_equal(stage_figures(s).gaps, 1);
    stage_destroy(s);
}

/* What it gets before that is of a topic that is live already: the gap is still to come. */
static void the_gap_is_told_after_all_topics_are_live(void **state)
{
    stage *s = stage_create_away();
    client *c = open_on(s, 0, "ab");
    client *early = open_on(s, 1, "ab");

    (void)state;
    say_live(s, "a");
    publish(s, "a", 1);
    assert_string_equal(early->text, "1");
    assert_int_equal(early->opened, 1);
    xy__loop_advance(&s->loop, STAGE_WAIT_MS);
    publish(s, "a", 2);
    say_live(s, "b");
    stage_turn(s);
    publish(s, "b", 3);
    publish(s, "a", 4);
    assert_string_equal(c->text, "1 2 ^3 4");
    assert_string_equal(early->text, "1 2 ^3 4");
    stage_destroy(s);
}

/* Connected, lost, and connected again before anything came: that is one gap. */
static void two_gaps_are_told_once(void **state)
{
    stage *s = stage_create_away();
    client *c = open_on(s, 0, "a");

    (void)state;
    xy__loop_advance(&s->loop, STAGE_WAIT_MS);
    say_live(s, "a");
    xy__pubsub_gap_topic(s->ps, XY_STR("a"), XY_GAP_RECONNECTED);
    stage_turn(s);
    publish(s, "a", 1);
    publish(s, "a", 2);
    assert_string_equal(c->text, "^1 2");
    stage_destroy(s);
}

static void a_topic_that_is_added_later_makes_no_gap(void **state)
{
    stage *s = stage_create_away();
    client *c = open_on(s, 0, "a");

    (void)state;
    say_live(s, "a");
    stage_turn(s);
    assert_int_equal(xy_stream_topic(c->stream, XY_STR("b"), XY_STR_NULL), XY_OK);
    publish(s, "a", 1);
    say_live(s, "b");
    stage_turn(s);
    publish(s, "b", 2);
    assert_string_equal(c->text, "1 2");
    stage_destroy(s);
}

/* In every state of waiting, and whoever else waits. */
static void who_goes_waits_no_more(void **state)
{
    for (int when = 0; when < 4; when++) {
        stage *s = stage_create_away();
        client *c = open_on(s, 0, "ab");

        (void)state;
        open_on(s, 1, "ab");
        if (when > 0)
            say_live(s, "a");
        stage_turn(s);
        if (when > 1)
            xy__loop_advance(&s->loop, STAGE_WAIT_MS);
        if (when == 3) {
            xy__subscription_end(c->subscription);
            stage_turn(s);
            assert_string_equal(c->text, "end");
        } else {
            client_gone(c);
        }
        stage_turn(s);
        say_live(s, "a");
        say_live(s, "b");
        stage_turn(s);
        assert_int_equal(s->clients[1].opened, 1);
        stage_destroy(s);
    }
}

static void an_end_or_an_error_waits_for_nothing(void **state)
{
    stage *s = stage_create_away();
    client *c = open_on(s, 0, "a");

    (void)state;
    xy_stream_end(c->stream);
    stage_turn(s);
    assert_string_equal(c->text, "end");
    c = open_on(s, 1, "a");
    xy_stream_fail(c->stream, NULL, "boom");
    stage_turn(s);
    assert_string_equal(c->text, "!boom end");
    stage_destroy(s);
}

/* A place in the hub's table is used again while mail for its last topic is on its way. */
static void news_of_another_life_do_not_count(void **state)
{
    stage *s = stage_create_away();
    client *c;

    (void)state;
    client_gone(open_on(s, 0, "a"));
    c = open_on(s, 1, "a");
    say_live(s, "a");
    client_gone(c);
    c = open_on(s, 2, "b");
    stage_turn(s);
    assert_int_equal(c->opened, 0);
    say_live(s, "b");
    stage_turn(s);
    assert_int_equal(c->opened, 1);
    stage_destroy(s);
}

/* ---- news of gaps ---- */

static void a_gap_is_told_to_those_who_were_there(void **state)
{
    stage *s = stage_create();
    client *old = open_on(s, 0, "a");
    client *late;

    (void)state;
    publish(s, "a", 1);
    xy__pubsub_gap(s->ps, XY_GAP_RECONNECTED);
    late = open_on(s, 1, "a");
    publish(s, "a", 2);
    publish(s, "a", 3);
    assert_string_equal(old->text, "1 ^2 3");
    assert_string_equal(late->text, "2 3");
    assert_int_equal(stage_figures(s).gaps, 1);
    stage_destroy(s);
}

static void several_topics_tell_it_once(void **state)
{
    stage *s = stage_create();
    client *c = open_on(s, 0, "ab");

    (void)state;
    xy__pubsub_gap(s->ps, XY_GAP_RECONNECTED);
    publish(s, "b", 1);
    publish(s, "a", 2);
    assert_string_equal(c->text, "^1 2");
    stage_destroy(s);
}

static int open_play_topic(client *c, xy_call *call)
{
    (void)call;
    return xy_stream_topic(c->stream, XY_STR("t"), XY_STR_NULL);
}

/* Old and new ones, of whom some are behind: one run for those in step, two results. */
static void equal_clients_share_two_results(void **state)
{
    stage *s = stage_create();
    play_event event = {.number = 1};

    (void)state;
    for (int id = 0; id < 3; id++)
        stage_play(s, id, 0, NULL, open_play_topic);
    xy__pubsub_gap(s->ps, XY_GAP_DROPPED);
    for (int id = 3; id < 6; id++)
        stage_play(s, id, 0, NULL, open_play_topic);
    stage_publish_play(s, "t", &event);
    stage_turn(s);
    for (int id = 0; id < 6; id++)
        assert_string_equal(s->clients[id].text, id < 3 ? "~\"1\"" : "\"1\"");
    assert_int_equal(s->runs, 1);
    assert_int_equal(stage_figures(s).gaps, 3);
    stage_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_memory_it_is_open_at_once),
        cmocka_unit_test(it_waits_until_its_topic_is_live),
        cmocka_unit_test(so_does_who_comes_from_nowhere),
        cmocka_unit_test(whoever_comes_later_finds_it_live),
        cmocka_unit_test(all_its_topics_count),
        cmocka_unit_test(too_late_it_is_open_and_told_of_a_gap),
        cmocka_unit_test(the_gap_is_told_after_all_topics_are_live),
        cmocka_unit_test(two_gaps_are_told_once),
        cmocka_unit_test(a_topic_that_is_added_later_makes_no_gap),
        cmocka_unit_test(who_goes_waits_no_more),
        cmocka_unit_test(an_end_or_an_error_waits_for_nothing),
        cmocka_unit_test(news_of_another_life_do_not_count),
        cmocka_unit_test(a_gap_is_told_to_those_who_were_there),
        cmocka_unit_test(several_topics_tell_it_once),
        cmocka_unit_test(equal_clients_share_two_results),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
