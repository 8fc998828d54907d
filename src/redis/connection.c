/* SPDX-License-Identifier: MIT */
/* redis/connection.c -- the life of a connection: made, greeted, used, lost, made again.
 *
 *   WAITING --timer--> CONNECTING --connected--> GREETING --greeted--> READY
 *      ^                    |                        |                   |
 *      +------ lost: cannot be reached, refused, out of time, closed, nonsense
 *
 *   any --close--> CLOSED
 *
 * Invariants
 *   1. There is a `line` in CONNECTING, GREETING and READY, and none in WAITING and CLOSED.
 *   2. Commands of others are in flight in READY only; the greeting's own in GREETING only.
 *   3. One timer: in WAITING the next try, in CONNECTING and GREETING the end of the try, in READY
 *      whichever is first, the end of the oldest command's time or the moment to ask whether
 *      anybody is there.
 *   4. Every way back to WAITING is through lose(). Nothing that is written or said about it has a
 *      password in it.
 *
 * Waits between tries double up to a bound and are drawn at random below it ("full jitter"), so
 * that many clients of a server that restarts do not come all at once.
 *
 * Read next: line.h (a socket), talk.h (who is answered by what), bus.h (what it is for). */
#include "redis/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "redis/line.h"
#include "redis/talk.h"

#define FEED_BYTES ((size_t)4 << 10) /* see xy__redis_reader_feed() */
#define WHY_BYTES  ((size_t)320)
#define TRIES_MAX  20u /* more do not make a wait longer */

typedef enum redis_state {
    REDIS_WAITING,
    REDIS_CONNECTING,
    REDIS_GREETING,
    REDIS_READY,
    REDIS_CLOSED,
    REDIS_STATES,
} redis_state;

#define BIT(s) (1u << (s))

static const uint8_t may_go[REDIS_STATES] = {
    [REDIS_WAITING] = BIT(REDIS_CONNECTING) | BIT(REDIS_CLOSED),
    [REDIS_CONNECTING] = BIT(REDIS_GREETING) | BIT(REDIS_WAITING) | BIT(REDIS_CLOSED),
    [REDIS_GREETING] = BIT(REDIS_READY) | BIT(REDIS_WAITING) | BIT(REDIS_CLOSED),
    [REDIS_READY] = BIT(REDIS_WAITING) | BIT(REDIS_CLOSED),
    [REDIS_CLOSED] = 0,
};

struct xy_redis {
    xy_loop *loop;
    xy_redis_options options;
    const xy_redis_ops *ops;
    void *arg;
    redis_state state;
    xy_redis_line *line;
    xy_redis_talk talk;
    xy_task flush;
    xy_task end;
    xy_timer timer;
    uint64_t ready_ms;    /* greeted at */
    uint64_t heard_ms;    /* the last bytes came */
    uint64_t progress_ms; /* the server was last seen to work off commands */
    uint64_t random;
    uint32_t tries; /* since it was ready for a while */
    bool away;      /* that it is lost has been logged */
    char greeting_why[WHY_BYTES];
};

xy_redis_options xy__redis_options(const xy_redis_url *url)
{
    return (xy_redis_options){
        .url = url,
        .connect_timeout_ms = 5000,
        .reply_timeout_ms = 5000,
        .ping_ms = 10000,
        .backoff_min_ms = 20,
        .backoff_max_ms = 1000,
        .reply_bytes_max = (size_t)512 << 20,
    };
}

static void go(xy_redis *redis, redis_state to)
{
    XY_ASSERT(may_go[redis->state] & BIT(to));
    redis->state = to;
}

static uint64_t now_of(const xy_redis *redis)
{
    return xy__loop_now(redis->loop);
}

/* Arm the timer for `at_ms`. */
static void alarm_at(xy_redis *redis, uint64_t at_ms)
{
    uint64_t now = now_of(redis);

    xy__timer_start(redis->loop, &redis->timer, at_ms > now ? at_ms - now : 0);
}

/* xorshift64*: to spread tries, nothing more. */
static uint64_t random_below(xy_redis *redis, uint64_t bound)
{
    redis->random ^= redis->random >> 12;
    redis->random ^= redis->random << 25;
    redis->random ^= redis->random >> 27;
    return (redis->random * 0x2545F4914F6CDD1Dull >> 11) % bound;
}

static uint64_t backoff(xy_redis *redis)
{
    uint64_t bound = (uint64_t)redis->options.backoff_min_ms << redis->tries;

    if (bound > redis->options.backoff_max_ms)
        bound = redis->options.backoff_max_ms;
    if (redis->tries < TRIES_MAX)
        redis->tries++;
    return random_below(redis, bound + 1);
}

