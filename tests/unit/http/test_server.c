/* SPDX-License-Identifier: MIT */
/* Connections over real sockets: keep-alive, pipelining, refusals, timeouts, clients that go,
 * and the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "web.h"

#define GET(target) "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST(target, len, body)                                                                    \
    "POST " target " HTTP/1.1\r\nHost: x\r\nContent-Length: " len "\r\n\r\n" body
/* "400 Bad Request: message" as the whole answer to a request that is refused. */
static const char *refused(char out[512], const char *line)
{
    const char *message = strstr(line, ": ");

    snprintf(out, 512,
             "HTTP/1.1 %.*s\r\ncontent-type: application/json; charset=utf-8\r\n"
             "content-length: %zu\r\nDate: *\r\nConnection: close\r\n\r\n"
             "{\"errors\":[{\"message\":\"%s\"}]}",
             (int)(message - line), line, strlen(message + 2) + 27, message + 2);
    return out;
}

static void expect_refused(client *c, const char *request, const char *line)
{
    char expected[512];

    assert_string_equal(client_ask(c, request), refused(expected, line));
    assert_true(c->ended && !c->reset);
}

static int setup(void **state)
{
    web *w = malloc(sizeof *w);

    web_init(w, XY_CLOCK_VIRTUAL);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    web_close(*state);
    free(*state);
    return 0;
}

/* ---- requests and answers ---- */

static void answers_and_keeps_the_connection(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    CLIENT_EXPECT(&c, GET("/a?b"), OK_HEAD("8") "GET /a?b");
    CLIENT_EXPECT(&c, POST("/c", "5", "hello"), OK_HEAD("13") "POST /c hello");
    CLIENT_EXPECT(&c, "HEAD /d HTTP/1.1\r\nHost: x\r\n\r\n", OK_HEAD("7"));
    CLIENT_EXPECT(&c,
                  "POST /e HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
                  OK_HEAD("13") "POST /e hello");
    assert_false(c.ended);
    assert_int_equal(xy__http_server_stats(w->server).requests, 4);
    assert_int_equal(xy__http_server_stats(w->server).idle, 1);
    client_close(&c);
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
}

static void closes_when_asked_to(void **state)
{
    static const struct {
        const char *request;
        bool closes;
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", true},
        {"GET / HTTP/1.0\r\n\r\n", true},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n", false},
    };
    web *w = *state;

    web_open(w);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        client c;

        client_open(&c, w);
        CLIENT_EXPECT(&c, cases[i].request,
                      cases[i].closes ? OK_LAST("5") "GET /" : OK_HEAD("5") "GET /");
        assert_int_equal(c.ended, cases[i].closes);
        client_close(&c);
    }
}

static void reads_requests_in_any_pieces(void **state)
{
    static const char request[] = POST("/a", "11", "hello world") GET("/b");
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    for (size_t cut = 1; cut < sizeof request - 1; cut++) {
        client_send(&c, (xy_str){request, cut});
        web_settle(w);
        client_send(&c, (xy_str){request + cut, sizeof request - 1 - cut});
        assert_string_equal(client_read(&c),
                            OK_HEAD("19") "POST /a hello world" OK_HEAD("6") "GET /b");
    }
    client_close(&c);
}

