/* SPDX-License-Identifier: MIT */
/* One connection: how it is greeted, who is answered by what, how it is lost and made again. A
 * fake server says what it is told, on a virtual clock; a real one has the last word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "xylem/log.h"

#include "fake.h"
#include "redis/connection.h"
#include "server.h"

#define WORDS ((size_t)8)

/* What a connection has said to its user, as one text. */
typedef struct talk_test {
    xy_loop loop;
    fake f;
    xy_redis_url url;
    xy_redis_options options;
    xy_redis *redis;
    char heard[262144];
    size_t len;
    const char *close_in; /* "ready", "lost", "push", "reply": close it in there */
} talk_test;

static talk_test t;

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
    static char last[262144];

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
    xy__redis_close(t.redis);
    t.redis = NULL;
}

static void show(const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ARRAY) {
        note("[");
        for (size_t i = 0; i < reply->elements; i++) {
            if (i)
                note(" ");
            show(reply->element[i]);
        }
        note("]");
    } else if (reply->type == REDIS_REPLY_INTEGER) {
        note("%lld", reply->integer);
    } else if (reply->type == REDIS_REPLY_NIL) {
        note("nil");
    } else {
        assert_int_equal(strlen(reply->str), reply->len);
        note("%s%s", reply->type == REDIS_REPLY_ERROR ? "-" : "", reply->str);
    }
}

static void on_ready(void *arg)
{
    assert_ptr_equal(arg, &t);
    note("ready|");
    close_if("ready");
}

static void on_lost(void *arg, const char *why)
{
    assert_ptr_equal(arg, &t);
    assert_false(xy__redis_is_ready(t.redis));
    note("lost: %s|", why);
    close_if("lost");
}

static void on_push(void *arg, const redisReply *push)
{
    assert_ptr_equal(arg, &t);
    note(xy__redis_push_answers(t.redis) ? "push! " : "push ");
    show(push);
    note("|");
    close_if("push");
}

static const xy_redis_ops ops = {.on_ready = on_ready, .on_lost = on_lost, .on_push = on_push};

static void on_reply(void *arg, const redisReply *reply)
{
    note("%s ", (const char *)arg);
    if (reply) {
        show(reply);
    } else {
        note("NULL");
    }
    note("|");
    close_if("reply");
}

static size_t split(const char *text, xy_str *words)
{
    size_t len = 0;

    while (*text) {
        size_t n = strcspn(text, " ");

        assert_true(len < WORDS);
        words[len++] = (xy_str){text, n};
        text += n + (text[n] == ' ');
    }
    return len;
}

static void command(const char *text)
{
    xy_str words[WORDS];

    xy__redis_command(t.redis, words, split(text, words), on_reply, (void *)(uintptr_t)text);
}

static void tell(const char *text)
{
    xy_str words[WORDS];

    xy__redis_tell(t.redis, words, split(text, words));
}

static int setup(void **state)
{
    (void)state;
    memset(&t, 0, sizeof t);
    xy_log_set_level(XY_LOG_OFF);
    xy__loop_init(&t.loop, XY_CLOCK_VIRTUAL);
    fake_open(&t.f, &t.loop);
    t.url = fake_url(&t.f);
    t.options = xy__redis_options(&t.url);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    xy__redis_close(t.redis);
    t.redis = NULL;
    fake_settle(&t.f);
    fake_close(&t.f);
    xy__redis_url_deinit(&t.url);
    xy__loop_deinit(&t.loop);
    return 0;
}

static void open_it(void)
{
    t.redis = xy__redis_open(&t.loop, &t.options, &ops, &t);
    assert_string_equal(heard(), "");
}

/* The next try, greeted. */
static fake_line *greeted(void)
{
    fake_line *line;

    fake_settle(&t.f);
    line = fake_accept(&t.f);
    assert_non_null(line);
    assert_string_equal(fake_read(&t.f, line), "PING|");
    fake_say(&t.f, line, "+PONG\r\n");
    assert_string_equal(heard(), "ready|");
    assert_true(xy__redis_is_ready(t.redis));
    return line;
}

