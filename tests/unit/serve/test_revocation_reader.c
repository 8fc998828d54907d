/* SPDX-License-Identifier: MIT */
/* Users who were revoked in other processes, as one worker hears of them through a store that says
 * only what a test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/log.h"

#include "serve/revocation_reader.h"

#define EPOCH 7u

/* A store that others share. */
typedef struct shared_store {
    xy_store base;
    xy_pubsub *ps;
    int listens;
    bool is_live;         /* whatever is listened to is, at once */
    int refuses;          /* what publishing returns */
    int published;        /* so far */
    xy_history *question; /* that waits for its answer */
    int questions;        /* so far */
} shared_store;

/* A stream, its producer and its consumer in one. */
typedef struct stream {
    xy_outlet outlet;
    xy_lease *lease;
    bool ended;
} stream;

static shared_store store;
static xy_loop loop;
static xy_pubsub *ps;
static xy_hub *hub;
static xy_leases leases;
static xy_revocations *ours;
static xy_revocations *theirs;
static xy_revocation_reader reader;

/* ---- the store ---- */

static void attach(xy_store *base, xy_pubsub *to)
{
    XY_CONTAINER(base, shared_store, base)->ps = to;
}

static int publish(xy_store *base, xy_str topic, xy_bytes *payload, bool durable)
{
    shared_store *s = XY_CONTAINER(base, shared_store, base);
    xy_event_id id = {EPOCH, 1, 0};

    assert_true(durable);
    assert_true(xy_str_is(topic, "xylem-revocations"));
    if (s->refuses)
        return s->refuses;
    id.major = (uint64_t)++s->published;
    return xy__pubsub_deliver(s->ps, topic, payload, &id);
}

static bool begin(xy_store *base, xy_str topic, bool durable)
{
    shared_store *s = XY_CONTAINER(base, shared_store, base);

    assert_true(durable);
    assert_true(xy_str_is(topic, "xylem-revocations"));
    s->listens++;
    return s->is_live;
}

static void leave(xy_store *base, xy_str topic, bool durable)
{
    (void)topic;
    (void)durable;
    XY_CONTAINER(base, shared_store, base)->listens--;
}

static void ask(xy_store *base, xy_history *history)
{
    shared_store *s = XY_CONTAINER(base, shared_store, base);

    assert_null(s->question);
    s->question = history;
    s->questions++;
}

static xy_store_state is_there(const xy_store *base)
{
    (void)base;
    return XY_STORE_CONNECTED;
}

static void destroy(xy_store *base)
{
    (void)base;
}

static const xy_store_ops shared_ops = {
    .attach = attach,
    .publish = publish,
    .listen = begin,
    .ignore = leave,
    .read = ask,
    .state = is_there,
    .destroy = destroy,
};

static void answer(void)
{
    xy_history *question = store.question;

    assert_non_null(question);
    store.question = NULL;
    xy__history_answer(question);
    xy__loop_advance(&loop, 0);
}

static xy_bytes *notice_of(const char *user, int64_t at_ms)
{
    xy_revocation_notice notice = {xy_str_from(user), at_ms, XY_STR("fedcba9876543210")};
    xy_bytes *text;

    assert_int_equal(xy__revocation_notice_write(&notice, &text), XY_OK);
    return text;
}

/* The question's answer has this notice, as the `number`th event. */
static void answer_with(const char *user, uint64_t number)
{
    xy_event_id id = {EPOCH, number, 0};
    xy_bytes *text = notice_of(user, xy__leases_clock_ms());

    xy__history_add(store.question, &id, text);
    xy_bytes_unref(text);
}

/* Another process says so; `ago_ms` by its clock. */
static void hear(const char *user, int64_t ago_ms)
{
    xy_bytes *text = notice_of(user, xy__leases_clock_ms() - ago_ms);

    assert_int_equal(xy__pubsub_publish(ps, XY_STR(XY_REVOCATIONS_TOPIC), text), XY_OK);
    xy_bytes_unref(text);
    xy__loop_advance(&loop, 0);
}

static void say_live(void)
{
    xy__pubsub_live(ps, XY_STR(XY_REVOCATIONS_TOPIC));
    xy__loop_advance(&loop, 0);
}

/* ---- streams ---- */

