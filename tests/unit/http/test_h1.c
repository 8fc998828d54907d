/* SPDX-License-Identifier: MIT */
/* Requests as bytes in, as one line each out; every case is cut at every position, and into
 * single bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "http/h1.h"

static const xy_h1_limits limits = {.head_max = 512, .headers_max = 8, .body_max = 64};

typedef struct h1_case {
    const char *name;
    xy_str input;
    const char *expect;
} h1_case;

#define CASE(name, input, expect)                                                                  \
    {                                                                                              \
        name, XY_STR_INIT(input), expect                                                           \
    }

/* ---- bytes to text ---- */

/* "METHOD path?query 1.1 keep|close [continue] {name=value,…} <body>" */
static void print_request(xy_buf *out, const xy_request *request)
{
    xy__buf_printf(out, "%.*s %.*s", XY_PRI(request->method_name), XY_PRI(request->path));
    if (request->query.ptr)
        xy__buf_printf(out, "?%.*s", XY_PRI(request->query));
    xy__buf_printf(out, " 1.%d %s", request->minor, request->keep_alive ? "keep" : "close");
    if (request->expects_continue)
        XY_BUF_LITERAL(out, " continue");
    XY_BUF_LITERAL(out, " {");
    for (size_t i = 0; i < request->header_count; i++)
        xy__buf_printf(out, "%s%.*s=%.*s", i ? "," : "",
                       XY_PRI(xy__request_header_name(request, i)),
                       XY_PRI(xy__request_header_value(request, i)));
    xy__buf_printf(out, "} <%.*s>\n", XY_PRI(request->body));
}

/* Feed one piece, as a connection does. The piece is a copy of its own, so that a view that
 * outlives it is seen by the sanitizer. False once the bytes are refused. */
static bool feed(xy_h1 *h1, xy_str piece, bool *fed, xy_buf *out)
{
    char *copy = malloc(piece.len + 1);
    xy_str rest = {copy, piece.len};
    bool good = true;

    memcpy(copy, piece.ptr, piece.len);
    while (good) {
        size_t used = 0;
        xy_h1_event event;

        if (!*fed) {
            used = xy__h1_blank(rest);
            rest = (xy_str){rest.ptr + used, rest.len - used};
            if (!rest.len)
                break;
        }
        *fed = true;
        event = xy__h1_feed(h1, rest, &used);
        rest = (xy_str){rest.ptr + used, rest.len - used};
        if (event == XY_H1_MORE)
            break;
        if (event == XY_H1_DONE) {
            print_request(out, xy__h1_request(h1));
            xy__h1_reset(h1, 64);
            *fed = false;
        } else if (event == XY_H1_REFUSED) {
            xy__buf_printf(out, "%d %.*s\n", xy__refusal_status(xy__h1_refusal(h1)),
                           XY_PRI(xy__refusal_text(xy__h1_refusal(h1))));
            good = false;
        }
    }
    free(copy);
    return good;
}

/* The whole input in pieces: `first` bytes, then pieces of `step`. */
static void run(xy_str input, size_t first, size_t step, xy_buf *out)
{
    xy_h1 *h1 = xy__h1_create(&limits);
    bool fed = false;
    bool good = true;

    for (size_t at = 0; good && at < input.len;) {
        size_t len = at == 0 ? first : step;

        len = len < input.len - at ? len : input.len - at;
        good = feed(h1, (xy_str){input.ptr + at, len}, &fed, out);
        at += len;
    }
    if (good && fed && xy__h1_begun(h1))
        XY_BUF_LITERAL(out, "…\n");
    xy__buf_char(out, '\0');
    xy__h1_destroy(h1);
}

static void run_case(const h1_case *one)
{
    xy_buf out;
    xy_buf again;

    xy__buf_init(&out, 1u << 20);
    xy__buf_init(&again, 1u << 20);
    run(one->input, one->input.len, 1, &out);
    if (strcmp(out.ptr, one->expect) != 0)
        fail_msg("%s:\n expected: %s      got: %s", one->name, one->expect, out.ptr);
    for (size_t cut = 0; cut <= one->input.len; cut++) {
        xy__buf_reset(&again, 1u << 20);
        run(one->input, cut ? cut : 1, cut ? one->input.len : 1, &again);
        if (strcmp(out.ptr, again.ptr) != 0)
            fail_msg("%s, cut at %zu:\n expected: %s      got: %s", one->name, cut, out.ptr,
                     again.ptr);
    }
    xy__buf_deinit(&out);
    xy__buf_deinit(&again);
}