/* Nothing of this try is left. */
static void hang_up(xy_redis *redis)
{
    xy__redis_line_close(redis->line);
    redis->line = NULL;
    xy__timer_stop(redis->loop, &redis->timer);
    xy__task_cancel(&redis->flush);
}

/* Each command in flight hears that there will be no answer; whoever is told may close the
 * connection, which then tells the rest. */
static void answer_none(xy_redis *redis)
{
    xy_redis_asked asked;

    while (xy__redis_talk_drop(&redis->talk, &asked))
        if (asked.fn)
            asked.fn(asked.arg, NULL);
}

static void log_lost(xy_redis *redis, const char *why)
{
    char where[WHY_BYTES];

    if (redis->away)
        return;
    redis->away = true;
    xy__redis_url_show(redis->options.url, where, sizeof where);
    xy_log(XY_LOG_WARN, "redis", "no connection to Redis; it is tried again", //
           XY_LOG_CSTR("server", where), XY_LOG_CSTR("connection", redis->options.name),
           XY_LOG_CSTR("why", why));
}

static void log_ready(xy_redis *redis)
{
    char where[WHY_BYTES];

    redis->away = false;
    xy__redis_url_show(redis->options.url, where, sizeof where);
    xy_log(XY_LOG_INFO, "redis", "connected to Redis", XY_LOG_CSTR("server", where),
           XY_LOG_CSTR("connection", redis->options.name));
}

/* Was it ready, and for so long that the next loss is a new one? */
static bool was_steady(const xy_redis *redis)
{
    return redis->state == REDIS_READY &&
           now_of(redis) - redis->ready_ms >= redis->options.backoff_max_ms;
}

static void lose(xy_redis *redis, const char *reason)
{
    const char *password = redis->options.url->password;
    char why[WHY_BYTES];

    snprintf(why, sizeof why, "%s", reason);
    if (password && strstr(why, password))
        snprintf(why, sizeof why, "the server answered with an error that repeats the password");
    if (was_steady(redis))
        redis->tries = 0;
    hang_up(redis);
    go(redis, REDIS_WAITING);
    xy__timer_start(redis->loop, &redis->timer, backoff(redis));
    log_lost(redis, why);
    answer_none(redis);
    if (redis->state == REDIS_WAITING)
        redis->ops->on_lost(redis->arg, why);
}

/* When does the wait for the oldest command's answer end, or the silence? */
static uint64_t ready_due(const xy_redis *redis)
{
    const xy_redis_asked *oldest = xy__redis_talk_oldest(&redis->talk);
    uint64_t since;

    if (!oldest)
        return redis->heard_ms + redis->options.ping_ms;
    since = oldest->at_ms > redis->progress_ms ? oldest->at_ms : redis->progress_ms;
    return since + redis->options.reply_timeout_ms;
}

/* The timer may be late by now, never early: on_timer() looks again. */
static void expect_answer(xy_redis *redis)
{
    if (redis->timer.due_ms > now_of(redis) + redis->options.reply_timeout_ms)
        alarm_at(redis, ready_due(redis));
}

/* ---- The greeting ---- */

/* What an error says, without what could not be in a line of a log. */
static void note_refusal(xy_redis *redis, const char *what, const redisReply *reply, size_t len_max)
{
    char text[WHY_BYTES / 2];
    size_t len = 0;

    if (redis->greeting_why[0])
        return;
    while (len < reply->len && len < len_max && len < sizeof text - 1) {
        char c = reply->str[len];

        text[len++] = (char)(c >= ' ' && c <= '~' ? c : '?');
    }
    text[len] = '\0';
    snprintf(redis->greeting_why, sizeof redis->greeting_why, "%s (%s)", what, text);
}

static void on_authenticated(void *arg, const redisReply *reply)
{
    xy_redis *redis = arg;

    /* Only the error's first word: "unknown command" repeats the arguments. */
    if (reply && reply->type == REDIS_REPLY_ERROR)
        note_refusal(redis, "the user or the password of the URL is not accepted", reply,
                     strcspn(reply->str, " "));
}

/* What an error means, whatever was asked. */
static const char *meaning_of(const redisReply *error, const char *otherwise)
{
    if (strncmp(error->str, "NOAUTH", 6) == 0)
        return "the server wants a password and the URL has none";
    if (strncmp(error->str, "LOADING", 7) == 0)
        return "the server is still loading";
    return otherwise;
}

static void on_selected(void *arg, const redisReply *reply)
{
    xy_redis *redis = arg;

    if (reply && reply->type == REDIS_REPLY_ERROR)
        note_refusal(redis, meaning_of(reply, "the database of the URL cannot be selected"), reply,
                     SIZE_MAX);
}

