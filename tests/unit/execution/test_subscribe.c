/* SPDX-License-Identifier: MIT */
/* Source streams and the execution of their events. Spec 6.2.3 Subscription. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "execution/response.h"
#include "fixture.h"

static const char sdl[] =
    "type Query { a: Int }\n"
    "type Message { from: String body: String! }\n"
    "type Subscription { tick(n: Int! = 3): Int  strict: Int!  message(room: ID!): Message\n"
    "  doubled: Int  refused: Int  internal: Int  plain: Int }";

#define EVENT_MAX 64u

/* ---- a deliverer that writes down what it is told ---- */

typedef struct recorder {
    xy_source_stream stream;
    char journal[512];
    int push_answers;
} recorder;

static void note(xy_source_stream *stream, const char *what, xy_str text)
{
    recorder *r = XY_CONTAINER(stream, recorder, stream);
    size_t len = strlen(r->journal);

    snprintf(r->journal + len, sizeof r->journal - len, "%s%.*s ", what, XY_PRI(text));
}

static int on_push(xy_source_stream *stream, xy_bytes *event)
{
    note(stream, "", xy_bytes_str(event));
    xy_bytes_unref(event);
    return XY_CONTAINER(stream, recorder, stream)->push_answers;
}

static void on_end(xy_source_stream *stream)
{
    note(stream, "end", XY_STR_NULL);
}

static void on_fail(xy_source_stream *stream, const char *code, xy_str message)
{
    note(stream, code ? code : "fail", XY_STR_NULL);
    note(stream, "=", message);
}

static int on_topic(xy_source_stream *stream, xy_str topic)
{
    note(stream, "topic=", topic);
    return XY_OK;
}

static const xy_source_stream_ops ops = {
    .push = on_push,
    .end = on_end,
    .fail = on_fail,
    .topic = on_topic,
};

/* ---- openers and resolvers ---- */

static int open_tick(xy_call *call, xy_source_stream *stream)
{
    assert_true(xy_str_is(xy_call_field(call), "tick"));
    assert_true(xy_str_is(xy_call_type(call), "Subscription"));
    assert_null(xy_parent(call));
    return xy_stream_push_int(stream, xy_arg_int(call, "n"));
}

static int open_message(xy_call *call, xy_source_stream *stream)
{
    return xy_stream_topic(stream, XY_STR("message"), xy_arg_str(call, "room"));
}

static int open_refused(xy_call *call, xy_source_stream *stream)
{
    (void)stream;
    return xy_fail_code(call, "GONE", "no such %s", "stream");
}

static int open_internal(xy_call *call, xy_source_stream *stream)
{
    (void)call;
    (void)stream;
    return XY_EIO;
}

/* The field's resolver sees the event as its parent. */
static int doubled(xy_call *call)
{
    return xy_put_int(call, 2 * xy_parent_value(call)->integer);
}

static fixture f;

static const xy_source_env env = {&ops, &f.loop, EVENT_MAX};

