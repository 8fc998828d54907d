/* SPDX-License-Identifier: MIT */
/* Loaders: what is asked for one by one is fetched together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/generated.h"
#include "xylem/loader.h"
#include "xylem/stream.h"

#include "execution/work.h"
#include "fixture.h"
#include "serve/form.h"

#define SDL                                                                                        \
    "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT\n"  \
    "directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD\n"     \
    "type Query { user(id: ID): User  slow(id: ID): User  far(id: ID): User  hard(id: ID): Hard\n" \
    "  messages(n: Int!): [Message!]!  users(n: Int!): [User]  pushed(n: Int!): [User]\n"          \
    "  title(id: ID): String  big(id: ID): Int  bossOf(id: ID): User  me: String\n"                \
    "  typed(id: ID): User }\n"                                                                    \
    "type Message { id: ID  author: User }\n"                                                      \
    "type User { id: Int  name: String  boss: User  big: Int }\n"                                  \
    "type Hard { user: User  slow: User  no: Int! }\n"                                             \
    "type Mutation { rename: Int  user(id: ID): User  typed(id: ID): User }"

static fixture f;

/* The keys of each batch, in brackets. */
static char batches[1 << 16];

static void expect(const char *keys)
{
    assert_string_equal(batches, keys);
    batches[0] = '\0';
}

static void note(const char *name, const xy_batch *batch)
{
    size_t len = strlen(batches);

    len += (size_t)snprintf(batches + len, sizeof batches - len, "%s[", name);
    for (size_t i = 0; i < xy_batch_len(batch); i++)
        len += (size_t)snprintf(batches + len, sizeof batches - len, "%s%.*s", i ? " " : "",
                                XY_PRI(xy_batch_key(batch, i)));
    snprintf(batches + len, sizeof batches - len, "]");
}

/* ---- users: number n has number n / 2 as boss ---- */

static int renamed;

typedef struct User {
    int number;
} User;

static void put_users(xy_batch *batch, void *(*alloc)(void *owner, size_t size), void *owner)
{
    for (size_t i = 0; i < xy_batch_len(batch); i++) {
        User *user = alloc(owner, sizeof *user);

        user->number = (int)strtol(xy_batch_key(batch, i).ptr, NULL, 10);
        if (user->number == 13) {
            xy_batch_fail(batch, i, "UNLUCKY", "nobody is number %d", user->number);
        } else if (user->number != 404) {
            xy_batch_put(batch, i, xy_result_object(NULL, user));
        }
    }
}

static void *alloc_of_call(void *call, size_t size)
{
    return xy_alloc(call, size);
}

static void *alloc_of_work(void *work, size_t size)
{
    return xy_work_alloc(work, size);
}

static bool has_key(const xy_batch *batch, const char *key)
{
    for (size_t i = 0; i < xy_batch_len(batch); i++)
        if (xy_str_is(xy_batch_key(batch, i), key))
            return true;
    return false;
}

static int load_users(xy_call *call, xy_batch *batch)
{
    note("", batch);
    if (has_key(batch, "down"))
        return xy_fail_code(call, "DOWN", "the %s is down", "store");
    if (has_key(batch, "broken"))
        return XY_EIO;
    put_users(batch, alloc_of_call, call);
    return XY_OK;
}

static const xy_loader users = {.load = load_users, .keys_max = 50};

/* ---- the same, later ---- */

static unsigned stopped;

static void on_stop(void *arg)
{
    stopped++;
    xy_promise_resolve(arg);
}

static void answer_slowly(xy_promise *promise, void *arg)
{
    put_users(arg, alloc_of_call, xy_promise_call(promise));
    xy_promise_resolve(promise);
}

static int load_slowly(xy_call *call, xy_batch *batch)
{
    xy_promise *promise = xy_later(call);

    note("slow", batch);
    if (has_key(batch, "at once")) {
        xy_promise_resolve(promise);
        return XY_OK;
    }
    if (!has_key(batch, "timer"))
        xy_promise_on_stop(promise, on_stop, promise);
    xy_promise_after(promise, 100, answer_slowly, batch);
    return has_key(batch, "fails") ? xy_fail(call, "after all") : XY_OK;
}