static void on_greeted(void *arg, const redisReply *reply)
{
    xy_redis *redis = arg;

    if (!reply)
        return;
    /* Who may not ask whether anybody is there has his answer, too. */
    if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "NOPERM", 6) != 0)
        note_refusal(redis, meaning_of(reply, "the server refuses to work"), reply, SIZE_MAX);
    if (redis->greeting_why[0]) {
        lose(redis, redis->greeting_why);
        return;
    }
    go(redis, REDIS_READY);
    redis->ready_ms = now_of(redis);
    redis->progress_ms = redis->ready_ms;
    redis->heard_ms = redis->ready_ms;
    alarm_at(redis, ready_due(redis));
    log_ready(redis);
    redis->ops->on_ready(redis->arg);
}

static void ask(xy_redis *redis, const xy_str *argv, size_t argc, xy_redis_reply_fn *fn, void *arg)
{
    xy_redis_asked asked = {.fn = fn, .arg = arg, .at_ms = now_of(redis)};

    xy__redis_talk_ask(&redis->talk, argv, argc, &asked);
    xy__loop_soon(redis->loop, &redis->flush);
}

/* All at once: the first error is what went wrong. The last question makes sure that it is a
 * server that works. */
static void greet(xy_redis *redis)
{
    const xy_redis_url *url = redis->options.url;
    xy_str auth[3] = {XY_STR("AUTH"), xy_str_from(url->user), xy_str_from(url->password)};
    char number[16];

    redis->greeting_why[0] = '\0';
    go(redis, REDIS_GREETING);
    if (url->password && url->user) {
        ask(redis, auth, 3, on_authenticated, redis);
    } else if (url->password) {
        auth[1] = auth[2];
        ask(redis, auth, 2, on_authenticated, redis);
    }
    if (url->database) {
        snprintf(number, sizeof number, "%u", url->database);
        ask(redis, (xy_str[]){XY_STR("SELECT"), xy_str_from(number)}, 2, on_selected, redis);
    }
    if (redis->options.name)
        ask(redis,
            (xy_str[]){XY_STR("CLIENT"), XY_STR("SETNAME"), xy_str_from(redis->options.name)}, 3,
            NULL, NULL);
    ask(redis, (xy_str[]){XY_STR("PING")}, 1, on_greeted, redis);
}

/* ---- Bytes ---- */

static void dispatch(xy_redis *redis, const xy_redis_asked *asked, const redisReply *reply)
{
    redis->progress_ms = now_of(redis);
    if (asked->fn)
        asked->fn(asked->arg, reply);
}

static void hear_push(xy_redis *redis, const redisReply *push)
{
    if (push->type == REDIS_REPLY_ERROR || xy__redis_push_kind(push) >= XY_REDIS_SUBSCRIBE)
        redis->progress_ms = now_of(redis);
    redis->ops->on_push(redis->arg, push);
}

/* Calls whoever is meant by what has come. False: this line is gone. */
static bool hear(xy_redis *redis, const xy_redis_line *line)
{
    for (;;) {
        const redisReply *reply;
        xy_redis_asked asked;
        char why[WHY_BYTES];

        switch (xy__redis_talk_next(&redis->talk, &asked, &reply)) {
        case XY_REDIS_HEARD_ANSWER:
            dispatch(redis, &asked, reply);
            break;
        case XY_REDIS_HEARD_PUSH:
            hear_push(redis, reply);
            break;
        case XY_REDIS_HEARD_NONSENSE:
            snprintf(why, sizeof why, "what was received is not the protocol of Redis: %s",
                     redis->talk.why);
            lose(redis, why);
            return false;
        case XY_REDIS_HEARD_NOTHING:
        default:
            return true;
        }
        if (redis->line != line)
            return false;
    }
}

static void on_bytes(void *arg, const char *ptr, size_t len)
{
    xy_redis *redis = arg;
    const xy_redis_line *line = redis->line;

    redis->heard_ms = now_of(redis);
    /* Part of a long answer is progress; a subscriber's messages are none. */
    if (!redis->talk.subscriber)
        redis->progress_ms = redis->heard_ms;
    for (size_t at = 0; at < len; at += FEED_BYTES) {
        xy__redis_talk_feed(&redis->talk, ptr + at, len - at < FEED_BYTES ? len - at : FEED_BYTES);
        if (!hear(redis, line))
            return;
    }
}

static void on_written(void *arg)
{
    xy_redis *redis = arg;

    if (redis->talk.out.len)
        xy__loop_soon(redis->loop, &redis->flush);
}

