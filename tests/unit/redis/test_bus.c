/* SPDX-License-Identifier: MIT */
/* A bus and one server: what is wanted is subscribed in the end, nothing is lost without a word,
 * what is published arrives in order. A model of Redis answers when it is told to, on a virtual
 * clock; a real one has the last word. */
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
#include "redis/bus.h"
#include "server.h"

static const char *const scripts[] = {"0 one", "1 two", NULL};

typedef struct bus_test {
    xy_loop loop;
    fake f;
    model m;
    xy_redis_url url;
    xy_redis_bus_options options;
    xy_redis_bus *bus;
    char heard[1 << 18];
    size_t len;
    const char *close_in;
} bus_test;

static bus_test t;

static void note(const char *format, ...) XY_PRINTF(1, 2);

static void note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    t.len += (size_t)vsnprintf(t.heard + t.len, sizeof t.heard - t.len, format, args);
    va_end(args);
    assert_true(t.len < sizeof t.heard);
}

static const char *heard(void)
{
    static char last[sizeof t.heard];

    memcpy(last, t.heard, t.len + 1);
    t.len = 0;
    t.heard[0] = '\0';
    return last;
}

static void close_if(const char *where)
{
    if (!t.close_in || strcmp(t.close_in, where) != 0)
        return;
    t.close_in = NULL;
    xy__redis_bus_close(t.bus);
    t.bus = NULL;
}

static void on_message(void *arg, xy_str channel, xy_str message)
{
    assert_ptr_equal(arg, &t);
    note("%.*s=%.*s|", XY_PRI(channel), XY_PRI(message));
    close_if("message");
}

static void on_live(void *arg, xy_str channel, bool again)
{
    assert_ptr_equal(arg, &t);
    note("%.*s %s|", XY_PRI(channel), again ? "again" : "live");
    close_if("live");
}

static void on_state(void *arg, bool connected)
{
    assert_ptr_equal(arg, &t);
    assert_int_equal(xy__redis_bus_connected(t.bus), connected);
    note("%s|", connected ? "there" : "away");
    close_if("state");
}

static const xy_redis_bus_ops ops = {
    .on_message = on_message, .on_live = on_live, .on_state = on_state};

static void on_reply(void *arg, const redisReply *reply)
{
    note("%s:", (const char *)arg);
    if (!reply) {
        note("NULL|");
    } else if (reply->type == REDIS_REPLY_INTEGER) {
        note("%lld|", reply->integer);
    } else {
        note("%s|", reply->str);
    }
    close_if("reply");
}

/* What has reached the server. */
static void on_server_publish(void *arg, xy_str channel, xy_str message)
{
    (void)arg;
    note("(%.*s %.*s)|", XY_PRI(channel), (int)(message.len > 99 ? 99 : message.len), message.ptr);
}

static void on_server_call(void *arg, unsigned script, const xy_str *words, size_t len)
{
    (void)arg;
    note("(%u", script);
    for (size_t i = 0; i < len; i++)
        note(" %.*s", XY_PRI(words[i]));
    note(")|");
}

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    xy_log_set_level(XY_LOG_OFF);
    xy__loop_init(&t.loop, XY_CLOCK_VIRTUAL);
    fake_open(&t.f, &t.loop);
    model_open(&t.m, &t.f);
    t.m.on_publish = on_server_publish;
    t.m.on_call = on_server_call;
    t.url = fake_url(&t.f);
    t.options = (xy_redis_bus_options){
        .redis = xy__redis_options(&t.url),
        .queue_bytes_max = 1 << 20,
        .queue_count_max = 1000,
        .scripts = scripts,
    };
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    xy__redis_bus_close(t.bus);
    t.bus = NULL;
    fake_settle(&t.f);
    model_close(&t.m);
    fake_close(&t.f);
    xy__redis_url_deinit(&t.url);
    xy__loop_deinit(&t.loop);
    return 0;
}