static const xy_loader slow_users = {.load = load_slowly};

/* ---- the same, on a thread ---- */

static int load_far(xy_work *work, xy_batch *batch)
{
    note("far", batch);
    if (has_key(batch, "down"))
        return xy_work_fail(work, "the line is down");
    put_users(batch, alloc_of_work, work);
    return XY_OK;
}

static const xy_loader far_users = {.load_blocking = load_far};

/* ---- large values, and another kind ---- */

static int load_big(xy_call *call, xy_batch *batch)
{
    for (size_t i = 0; i < xy_batch_len(batch); i++) {
        xy_alloc(call, (size_t)100 << 10);
        xy_batch_put(batch, i, xy_result_int(1));
    }
    return XY_OK;
}

static const xy_loader big = {.load = load_big};

static int load_titles(xy_call *call, xy_batch *batch)
{
    note("title", batch);
    for (size_t i = 0; i < xy_batch_len(batch); i++)
        xy_batch_put(batch, i,
                     xy_result_str(xy_format(call, "%.*s %.*s", XY_PRI(xy_call_field(call)),
                                             XY_PRI(xy_batch_key(batch, i)))));
    return XY_OK;
}

static const xy_loader titles = {.load = load_titles};

/* ---- resolvers ---- */

static int number_of(const xy_call *call)
{
    return ((const User *)xy_parent(call))->number;
}

static int Query_user(xy_call *call)
{
    return xy_load(call, &users, xy_arg_str(call, "id"));
}

static int Query_slow(xy_call *call)
{
    return xy_load(call, &slow_users, xy_arg_str(call, "id"));
}

static int Query_far(xy_call *call)
{
    return xy_load(call, &far_users, xy_arg_str(call, "id"));
}

/* As generated code does it: the resolver has left its *out alone. */
static int Query_typed(xy_call *call)
{
    static const xy_slot slot = {NULL, XY_SLOT_OBJECT, 0, XY_SLOT_NO_HAS, NULL, 0};
    const User *out = NULL;
    int rc = xy_load(call, &users, xy_arg_str(call, "id"));

    return rc < 0 ? rc : xy_typed_put(call, &slot, &out, sizeof out);
}

static int Query_title(xy_call *call)
{
    return xy_load(call, &titles, xy_arg_str(call, "id"));
}

static int Query_big(xy_call *call)
{
    return xy_load(call, &big, xy_arg_str(call, "id"));
}

/* His boss, and for who has none himself. */
static int take_boss(xy_call *call, const xy_result *value, void *arg)
{
    const User *user = value->object;
    xy_str from = *(const xy_str *)arg;

    assert_true(xy_str_eq(from, xy_arg_str(call, "id")));
    if (user->number == 99)
        return xy_fail(call, "99 tells nothing");
    if (user->number == 1)
        return xy_put(call, *value);
    return xy_load(call, &users, xy_format(call, "%d", user->number / 2));
}

static int Query_bossOf(xy_call *call)
{
    xy_str *id = xy_new(call, xy_str);

    *id = xy_arg_str(call, "id");
    return xy_load_then(call, &users, *id, take_boss, id);
}

static int load_me(xy_call *call, xy_batch *batch)
{
    xy_str user = xy_user_id(call);

    xy_batch_put(batch, 0, xy_result_str(user));
    return XY_OK;
}

static const xy_loader me = {.load = load_me};

static int Query_me(xy_call *call)
{
    return xy_load(call, &me, XY_STR("me"));
}

static int Query_messages(xy_call *call)
{
    int32_t n = xy_arg_int(call, "n");
    xy_result *items = xy_put_list(call, (size_t)n);

    for (int32_t i = 0; i < n; i++) {
        User *message = xy_new(call, User);

        message->number = i;
        items[i] = xy_result_object(NULL, message);
    }
    return XY_OK;
}