static int put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    (void)outlet;
    (void)flags;
    assert_true(xy_str_is(xy_bytes_str(result),
                          "{\"errors\":[{\"message\":\"Your access has been revoked.\","
                          "\"extensions\":{\"code\":\"UNAUTHENTICATED\"}}]}"));
    xy_bytes_unref(result);
    return XY_OK;
}

static void end(xy_outlet *outlet)
{
    stream *s = XY_CONTAINER(outlet, stream, outlet);

    s->ended = true;
    xy__lease_drop(s->lease);
}

static void on_stop(void *arg)
{
    assert_false(((stream *)arg)->ended);
}

static void open_for(stream *s, const char *user)
{
    static const xy_outlet_ops ops = {.put = put, .end = end};
    xy_identity *identity = xy__identity_create();

    *s = (stream){.outlet = {.ops = &ops, .on_stop = on_stop, .arg = s}};
    xy_identity_set_user(identity, xy_str_from(user));
    s->lease = xy__lease_take(&leases, identity, &s->outlet);
    xy__identity_unref(identity);
}

static void open_on(xy_store *base)
{
    const xy_pubsub_limits limits = {
        .event_bytes_max = 1000, .mailbox_bytes_max = 10000, .subscribe_wait_ms = 100};

    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    ps = xy__pubsub_create(&limits, base);
    ours = xy__revocations_create();
    theirs = xy__revocations_create();
    xy__revocations_share(ours, ps);
    xy__revocations_share(theirs, ps);
    hub = xy__hub_create(ps, &loop);
    xy__leases_init(&leases, &loop);
    xy__revocation_reader_init(&reader, ours, hub, &leases);
}

static int setup(void **state)
{
    (void)state;
    xy_log_set_level(XY_LOG_OFF);
    store = (shared_store){.base = {.ops = &shared_ops}, .is_live = true};
    open_on(&store.base);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(store.listens, 0);
    xy__leases_deinit(&leases);
    xy__hub_destroy(hub);
    if (store.question)
        xy__history_answer(store.question);
    xy__loop_deinit(&loop);
    xy__revocations_destroy(ours);
    xy__revocations_destroy(theirs);
    xy__pubsub_destroy(ps);
    return 0;
}

/* ---- tests ---- */

static void it_listens_while_somebody_is_signed_in(void **state)
{
    stream ann;
    stream ben;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(store.listens, 0);
        open_for(&ann, "ann");
        open_for(&ben, "ben");
        assert_int_equal(store.listens, 1);
        xy__lease_drop(ann.lease);
        assert_int_equal(store.listens, 1);
        xy__lease_drop(ben.lease);
    }
    assert_int_equal(store.questions, 0);
}

static void a_user_whom_another_process_revokes_loses_his_streams(void **state)
{
    stream streams[6];

    (void)state;
    for (int i = 0; i < 6; i++)
        open_for(&streams[i], i % 2 ? "ann" : "ben");
    xy__revocations_tell(theirs, XY_STR("ann"));
    xy__loop_advance(&loop, 0);
    for (int i = 0; i < 6; i++)
        assert_int_equal(streams[i].ended, i % 2);
    xy__revocations_tell(theirs, XY_STR("ben"));
    xy__loop_advance(&loop, 0);
    assert_true(streams[0].ended && streams[2].ended && streams[4].ended);
    assert_int_equal(store.listens, 0);
}

/* The board has told them already. */
static void what_it_has_said_itself_is_passed_over(void **state)
{
    stream s;

    (void)state;
    open_for(&s, "ann");
    xy__revocations_tell(ours, XY_STR("ann"));
    xy__loop_advance(&loop, 0);
    assert_int_equal(store.published, 1);
    assert_false(s.ended);
    xy__lease_drop(s.lease);
}

static void a_stream_that_was_opened_later_stays(void **state)
{
    stream s;

    (void)state;
    open_for(&s, "ann");
    hear("ann", XY_REVOCATION_SKEW_MS + 1000);
    assert_false(s.ended);
    hear("ann", XY_REVOCATION_SKEW_MS - 1000);
    assert_true(s.ended);
}