static void open_bus(void)
{
    t.bus = xy__redis_bus_open(&t.loop, &t.options, &ops, &t);
    assert_string_equal(heard(), "");
}

static void settle(void)
{
    model_settle(&t.m);
}

static void open_there(void)
{
    open_bus();
    settle();
    assert_string_equal(heard(), "there|");
    assert_true(xy__redis_bus_connected(t.bus));
}

/* Long enough for a next try and its success. */
static void mend(void)
{
    for (int i = 0; i < 10; i++) {
        xy__loop_advance(&t.loop, 200);
        settle();
    }
}

static void subscribe(const char *channel)
{
    xy__redis_bus_subscribe(t.bus, xy_str_from(channel));
}

static void unsubscribe(const char *channel)
{
    xy__redis_bus_unsubscribe(t.bus, xy_str_from(channel));
}

static int publish(const char *channel, const char *text)
{
    xy_bytes *message = xy_bytes_create(xy_str_from(text));
    int rc = xy__redis_bus_publish(t.bus, xy_str_from(channel), message);

    xy_bytes_unref(message);
    return rc;
}

static int append(unsigned script, const char *key, const char *text)
{
    xy_bytes *last = xy_bytes_create(xy_str_from(text));
    xy_str keys[2] = {xy_str_from(key), XY_STR("k2")};
    xy_str args[1] = {XY_STR("a")};
    xy_redis_call call = {script, keys, 2, args, 1, last};
    int rc = xy__redis_bus_append(t.bus, &call, on_reply, (void *)(uintptr_t)text);

    xy_bytes_unref(last);
    return rc;
}

/* The line that has subscribed to something; the other one. */
static model_line *channels_line(void)
{
    for (size_t i = 0; i < FAKE_LINES; i++)
        if (t.m.lines[i].line && t.m.lines[i].subscribed)
            return &t.m.lines[i];
    return NULL;
}

static model_line *commands_line(void)
{
    for (size_t i = 0; i < FAKE_LINES; i++)
        if (t.m.lines[i].line && !t.m.lines[i].subscribed)
            return &t.m.lines[i];
    return NULL;
}

static void what_is_published_arrives(void **state)
{
    (void)state;
    open_there();
    subscribe("c1");
    assert_string_equal(heard(), "");
    settle();
    assert_string_equal(heard(), "c1 live|");
    assert_int_equal(publish("c1", "a"), XY_OK);
    assert_int_equal(publish("c2", "b"), XY_OK);
    assert_int_equal(publish("c1", ""), XY_OK);
    assert_int_equal(xy__redis_bus_waiting(t.bus, NULL), 3);
    settle();
    assert_string_equal(heard(), "(c1 a)|(c2 b)|(c1 )|c1=a|c1=|");
    assert_int_equal(xy__redis_bus_waiting(t.bus, NULL), 0);
    unsubscribe("c1");
    publish("c1", "c");
    settle();
    assert_string_equal(heard(), "(c1 c)|");
    assert_int_equal(model_subscribed(&t.m), 0);
}

static void what_was_wanted_before_it_was_there(void **state)
{
    (void)state;
    open_bus();
    subscribe("c1");
    subscribe("c2");
    unsubscribe("c2");
    publish("c1", "early");
    settle();
    assert_string_equal(heard(), "there|c1 live|(c1 early)|c1=early|");
    assert_int_equal(model_subscribed(&t.m), 1 << 1);
}

