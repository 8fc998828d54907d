/* SPDX-License-Identifier: MIT */
/* What a live query tells of itself: whether it is live, the coordinates and keys it depends on,
 * and the facts that its resolvers read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "xylem/live.h"

#include "base/buf.h"
#include "execution/live.h"
#include "fixture.h"

#define SDL                                                                                        \
    "directive @live(if: Boolean = true, throttle: Int) on QUERY\n"                                \
    "type Query { me: String  users(role: Role, first: Int): [User!]!  user(id: ID): User\n"       \
    "             made: Made  node: Node }\n"                                                      \
    "enum Role { ADMIN }\n"                                                                        \
    "interface Node { id: ID! }\n"                                                                 \
    "type User implements Node { id: ID!  name: String  boss: User }\n"                            \
    "type Made { id: ID!  later: String  plain: Plain }\n"                                         \
    "type Plain { id: ID  name: String }"

static fixture f;
static xy_promise *late;

/* Keys and facts, one after another. */
typedef struct teller {
    xy_watch watch;
    xy_buf told;
    xy_bytes *result;
    unsigned flags;
} teller;

static void add(teller *t, const char *what, xy_str name)
{
    if (t->told.len)
        xy__buf_char(&t->told, ' ');
    xy__buf_str(&t->told, xy_str_from(what));
    xy__buf_str(&t->told, name);
}

static void on_key(xy_watch *watch, xy_str key)
{
    add((teller *)watch, "", key);
}

static void on_fact(xy_watch *watch, xy_fact_kind kind, xy_str name)
{
    add((teller *)watch, kind == XY_FACT_USER ? "user" : "role ", name);
}

static void on_coordinate(void *arg, xy_str coordinate)
{
    add(arg, "", coordinate);
}

static void on_result(void *arg, xy_bytes *result, unsigned flags)
{
    teller *t = arg;

    t->result = result;
    t->flags = flags;
}

/* ---- resolvers ---- */

static int Query_me(xy_call *call)
{
    xy_str user = xy_user_id(call);

    xy_depend(call, XY_STR("clock"));
    return xy_put_str(call, xy_has_role(call, "admin") ? XY_STR("an admin") : user);
}

static const struct made {
    int number;
} made = {7};

static int Query_made(xy_call *call)
{
    return xy_put_object(call, &made);
}

static int Made_id(xy_call *call)
{
    return xy_put_int(call, ((const struct made *)xy_parent(call))->number);
}

static int Made_later(xy_call *call)
{
    late = xy_later(call);
    return XY_OK;
}