static void reads_large_bodies(void **state)
{
    size_t len = 1024 * 1024;
    char *body = malloc(len + 1);
    char head[96];
    web *w = *state;
    client c;

    memset(body, 'b', len);
    body[len] = '\0';
    web_open(w);
    client_open(&c, w);
    snprintf(head, sizeof head, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", len);
    client_send(&c, xy_str_from(head));
    client_send(&c, (xy_str){body, len});
    client_read(&c);
    assert_non_null(strstr(c.got.ptr, "content-length: 1048584\r\n"));
    assert_non_null(strstr(c.got.ptr, body));
    client_close(&c);
    free(body);
}

static void writes_large_bodies(void **state)
{
    web *w = *state;
    client c;
    const char *got;

    web_open(w);
    client_open(&c, w);
    got = client_ask(&c, GET("/size?20000000") GET("/after"));
    assert_non_null(strstr(got, "content-length: 20000000\r\n"));
    assert_int_equal(strlen(got),
                     strlen(OK_HEAD("20000000")) + 20000000 + strlen(OK_HEAD("10") "GET /after"));
    assert_non_null(strstr(got, OK_HEAD("10") "GET /after"));
    client_close(&c);
}

static void tells_clients_to_continue(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    CLIENT_EXPECT(&c,
                  "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
                  "HTTP/1.1 100 Continue\r\n\r\n");
    CLIENT_EXPECT(&c, "hi", OK_HEAD("9") "POST / hi");
    CLIENT_EXPECT(
        &c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi",
        OK_HEAD("9") "POST / hi");
    client_close(&c);
}

/* ---- pipelining ---- */

static void answers_pipelined_requests_in_order(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    CLIENT_EXPECT(&c,
                  GET("/1") POST("/later", "4", "body")
                      GET("/3") "GET /4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" GET("/5"),
                  OK_HEAD("6") "GET /1");
    assert_int_equal(w->later_len, 1);
    assert_true(xy_str_is(xy__exchange_request(w->later[0])->body, "body"));
    web_answer(w, 0, "late");
    assert_string_equal(client_read(&c),
                        OK_HEAD("4") "late" OK_HEAD("6") "GET /3" OK_LAST("6") "GET /4");
    assert_true(c.ended);
    client_close(&c);
}

static void answers_pipelined_requests_one_by_one(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    client_ask(&c, GET("/later") GET("/later") GET("/later"));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(w->later_len, i + 1);
        web_answer(w, i, "x");
        assert_string_equal(client_read(&c), OK_HEAD("1") "x");
    }
    client_close(&c);
}

/* More requests than one batch, and than the read-ahead: all are answered, and reading stops
 * meanwhile. */
static void bounds_what_is_pipelined(void **state)
{
    web *w = *state;
    client c;
    size_t sent = 0;
    size_t answers = 0;

    w->options.read_ahead_max = 4096;
    web_open(w);
    client_open(&c, w);
    client_send(&c, XY_STR(GET("/later")));
    web_settle(w);
    for (int i = 0; i < 10000; i++) {
        static const char request[] = GET("/n");
        ssize_t n = send(c.fd, request, sizeof request - 1, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n != (ssize_t)sizeof request - 1)
            break;
        sent++;
        xy__loop_turn(&w->loop);
    }
    assert_true(sent > 200);
    assert_int_equal(xy__http_server_stats(w->server).requests, 1);
    web_answer(w, 0, "x");
    for (const char *at = client_read(&c); (at = strstr(at, "GET /n")); at++)
        answers++;
    assert_int_equal(answers, sent);
    client_close(&c);
}

/* ---- refusals ---- */

static void refuses_and_closes(void **state)
{
    static const struct {
        const char *request;
        const char *line;
    } cases[] = {
        {"hello\r\n\r\n", "400 Bad Request: Invalid method"},
        {"GET / HTTP/1.1\r\n\r\n", "400 Bad Request: Missing Host header"},
        {"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
         "505 HTTP Version Not Supported: HTTP version is not supported"},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
         "400 Bad Request: HTTP/2 is not supported on this connection"},
        {"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
         "501 Not Implemented: CONNECT is not supported"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n" GET("/smuggled"),
         "413 Content Too Large: Request body is too large"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n" GET(
             "/smuggled"),
         "400 Bad Request: Invalid Content-Length"},
        {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: cake\r\n\r\n",
         "417 Expectation Failed: Expectation is not supported"},
    };
    web *w = *state;

    web_open(w);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        client c;

        client_open(&c, w);
        expect_refused(&c, cases[i].request, cases[i].line);
        client_close(&c);
    }
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
    assert_int_equal(xy__http_server_stats(w->server).refused, sizeof cases / sizeof cases[0]);
}

