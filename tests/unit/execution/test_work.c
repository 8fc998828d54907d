/* SPDX-License-Identifier: MIT */
/* Blocking resolvers: they run on threads, and the engine sees no more of it than a promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/live.h"
#include "xylem/work.h"

#include "execution/deadline.h"
#include "execution/work.h"
#include "fixture.h"
#include "held.h"
#include "serve/form.h"

#define SDL                                                                                        \
    "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT\n"  \
    "directive @live(if: Boolean = true, throttle: Int) on QUERY\n"                                \
    "type Query { elsewhere: Boolean  held: Int  add(a: Int!, b: Float, c: Boolean): String\n"     \
    "  list(n: Int!): [String]  room: Room  json: Room  fails(how: String!): Int  big: String\n"   \
    "  me: String  hard: Hard  o: Query }\n"                                                       \
    "type Room { id: ID!  name: String  area: Int }\n"                                             \
    "type Hard { held: Int  no: Int! }\n"                                                          \
    "type Mutation { first: Int  second: Int }\n"                                                  \
    "type Subscription { said: String }"

static fixture f;
static held gate;
static xy_pool *pool;
static uv_thread_t main_thread;

/* ---- resolvers ---- */

static int Query_elsewhere(xy_work *work)
{
    uv_thread_t here = uv_thread_self();

    return xy_work_put_bool(work, !uv_thread_equal(&here, &main_thread));
}

static _Atomic unsigned told; /* works that found themselves cancelled */

static int Query_held(xy_work *work)
{
    held_pass(&gate);
    if (xy_work_cancelled(work))
        told++;
    return xy_work_put_int(work, 1);
}

static int Query_add(xy_work *work)
{
    assert_null(xy_work_arg(work, "d"));
    return xy_work_put_str(work,
                           xy_work_format(work, "%.*s.%.*s %d %.1f %d %u",
                                          XY_PRI(xy_work_type(work)), XY_PRI(xy_work_field(work)),
                                          xy_work_arg_int(work, "a"), xy_work_arg_float(work, "b"),
                                          xy_work_arg_bool(work, "c"), xy_work_args(work)->len));
}

static int Query_list(xy_work *work)
{
    int32_t n = xy_work_arg_int(work, "n");
    xy_result *items = xy_work_put_list(work, (size_t)n);

    for (int32_t i = 1; i < n; i++)
        items[i] = xy_result_str(xy_work_format(work, "item %d", i));
    return XY_OK;
}

typedef struct Room {
    int32_t area;
} Room;

static int Query_room(xy_work *work)
{
    Room *room = xy_work_new(work, Room);

    room->area = 12;
    return xy_work_put_object(work, room);
}

static int Query_json(xy_work *work)
{
    xy_member *id = xy_work_new(work, xy_member);
    xy_value *value = xy_work_new(work, xy_value);

    *id = (xy_member){XY_STR("id"), xy_value_string(xy_work_copy(work, XY_STR("r1")))};
    *value = (xy_value){.kind = XY_VALUE_OBJECT, .len = 1, .members = id};
    return xy_work_put_value(work, value);
}

static int Room_area(xy_work *work)
{
    const Room *room = xy_work_parent(work);

    return xy_work_put_int(work, room ? room->area : -1);
}

static int Room_name(xy_work *work)
{
    const xy_value *room = xy_work_parent_value(work);

    return room ? xy_work_put_str(work, xy_work_json(work, room)) : XY_OK;
}

static int Query_fails(xy_work *work)
{
    xy_str how = xy_work_arg_str(work, "how");
    xy_value seven = xy_value_int(7);

    if (xy_str_is(how, "plainly"))
        return xy_work_fail(work, "%d of %s", 1, "them");
    if (xy_str_is(how, "code"))
        return xy_work_fail_code(work, "MY_CODE", "it is %s", "mine");
    if (xy_str_is(how, "with"))
        return xy_work_fail_with(work, "MY_CODE", &seven, "look");
    if (xy_str_is(how, "inside"))
        return xy_work_fail_internal(work, "secret %d", 1);
    return XY_EIO;
}

static int Query_big(xy_work *work)
{
    xy_work_alloc(work, (size_t)1 << 20);
    return XY_OK;
}

static int Query_me(xy_work *work)
{
    xy_work_depend(work, XY_STR("clock"));
    if (!xy_work_signed_in(work))
        return XY_OK;
    return xy_work_put_str(work, xy_work_has_role(work, "admin") ? XY_STR("an admin")
                                                                 : xy_work_user_id(work));
}