static int Message_author(xy_call *call)
{
    return xy_load(call, &users, xy_format(call, "%d", number_of(call) % 3 + 4));
}

static int Query_users(xy_call *call)
{
    int32_t n = xy_arg_int(call, "n");
    xy_result *items = xy_put_list(call, (size_t)n);

    for (int32_t i = 0; i < n; i++)
        items[i] = xy_load_item(call, &users, i ? xy_format(call, "%d", i) : XY_STR_NULL);
    return XY_OK;
}

static int User_id(xy_call *call)
{
    return xy_put_int(call, number_of(call));
}

static int User_name(xy_call *call)
{
    return xy_put_str(call, xy_format(call, "n%d%s", number_of(call), renamed ? "!" : ""));
}

static int User_boss(xy_call *call)
{
    int boss = number_of(call) / 2;

    return xy_load(call, &users, boss ? xy_format(call, "%d", boss) : XY_STR_NULL);
}

static int User_big(xy_call *call)
{
    const xy_value *pushed = xy_parent_value(call);

    return xy_load(call, &big,
                   pushed ? xy_json(call, pushed) : xy_format(call, "%d", number_of(call)));
}

static int Query_hard(xy_call *call)
{
    static const User any = {1};

    return xy_put_object(call, xy_arg_str(call, "id").ptr ? &any : NULL);
}

static int Hard_user(xy_call *call)
{
    return xy_load(call, &users, XY_STR("1"));
}

static int Hard_slow(xy_call *call)
{
    return xy_load(call, &slow_users, XY_STR("1"));
}

static void fail_later(xy_promise *promise, void *arg)
{
    (void)arg;
    xy_fail(xy_promise_call(promise), "no");
    xy_promise_resolve(promise);
}

/* Fails after 50 ms: what is beside it is stopped. */
static int Hard_no(xy_call *call)
{
    xy_promise_after(xy_later(call), 50, fail_later, NULL);
    return XY_OK;
}

static int Mutation_rename(xy_call *call)
{
    xy_load_again(call, &users, XY_STR("1"));
    return xy_put_int(call, ++renamed);
}

typedef struct pusher {
    int64_t next;
    int64_t count;
} pusher;

static void push_one(xy_source_stream *stream, void *arg)
{
    pusher *p = arg;

    if (p->next < p->count) {
        xy_stream_push_int(stream, p->next++);
    } else {
        xy_stream_end(stream);
    }
}

static int Query_pushed(xy_call *call)
{
    xy_source_stream *stream = xy_later_list(call);
    pusher *p = xy_stream_alloc(stream, sizeof *p);

    p->count = xy_arg_int(call, "n");
    xy_stream_every(stream, 1, push_one, p);
    return XY_OK;
}

