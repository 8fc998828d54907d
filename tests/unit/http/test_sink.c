/* SPDX-License-Identifier: MIT */
/* Streaming responses: framing, back-pressure, budget, readers that stall or go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "forbid.h"
#include "http/parts.h"
#include "web.h"

#define GET(target)    "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"
#define GET_10(target) "GET " target " HTTP/1.0\r\n\r\n"
#define STREAM_LAST                                                                                \
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nDate: *\r\nConnection: close\r\n"

typedef struct sink_test {
    web web;
    client client;
} sink_test;

static int setup(void **state)
{
    sink_test *t = calloc(1, sizeof *t);

    web_init(&t->web, XY_CLOCK_VIRTUAL);
    t->web.options.linger_max = 300000;
    web_open(&t->web);
    client_open(&t->client, &t->web);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    sink_test *t = *state;

    client_close(&t->client);
    web_close(&t->web);
    free(t);
    return 0;
}

static xy_connection *connection_of(const sink_test *t, size_t index)
{
    return xy__connection_of(XY_CONTAINER(t->web.sinks[index], xy_exchange, sink));
}

static xy_bytes *filled(size_t len, char c)
{
    xy_bytes *bytes = xy__bytes_alloc(len);

    memset(bytes->data, c, len);
    bytes->len = len;
    return bytes;
}

/* ---- framing ---- */

static void sends_each_write_as_a_chunk(void **state)
{
    sink_test *t = *state;

    CLIENT_EXPECT(&t->client, GET("/stream"), STREAM_HEAD);
    assert_int_equal(web_write(&t->web, 0, ":\n\n"), XY_OK);
    assert_int_equal(web_write(&t->web, 0, ""), XY_OK);
    assert_int_equal(web_write(&t->web, 0, "event: next\ndata: {}\n\n"), XY_OK);
    assert_string_equal(client_read(&t->client),
                        "3\r\n:\n\n\r\n16\r\nevent: next\ndata: {}\n\n\r\n");
    assert_int_equal(xy__sink_queued(t->web.sinks[0]), 0);
    xy__sink_end(t->web.sinks[0]);
    assert_string_equal(client_read(&t->client), "0\r\n\r\n");
    CLIENT_EXPECT(&t->client, GET("/after"), OK_HEAD("10") "GET /after");
}

static void sends_a_turns_writes_at_once(void **state)
{
    sink_test *t = *state;
    char got[4096];
    ssize_t len;

    client_ask(&t->client, GET("/stream"));
    for (int i = 0; i < 50; i++)
        web_write(&t->web, 0, "0123456789");
    xy__loop_turn(&t->web.loop);
    len = recv(t->client.fd, got, sizeof got, 0);
    assert_int_equal(len, 50 * (10 + 5));
}

static void sends_large_chunks_without_a_copy(void **state)
{
    sink_test *t = *state;
    xy_bytes *chunk = filled(50000, 'x');
    const char *got;

    client_ask(&t->client, GET("/stream"));
    assert_int_equal(xy__sink_write(t->web.sinks[0], xy_bytes_ref(chunk)), XY_OK);
    assert_int_equal(chunk->refs, 2);
    got = client_read(&t->client);
    assert_int_equal(strlen(got), 50000 + 6 + 2);
    assert_true(strncmp(got, "c350\r\nxxx", 9) == 0);
    assert_string_equal(got + 50000 + 4, "xx\r\n");
    assert_int_equal(chunk->refs, 1);
    xy_bytes_unref(chunk);
}

static void ends_with_the_connection_in_1_0(void **state)
{
    sink_test *t = *state;
    xy_bytes *frame = xy__sink_frame(XY_STR("two"));

    CLIENT_EXPECT(&t->client, GET_10("/stream"), STREAM_LAST "\r\n");
    web_write(&t->web, 0, "one");
    assert_int_equal(xy__sink_write_frame(t->web.sinks[0], frame), XY_OK);
    xy_bytes_unref(frame);
    assert_string_equal(client_read(&t->client), "onetwo");
    assert_false(t->client.ended);
    xy__sink_end(t->web.sinks[0]);
    client_read(&t->client);
    assert_true(t->client.ended);
}