/* Let the longest wait between two tries pass. */
static void wait_for_try(void)
{
    xy__loop_advance(&t.loop, t.options.backoff_max_ms);
    fake_settle(&t.f);
}

static void is_greeted_before_anyone_hears_of_it(void **state)
{
    fake_line *line;

    (void)state;
    t.url.user = strdup("me");
    t.url.password = strdup("s3cret");
    t.url.database = 3;
    t.options.name = "xylem";
    open_it();
    fake_settle(&t.f);
    line = fake_accept(&t.f);
    assert_non_null(line);
    assert_string_equal(fake_read(&t.f, line),
                        "AUTH me s3cret|SELECT 3|CLIENT SETNAME xylem|PING|");
    fake_say_slowly(&t.f, line, "+OK\r\n+OK\r\n+OK\r\n+PONG\r");
    assert_string_equal(heard(), "");
    fake_say(&t.f, line, "\n");
    assert_string_equal(heard(), "ready|");
}

static void a_password_may_be_alone(void **state)
{
    fake_line *line;

    (void)state;
    t.url.password = strdup("s3cret");
    open_it();
    fake_settle(&t.f);
    line = fake_accept(&t.f);
    assert_string_equal(fake_read(&t.f, line), "AUTH s3cret|PING|");
}

static void refused(const char *answers, const char *why)
{
    fake_line *line;
    char expected[512];

    fake_settle(&t.f);
    line = fake_accept(&t.f);
    assert_non_null(line);
    fake_read(&t.f, line);
    fake_say(&t.f, line, answers);
    snprintf(expected, sizeof expected, "lost: %s|", why);
    assert_string_equal(heard(), expected);
    fake_take(line);
    assert_true(line->ended);
    fake_hang_up(line);
    wait_for_try();
}

/* Each is tried again; none says the password, although the server does. */
static void a_refusal_is_told_in_clear_words(void **state)
{
    (void)state;
    t.url.password = strdup("s3cret");
    t.url.database = 3;
    open_it();
    refused("-WRONGPASS invalid username-password pair\r\n-NOAUTH x\r\n-NOAUTH x\r\n",
            "the user or the password of the URL is not accepted (WRONGPASS)");
    refused("-ERR unknown command 'AUTH', with args beginning with: 's3cret'\r\n+OK\r\n+PONG\r\n",
            "the user or the password of the URL is not accepted (ERR)");
    refused("+OK\r\n-ERR DB index is out of range\r\n+PONG\r\n",
            "the database of the URL cannot be selected (ERR DB index is out of range)");
    refused("+OK\r\n-ERR s3cret\r\n+PONG\r\n",
            "the server answered with an error that repeats the password");
    refused("+OK\r\n+OK\r\n-LOADING Redis is loading the dataset in memory\r\n",
            "the server is still loading (LOADING Redis is loading the dataset in memory)");
    refused("+OK\r\n+OK\r\n-MISCONF a\tb\x01\r\n", "the server refuses to work (MISCONF a?b?)");
    xy__redis_close(t.redis);
    fake_leave(&t.f);
    fake_listen(&t.f);
    free(t.url.password);
    t.url.password = NULL;
    open_it();
    refused("-NOAUTH Authentication required.\r\n-NOAUTH Authentication required.\r\n",
            "the server wants a password and the URL has none (NOAUTH Authentication required.)");
}

static void who_may_not_ping_is_greeted(void **state)
{
    fake_line *line;

    (void)state;
    t.options.name = "x";
    open_it();
    fake_settle(&t.f);
    line = fake_accept(&t.f);
    fake_read(&t.f, line);
    fake_say(&t.f, line, "-NOPERM no CLIENT\r\n-NOPERM no PING\r\n");
    assert_string_equal(heard(), "ready|");
}