static void answers_what_came_before_the_refusal(void **state)
{
    web *w = *state;
    client c;
    const char *got;

    web_open(w);
    client_open(&c, w);
    got = client_ask(&c, POST("/first", "1", "a") GET("/later") "GET /\r\n\r\n" GET("/x"));
    assert_string_equal(got, OK_HEAD("13") "POST /first a");
    web_answer(w, 0, "x");
    got = client_read(&c);
    assert_ptr_equal(strstr(got, OK_HEAD("1") "xHTTP/1.1 400 Bad Request\r\n"), got);
    assert_true(c.ended);
    client_close(&c);
}

static void refuses_heads_too_large(void **state)
{
    char *head = malloc(20001);
    web *w = *state;
    client c;

    memset(head, 'a', 20000);
    head[20000] = '\0';
    web_open(w);
    memcpy(head, "GET /", 5);
    client_open(&c, w);
    expect_refused(&c, head, "414 URI Too Long: Request target is too long");
    client_close(&c);
    memcpy(head, "GET / HTTP/1.1\r\nA:", 18);
    client_open(&c, w);
    expect_refused(&c, head, "431 Request Header Fields Too Large: Request header is too large");
    client_close(&c);
    free(head);
}

static void refuses_without_a_body_for_head(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    CLIENT_EXPECT(&c, "HEAD / HTTP/1.1\r\n\r\n",
                  "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json; charset=utf-8\r\n"
                  "content-length: 46\r\nDate: *\r\nConnection: close\r\n\r\n");
    client_close(&c);
}

/* The client sends all of a body that is refused at its head, and still can read why. */
static void lets_the_client_read_why(void **state)
{
    web *w = *state;
    client c;
    char *body = calloc(1, 100000);

    web_open(w);
    client_open(&c, w);
    client_send(&c, XY_STR("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n"));
    web_settle(w);
    client_send(&c, (xy_str){body, 100000});
    expect_refused(&c, "", "413 Content Too Large: Request body is too large");
    client_close(&c);
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
    free(body);
}

/* …but not for ever, neither in bytes nor in time. */
static void lingers_for_a_while(void **state)
{
    web *w = *state;
    client c;
    char *body = calloc(1, 400000);

    w->options.linger_max = 300000;
    web_open(w);
    client_open(&c, w);
    client_ask(&c, "hello\r\n\r\n");
    assert_int_equal(xy__http_server_stats(w->server).connections, 1);
    client_send(&c, (xy_str){body, 400000});
    web_settle(w);
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
    client_close(&c);

    client_open(&c, w);
    client_ask(&c, "hello\r\n\r\n");
    web_pass(w, 1999);
    assert_int_equal(xy__http_server_stats(w->server).connections, 1);
    web_pass(w, 1);
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
    client_close(&c);
    free(body);
}

/* ---- timeouts ---- */

static void times_out_heads(void **state)
{
    web *w = *state;
    client c;
    client silent;

    web_open(w);
    client_open(&silent, w);
    client_open(&c, w);
    client_ask(&c, "GET / HT");
    web_pass(w, 14999);
    client_ask(&c, "TP");
    assert_false(c.ended || silent.ended);
    web_pass(w, 1);
    client_read(&silent);
    assert_true(silent.ended);
    expect_refused(&c, "", "408 Request Timeout: The request's header did not come in time");
    client_close(&c);
    client_close(&silent);
}

/* Empty lines between requests, however they are cut, begin no request and prolong nothing. */
static void is_idle_behind_empty_lines(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    CLIENT_EXPECT(&c, GET("/1") "\r", OK_HEAD("6") "GET /1");
    web_pass(w, 40000);
    CLIENT_EXPECT(&c, "\n\r\n\r", "");
    CLIENT_EXPECT(&c, "\n" GET("/2"), OK_HEAD("6") "GET /2");
    client_ask(&c, "\r");
    web_pass(w, 40000);
    client_ask(&c, "\n");
    assert_int_equal(xy__http_server_stats(w->server).idle, 1);
    web_pass(w, 32000);
    CLIENT_EXPECT(&c, "", "");
    assert_true(c.ended);
    client_close(&c);
    client_open(&c, w);
    client_ask(&c, GET("/3") "\r");
    expect_refused(&c, GET("/4"), "400 Bad Request: Lines must end with CR LF");
    client_close(&c);
}

