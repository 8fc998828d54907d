/* SPDX-License-Identifier: MIT */
#include "promises.h"

#include <hiredis/hiredis.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

promises_state promises;

#define FAIL(format, ...) fail_msg("seed %u: " format, promises.seed, __VA_ARGS__)

unsigned promises_seeds(unsigned many, unsigned few)
{
    return SANITIZED ? few : many;
}

void promises_begin(unsigned seed, void (*say)(xy_str channel, xy_str message))
{
    promises = (promises_state){.seed = seed, .random = seed * 0x9E3779B97F4A7C15ull, .say = say};
}

unsigned promises_below(unsigned bound)
{
    promises.random ^= promises.random << 13;
    promises.random ^= promises.random >> 7;
    promises.random ^= promises.random << 17;
    return (unsigned)(promises.random >> 20) % bound;
}

static unsigned number_in(xy_str text)
{
    unsigned number = 0;

    for (size_t i = 1; i < text.len; i++)
        number = number * 10 + (unsigned)(text.ptr[i] - '0');
    return number;
}

static unsigned channel_in(xy_str text)
{
    unsigned c = number_in(text);

    assert_true(c < PROMISES_CHANNELS);
    return c;
}

/* What was said on it is not owed any more. */
static void forgive(unsigned c)
{
    for (unsigned i = 0; i < promises.said_len; i++)
        if (promises.said[i].channel == c)
            promises.said[i].owed = false;
}

static void on_message(void *arg, xy_str channel, xy_str message)
{
    unsigned c = channel_in(channel);

    (void)arg;
    assert_true(promises.wanted[c]);
    if (message.ptr[0] == 'e') {
        unsigned i = number_in(message);

        assert_true(i < promises.said_len && promises.said[i].channel == c);
        promises.said[i].owed = false;
        promises.got[c] = true;
    }
}

static void on_live(void *arg, xy_str channel, bool again)
{
    unsigned c = channel_in(channel);

    (void)arg;
    assert_true(promises.wanted[c]);
    assert_int_equal(again, promises.live[c]);
    promises.live[c] = true;
    /* Whatever was said before may be missing: that is told now. */
    if (again)
        forgive(c);
}

static void on_state(void *arg, bool connected)
{
    (void)arg;
    assert_true(connected != promises.there);
    promises.there = connected;
}

const xy_redis_bus_ops promises_ops = {
    .on_message = on_message, .on_live = on_live, .on_state = on_state};

void promises_on_publish(void *arg, xy_str channel, xy_str message)
{
    (void)arg;
    (void)channel;
    promises.arrived[number_in(message)] = true;
}

/* A script that skips what is not later than what it has had. */
void promises_on_call(void *arg, unsigned script, const xy_str *words, size_t len)
{
    unsigned number = number_in(words[len - 1]);
    unsigned c = channel_in(words[0]);

    (void)arg;
    (void)script;
    if (number >= promises.last[c]) {
        promises.last[c] = number + 1;
        promises.arrived[number] = true;
    } else if (!promises.arrived[number]) {
        FAIL("call %u comes behind %u", number, promises.last[c] - 1);
    }
}

static void on_called(void *arg, const redisReply *reply)
{
    bool *answered = arg;

    assert_non_null(reply);
    assert_false(*answered);
    *answered = true;
    if (reply->type == REDIS_REPLY_ERROR) {
        if (strncmp(reply->str, "OVERTAKEN ", 10) != 0)
            FAIL("%s", reply->str);
        promises.arrived[answered - promises.answered] = true;
    }
    promises.called++;
}

static void say(unsigned c)
{
    char channel[16];
    char text[16];

    if (promises.said_len == PROMISES_MESSAGES)
        return;
    snprintf(channel, sizeof channel, "c%u", c);
    snprintf(text, sizeof text, "e%u", promises.said_len);
    promises.said[promises.said_len++] =
        (promises_said){.channel = c, .owed = promises.wanted[c] && promises.live[c]};
    promises.say(xy_str_from(channel), xy_str_from(text));
}

static void publish(unsigned c)
{
    char channel[16];
    char text[16];
    xy_bytes *message;
    xy_str keys[1];
    xy_redis_call call = {.script = c & 1, .keys = keys, .key_count = 1};
    int rc;

    snprintf(channel, sizeof channel, "c%u", c);
    snprintf(text, sizeof text, "b%u", promises.published);
    message = xy_bytes_create(xy_str_from(text));
    if (promises_below(3) == 0) {
        rc = xy__redis_bus_publish(promises.bus, xy_str_from(channel), message);
    } else {
        keys[0] = xy_str_from(channel);
        call.last = message;
        rc = xy__redis_bus_append(promises.bus, &call, on_called,
                                  &promises.answered[promises.published]);
        promises.calls += rc == XY_OK;
    }
    promises.published += rc == XY_OK;
    xy_bytes_unref(message);
}

static void toggle(unsigned c)
{
    char channel[16];

    snprintf(channel, sizeof channel, "c%u", c);
    promises.wanted[c] = !promises.wanted[c];
    promises.live[c] = false;
    /* Nothing is owed to who has left. */
    forgive(c);
    if (promises.wanted[c]) {
        xy__redis_bus_subscribe(promises.bus, xy_str_from(channel));
    } else {
        xy__redis_bus_unsubscribe(promises.bus, xy_str_from(channel));
    }
}

void promises_step(unsigned what)
{
    unsigned c = promises_below(PROMISES_CHANNELS);

    if (what < 30) {
        toggle(c);
    } else if (what < 40) {
        publish(c);
    } else {
        say(c);
    }
}

void promises_say_to_all(void)
{
    for (unsigned c = 0; c < PROMISES_CHANNELS; c++) {
        if (promises.live[c] != promises.wanted[c])
            FAIL("channel %u is not live", c);
        promises.got[c] = false;
        say(c);
    }
}

void promises_check(uint64_t subscribed)
{
    for (unsigned c = 0; c < PROMISES_CHANNELS; c++) {
        if ((subscribed >> c & 1) != promises.wanted[c])
            FAIL("channel %u is %ssubscribed", c, promises.wanted[c] ? "not " : "");
        if (promises.got[c] != promises.wanted[c])
            FAIL("channel %u is deaf", c);
    }
    for (unsigned i = 0; i < promises.said_len; i++)
        if (promises.said[i].owed)
            FAIL("message %u of channel %u is missing", i, promises.said[i].channel);
    for (unsigned i = 0; i < promises.published; i++)
        if (!promises.arrived[i])
            FAIL("%u of %u has not arrived", i, promises.published);
    if (promises.called != promises.calls)
        FAIL("%u of %u calls are answered", promises.called, promises.calls);
    assert_int_equal(xy__redis_bus_waiting(promises.bus, NULL), 0);
}
