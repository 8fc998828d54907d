/* SPDX-License-Identifier: MIT */
/* What health and readiness say of a store that is shared: there, away, and there again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "serve/health.h"

static const xy_pubsub_limits limits = {.event_bytes_max = 1000, .mailbox_bytes_max = 1 << 16};

/* A store whose server is where the test wants it. */
typedef struct fake_store {
    xy_store base;
    xy_store_state state;
} fake_store;

static void attach(xy_store *store, xy_pubsub *ps)
{
    (void)store;
    (void)ps;
}

static xy_store_state state_of(const xy_store *store)
{
    return ((const fake_store *)(const void *)store)->state;
}

static void destroy(xy_store *store)
{
    free(XY_CONTAINER(store, fake_store, base));
}

static const xy_store_ops fake_ops = {.attach = attach, .state = state_of, .destroy = destroy};

static void expect(xy_health health, uint16_t status, const char *body)
{
    assert_int_equal(health.status, status);
    assert_string_equal(health.body, body);
}

static void a_process_on_its_own_has_no_store(void **state)
{
    xy_pubsub *ps = xy__pubsub_create(&limits, NULL);

    (void)state;
    expect(xy__health_of(ps), 200, "{\"status\":\"ok\"}");
    expect(xy__readiness_of(ps, false), 200, "{\"status\":\"ready\"}");
    expect(xy__readiness_of(ps, true), 503,
           "{\"status\":\"unavailable\",\"reason\":\"The server is stopping.\"}");
    xy__pubsub_destroy(ps);
}

static void a_store_that_is_away_makes_it_unready_but_not_ill(void **state)
{
    fake_store *store = xy__zalloc(sizeof *store);
    xy_pubsub *ps;

    (void)state;
    *store = (fake_store){{&fake_ops}, XY_STORE_DISCONNECTED};
    ps = xy__pubsub_create(&limits, &store->base);
    xy__gauge_add(&xy__pubsub_gauges(ps)->store_waiting, 3);
    expect(xy__health_of(ps), 200,
           "{\"status\":\"ok\",\"store\":\"redis\",\"connected\":false,\"waiting\":3}");
    expect(xy__readiness_of(ps, false), 503,
           "{\"status\":\"unavailable\",\"reason\":\"There is no connection to Redis.\"}");
    expect(xy__readiness_of(ps, true), 503,
           "{\"status\":\"unavailable\",\"reason\":\"The server is stopping.\"}");
    store->state = XY_STORE_CONNECTED;
    xy__gauge_sub(&xy__pubsub_gauges(ps)->store_waiting, 3);
    expect(xy__health_of(ps), 200,
           "{\"status\":\"ok\",\"store\":\"redis\",\"connected\":true,\"waiting\":0}");
    expect(xy__readiness_of(ps, false), 200, "{\"status\":\"ready\"}");
    xy__pubsub_destroy(ps);
}

static void the_longest_answer_has_room(void **state)
{
    fake_store *store = xy__zalloc(sizeof *store);
    xy_pubsub *ps;

    (void)state;
    *store = (fake_store){{&fake_ops}, XY_STORE_DISCONNECTED};
    ps = xy__pubsub_create(&limits, &store->base);
    xy__gauge_add(&xy__pubsub_gauges(ps)->store_waiting, UINT64_MAX);
    expect(xy__health_of(ps), 200,
           "{\"status\":\"ok\",\"store\":\"redis\",\"connected\":false,"
           "\"waiting\":18446744073709551615}");
    xy__pubsub_destroy(ps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_on_its_own_has_no_store),
        cmocka_unit_test(a_store_that_is_away_makes_it_unready_but_not_ill),
        cmocka_unit_test(the_longest_answer_has_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
