/* SPDX-License-Identifier: MIT */
/* A bus with sharded channels: slots, a server that is alone, one that is too old, and a real
 * cluster of three servers and a replica, where a slot moves and a server is killed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/log.h"

#include "fake.h"
#include "redis/bus.h"
#include "redis/slots.h"
#include "server.h"

#define MASTERS  3u
#define SERVERS  4u
#define CHANNELS 60u

typedef struct cluster_test {
    xy_loop loop;
    xy_redis_url url;
    xy_redis_bus_options options;
    xy_redis_bus *bus;
    redis_server servers[SERVERS];
    char ids[SERVERS][48];
    size_t live;
    size_t again;
    size_t told[CHANNELS];
    size_t messages[CHANNELS];
    size_t received;
    size_t called;
    size_t answered;
    long long last;
    char answer[128];
    bool there;
    size_t changes;
} cluster_test;

static cluster_test t;

static const char *const counting[] = {"return redis.call('INCRBY', KEYS[1], ARGV[1])", NULL};

static size_t number_of(xy_str channel)
{
    size_t number = strtoul(channel.ptr + 3, NULL, 10);

    assert_true(xy_str_starts(channel, XY_STR("ch:")) && number < CHANNELS);
    return number;
}

static void on_message(void *arg, xy_str channel, xy_str message)
{
    (void)arg;
    (void)message;
    t.messages[number_of(channel)]++;
    t.received++;
}

static void on_live(void *arg, xy_str channel, bool again)
{
    (void)arg;
    t.told[number_of(channel)]++;
    if (again) {
        t.again++;
    } else {
        t.live++;
    }
}

static void on_state(void *arg, bool connected)
{
    (void)arg;
    assert_true(t.there != connected);
    t.there = connected;
    t.changes++;
}

static const xy_redis_bus_ops ops = {
    .on_message = on_message, .on_live = on_live, .on_state = on_state};

#define WAIT_UNTIL(condition)                                                                      \
    while (!(condition))                                                                           \
    xy__loop_wait(&t.loop)

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    xy_log_set_level(getenv("LOG") ? XY_LOG_TRACE : XY_LOG_OFF);
    xy__loop_init(&t.loop, XY_CLOCK_REAL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    xy__redis_bus_close(t.bus);
    xy__loop_run(&t.loop);
    xy__loop_deinit(&t.loop);
    xy__redis_url_deinit(&t.url);
    for (size_t i = 0; i < SERVERS; i++)
        if (t.servers[i].dir[0])
            redis_server_close(&t.servers[i]);
    return 0;
}

static void open_bus(const char *url)
{
    char why[128];

    assert_int_equal(xy__redis_url_parse(xy_str_from(url), &t.url, why, sizeof why), XY_OK);
    t.options = (xy_redis_bus_options){
        .redis = xy__redis_options(&t.url),
        .sharded = true,
        .queue_bytes_max = 1 << 24,
        .queue_count_max = 100000,
        .scripts = counting,
    };
    t.options.redis.name = "test";
    t.bus = xy__redis_bus_open(&t.loop, &t.options, &ops, &t);
}

static char *name_of(unsigned i)
{
    static char name[16];

    snprintf(name, sizeof name, "ch:%u", i);
    return name;
}

static void publish(unsigned i)
{
    xy_bytes *message = xy_bytes_create(XY_STR("hello"));

    assert_int_equal(xy__redis_bus_publish(t.bus, xy_str_from(name_of(i)), message), XY_OK);
    xy_bytes_unref(message);
}

static void publish_to_all(void)
{
    memset(t.messages, 0, sizeof t.messages);
    t.received = 0;
    for (unsigned i = 0; i < CHANNELS; i++)
        publish(i);
    WAIT_UNTIL(t.received == CHANNELS && !xy__redis_bus_waiting(t.bus, NULL));
    for (unsigned i = 0; i < CHANNELS; i++)
        assert_int_equal(t.messages[i], 1);
}

static void on_called(void *arg, const redisReply *reply)
{
    (void)arg;
    assert_non_null(reply);
    if (reply->type != REDIS_REPLY_INTEGER)
        fail_msg("%s", reply->str);
    /* Calls about a key come in order. */
    assert_int_equal(reply->integer, t.last + 1);
    t.last = reply->integer;
    t.called++;
}