static void times_out_bodies(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    client_ask(&c, POST("/", "5", "hell"));
    web_pass(w, 29999);
    CLIENT_EXPECT(&c, "", "");
    web_pass(w, 1);
    expect_refused(&c, "", "408 Request Timeout: The request's body did not come in time");
    client_close(&c);
}

static void times_out_idle_connections(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    for (int i = 0; i < 3; i++) {
        CLIENT_EXPECT(&c, GET("/"), OK_HEAD("5") "GET /");
        web_pass(w, 71999);
        client_read(&c);
        assert_false(c.ended);
    }
    web_pass(w, 1);
    client_read(&c);
    assert_true(c.ended);
    client_close(&c);
}

static void gives_handlers_all_the_time(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    client_ask(&c, GET("/later"));
    web_pass(w, 3600 * 1000);
    web_answer(w, 0, "x");
    assert_string_equal(client_read(&c), OK_HEAD("1") "x");
    client_close(&c);
}

static void times_out_readers_that_stall(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    client_send(&c, XY_STR(GET("/size?50000000")));
    web_settle(w);
    assert_true(xy__http_server_stats(w->server).queued > 0);
    web_pass(w, 29000);
    for (int i = 0; i < 40; i++) {
        static char sink[262144];

        recv(c.fd, sink, sizeof sink, 0);
        web_settle(w);
    }
    web_pass(w, 29000);
    assert_int_equal(xy__http_server_stats(w->server).connections, 1);
    web_pass(w, 30000);
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
    client_close(&c);
}

/* ---- clients that go ---- */

static void tells_handlers_that_the_client_has_gone(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    client_ask(&c, GET("/watched"));
    client_close(&c);
    assert_int_equal(w->stops, 1);
    client_open(&c, w);
    client_ask(&c, GET("/watched"));
    client_abort(&c);
    assert_int_equal(w->stops, 2);
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
}

/* Also while nothing more is read from it, as enough waits already. */
static void notices_a_reset_behind_what_waits(void **state)
{
    web *w = *state;
    client c;
    char *noise = calloc(1, 200000);

    web_open(w);
    client_open(&c, w);
    client_ask(&c, GET("/watched"));
    client_send(&c, (xy_str){noise, 100000});
    web_settle(w);
    assert_int_equal(w->stops, 0);
    client_abort(&c);
    assert_int_equal(w->stops, 1);
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
    free(noise);
}

/* Who is turned away does not wait in vain, and there is room again when someone leaves. */
static void turns_away_when_descriptors_run_out(void **state)
{
    web *w = *state;
    client first;
    client second;
    client third;
    struct rlimit before;
    struct rlimit none;

    web_open(w);
    client_open(&first, w);
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = (rlim_t)first.fd + 3; /* the server's end of it, the next client, and no more */
    setrlimit(RLIMIT_NOFILE, &none);
    client_open(&second, w);
    assert_string_equal(client_read(&second), "");
    assert_true(second.ended || second.reset);
    assert_int_equal(xy__http_server_stats(w->server).shed, 1);
    client_close(&second);
    setrlimit(RLIMIT_NOFILE, &before);
    client_open(&third, w);
    CLIENT_EXPECT(&third, GET("/"), OK_HEAD("5") "GET /");
    CLIENT_EXPECT(&first, GET("/"), OK_HEAD("5") "GET /");
    client_close(&third);
    client_close(&first);
}

static void answers_half_closed_clients(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    client_send(&c, XY_STR(GET("/later") GET("/next")));
    client_fin(&c);
    web_answer(w, 0, "x");
    assert_string_equal(client_read(&c), OK_HEAD("1") "x" OK_HEAD("9") "GET /next");
    assert_true(c.ended);
    client_close(&c);
}