/* Changes of mind in one turn, and while the server has not answered. */
static void minds_change(void **state)
{
    (void)state;
    open_there();
    subscribe("c1");
    settle();
    heard();
    t.m.commands = 0;
    unsubscribe("c1");
    subscribe("c1");
    settle();
    assert_string_equal(heard(), "c1 live|");
    assert_int_equal(t.m.commands, 0);
    for (int i = 0; i < 3; i++) {
        unsubscribe("c1");
        fake_settle(&t.f); /* UNSUBSCRIBE is on its way */
        subscribe("c1");
        fake_settle(&t.f);
        unsubscribe("c1");
        subscribe("c1");
        assert_string_equal(heard(), "");
        settle();
        assert_string_equal(heard(), "c1 live|");
        assert_int_equal(model_subscribed(&t.m), 1 << 1);
    }
    subscribe("c2");
    fake_settle(&t.f);
    unsubscribe("c2");
    settle();
    assert_string_equal(heard(), "");
    assert_int_equal(model_subscribed(&t.m), 1 << 1);
}

/* What a channel still says while it is left is not told. */
static void nothing_comes_from_what_is_not_wanted(void **state)
{
    (void)state;
    open_there();
    subscribe("c1");
    settle();
    heard();
    model_publish(&t.m, XY_STR("c1"), XY_STR("late"));
    unsubscribe("c1");
    settle();
    assert_string_equal(heard(), "");
}

static void what_was_live_is_so_again(void **state)
{
    const char *got;

    (void)state;
    open_there();
    subscribe("c1");
    subscribe("c2");
    settle();
    assert_string_equal(heard(), "c1 live|c2 live|");
    model_hang_up(&t.m, channels_line());
    fake_settle(&t.f);
    assert_string_equal(heard(), "away|");
    subscribe("c3");
    unsubscribe("c2");
    subscribe("c2");
    mend();
    got = heard();
    assert_true(strncmp(got, "there|", 6) == 0 && strstr(got, "c1 again|") &&
                strstr(got, "c2 live|") && strstr(got, "c3 live|") && strlen(got) == 31);
    /* Lost once more while it is asked for again. */
    model_hang_up(&t.m, channels_line());
    fake_settle(&t.f);
    for (int i = 0; i < 50 && !commands_line()->line->got.len; i++) {
        xy__loop_advance(&t.loop, 20);
        model_accept(&t.m);
    }
    model_hang_up_all(&t.m);
    mend();
    got = heard();
    assert_true(strncmp(got, "away|there|", 11) == 0 && strstr(got, "c1 again|") &&
                strstr(got, "c2 again|") && strstr(got, "c3 again|") && strlen(got) == 38);
}

/* The connection for channels alone was lost after the server had confirmed, before we heard. */
static void a_confirmation_may_be_lost(void **state)
{
    model_line *line;

    (void)state;
    open_there();
    subscribe("c1");
    fake_settle(&t.f);
    for (size_t i = 0; i < FAKE_LINES; i++)
        model_work(&t.m, &t.m.lines[i], 1);
    line = channels_line();
    assert_non_null(line);
    model_tell(&t.m, line, 10);
    model_hang_up(&t.m, line);
    fake_settle(&t.f);
    mend();
    assert_string_equal(heard(), "away|there|c1 live|");
}

static void many_are_asked_for_together(void **state)
{
    char name[16];

    (void)state;
    open_there();
    t.m.commands = 0;
    for (unsigned i = 0; i < MODEL_CHANNELS; i++) {
        snprintf(name, sizeof name, "c%u", i);
        subscribe(name);
    }
    settle();
    assert_int_equal(t.m.commands, 1);
    assert_int_equal(model_subscribed(&t.m), UINT64_MAX);
    for (unsigned i = 0; i < MODEL_CHANNELS; i++) {
        snprintf(name, sizeof name, "c%u", i);
        unsubscribe(name);
    }
    settle();
    assert_int_equal(t.m.commands, 2);
    assert_int_equal(model_subscribed(&t.m), 0);
}