static int setup(void **state)
{
    static const binding bindings[] = {
        {"Query.user", Query_user},
        {"Query.slow", Query_slow},
        {"Query.far", Query_far},
        {"Query.title", Query_title},
        {"Query.big", Query_big},
        {"Query.messages", Query_messages},
        {"Query.users", Query_users},
        {"Query.pushed", Query_pushed},
        {"Query.typed", Query_typed},
        {"Query.bossOf", Query_bossOf},
        {"Query.me", Query_me},
        {"Query.hard", Query_hard},
        {"Message.author", Message_author},
        {"User.id", User_id},
        {"User.name", User_name},
        {"User.boss", User_boss},
        {"User.big", User_big},
        {"Hard.user", Hard_user},
        {"Hard.slow", Hard_slow},
        {"Hard.no", Hard_no},
        {"Mutation.rename", Mutation_rename},
        {"Mutation.user", Query_user},
        {"Mutation.typed", Query_typed},
        {NULL, NULL},
    };

    (void)state;
    batches[0] = '\0';
    renamed = 0;
    stopped = 0;
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

static void assert_answer(const char *query, const char *expected)
{
    assert_string_equal(fixture_execute(&f, query, NULL, NULL), expected);
}

/* ---- gathering ---- */

static void a_list_and_its_authors_make_one_batch(void **state)
{
    (void)state;
    assert_answer(
        "{messages(n: 5){author{name}}}",
        "{\"data\":{\"messages\":[{\"author\":{\"name\":\"n4\"}},{\"author\":{\"name\":\"n5\"}},"
        "{\"author\":{\"name\":\"n6\"}},{\"author\":{\"name\":\"n4\"}},"
        "{\"author\":{\"name\":\"n5\"}}]}}");
    expect("[4 5 6]");
}

static void each_level_makes_one_batch(void **state)
{
    (void)state;
    assert_answer("{a: user(id: 8){boss{boss{boss{boss{id}}}}} b: user(id: 9){boss{boss{id}}}}",
                  "{\"data\":{\"a\":{\"boss\":{\"boss\":{\"boss\":{\"boss\":null}}}},"
                  "\"b\":{\"boss\":{\"boss\":{\"id\":2}}}}}");
    expect("[8 9][4][2][1]");
}

static void what_was_fetched_is_not_fetched_again(void **state)
{
    (void)state;
    assert_answer("{a: user(id: 2){boss{id}} b: user(id: 1){id}}",
                  "{\"data\":{\"a\":{\"boss\":{\"id\":1}},\"b\":{\"id\":1}}}");
    expect("[2 1]");
}

static void each_run_begins_with_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_answer("{user(id: 1){id}}", "{\"data\":{\"user\":{\"id\":1}}}");
        expect("[1]");
    }
}

static void loaders_do_not_mix(void **state)
{
    (void)state;
    assert_answer("{user(id: 1){id} a: title(id: 1) user2: user(id: 2){id} b: title(id: 2)}",
                  "{\"data\":{\"user\":{\"id\":1},\"a\":\"title "
                  "1\",\"user2\":{\"id\":2},\"b\":\"title 2\"}}");
    expect("title[1 2][1 2]");
}

static void items_of_a_list_may_be_loaded(void **state)
{
    (void)state;
    assert_answer("{users(n: 3){id} user(id: 1){id}}",
                  "{\"data\":{\"users\":[null,{\"id\":1},{\"id\":2}],\"user\":{\"id\":1}}}");
    expect("[1 2]");
}

static void a_batch_has_an_end(void **state)
{
    (void)state;
    fixture_execute(&f, "{users(n: 121){id}}", NULL, NULL);
    assert_non_null(strstr(batches, "50][51"));
    assert_non_null(strstr(batches, "100][101"));
    assert_non_null(strstr(batches, "120]"));
}

static void a_key_may_be_null_and_a_value_missing(void **state)
{
    (void)state;
    assert_answer("{a: user{id} b: user(id: 404){id}}", "{\"data\":{\"a\":null,\"b\":null}}");
    expect("[404]");
}

static void a_mutation_can_ask_anew(void **state)
{
    (void)state;
    assert_answer(
        "mutation {a: user(id: 1){name} b: user(id: 1){name} rename c: user(id: 1){name}}",
        "{\"data\":{\"a\":{\"name\":\"n1\"},\"b\":{\"name\":\"n1\"},\"rename\":1,"
        "\"c\":{\"name\":\"n1!\"}}}");
    expect("[1][1]");
}

static void a_field_may_go_on_with_a_value(void **state)
{
    (void)state;
    assert_answer(
        "{a: bossOf(id: 9){id} b: bossOf(id: 1){id} c: bossOf(id: 404){id} d: bossOf{id}}",
        "{\"data\":{\"a\":{\"id\":4},\"b\":{\"id\":1},\"c\":null,\"d\":null}}");
    expect("[9 1 404][4]");
    /* With values that are there already. */
    assert_answer("{a: user(id: 4){id} b: bossOf(id: 9){id boss{boss{id}}} c: bossOf(id: 2){id}}",
                  "{\"data\":{\"a\":{\"id\":4},\"b\":{\"id\":4,\"boss\":{\"boss\":{\"id\":1}}},"
                  "\"c\":{\"id\":1}}}");
    expect("[4 9 2][1]");
}