static void call(const char *key)
{
    xy_str keys[1] = {xy_str_from(key)};
    xy_str args[1] = {XY_STR("1")};
    xy_redis_call what = {0, keys, 1, args, 1, NULL};

    assert_int_equal(xy__redis_bus_append(t.bus, &what, on_called, NULL), XY_OK);
}

static void on_answer(void *arg, const redisReply *reply)
{
    (void)arg;
    snprintf(t.answer, sizeof t.answer, "%s", reply ? reply->str ? reply->str : "nil" : "NULL");
    t.answered++;
}

static const char *get(const char *key)
{
    size_t before = t.answered;

    xy__redis_bus_command(t.bus, xy_str_from(key), (xy_str[]){XY_STR("GET"), xy_str_from(key)}, 2,
                          on_answer, NULL);
    WAIT_UNTIL(t.answered > before);
    return t.answer;
}

/* ---- Slots ---- */

static void keys_have_slots(void **state)
{
    (void)state;
    assert_int_equal(xy__redis_slot(XY_STR("123456789")), 0x31C3);
    assert_int_equal(xy__redis_slot(XY_STR("")), 0);
    assert_int_equal(xy__redis_slot(XY_STR("foo")), 12182);
    assert_int_equal(xy__redis_slot(XY_STR("{foo}.bar")), 12182);
    assert_int_equal(xy__redis_slot(XY_STR("a{foo}{bar}")), 12182);
    assert_int_equal(xy__redis_slot(XY_STR("xylem:stream:{foo}")), 12182);
    assert_int_not_equal(xy__redis_slot(XY_STR("{}foo")), 12182);
    assert_int_not_equal(xy__redis_slot(XY_STR("{foo")), 12182);
    assert_int_not_equal(xy__redis_slot(XY_STR("foo}{")), 12182);
}

static void redirect(const char *text, const char *expected, unsigned expected_port)
{
    xy_str host = XY_STR_NULL;
    uint16_t port = 0;
    bool is = xy__redis_redirect_read(xy_str_from(text), &host, &port);

    assert_int_equal(is, expected != NULL);
    if (is) {
        assert_true(xy_str_is(host, expected));
        assert_int_equal(port, expected_port);
    }
}

static void redirections_are_read(void **state)
{
    (void)state;
    redirect("MOVED 3999 127.0.0.1:6381", "127.0.0.1", 6381);
    redirect("ASK 1 ::1:65535", "::1", 65535);
    redirect("MOVED 1 :6381", "", 6381);
    redirect("MOVED", NULL, 0);
    redirect("MOVED ", NULL, 0);
    redirect("MOVED 1 h:", NULL, 0);
    redirect("MOVED 1 h:0", NULL, 0);
    redirect("MOVED 1 h:65536", NULL, 0);
    redirect("MOVED 1 h:99999999999", NULL, 0);
    redirect("MOVED 1 h:1x", NULL, 0);
    redirect("MOVED 1:2 h", NULL, 0);
    redirect("ERR no", NULL, 0);
}

/* ---- A fake one ---- */

static fake f;

static void fake_start(void)
{
    char url[128];

    xy__loop_deinit(&t.loop);
    xy__loop_init(&t.loop, XY_CLOCK_VIRTUAL);
    fake_open(&f, &t.loop);
    snprintf(url, sizeof url, "unix://%s", f.path);
    open_bus(url);
}

static void fake_stop(void)
{
    xy__redis_bus_close(t.bus);
    t.bus = NULL;
    fake_settle(&f);
    fake_close(&f);
    xy__loop_deinit(&t.loop);
    xy__loop_init(&t.loop, XY_CLOCK_REAL);
}