static void answers_nobody(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    client_ask(&c, GET("/later"));
    client_abort(&c);
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
    assert_true(xy_str_is(xy__exchange_request(w->later[0])->path, "/later"));
    web_answer(w, 0, "x");
}

static void forgets_half_requests(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    client_ask(&c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
    client_close(&c);
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
}

/* ---- how many ---- */

static void sheds_the_longest_idle(void **state)
{
    web *w = *state;
    client c[4];

    w->options.connections_max = 2;
    web_open(w);
    for (size_t i = 0; i < 2; i++) {
        client_open(&c[i], w);
        client_ask(&c[i], GET("/"));
        web_pass(w, 10);
    }
    client_ask(&c[0], GET("/"));
    client_open(&c[2], w);
    client_read(&c[1]);
    assert_true(c[1].ended);
    client_ask(&c[0], GET("/later"));
    client_ask(&c[2], GET("/later"));
    client_open(&c[3], w);
    assert_string_equal(client_read(&c[3]), "HTTP/1.1 503 Service Unavailable\r\ncontent-length: "
                                            "0\r\nDate: *\r\nConnection: close\r\n\r\n");
    assert_true(c[3].ended);
    assert_int_equal(xy__http_server_stats(w->server).shed, 2);
    web_answer(w, 0, "x");
    web_answer(w, 1, "y");
    for (size_t i = 0; i < 4; i++)
        client_close(&c[i]);
}

static void serves_many(void **state)
{
    static client clients[200];
    web *w = *state;

    web_open(w);
    for (size_t i = 0; i < 200; i++)
        client_open(&clients[i], w);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 200; i++)
            client_send(&clients[i], XY_STR(GET("/a") GET("/b")));
        for (size_t i = 0; i < 200; i++)
            assert_string_equal(client_read(&clients[i]),
                                OK_HEAD("6") "GET /a" OK_HEAD("6") "GET /b");
    }
    for (size_t i = 0; i < 200; i++)
        client_close(&clients[i]);
    assert_int_equal(xy__http_server_stats(w->server).connections, 0);
}

/* ---- the end ---- */

static void drains(void **state)
{
    web *w = *state;
    client idle;
    client busy;

    web_open(w);
    client_open(&idle, w);
    client_open(&busy, w);
    client_ask(&idle, GET("/"));
    client_ask(&busy, GET("/later"));
    xy__http_server_drain(w->server, 0, web_on_drained, w);
    assert_int_equal(xy__http_server_port(w->server), 0);
    client_read(&idle);
    assert_true(idle.ended);
    assert_int_equal(w->drained, 0);
    assert_true(xy__exchange_draining(w->later[0]));
    web_answer(w, 0, "x");
    assert_string_equal(client_read(&busy), OK_LAST("1") "x");
    assert_true(busy.ended);
    assert_int_equal(w->drained, 1);
    client_close(&idle);
    client_close(&busy);
}

/* A socket that is closed resets those who wait to be accepted. */
static void drains_who_has_connected(void **state)
{
    enum { CLIENTS = 300 }; /* more than one turn accepts */
    static const char request[] = GET("/early");
    client *clients = calloc(CLIENTS, sizeof *clients);
    web *w = *state;

    web_open(w);
    for (size_t i = 0; i < CLIENTS; i++) {
        client_connect(&clients[i], w);
        if (i % 2)
            assert_int_equal(send(clients[i].fd, request, sizeof request - 1, MSG_NOSIGNAL),
                             sizeof request - 1);
    }
    assert_int_equal(xy__http_server_stats(w->server).accepted, 0);
    xy__http_server_drain(w->server, 5000, web_on_drained, w);
    assert_int_equal(xy__http_server_port(w->server), 0);
    for (size_t i = 0; i < CLIENTS; i++) {
        if (i % 2 == 0)
            client_send(&clients[i], xy_str_from(request));
        assert_string_equal(client_read(&clients[i]), OK_LAST("10") "GET /early");
        assert_true(clients[i].ended && !clients[i].reset);
        client_close(&clients[i]);
    }
    assert_int_equal(w->drained, 1);
    free(clients);
}

