/* SPDX-License-Identifier: MIT */
/* A batch whose operations take as long as the test wants: what begins when, what is stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "../http/web.h"
#include "serve/batch.h"
#include "serve/service.h"

/* ---- promises by name ---- */

static xy_promise *held[26];
static char journal[256];

static void note(const char *what, xy_str name)
{
    size_t len = strlen(journal);

    snprintf(journal + len, sizeof journal - len, "%s:%.*s ", what, XY_PRI(name));
}

static void on_stop(void *arg)
{
    xy_promise **slot = arg;
    char name = (char)('a' + (slot - held));

    note("stop", (xy_str){&name, 1});
    xy_promise_resolve(*slot);
    *slot = NULL;
}

static int on_demand(xy_call *call)
{
    xy_str name = xy_arg_str(call, "k");
    xy_promise **slot = &held[name.ptr[0] - 'a'];

    *slot = xy_later(call);
    xy_promise_on_stop(*slot, on_stop, slot);
    note("call", name);
    return XY_OK;
}

static void resolve(char name)
{
    xy_promise **slot = &held[name - 'a'];
    xy_promise *promise = *slot;

    assert_non_null(promise);
    *slot = NULL;
    xy_put_int(xy_promise_call(promise), name);
    xy_promise_resolve(promise);
}

/* ---- a server ---- */

typedef struct stage {
    web web;
    xy_server_config config;
    xy_shared shared;
    xy_metrics_board board;
    xy_pubsub *pubsub;
    xy_hub *hub;
    xy_service *service;
    client client;
} stage;

static xy_schema *load(void)
{
    static const xy_sdl file = {
        .name = XY_STR_INIT("test.graphql"),
        .text =
            XY_STR_INIT("type Query { q(k: String): Int }  type Mutation { m(k: String): Int }"),
    };
    xy_schema_options options = {.files = &file, .file_count = 1};
    xy_schema *schema;
    xy_str problems;

    assert_int_equal(xy_schema_load(&options, &schema, &problems), XY_OK);
    assert_int_equal(xy_bind(schema, "Query.q", on_demand), XY_OK);
    assert_int_equal(xy_bind(schema, "Mutation.m", on_demand), XY_OK);
    return schema;
}

static void no_gauges(xy_app *app, xy_gauges *out)
{
    (void)app;
    *out = (xy_gauges){0};
}

static void stage_open(stage *s)
{
    const xy_pubsub_limits limits = {.event_bytes_max = 1000, .mailbox_bytes_max = 1000};

    journal[0] = '\0';
    memset(s, 0, sizeof *s);
    s->config = (xy_server_config){
        .schema = load(),
        .path = "/graphql",
        .playground = XY_OFF,
        .log_requests = XY_OFF,
        .limits = {.tokens_max = 1000,
                   .depth_max = 64,
                   .batch_max = 8,
                   .operation_memory_max = 1 << 20,
                   .response_bytes_max = 1 << 20,
                   .stream_bytes_max = 1 << 16},
    };
    web_init(&s->web, XY_CLOCK_VIRTUAL);
    xy__metrics_board_init(&s->board, NULL, no_gauges);
    assert_int_equal(xy__shared_init(&s->shared, &s->config), XY_OK);
    s->shared.metrics = &s->board;
    s->pubsub = xy__pubsub_create(&limits, NULL);
    s->hub = xy__hub_create(s->pubsub, &s->web.loop);
    s->service = xy__service_create(NULL, &s->config, &s->web.loop, s->hub, NULL, &s->shared);
    s->web.options.handler = xy__service_handle;
    s->web.options.arg = s->service;
    web_open(&s->web);
    client_open(&s->client, &s->web);
}

static void on_closed(xy_http_server *server, void *arg)
{
    (void)server;
    *(bool *)arg = true;
}

/* Proves that nothing is left. */
static void stage_close(stage *s)
{
    bool closed = false;

    assert_int_equal(s->service->executor.gauges.runs, 0);
    assert_int_equal(s->service->executor.gauges.promises, 0);
    xy__http_server_close(s->web.server, on_closed, &closed);
    while (!closed)
        xy__loop_turn(&s->web.loop);
    xy__service_destroy(s->service);
    xy__hub_destroy(s->hub);
    xy__loop_deinit(&s->web.loop);
    xy__shared_deinit(&s->shared);
    xy__metrics_board_deinit(&s->board);
    xy__pubsub_destroy(s->pubsub);
    xy_schema_destroy(s->config.schema);
}