static void what_makes_no_sense_ends_nobody(void **state)
{
    xy_bytes *text = xy_bytes_create(XY_STR("{\"user\":\"ann\"}"));
    stream s;

    (void)state;
    open_for(&s, "ann");
    assert_int_equal(xy__pubsub_publish(ps, XY_STR(XY_REVOCATIONS_TOPIC), text), XY_OK);
    xy_bytes_unref(text);
    xy__pubsub_gap_topic(ps, XY_STR(XY_REVOCATIONS_TOPIC), XY_GAP_DROPPED);
    xy__loop_advance(&loop, 0);
    assert_false(s.ended);
    hear("ann", -INT64_C(3155760000000));
    assert_true(s.ended);
}

static void those_here_are_told_also_when_others_cannot_be(void **state)
{
    xy_revocations_member *member = xy__revocations_join(ours, &loop, &leases);
    stream s;

    (void)state;
    store.refuses = XY_EUNAVAILABLE;
    open_for(&s, "ann");
    xy__revocations_tell(ours, XY_STR("\xff"));
    xy__revocations_tell(ours, XY_STR("ann"));
    xy__loop_advance(&loop, 0);
    assert_true(s.ended);
    xy__revocations_leave(member);
}

static void what_was_said_before_the_topic_was_live_is_read(void **state)
{
    uint64_t now_ms = (uint64_t)xy__leases_clock_ms();
    stream ann;
    stream ben;
    stream cid;

    (void)state;
    store.is_live = false;
    open_for(&ann, "ann");
    open_for(&ben, "ben");
    open_for(&cid, "cid");
    xy__loop_advance(&loop, 1000);
    assert_null(store.question);
    say_live();
    assert_true(xy__event_id_is_none(&store.question->position));
    assert_in_range(store.question->since_ms, now_ms - XY_REVOCATION_SKEW_MS,
                    now_ms - XY_REVOCATION_SKEW_MS + 60000);
    store.question->unavailable = true;
    answer();
    assert_null(store.question);
    xy__loop_advance(&loop, XY_REVOCATION_RETRY_MS);
    answer_with("nobody", 1);
    answer_with("ann", 2);
    answer();
    assert_true(ann.ended);
    assert_int_equal(store.question->position.epoch, EPOCH);
    assert_int_equal(store.question->position.major, 2);
    answer_with("ben", 3);
    store.question->end = true;
    answer();
    assert_true(ben.ended);
    assert_int_equal(store.questions, 3);
    hear("cid", 0);
    assert_true(cid.ended);
}

/* At each moment until all is read. */
static void the_last_may_go_meanwhile(void **state)
{
    stream s;

    (void)state;
    store.is_live = false;
    open_for(&s, "ann");
    xy__lease_drop(s.lease);
    say_live();
    assert_null(store.question);

    open_for(&s, "ann");
    say_live();
    xy__lease_drop(s.lease);
    assert_int_equal(store.listens, 0);
    answer_with("ann", 1);
    answer();

    open_for(&s, "ann");
    say_live();
    store.question->unavailable = true;
    answer();
    xy__lease_drop(s.lease);
    xy__loop_advance(&loop, XY_REVOCATION_RETRY_MS);
    assert_null(store.question);

    open_for(&s, "ann");
    say_live();
    answer_with("ann", 1);
    answer_with("ann", 2);
    answer();
    assert_true(s.ended);
    assert_null(store.question);
}

static void a_process_on_its_own_says_and_hears_nothing(void **state)
{
    stream s;

    (void)state;
    assert_int_equal(teardown(NULL), 0);
    open_on(NULL);
    assert_null(xy__revocations_name(ours).ptr);
    assert_false(xy__pubsub_is_durable(ps, XY_STR(XY_REVOCATIONS_TOPIC)));
    open_for(&s, "ann");
    assert_null(reader.subscriber);
    assert_int_equal(s.lease->opened_ms, 0);
    xy__revocations_tell(theirs, XY_STR("ann"));
    xy__loop_advance(&loop, 0);
    assert_int_equal(xy__pubsub_gauges(ps)->published, 0);
    xy__lease_drop(s.lease);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(it_listens_while_somebody_is_signed_in),
        CASE(a_user_whom_another_process_revokes_loses_his_streams),
        CASE(what_it_has_said_itself_is_passed_over),
        CASE(a_stream_that_was_opened_later_stays),
        CASE(what_makes_no_sense_ends_nobody),
        CASE(those_here_are_told_also_when_others_cannot_be),
        CASE(what_was_said_before_the_topic_was_live_is_read),
        CASE(the_last_may_go_meanwhile),
        CASE(a_process_on_its_own_says_and_hears_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