static void on_flush(xy_task *task)
{
    xy_redis *redis = XY_CONTAINER(task, xy_redis, flush);

    if (redis->talk.out.err) {
        lose(redis, "more waits to be sent than may");
    } else if (redis->line) {
        xy__redis_line_write(redis->line, &redis->talk.out);
    }
}

static void on_connected(void *arg)
{
    xy_redis *redis = arg;

    xy__redis_talk_reset(&redis->talk);
    greet(redis);
}

static void on_line_lost(void *arg, const char *why)
{
    lose(arg, why);
}

static const xy_redis_line_ops line_ops = {
    .on_connected = on_connected,
    .on_lost = on_line_lost,
    .on_bytes = on_bytes,
    .on_written = on_written,
};

/* Another address is the first one at each try: one may accept and then say nothing. */
static void begin(xy_redis *redis)
{
    uint32_t timeout = redis->options.connect_timeout_ms;

    go(redis, REDIS_CONNECTING);
    redis->line = xy__redis_line_new(redis->loop, redis->options.url, &line_ops, redis);
    xy__redis_line_connect(redis->line, timeout, redis->tries);
    /* It may have failed at once. The line's own timer, which knows better why, comes first. */
    if (redis->state == REDIS_CONNECTING)
        alarm_at(redis, now_of(redis) + timeout);
}

/* ---- Time ---- */

static void on_ready_timer(xy_redis *redis)
{
    if (now_of(redis) < ready_due(redis)) {
        alarm_at(redis, ready_due(redis));
        return;
    }
    if (redis->talk.len) {
        lose(redis, "the server does not answer in time");
        return;
    }
    ask(redis, (xy_str[]){XY_STR("PING")}, 1, NULL, NULL);
    alarm_at(redis, ready_due(redis));
}

static void on_timer(xy_timer *timer)
{
    xy_redis *redis = XY_CONTAINER(timer, xy_redis, timer);

    switch (redis->state) {
    case REDIS_WAITING:
        begin(redis);
        break;
    case REDIS_CONNECTING:
        lose(redis, "the server cannot be reached in time");
        break;
    case REDIS_GREETING:
        lose(redis, "the server does not answer in time");
        break;
    case REDIS_READY:
        on_ready_timer(redis);
        break;
    case REDIS_CLOSED:
    case REDIS_STATES:
    default:
        xy__fatal("a closed Redis connection has a timer");
    }
}

/* ---- For its user ---- */

static void on_end(xy_task *task)
{
    xy_redis *redis = XY_CONTAINER(task, xy_redis, end);

    xy__redis_talk_deinit(&redis->talk);
    free(redis);
}

xy_redis *xy__redis_open(xy_loop *loop, const xy_redis_options *options, const xy_redis_ops *ops,
                         void *arg)
{
    xy_redis *redis = xy__zalloc(sizeof *redis);

    redis->loop = loop;
    redis->options = *options;
    redis->ops = ops;
    redis->arg = arg;
    redis->flush.fn = on_flush;
    redis->end.fn = on_end;
    redis->timer.fn = on_timer;
    if (getrandom(&redis->random, sizeof redis->random, 0) != sizeof redis->random)
        redis->random = (uint64_t)(uintptr_t)redis;
    redis->random |= 1; /* zero would stay zero */
    xy__redis_talk_init(&redis->talk, options->reply_bytes_max);
    xy__timer_start(loop, &redis->timer, 0);
    return redis;
}

void xy__redis_close(xy_redis *redis)
{
    if (!redis)
        return;
    hang_up(redis);
    go(redis, REDIS_CLOSED);
    answer_none(redis);
    /* Whoever has called is perhaps called by something of it. */
    xy__loop_soon(redis->loop, &redis->end);
}

bool xy__redis_is_ready(const xy_redis *redis)
{
    return redis->state == REDIS_READY;
}

void xy__redis_command(xy_redis *redis, const xy_str *argv, size_t argc, xy_redis_reply_fn *fn,
                       void *arg)
{
    XY_ASSERT(redis->state == REDIS_READY);
    ask(redis, argv, argc, fn, arg);
    expect_answer(redis);
}

void xy__redis_tell(xy_redis *redis, const xy_str *argv, size_t argc)
{
    XY_ASSERT(redis->state == REDIS_READY && redis->ops->on_push);
    xy__redis_talk_tell(&redis->talk, argv, argc, now_of(redis));
    xy__loop_soon(redis->loop, &redis->flush);
    expect_answer(redis);
}

bool xy__redis_push_answers(const xy_redis *redis)
{
    return redis->talk.answers;
}

size_t xy__redis_unsent(const xy_redis *redis)
{
    return redis->talk.out.len + (redis->line ? xy__redis_line_unsent(redis->line) : 0);
}