static int Hard_no(xy_call *call)
{
    return xy_fail(call, "no");
}

static int Query_hard(xy_call *call)
{
    static const Room any;

    return xy_put_object(call, &any);
}

static int Subscription_said(xy_work *work)
{
    return xy_work_put_str(
        work, xy_work_format(work, "\"%.*s\"", XY_PRI(xy_value_text(xy_work_parent_value(work)))));
}

static unsigned firsts;

static int Mutation_first(xy_work *work)
{
    held_pass(&gate);
    return xy_work_put_int(work, (int)++firsts);
}

static int Mutation_second(xy_work *work)
{
    return xy_work_put_int(work, (int)firsts + 10);
}

/* ---- a stage ---- */

static const struct {
    const char *field;
    xy_blocking_resolver *resolver;
} blocking[] = {
    {"Query.elsewhere", Query_elsewhere},
    {"Query.held", Query_held},
    {"Query.add", Query_add},
    {"Query.list", Query_list},
    {"Query.room", Query_room},
    {"Query.json", Query_json},
    {"Query.fails", Query_fails},
    {"Query.big", Query_big},
    {"Query.me", Query_me},
    {"Room.area", Room_area},
    {"Room.name", Room_name},
    {"Hard.held", Query_held},
    {"Mutation.first", Mutation_first},
    {"Mutation.second", Mutation_second},
    {"Subscription.said", Subscription_said},
};

static void set_pool(unsigned threads, size_t queue_max)
{
    xy__pool_destroy(pool);
    pool = threads ? xy__pool_create(threads, queue_max) : NULL;
    f.executor.works.pool = pool;
}

static int setup(void **state)
{
    static const binding bindings[] = {
        {"Query.hard", Query_hard}, {"Hard.no", Hard_no}, {NULL, NULL}};

    (void)state;
    main_thread = uv_thread_self();
    held_init(&gate);
    firsts = 0;
    told = 0;
    fixture_init(&f, SDL);
    fixture_bind(&f, bindings);
    for (size_t i = 0; i < sizeof blocking / sizeof *blocking; i++)
        assert_int_equal(xy_bind_blocking(f.schema, blocking[i].field, blocking[i].resolver),
                         XY_OK);
    set_pool(2, 100);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    xy__pool_destroy(pool);
    pool = NULL;
    held_deinit(&gate);
    return 0;
}

static void wait_end(const catcher *out)
{
    while (!out->ended)
        xy__loop_wait(&f.loop);
}

/* Until no promise is left: what nobody waits for comes back, too. */
static void wait_all(void)
{
    while (f.executor.gauges.promises)
        xy__loop_wait(&f.loop);
}

static void start(const char *query, catcher *out)
{
    xy_operation *operation = fixture_prepare(&f, query, NULL);

    fixture_start(&f, operation, NULL, out);
    xy__operation_unref(operation);
}

static void assert_answer(const char *query, const char *expected)
{
    catcher out;

    start(query, &out);
    wait_end(&out);
    assert_string_equal(fixture_take(&f, &out), expected);
}

/* ---- what it answers ---- */

static void a_blocking_resolver_runs_on_another_thread(void **state)
{
    (void)state;
    assert_answer("{elsewhere}", "{\"data\":{\"elsewhere\":true}}");
}

static void fields_are_resolved_at_the_same_time(void **state)
{
    catcher out;

    (void)state;
    start("{a: held  b: held}", &out);
    held_await(&gate, 2);
    assert_int_equal(out.ended, 0);
    held_open(&gate);
    wait_end(&out);
    assert_string_equal(fixture_take(&f, &out), "{\"data\":{\"a\":1,\"b\":1}}");
}

static void it_sees_its_arguments(void **state)
{
    (void)state;
    assert_answer("{add(a: 1, b: 0.5, c: true)}", "{\"data\":{\"add\":\"Query.add 1 0.5 1 3\"}}");
    assert_answer("{add(a: 2)}", "{\"data\":{\"add\":\"Query.add 2 0.0 0 1\"}}");
}

static void what_it_allocates_lives_as_long_as_the_run(void **state)
{
    (void)state;
    assert_answer("{list(n: 3)}", "{\"data\":{\"list\":[null,\"item 1\",\"item 2\"]}}");
    assert_answer("{room{area}}", "{\"data\":{\"room\":{\"area\":12}}}");
    assert_answer(
        "{json{id area name}}",
        "{\"data\":{\"json\":{\"id\":\"r1\",\"area\":-1,\"name\":\"{\\\"id\\\":\\\"r1\\\"}\"}}}");
}