/* One that is forbidden does not take the others along, and is live once it is allowed. */
static void a_channel_is_refused(void **state)
{
    (void)state;
    t.m.forbidden = 1 << 2;
    open_there();
    subscribe("c1");
    subscribe("c2");
    subscribe("c3");
    settle();
    assert_string_equal(heard(), "c1 live|c3 live|");
    xy__loop_advance(&t.loop, 5000);
    settle();
    assert_string_equal(heard(), "");
    t.m.forbidden = 0;
    xy__loop_advance(&t.loop, 500);
    settle();
    assert_string_equal(heard(), "c2 live|");
    t.m.forbidden = 1 << 4;
    subscribe("c4");
    settle();
    unsubscribe("c4");
    settle();
    assert_int_equal(model_subscribed(&t.m), 7 << 1);
}

static void what_has_no_reply_is_sent_again(void **state)
{
    model_line *line;

    (void)state;
    open_there();
    publish("c1", "a");
    publish("c1", "b");
    publish("c1", "c");
    fake_settle(&t.f);
    line = t.m.lines[0].line && (fake_take(t.m.lines[0].line), t.m.lines[0].line->got.len)
               ? &t.m.lines[0]
               : &t.m.lines[1];
    assert_int_equal(model_work(&t.m, line, 2), 2);
    model_tell(&t.m, line, 4);
    fake_settle(&t.f);
    assert_int_equal(xy__redis_bus_waiting(t.bus, NULL), 2);
    assert_string_equal(heard(), "(c1 a)|(c1 b)|");
    model_hang_up(&t.m, line);
    fake_settle(&t.f);
    publish("c1", "d");
    mend();
    assert_string_equal(heard(), "away|there|(c1 b)|(c1 c)|(c1 d)|");
    assert_int_equal(xy__redis_bus_waiting(t.bus, NULL), 0);
}

static void what_waits_has_bounds(void **state)
{
    static char big[1 << 20];
    size_t bytes;
    int i = 0;

    (void)state;
    t.options.queue_count_max = 10;
    open_bus();
    while (publish("c1", "x") == XY_OK)
        i++;
    assert_int_equal(i, 10);
    assert_int_equal(append(0, "c1", "y"), XY_EFULL);
    settle();
    heard();
    assert_int_equal(xy__redis_bus_waiting(t.bus, &bytes), 0);
    assert_int_equal(bytes, 0);
    /* Bytes, with what each needs besides. */
    memset(big, 'x', sizeof big - 1);
    assert_int_equal(publish("c1", big), XY_EFULL);
    big[(1 << 20) - 300] = '\0';
    assert_int_equal(publish("c1", big), XY_OK);
    assert_int_equal(publish("c1", "x"), XY_OK);
    xy__redis_bus_waiting(t.bus, &bytes);
    assert_in_range(bytes, (1 << 20) - 299, 1 << 20);
    big[1000] = '\0';
    assert_int_equal(publish("c1", big), XY_EFULL);
    settle();
    assert_int_equal(publish("c1", big), XY_OK);
    settle();
    xy__redis_bus_waiting(t.bus, &bytes);
    assert_int_equal(bytes, 0);
}

static void a_script_runs_in_order(void **state)
{
    (void)state;
    open_bus();
    publish("c1", "a");
    assert_int_equal(append(1, "c1", "b"), XY_OK);
    publish("c1", "c");
    assert_int_equal(append(0, "c1", "d"), XY_OK);
    assert_string_equal(heard(), "");
    settle();
    assert_string_equal(heard(), "there|(c1 a)|(1 c1 k2 a b)|(c1 c)|(0 c1 k2 a d)|b:1|d:0|");
    assert_true(t.m.known[0] && t.m.known[1]);
}

static void a_script_that_is_forgotten_is_given_again(void **state)
{
    (void)state;
    open_there();
    t.m.known[0] = false;
    t.m.known[1] = false;
    publish("c1", "a");
    append(0, "c1", "b");
    append(0, "c1", "c");
    append(1, "c1", "d");
    settle();
    assert_string_equal(heard(), "(c1 a)|(0 c1 k2 a b)|(0 c1 k2 a c)|(1 c1 k2 a d)|b:0|c:0|d:1|");
    assert_true(t.m.known[0] && t.m.known[1]);
    /* Lost before the reply: it runs twice. */
    append(0, "c1", "e");
    fake_settle(&t.f);
    for (size_t i = 0; i < FAKE_LINES; i++)
        model_work(&t.m, &t.m.lines[i], 1);
    assert_string_equal(heard(), "(0 c1 k2 a e)|");
    memset(t.m.known, 0, sizeof t.m.known);
    model_hang_up_all(&t.m);
    mend();
    assert_string_equal(heard(), "away|there|(0 c1 k2 a e)|e:0|");
}