/* The seed's connection, greeted, with its scripts loaded, and asked what it knows. */
static fake_line *fake_seed(const char *known)
{
    fake_line *line;

    fake_settle(&f);
    line = fake_accept(&f);
    assert_non_null(line);
    assert_string_equal(fake_read(&f, line), "CLIENT SETNAME test-commands|PING|");
    fake_say(&f, line, "+OK\r\n+PONG\r\n");
    assert_non_null(strstr(fake_read(&f, line), "COMMAND INFO SSUBSCRIBE|"));
    fake_say(&f, line, "$40\r\n0123456789012345678901234567890123456789\r\n");
    fake_say(&f, line, known);
    return line;
}

static void a_server_that_is_too_old_is_not_used(void **state)
{
    static const char *const unknown[] = {"*1\r\n*-1\r\n", "*1\r\n$-1\r\n", "*1\r\n*0\r\n"};

    (void)state;
    fake_start();
    for (size_t i = 0; i < 3; i++) {
        fake_line *line = fake_seed(unknown[i]);

        if (!i) {
            xy__redis_bus_subscribe(t.bus, XY_STR("ch:1"));
            publish(1);
        }
        assert_string_equal(fake_read(&f, line), "");
        xy__loop_advance(&t.loop, 3000);
        assert_string_equal(fake_read(&f, line), "");
        assert_null(fake_accept(&f));
        assert_false(t.there);
        /* It may be a newer one the next time. */
        fake_hang_up(line);
        fake_settle(&f);
        xy__loop_advance(&t.loop, 1000);
    }
    {
        fake_line *line = fake_seed("*1\r\n*1\r\n$10\r\nssubscribe\r\n");
        fake_line *other;

        xy__loop_advance(&t.loop, 10);
        assert_string_equal(fake_read(&f, line), "CLUSTER SLOTS|");
        fake_say(&f, line, "-ERR This instance has cluster support disabled\r\n");
        assert_string_equal(fake_read(&f, line), "SPUBLISH ch:1 hello|");
        other = fake_accept(&f);
        assert_non_null(other);
        fake_read(&f, other);
        assert_false(t.there);
        fake_say(&f, other, "+OK\r\n+PONG\r\n");
        assert_true(t.there);
        assert_string_equal(fake_read(&f, other), "SSUBSCRIBE ch:1|");
    }
    fake_stop();
}

/* What CLUSTER SLOTS may never say. */
static void nonsense_about_slots_is_not_believed(void **state)
{
    static const char *const nonsense[] = {
        "+OK\r\n",
        "*0\r\n",
        "*1\r\n:1\r\n",
        "*1\r\n*3\r\n:-1\r\n:5\r\n*2\r\n$1\r\nh\r\n:1\r\n",
        "*1\r\n*3\r\n:6\r\n:5\r\n*2\r\n$1\r\nh\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\nh\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:5\r\n*2\r\n$1\r\nh\r\n:65536\r\n",
        "*1\r\n*3\r\n:0\r\n:5\r\n*2\r\n:1\r\n:1\r\n",
        "*1\r\n*3\r\n:0\r\n:5\r\n*1\r\n$1\r\nh\r\n",
        "*1\r\n*3\r\n:0\r\n:5\r\n$1\r\nh\r\n",
        "*1\r\n*2\r\n:0\r\n:5\r\n",
    };
    fake_line *line;

    (void)state;
    fake_start();
    line = fake_seed("*1\r\n*1\r\n$10\r\nssubscribe\r\n");
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        xy__loop_advance(&t.loop, 500);
        assert_string_equal(fake_read(&f, line), "CLUSTER SLOTS|");
        fake_say(&f, line, nonsense[i]);
        assert_false(t.there);
    }
    fake_stop();
}

/* ---- Real ones ---- */

