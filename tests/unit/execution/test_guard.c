/* SPDX-License-Identifier: MIT */
/* Directives at fields that the engine obeys: @requireAuth, and those of an application. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "xylem/auth.h"
#include "xylem/work.h"

#include "base/buf.h"
#include "fixture.h"

#define SDL                                                                                        \
    "directive @live(if: Boolean = true, throttle: Int) on QUERY\n"                                \
    "directive @requireAuth(roles: [String]) on FIELD_DEFINITION\n"                                \
    "directive @skipAuth on FIELD_DEFINITION\n"                                                    \
    "directive @owner(of: String! = \"all\") repeatable on FIELD_DEFINITION\n"                     \
    "directive @mask(with: String! = \"*\") on FIELD_DEFINITION\n"                                 \
    "type Query {\n"                                                                               \
    "  open: String @skipAuth\n"                                                                   \
    "  closed: String @requireAuth\n"                                                              \
    "  admins: String @requireAuth(roles: [\"admin\", \"editor\"])\n"                              \
    "  one: String @requireAuth(roles: \"admin\")\n"                                               \
    "  nobody: String @requireAuth(roles: [])\n"                                                   \
    "  called: String @requireAuth\n"                                                              \
    "  owned: String @owner  mine: String @requireAuth @owner(of: \"me\")\n"                       \
    "  twice: String @owner(of: \"nobody\") @owner(of: \"me\")\n"                                  \
    "  masked: String @mask  later: String @requireAuth @mask(with: \"#\")\n"                      \
    "  blocks: String @requireAuth @mask(with: \"#\")\n"                                           \
    "  node: Node  strict: String! @requireAuth }\n"                                               \
    "interface Node { id: ID! @requireAuth  name: String @requireAuth }\n"                         \
    "type User implements Node { id: ID! @skipAuth  name: String }\n"                              \
    "type Subscription { tick: Int @requireAuth }"

#define ROOT                                                                                       \
    "{\"open\":\"o\",\"closed\":\"c\",\"admins\":\"a\",\"one\":\"1\",\"nobody\":\"n\","            \
    "\"owned\":\"all of it\",\"mine\":\"me\",\"masked\":\"secret\",\"strict\":\"s\","              \
    "\"node\":{\"__typename\":\"User\",\"id\":\"7\",\"name\":\"Ann\"}}"

#define UNAUTHENTICATED(path, line, column)                                                        \
    "{\"message\":\"You don't have permission to do that.\","                                      \
    "\"locations\":[{\"line\":" #line ",\"column\":" #column "}],\"path\":[" path "],"             \
    "\"extensions\":{\"code\":\"UNAUTHENTICATED\"}}"
#define FORBIDDEN(path, line, column)                                                              \
    "{\"message\":\"You don't have access to do that.\","                                          \
    "\"locations\":[{\"line\":" #line ",\"column\":" #column "}],\"path\":[" path "],"             \
    "\"extensions\":{\"code\":\"FORBIDDEN\"}}"

static fixture f;
static unsigned calls; /* of resolvers and openers */
static unsigned asked; /* of the validator */
static xy_promise *late;
static xy_buf facts;

static int Query_called(xy_call *call)
{
    calls++;
    return xy_put_str(call, XY_STR("here"));
}

static int Query_later(xy_call *call)
{
    late = xy_later(call);
    return XY_OK;
}

static int Query_blocks(xy_work *work)
{
    calls++;
    return xy_work_put_str(work, xy_work_copy(work, XY_STR("password")));
}

static int open_tick(xy_call *call, xy_source_stream *stream)
{
    (void)call;
    (void)stream;
    calls++;
    return XY_OK;
}

/* A guest owns nothing, and nobody owns what is of nobody. */
static int owner(xy_call *call, const xy_value *arguments)
{
    xy_str of = xy_value_text(xy_value_get(arguments, XY_STR("of")));

    asked++;
    if (xy_signed_in(call) || xy_str_is(of, "nobody"))
        return XY_OK;
    return xy_fail_code(call, "NOT_THE_OWNER", "Not the owner of %.*s.", XY_PRI(of));
}

/* The first letter, and no more. */
static int mask(xy_call *call, const xy_value *arguments, xy_result *value)
{
    xy_str with = xy_value_text(xy_value_get(arguments, XY_STR("with")));
    const char *text = value->kind == XY_RESULT_VALUE ? value->value->text : value->text;

    if (value->kind == XY_RESULT_NULL)
        return XY_OK;
    *value = xy_result_str(xy_format(call, "%c%.*s", text[0], XY_PRI(with)));
    return XY_OK;
}