static void closes_when_asked_to(void **state)
{
    sink_test *t = *state;

    CLIENT_EXPECT(&t->client, "GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                  STREAM_LAST "Transfer-Encoding: chunked\r\n\r\n");
    web_write(&t->web, 0, "x");
    xy__sink_end(t->web.sinks[0]);
    assert_string_equal(client_read(&t->client), "1\r\nx\r\n0\r\n\r\n");
    assert_true(t->client.ended);
}

static void sends_no_body_for_head(void **state)
{
    sink_test *t = *state;

    CLIENT_EXPECT(&t->client, "HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n", STREAM_HEAD);
    assert_int_equal(t->web.stops, 1);
    CLIENT_EXPECT(&t->client, GET("/after"), OK_HEAD("10") "GET /after");
}

/* Whoever does not want to know of the end has to end it; until then the connection waits. */
static void answers_head_when_nobody_listens(void **state)
{
    sink_test *t = *state;

    client_ask(&t->client, "HEAD /later HTTP/1.1\r\nHost: x\r\n\r\n" GET("/after"));
    web_stream(&t->web, 0);
    xy__sink_listen(t->web.sinks[0], NULL, NULL);
    assert_string_equal(client_read(&t->client), STREAM_HEAD);
    client_fin(&t->client);
    assert_int_equal(web_write(&t->web, 0, "x"), XY_ECLOSED);
    assert_int_equal(xy__http_server_stats(t->web.server).connections, 1);
    xy__sink_end(t->web.sinks[0]);
    assert_string_equal(client_read(&t->client), OK_HEAD("10") "GET /after");
    assert_int_equal(xy__http_server_stats(t->web.server).connections, 0);
}

static void shares_frames(void **state)
{
    sink_test *t = *state;
    xy_bytes *frame = xy__sink_frame(XY_STR("event: next\n\n"));
    client others[20];

    client_ask(&t->client, GET("/stream"));
    for (size_t i = 0; i < 20; i++) {
        client_open(&others[i], &t->web);
        client_ask(&others[i], GET("/stream"));
    }
    for (size_t i = 0; i < t->web.sinks_len; i++)
        assert_int_equal(xy__sink_write_frame(t->web.sinks[i], frame), XY_OK);
    assert_int_equal(t->web.server->frames.slab.bytes->refs, 22);
    assert_int_equal(frame->refs, 2);
    for (size_t i = 0; i < 20; i++) {
        assert_string_equal(client_read(&others[i]), "d\r\nevent: next\n\n\r\n");
        client_close(&others[i]);
    }
    assert_int_equal(frame->refs, 1);
    xy_bytes_unref(frame);
    assert_int_equal(t->web.stops, 20);
}

/* Whatever else is sent in between: a turn's frames are one range for each reader. */
static void joins_the_frames_of_a_turn(void **state)
{
    sink_test *t = *state;
    client other;

    client_open(&other, &t->web);
    client_ask(&t->client, GET("/stream"));
    client_ask(&other, GET("/stream"));
    for (int i = 0; i < 26; i++) {
        xy_bytes *frame = xy__sink_frame((xy_str){&"abcdefghijklmnopqrstuvwxyz"[i], 1});

        assert_int_equal(xy__sink_write_frame(t->web.sinks[0], frame), XY_OK);
        assert_int_equal(xy__sink_write_frame(t->web.sinks[1], frame), XY_OK);
        xy_bytes_unref(frame);
    }
    assert_int_equal(xy__outbox_len(&connection_of(t, 0)->outbox), 1);
    assert_int_equal(xy__outbox_len(&connection_of(t, 1)->outbox), 1);
    assert_int_equal(strlen(client_read(&other)), 26 * 6);
    assert_int_equal(strncmp(client_read(&t->client), "1\r\na\r\n1\r\nb\r\n", 12), 0);
    client_close(&other);
    assert_int_equal(t->web.server->frames.slab.bytes->refs, 1);
    assert_null(t->web.server->frames.last);
}

/* Who publishes may go on while many streams are written to. */
static void lets_answers_leave_first(void **state)
{
    sink_test *t = *state;
    client other;

    client_open(&other, &t->web);
    client_ask(&t->client, GET("/stream"));
    client_ask(&other, GET("/later"));
    web_write(&t->web, 0, "x");
    web_answer(&t->web, 0, "y");
    assert_int_equal(t->web.server->others.len, 1);
    assert_int_equal(t->web.server->answers.len, 1);
    assert_string_equal(client_read(&other), OK_HEAD("1") "y");
    assert_string_equal(client_read(&t->client), "1\r\nx\r\n");
    assert_int_equal(t->web.server->others.len, 0);
    assert_int_equal(t->web.server->answers.len, 0);
    client_close(&other);
}

/* ---- readers that stall ---- */

/* Frames for those who do not read are held once, however many they are; and the slab of those
 * who do is not held at all. */
static void holds_frames_of_stalled_readers_once(void **state)
{
    sink_test *t = *state;
    xy_bytes *frame = xy__sink_frame(XY_STR("event: next\n\n"));
    client other;

    client_open(&other, &t->web);
    client_ask(&t->client, GET("/stream"));
    client_ask(&other, GET("/stream"));
    for (size_t i = 0; i < 2; i++) {
        while (!connection_of(t, i)->blocked) {
            xy_bytes *large = xy__sink_frame(XY_STR("................................"));

            for (int j = 0; j < 1000; j++)
                xy__sink_write_frame(t->web.sinks[i], large);
            xy_bytes_unref(large);
            xy__loop_turn(&t->web.loop);
        }
    }
    for (int i = 0; i < 100; i++) {
        xy__sink_write_frame(t->web.sinks[0], frame);
        xy__sink_write_frame(t->web.sinks[1], frame);
    }
    web_settle(&t->web);
    assert_int_equal(frame->refs, 201);
    assert_int_equal(t->web.server->frames.slab.bytes->refs, 1);
    client_close(&other);
    xy__sink_abort(t->web.sinks[0]);
    assert_int_equal(frame->refs, 1);
    xy_bytes_unref(frame);
}

/* Write chunks of 1000 bytes, one a turn, until the sink says stop; returns how many were taken. */
static size_t fill(sink_test *t, int until)
{
    size_t count = 0;

    for (;;) {
        xy_bytes *chunk = filled(1000, (char)('a' + count % 26));
        int rc = xy__sink_write(t->web.sinks[0], chunk);

        xy__loop_turn(&t->web.loop);
        count += rc != XY_ELIMIT;
        if (rc == until)
            return count;
        assert_true(rc == XY_OK || rc == XY_EFULL);
        assert_true(count < 100000);
    }
}

/* The chunks 0 … count-1 as fill() wrote them. */
static void expect_filled(const char *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_memory_equal(at, "3e8\r\n", 5);
        for (size_t k = 0; k < 1000; k++)
            assert_int_equal(at[5 + k], 'a' + i % 26);
        at += 5 + 1000 + 2;
    }
    assert_string_equal(at, "");
}