static void run_cases(const h1_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        run_case(&cases[i]);
}

#define RUN(cases) run_cases((cases), sizeof(cases) / sizeof(cases)[0])

/* ---- good requests ---- */

static void good_requests(void **state)
{
    static const h1_case cases[] = {
        CASE("no body", "GET /graphql HTTP/1.1\r\nHost: x\r\n\r\n",
             "GET /graphql 1.1 keep {Host=x} <>\n"),
        CASE("a query, not decoded", "GET /graphql?query=%7Ba%7D&b=c?d HTTP/1.1\r\nHost: x\r\n\r\n",
             "GET /graphql?query=%7Ba%7D&b=c?d 1.1 keep {Host=x} <>\n"),
        CASE("an empty query", "GET /? HTTP/1.1\r\nHost: x\r\n\r\n",
             "GET /? 1.1 keep {Host=x} <>\n"),
        CASE("braces and quotes, as people type them",
             "GET /graphql?query={a(b:\"c\")} HTTP/1.1\r\nHost: x\r\n\r\n",
             "GET /graphql?query={a(b:\"c\")} 1.1 keep {Host=x} <>\n"),
        CASE("a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
             "POST / 1.1 keep {Host=x,Content-Length=5} <hello>\n"),
        CASE("a length of zero", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
             "POST / 1.1 keep {Host=x,Content-Length=0} <>\n"),
        CASE("a body with GET", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi",
             "GET / 1.1 keep {Host=x,Content-Length=2} <hi>\n"),
        CASE("white space around a value", "GET / HTTP/1.1\r\nHost: \t x \t \r\nA:\r\nB: \r\n\r\n",
             "GET / 1.1 keep {Host=x,A=,B=} <>\n"),
        CASE("bytes beyond ASCII in a value",
             "GET / HTTP/1.1\r\nHost: x\r\nA: \xc3\xa4\xff\r\n\r\n",
             "GET / 1.1 keep {Host=x,A=\xc3\xa4\xff} <>\n"),
        CASE("other methods",
             "PATCH /a HTTP/1.1\r\nHost: x\r\n\r\nTRACE /b HTTP/1.1\r\nHost: x\r\n\r\n"
             "PROPFIND /c HTTP/1.1\r\nHost: x\r\n\r\n",
             "PATCH /a 1.1 keep {Host=x} <>\nTRACE /b 1.1 keep {Host=x} <>\n"
             "PROPFIND /c 1.1 keep {Host=x} <>\n"),
        CASE("absolute form", "GET http://example.org:80/a?b HTTP/1.1\r\nHost: x\r\n\r\n",
             "GET /a?b 1.1 keep {Host=x} <>\n"),
        CASE("absolute form without a path",
             "GET HTTPS://example.org HTTP/1.1\r\nHost: x\r\n\r\n"
             "GET http://[::1]?q HTTP/1.1\r\nHost: x\r\n\r\n",
             "GET / 1.1 keep {Host=x} <>\nGET /?q 1.1 keep {Host=x} <>\n"),
        CASE("a target of any port", "GET http://[::1]:/a HTTP/1.1\r\nHost: [v1.a]:80\r\n\r\n",
             "GET /a 1.1 keep {Host=[v1.a]:80} <>\n"),
        CASE("asterisk form", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
             "OPTIONS * 1.1 keep {Host=x} <>\n"),
        CASE("an upgrade that is not taken up",
             "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
             "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n",
             "GET / 1.1 keep {Host=x,Upgrade=websocket,Connection=Upgrade} <>\n"
             "GET /2 1.1 keep {Host=x} <>\n"),
        CASE("expect",
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\na",
             "POST / 1.1 keep continue {Host=x,Content-Length=1,Expect=100-Continue} <a>\n"),
        CASE("expect without a body", "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n",
             "POST / 1.1 keep {Host=x,Expect=100-continue} <>\n"),
        CASE("1.0 cannot expect", "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: cake\r\n\r\na",
             "POST / 1.0 close {Content-Length=1,Expect=cake} <a>\n"),
        CASE("no Host in 1.0", "GET / HTTP/1.0\r\n\r\n", "GET / 1.0 close {} <>\n"),
        CASE("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / 1.1 keep {Host=} <>\n"),
        CASE("half a request", "GET / HTTP/1.1\r\nHost: x\r\n", "…\n"),
        CASE("empty lines and nothing else", "\r\n\r\n", ""),
        CASE("half an empty line", "\r", ""),
        CASE("half a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhell", "…\n"),
    };

    (void)state;
    RUN(cases);
}

