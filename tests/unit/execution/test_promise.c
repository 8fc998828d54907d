/* SPDX-License-Identifier: MIT */
/* Answers that come later: in any order, from anywhere, or too late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "fixture.h"

static const char sdl[] =
    "type Query { v(k: String): Int  V(k: String): Int!  o(k: String): Query  O(k: String): "
    "Query!\n"
    "  now: Int  timed(ms: Int!): Int  strict: Query\n"
    "  list(n: Int!): [Int]  hard(n: Int!): [Int!]  grid: [[Int]]  mixed: [Int!]\n"
    "  at_once: Int  batch: Int  put_first: Int  refused: Int  dropped: Int  twice: Int\n"
    "  boom: Int  quit: Int  N: Int!  nulls: Int }\n"
    "type Mutation { m(k: String): Int  M(k: String): Int!  o(k: String): Query  now: Int\n"
    "  timed(ms: Int!): Int }";

/* ---- promises by name ---- */

typedef struct held {
    char name[32];
    xy_promise *promise; /* NULL: resolved */
    bool stopped;
} held;

static held table[64];
static size_t table_len;
static char journal[512];

static void note(const char *what, xy_str name)
{
    size_t len = strlen(journal);

    snprintf(journal + len, sizeof journal - len, "%s%s%.*s ", what, name.len ? ":" : "",
             XY_PRI(name));
}

static void reset(void)
{
    memset(table, 0, sizeof table);
    table_len = 0;
    journal[0] = 0;
}

static void on_stop(void *arg)
{
    held *h = arg;

    assert_non_null(h->promise);
    assert_false(h->stopped);
    h->stopped = true;
    note("stop", xy_str_from(h->name));
}

static xy_promise *hold(xy_promise *promise, xy_str name)
{
    held *h = &table[table_len++];

    snprintf(h->name, sizeof h->name, "%.*s", XY_PRI(name));
    h->promise = promise;
    xy_promise_on_stop(promise, on_stop, h);
    return promise;
}