static void says_full_and_then_ready(void **state)
{
    sink_test *t = *state;
    size_t count;

    client_ask(&t->client, GET("/stream"));
    count = fill(t, XY_EFULL);
    assert_true(xy__sink_full(t->web.sinks[0]));
    assert_true(xy__sink_queued(t->web.sinks[0]) > 64 * 1024);
    web_settle(&t->web);
    assert_int_equal(t->web.ready, 0);
    expect_filled(client_read(&t->client), count);
    assert_int_equal(t->web.ready, 1);
    assert_false(xy__sink_full(t->web.sinks[0]));
    assert_int_equal(web_write(&t->web, 0, "x"), XY_OK);
}

static void refuses_beyond_the_budget(void **state)
{
    sink_test *t = *state;
    size_t count;

    client_ask(&t->client, GET("/stream"));
    count = fill(t, XY_ELIMIT);
    assert_true(xy__sink_queued(t->web.sinks[0]) <= 1024 * 1024);
    assert_true(xy__sink_queued(t->web.sinks[0]) > 1022 * 1024);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(xy__sink_write(t->web.sinks[0], filled(1000, '.')), XY_ELIMIT);
    web_pass(&t->web, 24 * 3600 * 1000);
    assert_int_equal(t->web.stops, 0);
    expect_filled(client_read(&t->client), count);
    assert_int_equal(web_write(&t->web, 0, "x"), XY_OK);
}