static void keep_alive(void **state)
{
    static const h1_case cases[] = {
        CASE("close", "GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n",
             "GET / 1.1 close {Host=x,Connection=Close} <>\n"),
        CASE("close among others", "GET / HTTP/1.1\r\nHost: x\r\nConnection: a,, close ,b\r\n\r\n",
             "GET / 1.1 close {Host=x,Connection=a,, close ,b} <>\n"),
        CASE("close in a second line",
             "GET / HTTP/1.1\r\nHost: x\r\nConnection: a\r\nConnection: close\r\n\r\n",
             "GET / 1.1 close {Host=x,Connection=a,Connection=close} <>\n"),
        CASE("not close", "GET / HTTP/1.1\r\nHost: x\r\nConnection: closed, xclose\r\n\r\n",
             "GET / 1.1 keep {Host=x,Connection=closed, xclose} <>\n"),
        CASE("1.0 keep-alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
             "GET / 1.0 keep {Connection=Keep-Alive} <>\n"),
        CASE("close beats keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
             "GET / 1.0 close {Connection=keep-alive, close} <>\n"),
        CASE("a request behind close is none of the parser's business",
             "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: "
             "x\r\n\r\n",
             "GET / 1.1 close {Host=x,Connection=close} <>\nGET /2 1.1 keep {Host=x} <>\n"),
        CASE("pipelined, with empty lines between",
             "\r\nPOST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody\r\n\r\n"
             "GET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n",
             "POST /1 1.1 keep {Host=x,Content-Length=4} <body>\n"
             "GET /2 1.1 keep {Host=x} <>\nGET /3 1.1 keep {Host=x} <>\n"),
    };

    (void)state;
    RUN(cases);
}

#define CHUNKED    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
#define IS_CHUNKED "POST / 1.1 keep {Host=x,Transfer-Encoding=chunked} "

static void chunked_bodies(void **state)
{
    static const h1_case cases[] = {
        CASE("one chunk", CHUNKED "5\r\nhello\r\n0\r\n\r\n", IS_CHUNKED "<hello>\n"),
        CASE("three chunks", CHUNKED "2\r\nhe\r\n1\r\nl\r\n002\r\nlo\r\n0\r\n\r\n",
             IS_CHUNKED "<hello>\n"),
        CASE("none", CHUNKED "0\r\n\r\n", IS_CHUNKED "<>\n"),
        CASE("sizes are hexadecimal", CHUNKED "A\r\n0123456789\r\nb\r\n01234567890\r\n00\r\n\r\n",
             IS_CHUNKED "<012345678901234567890>\n"),
        CASE("trailers are dropped", CHUNKED "1\r\na\r\n0\r\nHost: y\r\nX: z\r\n\r\n",
             IS_CHUNKED "<a>\n"),
        CASE("extensions are dropped", CHUNKED "1;a=b\r\na\r\n1;c;d=\"e f\"\r\nb\r\n0;x\r\n\r\n",
             IS_CHUNKED "<ab>\n"),
        CASE("the next request", CHUNKED "1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
             IS_CHUNKED "<a>\nGET / 1.1 keep {Host=x} <>\n"),
        CASE("any case",
             "POST / HTTP/1.1\r\nHost: x\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n",
             "POST / 1.1 keep {Host=x,transfer-encoding=Chunked} <>\n"),
        CASE("no end", CHUNKED "1\r\na\r\n0\r\n", "…\n"),
        CASE("no size", CHUNKED "\r\na", "400 Malformed chunked body\n"),
        CASE("bad size", CHUNKED "zz\r\n", "400 Malformed chunked body\n"),
        CASE("negative size", CHUNKED "-1\r\n", "400 Malformed chunked body\n"),
        CASE("size with 0x", CHUNKED "0x1\r\na\r\n", "400 Malformed chunked body\n"),
        CASE("size of 2^68", CHUNKED "fffffffffffffffff\r\n", "400 Malformed chunked body\n"),
        CASE("space behind the size", CHUNKED "1 \r\na\r\n0\r\n\r\n",
             "400 Malformed chunked body\n"),
        CASE("chunk longer than its size", CHUNKED "1\r\nab\r\n0\r\n\r\n",
             "400 Malformed chunked body\n"),
        CASE("bare LF behind the size", CHUNKED "1\na\r\n0\r\n\r\n",
             "400 Malformed chunked body\n"),
        CASE("bare CR behind the size", CHUNKED "1\ra\r\n0\r\n\r\n",
             "400 Malformed chunked body\n"),
        CASE("bare LF behind a chunk", CHUNKED "1\r\na\n0\r\n\r\n", "400 Malformed chunked body\n"),
        CASE("bare LF behind the last chunk", CHUNKED "0\r\n\nGET / HTTP/1.1\r\n",
             "400 Lines must end with CR LF\n"),
        CASE("bare LF in trailers", CHUNKED "0\r\nA: b\n\r\n", "400 Malformed chunked body\n"),
        CASE("folded trailer", CHUNKED "0\r\nA: b\r\n c\r\n\r\n",
             "400 Folded header lines are not supported\n"),
        CASE("trailer that begins folded", CHUNKED "0\r\n A: b\r\n\r\n",
             "400 Malformed chunked body\n"),
        CASE("a length in trailers", CHUNKED "0\r\nContent-Length: 0\r\n\r\n",
             "400 Malformed chunked body\n"),
        CASE("trailer without a colon", CHUNKED "0\r\nA\r\n\r\n", "400 Malformed chunked body\n"),
        CASE("trailer without a name", CHUNKED "0\r\n: b\r\n\r\n", "400 Malformed chunked body\n"),
        CASE("framing in trailers", CHUNKED "0\r\nTransfer-Encoding: chunked\r\n\r\n",
             "400 Malformed chunked body\n"),
    };

    (void)state;
    RUN(cases);
}