static int setup(void **state)
{
    (void)state;
    fixture_init(&f, sdl);
    assert_int_equal(xy_bind_stream(f.schema, "Subscription.tick", open_tick), XY_OK);
    assert_int_equal(xy_bind_stream(f.schema, "Subscription.message", open_message), XY_OK);
    assert_int_equal(xy_bind_stream(f.schema, "Subscription.refused", open_refused), XY_OK);
    assert_int_equal(xy_bind_stream(f.schema, "Subscription.internal", open_internal), XY_OK);
    assert_int_equal(xy_bind(f.schema, "Subscription.doubled", doubled), XY_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

/* ---- opening ---- */

typedef struct opening {
    const char *query;
    const char *variables;
    const char *journal; /* of the deliverer; NULL: refused */
    const char *errors;
} opening;

static const opening openings[] = {
    {"subscription{tick}", NULL, "3 ", NULL},
    {"subscription($n:Int!){x:tick(n:$n)}", "{\"n\":7}", "7 ", NULL},
    {"subscription{message(room:\"r\"){from}}", NULL, "topic=message:r ", NULL},
    {"subscription{x:refused}", NULL, NULL,
     "{\"errors\":[{\"message\":\"no such stream\",\"locations\":[{\"line\":1,\"column\":14}],"
     "\"path\":[\"x\"],\"extensions\":{\"code\":\"GONE\"}}]}"},
    {"subscription{internal}", NULL, NULL,
     "{\"errors\":[{\"message\":\"" XY_MASKED_MESSAGE "\","
     "\"locations\":[{\"line\":1,\"column\":14}],\"path\":[\"internal\"],"
     "\"extensions\":{\"code\":\"" XY_MASKED_CODE "\"}}]}"},
    {"subscription{plain}", NULL, NULL,
     "{\"errors\":[{\"message\":\"Subscription field must return Async Iterable. Received: "
     "undefined.\",\"locations\":[{\"line\":1,\"column\":14}],\"path\":[\"plain\"]}]}"},
    {"subscription($n:Int=1){tick(n:$n)}", "{\"n\":null}", NULL,
     "{\"errors\":[{\"message\":\"Argument \\\"Subscription.tick(n:)\\\" has invalid value: "
     "Expected "
     "variable \\\"$n\\\" provided to non-null type \\\"Int!\\\" not to be null.\","
     "\"locations\":[{\"line\":1,\"column\":31}],\"path\":[\"tick\"]}]}"},
};

static void an_opener_fills_the_stream_or_refuses(void **state)
{
    (void)state;
    f.executor.mask_errors = true;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        const opening *o = &openings[i];
        xy_operation *operation = fixture_prepare(&f, o->query, o->variables);
        recorder r = {0};
        int rc;

        xy__source_stream_init(&r.stream, &env);
        rc = xy__create_source_stream(operation, NULL, &r.stream, &operation->errors);
        if (o->journal) {
            assert_int_equal(rc, XY_OK);
            assert_string_equal(r.journal, o->journal);
        } else {
            xy_bytes *response = xy__errors_response(&operation->errors);

            assert_int_equal(rc, XY_EFAILED);
            assert_string_equal(xy__arena_str(&f.arena, xy_bytes_str(response)).ptr, o->errors);
            xy_bytes_unref(response);
        }
        xy__source_stream_stop(&r.stream);
        xy__operation_unref(operation);
    }
}

/* ---- events ---- */

typedef struct event {
    const char *query;
    const char *event;
    const char *result;
} event;

static const event events[] = {
    {"subscription{tick}", "5", "{\"data\":{\"tick\":5}}"},
    {"subscription{t:tick}", "null", "{\"data\":{\"t\":null}}"},
    {"subscription{doubled}", "21", "{\"data\":{\"doubled\":42}}"},
    {"subscription{message(room:1){body from __typename}}", "{\"from\":\"ann\",\"body\":\"hi\"}",
     "{\"data\":{\"message\":{\"body\":\"hi\",\"from\":\"ann\",\"__typename\":\"Message\"}}}"},
    {"subscription{message(room:1){body}}", "{}",
     "{\"errors\":[{\"message\":\"Cannot return null for non-nullable field Message.body.\","
     "\"locations\":[{\"line\":1,\"column\":30}],\"path\":[\"message\",\"body\"]}],"
     "\"data\":{\"message\":null}}"},
    {"subscription{strict}", "null",
     "{\"errors\":[{\"message\":\"Cannot return null for non-nullable field Subscription.strict.\","
     "\"locations\":[{\"line\":1,\"column\":14}],\"path\":[\"strict\"]}],\"data\":null}"},
    /* What another process publishes need not be JSON. */
    {"subscription{tick}", "nonsense",
     "{\"errors\":[{\"message\":\"" XY_MASKED_MESSAGE "\","
     "\"locations\":[{\"line\":1,\"column\":1}],"
     "\"extensions\":{\"code\":\"" XY_MASKED_CODE "\"}}],\"data\":null}"},
};

static void on_result(void *arg, xy_bytes *result, unsigned flags)
{
    const char **out = arg;

    assert_null(*out);
    assert_false(flags & (XY_PUT_LAST | XY_PUT_NO_DATA));
    *out = xy__arena_str(&f.arena, xy_bytes_str(result)).ptr;
    assert_int_equal((flags & XY_PUT_ERRORS) != 0, strncmp(*out, "{\"errors", 8) == 0);
    xy_bytes_unref(result);
}

static void each_event_is_a_run_of_its_own(void **state)
{
    (void)state;
    f.executor.mask_errors = true;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        const event *e = &events[i];
        xy_operation *operation = fixture_prepare(&f, e->query, NULL);
        xy_bytes *bytes = xy_bytes_create(xy_str_from(e->event));
        const char *result;

        for (int again = 0; again < 2; again++) {
            result = NULL;
            xy__execute_event(operation, NULL, bytes, on_result, &result);
            assert_string_equal(result, e->result);
        }
        xy_bytes_unref(bytes);
        xy__operation_unref(operation);
    }
}