static void drains_who_does_not_ask_in_time(void **state)
{
    web *w = *state;
    client early;
    client silent;

    web_open(w);
    client_open(&early, w);
    client_open(&silent, w);
    xy__http_server_drain(w->server, 5000, web_on_drained, w);
    web_pass(w, 999);
    client_read(&silent);
    assert_false(silent.ended);
    CLIENT_EXPECT(&early, GET("/a"), OK_LAST("6") "GET /a");
    assert_int_equal(w->drained, 0);
    web_pass(w, 1);
    client_read(&silent);
    assert_true(silent.ended);
    assert_int_equal(w->drained, 1);
    client_close(&early);
    client_close(&silent);
}

/* A busy loop has not read yet what they have sent when it is to close them. */
static void drains_what_was_sent_before(void **state)
{
    static const char request[] = GET("/a");
    const ssize_t len = sizeof request - 1;
    web *w = *state;
    client kept;
    client fresh;

    web_open(w);
    client_open(&kept, w);
    client_open(&fresh, w);
    CLIENT_EXPECT(&kept, GET("/b"), OK_HEAD("6") "GET /b");
    assert_int_equal(send(kept.fd, request, (size_t)len, MSG_NOSIGNAL), len);
    xy__http_server_drain(w->server, 5000, web_on_drained, w);
    assert_string_equal(client_read(&kept), OK_LAST("6") "GET /a");
    web_pass(w, 999);
    assert_int_equal(send(fresh.fd, request, (size_t)len, MSG_NOSIGNAL), len);
    web_pass(w, 1);
    assert_string_equal(client_read(&fresh), OK_LAST("6") "GET /a");
    assert_true(kept.ended && fresh.ended && !kept.reset && !fresh.reset);
    assert_int_equal(w->drained, 1);
    client_close(&kept);
    client_close(&fresh);
}

static void drains_nothing(void **state)
{
    web *w = *state;

    web_open(w);
    xy__http_server_drain(w->server, 1000, web_on_drained, w);
    assert_int_equal(w->drained, 0);
    web_settle(w);
    assert_int_equal(w->drained, 1);
}

static void drains_until_the_deadline(void **state)
{
    web *w = *state;
    client c[3];

    web_open(w);
    for (size_t i = 0; i < 3; i++)
        client_open(&c[i], w);
    client_ask(&c[0], GET("/watched"));
    client_ask(&c[1], GET("/stream"));
    client_ask(&c[2], POST("/", "5", "hal"));
    xy__http_server_drain(w->server, 5000, web_on_drained, w);
    web_pass(w, 4999);
    assert_int_equal(w->stops + w->drained, 0);
    web_pass(w, 1);
    assert_int_equal(w->stops, 2);
    assert_int_equal(w->drained, 1);
    for (size_t i = 0; i < 3; i++)
        client_close(&c[i]);
}

static void closes_in_the_middle(void **state)
{
    web *w = *state;
    client c[4];

    web_open(w);
    for (size_t i = 0; i < 4; i++)
        client_open(&c[i], w);
    client_ask(&c[0], GET("/watched"));
    client_ask(&c[1], GET("/stream"));
    client_ask(&c[2], "GET / HT");
    client_send(&c[3], XY_STR(GET("/size?50000000")));
    web_close(w);
    assert_int_equal(w->stops, 2);
    for (size_t i = 0; i < 4; i++) {
        close(c[i].fd);
        xy__buf_deinit(&c[i].got);
    }
    web_init(w, XY_CLOCK_VIRTUAL);
    web_open(w);
}

/* A handler without on_stop answers after everything is gone. */
static void closes_before_the_answer(void **state)
{
    web *w = *state;
    client c;

    web_open(w);
    client_open(&c, w);
    client_ask(&c, GET("/later"));
    web_close(w);
    web_answer(w, 0, "x");
    close(c.fd);
    xy__buf_deinit(&c.got);
    web_init(w, XY_CLOCK_VIRTUAL);
    web_open(w);
}

