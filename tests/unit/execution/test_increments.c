/* SPDX-License-Identifier: MIT */
/* Results in parts: what is begun when, what is put when, and that nothing is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "xylem/stream.h"

#include "fixture.h"
#include "serve/form.h"

static const char sdl[] =
    "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT\n"
    "directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD\n"
    "type Query { fast: Int  slow(ms: Int!): Int  hard(ms: Int!): Int!  o: Query  os(n: Int!): "
    "[Query]\n"
    "  boom: Int  fed: [Int]  eager: [Int]  strict: [Int!]  text: String  no_list: Int  lates(n: "
    "Int!): [Int] "
    "}";

static fixture f;

/* What happened, in order. */
static char journal[1 << 20];

static void note(const char *what, xy_str text)
{
    size_t len = strlen(journal);

    snprintf(journal + len, sizeof journal - len, "%s%s%.*s\n", what, text.len ? " " : "",
             XY_PRI(text));
}

static void expect(const char *happened)
{
    assert_string_equal(journal, happened);
    journal[0] = '\0';
}

/* ---- an outlet that writes down ---- */

typedef struct teller {
    xy_outlet outlet;
    bool full; /* from the next put on */
    bool ended;
    const char *awaited; /* until a result has it nothing is written down; NULL: all is */
} teller;

static int on_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    teller *t = XY_CONTAINER(outlet, teller, outlet);

    if (t->awaited && strstr(xy__arena_str(&f.arena, xy_bytes_str(result)).ptr, t->awaited))
        t->awaited = NULL;
    if (!t->awaited)
        note(flags & XY_PUT_LAST ? "last" : "put", xy_bytes_str(result));
    xy_bytes_unref(result);
    return t->full ? XY_EFULL : XY_OK;
}

static void on_end(xy_outlet *outlet)
{
    XY_CONTAINER(outlet, teller, outlet)->ended = true;
}

static const xy_outlet_ops teller_ops = {.put = on_put, .end = on_end};

/* ---- resolvers ---- */

static int resolve_fast(xy_call *call)
{
    note("fast", XY_STR_NULL);
    return xy_put_int(call, 1);
}

static void on_slow(xy_promise *promise, void *arg)
{
    (void)arg;
    xy_put_int(xy_promise_call(promise), 2);
    xy_promise_resolve(promise);
}

static int resolve_slow(xy_call *call)
{
    note("slow", XY_STR_NULL);
    xy_promise_after(xy_later(call), (uint64_t)xy_arg_int(call, "ms"), on_slow, NULL);
    return XY_OK;
}

static void on_hard(xy_promise *promise, void *arg)
{
    (void)arg;
    xy_fail(xy_promise_call(promise), "hard");
    xy_promise_resolve(promise);
}

static int resolve_hard(xy_call *call)
{
    xy_promise_after(xy_later(call), (uint64_t)xy_arg_int(call, "ms"), on_hard, NULL);
    return XY_OK;
}

static int resolve_boom(xy_call *call)
{
    return xy_fail(call, "boom");
}

static int resolve_object(xy_call *call)
{
    static const int object;

    return xy_put_object(call, &object);
}

static int resolve_objects(xy_call *call)
{
    static const int object;
    size_t count = (size_t)xy_arg_int(call, "n");
    xy_result *items = xy_put_list(call, count);

    for (size_t i = 0; i < count; i++)
        items[i] = xy_result_object(NULL, &object);
    return XY_OK;
}

/* Items that are resolved from the last to the first, a millisecond apart. */
static int resolve_lates(xy_call *call)
{
    size_t count = (size_t)xy_arg_int(call, "n");
    xy_result *items = xy_put_list(call, count);

    for (size_t i = 0; i < count; i++) {
        xy_promise *promise = xy_later_item(call);

        xy_promise_after(promise, count - i, on_slow, NULL);
        items[i] = xy_result_promise(promise);
    }
    return XY_OK;
}

static int resolve_text(xy_call *call)
{
    return xy_put_str(call, xy_format(call, "%0200d", 0));
}

static xy_source_stream *fed; /* the source that is open; NULL: none */

static void on_stop(void *arg)
{
    assert_ptr_equal(arg, &fed);
    note("stop", XY_STR_NULL);
    fed = NULL;
}