static void a_server_that_is_alone_has_all_channels(void **state)
{
    (void)state;
    if (!redis_server_there())
        skip();
    redis_server_open(&t.servers[0], NULL);
    open_bus(t.servers[0].url);
    for (unsigned i = 0; i < CHANNELS; i++)
        xy__redis_bus_subscribe(t.bus, xy_str_from(name_of(i)));
    publish(0);
    WAIT_UNTIL(t.there && t.live == CHANNELS && !xy__redis_bus_waiting(t.bus, NULL));
    publish_to_all();
    call("n");
    WAIT_UNTIL(t.called == 1);
    assert_string_equal(get("n"), "1");
    redis_server_kill(&t.servers[0]);
    WAIT_UNTIL(!t.there);
    redis_server_start(&t.servers[0]);
    WAIT_UNTIL(t.there && t.again == CHANNELS);
    publish_to_all();
    for (unsigned i = 0; i < CHANNELS; i++)
        xy__redis_bus_unsubscribe(t.bus, xy_str_from(name_of(i)));
}

/* Ask until the answer holds `text`. */
static void until_says(size_t i, const char *command, const char *text)
{
    for (;;) {
        redisReply *reply = redis_server_ask(&t.servers[i], command);
        bool says = reply->str && strstr(reply->str, text);

        freeReplyObject(reply);
        if (says)
            return;
        xy__loop_turn(&t.loop);
    }
}

static void order(size_t i, const char *format, ...)
{
    char command[256];
    redisReply *reply;
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    reply = redis_server_ask(&t.servers[i], command);
    if (reply->type == REDIS_REPLY_ERROR)
        fail_msg("%s: %s", command, reply->str);
    freeReplyObject(reply);
}

static void start_cluster(void)
{
    static const char *const extra[] = {"--cluster-enabled",
                                        "yes",
                                        "--cluster-node-timeout",
                                        "800",
                                        "--cluster-require-full-coverage",
                                        "no",
                                        "--repl-diskless-sync-delay",
                                        "0",
                                        "--repl-ping-replica-period",
                                        "1",
                                        "--cluster-replica-validity-factor",
                                        "0",
                                        NULL};

    for (size_t i = 0; i < SERVERS; i++) {
        redisReply *id;

        redis_server_open(&t.servers[i], extra);
        id = redis_server_ask(&t.servers[i], "CLUSTER MYID");
        snprintf(t.ids[i], sizeof t.ids[i], "%s", id->str);
        freeReplyObject(id);
    }
    order(0, "CLUSTER ADDSLOTSRANGE 0 5460");
    order(1, "CLUSTER ADDSLOTSRANGE 5461 10922");
    order(2, "CLUSTER ADDSLOTSRANGE 10923 16383");
    for (size_t i = 0; i < SERVERS; i++) {
        order(i, "CLUSTER SET-CONFIG-EPOCH %zu", i + 1);
        for (size_t j = 0; j < i; j++)
            order(i, "CLUSTER MEET 127.0.0.1 %s", t.servers[j].port_text);
    }
    for (size_t i = 0; i < SERVERS; i++) {
        until_says(i, "CLUSTER INFO", "cluster_state:ok");
        until_says(i, "CLUSTER INFO", "cluster_slots_ok:16384");
        until_says(i, "CLUSTER INFO", "cluster_known_nodes:4");
    }
    order(3, "CLUSTER REPLICATE %s", t.ids[0]);
    until_says(3, "INFO replication", "master_link_status:up");
    for (size_t i = 0; i < MASTERS; i++)
        until_says(i, "CLUSTER NODES", "slave");
}

/* A channel from `i` on whose slot server 0 has. */
static unsigned channel_of_first(unsigned i)
{
    for (; i < CHANNELS; i++)
        if (xy__redis_slot(xy_str_from(name_of(i))) <= 5460)
            return i;
    fail();
    return 0;
}

