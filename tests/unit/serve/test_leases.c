/* SPDX-License-Identifier: MIT */
/* Streams end when the identity that they were opened as does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "serve/leases.h"
#include "serve/revocations.h"

#define STREAMS 700u /* more than end in one turn */

#define EXPIRED                                                                                    \
    "{\"errors\":[{\"message\":\"The token has expired.\","                                        \
    "\"extensions\":{\"code\":\"UNAUTHENTICATED\"}}]}"
#define REVOKED                                                                                    \
    "{\"errors\":[{\"message\":\"Your access has been revoked.\","                                 \
    "\"extensions\":{\"code\":\"UNAUTHENTICATED\"}}]}"

/* A stream, its producer and its consumer in one. */
typedef struct stream {
    xy_outlet outlet;
    xy_lease *lease;
    bool stopped; /* the producer was told */
    bool ended;
    char got[160];
} stream;

static xy_loop loop;
static xy_leases leases;

static int put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    stream *s = XY_CONTAINER(outlet, stream, outlet);

    assert_true(s->stopped);
    assert_int_equal(flags, (unsigned)XY_PUT_LAST | XY_PUT_ERRORS | XY_PUT_NO_DATA);
    snprintf(s->got, sizeof s->got, "%.*s", XY_PRI(xy_bytes_str(result)));
    xy_bytes_unref(result);
    return XY_EFULL;
}

static void end(xy_outlet *outlet)
{
    stream *s = XY_CONTAINER(outlet, stream, outlet);

    s->ended = true;
    xy__lease_drop(s->lease);
}

static void on_stop(void *arg)
{
    ((stream *)arg)->stopped = true;
}

static void open_for(stream *s, const char *user, int64_t expires_s)
{
    static const xy_outlet_ops ops = {.put = put, .end = end};
    xy_identity *identity = user ? xy__identity_create() : NULL;

    *s = (stream){.outlet = {.ops = &ops, .on_stop = on_stop, .arg = s}};
    if (identity) {
        xy_identity_set_user(identity, xy_str_from(user));
        xy_identity_set_expiry(identity, expires_s);
    }
    s->lease = xy__lease_take(&leases, identity, &s->outlet);
    xy__identity_unref(identity);
}

static int setup(void **state)
{
    (void)state;
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    xy__leases_init(&leases, &loop);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    xy__leases_deinit(&leases);
    xy__loop_deinit(&loop);
    return 0;
}

static void a_stream_ends_when_its_identity_expires(void **state)
{
    int64_t now = xy__identity_clock_s();
    stream gone;
    stream staying;
    stream endless;

    (void)state;
    open_for(&staying, "ann", now + 100000);
    open_for(&gone, "ben", now);
    open_for(&endless, "cid", 0);
    xy__loop_advance(&loop, 0);
    assert_true(gone.ended);
    assert_string_equal(gone.got, EXPIRED);
    assert_false(staying.ended || endless.ended);
    xy__lease_drop(staying.lease);
    xy__lease_drop(endless.lease);
}

static void the_clock_of_the_wall_is_looked_at_now_and_then(void **state)
{
    stream s;

    (void)state;
    open_for(&s, "ann", xy__identity_clock_s() + 100000);
    assert_int_equal(leases.timer.due_ms - xy__loop_now(&loop), 60000);
    xy__loop_advance(&loop, 60000);
    assert_true(xy__timer_armed(&leases.timer));
    assert_false(s.ended);
    xy__lease_drop(s.lease);
    assert_false(xy__timer_armed(&leases.timer));
}

static void the_anonymous_have_none(void **state)
{
    stream s;

    (void)state;
    open_for(&s, NULL, 0);
    assert_null(s.lease);
}

static void very_many_end_in_several_turns(void **state)
{
    stream *all = calloc(STREAMS, sizeof *all);
    int64_t now = xy__identity_clock_s();

    (void)state;
    for (size_t i = 0; i < STREAMS; i++)
        open_for(&all[i], "ann", now - (int64_t)(i * 7919 % 100));
    xy__loop_advance(&loop, 1);
    for (size_t i = 0; i < STREAMS; i++)
        assert_true(all[i].ended);
    free(all);
}