static void on_ready(xy_source_stream *stream, void *arg)
{
    (void)stream;
    (void)arg;
    note("ready", XY_STR_NULL);
}

static int resolve_fed(xy_call *call)
{
    fed = xy_later_list(call);
    xy_stream_on_stop(fed, on_stop, &fed);
    xy_stream_on_ready(fed, on_ready, NULL);
    return XY_OK;
}

static int eager_next; /* what it pushes next, up to 1000 */
static int eager_most; /* in a row */

static void push_eagerly(xy_source_stream *stream, void *arg)
{
    int first = eager_next;
    int rc = XY_OK;

    (void)arg;
    while (rc == XY_OK && eager_next < 1000)
        rc = xy_stream_push_int(stream, eager_next++);
    if (eager_next - first > eager_most)
        eager_most = eager_next - first;
    if (eager_next == 1000)
        xy_stream_end(stream);
}

static int resolve_eager(xy_call *call)
{
    xy_source_stream *stream = xy_later_list(call);

    eager_next = 0;
    eager_most = 0;
    xy_stream_on_ready(stream, push_eagerly, NULL);
    push_eagerly(stream, NULL);
    return XY_OK;
}

static const binding bindings[] = {
    {"Query.fast", resolve_fast},
    {"Query.slow", resolve_slow},
    {"Query.hard", resolve_hard},
    {"Query.o", resolve_object},
    {"Query.os", resolve_objects},
    {"Query.fed", resolve_fed},
    {"Query.strict", resolve_fed},
    {"Query.text", resolve_text},
    {"Query.no_list", resolve_fed},
    {"Query.lates", resolve_lates},
    {"Query.eager", resolve_eager},
    {"Query.boom", resolve_boom},
    {NULL, NULL},
};

/* ---- */

static int set_up(void **state)
{
    (void)state;
    fixture_init(&f, sdl);
    fixture_bind(&f, bindings);
    journal[0] = '\0';
    fed = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_null(fed);
    fixture_deinit(&f);
    return 0;
}

/* takes: document. */
static void start_document(teller *t, xy_document *document, xy_form_kind form)
{
    xy_operation *operation = xy__operation_create(&f.executor, document);

    xy__document_unref(document);
    xy__operation_deliver(operation, xy__form_delivery(form));
    assert_int_equal(xy__operation_prepare(operation, XY_STR_NULL, NULL), XY_OK);
    assert_true(xy__operation_is_incremental(operation));
    *t = (teller){.outlet = {.ops = &teller_ops}};
    xy__execute_incrementally(operation, NULL, &t->outlet, xy__form_create(form));
    xy__operation_unref(operation);
}

static void start(teller *t, const char *query, xy_form_kind form)
{
    start_document(t, fixture_document(&f, query), form);
}

/* The same as one result. */
static void start_whole(catcher *out, const char *query)
{
    xy_operation *operation = fixture_prepare(&f, query, NULL);

    fixture_start(&f, operation, NULL, out);
    xy__operation_unref(operation);
}

static void wait(uint64_t ms)
{
    xy__loop_advance(&f.loop, ms);
}

/* ---- fragments ---- */

static void nothing_deferred_is_begun_before_the_first_part_is_put(void **state)
{
    teller t;

    (void)state;
    start(&t, "{ ... @defer { slow(ms: 5) } fast }", XY_FORM_2022);
    expect("fast\nput {\"data\":{\"fast\":1},\"hasNext\":true}\n");
    wait(0);
    expect("slow\n");
    wait(5);
    expect("last {\"incremental\":[{\"data\":{\"slow\":2},\"path\":[]}],\"hasNext\":false}\n");
    assert_true(t.ended);
}

static void late_fields_of_fragments_overlap(void **state)
{
    teller t;

    (void)state;
    start(&t,
          "{ ... @defer { slow(ms: 5) } ... @defer { b: slow(ms: 5) } o { ... @defer { c: slow(ms: "
          "5) } } }",
          XY_FORM_2023);
    wait(0);
    expect("put {\"data\":{\"o\":{}},\"pending\":[{\"id\":\"0\",\"path\":[\"o\"]},"
           "{\"id\":\"1\",\"path\":[]},{\"id\":\"2\",\"path\":[]}],\"hasNext\":true}\n"
           "slow\nslow\nslow\n");
    wait(5);
    assert_true(t.ended);
    journal[0] = '\0';
}