static held *find(const char *name)
{
    for (size_t i = 0; i < table_len; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    fail_msg("nobody holds %s", name);
    return NULL;
}

static xy_promise *let_go(const char *name)
{
    held *h = find(name);
    xy_promise *promise = h->promise;

    assert_non_null(promise);
    h->promise = NULL;
    return promise;
}

static void resolve_int(const char *name, int64_t value)
{
    xy_promise *promise = let_go(name);

    xy_put_int(xy_promise_call(promise), value);
    xy_promise_resolve(promise);
}

static void resolve_null(const char *name)
{
    xy_promise_resolve(let_go(name));
}

static void resolve_object(const char *name)
{
    xy_promise *promise = let_go(name);

    xy_put_object(xy_promise_call(promise), journal);
    xy_promise_resolve(promise);
}

/* ---- resolvers ---- */

/* v, V, o, O, m, M: whenever the test wants. */
static int on_demand(xy_call *call)
{
    xy_str name = xy_arg_str(call, "k");

    hold(xy_later(call), name);
    note("call", name);
    return XY_OK;
}

static int now(xy_call *call)
{
    note("now", XY_STR_NULL);
    return xy_put_int(call, 1);
}

static int strict(xy_call *call)
{
    return xy_put_object(call, journal);
}

static void on_time(xy_promise *promise, void *arg)
{
    (void)arg;
    xy_put_int(xy_promise_call(promise), xy_arg_int(xy_promise_call(promise), "ms"));
    xy_promise_resolve(promise);
}

static int timed(xy_call *call)
{
    xy_promise_after(xy_later(call), (uint64_t)xy_arg_int(call, "ms"), on_time, NULL);
    return XY_OK;
}

/* Items named 0, 1, 2, ... */
static int list(xy_call *call)
{
    size_t count = (size_t)xy_arg_int(call, "n");
    xy_result *items = xy_put_list(call, count);

    for (size_t i = 0; i < count; i++) {
        xy_str name = xy_format(call, "%zu", i);

        items[i] = xy_result_promise(hold(xy_later_item(call), name));
    }
    return XY_OK;
}

/* [[0, 9], late "row", null] with a late item "cell" in front. */
static int grid(xy_call *call)
{
    xy_result *rows = xy_put_list(call, 3);
    xy_result *cells = xy_results(call, 2);

    cells[0] = xy_result_promise(hold(xy_later_item(call), XY_STR("cell")));
    cells[1] = xy_result_int(9);
    rows[0] = (xy_result){.kind = XY_RESULT_LIST, .items = cells, .len = 2};
    rows[1] = xy_result_promise(hold(xy_later_item(call), XY_STR("row")));
    return XY_OK;
}

/* [late "a", null, late "b"] of [Int!]: fails before it comes to "b". */
static int mixed(xy_call *call)
{
    xy_result *items = xy_put_list(call, 3);

    items[0] = xy_result_promise(hold(xy_later_item(call), XY_STR("a")));
    items[2] = xy_result_promise(hold(xy_later_item(call), XY_STR("b")));
    return XY_OK;
}

static int at_once(xy_call *call)
{
    xy_promise *promise = xy_later(call);

    xy_put_int(xy_promise_call(promise), 5);
    xy_promise_resolve(promise);
    return XY_OK;
}

/* Answers for all who wait, as a loader of batches does. */
static int batch(xy_call *call)
{
    for (size_t i = 0; i < table_len; i++)
        if (table[i].promise)
            resolve_int(table[i].name, (int64_t)(10 + i));
    return xy_put_int(call, (int64_t)table_len);
}

static int nulls(xy_call *call)
{
    (void)call;
    for (size_t i = 0; i < table_len; i++)
        if (table[i].promise)
            resolve_null(table[i].name);
    return XY_OK;
}

/* What is put while the promise is open is not the answer yet. */
static int put_first(xy_call *call)
{
    hold(xy_later(call), XY_STR("p"));
    return xy_put_int(call, 1);
}

static int refused(xy_call *call)
{
    hold(xy_later(call), XY_STR("r"));
    return xy_fail_code(call, "NO", "no %s", "way");
}

/* Makes a promise and answers something else. */
static int dropped(xy_call *call)
{
    hold(xy_later_item(call), XY_STR("d"));
    return xy_put_int(call, 3);
}

/* A promise whose answer is a promise whose answer is a promise. */
static void once_more(xy_promise *promise, void *arg)
{
    xy_call *call = xy_promise_call(promise);
    int *left = arg;
    xy_promise *next;

    if (--*left == 0) {
        xy_put_int(call, 77);
    } else {
        next = xy_later_item(call);
        xy_put(call, xy_result_promise(next));
        xy_promise_after(next, 1, once_more, left);
    }
    xy_promise_resolve(promise);
}

static int twice(xy_call *call)
{
    int *left = xy_new(call, int);

    *left = 2000;
    xy_promise_after(xy_later(call), 1, once_more, left);
    return XY_OK;
}

static int boom(xy_call *call)
{
    (void)call;
    return XY_EIO;
}

static xy_operation *current;

static int quit(xy_call *call)
{
    xy__operation_cancel(current);
    return xy_put_int(call, 1);
}

static const binding bindings[] = {
    {"Query.v", on_demand},     {"Query.V", on_demand},
    {"Query.o", on_demand},     {"Query.O", on_demand},
    {"Query.now", now},         {"Query.timed", timed},
    {"Query.strict", strict},   {"Query.list", list},
    {"Query.hard", list},       {"Query.grid", grid},
    {"Query.mixed", mixed},     {"Query.at_once", at_once},
    {"Query.batch", batch},     {"Query.put_first", put_first},
    {"Query.refused", refused}, {"Query.dropped", dropped},
    {"Query.twice", twice},     {"Query.boom", boom},
    {"Query.quit", quit},       {"Query.nulls", nulls},
    {"Mutation.m", on_demand},  {"Mutation.M", on_demand},
    {"Mutation.o", on_demand},  {"Mutation.now", now},
    {"Mutation.timed", timed},  {NULL, NULL},
};

/* ---- the tests ---- */

static fixture f;
static catcher out;

static int setup(void **state)
{
    (void)state;
    reset();
    fixture_init(&f, sdl);
    fixture_bind(&f, bindings);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

static void start(const char *query)
{
    xy_operation *operation = fixture_prepare(&f, query, NULL);

    fixture_start(&f, operation, NULL, &out);
    xy__operation_unref(operation);
}

#define assert_pending()     assert_null(out.result)
#define assert_result(text)  assert_string_equal(fixture_take(&f, &out), text)
#define assert_journal(text) assert_string_equal(journal, text)

static void the_result_comes_with_the_last_answer(void **state)
{
    (void)state;
    start("{a:v(k:\"a\") now o(k:\"o\"){b:v(k:\"b\")} c:V(k:\"c\")}");
    resolve_int("c", 3);
    resolve_object("o");
    resolve_int("a", 1);
    assert_pending();
    resolve_int("b", 2);
    assert_result("{\"data\":{\"a\":1,\"now\":1,\"o\":{\"b\":2},\"c\":3}}");
    assert_int_equal(out.ended, 1);
}

static void a_promise_may_be_resolved_before_it_is_waited_for(void **state)
{
    (void)state;
    start("{at_once}");
    assert_result("{\"data\":{\"at_once\":5}}");
}

static void a_resolver_may_answer_for_others(void **state)
{
    (void)state;
    start("{a:v(k:\"a\") strict{b:v(k:\"b\")} batch now}");
    assert_result("{\"data\":{\"a\":10,\"strict\":{\"b\":11},\"batch\":2,\"now\":1}}");
}

static void an_answer_may_come_while_its_place_is_nulled(void **state)
{
    (void)state;
    start("{strict{V(k:\"a\") b:V(k:\"b\") v(k:\"c\")} nulls}");
    assert_result(
        "{\"errors\":[{\"message\":\"Cannot return null for non-nullable field Query.V.\","
        "\"locations\":[{\"line\":1,\"column\":9}],\"path\":[\"strict\",\"V\"]}],"
        "\"data\":{\"strict\":null,\"nulls\":null}}");
    assert_journal("call:a call:b call:c ");
}

static void what_is_put_before_the_promise_is_resolved_is_no_answer(void **state)
{
    (void)state;
    start("{put_first}");
    assert_pending();
    resolve_int("p", 2);
    assert_result("{\"data\":{\"put_first\":2}}");
}

static void a_promise_that_has_no_place_is_stopped(void **state)
{
    (void)state;
    start("{dropped refused mixed}");
    assert_result("{\"errors\":["
                  "{\"message\":\"no way\",\"locations\":[{\"line\":1,\"column\":10}],"
                  "\"path\":[\"refused\"],\"extensions\":{\"code\":\"NO\"}},"
                  "{\"message\":\"Cannot return null for non-nullable field Query.mixed.\","
                  "\"locations\":[{\"line\":1,\"column\":18}],\"path\":[\"mixed\",1]}],"
                  "\"data\":{\"dropped\":3,\"refused\":null,\"mixed\":null}}");
    assert_journal("stop:d stop:r stop:a stop:b ");
    assert_int_equal(f.executor.gauges.runs, 1);
    resolve_int("d", 1);
    resolve_int("r", 1);
    resolve_int("b", 1);
    resolve_int("a", 1);
    assert_int_equal(f.executor.gauges.runs, 0);
}

static void items_of_lists_may_be_late(void **state)
{
    (void)state;
    start("{list(n:3) grid}");
    resolve_int("2", 22);
    resolve_null("row");
    resolve_int("0", 20);
    resolve_int("cell", 5);
    resolve_null("1");
    assert_result("{\"data\":{\"list\":[20,null,22],\"grid\":[[5,9],null,null]}}");
}

static void a_late_null_stops_what_lies_beneath_the_same_null(void **state)
{
    (void)state;
    start("{strict{a:v(k:\"a\") strict{O(k:\"o\"){now} b:v(k:\"b\")} c:v(k:\"c\")}}");
    resolve_int("a", 1);
    resolve_null("o");
    assert_journal("call:a call:o call:b call:c stop:b ");
    assert_pending();
    resolve_int("c", 3);
    assert_result(
        "{\"errors\":[{\"message\":\"Cannot return null for non-nullable field Query.O.\","
        "\"locations\":[{\"line\":1,\"column\":27}],\"path\":[\"strict\",\"strict\",\"O\"]}],"
        "\"data\":{\"strict\":{\"a\":1,\"strict\":null,\"c\":3}}}");
    resolve_int("b", 2);
}

static void a_late_item_may_null_its_list(void **state)
{
    (void)state;
    start("{now hard(n:3)}");
    resolve_int("0", 1);
    resolve_null("1");
    assert_result(
        "{\"errors\":[{\"message\":\"Cannot return null for non-nullable field Query.hard.\","
        "\"locations\":[{\"line\":1,\"column\":6}],\"path\":[\"hard\",1]}],"
        "\"data\":{\"now\":1,\"hard\":null}}");
    assert_journal("now stop:2 ");
    resolve_int("2", 1);
}

static void a_late_null_may_go_all_the_way(void **state)
{
    (void)state;
    start("{V(k:\"a\") strict{v(k:\"b\")} now}");
    resolve_null("a");
    assert_result(
        "{\"errors\":[{\"message\":\"Cannot return null for non-nullable field Query.V.\","
        "\"locations\":[{\"line\":1,\"column\":2}],\"path\":[\"V\"]}],\"data\":null}");
    resolve_null("b");
}

static void an_immediate_null_stops_what_is_late_beneath_it(void **state)
{
    (void)state;
    start("{strict{o:strict{v(k:\"a\")} list(n:1) N b:v(k:\"b\")} now}");
    assert_journal("call:a stop:a stop:0 now ");
    assert_result(
        "{\"errors\":[{\"message\":\"Cannot return null for non-nullable field Query.N.\","
        "\"locations\":[{\"line\":1,\"column\":38}],\"path\":[\"strict\",\"N\"]}],"
        "\"data\":{\"strict\":null,\"now\":1}}");
    resolve_int("a", 1);
    resolve_int("0", 1);
}

static void timers_answer_in_order_of_time(void **state)
{
    (void)state;
    start("{a:timed(ms:30) b:timed(ms:10) c:timed(ms:20)}");
    xy__loop_advance(&f.loop, 29);
    assert_pending();
    xy__loop_advance(&f.loop, 1);
    assert_result("{\"data\":{\"a\":30,\"b\":10,\"c\":20}}");
}

static void an_answer_may_be_a_promise_again(void **state)
{
    (void)state;
    start("{twice}");
    xy__loop_advance(&f.loop, 1999);
    assert_pending();
    xy__loop_advance(&f.loop, 1);
    assert_result("{\"data\":{\"twice\":77}}");
}

static void codes_of_resolvers_are_masked_where_wanted(void **state)
{
    (void)state;
    start("{boom}");
    assert_result("{\"errors\":[{\"message\":\"input or output error\","
                  "\"locations\":[{\"line\":1,\"column\":2}],\"path\":[\"boom\"]}],"
                  "\"data\":{\"boom\":null}}");
    f.executor.mask_errors = true;
    start("{boom}");
    assert_result("{\"errors\":[{\"message\":\"" XY_MASKED_MESSAGE "\","
                  "\"locations\":[{\"line\":1,\"column\":2}],\"path\":[\"boom\"],"
                  "\"extensions\":{\"code\":\"" XY_MASKED_CODE "\"}}],\"data\":{\"boom\":null}}");
}

/* ---- the client goes ---- */

static void a_client_that_goes_stops_what_is_late(void **state)
{
    (void)state;
    start("{a:v(k:\"a\") strict{b:v(k:\"b\")} timed(ms:5) list(n:1)}");
    xy__outlet_stop(&out.outlet);
    assert_journal("call:a call:b stop:a stop:b stop:0 ");
    assert_int_equal(f.executor.gauges.runs, 1);
    assert_int_equal(f.executor.gauges.promises, 3); /* the timer's is gone */
    resolve_int("b", 1);
    resolve_null("a");
    xy__loop_advance(&f.loop, 100);
    resolve_null("0");
    assert_int_equal(f.executor.gauges.runs, 0);
    assert_pending();
    assert_int_equal(out.ended, 0);
}

static void on_stop_resolving(void *arg)
{
    xy_promise_resolve(arg);
}

static int resolved_by_stop(xy_call *call)
{
    xy_promise *promise = xy_later(call);

    xy_promise_on_stop(promise, on_stop_resolving, promise);
    xy_promise_after(promise, 10, on_time, NULL);
    return XY_OK;
}

static void a_promise_may_be_resolved_by_its_stop(void **state)
{
    static const xy_schema *schema;

    (void)state;
    schema = f.schema;
    xy__type_field(schema->query, XY_STR("v"))->resolver = resolved_by_stop;
    start("{v o(k:\"o\"){now}}");
    xy__outlet_stop(&out.outlet);
    assert_int_equal(f.executor.gauges.promises, 1);
    resolve_null("o");
    assert_int_equal(f.executor.gauges.runs, 0);
}

static void a_resolver_may_cancel_its_own_operation(void **state)
{
    (void)state;
    current = fixture_prepare(&f, "{v(k:\"a\") quit now}", NULL);
    fixture_start(&f, current, NULL, &out);
    assert_journal("call:a stop:a ");
    assert_pending();
    xy__operation_unref(current);
    resolve_null("a");
}

/* ---- mutations ---- */

static void fields_of_a_mutation_wait_for_each_other(void **state)
{
    (void)state;
    start("mutation{a:m(k:\"a\") now b:o(k:\"b\"){c:v(k:\"c\")} d:m(k:\"d\") e:now}");
    assert_journal("call:a ");
    resolve_int("a", 1);
    assert_journal("call:a now call:b ");
    resolve_object("b");
    assert_journal("call:a now call:b call:c ");
    resolve_int("c", 3);
    assert_journal("call:a now call:b call:c call:d ");
    resolve_int("d", 4);
    assert_journal("call:a now call:b call:c call:d now ");
    assert_result("{\"data\":{\"a\":1,\"now\":1,\"b\":{\"c\":3},\"d\":4,\"e\":1}}");
}

static void a_mutation_that_fails_as_a_whole_goes_no_further(void **state)
{
    (void)state;
    start("mutation{now a:M(k:\"a\") b:now}");
    resolve_null("a");
    assert_journal("now call:a ");
    assert_result(
        "{\"errors\":[{\"message\":\"Cannot return null for non-nullable field Mutation.M."
        "\",\"locations\":[{\"line\":1,\"column\":14}],\"path\":[\"a\"]}],\"data\":null}");
}

static void a_later_field_of_a_mutation_may_null_it_all(void **state)
{
    (void)state;
    start("mutation{a:m(k:\"a\") b:M(k:\"b\") c:m(k:\"c\")}");
    resolve_int("a", 1);
    resolve_null("b");
    assert_journal("call:a call:b ");
    assert_result(
        "{\"errors\":[{\"message\":\"Cannot return null for non-nullable field Mutation.M."
        "\",\"locations\":[{\"line\":1,\"column\":21}],\"path\":[\"b\"]}],\"data\":null}");
}

static void a_mutation_may_be_long(void **state)
{
    enum { FIELDS = 10000 };
    const xy_document_options trusted = {.trusted = true};
    xy_operation *operation;
    xy_document *document;
    xy_errors errors;
    xy_buf text;

    (void)state;
    xy__buf_init(&text, 1u << 24);
    XY_BUF_LITERAL(&text, "mutation{");
    for (int i = 0; i < FIELDS; i++)
        xy__buf_printf(&text, "f%d:timed(ms:1) ", i);
    xy__buf_char(&text, '}');
    xy__errors_init(&errors, &f.arena);
    assert_int_equal(
        xy__document_create(f.schema, xy__buf_view(&text), &trusted, &document, &errors), XY_OK);
    operation = fixture_operation(&f, document, NULL);
    fixture_start(&f, operation, NULL, &out);
    xy__loop_advance(&f.loop, FIELDS - 1);
    assert_pending();
    xy__loop_advance(&f.loop, 1);
    xy__buf_truncate(&text, 0);
    for (int i = 0; i < FIELDS; i++)
        xy__buf_printf(&text, "%s\"f%d\":1", i ? "," : "{\"data\":{", i);
    xy__buf_append(&text, "}}", 3);
    assert_result(text.ptr);
    xy__buf_deinit(&text);
    xy__operation_unref(operation);
    xy__document_unref(document);
}

static void a_mutation_may_be_cancelled_half_way(void **state)
{
    (void)state;
    start("mutation{a:m(k:\"a\") b:m(k:\"b\") c:m(k:\"c\")}");
    resolve_int("a", 1);
    xy__outlet_stop(&out.outlet);
    resolve_int("b", 1);
    assert_journal("call:a call:b stop:b ");
    assert_pending();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_result_comes_with_the_last_answer),
        TEST(a_promise_may_be_resolved_before_it_is_waited_for),
        TEST(a_resolver_may_answer_for_others),
        TEST(an_answer_may_come_while_its_place_is_nulled),
        TEST(what_is_put_before_the_promise_is_resolved_is_no_answer),
        TEST(a_promise_that_has_no_place_is_stopped),
        TEST(items_of_lists_may_be_late),
        TEST(a_late_null_stops_what_lies_beneath_the_same_null),
        TEST(a_late_item_may_null_its_list),
        TEST(a_late_null_may_go_all_the_way),
        TEST(an_immediate_null_stops_what_is_late_beneath_it),
        TEST(timers_answer_in_order_of_time),
        TEST(an_answer_may_be_a_promise_again),
        TEST(codes_of_resolvers_are_masked_where_wanted),
        TEST(a_client_that_goes_stops_what_is_late),
        TEST(a_promise_may_be_resolved_by_its_stop),
        TEST(a_resolver_may_cancel_its_own_operation),
        TEST(fields_of_a_mutation_wait_for_each_other),
        TEST(a_mutation_that_fails_as_a_whole_goes_no_further),
        TEST(a_later_field_of_a_mutation_may_null_it_all),
        TEST(a_mutation_may_be_long),
        TEST(a_mutation_may_be_cancelled_half_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