static void generated_code_may_load(void **state)
{
    (void)state;
    assert_answer("{a: typed(id: 2){boss{id}} b: typed(id: 1){id} c: typed(id: 404){id}}",
                  "{\"data\":{\"a\":{\"boss\":{\"id\":1}},\"b\":{\"id\":1},\"c\":null}}");
    assert_answer("mutation {user(id: 1){id} again: user(id: 1){id} typed(id: 1){id}}",
                  "{\"data\":{\"user\":{\"id\":1},\"again\":{\"id\":1},\"typed\":{\"id\":1}}}");
}

static void what_it_makes_of_it_may_fail(void **state)
{
    (void)state;
    assert_answer("{a: bossOf(id: 99){id} b: bossOf(id: 26){id} c: bossOf(id: 13){id}}",
                  "{\"errors\":[{\"message\":\"99 tells nothing\",\"locations\":[{\"line\":1,"
                  "\"column\":2}],\"path\":[\"a\"]},{\"message\":\"nobody is number 13\","
                  "\"locations\":[{\"line\":1,\"column\":24}],\"path\":[\"b\"],\"extensions\":"
                  "{\"code\":\"UNLUCKY\"}},{\"message\":\"nobody is number 13\",\"locations\":"
                  "[{\"line\":1,\"column\":46}],\"path\":[\"c\"],\"extensions\":{\"code\":"
                  "\"UNLUCKY\"}}],\"data\":{\"a\":null,\"b\":null,\"c\":null}}");
}

typedef struct teller {
    xy_watch watch;
    unsigned facts;
    xy_bytes *result;
} teller;

static void on_fact(xy_watch *watch, xy_fact_kind kind, xy_str name)
{
    (void)name;
    assert_int_equal(kind, XY_FACT_USER);
    XY_CONTAINER(watch, teller, watch)->facts++;
}

static void on_watched(void *arg, xy_bytes *result, unsigned flags)
{
    (void)flags;
    ((teller *)arg)->result = result;
}

static void who_asks_is_a_fact_of_the_run(void **state)
{
    static const xy_watch_ops ops = {.on_fact = on_fact};
    xy_operation *operation = fixture_prepare(&f, "{a: me b: me}", NULL);
    xy_identity *ann = xy__identity_create();
    teller t = {.watch = {.ops = &ops}};

    (void)state;
    xy_identity_set_user(ann, XY_STR("ann"));
    xy__execute_query_as(operation, &(xy_run_terms){.identity = ann, .watch = &t.watch}, on_watched,
                         &t);
    xy__operation_unref(operation);
    xy__loop_turn(&f.loop);
    assert_int_equal(t.facts, 1);
    assert_true(xy_str_is(xy_bytes_str(t.result), "{\"data\":{\"a\":\"ann\",\"b\":\"ann\"}}"));
    xy_bytes_unref(t.result);
    xy__identity_unref(ann);
}

/* ---- errors ---- */

static void one_key_may_fail(void **state)
{
    (void)state;
    assert_answer("{a: user(id: 1){id} b: user(id: 13){id}}",
                  "{\"errors\":[{\"message\":\"nobody is number 13\",\"locations\":[{\"line\":1,"
                  "\"column\":21}],\"path\":[\"b\"],\"extensions\":{\"code\":\"UNLUCKY\"}}],"
                  "\"data\":{\"a\":{\"id\":1},\"b\":null}}");
}

static void all_keys_may_fail(void **state)
{
    (void)state;
    assert_answer("{a: user(id: 1){id} b: user(id: \"down\"){id}}",
                  "{\"errors\":[{\"message\":\"the store is down\",\"locations\":[{\"line\":1,"
                  "\"column\":2}],\"path\":[\"a\"],\"extensions\":{\"code\":\"DOWN\"}},"
                  "{\"message\":\"the store is down\",\"locations\":[{\"line\":1,\"column\":21}],"
                  "\"path\":[\"b\"],\"extensions\":{\"code\":\"DOWN\"}}],"
                  "\"data\":{\"a\":null,\"b\":null}}");
}