/* One was refused, and the next ones were not: it must not come behind them. */
static void what_was_overtaken_is_told(void **state)
{
    (void)state;
    open_there();
    append(0, "c1", "a");
    append(0, "c2", "b");
    append(0, "c1", "c");
    publish("c1", "d");
    fake_settle(&t.f);
    t.m.error = "OOM no";
    settle();
    assert_string_equal(heard(), "(0 c2 k2 a b)|(0 c1 k2 a c)|(c1 d)|b:0|c:0|"
                                 "a:OVERTAKEN it was refused, and a later call about its key has "
                                 "run|");
    /* Another key's has not. */
    xy__loop_advance(&t.loop, 500);
    append(0, "c1", "e");
    append(0, "c2", "f");
    fake_settle(&t.f);
    t.m.error = "LOADING";
    settle();
    assert_string_equal(heard(), "(0 c2 k2 a f)|f:0|");
    xy__loop_advance(&t.loop, 500);
    settle();
    assert_string_equal(heard(), "(0 c1 k2 a e)|e:0|");
}

static void what_the_server_cannot_take_now_is_sent_later(void **state)
{
    (void)state;
    open_there();
    t.m.error = "OOM command not allowed when used memory > 'maxmemory'.";
    append(0, "c1", "a");
    settle();
    append(0, "c1", "b");
    settle();
    assert_string_equal(heard(), "");
    xy__loop_advance(&t.loop, 500);
    settle();
    assert_string_equal(heard(), "(0 c1 k2 a a)|(0 c1 k2 a b)|a:0|b:0|");
    t.m.error = "ERR no";
    append(0, "c1", "c");
    publish("c1", "d");
    settle();
    assert_string_equal(heard(), "(c1 d)|c:ERR no|");
}

static void command(const char *text)
{
    xy_str word = xy_str_from(text);

    xy__redis_bus_command(t.bus, XY_STR("c1"), &word, 1, on_reply, (void *)(uintptr_t)text);
}

static void commands_are_answered_once(void **state)
{
    (void)state;
    open_bus();
    command("one");
    assert_string_equal(heard(), "");
    fake_settle(&t.f);
    assert_string_equal(heard(), "one:NULL|");
    settle();
    heard();
    command("two");
    settle();
    assert_string_equal(heard(), "two:two|");
    command("three");
    fake_settle(&t.f);
    model_hang_up_all(&t.m);
    command("four");
    fake_settle(&t.f);
    assert_non_null(strstr(heard(), "three:NULL|four:NULL|"));
    mend();
    heard();
    command("five");
    append(0, "c1", "never");
    xy__redis_bus_close(t.bus);
    t.bus = NULL;
    assert_string_equal(heard(), "five:NULL|never:NULL|");
}

static void it_may_be_closed_in_any_of_its_functions(void **state)
{
    static const char *const where[] = {"state", "live", "message", "reply"};

    (void)state;
    for (size_t i = 0; i < sizeof where / sizeof where[0]; i++) {
        open_bus();
        t.close_in = where[i];
        subscribe("c1");
        subscribe("c2");
        settle();
        if (t.bus) {
            unsubscribe("c1");
            subscribe("c1");
            publish("c1", "x");
            command("one");
            command("two");
            publish("c2", "x");
            settle();
        }
        assert_null(t.bus);
        assert_null(t.close_in);
        model_hang_up_all(&t.m);
        heard();
    }
}