static int setup(void **state)
{
    static const binding bindings[] = {
        {"Query.me", Query_me}, {"Query.made", Query_made},
        {"Made.id", Made_id},   {"Made.later", Made_later},
        {NULL, NULL},
    };

    (void)state;
    fixture_init(&f, SDL);
    fixture_bind(&f, bindings);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

static void begin(teller *t)
{
    static const xy_watch_ops ops = {.on_key = on_key, .on_fact = on_fact};

    *t = (teller){.watch = {.ops = &ops}};
    xy__buf_init(&t->told, 4096);
}

static void assert_told(teller *t, const char *expected)
{
    if (!xy_str_is(xy__buf_view(&t->told), expected))
        fail_msg("told: %.*s\nexpected: %s", XY_PRI(xy__buf_view(&t->told)), expected);
    xy__buf_deinit(&t->told);
}

static void assert_result(teller *t, const char *expected)
{
    assert_non_null(t->result);
    assert_true(xy_str_is(xy_bytes_str(t->result), expected));
    assert_null(t->watch.run);
    xy_bytes_unref(t->result);
}

/* What a query tells of its data. */
static void assert_keys(const char *query, const char *expected)
{
    xy_operation *operation = fixture_prepare(&f, query, NULL);
    teller t;

    begin(&t);
    xy__execute_query_as(operation, &(xy_run_terms){.watch = &t.watch}, on_result, &t);
    xy_bytes_unref(t.result);
    xy__operation_unref(operation);
    assert_told(&t, expected);
}

static int Query_users(xy_call *call)
{
    return xy_put_value(call, fixture_json(&f, "[{\"id\":\"1\",\"name\":\"ann\","
                                               "\"boss\":{\"id\":2,\"__typename\":\"User\"}},"
                                               "{\"id\":3}]"));
}

static int Query_node(xy_call *call)
{
    return xy_put_value(call, fixture_json(&f, "{\"__typename\":\"User\",\"id\":\"n\"}"));
}

static void objects_tell_their_keys_whether_or_not_the_client_asks_for_the_id(void **state)
{
    static const binding bindings[] = {
        {"Query.users", Query_users}, {"Query.node", Query_node}, {NULL, NULL}};

    (void)state;
    fixture_bind(&f, bindings);
    assert_keys("query @live { users { name boss { name } } }", "User:1 User:2 User:3");
    assert_keys("query @live { users { id } }", "User:1 User:3");
    assert_keys("query @live { node { id } }", "User:n");
    assert_keys("query @live { made { __typename } }", "Made:7");
}

static size_t build_key(xy_str type, xy_str id, char *out, size_t size)
{
    if (xy_str_is(id, "2"))
        return 0;
    if (xy_str_is(id, "3"))
        return size + 1;
    return (size_t)snprintf(out, size, "%.*s/%.*s", XY_PRI(id), XY_PRI(type));
}

static void an_application_may_name_its_objects_itself(void **state)
{
    static const binding bindings[] = {{"Query.users", Query_users}, {NULL, NULL}};

    (void)state;
    fixture_bind(&f, bindings);
    f.executor.live_key = build_key;
    assert_keys("query @live { users { name boss { name } } }", "1/User");
    f.executor.live_key = NULL;
    f.schema->id_field = XY_STR("key");
    assert_keys("query @live { users { name boss { name } } }", "");
    f.schema->id_field = XY_STR_NULL;
}

static void queries_that_are_not_live_tell_no_keys(void **state)
{
    static const binding bindings[] = {{"Query.users", Query_users}, {NULL, NULL}};

    (void)state;
    fixture_bind(&f, bindings);
    assert_keys("{ users { id } }", "");
}

static void resolvers_tell_what_they_read_of_the_request(void **state)
{
    xy_identity *identity = xy__identity_create();
    xy_operation *operation = fixture_prepare(&f, "query @live { me }", NULL);
    xy_run_terms terms = {.identity = identity, .more = XY_STR(",\"isLive\":true")};
    teller t;

    (void)state;
    xy_identity_set_user(identity, XY_STR("ann"));
    begin(&t);
    terms.watch = &t.watch;
    xy__execute_query_as(operation, &terms, on_result, &t);
    xy__operation_unref(operation);
    xy__identity_unref(identity);
    assert_result(&t, "{\"data\":{\"me\":\"ann\"},\"isLive\":true}");
    assert_told(&t, "user clock role admin");
}

/* What a run reads of `identity` when it asks for all there is. */
static void assert_reads(const xy_identity *identity, const char *expected)
{
    xy_buf key;

    xy__buf_init(&key, 256);
    xy__fact_write(&key, XY_FACT_SIGNED_IN, XY_STR_NULL, identity);
    xy__buf_char(&key, ' ');
    xy__fact_write(&key, XY_FACT_USER, XY_STR_NULL, identity);
    xy__buf_char(&key, ' ');
    xy__fact_write(&key, XY_FACT_ROLE, XY_STR("admin"), identity);
    if (!xy_str_is(xy__buf_view(&key), expected))
        fail_msg("read: %.*s\nexpected: %s", XY_PRI(xy__buf_view(&key)), expected);
    xy__buf_deinit(&key);
}

static void a_fact_is_written_as_what_a_resolver_would_have_read(void **state)
{
    xy_identity *ann = xy__identity_create();
    xy_identity *nobody = xy__identity_create();

    (void)state;
    xy_identity_set_user(ann, XY_STR("ann"));
    xy_identity_set_user(nobody, XY_STR(""));
    xy_identity_add_role(ann, XY_STR("admin"));
    assert_reads(NULL, "0 - 0");
    assert_reads(ann, "1 3:ann 1");
    assert_reads(nobody, "1 0: 0");
    xy_identity_set_expiry(ann, 1);
    assert_null(xy__identity_now(ann));
    xy__identity_unref(ann);
    xy__identity_unref(nobody);
}

static void a_watched_run_can_be_cancelled(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "query @live { made { later } }", NULL);
    teller t;

    (void)state;
    begin(&t);
    xy__execute_query_as(operation, &(xy_run_terms){.watch = &t.watch}, on_result, &t);
    xy__operation_unref(operation);
    assert_non_null(t.watch.run);
    xy__watch_cancel(&t.watch);
    assert_null(t.watch.run);
    xy__watch_cancel(&t.watch);
    xy_promise_resolve(late);
    assert_null(t.result);
    assert_told(&t, "Made:7");
}

