/* SPDX-License-Identifier: MIT */
/* What a handler can do with an exchange: one handler for each test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "web.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"

typedef struct exchange_test {
    web web;
    client client;
    xy_exchange *exchange;
    const char *path;
    xy_sink *sink;
    int stops;
} exchange_test;

static exchange_test *test_of(xy_exchange *exchange)
{
    return xy__exchange_arg(exchange);
}

static int setup(void **state)
{
    exchange_test *t = calloc(1, sizeof *t);

    web_init(&t->web, XY_CLOCK_VIRTUAL);
    t->web.options.arg = t;
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    exchange_test *t = *state;

    client_close(&t->client);
    web_close(&t->web);
    free(t);
    return 0;
}

/* A server with this handler, and a client of it. */
static exchange_test *start(void **state, xy_http_handler *handler)
{
    exchange_test *t = *state;

    t->web.options.handler = handler;
    web_open(&t->web);
    client_open(&t->client, &t->web);
    return t;
}

/* ---- the request ---- */

static void looks_at_everything(xy_exchange *exchange)
{
    const xy_request *request = xy__exchange_request(exchange);
    char peer[XY_PEER_MAX];

    assert_int_equal(request->method, XY_HTTP_PUT);
    assert_true(xy_str_is(request->method_name, "PUT"));
    assert_true(xy_str_is(request->path, "/a"));
    assert_true(xy_str_is(request->query, "b"));
    assert_true(xy_str_is(xy__request_header(request, XY_STR("x-thing")), "Value"));
    assert_null(xy__request_header(request, XY_STR("accept")).ptr);
    assert_int_equal(request->header_count, 3);
    assert_true(xy_str_is(xy__request_header_name(request, 1), "X-Thing"));
    assert_true(xy_str_is(request->body, "body"));
    assert_true(xy_str_is(xy__exchange_peer(exchange, peer), "127.0.0.1"));
    assert_false(xy__exchange_draining(exchange));
    xy__exchange_respond(exchange, 202, XY_HTTP_NO_HEADERS, XY_STR(""));
}

static void shows_the_request(void **state)
{
    exchange_test *t = start(state, looks_at_everything);

    CLIENT_EXPECT(&t->client,
                  "PUT /a?b HTTP/1.1\r\nHost: x\r\nX-Thing: Value\r\nContent-Length: 4\r\n\r\nbody",
                  "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nDate: *\r\nConnection: "
                  "keep-alive\r\nKeep-Alive: timeout=72\r\n\r\n");
}

static void keeps_for_later(xy_exchange *exchange)
{
    test_of(exchange)->exchange = exchange;
}

/* An exchange that is not answered at once keeps its request by itself. */
static void keeps_the_request_for_later(void **state)
{
    exchange_test *t = start(state, keeps_for_later);
    const xy_request *request;

    client_ask(&t->client,
               "POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody" GET("/next"));
    request = xy__exchange_request(t->exchange);
    assert_true(xy_str_is(request->path, "/a") && xy_str_is(request->query, "b"));
    assert_true(xy_str_is(xy__request_header(request, XY_STR("host")), "x"));
    assert_true(xy_str_is(request->body, "body"));
    xy__exchange_respond(t->exchange, 200, XY_HTTP_NO_HEADERS, request->body);
    client_read(&t->client);
    xy__exchange_respond(t->exchange, 200, XY_HTTP_NO_HEADERS, XY_STR("x"));
}

static void keeps_the_head(xy_exchange *exchange)
{
    const xy_request *request;

    xy__exchange_keep(exchange, XY_REQUEST_HEAD);
    request = xy__exchange_request(exchange);
    assert_true(xy_str_is(request->path, "/a"));
    assert_true(xy_str_is(request->body, "body"));
    test_of(exchange)->path = request->path.ptr;
    test_of(exchange)->exchange = exchange;
    test_of(exchange)->sink = xy__exchange_stream(exchange, 200, XY_HTTP_NO_HEADERS);
}