static void what_a_turn_gathers_is_one_payload(void **state)
{
    teller t;

    (void)state;
    start(&t, "{ a: o { ... @defer { fast } } b: o { ... @defer { fast } } }", XY_FORM_2022);
    wait(0);
    expect("put {\"data\":{\"a\":{},\"b\":{}},\"hasNext\":true}\nfast\nfast\n"
           "last {\"incremental\":[{\"data\":{\"fast\":1},\"path\":[\"a\"]},"
           "{\"data\":{\"fast\":1},\"path\":[\"b\"]}],\"hasNext\":false}\n");
    assert_true(t.ended);
}

static void shared_fields_are_executed_once(void **state)
{
    teller t;

    (void)state;
    start(&t, "{ ... @defer(label: \"a\") { fast } ... @defer(label: \"b\") { fast slow(ms: 1) } }",
          XY_FORM_2023);
    wait(1);
    expect("put {\"data\":{},\"pending\":[{\"id\":\"0\",\"path\":[],\"label\":\"a\"},"
           "{\"id\":\"1\",\"path\":[],\"label\":\"b\"}],\"hasNext\":true}\nfast\nslow\n"
           "put {\"incremental\":[{\"id\":\"0\",\"data\":{\"fast\":1}}],"
           "\"completed\":[{\"id\":\"0\"}],\"hasNext\":true}\n"
           "last {\"incremental\":[{\"id\":\"1\",\"data\":{\"slow\":2}}],"
           "\"completed\":[{\"id\":\"1\"}],\"hasNext\":false}\n");
    assert_true(t.ended);
}

static void null_at_the_root_of_a_fragment_ends_what_is_within(void **state)
{
    teller t;

    (void)state;
    start(&t, "{ o { ... @defer { hard(ms: 2) slow(ms: 50) ... @defer { fast } } } }",
          XY_FORM_2023);
    wait(2);
    expect(
        "put {\"data\":{\"o\":{}},\"pending\":[{\"id\":\"0\",\"path\":[\"o\"]}],\"hasNext\":true}\n"
        "slow\n"
        "last {\"completed\":[{\"id\":\"0\",\"errors\":[{\"message\":\"hard\",\"locations\":"
        "[{\"line\":1,\"column\":20}],\"path\":[\"o\",\"hard\"]}]}],\"hasNext\":false}\n");
    assert_true(t.ended);
}

static void without_anything_later_it_is_one_result(void **state)
{
    teller t;

    (void)state;
    start(&t, "{ os(n: 0) { ... @defer { fast } } }", XY_FORM_2023);
    expect("last {\"data\":{\"os\":[]}}\n");
    assert_true(t.ended);
}

static void a_part_that_takes_too_long_fails_alone(void **state)
{
    teller t;

    (void)state;
    f.executor.limits.timeout_ms = 100;
    start(&t, "{ o { ... @defer { slow(ms: 1000) } ... @defer { b: slow(ms: 1) } } }",
          XY_FORM_2022);
    wait(100);
    expect("put {\"data\":{\"o\":{}},\"hasNext\":true}\nslow\nslow\n"
           "put {\"incremental\":[{\"data\":{\"b\":2},\"path\":[\"o\"]}],\"hasNext\":true}\n"
           "last {\"incremental\":[{\"data\":null,\"path\":[\"o\"],\"errors\":[{\"message\":"
           "\"The operation took longer than 100 ms.\",\"path\":[\"o\"],\"extensions\":{\"code\":"
           "\"OPERATION_TIMEOUT\"}}]}],"
           "\"hasNext\":false}\n");
    assert_true(t.ended);
}

static void parts_that_wait_are_bounded(void **state)
{
    teller t;

    (void)state;
    f.executor.limits.response_bytes_max = 1000;
    /* The fragment is complete with its slow field only; until then ten texts wait. */
    start(&t, "{ os(n: 10) { __typename } ... @defer { slow(ms: 9) os(n: 10) { text } } }",
          XY_FORM_2023);
    wait(9);
    assert_non_null(strstr(journal,
                           "\"completed\":[{\"id\":\"0\",\"errors\":[{\"message\":"
                           "\"The response is larger than it may be.\",\"path\":[\"os\","));
    assert_true(t.ended);
    journal[0] = '\0';
}