/* What the kernel holds for a stalled reader is bounded, too: of all that was taken most waits
 * here. */
static void bounds_the_kernels_share(void **state)
{
    sink_test *t = *state;
    size_t taken;
    int size = 0;
    socklen_t len = sizeof size;

    client_ask(&t->client, GET("/stream"));
    getsockopt(connection_of(t, 0)->fd, SOL_SOCKET, SO_SNDBUF, &size, &len);
    assert_int_equal(size, 64 * 1024);
    taken = fill(t, XY_ELIMIT) * 1007;
    /* The rest is in the kernel, most of it in the client's own receive buffer. */
    assert_true(taken - xy__sink_queued(t->web.sinks[0]) < 3 * 1024 * 1024);
}

/* A stalled reader's few bytes do not hold the slab that all share. */
static void lets_the_slab_go(void **state)
{
    sink_test *t = *state;
    const xy_connection *connection;

    client_ask(&t->client, GET("/stream"));
    fill(t, XY_EFULL);
    for (int i = 0; i < 100; i++) {
        web_write(&t->web, 0, "x");
        xy__loop_turn(&t->web.loop);
    }
    connection = connection_of(t, 0);
    assert_true(xy__outbox_len(&connection->outbox) > 100);
    assert_int_equal(t->web.server->slab.bytes->refs, 1);
}

static void takes_one_large_chunk_when_empty(void **state)
{
    sink_test *t = *state;

    client_ask(&t->client, GET("/stream"));
    assert_int_equal(xy__sink_write(t->web.sinks[0], filled(5000000, 'x')), XY_EFULL);
    assert_int_equal(xy__sink_write(t->web.sinks[0], filled(1, 'y')), XY_ELIMIT);
    assert_int_equal(strlen(client_read(&t->client)), 5000000 + 8 + 2);
    assert_int_equal(t->web.ready, 1);
}

/* The kernel takes them as they come, so a burst within one turn is not refused. */
static void takes_a_burst_that_the_reader_takes(void **state)
{
    sink_test *t = *state;

    client_ask(&t->client, GET("/stream"));
    xy__sink_limit(t->web.sinks[0], 1000, 2000);
    for (int i = 0; i < 100; i++)
        assert_int_equal(xy__sink_write(t->web.sinks[0], filled(400, 'x')), XY_OK);
    assert_int_equal(strlen(client_read(&t->client)), 100 * 407);
    assert_int_equal(t->web.ready, 0);
}

static void has_limits_of_its_own(void **state)
{
    sink_test *t = *state;

    client_ask(&t->client, GET("/stream"));
    fill(t, XY_EFULL);
    xy__sink_limit(t->web.sinks[0], 100, 200);
    assert_int_equal(xy__sink_write(t->web.sinks[0], filled(1, 'x')), XY_ELIMIT);
    xy__sink_limit(t->web.sinks[0], 0, 0);
    for (int i = 0; i < 20; i++)
        assert_true(xy__sink_write(t->web.sinks[0], filled(1000000, 'x')) != XY_ELIMIT);
}

static void does_not_hold_up_others(void **state)
{
    sink_test *t = *state;
    client other;

    client_ask(&t->client, GET("/stream"));
    fill(t, XY_ELIMIT);
    client_open(&other, &t->web);
    CLIENT_EXPECT(&other, GET("/a"), OK_HEAD("6") "GET /a");
    client_close(&other);
}