static void keeps_what_it_is_told_to(void **state)
{
    exchange_test *t = start(state, keeps_the_head);
    const xy_request *request;

    client_ask(&t->client, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
    request = xy__exchange_request(t->exchange);
    assert_ptr_equal(request->path.ptr, t->path);
    assert_true(xy_str_is(request->path, "/a"));
    assert_true(xy_str_is(xy__request_header(request, XY_STR("host")), "x"));
    assert_int_equal(request->body.len, 0);
    xy__sink_end(t->sink);
}

static void streams(xy_exchange *exchange)
{
    test_of(exchange)->exchange = exchange;
    test_of(exchange)->sink = xy__exchange_stream(exchange, 200, XY_HTTP_NO_HEADERS);
}

static void streams_keep_nothing_by_themselves(void **state)
{
    exchange_test *t = start(state, streams);
    const xy_request *request;

    client_ask(&t->client, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
    request = xy__exchange_request(t->exchange);
    assert_int_equal(request->path.len + request->body.len + request->header_count, 0);
    assert_null(xy__request_header(request, XY_STR("host")).ptr);
    xy__sink_end(t->sink);
}

/* ---- the response ---- */

static void answers_as_the_path_says(xy_exchange *exchange)
{
    static const xy_http_header allow[] = {{XY_STR_INIT("allow"), XY_STR_INIT("GET, POST")}};
    const xy_request *request = xy__exchange_request(exchange);

    if (xy_str_is(request->path, "/204")) {
        xy__exchange_respond(exchange, 204, XY_HTTP_NO_HEADERS, XY_STR("dropped"));
    } else if (xy_str_is(request->path, "/304")) {
        xy__exchange_respond_bytes(exchange, 304, XY_HTTP_NO_HEADERS,
                                   xy_bytes_create(XY_STR("dropped")));
    } else if (xy_str_is(request->path, "/error")) {
        xy__exchange_respond_error(exchange, 405, XY_STR("no \"such\" method"));
    } else if (xy_str_is(request->path, "/null")) {
        xy__exchange_respond_bytes(exchange, 405, XY_HTTP_HEADERS(allow), NULL);
    } else if (xy_str_is(request->path, "/close")) {
        xy__exchange_close_after(exchange);
        xy__exchange_respond(exchange, 200, XY_HTTP_NO_HEADERS, XY_STR("bye"));
    } else {
        xy__exchange_respond_bytes(exchange, 200, XY_HTTP_NO_HEADERS,
                                   xy_bytes_create(XY_STR("bytes")));
    }
}

#define KEEP "Date: *\r\nConnection: keep-alive\r\nKeep-Alive: timeout=72\r\n\r\n"

static void answers_in_all_ways(void **state)
{
    static const struct {
        const char *request;
        const char *response;
    } cases[] = {
        {GET("/204"), "HTTP/1.1 204 No Content\r\n" KEEP},
        {GET("/304"), "HTTP/1.1 304 Not Modified\r\n" KEEP},
        {GET("/error"), "HTTP/1.1 405 Method Not Allowed\r\ncontent-type: application/json; "
                        "charset=utf-8\r\ncontent-length: 45\r\n" KEEP
                        "{\"errors\":[{\"message\":\"no \\\"such\\\" method\"}]}"},
        {GET("/null"),
         "HTTP/1.1 405 Method Not Allowed\r\nallow: GET, POST\r\ncontent-length: 0\r\n" KEEP},
        {GET("/bytes"), "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n" KEEP "bytes"},
        {"HEAD /bytes HTTP/1.1\r\nHost: x\r\n\r\n",
         "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n" KEEP},
        {GET("/close") GET("/bytes"),
         "HTTP/1.1 200 OK\r\ncontent-length: 3\r\nDate: *\r\nConnection: close\r\n\r\nbye"},
    };
    exchange_test *t = start(state, answers_as_the_path_says);

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CLIENT_EXPECT(&t->client, cases[i].request, cases[i].response);
    assert_true(t->client.ended);
}

static const xy_http_header early[] = {{XY_STR_INIT("a"), XY_STR_INIT("1")},
                                       {XY_STR_INIT("b"), XY_STR_INIT("2\r\nc: 3")}};

static void adds_headers(xy_exchange *exchange)
{
    char text[] = "here";
    xy_http_header gone_soon = {XY_STR("d"), xy_str_from(text)};
    const xy_request *request = xy__exchange_request(exchange);

    xy__exchange_add_headers(exchange, XY_HTTP_HEADERS(early));
    xy__exchange_add_headers(exchange, XY_HTTP_NO_HEADERS);
    xy__exchange_add_headers(exchange, (xy_http_headers){&gone_soon, 1});
    memcpy(text, "gone", 4);
    if (xy_str_is(request->path, "/error")) {
        xy__exchange_respond_error(exchange, 404, XY_STR("no"));
    } else if (xy_str_is(request->path, "/large")) {
        xy_bytes *body = xy__bytes_alloc(9000);

        body->len = 9000;
        memset(body->data, 'x', body->len);
        xy__exchange_respond_bytes(exchange, 200, XY_HTTP_NO_HEADERS, body);
    } else if (xy_str_is(request->path, "/stream")) {
        test_of(exchange)->sink = xy__exchange_stream(exchange, 200, XY_HTTP_NO_HEADERS);
    } else {
        test_of(exchange)->exchange = exchange;
    }
}

#define ADDED "a: 1\r\nb: 2  c: 3\r\nd: here\r\n"

static void adds_headers_to_any_response(void **state)
{
    static const xy_http_header own[] = {{XY_STR_INIT("own"), XY_STR_INIT("0")}};
    exchange_test *t = start(state, adds_headers);

    CLIENT_EXPECT(
        &t->client, GET("/error"),
        "HTTP/1.1 404 Not Found\r\ncontent-type: application/json; charset=utf-8\r\n" ADDED
        "content-length: 29\r\n" KEEP "{\"errors\":[{\"message\":\"no\"}]}");
    assert_non_null(strstr(client_ask(&t->client, GET("/large")),
                           "HTTP/1.1 200 OK\r\n" ADDED "content-length: 9000\r\n" KEEP "xxxx"));
    CLIENT_EXPECT(&t->client, GET("/later"), "");
    xy__exchange_respond(t->exchange, 200, XY_HTTP_HEADERS(own), XY_STR("x"));
    assert_string_equal(client_read(&t->client),
                        "HTTP/1.1 200 OK\r\nown: 0\r\n" ADDED "content-length: 1\r\n" KEEP "x");
    CLIENT_EXPECT(&t->client, GET("/stream"),
                  "HTTP/1.1 200 OK\r\n" ADDED "Date: *\r\nConnection: keep-alive\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n");
    xy__sink_end(t->sink);
    client_read(&t->client);
    /* Never answered: they go with the exchange. */
    CLIENT_EXPECT(&t->client, GET("/later"), "");
    client_abort(&t->client);
    web_settle(&t->web);
    xy__exchange_respond(t->exchange, 200, XY_HTTP_NO_HEADERS, XY_STR("x"));
}

/* ---- clients that go ---- */

static void stops(xy_exchange *exchange, void *arg)
{
    exchange_test *t = arg;

    t->stops++;
    /* Whoever answers now is too late, and does no harm. */
    xy__exchange_respond(exchange, 200, XY_HTTP_NO_HEADERS, XY_STR("late"));
}

static void watches(xy_exchange *exchange)
{
    test_of(exchange)->exchange = exchange;
    xy__exchange_on_stop(exchange, stops, test_of(exchange));
}

static void tells_once_that_the_client_has_gone(void **state)
{
    exchange_test *t = start(state, watches);

    client_ask(&t->client, GET("/"));
    client_fin(&t->client);
    assert_int_equal(t->stops, 1);
    client_read(&t->client);
    assert_true(t->client.ended);
}

static void does_not_tell_after_the_answer(void **state)
{
    exchange_test *t = start(state, watches);

    client_ask(&t->client, GET("/"));
    xy__exchange_respond(t->exchange, 200, XY_HTTP_NO_HEADERS, XY_STR("x"));
    client_fin(&t->client);
    assert_int_equal(t->stops, 0);
}

static void stops_sink(xy_sink *sink, void *arg)
{
    exchange_test *t = arg;

    t->stops++;
    assert_int_equal(xy__sink_write(sink, xy_bytes_create(XY_STR("late"))), XY_ECLOSED);
    xy__sink_end(sink);
}

static const xy_sink_events stop_events = {NULL, stops_sink};

/* The client goes while nobody watches; the stream that begins afterwards hears of it, but not
 * at once. */
static void tells_streams_that_begin_too_late(void **state)
{
    exchange_test *t = start(state, keeps_for_later);

    for (int fin = 0; fin < 2; fin++) {
        if (fin) {
            client_open(&t->client, &t->web);
            client_ask(&t->client, GET("/"));
            client_fin(&t->client);
        } else {
            client_ask(&t->client, GET("/"));
            client_abort(&t->client);
        }
        t->stops = 0;
        t->sink = xy__exchange_stream(t->exchange, 200, XY_HTTP_NO_HEADERS);
        xy__sink_listen(t->sink, &stop_events, t);
        assert_int_equal(t->stops, 0);
        assert_int_equal(xy__sink_write(t->sink, xy_bytes_create(XY_STR("x"))), XY_ECLOSED);
        web_settle(&t->web);
        assert_int_equal(t->stops, 1);
        assert_int_equal(xy__http_server_stats(t->web.server).connections, 0);
    }
}

static void ends_streams_that_began_too_late(void **state)
{
    exchange_test *t = start(state, keeps_for_later);

    client_ask(&t->client, GET("/"));
    client_fin(&t->client);
    t->sink = xy__exchange_stream(t->exchange, 200, XY_HTTP_NO_HEADERS);
    xy__sink_listen(t->sink, &stop_events, t);
    xy__sink_end(t->sink);
    web_settle(&t->web);
    assert_int_equal(t->stops, 0);
}

static void streams_watched(xy_exchange *exchange)
{
    exchange_test *t = test_of(exchange);

    t->sink = xy__exchange_stream(exchange, 200, XY_HTTP_NO_HEADERS);
    xy__sink_listen(t->sink, &stop_events, t);
    assert_int_equal(xy__sink_write(t->sink, xy_bytes_create(XY_STR("x"))), XY_ECLOSED);
}

#define HEAD_REQUEST "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"
#define HEAD_RESPONSE                                                                              \
    "HTTP/1.1 200 OK\r\nDate: *\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"

/* A stream for HEAD is its head; the connection goes on. */
static void streams_nothing_for_head(void **state)
{
    exchange_test *t = start(state, streams_watched);

    CLIENT_EXPECT(&t->client, HEAD_REQUEST HEAD_REQUEST, HEAD_RESPONSE HEAD_RESPONSE);
    assert_int_equal(t->stops, 2);
    assert_int_equal(xy__http_server_stats(t->web.server).streams, 0);
    CLIENT_EXPECT(&t->client, "HEAD / HTTP/1.0\r\n\r\n",
                  "HTTP/1.1 200 OK\r\nDate: *\r\nConnection: close\r\n\r\n");
    assert_int_equal(t->stops, 3);
    assert_true(t->client.ended);
}

/* Nobody listens: the sink is its owner's until it is ended. */
static void ends_streams_for_head(void **state)
{
    exchange_test *t = start(state, streams);

    CLIENT_EXPECT(&t->client, HEAD_REQUEST, HEAD_RESPONSE);
    assert_int_equal(xy__sink_write(t->sink, xy_bytes_create(XY_STR("x"))), XY_ECLOSED);
    xy__sink_end(t->sink);
    CLIENT_EXPECT(&t->client, HEAD_REQUEST, HEAD_RESPONSE);
    xy__sink_abort(t->sink);
    CLIENT_EXPECT(&t->client, HEAD_REQUEST, HEAD_RESPONSE);
    xy__sink_end(t->sink);
}

static void aborts(xy_exchange *exchange)
{
    xy_sink *sink = xy__exchange_stream(exchange, 200, XY_HTTP_NO_HEADERS);

    xy__sink_abort(sink);
}

static void aborts_within_the_handler(void **state)
{
    exchange_test *t = start(state, aborts);

    CLIENT_EXPECT(&t->client, GET("/1") GET("/2"), "");
    assert_true(t->client.ended || t->client.reset);
    assert_int_equal(xy__http_server_stats(t->web.server).requests, 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_the_request),
        TEST(keeps_the_request_for_later),
        TEST(keeps_what_it_is_told_to),
        TEST(streams_keep_nothing_by_themselves),
        TEST(answers_in_all_ways),
        TEST(adds_headers_to_any_response),
        TEST(tells_once_that_the_client_has_gone),
        TEST(does_not_tell_after_the_answer),
        TEST(tells_streams_that_begin_too_late),
        TEST(ends_streams_that_began_too_late),
        TEST(streams_nothing_for_head),
        TEST(ends_streams_for_head),
        TEST(aborts_within_the_handler),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