/* Whatever goes out of the middle, the first to expire stays in front. */
static void the_first_to_expire_is_always_in_front(void **state)
{
    stream all[64];
    int64_t now = xy__identity_clock_s() + 1000;

    (void)state;
    for (int i = 0; i < 64; i++)
        open_for(&all[i], "ann", now + i * 37 % 64);
    for (int i = 0; i < 64; i++) {
        int out = i * 29 % 64;

        xy__lease_drop(all[out].lease);
        for (size_t k = 0; k < leases.heap.len; k++) {
            assert_int_equal(leases.heap.items[k].lease->slot, k);
            assert_true(leases.heap.items[0].expires_s <= leases.heap.items[k].expires_s);
        }
    }
}

static void a_user_is_revoked_wherever_he_is(void **state)
{
    xy_revocations *all = xy__revocations_create();
    xy_revocations_member *member = xy__revocations_join(all, &loop, &leases);
    stream streams[9];

    (void)state;
    for (int i = 0; i < 9; i++)
        open_for(&streams[i], i % 3 ? "ann" : "ben", xy__identity_clock_s() + 1000 * i + 1000);
    xy__revocations_tell(all, XY_STR("ann"));
    xy__revocations_tell(all, XY_STR("nobody"));
    assert_false(streams[1].ended);
    xy__loop_advance(&loop, 0);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(streams[i].ended, i % 3 != 0);
        if (streams[i].ended)
            assert_string_equal(streams[i].got, REVOKED);
        else
            xy__lease_drop(streams[i].lease);
    }
    xy__revocations_leave(member);
    xy__revocations_destroy(all);
}

static void what_is_on_its_way_finds_nobody_who_has_left(void **state)
{
    xy_revocations *all = xy__revocations_create();
    xy_revocations_member *member = xy__revocations_join(all, &loop, &leases);

    (void)state;
    xy__revocations_tell(all, XY_STR("ann"));
    xy__revocations_leave(member);
    xy__revocations_tell(all, XY_STR("ann"));
    xy__loop_advance(&loop, 0);
    xy__revocations_destroy(all);
}

static void on_some(void *arg, bool some)
{
    *(int *)arg += some ? 1 : 100;
}

static void whoever_watches_knows_whether_there_are_any(void **state)
{
    stream streams[3];
    int calls = 0;

    (void)state;
    xy__leases_watch(&leases, on_some, &calls);
    for (int i = 0; i < 3; i++)
        open_for(&streams[i], i ? "ann" : "ben", 0);
    assert_int_equal(calls, 1);
    xy__lease_drop(streams[0].lease);
    assert_int_equal(calls, 1);
    xy__leases_revoke(&leases, XY_STR("ann"));
    assert_int_equal(calls, 101);
    open_for(&streams[0], "ann", 0);
    xy__lease_drop(streams[0].lease);
    assert_int_equal(calls, 202);
}

static void those_who_came_before_are_revoked_and_no_others(void **state)
{
    stream streams[3];
    int calls = 0;

    (void)state;
    xy__leases_watch(&leases, on_some, &calls);
    for (int i = 0; i < 3; i++) {
        open_for(&streams[i], "ann", 0);
        assert_in_range(streams[i].lease->opened_ms, 1, xy__leases_clock_ms());
        streams[i].lease->opened_ms = 1000 + i;
    }
    xy__leases_revoke_before(&leases, XY_STR("ann"), 1001);
    assert_true(streams[0].ended);
    assert_string_equal(streams[0].got, REVOKED);
    assert_false(streams[1].ended || streams[2].ended);
    xy__leases_revoke_before(&leases, XY_STR("ann"), 1003);
    assert_true(streams[1].ended && streams[2].ended);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(a_stream_ends_when_its_identity_expires),
        CASE(the_clock_of_the_wall_is_looked_at_now_and_then),
        CASE(the_anonymous_have_none),
        CASE(very_many_end_in_several_turns),
        CASE(the_first_to_expire_is_always_in_front),
        CASE(a_user_is_revoked_wherever_he_is),
        CASE(what_is_on_its_way_finds_nobody_who_has_left),
        CASE(whoever_watches_knows_whether_there_are_any),
        CASE(those_who_came_before_are_revoked_and_no_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