static void the_directive_says_whether_a_query_is_live(void **state)
{
    static const struct {
        const char *query, *variables;
        bool live;
        uint64_t throttle_ms;
    } cases[] = {
        {"{ me }", NULL, false, 0},
        {"query @live { me }", NULL, true, 0},
        {"query @live(if: false, throttle: 5) { me }", NULL, false, 5},
        {"query @live(if: null) { me }", NULL, false, 0},
        {"query @live(throttle: 100) { me }", NULL, true, 100},
        {"query @live(throttle: -1) { me }", NULL, true, 0},
        {"query @live(throttle: null) { me }", NULL, true, 0},
        {"query($on: Boolean = false) @live(if: $on) { me }", NULL, false, 0},
        {"query($on: Boolean = false) @live(if: $on) { me }", "{\"on\":true}", true, 0},
        {"query($on: Boolean) @live(if: $on) { me }", NULL, true, 0},
        {"query($t: Int = 7) @live(throttle: $t) { me }", NULL, true, 7},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_operation *operation = fixture_prepare(&f, cases[i].query, cases[i].variables);
        xy_live_request request;

        assert_int_equal(xy__live_request(operation, &request), XY_OK);
        if (request.live != cases[i].live || request.throttle_ms != cases[i].throttle_ms)
            fail_msg("%s: live %d, throttle %d", cases[i].query, request.live,
                     (int)request.throttle_ms);
        xy__operation_unref(operation);
    }
}

static void root_fields_tell_their_coordinates(void **state)
{
    static const xy_live_index_rule indices[] = {
        {"Query.users", "role"}, {"Query.users", "role,first"}, {NULL, NULL}};
    static const struct {
        const char *query, *expected;
    } cases[] = {
        {"query @live { a: me b: me }", "Query.me Query.me"},
        {"query @live { user(id: 5) { name } }", "Query.user Query.user(id:\"5\")"},
        {"query @live { user(id: \"a\\\"b\") { name } }", "Query.user Query.user(id:\"a\\\"b\")"},
        {"query @live { user { name } }", "Query.user"},
        {"query @live { user(id: null) { name } }", "Query.user"},
        {"query @live { users(role: ADMIN) { name } }", "Query.users Query.users(role:\"ADMIN\")"},
        {"query @live { users(first: 2, role: ADMIN) { name } }",
         "Query.users Query.users(role:\"ADMIN\") Query.users(role:\"ADMIN\",first:\"2\")"},
        {"query @live { __typename ...F } fragment F on Query { me }", "Query.me"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_operation *operation = fixture_prepare(&f, cases[i].query, NULL);
        teller t;

        begin(&t);
        xy__live_coordinates(operation, indices, on_coordinate, &t);
        xy__operation_unref(operation);
        assert_told(&t, cases[i].expected);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(objects_tell_their_keys_whether_or_not_the_client_asks_for_the_id),
        TEST(an_application_may_name_its_objects_itself),
        TEST(queries_that_are_not_live_tell_no_keys),
        TEST(resolvers_tell_what_they_read_of_the_request),
        TEST(a_fact_is_written_as_what_a_resolver_would_have_read),
        TEST(a_watched_run_can_be_cancelled),
        TEST(the_directive_says_whether_a_query_is_live),
        TEST(root_fields_tell_their_coordinates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