/* `fields` is `q:a m:b …`: queries and mutations, one operation each. */
static void send_batch(stage *s, const char *fields)
{
    char body[1024] = "[";
    char request[2048];
    size_t len = 1;

    for (; *fields; fields += fields[3] ? 4 : 3)
        len += (size_t)snprintf(body + len, sizeof body - len,
                                "%s{\"query\":\"%s { %c(k: \\\"%c\\\") }\"}", len > 1 ? "," : "",
                                fields[0] == 'm' ? "mutation" : "query", fields[0], fields[2]);
    body[len++] = ']';
    body[len] = '\0';
    snprintf(request, sizeof request,
             "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             len, body);
    client_send(&s->client, xy_str_from(request));
    web_settle(&s->web);
}

static void expect_journal(const char *expected)
{
    assert_string_equal(journal, expected);
    journal[0] = '\0';
}

static void expect_body(stage *s, const char *expected)
{
    const char *text = client_read(&s->client);
    const char *body = strstr(text, "\r\n\r\n");

    assert_true(strncmp(text, "HTTP/1.1 200 OK\r\n", 17) == 0);
    assert_non_null(body);
    assert_string_equal(body + 4, expected);
}

/* ---- tests ---- */

static void queries_begin_at_once_and_are_answered_in_order(void **state)
{
    stage s;

    (void)state;
    stage_open(&s);
    send_batch(&s, "q:a q:b q:c");
    expect_journal("call:a call:b call:c ");
    resolve('c');
    resolve('a');
    web_settle(&s.web);
    assert_string_equal(client_read(&s.client), "");
    resolve('b');
    expect_body(&s, "[{\"data\":{\"q\":97}},{\"data\":{\"q\":98}},{\"data\":{\"q\":99}}]");
    client_close(&s.client);
    stage_close(&s);
}

static void what_follows_a_mutation_waits_for_it(void **state)
{
    stage s;

    (void)state;
    stage_open(&s);
    send_batch(&s, "q:a m:b q:c m:d q:e");
    expect_journal("call:a call:b ");
    resolve('b');
    web_settle(&s.web);
    expect_journal("call:c call:d ");
    resolve('d');
    resolve('c');
    web_settle(&s.web);
    expect_journal("call:e ");
    resolve('a');
    assert_string_equal(client_read(&s.client), "");
    resolve('e');
    expect_body(&s, "[{\"data\":{\"q\":97}},{\"data\":{\"m\":98}},{\"data\":{\"q\":99}},"
                    "{\"data\":{\"m\":100}},{\"data\":{\"q\":101}}]");
    client_close(&s.client);
    stage_close(&s);
}

static void a_mutation_at_the_end_is_waited_for(void **state)
{
    stage s;

    (void)state;
    stage_open(&s);
    send_batch(&s, "m:a m:b");
    expect_journal("call:a ");
    resolve('a');
    web_settle(&s.web);
    expect_journal("call:b ");
    resolve('b');
    expect_body(&s, "[{\"data\":{\"m\":97}},{\"data\":{\"m\":98}}]");
    client_close(&s.client);
    stage_close(&s);
}

static void a_client_that_goes_stops_what_runs_and_starts_nothing(void **state)
{
    stage s;

    (void)state;
    stage_open(&s);
    send_batch(&s, "q:a q:b m:c q:d");
    expect_journal("call:a call:b call:c ");
    resolve('b');
    client_abort(&s.client);
    expect_journal("stop:a stop:c ");
    stage_close(&s);
}

/* The mutation ends in the very turn in which the client's going is noticed. */
static void a_client_that_goes_when_the_next_operation_is_due(void **state)
{
    stage s;

    (void)state;
    stage_open(&s);
    send_batch(&s, "m:a q:b");
    expect_journal("call:a ");
    close(s.client.fd);
    resolve('a');
    web_settle(&s.web);
    assert_true(strcmp(journal, "") == 0 || strcmp(journal, "call:b stop:b ") == 0);
    xy__buf_deinit(&s.client.got);
    stage_close(&s);
}

static void an_array_is_a_batch(void **state)
{
    (void)state;
    assert_true(xy__is_batch(XY_STR("[]")));
    assert_true(xy__is_batch(XY_STR(" \t\r\n[")));
    assert_false(xy__is_batch(XY_STR("{\"query\":\"[\"}")));
    assert_false(xy__is_batch(XY_STR("")));
    assert_false(xy__is_batch(XY_STR("  ")));
    assert_false(xy__is_batch(XY_STR_NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_begin_at_once_and_are_answered_in_order),
        cmocka_unit_test(what_follows_a_mutation_waits_for_it),
        cmocka_unit_test(a_mutation_at_the_end_is_waited_for),
        cmocka_unit_test(a_client_that_goes_stops_what_runs_and_starts_nothing),
        cmocka_unit_test(a_client_that_goes_when_the_next_operation_is_due),
        cmocka_unit_test(an_array_is_a_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
