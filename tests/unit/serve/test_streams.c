/* SPDX-License-Identifier: MIT */
/* A question to two workers, whose loops the test turns one by one: who ends in between is left
 * out, and nothing is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "office.h"
#include "serve/streams.h"

#define ANSWER(workers)                                                                            \
    "{\"workers\":" workers ",\"liveQueries\":3,\"liveGroups\":0,\"liveRuns\":0,"                  \
    "\"liveResults\":0,\"subscriptions\":2,\"topics\":0,\"published\":0,\"delivered\":0,"          \
    "\"store\":\"local\","                                                                         \
    "\"groups\":[],\"leftOut\":0}"

/* An office and one more worker. */
typedef struct pair {
    office asked;
    xy_loop loop;
    xy_service *other;
} pair;

static void pair_open(pair *p)
{
    office_open(&p->asked);
    xy__loop_init(&p->loop, XY_CLOCK_VIRTUAL);
    p->other = xy__service_create(NULL, &p->asked.config, &p->loop, NULL, NULL, &p->asked.shared);
}

/* The services have been ended. */
static void pair_close(pair *p)
{
    xy__loop_deinit(&p->loop);
    office_close(&p->asked);
}

static void the_last_worker_to_answer_lets_the_answer_go(void **state)
{
    pair p;

    (void)state;
    pair_open(&p);
    office_send(&p.asked, &p.asked.client, "/streams", NULL);
    assert_string_equal(client_read(&p.asked.client), "");
    xy__loop_turn(&p.loop);
    office_expect_answer(&p.asked, 200, ANSWER("2"));
    office_end(&p.asked);
    xy__service_destroy(p.other);
    pair_close(&p);
}

static void a_worker_that_ends_meanwhile_is_left_out(void **state)
{
    pair p;

    (void)state;
    pair_open(&p);
    office_send(&p.asked, &p.asked.client, "/streams", NULL);
    xy__service_destroy(p.other);
    xy__loop_turn(&p.loop);
    office_expect_answer(&p.asked, 200, ANSWER("1"));
    office_expect(&p.asked, "/streams?limit=0", NULL, 200, ANSWER("1"));
    office_end(&p.asked);
    pair_close(&p);
}

static void a_client_that_goes_is_not_answered(void **state)
{
    pair p;

    (void)state;
    pair_open(&p);
    office_send(&p.asked, &p.asked.client, "/streams", NULL);
    client_abort(&p.asked.client);
    web_settle(&p.asked.web);
    xy__loop_turn(&p.loop);
    web_settle(&p.asked.web);
    client_open(&p.asked.client, &p.asked.web);
    office_end(&p.asked);
    xy__service_destroy(p.other);
    pair_close(&p);
}

static void an_asked_worker_that_ends_first_is_not_looked_for(void **state)
{
    pair p;

    (void)state;
    pair_open(&p);
    office_send(&p.asked, &p.asked.client, "/streams", NULL);
    office_end(&p.asked);
    xy__loop_turn(&p.loop);
    xy__service_destroy(p.other);
    pair_close(&p);
}

static void an_answer_on_its_way_to_a_worker_that_ends_is_dropped(void **state)
{
    pair p;

    (void)state;
    pair_open(&p);
    office_send(&p.asked, &p.asked.client, "/streams", NULL);
    xy__loop_turn(&p.loop);
    office_end(&p.asked);
    xy__service_destroy(p.other);
    pair_close(&p);
}

static void limits_out_of_range_are_refused(void **state)
{
    static const char *const paths[] = {"/streams?limit=1001",
                                        "/streams?limit=", "/streams?limit=x", "/streams?limit=-1",
                                        "/streams?limit=2&limit=99999"};
    pair p;

    (void)state;
    pair_open(&p);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        office_expect(&p.asked, paths[i], NULL, 400,
                      "{\"errors\":[{\"message\":\"limit must be a number from 0 to 1000.\"}]}");
    office_end(&p.asked);
    xy__service_destroy(p.other);
    pair_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_worker_to_answer_lets_the_answer_go),
        cmocka_unit_test(a_worker_that_ends_meanwhile_is_left_out),
        cmocka_unit_test(a_client_that_goes_is_not_answered),
        cmocka_unit_test(an_asked_worker_that_ends_first_is_not_looked_for),
        cmocka_unit_test(an_answer_on_its_way_to_a_worker_that_ends_is_dropped),
        cmocka_unit_test(limits_out_of_range_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