static int setup(void **state)
{
    static const binding bindings[] = {
        {"Query.called", Query_called},
        {"Query.later", Query_later},
        {NULL, NULL},
    };

    (void)state;
    fixture_init(&f, SDL);
    fixture_bind(&f, bindings);
    assert_int_equal(xy_bind_blocking(f.schema, "Query.blocks", Query_blocks), XY_OK);
    assert_int_equal(xy_bind_stream(f.schema, "Subscription.tick", open_tick), XY_OK);
    assert_int_equal(xy_bind_validator(f.schema, "owner", owner), XY_OK);
    assert_int_equal(xy_bind_transformer(f.schema, "mask", mask), XY_OK);
    calls = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

static xy_identity *make_user(const char *role)
{
    xy_identity *identity = xy__identity_create();

    xy_identity_set_user(identity, XY_STR("ann"));
    if (role)
        xy_identity_add_role(identity, xy_str_from(role));
    return identity;
}

/* What `identity` gets for `query`. takes: identity. */
static const char *ask(xy_identity *identity, const char *query)
{
    xy_operation *operation = fixture_prepare(&f, query, NULL);
    catcher out;

    operation->identity = identity;
    fixture_start(&f, operation, ROOT, &out);
    xy__operation_unref(operation);
    return fixture_take(&f, &out);
}

static void an_open_field_is_everybodys(void **state)
{
    (void)state;
    assert_string_equal(ask(NULL, "{open}"), "{\"data\":{\"open\":\"o\"}}");
}

static void a_guarded_field_is_for_those_who_are_signed_in(void **state)
{
    (void)state;
    assert_string_equal(ask(NULL, "{open closed}"),
                        "{\"errors\":[" UNAUTHENTICATED(
                            "\"closed\"", 1, 7) "],\"data\":{\"open\":\"o\",\"closed\":null}}");
    assert_string_equal(ask(make_user(NULL), "{closed}"), "{\"data\":{\"closed\":\"c\"}}");
    assert_string_equal(ask(NULL, "{strict}"),
                        "{\"errors\":[" UNAUTHENTICATED("\"strict\"", 1, 2) "],\"data\":null}");
}

static void one_of_the_roles_is_enough(void **state)
{
    (void)state;
    assert_string_equal(
        ask(NULL, "{admins}"),
        "{\"errors\":[" UNAUTHENTICATED("\"admins\"", 1, 2) "],\"data\":{\"admins\":null}}");
    assert_string_equal(
        ask(make_user("Admin"), "{admins}"),
        "{\"errors\":[" FORBIDDEN("\"admins\"", 1, 2) "],\"data\":{\"admins\":null}}");
    assert_string_equal(ask(make_user("editor"), "{admins}"), "{\"data\":{\"admins\":\"a\"}}");
    assert_string_equal(ask(make_user("admin"), "{one}"), "{\"data\":{\"one\":\"1\"}}");
    assert_string_equal(ask(make_user("editor"), "{one}"),
                        "{\"errors\":[" FORBIDDEN("\"one\"", 1, 2) "],\"data\":{\"one\":null}}");
}

static void an_empty_list_of_roles_is_for_nobody(void **state)
{
    (void)state;
    assert_string_equal(
        ask(make_user("admin"), "{nobody}"),
        "{\"errors\":[" FORBIDDEN("\"nobody\"", 1, 2) "],\"data\":{\"nobody\":null}}");
}

static void who_is_refused_calls_no_resolver(void **state)
{
    (void)state;
    ask(NULL, "{called}");
    assert_int_equal(calls, 0);
    assert_string_equal(ask(make_user(NULL), "{called}"), "{\"data\":{\"called\":\"here\"}}");
    assert_int_equal(calls, 1);
}

static void an_interfaces_directive_counts_unless_the_type_has_its_own(void **state)
{
    (void)state;
    assert_string_equal(ask(NULL, "{node{id}}"), "{\"data\":{\"node\":{\"id\":\"7\"}}}");
    assert_string_equal(ask(NULL, "{node{name}}"),
                        "{\"errors\":[" UNAUTHENTICATED(
                            "\"node\",\"name\"", 1, 7) "],\"data\":{\"node\":{\"name\":null}}}");
    assert_string_equal(ask(make_user(NULL), "{node{name}}"),
                        "{\"data\":{\"node\":{\"name\":\"Ann\"}}}");
}

static void a_validator_gets_the_directives_arguments(void **state)
{
    (void)state;
    assert_string_equal(
        ask(NULL, "{owned}"),
        "{\"errors\":[{\"message\":\"Not the owner of all.\",\"locations\":[{\"line\":1,"
        "\"column\":2}],\"path\":[\"owned\"],\"extensions\":{\"code\":\"NOT_THE_OWNER\"}}],"
        "\"data\":{\"owned\":null}}");
    assert_string_equal(ask(make_user(NULL), "{owned}"), "{\"data\":{\"owned\":\"all of it\"}}");
}

static void a_directive_that_is_repeated_is_asked_each_time(void **state)
{
    (void)state;
    asked = 0;
    assert_non_null(strstr(ask(NULL, "{twice}"), "\"Not the owner of me.\""));
    assert_int_equal(asked, 2);
}

static void directives_are_asked_in_their_order(void **state)
{
    (void)state;
    assert_string_equal(ask(NULL, "{mine}"), "{\"errors\":[" UNAUTHENTICATED(
                                                 "\"mine\"", 1, 2) "],\"data\":{\"mine\":null}}");
}

static void a_transformer_changes_what_was_resolved(void **state)
{
    (void)state;
    assert_string_equal(ask(NULL, "{masked}"), "{\"data\":{\"masked\":\"s*\"}}");
}

static void a_late_answer_is_transformed_when_it_is_there(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{later}", NULL);
    catcher out;

    (void)state;
    operation->identity = make_user(NULL);
    fixture_start(&f, operation, ROOT, &out);
    xy_put_str(xy_promise_call(late), XY_STR("password"));
    xy_promise_resolve(late);
    xy__operation_unref(operation);
    assert_string_equal(fixture_take(&f, &out), "{\"data\":{\"later\":\"p#\"}}");
}

static void a_late_failure_is_not(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{later}", NULL);
    catcher out;

    (void)state;
    operation->identity = make_user(NULL);
    fixture_start(&f, operation, ROOT, &out);
    xy_fail(xy_promise_call(late), "no luck");
    xy_promise_resolve(late);
    xy__operation_unref(operation);
    assert_string_equal(
        fixture_take(&f, &out),
        "{\"errors\":[{\"message\":\"no luck\",\"locations\":[{\"line\":1,\"column\":2}],"
        "\"path\":[\"later\"]}],\"data\":{\"later\":null}}");
}

/* On the loop's thread, before the work is made and after it is back. */
static void a_blocking_resolver_is_guarded_too(void **state)
{
    xy_pool *pool = xy__pool_create(1, 10);
    xy_operation *operation = fixture_prepare(&f, "{blocks}", NULL);
    catcher out;

    (void)state;
    f.executor.works.pool = pool;
    assert_string_equal(
        ask(NULL, "{blocks}"),
        "{\"errors\":[" UNAUTHENTICATED("\"blocks\"", 1, 2) "],\"data\":{\"blocks\":null}}");
    assert_int_equal(calls, 0);
    operation->identity = make_user(NULL);
    fixture_start(&f, operation, ROOT, &out);
    xy__operation_unref(operation);
    while (!out.ended)
        xy__loop_wait(&f.loop);
    assert_int_equal(calls, 1);
    assert_string_equal(fixture_take(&f, &out), "{\"data\":{\"blocks\":\"p#\"}}");
    f.executor.works.pool = NULL;
    xy__pool_destroy(pool);
}

/* ---- subscriptions ---- */

static int open_as(xy_identity *identity, xy_errors *errors)
{
    xy_operation *operation = fixture_prepare(&f, "subscription{tick}", NULL);
    xy_source_stream stream;
    int rc;

    xy__errors_init(errors, &f.arena);
    xy__source_stream_init(&stream, &(xy_source_env){0});
    rc = xy__create_source_stream(operation, identity, &stream, errors);
    xy__source_stream_stop(&stream);
    xy__operation_unref(operation);
    return rc;
}

static void a_refused_subscriber_opens_no_source(void **state)
{
    xy_identity *ann = make_user(NULL);
    xy_errors errors;

    (void)state;
    assert_int_equal(open_as(NULL, &errors), XY_EFAILED);
    assert_string_equal(errors.list.items[0]->code, "UNAUTHENTICATED");
    assert_int_equal(calls, 0);
    assert_int_equal(open_as(ann, &errors), XY_OK);
    assert_int_equal(calls, 1);
    xy__identity_unref(ann);
}

static void on_result(void *arg, xy_bytes *result, unsigned flags)
{
    (void)flags;
    *(xy_bytes **)arg = result;
}

static void each_event_is_asked_for_again(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "subscription{tick}", NULL);
    xy_bytes *event = xy_bytes_create(XY_STR("5"));
    xy_identity *ann = make_user(NULL);
    xy_bytes *result;

    (void)state;
    xy__execute_event(operation, &(xy_run_terms){.identity = ann}, event, on_result, &result);
    assert_true(xy_str_is(xy_bytes_str(result), "{\"data\":{\"tick\":5}}"));
    xy_bytes_unref(result);
    xy__execute_event(operation, &(xy_run_terms){.identity = NULL}, event, on_result, &result);
    assert_true(xy_str_is(
        xy_bytes_str(result),
        "{\"errors\":[" UNAUTHENTICATED("\"tick\"", 1, 14) "],\"data\":{\"tick\":null}}"));
    xy_bytes_unref(result);
    xy_bytes_unref(event);
    xy__identity_unref(ann);
    xy__operation_unref(operation);
}