static void it_fails_as_any_other(void **state)
{
    (void)state;
    f.executor.mask_errors = true;
    assert_answer(
        "{fails(how: \"plainly\")}",
        "{\"errors\":[{\"message\":\"1 of them\",\"locations\":[{\"line\":1,\"column\":2}],"
        "\"path\":[\"fails\"]}],\"data\":{\"fails\":null}}");
    assert_answer(
        "{fails(how: \"code\")}",
        "{\"errors\":[{\"message\":\"it is mine\",\"locations\":[{\"line\":1,\"column\":2}],"
        "\"path\":[\"fails\"],\"extensions\":{\"code\":\"MY_CODE\"}}],"
        "\"data\":{\"fails\":null}}");
    assert_answer("{fails(how: \"with\")}",
                  "{\"errors\":[{\"message\":\"look\",\"locations\":[{\"line\":1,\"column\":2}],"
                  "\"path\":[\"fails\"],\"extensions\":{\"code\":\"MY_CODE\",\"properties\":7}}],"
                  "\"data\":{\"fails\":null}}");
}

static void what_is_unexpected_is_masked(void **state)
{
    static const char masked[] =
        "{\"errors\":[{\"message\":\"Something went wrong.\",\"locations\":[{\"line\":1,"
        "\"column\":2}],\"path\":[\"fails\"],\"extensions\":{\"code\":\"INTERNAL_SERVER_ERROR\"}}],"
        "\"data\":{\"fails\":null}}";

    (void)state;
    f.executor.mask_errors = true;
    assert_answer("{fails(how: \"inside\")}", masked);
    assert_answer("{fails(how: \"\")}", masked);
}

static void without_a_pool_it_runs_at_once(void **state)
{
    catcher out;

    (void)state;
    set_pool(0, 0);
    start("{elsewhere list(n: 2) fails(how: \"plainly\")}", &out);
    assert_int_equal(out.ended, 1);
    assert_string_equal(fixture_take(&f, &out),
                        "{\"errors\":[{\"message\":\"1 of them\",\"locations\":[{\"line\":1,"
                        "\"column\":23}],\"path\":[\"fails\"]}],\"data\":{\"elsewhere\":false,"
                        "\"list\":[null,\"item 1\"],\"fails\":null}}");
}

static void root_fields_of_a_mutation_wait_for_each_other(void **state)
{
    catcher out;

    (void)state;
    start("mutation {a: first  b: second  c: first  d: second}", &out);
    held_await(&gate, 1);
    assert_int_equal(xy__pool_read(pool).running + xy__pool_read(pool).queued, 1);
    held_open(&gate);
    wait_end(&out);
    assert_string_equal(fixture_take(&f, &out), "{\"data\":{\"a\":1,\"b\":11,\"c\":2,\"d\":12}}");
}

static void on_event_result(void *arg, xy_bytes *result, unsigned flags)
{
    (void)flags;
    *(xy_bytes **)arg = result;
}

static void an_event_may_be_turned_into_a_value_on_the_pool(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "subscription {said}", NULL);
    xy_bytes *event = xy_bytes_create(XY_STR("\"hello\""));
    xy_bytes *result = NULL;

    (void)state;
    xy__execute_event(operation, NULL, event, on_event_result, &result);
    xy_bytes_unref(event);
    xy__operation_unref(operation);
    while (!result)
        xy__loop_wait(&f.loop);
    assert_true(xy_str_is(xy_bytes_str(result), "{\"data\":{\"said\":\"\\\"hello\\\"\"}}"));
    xy_bytes_unref(result);
}

/* ---- parts ---- */

typedef struct parts {
    xy_outlet outlet;
    char text[1024];
    bool ended;
} parts;

static int on_part(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    parts *p = XY_CONTAINER(outlet, parts, outlet);
    size_t len = strlen(p->text);

    (void)flags;
    snprintf(p->text + len, sizeof p->text - len, "%.*s\n", XY_PRI(xy_bytes_str(result)));
    xy_bytes_unref(result);
    return XY_OK;
}

static void on_parts_end(xy_outlet *outlet)
{
    XY_CONTAINER(outlet, parts, outlet)->ended = true;
}