/* ---- what a source owns ---- */

static void on_stopped(void *arg)
{
    note(arg, "stopped", XY_STR_NULL);
}

static void on_ready(xy_source_stream *stream, void *arg)
{
    note(stream, arg, XY_STR_NULL);
}

/* Three ticks, then the end. */
static void on_tick(xy_source_stream *stream, void *arg)
{
    int *left = arg;

    assert_int_equal(xy_stream_push_int(stream, (*left)--), XY_OK);
    if (*left == 0)
        xy_stream_end(stream);
}

static void a_timer_ends_with_its_source(void **state)
{
    recorder r = {0};
    int *left;

    (void)state;
    xy__source_stream_init(&r.stream, &env);
    left = xy_stream_alloc(&r.stream, sizeof *left);
    *left = 3;
    xy_stream_on_stop(&r.stream, on_stopped, &r.stream);
    xy_stream_every(&r.stream, 10, on_tick, left);
    xy__loop_advance(&f.loop, 25);
    assert_string_equal(r.journal, "3 2 ");
    xy__loop_advance(&f.loop, 100);
    assert_string_equal(r.journal, "3 2 1 end ");
    assert_int_equal(xy_stream_push_int(&r.stream, 1), XY_ECLOSED);
    assert_int_equal(xy_stream_topic(&r.stream, XY_STR("t"), XY_STR_NULL), XY_ECLOSED);
    xy_stream_fail(&r.stream, NULL, "too late");
    xy__source_stream_stop(&r.stream);
    xy__source_stream_stop(&r.stream);
    assert_string_equal(r.journal, "3 2 1 end stopped ");
}

static void a_client_that_goes_ends_the_timer(void **state)
{
    recorder r = {0};
    int left = 100;

    (void)state;
    xy__source_stream_init(&r.stream, &env);
    xy_stream_every(&r.stream, 10, on_tick, &left);
    xy__loop_advance(&f.loop, 10);
    xy_stream_every(&r.stream, 0, NULL, NULL);
    xy__loop_advance(&f.loop, 50);
    xy_stream_every(&r.stream, 5, on_tick, &left);
    xy__loop_advance(&f.loop, 5);
    xy__source_stream_stop(&r.stream);
    xy__loop_advance(&f.loop, 50);
    assert_string_equal(r.journal, "100 99 ");
}

static void a_source_hears_when_there_is_room(void **state)
{
    recorder r = {.push_answers = XY_EFULL};
    char ready[] = "ready";

    (void)state;
    xy__source_stream_init(&r.stream, &env);
    xy_stream_on_ready(&r.stream, on_ready, ready);
    assert_int_equal(xy_stream_push_str(&r.stream, XY_STR("a\"b")), XY_EFULL);
    xy__source_stream_ready(&r.stream);
    xy_stream_fail(&r.stream, "CODE", "why");
    xy__source_stream_ready(&r.stream);
    assert_string_equal(r.journal, "\"a\\\"b\" ready CODE =why ");
    xy__source_stream_stop(&r.stream);
}

static void an_event_has_a_size(void **state)
{
    recorder r = {0};
    char large[EVENT_MAX];

    (void)state;
    memset(large, 'x', sizeof large);
    xy__source_stream_init(&r.stream, &env);
    assert_int_equal(xy_stream_push_str(&r.stream, (xy_str){large, EVENT_MAX - 1}), XY_ELIMIT);
    assert_int_equal(xy_stream_push_str(&r.stream, (xy_str){large, EVENT_MAX - 2}), XY_OK);
    xy__source_stream_stop(&r.stream);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_opener_fills_the_stream_or_refuses), TEST(each_event_is_a_run_of_its_own),
        TEST(a_timer_ends_with_its_source),          TEST(a_client_that_goes_ends_the_timer),
        TEST(a_source_hears_when_there_is_room),     TEST(an_event_has_a_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