static void ends_stalled_streams_in_time(void **state)
{
    sink_test *t = *state;

    client_ask(&t->client, GET("/stream"));
    fill(t, XY_ELIMIT);
    xy__sink_end(t->web.sinks[0]);
    web_pass(&t->web, 29999);
    assert_int_equal(xy__http_server_stats(t->web.server).connections, 1);
    web_pass(&t->web, 1);
    assert_int_equal(xy__http_server_stats(t->web.server).connections, 0);
}

/* ---- readers that go ---- */

static void is_told_of_fin_and_reset(void **state)
{
    sink_test *t = *state;
    client other;

    for (int i = 0; i < 6; i++) {
        client_open(&other, &t->web);
        t->web.sinks_len = 0;
        client_ask(&other, GET("/stream"));
        if (i >= 4)
            fill(t, XY_EFULL);
        if (i % 2) {
            client_abort(&other);
        } else if (i == 2) {
            client_fin(&other);
        } else {
            client_close(&other);
        }
        assert_int_equal(t->web.stops, (size_t)i + 1);
        if (i == 2)
            client_close(&other);
        assert_int_equal(xy__http_server_stats(t->web.server).connections, 1);
    }
}

static void waits_for_its_end_when_nobody_listens(void **state)
{
    sink_test *t = *state;

    client_ask(&t->client, GET("/stream"));
    xy__sink_listen(t->web.sinks[0], NULL, NULL);
    client_fin(&t->client);
    assert_int_equal(xy__http_server_stats(t->web.server).connections, 0);
    assert_int_equal(web_write(&t->web, 0, "x"), XY_ECLOSED);
    assert_int_equal(xy__sink_queued(t->web.sinks[0]), 0);
    xy__sink_end(t->web.sinks[0]);
}

static void is_cut_by_abort(void **state)
{
    sink_test *t = *state;

    client_ask(&t->client, GET("/stream"));
    fill(t, XY_EFULL);
    xy__sink_abort(t->web.sinks[0]);
    web_settle(&t->web);
    assert_int_equal(t->web.stops, 0);
    assert_int_equal(xy__http_server_stats(t->web.server).connections, 0);
}

/* ---- idle streams ---- */

static void holds_nothing_while_idle(void **state)
{
    sink_test *t = *state;
    const xy_connection *connection;

    client_ask(&t->client, GET("/stream"));
    web_write(&t->web, 0, "x");
    client_read(&t->client);
    connection = connection_of(t, 0);
    assert_null(connection->h1);
    assert_null(connection->ahead);
    assert_true(xy__outbox_empty(&connection->outbox));
    assert_null(connection->outbox.more);
    assert_false(connection->exchange.kept);
    assert_true(sizeof *connection <= 136);
}

static void answers_what_was_pipelined_behind_it(void **state)
{
    sink_test *t = *state;

    CLIENT_EXPECT(&t->client, GET("/stream") GET("/a"), STREAM_HEAD);
    client_ask(&t->client, GET("/b"));
    xy__sink_end(t->web.sinks[0]);
    assert_string_equal(client_read(&t->client),
                        "0\r\n\r\n" OK_HEAD("6") "GET /a" OK_HEAD("6") "GET /b");
}

static void is_cut_when_the_client_talks_too_much(void **state)
{
    sink_test *t = *state;
    char *noise = calloc(1, 400000);

    client_ask(&t->client, GET("/stream"));
    client_send(&t->client, (xy_str){noise, 400000});
    web_settle(&t->web);
    assert_int_equal(t->web.stops, 1);
    assert_int_equal(xy__http_server_stats(t->web.server).connections, 0);
    free(noise);
}

/* More behind it than may wait: that is dropped, but the client's end is seen. */
static void notices_the_end_behind_noise(void **state)
{
    sink_test *t = *state;
    char *noise = calloc(1, 100000);
    client other;

    for (int late = 0; late < 2; late++) {
        client_open(&other, &t->web);
        client_ask(&other, late ? GET("/later") : GET("/stream"));
        client_send(&other, (xy_str){noise, 100000});
        if (late)
            web_stream(&t->web, 0);
        client_close(&other);
        assert_int_equal(t->web.stops, (size_t)late + 1);
        assert_int_equal(xy__http_server_stats(t->web.server).connections, 1);
    }
    free(noise);
}