static void errors_of_a_part_are_bounded(void **state)
{
    teller t;

    (void)state;
    f.executor.limits.response_bytes_max = 1000;
    start(&t, "{ ... @defer { os(n: 20) { boom } } }", XY_FORM_2022);
    wait(0);
    assert_non_null(strstr(journal, "There are more errors than a response may have."));
    assert_null(strstr(journal, "\"boom\",\"locations\""));
    assert_true(t.ended);
    journal[0] = '\0';
}

/* A document that was not validated may hold a cycle. */
static void parts_within_parts_are_bounded(void **state)
{
    static const char query[] = "{ ...F } fragment F on Query { o { ...F @defer } }";
    const xy_document_options options = {.trusted = true};
    xy_document *document;
    xy_errors errors;
    teller t;

    (void)state;
    xy__errors_init(&errors, &f.arena);
    assert_int_equal(
        xy__document_create(f.schema, xy_str_from(query), &options, &document, &errors), XY_OK);
    start_document(&t, document, XY_FORM_2022);
    t.awaited = "nested more than 1000 levels deep";
    for (int i = 0; i < 5000 && !t.ended; i++)
        wait(1);
    assert_true(t.ended);
    assert_null(t.awaited);
    journal[0] = '\0';
}

static void others_have_their_turn(void **state)
{
    teller t;
    unsigned turns = 0;

    (void)state;
    start(&t, "{ os(n: 3000) @stream { __typename } }", XY_FORM_2023);
    for (; turns < 100 && !t.ended; turns++)
        wait(1);
    assert_true(t.ended);
    assert_in_range(turns, 5, 20);
    journal[0] = '\0';
}

/* ---- lists ---- */

static void items_come_in_order_however_late(void **state)
{
    teller t;

    (void)state;
    start(&t, "{ lates(n: 3) @stream(initialCount: 1) }", XY_FORM_2022);
    wait(2);
    expect("");
    wait(1);
    expect("put {\"data\":{\"lates\":[2]},\"hasNext\":true}\n"
           "last {\"incremental\":[{\"items\":[2],\"path\":[\"lates\",1]},"
           "{\"items\":[2],\"path\":[\"lates\",2]}],\"hasNext\":false}\n");
    assert_true(t.ended);
}

static void items_of_a_source_are_put_as_they_come(void **state)
{
    teller t;

    (void)state;
    start(&t, "{ fed @stream(initialCount: 1) }", XY_FORM_2022);
    wait(10);
    expect("");
    assert_int_equal(xy_stream_push_int(fed, 7), XY_OK);
    wait(10);
    expect("put {\"data\":{\"fed\":[7]},\"hasNext\":true}\n");
    assert_int_equal(xy_stream_push_int(fed, 8), XY_OK);
    wait(10);
    expect("put {\"incremental\":[{\"items\":[8],\"path\":[\"fed\",1]}],\"hasNext\":true}\n");
    assert_int_equal(xy_stream_push_error(fed, "no ninth"), XY_OK);
    xy_stream_end(fed);
    wait(0);
    expect("last {\"incremental\":[{\"items\":[null],\"path\":[\"fed\",2],\"errors\":[{\"message\":"
           "\"no ninth\",\"locations\":[{\"line\":1,\"column\":3}],\"path\":[\"fed\",2]}]}],"
           "\"hasNext\":false}\nstop\n");
    assert_true(t.ended);
}

static void without_stream_the_items_are_collected(void **state)
{
    catcher out;

    (void)state;
    start_whole(&out, "{ fed @stream }");
    for (int i = 0; i < 100; i++)
        assert_int_equal(xy_stream_push_int(fed, 1), XY_OK);
    assert_string_equal(fixture_take(&f, &out), "");
    xy_stream_end(fed);
    assert_int_equal(strlen(fixture_take(&f, &out)), strlen("{\"data\":{\"fed\":[]}}") + 199);
    wait(0);
    expect("stop\n");
}

