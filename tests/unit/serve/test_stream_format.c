/* SPDX-License-Identifier: MIT */
/* The bytes of a stream of results, format by format: what opens it, a result, a heartbeat, and
 * what closes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "serve/stream_format.h"

#define RESULT "{\"data\":{\"countdown\":30}}"

static void assert_text(xy_str actual, const char *expected)
{
    if (!xy_str_is(actual, expected))
        fail_msg("got: %.*s\nexpected: %s", XY_PRI(actual), expected);
}

static void assert_frame(const xy_stream_format *format, const char *expected)
{
    xy_bytes *frame = format->frame(XY_STR_NULL, XY_STR(RESULT));

    assert_text(xy_bytes_str(frame), expected);
    xy_bytes_unref(frame);
}

/* graphql-sse, distinct connections mode. */
static void events(void **state)
{
    const xy_stream_format *format = xy__stream_format(XY_MEDIA_EVENT_STREAM);

    (void)state;
    assert_text(format->opening, ":\n\n");
    assert_frame(format, "event: next\ndata: " RESULT "\n\n");
    assert_text(format->heartbeat, ":\n\n");
    assert_text(format->closing, "event: complete\ndata:\n\n");
}

static void multipart_sends_the_next_delimiter_with_each_part(void **state)
{
    const xy_stream_format *format = xy__stream_format(XY_MEDIA_MULTIPART);

    (void)state;
    assert_text(format->opening, "\r\n---");
    assert_frame(format, "\r\nContent-Type: application/json; charset=utf-8\r\n"
                         "Content-Length: 25\r\n\r\n" RESULT "\r\n---");
    assert_int_equal(format->heartbeat.len, 0);
    assert_text(format->closing, "--\r\n");
}

/* Clients send it back as Last-Event-ID; the other formats have no place for it. */
static void an_event_may_have_an_id(void **state)
{
    static const xy_media others[] = {XY_MEDIA_MULTIPART, XY_MEDIA_MULTIPART_PAYLOADS};
    xy_bytes *frame =
        xy__stream_format(XY_MEDIA_EVENT_STREAM)->frame(XY_STR("abc-0-7"), XY_STR(RESULT));

    (void)state;
    assert_text(xy_bytes_str(frame), "id: abc-0-7\nevent: next\ndata: " RESULT "\n\n");
    xy_bytes_unref(frame);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const xy_stream_format *format = xy__stream_format(others[i]);
        xy_bytes *plain = format->frame(XY_STR_NULL, XY_STR(RESULT));

        frame = format->frame(XY_STR("abc-0-7"), XY_STR(RESULT));
        assert_true(xy_str_eq(xy_bytes_str(frame), xy_bytes_str(plain)));
        xy_bytes_unref(frame);
        xy_bytes_unref(plain);
    }
}

/* Apollo's multipart subscription protocol. */
static void multipart_payloads(void **state)
{
    const xy_stream_format *format = xy__stream_format(XY_MEDIA_MULTIPART_PAYLOADS);

    (void)state;
    assert_frame(format, "\r\nContent-Type: application/json; charset=utf-8\r\n"
                         "Content-Length: 37\r\n\r\n{\"payload\":" RESULT "}\r\n---");
    assert_text(format->heartbeat, "\r\nContent-Type: application/json; charset=utf-8\r\n"
                                   "Content-Length: 2\r\n\r\n{}\r\n---");
    assert_text(format->closing, "--\r\n");
}

static void single_results_have_no_format(void **state)
{
    (void)state;
    assert_null(xy__stream_format(XY_MEDIA_JSON));
    assert_null(xy__stream_format(XY_MEDIA_GRAPHQL_RESPONSE));
    assert_null(xy__stream_format(XY_MEDIA_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events),
        cmocka_unit_test(an_event_may_have_an_id),
        cmocka_unit_test(multipart_sends_the_next_delimiter_with_each_part),
        cmocka_unit_test(multipart_payloads),
        cmocka_unit_test(single_results_have_no_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