static void move_slot(void)
{
    unsigned i = channel_of_first(0);
    unsigned neighbour = channel_of_first(i + 1);
    uint64_t begun;
    unsigned slot = xy__redis_slot(xy_str_from(name_of(i)));
    size_t told = t.told[i];
    size_t again = t.again;
    char key[32];
    char other[32];

    snprintf(key, sizeof key, "n{%s}", name_of(i));
    snprintf(other, sizeof other, "m{%s}", name_of(i));
    t.last = 0;
    t.called = 0;
    call(key);
    WAIT_UNTIL(t.called == 1);
    order(1, "CLUSTER SETSLOT %u IMPORTING %s", slot, t.ids[0]);
    order(0, "CLUSTER SETSLOT %u MIGRATING %s", slot, t.ids[1]);
    order(0, "MIGRATE 127.0.0.1 %s %s 0 1000", t.servers[1].port_text, key);
    /* What a command asks for has gone over; a key that does not exist is asked for there. */
    assert_string_equal(get(key), "1");
    assert_string_equal(get(other), "nil");
    /* Calls wait until the slot has gone over as a whole. */
    call(key);
    call(key);
    publish(i);
    /* The others do not wait for that. */
    memset(t.messages, 0, sizeof t.messages);
    begun = xy__loop_now(&t.loop);
    for (size_t n = 1; n <= 20; n++) {
        call(key);
        publish(neighbour);
        WAIT_UNTIL(t.messages[neighbour] == n);
    }
    assert_true(xy__loop_now(&t.loop) - begun < 5000);
    assert_int_equal(t.called, 1);
    order(0, "CLUSTER SETSLOT %u NODE %s", slot, t.ids[1]);
    order(1, "CLUSTER SETSLOT %u NODE %s", slot, t.ids[1]);
    order(2, "CLUSTER SETSLOT %u NODE %s", slot, t.ids[1]);
    call(key);
    WAIT_UNTIL(t.called == 24 && t.told[i] > told);
    assert_string_equal(get(key), "24");
    /* All channels of the slot were told, and no other. */
    assert_int_equal(t.again - again, t.told[i] - told);
    publish_to_all();
}

static void kill_server(void)
{
    size_t again = t.again;
    size_t of_first = 0;
    unsigned moved = channel_of_first(0);
    unsigned other = moved;
    char key[32];

    for (unsigned i = 0; i < CHANNELS; i++)
        if (i != moved && xy__redis_slot(xy_str_from(name_of(i))) <= 5460) {
            of_first++;
            other = i;
        }
    snprintf(key, sizeof key, "n{%s}", name_of(other));
    t.last = 0;
    t.called = 0;
    call(key);
    WAIT_UNTIL(t.called == 1);
    /* The replica has it, too. */
    while (redis_server_number(&t.servers[3], "DBSIZE") != 1)
        xy__loop_turn(&t.loop);
    redis_server_kill(&t.servers[0]);
    WAIT_UNTIL(!t.there);
    memset(t.messages, 0, sizeof t.messages);
    publish(other);
    call(key);
    call(key);
    /* The others go on. */
    publish(moved);
    WAIT_UNTIL(t.messages[moved] == 1);
    WAIT_UNTIL(t.there && t.again == again + of_first && t.called == 3);
    publish_to_all();
    /* It comes again, as the replica's replica. */
    redis_server_start(&t.servers[0]);
    publish_to_all();
}

static void a_cluster_is_followed(void **state)
{
    char url[64];

    (void)state;
    if (!redis_server_there())
        skip();
    start_cluster();
    snprintf(url, sizeof url, "redis://127.0.0.1:%s", t.servers[1].port_text);
    open_bus(url);
    for (unsigned i = 0; i < CHANNELS; i++)
        xy__redis_bus_subscribe(t.bus, xy_str_from(name_of(i)));
    publish(0);
    WAIT_UNTIL(t.there && t.live == CHANNELS && !xy__redis_bus_waiting(t.bus, NULL));
    publish_to_all();
    move_slot();
    kill_server();
    for (unsigned i = 0; i < CHANNELS; i++)
        xy__redis_bus_unsubscribe(t.bus, xy_str_from(name_of(i)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(keys_have_slots),
        TEST(redirections_are_read),
        TEST(a_server_that_is_too_old_is_not_used),
        TEST(nonsense_about_slots_is_not_believed),
        TEST(a_server_that_is_alone_has_all_channels),
        TEST(a_cluster_is_followed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