static void what_is_deferred_may_block(void **state)
{
    static const xy_outlet_ops ops = {.put = on_part, .end = on_parts_end};
    xy_document *document = fixture_document(&f, "{elsewhere ... @defer {held}}");
    xy_operation *operation = xy__operation_create(&f.executor, document);
    parts p = {.outlet = {.ops = &ops}};

    (void)state;
    xy__operation_deliver(operation, xy__form_delivery(XY_FORM_2023));
    assert_int_equal(xy__operation_prepare(operation, XY_STR_NULL, NULL), 0);
    xy__execute_incrementally(operation, NULL, &p.outlet, xy__form_create(XY_FORM_2023));
    xy__operation_unref(operation);
    xy__document_unref(document);
    while (!p.text[0])
        xy__loop_wait(&f.loop);
    assert_string_equal(p.text, "{\"data\":{\"elsewhere\":true},\"pending\":[{\"id\":\"0\","
                                "\"path\":[]}],\"hasNext\":true}\n");
    held_open(&gate);
    while (!p.ended)
        xy__loop_wait(&f.loop);
    assert_non_null(strstr(p.text, "\"incremental\":[{\"id\":\"0\",\"data\":{\"held\":1}}]"));
}

/* ---- nobody wants it ---- */

static void a_client_that_goes_takes_what_waits_out_of_the_queue(void **state)
{
    catcher out;
    xy_operation *operation = fixture_prepare(&f, "{a: held  b: held  c: held  d: held}", NULL);

    (void)state;
    fixture_start(&f, operation, NULL, &out);
    held_await(&gate, 2);
    assert_int_equal(xy__pool_read(pool).queued, 2);
    xy__operation_cancel(operation);
    xy__operation_unref(operation);
    assert_int_equal(xy__pool_read(pool).queued, 0);
    /* What runs goes on, and the memory it reads stays. */
    assert_int_equal(f.executor.gauges.promises, 2);
    assert_int_equal(f.executor.gauges.runs, 1);
    held_open(&gate);
    wait_all();
    assert_int_equal(f.executor.gauges.runs, 0);
    assert_int_equal(xy__pool_read(pool).ended, 2);
    assert_int_equal(out.ended, 0);
}

static void a_work_is_told_that_nobody_waits(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{held}", NULL);
    catcher out;

    (void)state;
    fixture_start(&f, operation, NULL, &out);
    held_await(&gate, 1);
    xy__operation_cancel(operation);
    xy__operation_unref(operation);
    held_open(&gate);
    wait_all();
    assert_int_equal(told, 1);
    assert_null(out.result);
}

static void a_position_that_is_nulled_does_not_wait(void **state)
{
    catcher out;

    (void)state;
    start("{hard{held no}}", &out);
    assert_int_equal(out.ended, 1);
    assert_string_equal(
        fixture_take(&f, &out),
        "{\"errors\":[{\"message\":\"no\",\"locations\":[{\"line\":1,\"column\":12}],"
        "\"path\":[\"hard\",\"no\"]}],\"data\":{\"hard\":null}}");
    held_open(&gate);
    wait_all();
}

static void the_time_of_an_operation_counts(void **state)
{
    catcher out;

    (void)state;
    f.executor.limits.timeout_ms = 100;
    start("{held}", &out);
    held_await(&gate, 1);
    xy__loop_advance(&f.loop, 100);
    assert_int_equal(out.ended, 1);
    assert_non_null(strstr(fixture_take(&f, &out), XY_TIMEOUT_CODE));
    held_open(&gate);
    wait_all();
}

static void too_many_that_wait_are_refused(void **state)
{
    catcher out;

    (void)state;
    set_pool(1, 1);
    start("{a: held  b: held  c: held}", &out);
    held_open(&gate);
    wait_end(&out);
    assert_string_equal(fixture_take(&f, &out),
                        "{\"errors\":[{\"message\":\"The server has too much to do; try again "
                        "later.\",\"locations\":[{\"line\":1,\"column\":20}],\"path\":[\"c\"],"
                        "\"extensions\":{\"code\":\"SERVER_BUSY\"}}],"
                        "\"data\":{\"a\":1,\"b\":1,\"c\":null}}");
    assert_int_equal(xy__pool_read(pool).refused, 1);
}

static void the_memory_of_works_counts_in_their_run(void **state)
{
    (void)state;
    f.executor.limits.run_bytes_max = (size_t)3 << 20;
    assert_answer("{a: big  b: big}", "{\"data\":{\"a\":null,\"b\":null}}");
    assert_answer(
        "{a: big  b: big  c: big}",
        "{\"errors\":[{\"message\":\"The operation needs more memory than it may have.\"}],"
        "\"data\":null}");
}