static void a_list_without_end_is_too_large(void **state)
{
    catcher out;
    int rc = XY_OK;

    (void)state;
    f.executor.limits.response_bytes_max = 1000;
    start_whole(&out, "{ fed }");
    for (int i = 0; i < 2000 && rc == XY_OK; i++)
        rc = xy_stream_push_int(fed, 1);
    assert_int_equal(rc, XY_ELIMIT);
    assert_int_equal(xy_stream_push_int(fed, 1), XY_ECLOSED);
    assert_string_equal(fixture_take(&f, &out),
                        "{\"errors\":[{\"message\":\"More items of the list wait than there may.\","
                        "\"locations\":[{\"line\":1,\"column\":3}],\"path\":[\"fed\"],"
                        "\"extensions\":{\"code\":\"LIST_TOO_LARGE\"}}],\"data\":{\"fed\":null}}");
    wait(0);
    expect("stop\n");
}

static void a_full_outlet_holds_up_the_source(void **state)
{
    teller t;

    (void)state;
    start(&t, "{ fed @stream }", XY_FORM_2023);
    wait(0);
    journal[0] = '\0';
    t.full = true;
    assert_int_equal(xy_stream_push_int(fed, 1), XY_OK);
    wait(0);
    assert_int_equal(xy_stream_push_int(fed, 2), XY_EFULL);
    wait(0);
    expect("put {\"incremental\":[{\"id\":\"0\",\"items\":[1]}],\"hasNext\":true}\n");
    t.full = false;
    xy__outlet_ready(&t.outlet);
    wait(0);
    expect("ready\nput {\"incremental\":[{\"id\":\"0\",\"items\":[2]}],\"hasNext\":true}\n");
    xy__outlet_stop(&t.outlet);
    expect("stop\n");
}

static void who_pushes_at_once_is_held_up_too(void **state)
{
    teller t;

    (void)state;
    start(&t, "{ eager @stream(initialCount: 2) }", XY_FORM_2023);
    for (int i = 0; i < 100 && !t.ended; i++)
        wait(1);
    assert_true(t.ended);
    assert_non_null(strstr(journal, "[0,1]"));
    assert_non_null(strstr(journal, "999]}"));
    assert_in_range(eager_most, 1, 100);
    journal[0] = '\0';
}

static void who_pushes_at_once_may_when_all_is_wanted(void **state)
{
    catcher out;

    (void)state;
    start_whole(&out, "{ eager }");
    assert_non_null(strstr(fixture_take(&f, &out), ",998,999]"));
    wait(0);
}

static void who_pushes_on_all_the_same_fails(void **state)
{
    teller t;
    int rc = XY_OK;
    int pushed = 0;

    (void)state;
    start(&t, "{ fed @stream }", XY_FORM_2022);
    wait(0);
    t.full = true;
    while (rc != XY_ELIMIT && pushed++ < 2000000)
        rc = xy_stream_push_str(fed, XY_STR("0123456789012345678901234567890123456789"));
    assert_int_equal(rc, XY_ELIMIT);
    t.full = false;
    xy__outlet_ready(&t.outlet);
    for (int i = 0; i < 100 && !t.ended; i++)
        wait(1);
    assert_true(t.ended);
    journal[0] = '\0';
}

static void null_in_a_strict_list_ends_it(void **state)
{
    teller t;
    const xy_value null = XY_NULL;

    (void)state;
    start(&t, "{ strict @stream }", XY_FORM_2023);
    wait(0);
    xy_stream_push_int(fed, 1);
    xy_stream_push(fed, &null);
    assert_int_equal(xy_stream_push_int(fed, 3), XY_ECLOSED);
    wait(0);
    expect("put {\"data\":{\"strict\":[]},\"pending\":[{\"id\":\"0\",\"path\":[\"strict\"]}],"
           "\"hasNext\":true}\n"
           "last {\"incremental\":[{\"id\":\"0\",\"items\":[1]}],\"completed\":[{\"id\":\"0\","
           "\"errors\":[{\"message\":\"Cannot return null for non-nullable field Query.strict.\","
           "\"locations\":[{\"line\":1,\"column\":3}],\"path\":[\"strict\",1]}]}],"
           "\"hasNext\":false}\nstop\n");
}