/* ---- facts ---- */

static void on_fact(xy_watch *watch, xy_fact_kind kind, xy_str name)
{
    (void)watch;
    xy__buf_str(&facts, kind == XY_FACT_SIGNED_IN ? XY_STR("signed-in ") : XY_STR("role:"));
    xy__buf_str(&facts, name);
}

static void what_a_guard_asks_is_a_fact_of_the_run(void **state)
{
    static const xy_watch_ops ops = {.on_fact = on_fact};
    xy_operation *operation = fixture_prepare(&f, "query @live {admins}", NULL);
    xy_watch watch = {.ops = &ops};
    xy_identity *editor = make_user("editor");
    xy_bytes *result = NULL;

    (void)state;
    xy__buf_init(&facts, 256);
    xy__execute_query_as(operation, &(xy_run_terms){.identity = editor, .watch = &watch}, on_result,
                         &result);
    assert_true(xy_str_is(xy__buf_view(&facts), "signed-in role:adminrole:editor"));
    xy__buf_deinit(&facts);
    xy_bytes_unref(result);
    xy__identity_unref(editor);
    xy__operation_unref(operation);
}

/* ---- binding ---- */

static int let_in(xy_call *call, const xy_value *arguments)
{
    (void)call;
    (void)arguments;
    return XY_OK;
}

