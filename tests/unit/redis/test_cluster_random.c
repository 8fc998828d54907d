/* SPDX-License-Identifier: MIT */
/* A bus and a cluster in which slots move, servers are killed and learn late of both: whatever
 * happens, in the end what is wanted is subscribed where it belongs, and nothing was lost without
 * a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/log.h"

#include "model.h"
#include "promises.h"

#define STEPS     100
#define SEEDS     500
#define SEEDS_FEW 60 /* with a sanitizer */

static const char *const scripts[] = {"0 one", "1 two", NULL};

static xy_loop loop;
static fake fakes[MODEL_SERVERS];
static model models[MODEL_SERVERS];
static model_cluster cluster;
static unsigned owners[MODEL_CHANNELS];

static int setup(void **state)
{
    (void)state;
    xy_log_set_level(XY_LOG_OFF);
    xy__loop_init(&loop, XY_CLOCK_VIRTUAL);
    for (unsigned i = 0; i < MODEL_SERVERS; i++) {
        fake_open_port(&fakes[i], &loop);
        model_open(&models[i], &fakes[i]);
        models[i].on_publish = promises_on_publish;
        models[i].on_call = promises_on_call;
        models[i].cluster = &cluster;
        models[i].self = i;
        cluster.servers[i] = &models[i];
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_settle(&fakes[0]);
    for (unsigned i = 0; i < MODEL_SERVERS; i++) {
        model_close(&models[i]);
        fake_close(&fakes[i]);
    }
    xy__loop_deinit(&loop);
    return 0;
}

/* Where it is heard by those who have it from the server whose it is. */
static void say(xy_str channel, xy_str message)
{
    model_publish(&models[owners[strtoul(channel.ptr + 1, NULL, 10)]], channel, message);
}

/* The two that are concerned know it at once, the third one late. */
static void move(unsigned c, unsigned to)
{
    unsigned from = owners[c];

    owners[c] = to;
    model_learn(&models[from], c, to);
    model_learn(&models[to], c, to);
}

static void learn(unsigned i)
{
    for (unsigned c = 0; c < MODEL_CHANNELS; c++)
        if (cluster.views[i][c] != owners[c])
            model_learn(&models[i], c, owners[c]);
}

/* It goes, and another one has its channels until they are moved again. */
static void fail_over(unsigned i)
{
    unsigned heir = (i + 1 + promises_below(MODEL_SERVERS - 1)) % MODEL_SERVERS;

    model_leave(&models[i]);
    for (unsigned c = 0; c < MODEL_CHANNELS; c++)
        if (owners[c] == i)
            move(c, heir);
}

static void settle(void)
{
    for (int i = 0; i < 3; i++)
        for (unsigned j = 0; j < MODEL_SERVERS; j++)
            model_settle(&models[j]);
}

static void server_step(void)
{
    model *m = &models[promises_below(MODEL_SERVERS)];
    model_line *line = &m->lines[promises_below(4)];

    model_accept(m);
    if (promises_below(2))
        model_work(m, line, 1 + promises_below(3));
    /* Slots take more bytes than anything else. */
    if (promises_below(2))
        model_tell(m, line, 1 + promises_below(promises_below(2) ? 60 : 6000));
}

static void random_step(void)
{
    unsigned what = promises_below(140);
    unsigned i = promises_below(MODEL_SERVERS);

    if (what < 50) {
        promises_step(what);
    } else if (what < 104) {
        for (unsigned n = 0; n < 8; n++)
            server_step();
    } else if (what < 112) {
        move(promises_below(PROMISES_CHANNELS), i);
    } else if (what < 116) {
        learn(i);
    } else if (what < 120) {
        model_hang_up(&models[i], &models[i].lines[promises_below(4)]);
    } else if (what < 126) {
        settle();
    } else if (what < 128) {
        if (fakes[i].listener < 0) {
            fake_listen(&fakes[i]);
            learn(i);
        } else {
            fail_over(i);
        }
    } else {
        xy__loop_advance(&loop, promises_below(300));
    }
    for (unsigned n = promises_below(4); n; n--)
        xy__loop_turn(&loop);
}

static uint64_t subscribed(void)
{
    uint64_t all = 0;

    for (unsigned c = 0; c < PROMISES_CHANNELS; c++)
        all |= model_subscribed(&models[owners[c]]) & 1ull << c;
    return all;
}

static char host[] = "127.0.0.1";
static xy_redis_url url;

static void open_bus(unsigned seed)
{
    xy_redis_bus_options options = {
        .redis = xy__redis_options(&url),
        .sharded = true,
        .queue_bytes_max = 1 << 20,
        .queue_count_max = 1000,
        .scripts = scripts,
    };

    url = (xy_redis_url){.host = host, .port = fakes[0].port};
    promises_begin(seed, say);
    for (unsigned c = 0; c < MODEL_CHANNELS; c++) {
        owners[c] = promises_below(MODEL_SERVERS);
        for (unsigned i = 0; i < MODEL_SERVERS; i++)
            cluster.views[i][c] = owners[c];
    }
    promises.bus = xy__redis_bus_open(&loop, &options, &promises_ops, NULL);
}

static void close_bus(void)
{
    xy__redis_bus_close(promises.bus);
    fake_settle(&fakes[0]);
    for (unsigned i = 0; i < MODEL_SERVERS; i++) {
        model_leave(&models[i]);
        fake_listen(&fakes[i]);
    }
    fake_settle(&fakes[0]);
}

static void random_life(unsigned seed)
{
    open_bus(seed);
    for (int i = 0; i < STEPS; i++)
        random_step();
    for (unsigned i = 0; i < MODEL_SERVERS; i++) {
        if (fakes[i].listener < 0)
            fake_listen(&fakes[i]);
        learn(i);
    }
    for (unsigned i = 0; i < 20 || (!promises.there && i < 60); i++) {
        xy__loop_advance(&loop, 400);
        settle();
    }
    if (!promises.there)
        fail_msg("seed %u: something is away", seed);
    promises_say_to_all();
    settle();
    promises_check(subscribed());
    close_bus();
}

/* Cut off from the others, who have given its slot away: it says nothing, and will never say
 * anything of that channel again. */
static void a_server_that_knows_nothing_is_left(void **state)
{
    bool left = false;

    (void)state;
    open_bus(1);
    for (unsigned c = 0; c < MODEL_CHANNELS; c++)
        move(c, c % MODEL_SERVERS);
    learn(0);
    learn(1);
    learn(2);
    promises.wanted[0] = true;
    xy__redis_bus_subscribe(promises.bus, XY_STR("c0"));
    for (int i = 0; i < 5; i++) {
        xy__loop_advance(&loop, 400);
        settle();
    }
    assert_true(promises.there && promises.live[0]);
    assert_int_equal(model_subscribed(&models[0]), 1);
    cluster.views[1][0] = 1;
    cluster.views[2][0] = 1;
    /* Whatever makes the bus ask; the one that knows nothing is asked as well. */
    for (int i = 0; i < 12 && !left; i++) {
        model_hang_up(&models[2], &models[2].lines[0]);
        for (int n = 0; n < 4; n++) {
            xy__loop_advance(&loop, 300);
            settle();
        }
        left = model_subscribed(&models[1]) == 1 && model_subscribed(&models[0]) == 0;
    }
    assert_true(left);
    close_bus();
}

static void whatever_happens_what_is_wanted_is_live(void **state)
{
    const char *only = getenv("SEED");

    (void)state;
    for (unsigned seed = 1; seed <= promises_seeds(SEEDS, SEEDS_FEW) && !only; seed++)
        random_life(seed);
    if (only)
        random_life((unsigned)strtoul(only, NULL, 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_server_that_knows_nothing_is_left, setup, teardown),
        cmocka_unit_test_setup_teardown(whatever_happens_what_is_wanted_is_live, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