/* ---- addresses ---- */

static void says_why_it_cannot_listen(void **state)
{
    web *w = *state;
    web other;
    xy_http_address address = {.port = 0};

    web_open(w);
    address.port = xy__http_server_port(w->server);
    web_init(&other, XY_CLOCK_VIRTUAL);
    other.server = xy__http_server_create(&other.loop, &other.options);
    assert_int_equal(xy__http_server_listen(other.server, &address), XY_EINUSE);
    assert_int_equal(
        xy__http_server_listen(other.server, &(xy_http_address){.host = XY_STR("nowhere")}),
        XY_EINVAL);
    assert_int_equal(
        xy__http_server_listen(other.server, &(xy_http_address){.host = XY_STR("8.8.8.8")}),
        XY_EINVAL);
    assert_int_equal(xy__http_server_listen_fd(other.server, 0), XY_EINVAL);
    assert_int_equal(
        xy__http_server_listen(other.server, &(xy_http_address){.host = XY_STR("localhost")}),
        XY_OK);
    web_close(&other);
}

static void shares_a_port(void **state)
{
    web *w = *state;
    web other;
    xy_http_address address = {.reuse_port = true};

    w->server = xy__http_server_create(&w->loop, &w->options);
    assert_int_equal(xy__http_server_listen(w->server, &address), XY_OK);
    address.port = xy__http_server_port(w->server);
    web_init(&other, XY_CLOCK_VIRTUAL);
    other.server = xy__http_server_create(&other.loop, &other.options);
    assert_int_equal(xy__http_server_listen(other.server, &address), XY_OK);
    web_close(&other);
}

static void adopts_sockets(void **state)
{
    web *w = *state;
    int pair[2];
    client c = {.web = w};

    w->server = xy__http_server_create(&w->loop, &w->options);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
    assert_int_equal(xy__http_server_adopt(w->server, pair[0]), XY_OK);
    c.fd = pair[1];
    xy__buf_init(&c.got, 1u << 20);
    CLIENT_EXPECT(&c, GET("/"), OK_HEAD("5") "GET /");
    client_close(&c);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(answers_and_keeps_the_connection),
        TEST(closes_when_asked_to),
        TEST(reads_requests_in_any_pieces),
        TEST(reads_large_bodies),
        TEST(writes_large_bodies),
        TEST(tells_clients_to_continue),
        TEST(answers_pipelined_requests_in_order),
        TEST(answers_pipelined_requests_one_by_one),
        TEST(bounds_what_is_pipelined),
        TEST(refuses_and_closes),
        TEST(answers_what_came_before_the_refusal),
        TEST(refuses_heads_too_large),
        TEST(refuses_without_a_body_for_head),
        TEST(lets_the_client_read_why),
        TEST(lingers_for_a_while),
        TEST(times_out_heads),
        TEST(is_idle_behind_empty_lines),
        TEST(times_out_bodies),
        TEST(times_out_idle_connections),
        TEST(gives_handlers_all_the_time),
        TEST(times_out_readers_that_stall),
        TEST(tells_handlers_that_the_client_has_gone),
        TEST(notices_a_reset_behind_what_waits),
        TEST(turns_away_when_descriptors_run_out),
        TEST(answers_half_closed_clients),
        TEST(answers_nobody),
        TEST(forgets_half_requests),
        TEST(sheds_the_longest_idle),
        TEST(serves_many),
        TEST(drains),
        TEST(drains_who_has_connected),
        TEST(drains_who_does_not_ask_in_time),
        TEST(drains_what_was_sent_before),
        TEST(drains_nothing),
        TEST(drains_until_the_deadline),
        TEST(closes_in_the_middle),
        TEST(closes_before_the_answer),
        TEST(says_why_it_cannot_listen),
        TEST(shares_a_port),
        TEST(adopts_sockets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