static void a_bare_code_is_masked(void **state)
{
    (void)state;
    f.executor.mask_errors = true;
    assert_answer("{user(id: \"broken\"){id}}",
                  "{\"errors\":[{\"message\":\"Something went wrong.\",\"locations\":[{\"line\":1,"
                  "\"column\":2}],\"path\":[\"user\"],\"extensions\":{\"code\":"
                  "\"INTERNAL_SERVER_ERROR\"}}],\"data\":{\"user\":null}}");
}

/* Whoever asks for it after that gets the error at once. */
static void an_error_is_kept_like_a_value(void **state)
{
    (void)state;
    assert_answer("{a: user(id: 13){id} b: user(id: 26){boss{id}}}",
                  "{\"errors\":[{\"message\":\"nobody is number 13\",\"locations\":[{\"line\":1,"
                  "\"column\":2}],\"path\":[\"a\"],\"extensions\":{\"code\":\"UNLUCKY\"}},"
                  "{\"message\":\"nobody is number 13\",\"locations\":[{\"line\":1,\"column\":38}],"
                  "\"path\":[\"b\",\"boss\"],\"extensions\":{\"code\":\"UNLUCKY\"}}],"
                  "\"data\":{\"a\":null,\"b\":{\"boss\":null}}}");
    expect("[13 26]");
}

/* ---- later ---- */

static void a_batch_may_be_answered_later(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{a: slow(id: 1){id} b: slow(id: 2){id}}", NULL);
    catcher out;

    (void)state;
    fixture_start(&f, operation, NULL, &out);
    xy__operation_unref(operation);
    xy__loop_advance(&f.loop, 99);
    assert_int_equal(out.ended, 0);
    xy__loop_advance(&f.loop, 1);
    assert_string_equal(fixture_take(&f, &out), "{\"data\":{\"a\":{\"id\":1},\"b\":{\"id\":2}}}");
    expect("slow[1 2]");
}

static void a_promise_may_be_resolved_at_once(void **state)
{
    (void)state;
    assert_answer("{slow(id: \"at once\"){id}}", "{\"data\":{\"slow\":null}}");
}

static void who_promises_may_fail_all_the_same(void **state)
{
    (void)state;
    assert_answer(
        "{slow(id: \"fails\"){id}}",
        "{\"errors\":[{\"message\":\"after all\",\"locations\":[{\"line\":1,\"column\":2}],"
        "\"path\":[\"slow\"]}],\"data\":{\"slow\":null}}");
    assert_int_equal(stopped, 1);
}

static void a_batch_that_nobody_waits_for_is_stopped(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{a: slow(id: 1){id} b: slow(id: 2){id}}", NULL);
    catcher out;

    (void)state;
    fixture_start(&f, operation, NULL, &out);
    xy__loop_turn(&f.loop);
    assert_int_equal(f.executor.gauges.promises, 3);
    xy__operation_cancel(operation);
    xy__operation_unref(operation);
    assert_int_equal(stopped, 1);
    assert_int_equal(f.executor.gauges.promises, 0);
    assert_int_equal(f.executor.gauges.runs, 0);
}