static void a_source_that_fails_ends_its_list(void **state)
{
    teller t;

    (void)state;
    f.executor.mask_errors = true;
    start(&t, "{ fed @stream }", XY_FORM_2022);
    wait(0);
    journal[0] = '\0';
    xy_stream_push_int(fed, 1);
    xy_stream_fail(fed, NULL, "disk on fire");
    wait(0);
    expect(
        "last {\"incremental\":[{\"items\":[1],\"path\":[\"fed\",0]},{\"items\":null,\"path\":"
        "[\"fed\"],\"errors\":[{\"message\":\"Something went wrong.\",\"locations\":[{\"line\":1,"
        "\"column\":3}],\"path\":[\"fed\"],\"extensions\":{\"code\":\"INTERNAL_SERVER_ERROR\"}}]}],"
        "\"hasNext\":false}\nstop\n");
}

static void a_field_that_is_no_list_cannot_push(void **state)
{
    catcher out;

    (void)state;
    start_whole(&out, "{ no_list }");
    assert_non_null(strstr(fixture_take(&f, &out), "A field that is no list pushes items."));
    expect("stop\n");
}

/* ---- the client goes ---- */

static void a_client_that_goes_leaves_nothing(void **state)
{
    static const char query[] = "{ fed @stream(initialCount: 1) os(n: 3) @stream { slow(ms: 3)"
                                " ... @defer { b: slow(ms: 2) } } ... @defer { c: slow(ms: 4) } }";

    (void)state;
    for (uint64_t ms = 0; ms < 12; ms++) {
        teller t;

        start(&t, query, ms % 2 ? XY_FORM_2022 : XY_FORM_2023);
        if (ms > 1)
            xy_stream_push_int(fed, 1);
        wait(ms);
        xy__outlet_stop(&t.outlet);
        assert_null(fed);
        assert_int_equal(f.executor.gauges.runs, 0);
        assert_int_equal(f.executor.gauges.promises, 0);
        assert_int_equal(f.executor.gauges.operations, 0);
        journal[0] = '\0';
    }
}

static void an_operation_that_is_cancelled_leaves_nothing(void **state)
{
    xy_document *document = fixture_document(&f, "{ fed @stream fast }");
    xy_operation *operation = xy__operation_create(&f.executor, document);
    teller t = {.outlet = {.ops = &teller_ops}};

    (void)state;
    xy__document_unref(document);
    xy__operation_deliver(operation, XY_DELIVER_ONCE);
    assert_int_equal(xy__operation_prepare(operation, XY_STR_NULL, NULL), XY_OK);
    xy__execute_incrementally(operation, NULL, &t.outlet, xy__form_create(XY_FORM_2023));
    wait(5);
    xy__operation_cancel(operation);
    assert_null(fed);
    assert_null(t.outlet.on_stop);
    xy__operation_unref(operation);
    journal[0] = '\0';
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        T(nothing_deferred_is_begun_before_the_first_part_is_put),
        T(late_fields_of_fragments_overlap),
        T(what_a_turn_gathers_is_one_payload),
        T(shared_fields_are_executed_once),
        T(null_at_the_root_of_a_fragment_ends_what_is_within),
        T(without_anything_later_it_is_one_result),
        T(a_part_that_takes_too_long_fails_alone),
        T(parts_that_wait_are_bounded),
        T(errors_of_a_part_are_bounded),
        T(parts_within_parts_are_bounded),
        T(others_have_their_turn),
        T(items_come_in_order_however_late),
        T(items_of_a_source_are_put_as_they_come),
        T(without_stream_the_items_are_collected),
        T(a_list_without_end_is_too_large),
        T(a_full_outlet_holds_up_the_source),
        T(who_pushes_at_once_is_held_up_too),
        T(who_pushes_at_once_may_when_all_is_wanted),
        T(who_pushes_on_all_the_same_fails),
        T(null_in_a_strict_list_ends_it),
        T(a_source_that_fails_ends_its_list),
        T(a_field_that_is_no_list_cannot_push),
        T(a_client_that_goes_leaves_nothing),
        T(an_operation_that_is_cancelled_leaves_nothing),
    };
#undef T
    return cmocka_run_group_tests(tests, NULL, NULL);
}