static void an_application_may_have_a_rule_of_its_own(void **state)
{
    (void)state;
    assert_int_equal(xy_bind_validator(f.schema, "requireAuth", let_in), XY_OK);
    assert_int_equal(xy_bind_validator(f.schema, "requireAuth", let_in), XY_EEXIST);
    assert_string_equal(ask(NULL, "{admins}"), "{\"data\":{\"admins\":\"a\"}}");
}

static void what_cannot_be_bound_is_refused(void **state)
{
    (void)state;
    assert_int_equal(xy_bind_validator(f.schema, "owner", owner), XY_EEXIST);
    assert_int_equal(xy_bind_validator(f.schema, "nothing", owner), XY_ENOTFOUND);
    assert_int_equal(xy_bind_transformer(f.schema, "mask", mask), XY_EEXIST);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(an_open_field_is_everybodys),
        CASE(a_guarded_field_is_for_those_who_are_signed_in),
        CASE(one_of_the_roles_is_enough),
        CASE(an_empty_list_of_roles_is_for_nobody),
        CASE(who_is_refused_calls_no_resolver),
        CASE(an_interfaces_directive_counts_unless_the_type_has_its_own),
        CASE(a_validator_gets_the_directives_arguments),
        CASE(a_directive_that_is_repeated_is_asked_each_time),
        CASE(directives_are_asked_in_their_order),
        CASE(a_transformer_changes_what_was_resolved),
        CASE(a_late_answer_is_transformed_when_it_is_there),
        CASE(a_late_failure_is_not),
        CASE(a_blocking_resolver_is_guarded_too),
        CASE(a_refused_subscriber_opens_no_source),
        CASE(each_event_is_asked_for_again),
        CASE(what_a_guard_asks_is_a_fact_of_the_run),
        CASE(an_application_may_have_a_rule_of_its_own),
        CASE(what_cannot_be_bound_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