static void its_timer_is_stopped_with_it(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{slow(id: \"timer\"){id}}", NULL);
    catcher out;

    (void)state;
    fixture_start(&f, operation, NULL, &out);
    xy__loop_turn(&f.loop);
    xy__operation_cancel(operation);
    xy__operation_unref(operation);
    assert_int_equal(f.executor.gauges.promises, 0);
    assert_int_equal(f.executor.gauges.runs, 0);
}

static void what_nobody_waits_for_any_more_is_not_fetched(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{a: user(id: 1){id} b: slow(id: 2){id}}", NULL);
    catcher out;

    (void)state;
    fixture_start(&f, operation, NULL, &out);
    xy__operation_cancel(operation);
    xy__operation_unref(operation);
    xy__loop_turn(&f.loop);
    expect("");
}

/* One position is nulled, another still waits for the same key. */
static void a_batch_goes_on_while_somebody_waits(void **state)
{
    (void)state;
    assert_answer("{hard(id: 1){slow{id} no} slow(id: 1){id}}",
                  "{\"errors\":[{\"message\":\"no\",\"locations\":[{\"line\":1,\"column\":23}],"
                  "\"path\":[\"hard\",\"no\"]}],\"data\":{\"hard\":null,\"slow\":{\"id\":1}}}");
    expect("slow[1]");
    assert_int_equal(stopped, 0);
    assert_answer("{hard(id: 1){slow{id} no}}",
                  "{\"errors\":[{\"message\":\"no\",\"locations\":[{\"line\":1,\"column\":23}],"
                  "\"path\":[\"hard\",\"no\"]}],\"data\":{\"hard\":null}}");
    assert_int_equal(stopped, 1);
}

/* ---- on the pool ---- */

static void a_batch_may_be_fetched_on_a_thread(void **state)
{
    xy_operation *operation =
        fixture_prepare(&f, "{a: far(id: 8){boss{id}} b: far(id: 13){id} c: far(id: 8){id}}", NULL);
    xy_pool *pool = xy__pool_create(1, 10);
    catcher out;

    (void)state;
    f.executor.works.pool = pool;
    fixture_start(&f, operation, NULL, &out);
    xy__operation_unref(operation);
    while (!out.ended)
        xy__loop_wait(&f.loop);
    assert_string_equal(
        fixture_take(&f, &out),
        "{\"errors\":[{\"message\":\"nobody is number 13\",\"locations\":[{\"line\":1,"
        "\"column\":26}],\"path\":[\"b\"],\"extensions\":{\"code\":\"UNLUCKY\"}}],"
        "\"data\":{\"a\":{\"boss\":{\"id\":4}},\"b\":null,\"c\":{\"id\":8}}}");
    expect("far[8 13][4]");
    assert_int_equal(xy__pool_read(pool).ended, 1);
    f.executor.works.pool = NULL;
    xy__pool_destroy(pool);
}

static void without_a_pool_it_is_fetched_at_once(void **state)
{
    (void)state;
    assert_answer(
        "{a: far(id: 1){id} b: far(id: \"down\"){id}}",
        "{\"errors\":[{\"message\":\"the line is down\",\"locations\":[{\"line\":1,"
        "\"column\":2}],\"path\":[\"a\"]},{\"message\":\"the line is down\",\"locations\":"
        "[{\"line\":1,\"column\":20}],\"path\":[\"b\"]}],\"data\":{\"a\":null,\"b\":null}}");
}

/* ---- parts ---- */

typedef struct parts {
    xy_outlet outlet;
    unsigned count;
    unsigned errors;
    bool ended;
} parts;

static int on_part(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    parts *p = XY_CONTAINER(outlet, parts, outlet);

    p->count++;
    p->errors += (flags & XY_PUT_ERRORS) != 0;
    xy_bytes_unref(result);
    return XY_OK;
}

static void on_parts_end(xy_outlet *outlet)
{
    XY_CONTAINER(outlet, parts, outlet)->ended = true;
}

static parts *start_parts(const char *query, parts *p)
{
    static const xy_outlet_ops ops = {.put = on_part, .end = on_parts_end};
    xy_document *document = fixture_document(&f, query);
    xy_operation *operation = xy__operation_create(&f.executor, document);

    *p = (parts){.outlet = {.ops = &ops}};
    xy__operation_deliver(operation, xy__form_delivery(XY_FORM_2023));
    assert_int_equal(xy__operation_prepare(operation, XY_STR_NULL, NULL), 0);
    xy__execute_incrementally(operation, NULL, &p->outlet, xy__form_create(XY_FORM_2023));
    xy__operation_unref(operation);
    xy__document_unref(document);
    return p;
}

static void parts_gather_together(void **state)
{
    parts p;

    (void)state;
    start_parts("{user(id: 1){id} ...@defer{a: user(id: 2){id}} ...@defer{b: user(id: 3){id} "
                "c: user(id: 1){id}}}",
                &p);
    xy__loop_advance(&f.loop, 100);
    assert_true(p.ended);
    expect("[1][2 3]");
}

static void items_of_a_streamed_list_gather_together(void **state)
{
    parts p;

    (void)state;
    start_parts("{messages(n: 6) @stream(initialCount: 1){author{boss{id}}}}", &p);
    xy__loop_advance(&f.loop, 100);
    assert_true(p.ended);
    expect("[4][2][5 6][3]");
}

/* Far more than a run may have, but never at a time. */
static void a_list_without_end_does_not_hold_what_it_loaded(void **state)
{
    parts p;

    (void)state;
    f.executor.limits.run_bytes_max = (size_t)3 << 20;
    start_parts("{pushed(n: 300) @stream{big}}", &p);
    xy__loop_advance(&f.loop, 1000);
    assert_true(p.ended);
    assert_true(p.count > 100);
    assert_int_equal(p.errors, 0);
}

static void who_leaves_takes_all_parts_with_him(void **state)
{
    parts p;

    (void)state;
    start_parts("{user(id: 1){id} ...@defer{slow(id: 2){id}} ...@defer{b: slow(id: 2){id}}}", &p);
    xy__loop_advance(&f.loop, 10);
    expect("[1]slow[2]");
    xy__outlet_stop(&p.outlet);
    assert_int_equal(stopped, 1);
    assert_int_equal(f.executor.gauges.runs, 0);
}

/* ---- limits ---- */

static void what_is_loaded_counts(void **state)
{
    char query[2048] = "{";

    (void)state;
    f.executor.limits.run_bytes_max = (size_t)1 << 20;
    for (int i = 0; i < 20; i++)
        snprintf(query + strlen(query), sizeof query - strlen(query), "a%d: big(id: %d) ", i, i);
    query[strlen(query) - 1] = '}';
    assert_answer(
        query, "{\"errors\":[{\"message\":\"The operation needs more memory than it may have.\"}],"
               "\"data\":null}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_list_and_its_authors_make_one_batch),
        TEST(each_level_makes_one_batch),
        TEST(what_was_fetched_is_not_fetched_again),
        TEST(each_run_begins_with_nothing),
        TEST(loaders_do_not_mix),
        TEST(items_of_a_list_may_be_loaded),
        TEST(a_batch_has_an_end),
        TEST(a_key_may_be_null_and_a_value_missing),
        TEST(a_mutation_can_ask_anew),
        TEST(a_field_may_go_on_with_a_value),
        TEST(generated_code_may_load),
        TEST(what_it_makes_of_it_may_fail),
        TEST(who_asks_is_a_fact_of_the_run),
        TEST(one_key_may_fail),
        TEST(all_keys_may_fail),
        TEST(a_bare_code_is_masked),
        TEST(an_error_is_kept_like_a_value),
        TEST(a_batch_may_be_answered_later),
        TEST(a_promise_may_be_resolved_at_once),
        TEST(who_promises_may_fail_all_the_same),
        TEST(a_batch_that_nobody_waits_for_is_stopped),
        TEST(its_timer_is_stopped_with_it),
        TEST(what_nobody_waits_for_any_more_is_not_fetched),
        TEST(a_batch_goes_on_while_somebody_waits),
        TEST(a_batch_may_be_fetched_on_a_thread),
        TEST(without_a_pool_it_is_fetched_at_once),
        TEST(parts_gather_together),
        TEST(items_of_a_streamed_list_gather_together),
        TEST(a_list_without_end_does_not_hold_what_it_loaded),
        TEST(who_leaves_takes_all_parts_with_him),
        TEST(what_is_loaded_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