static void replies_come_in_order(void **state)
{
    fake_line *line;

    (void)state;
    open_it();
    line = greeted();
    command("GET a");
    command("GET b");
    command("LRANGE c 0 1");
    assert_true(xy__redis_unsent(t.redis) > 0);
    assert_string_equal(fake_read(&t.f, line), "GET a|GET b|LRANGE c 0 1|");
    assert_int_equal(xy__redis_unsent(t.redis), 0);
    fake_say_slowly(&t.f, line,
                    "$1\r\n1\r\n-ERR no\r\n*5\r\n$7\r\nmessage\r\n$-1\r\n:-7\r\n*-1\r\n*1\r\n"
                    "$0\r\n\r\n");
    assert_string_equal(heard(), "GET a 1|GET b -ERR no|LRANGE c 0 1 [message nil -7 nil []]|");
}

/* What looks like a message is one for a subscriber only. */
static void a_list_is_no_message(void **state)
{
    fake_line *line;

    (void)state;
    open_it();
    line = greeted();
    command("LRANGE c 0 2");
    fake_say(&t.f, line, "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n");
    assert_string_equal(heard(), "LRANGE c 0 2 [message a b]|");
}

#define THREE(kind, channel, last) "*3\r\n" kind "\r\n" channel "\r\n" last "\r\n"

static void a_subscriber_hears_what_it_is_told(void **state)
{
    fake_line *line;

    (void)state;
    open_it();
    line = greeted();
    tell("SUBSCRIBE a b");
    tell("UNSUBSCRIBE a");
    assert_string_equal(fake_read(&t.f, line), "SUBSCRIBE a b|UNSUBSCRIBE a|");
    fake_say_slowly(&t.f, line,
                    THREE("$9\r\nsubscribe", "$1\r\na", ":1")     //
                    THREE("$7\r\nmessage", "$1\r\na", "$2\r\nhi") //
                    THREE("$9\r\nsubscribe", "$1\r\nb", ":2")     //
                    THREE("$11\r\nunsubscribe", "$1\r\na", ":1")  //
                    "*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\na\r\n$0\r\n\r\n");
    assert_string_equal(heard(), "push! [subscribe a 1]|push [message a hi]|push! [subscribe b 2]|"
                                 "push! [unsubscribe a 1]|push [pmessage * a ]|");
}

static void an_error_refuses_the_oldest_that_was_told(void **state)
{
    fake_line *line;

    (void)state;
    open_it();
    line = greeted();
    tell("SUBSCRIBE a b");
    tell("SUBSCRIBE c");
    fake_say(&t.f, line, "-NOPERM no\r\n" THREE("$9\r\nsubscribe", "$1\r\nc", ":1"));
    assert_string_equal(heard(), "push! -NOPERM no|push! [subscribe c 1]|");
}

/* A cluster's slot goes elsewhere while another channel is left. */
static void channels_are_taken_away(void **state)
{
    fake_line *line;

    (void)state;
    open_it();
    line = greeted();
    tell("SSUBSCRIBE a b");
    fake_say(&t.f, line,
             THREE("$10\r\nssubscribe", "$1\r\na", ":1")
                 THREE("$10\r\nssubscribe", "$1\r\nb", ":2"));
    tell("SUNSUBSCRIBE b");
    fake_say(&t.f, line,
             THREE("$12\r\nsunsubscribe", "$1\r\na", ":1")
                 THREE("$12\r\nsunsubscribe", "$1\r\nb", ":0") "+PONG\r\n");
    assert_string_equal(heard(), "push! [ssubscribe a 1]|push! [ssubscribe b 2]|"
                                 "push [sunsubscribe a 1]|push! [sunsubscribe b 0]|");
    tell("SUNSUBSCRIBE a");
    fake_say(&t.f, line, "-MOVED 1 h:1\r\n+PONG\r\n");
    assert_string_equal(heard(), "push! -MOVED 1 h:1|");
    /* Taken away before the server had read that it is left: there is an answer besides. */
    tell("SUNSUBSCRIBE c");
    tell("SSUBSCRIBE d");
    fake_say(&t.f, line,
             THREE("$12\r\nsunsubscribe", "$1\r\nc",
                   ":0") "-MOVED 1 h:1\r\n+PONG\r\n" THREE("$10\r\nssubscribe", "$1\r\nd", ":1"));
    assert_string_equal(heard(), "push! [sunsubscribe c 0]|push! [ssubscribe d 1]|");
}