static void on_idle(void *arg)
{
    *(bool *)arg = true;
}

static void an_executor_ends_when_its_works_are_back(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{held}", NULL);
    bool idle = false;
    catcher out;

    (void)state;
    fixture_start(&f, operation, NULL, &out);
    held_await(&gate, 1);
    xy__operation_cancel(operation);
    xy__operation_unref(operation);
    xy__works_end(&f.executor, on_idle, &idle);
    assert_false(idle);
    held_open(&gate);
    while (!idle)
        xy__loop_wait(&f.loop);
    assert_int_equal(f.executor.gauges.promises, 0);
}

/* ---- what the answer depends on ---- */

typedef struct teller {
    xy_watch watch;
    char told[256];
    xy_bytes *result;
} teller;

static void tell(xy_watch *watch, const char *what, xy_str name)
{
    teller *t = XY_CONTAINER(watch, teller, watch);
    size_t len = strlen(t->told);

    snprintf(t->told + len, sizeof t->told - len, "%s%.*s ", what, XY_PRI(name));
}

static void on_key(xy_watch *watch, xy_str key)
{
    tell(watch, "", key);
}

static void on_fact(xy_watch *watch, xy_fact_kind kind, xy_str name)
{
    static const char *const names[] = {
        [XY_FACT_SIGNED_IN] = "signed-in", [XY_FACT_USER] = "user", [XY_FACT_ROLE] = "role:"};

    tell(watch, names[kind], name);
}

static void on_watched(void *arg, xy_bytes *result, unsigned flags)
{
    (void)flags;
    ((teller *)arg)->result = result;
}

static void assert_told(const char *query, xy_identity *identity, const char *keys,
                        const char *expected)
{
    static const xy_watch_ops ops = {.on_key = on_key, .on_fact = on_fact};
    xy_operation *operation = fixture_prepare(&f, query, NULL);
    teller t = {.watch = {.ops = &ops}};

    xy__execute_query_as(operation, &(xy_run_terms){.identity = identity, .watch = &t.watch},
                         on_watched, &t);
    xy__operation_unref(operation);
    while (!t.result)
        xy__loop_wait(&f.loop);
    assert_string_equal(t.told, keys);
    assert_true(xy_str_is(xy_bytes_str(t.result), expected));
    xy_bytes_unref(t.result);
}

static void facts_and_keys_are_told_in_order(void **state)
{
    xy_identity *ann = xy__identity_create();

    (void)state;
    xy_identity_set_user(ann, XY_STR("ann"));
    assert_told("{me}", NULL, "clock signed-in ", "{\"data\":{\"me\":null}}");
    assert_told("{me}", ann, "clock signed-in role:admin user ", "{\"data\":{\"me\":\"ann\"}}");
    xy_identity_add_role(ann, XY_STR("admin"));
    assert_told("{me}", ann, "clock signed-in role:admin ", "{\"data\":{\"me\":\"an admin\"}}");
    xy__identity_unref(ann);
}

static void an_object_from_a_work_is_a_key(void **state)
{
    (void)state;
    assert_told("query @live {json{id}}", NULL, "Room:r1 ",
                "{\"data\":{\"json\":{\"id\":\"r1\"}}}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_blocking_resolver_runs_on_another_thread),
        TEST(fields_are_resolved_at_the_same_time),
        TEST(it_sees_its_arguments),
        TEST(what_it_allocates_lives_as_long_as_the_run),
        TEST(it_fails_as_any_other),
        TEST(what_is_unexpected_is_masked),
        TEST(without_a_pool_it_runs_at_once),
        TEST(root_fields_of_a_mutation_wait_for_each_other),
        TEST(an_event_may_be_turned_into_a_value_on_the_pool),
        TEST(what_is_deferred_may_block),
        TEST(a_client_that_goes_takes_what_waits_out_of_the_queue),
        TEST(a_work_is_told_that_nobody_waits),
        TEST(a_position_that_is_nulled_does_not_wait),
        TEST(the_time_of_an_operation_counts),
        TEST(too_many_that_wait_are_refused),
        TEST(the_memory_of_works_counts_in_their_run),
        TEST(an_executor_ends_when_its_works_are_back),
        TEST(facts_and_keys_are_told_in_order),
        TEST(an_object_from_a_work_is_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