#define GET_WITH(header) "GET / HTTP/1.1\r\nHost: x\r\n" header "\r\n\r\n"

static void refused_framing(void **state)
{
    static const h1_case cases[] = {
        CASE("length and coding",
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
             "chunked\r\n\r\n0\r\n\r\n",
             "400 Invalid Content-Length\n"),
        CASE("coding and length",
             "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: "
             "5\r\n\r\n0\r\n\r\n",
             "400 Invalid Content-Length\n"),
        CASE("two lengths", GET_WITH("Content-Length: 5\r\nContent-Length: 4"),
             "400 Invalid Content-Length\n"),
        CASE("two equal lengths", GET_WITH("Content-Length: 5\r\nContent-Length: 5"),
             "400 Invalid Content-Length\n"),
        CASE("list of lengths", GET_WITH("Content-Length: 5, 5"), "400 Invalid Content-Length\n"),
        CASE("negative length", GET_WITH("Content-Length: -1"), "400 Invalid Content-Length\n"),
        CASE("length with a sign", GET_WITH("Content-Length: +5"), "400 Invalid Content-Length\n"),
        CASE("length with 0x", GET_WITH("Content-Length: 0x5"), "400 Invalid Content-Length\n"),
        CASE("length in two words", GET_WITH("Content-Length: 1 2"),
             "400 Invalid Content-Length\n"),
        CASE("no length in the length", GET_WITH("Content-Length:"),
             "400 Invalid Content-Length\n"),
        CASE("length of 2^64", GET_WITH("Content-Length: 18446744073709551616"),
             "400 Invalid Content-Length\n"),
        CASE("unknown coding", GET_WITH("Transfer-Encoding: xchunked"),
             "400 Invalid Transfer-Encoding\n"),
        CASE("chunked is not last", GET_WITH("Transfer-Encoding: chunked, identity"),
             "400 Invalid Transfer-Encoding\n"),
        CASE("chunked twice", GET_WITH("Transfer-Encoding: chunked, chunked"),
             "400 Invalid Transfer-Encoding\n"),
        CASE("chunked in two lines",
             GET_WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
             "400 Invalid Transfer-Encoding\n"),
        CASE("identity", GET_WITH("Transfer-Encoding: identity"),
             "400 Invalid Transfer-Encoding\n"),
        CASE("an empty coding and a length", GET_WITH("Transfer-Encoding:\r\nContent-Length: 5"),
             "400 Invalid Transfer-Encoding\n"),
        CASE("compressed", GET_WITH("Transfer-Encoding: gzip, chunked"),
             "501 Transfer-Encoding is not supported\n"),
        CASE("a coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             "400 Invalid Transfer-Encoding\n"),
        CASE("expect cake", GET_WITH("Content-Length: 1\r\nExpect: cake"),
             "417 Expectation is not supported\n"),
    };

    (void)state;
    RUN(cases);
}

static void refused_lines(void **state)
{
    static const h1_case cases[] = {
        CASE("a bare LF before a request", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Lines must end with CR LF\n"),
        CASE("a bare CR before a request", "\r\n\rGET / HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Lines must end with CR LF\n"),
        CASE("two CR before a request", "\r\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Lines must end with CR LF\n"),
        CASE("garbage", "hello\r\n\r\n", "400 Invalid method\n"),
        CASE("a TLS hello", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", "400 Invalid method\n"),
        CASE("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
             "400 HTTP/2 is not supported on this connection\n"),
        CASE("a method in lower case", "get / HTTP/1.1\r\nHost: x\r\n\r\n", "400 Invalid method\n"),
        CASE("CONNECT", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
             "501 CONNECT is not supported\n"),
        CASE("authority form", "GET x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Invalid request target\n"),
        CASE("a port that is no number", "GET http://x:y/ HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Invalid request target\n"),
        CASE("asterisk for GET", "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Invalid request target\n"),
        CASE("asterisk and more", "OPTIONS *a HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Invalid request target\n"),
        CASE("fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", "400 Invalid request target\n"),
        CASE("other scheme", "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Invalid request target\n"),
        CASE("user in the target", "GET http://a@x/ HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Invalid request target\n"),
        CASE("no authority", "GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Invalid request target\n"),
        CASE("NUL in the path", "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Invalid request target\n"),
        CASE("UTF-8 in the path", "GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Invalid request target\n"),
        CASE("two spaces before the target", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Malformed request line\n"),
        CASE("two spaces behind the target", "GET /  HTTP/1.1\r\nHost: x\r\n\r\n",
             "400 Malformed request line\n"),
        CASE("space behind the version", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
             "400 Malformed request\n"),
        CASE("no version", "GET /\r\nHost: x\r\n\r\n", "400 Malformed request\n"),
        CASE("HTTP/0.9", "GET / HTTP/0.9\r\nHost: x\r\n\r\n",
             "505 HTTP version is not supported\n"),
        CASE("HTTP/2.0", "POST / HTTP/2.0\r\nHost: x\r\n\r\n",
             "505 HTTP version is not supported\n"),
        CASE("HTTP/1.2", "POST / HTTP/1.2\r\nHost: x\r\n\r\n",
             "505 HTTP version is not supported\n"),
        CASE("HTTP/3.0", "POST / HTTP/3.0\r\nHost: x\r\n\r\n",
             "505 HTTP version is not supported\n"),
        CASE("HTTP/x", "GET / HTTP/x.1\r\nHost: x\r\n\r\n", "400 Malformed request\n"),
        CASE("http in lower case", "GET / http/1.1\r\nHost: x\r\n\r\n", "400 Malformed request\n"),
        CASE("RTSP", "GET / RTSP/1.0\r\nHost: x\r\n\r\n", "400 Malformed request line\n"),
        CASE("bare LF everywhere", "GET / HTTP/1.1\nHost: x\n\n",
             "400 Lines must end with CR LF\n"),
        CASE("bare LF behind the request line", "GET / HTTP/1.1\nHost: x\r\n\r\n",
             "400 Lines must end with CR LF\n"),
        CASE("bare LF behind a header", "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
             "400 Invalid header\n"),
        CASE("bare LF at the end", "GET / HTTP/1.1\r\nHost: x\r\n\n",
             "400 Lines must end with CR LF\n"),
        CASE("bare CR", "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", "400 Invalid header\n"),
    };

    (void)state;
    RUN(cases);
}

static void refused_headers(void **state)
{
    static const h1_case cases[] = {
        CASE("no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", "400 Missing Host header\n"),
        CASE("two Hosts", GET_WITH("Host: y"), "400 More than one Host header\n"),
        CASE("Host with a path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n",
             "400 Invalid Host header\n"),
        CASE("Host with a user", "GET / HTTP/1.1\r\nHost: a@x\r\n\r\n",
             "400 Invalid Host header\n"),
        CASE("Host without a host", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n",
             "400 Invalid Host header\n"),
        CASE("Host with two ports", "GET / HTTP/1.1\r\nHost: x:1:2\r\n\r\n",
             "400 Invalid Host header\n"),
        CASE("Host with half an address", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
             "400 Invalid Host header\n"),
        CASE("Host with a broken escape", "GET / HTTP/1.1\r\nHost: x%2\r\n\r\n",
             "400 Invalid Host header\n"),
        CASE("space before the colon", GET_WITH("A : b"), "400 Invalid header\n"),
        CASE("space before a known header's colon", GET_WITH("Content-Length : 1"),
             "400 Invalid header\n"),
        CASE("no colon", GET_WITH("A"), "400 Invalid header\n"),
        CASE("no name", GET_WITH(": a"), "400 Invalid header\n"),
        CASE("space in a name", GET_WITH("A b: c"), "400 Invalid header\n"),
        CASE("folded", GET_WITH("A: b\r\n c"), "400 Folded header lines are not supported\n"),
        CASE("folded by a tab", GET_WITH("A: b\r\n\tc"),
             "400 Folded header lines are not supported\n"),
        CASE("folded before the value", GET_WITH("A:\r\n b"),
             "400 Folded header lines are not supported\n"),
        CASE("folded coding", GET_WITH("Transfer-Encoding:\r\n chunked"),
             "400 Folded header lines are not supported\n"),
        CASE("space before the first header", "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
             "400 Folded header lines are not supported\n"),
        CASE("NUL in a value", GET_WITH("A: b\0c"), "400 Invalid header\n"),
        CASE("control in a value", GET_WITH("A: b\x01"), "400 Invalid header\n"),
        CASE("DEL in a value", GET_WITH("A: b\x7f"), "400 Invalid header\n"),
        CASE("NUL in a name", GET_WITH("A\0b: c"), "400 Invalid header\n"),
        CASE("byte beyond ASCII in a name", GET_WITH("\xc3\xa4: c"), "400 Invalid header\n"),
    };

    (void)state;
    RUN(cases);
}

/* ---- limits ---- */

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void limits_of_the_body(void **state)
{
    static const h1_case cases[] = {
        CASE("as long as allowed", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 64\r\n\r\n" HEX64,
             "POST / 1.1 keep {Host=x,Content-Length=64} <" HEX64 ">\n"),
        CASE("one byte longer, told by the length alone",
             "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65\r\n\r\n",
             "413 Request body is too large\n"),
        CASE("chunks as long as allowed", CHUNKED "3f\r\n" HEX64 "\r\n0\r\n\r\n",
             "400 Malformed chunked body\n"),
        CASE("one chunk", CHUNKED "40\r\n" HEX64 "\r\n0\r\n\r\n", IS_CHUNKED "<" HEX64 ">\n"),
        CASE("a chunk too large, told by its size", CHUNKED "41\r\n",
             "413 Request body is too large\n"),
        CASE("a chunk too many", CHUNKED "40\r\n" HEX64 "\r\n1\r\n",
             "413 Request body is too large\n"),
    };

    (void)state;
    RUN(cases);
}

static xy_str repeat(const char *head, const char *part, size_t count, const char *tail)
{
    xy_buf buf;
    xy_str text;

    xy__buf_init(&buf, 1u << 20);
    xy__buf_str(&buf, xy_str_from(head));
    for (size_t i = 0; i < count; i++)
        xy__buf_str(&buf, xy_str_from(part));
    xy__buf_str(&buf, xy_str_from(tail));
    text = (xy_str){malloc(buf.len), buf.len};
    memcpy((void *)(uintptr_t)text.ptr, buf.ptr, buf.len);
    xy__buf_deinit(&buf);
    return text;
}

static void check_repeat(const char *name, xy_str input, const char *expect)
{
    h1_case one = {name, input, expect};

    run_case(&one);
    free((void *)(uintptr_t)input.ptr);
}

/* "GET / HTTP/1.1\r\nHost: x\r\nA: " and "\r\n\r\n" are 32 bytes. */
static void limits_of_the_head(void **state)
{
    xy_str fits = repeat("GET / HTTP/1.1\r\nHost: x\r\nA: ", "a", 480, "\r\n\r\n");
    xy_buf out;

    (void)state;
    assert_int_equal(fits.len, limits.head_max);
    xy__buf_init(&out, 1u << 20);
    run(fits, 1, 1, &out);
    assert_true(xy_str_starts(xy__buf_view(&out), XY_STR("GET / 1.1 keep {Host=x,A=aaa")));
    xy__buf_deinit(&out);
    free((void *)(uintptr_t)fits.ptr);
    check_repeat("one byte longer",
                 repeat("GET / HTTP/1.1\r\nHost: x\r\nA: ", "a", 481, "\r\n\r\n"),
                 "431 Request header is too large\n");
    check_repeat("a target without end", repeat("GET /", "a", 1000, ""),
                 "414 Request target is too long\n");
    check_repeat("trailers without end", repeat(CHUNKED "0\r\n", "A: b\r\n", 200, ""),
                 "431 Request header is too large\n");
    check_repeat("eight headers", repeat("GET / HTTP/1.1\r\nHost: x\r\n", "A:\r\n", 7, "\r\n"),
                 "GET / 1.1 keep {Host=x,A=,A=,A=,A=,A=,A=,A=} <>\n");
    check_repeat("nine headers", repeat("GET / HTTP/1.1\r\nHost: x\r\n", "A:\r\n", 8, "\r\n"),
                 "431 Too many request headers\n");
    check_repeat("nine headers, the last one broken",
                 repeat("GET / HTTP/1.1\r\nHost: x\r\n", "A:\r\n", 7, "A b:\r\n\r\n"),
                 "400 Invalid header\n");
}

static void limits_of_extensions(void **state)
{
    (void)state;
    check_repeat("an extension without end", repeat(CHUNKED "1;a=", "b", 5000, ""),
                 "400 Malformed chunked body\n");
    check_repeat(
        "many small ones",
        repeat(
            CHUNKED,
            "1;abcdefghijklmnopqrstuvwxyz0123456789=abcdefghijklmnopqrstuvwxyz0123456789\r\na\r\n",
            60, "0\r\n\r\n"),
        "400 Malformed chunked body\n");
}

/* ---- a request that is kept ---- */

static void kept_requests_own_their_bytes(void **state)
{
    char input[] = "POST /a?b HTTP/1.1\r\nHost: x\r\nAccept: y\r\nContent-Length: 2\r\n\r\nhi";
    xy_str in = {input, sizeof input - 1};
    xy_h1 *h1 = xy__h1_create(&limits);
    xy_request *all;
    xy_request *body;
    size_t used;

    (void)state;
    assert_int_equal(xy__h1_feed(h1, in, &used), XY_H1_HEAD);
    in = (xy_str){in.ptr + used, in.len - used};
    assert_int_equal(xy__h1_feed(h1, in, &used), XY_H1_DONE);
    all = xy__request_keep(xy__h1_request(h1), XY_REQUEST_HEAD | XY_REQUEST_BODY);
    body = xy__request_keep(xy__h1_request(h1), XY_REQUEST_BODY);
    assert_true(xy_str_is(body->path, "/a"));
    xy__request_drop(body, XY_REQUEST_HEAD);
    memset(input, '?', sizeof input);
    xy__h1_destroy(h1);

    assert_true(xy_str_is(all->path, "/a") && xy_str_is(all->query, "b"));
    assert_true(xy_str_is(xy__request_header(all, XY_STR("ACCEPT")), "y"));
    assert_null(xy__request_header(all, XY_STR("accep")).ptr);
    assert_true(xy_str_is(all->body, "hi"));
    assert_int_equal(body->header_count, 0);
    assert_true(xy_str_is(body->path, "") && xy_str_is(body->body, "hi"));
    xy__request_destroy(all);
    xy__request_destroy(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_requests),        cmocka_unit_test(keep_alive),
        cmocka_unit_test(chunked_bodies),       cmocka_unit_test(refused_framing),
        cmocka_unit_test(refused_lines),        cmocka_unit_test(refused_headers),
        cmocka_unit_test(limits_of_the_body),   cmocka_unit_test(limits_of_the_head),
        cmocka_unit_test(limits_of_extensions), cmocka_unit_test(kept_requests_own_their_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