/* ---- Whatever happens ---- */

#define STEPS     80
#define SEEDS     3000
#define SEEDS_FEW 300 /* with a sanitizer */

static void say(xy_str channel, xy_str message)
{
    model_publish(&t.m, channel, message);
}

static void server_step(void)
{
    model_line *line = &t.m.lines[promises_below(4)];

    model_accept(&t.m);
    if (promises_below(2))
        model_work(&t.m, line, 1 + promises_below(3));
    if (promises_below(2))
        model_tell(&t.m, line, 1 + promises_below(60));
}

static void random_step(void)
{
    unsigned what = promises_below(100);

    if (what < 50) {
        promises_step(what);
    } else if (what < 88) {
        for (unsigned i = 0; i < 4; i++)
            server_step();
    } else if (what < 92) {
        model_hang_up(&t.m, &t.m.lines[promises_below(4)]);
    } else if (what < 94) {
        model_settle(&t.m);
    } else if (what < 95) {
        model_leave(&t.m);
        fake_listen(&t.f);
    } else if (what < 97) {
        memset(t.m.known, 0, sizeof t.m.known);
    } else {
        xy__loop_advance(&t.loop, promises_below(300));
    }
    for (unsigned i = promises_below(4); i; i--)
        xy__loop_turn(&t.loop);
}

static void random_life(unsigned seed)
{
    promises_begin(seed, say);
    t.bus = xy__redis_bus_open(&t.loop, &t.options, &promises_ops, &t);
    promises.bus = t.bus;
    for (int i = 0; i < STEPS; i++)
        random_step();
    for (unsigned i = 0; i < 40 && !(promises.there && i > 3); i++) {
        xy__loop_advance(&t.loop, 400);
        model_settle(&t.m);
    }
    promises_say_to_all();
    model_settle(&t.m);
    promises_check(model_subscribed(&t.m));
    xy__redis_bus_close(t.bus);
    t.bus = NULL;
    model_leave(&t.m);
    fake_listen(&t.f);
    fake_settle(&t.f);
}

static void whatever_happens_what_is_wanted_is_live(void **state)
{
    const char *only = getenv("SEED");

    (void)state;
    t.m.on_publish = promises_on_publish;
    t.m.on_call = promises_on_call;
    for (unsigned seed = 1; seed <= promises_seeds(SEEDS, SEEDS_FEW) && !only; seed++)
        random_life(seed);
    if (only)
        random_life((unsigned)strtoul(only, NULL, 10));
}

/* ---- The real one ---- */

#define MANY 10000u

typedef struct real_test {
    size_t live;
    size_t again;
    size_t messages;
    size_t called;
    bool there;
} real_test;

static real_test real;

static void real_on_message(void *arg, xy_str channel, xy_str message)
{
    (void)arg;
    assert_true(channel.len > 0 && xy_str_eq(channel, message));
    real.messages++;
}

static void real_on_live(void *arg, xy_str channel, bool again)
{
    (void)arg;
    (void)channel;
    if (again) {
        real.again++;
    } else {
        real.live++;
    }
}

static void real_on_state(void *arg, bool connected)
{
    (void)arg;
    real.there = connected;
}

static const xy_redis_bus_ops real_ops = {
    .on_message = real_on_message, .on_live = real_on_live, .on_state = real_on_state};

static void real_on_called(void *arg, const redisReply *reply)
{
    (void)arg;
    assert_non_null(reply);
    if (reply->type != REDIS_REPLY_INTEGER)
        fail_msg("%s", reply->str);
    real.called++;
}

static void real_call(void)
{
    xy_str keys[1] = {XY_STR("n")};
    xy_str args[1] = {XY_STR("1")};
    xy_redis_call call = {0, keys, 1, args, 1, NULL};

    assert_int_equal(xy__redis_bus_append(t.bus, &call, real_on_called, NULL), XY_OK);
}