static void nonsense(bool subscriber, const char *bytes, const char *why)
{
    fake_line *line = greeted();
    const char *got;

    if (subscriber)
        tell("SUBSCRIBE a");
    fake_say_slowly(&t.f, line, bytes);
    got = heard();
    if (strncmp(got, "lost: what was received is not the protocol of Redis: ", 54) != 0 ||
        !strstr(got, why))
        fail_msg("%s", got);
    fake_hang_up(line);
    wait_for_try();
}

static void nonsense_is_a_loss(void **state)
{
    (void)state;
    open_it();
    nonsense(false, "+OK\r\n", "answers nothing");
    nonsense(false, "HTTP/1.1 400 Bad Request\r\n\r\n", "got \"H\" as reply type byte");
    nonsense(false, "*2147483647\r\n", "too many elements");
    nonsense(false, "*1000000\r\n*1000000\r\n", "too many elements");
    nonsense(false, "*99999999999\r\n", "range");
    nonsense(false, "$-5\r\n", "range");
    nonsense(false, "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "depth");
    nonsense(true, "+OK\r\n", "confirmed");
    nonsense(true, THREE("$9\r\nsubscribe", "$1\r\nb", ":1"), "not asked for");
    nonsense(true, THREE("$11\r\nunsubscribe", "$1\r\na", ":1"), "not asked for");
    nonsense(true, THREE("$7\r\nmessage", "$1\r\na", ":1"), "confirmed");
}

static void what_is_too_long_is_a_loss(void **state)
{
    static char filler[1024];
    fake_line *line;

    (void)state;
    memset(filler, 'x', sizeof filler - 1);
    t.options.reply_bytes_max = 100000;
    open_it();
    line = greeted();
    command("GET a");
    fake_say(&t.f, line, "+");
    for (int i = 0; i < 65; i++)
        fake_say(&t.f, line, filler);
    assert_non_null(strstr(heard(), "a line that is too long"));
    wait_for_try();
    line = greeted();
    command("GET a");
    fake_say(&t.f, line, "$100000000\r\n");
    for (int i = 0; i < 98; i++)
        fake_say(&t.f, line, filler);
    assert_non_null(strstr(heard(), "a reply that is too long"));
    /* What is as long as may be is none. */
    wait_for_try();
    line = greeted();
    command("GET a");
    fake_say(&t.f, line, "$92070\r\n");
    for (int i = 0; i < 90; i++)
        fake_say(&t.f, line, filler);
    fake_say(&t.f, line, "\r\n");
    assert_int_equal(strlen(heard()), strlen("GET a |") + 92070);
}

static void a_loss_is_told_to_everyone_and_then_mended(void **state)
{
    fake_line *line;

    (void)state;
    open_it();
    line = greeted();
    command("GET a");
    command("GET b");
    assert_string_equal(fake_read(&t.f, line), "GET a|GET b|");
    fake_say(&t.f, line, "$1\r\n1\r\n$5\r\n12");
    fake_hang_up(line);
    fake_settle(&t.f);
    assert_string_equal(heard(), "GET a 1|GET b NULL|lost: the server has closed the connection|");
    wait_for_try();
    line = greeted();
    command("GET b");
    fake_say(&t.f, line, "$1\r\n2\r\n");
    assert_string_equal(heard(), "GET b 2|");
}

static void a_server_that_is_away_is_waited_for(void **state)
{
    (void)state;
    fake_leave(&t.f);
    open_it();
    fake_settle(&t.f);
    assert_int_equal(strncmp(heard(), "lost: the server cannot be reached: no such file", 48), 0);
    wait_for_try();
    assert_int_equal(strncmp(heard(), "lost: the server cannot be reached: no such file", 48), 0);
    fake_listen(&t.f);
    wait_for_try();
    heard();
    greeted();
}

/* How many tries `ms` have room for. */
static size_t tries_in(uint64_t ms)
{
    size_t tries = 0;

    for (uint64_t at = 0; at < ms; at++) {
        xy__loop_advance(&t.loop, 1);
        fake_settle(&t.f);
        tries += t.len > 0;
        heard();
    }
    return tries;
}

/* What is random has bounds: 20, 40, ... 1,000 ms between tries, half of it on average. */
static void waits_become_longer_up_to_a_bound(void **state)
{
    size_t tries;

    (void)state;
    fake_leave(&t.f);
    open_it();
    fake_settle(&t.f);
    heard();
    assert_true(tries_in(61) >= 1);
    tries_in(10000);
    tries = tries_in(60000);
    assert_in_range(tries, 60, 240);
    /* Once it was there for a while, it begins anew. */
    for (int i = 0; i < 4; i++) {
        tries_in(10000);
        fake_listen(&t.f);
        wait_for_try();
        greeted();
        xy__loop_advance(&t.loop, 1001);
        fake_leave(&t.f);
        fake_settle(&t.f);
        assert_non_null(strstr(heard(), "lost: the server has closed the connection|"));
        assert_true(tries_in(61) >= 1);
    }
}

static void a_greeting_that_does_not_come_is_given_up(void **state)
{
    fake_line *line;

    (void)state;
    open_it();
    fake_settle(&t.f);
    line = fake_accept(&t.f);
    xy__loop_advance(&t.loop, 4999);
    fake_say(&t.f, line, "+PO");
    assert_string_equal(heard(), "");
    xy__loop_advance(&t.loop, 1);
    assert_string_equal(heard(), "lost: the server does not answer in time|");
}

static void an_answer_that_does_not_come_is_given_up(void **state)
{
    fake_line *line;

    (void)state;
    open_it();
    line = greeted();
    xy__loop_advance(&t.loop, 1000);
    command("GET a");
    command("GET b");
    xy__loop_advance(&t.loop, 3000);
    command("GET c");
    xy__loop_advance(&t.loop, 1999);
    assert_string_equal(heard(), "");
    fake_say(&t.f, line, "$1\r\n1\r\n");
    assert_string_equal(heard(), "GET a 1|");
    /* It works: the next one has its time from here. */
    xy__loop_advance(&t.loop, 4999);
    assert_string_equal(heard(), "");
    xy__loop_advance(&t.loop, 1);
    assert_string_equal(heard(), "GET b NULL|GET c NULL|lost: the server does not answer in time|");
}

/* Messages that keep coming are no answer. */
static void a_subscription_that_is_not_confirmed_is_given_up(void **state)
{
    fake_line *line;

    (void)state;
    open_it();
    line = greeted();
    tell("SUBSCRIBE a");
    fake_say(&t.f, line, THREE("$9\r\nsubscribe", "$1\r\na", ":1"));
    tell("SUBSCRIBE b");
    heard();
    for (int i = 0; i < 50; i++) {
        fake_say(&t.f, line, THREE("$7\r\nmessage", "$1\r\na", "$1\r\nx"));
        xy__loop_advance(&t.loop, 100);
    }
    assert_non_null(strstr(heard(), "lost: the server does not answer in time"));
}

static void silence_is_broken(void **state)
{
    fake_line *line;

    (void)state;
    open_it();
    line = greeted();
    xy__loop_advance(&t.loop, 9999);
    assert_string_equal(fake_read(&t.f, line), "");
    xy__loop_advance(&t.loop, 1);
    assert_string_equal(fake_read(&t.f, line), "PING|");
    fake_say(&t.f, line, "+PONG\r\n");
    tell("SUBSCRIBE a");
    fake_say(&t.f, line, THREE("$9\r\nsubscribe", "$1\r\na", ":1"));
    fake_read(&t.f, line);
    heard();
    /* A subscriber's answer looks otherwise. */
    xy__loop_advance(&t.loop, 10000);
    assert_string_equal(fake_read(&t.f, line), "PING|");
    fake_say(&t.f, line, "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    xy__loop_advance(&t.loop, 9000);
    assert_string_equal(heard(), "");
    fake_say(&t.f, line, THREE("$7\r\nmessage", "$1\r\na", "$1\r\nx"));
    heard();
    xy__loop_advance(&t.loop, 9999);
    assert_string_equal(fake_read(&t.f, line), "");
    xy__loop_advance(&t.loop, 1);
    assert_string_equal(fake_read(&t.f, line), "PING|");
    xy__loop_advance(&t.loop, 5000);
    assert_string_equal(heard(), "lost: the server does not answer in time|");
}

/* What the socket does not take at once is written when it can be. */
static void much_is_written_bit_by_bit(void **state)
{
    static char big[3 << 20];
    fake_line *line;
    xy_str words[3] = {XY_STR("SET"), XY_STR("a"), {big, sizeof big}};

    (void)state;
    memset(big, 'x', sizeof big);
    open_it();
    line = greeted();
    xy__redis_command(t.redis, words, 3, on_reply, (void *)(uintptr_t) "big");
    fake_settle(&t.f);
    assert_true(xy__redis_unsent(t.redis) > 0);
    command("GET a");
    for (int i = 0; i < 200 && (i == 0 || line->got.len < sizeof big + 50); i++) {
        fake_settle(&t.f);
        fake_take(line);
    }
    assert_int_equal(xy__redis_unsent(t.redis), 0);
    assert_int_equal(fake_command(line, words, 3), 3);
    assert_int_equal(words[2].len, sizeof big);
    assert_string_equal(fake_read(&t.f, line), "GET a|");
}

/* What is written to standard error from now on, until log_end(). */
static int log_begin(FILE *file)
{
    int old = dup(STDERR_FILENO);

    dup2(fileno(file), STDERR_FILENO);
    xy_log_set_level(XY_LOG_TRACE);
    return old;
}

static void log_end(FILE *file, int old, char *out, size_t size)
{
    xy_log_set_level(XY_LOG_OFF);
    dup2(old, STDERR_FILENO);
    close(old);
    rewind(file);
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
}

static size_t count(const char *text, const char *word)
{
    size_t found = 0;

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        found++;
    return found;
}

/* However often it is tried, and whatever the server says. */
static void each_loss_is_logged_once(void **state)
{
    FILE *file = tmpfile();
    int old = log_begin(file);
    char log[8192];

    (void)state;
    t.url.password = strdup("s3cret");
    t.url.user = strdup("me");
    t.options.name = "s";
    for (int i = 0; i < 2; i++) {
        fake_line *line;

        fake_leave(&t.f);
        if (!t.redis)
            open_it();
        for (int n = 0; n < 10; n++)
            wait_for_try();
        fake_listen(&t.f);
        wait_for_try();
        line = fake_accept(&t.f);
        fake_say(&t.f, line,
                 "-ERR unknown command 'AUTH', with args beginning with: 's3cret'\r\n"
                 "+OK\r\n+PONG\r\n");
        fake_hang_up(line);
        wait_for_try();
        line = fake_accept(&t.f);
        fake_say(&t.f, line, "+OK\r\n+OK\r\n+PONG\r\n");
        assert_true(xy__redis_is_ready(t.redis));
    }
    log_end(file, old, log, sizeof log);
    assert_int_equal(count(log, "\"no connection to Redis; it is tried again\""), 2);
    assert_int_equal(count(log, "\"connected to Redis\""), 2);
    assert_int_equal(count(log, "\n"), 4);
    assert_int_equal(count(log, "s3cret"), 0);
}

static void it_is_closed_in(const char *where)
{
    fake_line *line;

    open_it();
    if (strcmp(where, "ready") == 0)
        t.close_in = where;
    fake_settle(&t.f);
    line = fake_accept(&t.f);
    fake_read(&t.f, line);
    fake_say(&t.f, line, "+PONG\r\n");
    if (t.redis) {
        command("GET a");
        command("GET b");
        tell("SUBSCRIBE a");
        t.close_in = where;
        if (strcmp(where, "reply") != 0)
            fake_say(&t.f, line, "+1\r\n+2\r\n");
        if (strcmp(where, "lost") != 0)
            fake_say(&t.f, line,
                     "+1\r\n+2\r\n" THREE("$9\r\nsubscribe", "$1\r\na", ":1") "+OK\r\n");
        fake_hang_up(line);
        fake_settle(&t.f);
    }
    assert_null(t.redis);
}

static void it_may_be_closed_in_any_of_its_functions(void **state)
{
    (void)state;
    it_is_closed_in("ready");
    assert_string_equal(heard(), "ready|");
    it_is_closed_in("reply");
    /* The other one is answered by the closing. */
    assert_string_equal(heard(), "ready|GET a 1|GET b NULL|");
    it_is_closed_in("lost");
    assert_non_null(strstr(heard(), "lost"));
    /* The last reply answers nothing, but nobody is there to be told so. */
    open_it();
}

/* The answers to a whole life, cut off at any byte, and the life that follows. */
static void it_may_be_lost_at_any_byte(void **state)
{
    static const char life[] = "+OK\r\n+OK\r\n+PONG\r\n$1\r\n1\r\n*2\r\n:1\r\n$-1\r\n" THREE(
        "$9\r\nsubscribe", "$1\r\na", ":1") THREE("$7\r\nmessage", "$1\r\na", "$1\r\nx");

    (void)state;
    t.url.password = strdup("p");
    t.url.database = 1;
    open_it();
    for (size_t cut = 0; cut < sizeof life; cut++) {
        fake_line *line;
        const char *got;

        fake_settle(&t.f);
        line = fake_accept(&t.f);
        assert_non_null(line);
        fake_say_bytes(line, (xy_str){life, cut < 17 ? cut : 17});
        fake_settle(&t.f);
        if (cut >= 17) {
            command("GET a");
            command("LRANGE a 0 1");
            tell("SUBSCRIBE a");
            fake_say_bytes(line, (xy_str){life + 17, cut - 17});
            fake_settle(&t.f);
        }
        fake_hang_up(line);
        fake_settle(&t.f);
        got = heard();
        assert_int_equal(strncmp(got, "ready|", 6) == 0, cut >= 17);
        assert_non_null(strstr(got, "lost: the"));
        if (cut >= 17) {
            assert_non_null(strstr(got, cut >= 24 ? "GET a 1|" : "GET a NULL|"));
            assert_non_null(strstr(got, cut >= 37 ? "0 1 [1 nil]|" : "0 1 NULL|"));
        }
        wait_for_try();
    }
}

/* Closed at any moment of getting to know each other. */
static void it_may_be_closed_at_any_moment(void **state)
{
    (void)state;
    for (int turns = 0; turns < 12; turns++) {
        open_it();
        for (int i = 0; i < turns; i++)
            xy__loop_turn(&t.loop);
        xy__redis_close(t.redis);
        t.redis = NULL;
        while (fake_accept(&t.f))
            continue;
        fake_leave(&t.f);
        fake_listen(&t.f);
    }
    assert_string_equal(heard(), "");
}

/* ---- Names, and the real one ---- */

static void wait_until(const char *what)
{
    while (!strstr(t.heard, what)) {
        xy__loop_wait(&t.loop);
        assert_true(t.len < sizeof t.heard / 2);
    }
}

static void with_real_loop(void)
{
    xy__loop_deinit(&t.loop);
    xy__loop_init(&t.loop, XY_CLOCK_REAL);
}

static void a_real_server_is_spoken_to(void **state)
{
    static const char *const extra[] = {"--requirepass", "s3cret", NULL};
    redis_server server;
    char why[128];
    char url[64];

    (void)state;
    if (!redis_server_there())
        skip();
    redis_server_open(&server, extra);
    with_real_loop();
    xy__redis_url_deinit(&t.url);
    snprintf(url, sizeof url, "redis://:s3cret@localhost:%u/2", (unsigned)server.port);
    assert_int_equal(xy__redis_url_parse(xy_str_from(url), &t.url, why, sizeof why), XY_OK);
    t.options.name = "xylem";
    t.options.ping_ms = 20;
    open_it();
    wait_until("ready|");
    command("SET a 1");
    command("CLIENT GETNAME");
    tell("SUBSCRIBE c");
    wait_until("subscribe");
    assert_string_equal(heard(), "ready|SET a 1 OK|CLIENT GETNAME xylem|push! [subscribe c 1]|");
    /* It goes on when the server is killed and started again, and through some pings. */
    redis_server_kill(&server);
    wait_until("lost");
    heard();
    redis_server_start(&server);
    wait_until("ready|");
    heard();
    tell("SUBSCRIBE c");
    wait_until("subscribe");
    {
        uint64_t until = xy__loop_now(&t.loop) + 100;

        while (xy__loop_now(&t.loop) < until)
            xy__loop_wait(&t.loop);
    }
    assert_string_equal(heard(), "push! [subscribe c 1]|");
    /* A wrong password is told as such. */
    xy__redis_close(t.redis);
    t.url.password[0] = 'S';
    open_it();
    wait_until("lost");
    assert_non_null(strstr(heard(), "the password of the URL is not accepted (WRONGPASS)"));
    xy__redis_close(t.redis);
    t.redis = NULL;
    redis_server_close(&server);
}

static void a_name_that_is_none_is_told(void **state)
{
    (void)state;
    with_real_loop();
    xy__redis_url_deinit(&t.url);
    t.url = (xy_redis_url){.host = strdup("no-such-host.invalid"), .port = 1};
    open_it();
    wait_until("lost");
    assert_non_null(strstr(heard(), "lost: the host's name cannot be resolved"));
    xy__redis_close(t.redis);
    t.redis = NULL;
    xy__loop_run(&t.loop);
    /* Given up while it is looked up. */
    open_it();
    xy__loop_turn(&t.loop);
    xy__loop_turn(&t.loop);
    xy__redis_close(t.redis);
    t.redis = NULL;
    xy__loop_run(&t.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(is_greeted_before_anyone_hears_of_it),
        TEST(a_password_may_be_alone),
        TEST(a_refusal_is_told_in_clear_words),
        TEST(who_may_not_ping_is_greeted),
        TEST(replies_come_in_order),
        TEST(a_list_is_no_message),
        TEST(a_subscriber_hears_what_it_is_told),
        TEST(an_error_refuses_the_oldest_that_was_told),
        TEST(channels_are_taken_away),
        TEST(nonsense_is_a_loss),
        TEST(what_is_too_long_is_a_loss),
        TEST(a_loss_is_told_to_everyone_and_then_mended),
        TEST(a_server_that_is_away_is_waited_for),
        TEST(waits_become_longer_up_to_a_bound),
        TEST(a_greeting_that_does_not_come_is_given_up),
        TEST(an_answer_that_does_not_come_is_given_up),
        TEST(a_subscription_that_is_not_confirmed_is_given_up),
        TEST(silence_is_broken),
        TEST(much_is_written_bit_by_bit),
        TEST(each_loss_is_logged_once),
        TEST(it_may_be_closed_in_any_of_its_functions),
        TEST(it_may_be_lost_at_any_byte),
        TEST(it_may_be_closed_at_any_moment),
        TEST(a_real_server_is_spoken_to),
        TEST(a_name_that_is_none_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