static void outlives_a_drain_until_it_ends(void **state)
{
    sink_test *t = *state;

    client_ask(&t->client, GET("/stream"));
    xy__http_server_drain(t->web.server, 0, web_on_drained, &t->web);
    web_write(&t->web, 0, "x");
    assert_string_equal(client_read(&t->client), "1\r\nx\r\n");
    xy__sink_end(t->web.sinks[0]);
    assert_string_equal(client_read(&t->client), "0\r\n\r\n");
    assert_true(t->client.ended);
    assert_int_equal(t->web.drained, 1);
}

/* ---- many at once ---- */

#define MANY WEB_SINKS

static void write_many(web *w, client *clients, const char *text, const char *expected)
{
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(web_write(w, i, text), XY_OK);
    xy__loop_turn(&w->loop);
    assert_int_equal(xy__http_server_stats(w->server).queued, 0);
    for (size_t i = 0; i < MANY; i++)
        assert_string_equal(client_read(&clients[i]), expected);
}

static void reach_many(bool io_uring, bool fails)
{
    client *clients = calloc(MANY, sizeof *clients);
    web w;

    web_init(&w, XY_CLOCK_VIRTUAL);
    w.options.io_uring = io_uring;
    web_open(&w);
    for (size_t i = 0; i < MANY; i++) {
        client_open(&clients[i], &w);
        client_send(&clients[i], XY_STR(GET("/stream")));
    }
    web_settle(&w);
    assert_int_equal(w.sinks_len, MANY);
    write_many(&w, clients, "one", STREAM_HEAD "3\r\none\r\n");
    if (fails)
        forbid(SYS_io_uring_enter);
    write_many(&w, clients, "two", "3\r\ntwo\r\n");
    if (!io_uring || fails)
        assert_null(w.server->ring);
    for (size_t i = 0; i < MANY; i++)
        client_close(&clients[i]);
    assert_int_equal(w.stops, MANY);
    web_close(&w);
    free(clients);
}

static void reaches_many_in_one_turn(void **state)
{
    (void)state;
    reach_many(true, false);
}

static void reaches_many_by_plain_sends(void **state)
{
    (void)state;
    reach_many(false, false);
}

static void reaches_many_when_the_ring_fails(void **state)
{
    (void)state;
    reach_many(true, true);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sends_each_write_as_a_chunk),
        TEST(sends_a_turns_writes_at_once),
        TEST(sends_large_chunks_without_a_copy),
        TEST(ends_with_the_connection_in_1_0),
        TEST(closes_when_asked_to),
        TEST(sends_no_body_for_head),
        TEST(answers_head_when_nobody_listens),
        TEST(shares_frames),
        TEST(joins_the_frames_of_a_turn),
        TEST(lets_answers_leave_first),
        TEST(holds_frames_of_stalled_readers_once),
        TEST(says_full_and_then_ready),
        TEST(refuses_beyond_the_budget),
        TEST(bounds_the_kernels_share),
        TEST(lets_the_slab_go),
        TEST(takes_one_large_chunk_when_empty),
        TEST(takes_a_burst_that_the_reader_takes),
        TEST(has_limits_of_its_own),
        TEST(does_not_hold_up_others),
        TEST(ends_stalled_streams_in_time),
        TEST(is_told_of_fin_and_reset),
        TEST(waits_for_its_end_when_nobody_listens),
        TEST(is_cut_by_abort),
        TEST(holds_nothing_while_idle),
        TEST(answers_what_was_pipelined_behind_it),
        TEST(is_cut_when_the_client_talks_too_much),
        TEST(notices_the_end_behind_noise),
        TEST(outlives_a_drain_until_it_ends),
        cmocka_unit_test(reaches_many_in_one_turn),
        cmocka_unit_test(reaches_many_by_plain_sends),
        cmocka_unit_test(reaches_many_when_the_ring_fails), /* the last: nothing allows it again */
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