#define WAIT_UNTIL(condition)                                                                      \
    while (!(condition))                                                                           \
    xy__loop_wait(&t.loop)

static void publish_to_all(void)
{
    char name[16];

    real.messages = 0;
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "many:%u", i);
        assert_int_equal(publish(name, name), XY_OK);
    }
    WAIT_UNTIL(real.messages == MANY && !xy__redis_bus_waiting(t.bus, NULL));
}

static void a_real_server_is_killed_and_comes_again(void **state)
{
    static const char *const counting[] = {"return redis.call('INCRBY', KEYS[1], ARGV[1])", NULL};
    redis_server server;
    char why[128];
    char name[16];

    (void)state;
    if (!redis_server_there())
        skip();
    redis_server_open(&server, NULL);
    xy__loop_deinit(&t.loop);
    xy__loop_init(&t.loop, XY_CLOCK_REAL);
    xy__redis_url_deinit(&t.url);
    assert_int_equal(xy__redis_url_parse(xy_str_from(server.url), &t.url, why, sizeof why), XY_OK);
    t.options.redis = xy__redis_options(&t.url);
    t.options.queue_count_max = 2 * MANY;
    t.options.queue_bytes_max = (size_t)64 << 20;
    t.options.scripts = counting;
    real = (real_test){0};
    t.bus = xy__redis_bus_open(&t.loop, &t.options, &real_ops, &t);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "many:%u", i);
        subscribe(name);
    }
    WAIT_UNTIL(real.there && real.live == MANY);
    publish_to_all();
    real_call();
    WAIT_UNTIL(real.called == 1);
    freeReplyObject(redis_server_ask(&server, "SCRIPT FLUSH"));
    real_call();
    real_call();
    WAIT_UNTIL(real.called == 3);
    assert_int_equal(redis_server_number(&server, "INCRBY n 0"), 3);
    redis_server_kill(&server);
    WAIT_UNTIL(!real.there);
    for (unsigned i = 0; i < MANY; i += 2) {
        snprintf(name, sizeof name, "many:%u", i);
        unsubscribe(name);
        subscribe(name);
    }
    real_call();
    publish("many:1", "many:1");
    real.messages = 0;
    redis_server_start(&server);
    WAIT_UNTIL(real.there && real.again == MANY / 2 && real.live == MANY + MANY / 2);
    WAIT_UNTIL(real.called == 4 && !xy__redis_bus_waiting(t.bus, NULL));
    publish_to_all();
    assert_int_equal(redis_server_number(&server, "INCRBY n 0"), 1);
    /* A connection that somebody kills is made again. */
    freeReplyObject(redis_server_ask(&server, "CLIENT KILL TYPE pubsub"));
    WAIT_UNTIL(real.again == MANY + MANY / 2);
    publish_to_all();
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "many:%u", i);
        unsubscribe(name);
    }
    publish("many:1", "many:1");
    real_call();
    WAIT_UNTIL(real.called == 5);
    xy__redis_bus_close(t.bus);
    t.bus = NULL;
    redis_server_close(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(what_is_published_arrives),
        TEST(what_was_wanted_before_it_was_there),
        TEST(minds_change),
        TEST(nothing_comes_from_what_is_not_wanted),
        TEST(what_was_live_is_so_again),
        TEST(a_confirmation_may_be_lost),
        TEST(many_are_asked_for_together),
        TEST(a_channel_is_refused),
        TEST(what_has_no_reply_is_sent_again),
        TEST(what_waits_has_bounds),
        TEST(a_script_runs_in_order),
        TEST(a_script_that_is_forgotten_is_given_again),
        TEST(what_was_overtaken_is_told),
        TEST(what_the_server_cannot_take_now_is_sent_later),
        TEST(commands_are_answered_once),
        TEST(it_may_be_closed_in_any_of_its_functions),
        TEST(whatever_happens_what_is_wanted_is_live),
        TEST(a_real_server_is_killed_and_comes_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
