/* SPDX-License-Identifier: MIT */
/* What the generator says to SDL that it cannot make types of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "codegen/emit.h"
#include "codegen/stubs.h"

#define QUERY "type Query { a: Int @skipAuth }\n"

/* The errors for one file of SDL, one a line. */
static const char *problems(const char *sdl, const char *prefix)
{
    static char text[4096];
    xy_sdl file = {XY_STR("a.graphql"), xy_str_from(sdl)};
    xy_gen_model *model;
    size_t len = 0;

    text[0] = '\0';
    xy__gen_model_create(&file, 1, xy_str_from(prefix), &model);
    for (size_t i = 0; i < model->errors.list.len; i++) {
        const xy_error *error = model->errors.list.items[i];

        assert_int_equal(error->location_count, 1);
        len += (size_t)snprintf(text + len, sizeof text - len, "%.*s:%u:%u: %.*s\n",
                                XY_PRI(error->locations[0].file), error->locations[0].line,
                                error->locations[0].column, XY_PRI(error->message));
    }
    xy__gen_model_destroy(model);
    return text;
}

static void each_root_field_says_who_may_use_it(void **state)
{
    (void)state;
    assert_string_equal(problems("type Query {\n  a: Int\n  b: Int @skipAuth\n}\n"
                                 "type Mutation { c: Int @deprecated }",
                                 ""),
                        "a.graphql:2:3: Query.a does not say who may use it: add @requireAuth, "
                        "@skipAuth (for everyone) or a validator directive of your own.\n"
                        "a.graphql:5:17: Mutation.c does not say who may use it: add @requireAuth, "
                        "@skipAuth (for everyone) or a validator directive of your own.\n");
    assert_string_equal(
        problems("directive @isAdmin on FIELD_DEFINITION\n"
                 "type Query { a: Int @requireAuth(roles: [\"x\"]) b: Int @isAdmin }\n"
                 "type Subscription { open: Int }",
                 ""),
        "");
}

static void a_key_of_a_topic_is_an_argument(void **state)
{
    (void)state;
    assert_string_equal(
        problems(QUERY "type Subscription { a(id: ID!): Int @topic(key: \"it\")\n"
                       "  b(n: Int): Int @topic(key: \"n\") c(id: ID): Int @topic(key: \"id\") }",
                 ""),
        "a.graphql:2:49: @topic(key: \"it\") on Subscription.a: the field has no argument of that "
        "name.\n"
        "a.graphql:3:30: @topic(key: \"n\") on Subscription.b: a key is an argument of type ID or "
        "String.\n");
}

static void a_topic_is_durable_or_not(void **state)
{
    (void)state;
    assert_string_equal(problems(QUERY
                                 "type Subscription { a: Int @topic(durable: true)\n"
                                 "  b(id: ID): Int @topic(durable: false, key: \"id\")\n"
                                 "  c: Int @topic(durable: \"yes\") d: Int @topic(durable: null) }",
                                 ""),
                        "a.graphql:4:26: @topic on Subscription.c: durable is true or false.\n");
}

static void directives_stand_where_they_mean_something(void **state)
{
    (void)state;
    assert_string_equal(problems("type Query { a: Int @skipAuth @topic }", ""),
                        "a.graphql:1:31: @topic on Query.a: only fields of the Subscription type "
                        "have topics.\n");
    assert_string_equal(problems("type Query { a: Int @skipAuth @later @blocking }", ""),
                        "a.graphql:1:31: @later on Query.a: a resolver on the worker pool answers "
                        "by returning; drop one of the two.\n");
    assert_string_equal(
        problems(QUERY "type Subscription { a: Int @later b: Int @blocking c: Int @computed }", ""),
        "a.graphql:2:28: @later on Subscription.a: a field of the Subscription type is a source by "
        "itself.\n"
        "a.graphql:2:42: @blocking on Subscription.b: sources are opened on the loop; let them "
        "start work on the pool.\n"
        "a.graphql:2:59: @computed on Subscription.c: a source or topic brings the value.\n");
    assert_string_equal(problems(QUERY "interface Pet { name: String @computed }", ""),
                        "a.graphql:2:30: @computed on Pet.name: an interface has no resolvers; "
                        "write it on the object types.\n");
    assert_string_equal(
        problems(QUERY "input I { a: Int @later }", ""),
        "a.graphql:2:18: Directive \"@later\" may not be used on INPUT_FIELD_DEFINITION.\n");
}

static void names_that_c_has_taken_are_told(void **state)
{
    (void)state;
    assert_string_equal(problems(QUERY "type FILE { default: Int int: Int }", ""),
                        "a.graphql:2:6: \"FILE\" has a meaning in C: rename it, or generate with "
                        "--prefix.\n");
    assert_string_equal(problems(QUERY "type FILE { default: Int int: Int }", "my_"), "");
    assert_string_equal(problems(QUERY "type xy_str { a: Int }", ""),
                        "a.graphql:2:6: \"xy_str\" has a meaning in C: rename it, or generate with "
                        "--prefix.\n");
}

static void two_of_one_name_in_c_are_told(void **state)
{
    (void)state;
    assert_string_equal(
        problems(QUERY "type Query_a { b: Int }", ""),
        "a.graphql:1:14: \"Query_a\" is made here and at a.graphql:2:6, too: rename "
        "one of the two.\n");
    assert_string_equal(problems(QUERY "type A { default: Int default_: Int }", ""),
                        "a.graphql:2:6: A.default_ would be a second member \"default_\" in C: "
                        "rename one of the two.\n");
    assert_string_equal(problems(QUERY "enum E { A NULL } type A { e: E }", ""),
                        "a.graphql:2:6: \"E_NULL\" is made here and at a.graphql:2:12, too: rename "
                        "one of the two.\n");
}

/* What is in a file is found whatever its layout; calls and prototypes of others are not it. */
static void a_definition_is_found_in_c(void **state)
{
    xy_sdl file = {XY_STR("graphql/some.rooms.sdl"), XY_STR(QUERY)};
    xy_gen_model *model;
    const xy_gen_field *field;

    (void)state;
    assert_int_equal(xy__gen_model_create(&file, 1, XY_STR(""), &model), XY_OK);
    field = model->fields.items[0];
    assert_true(xy__gen_defines(XY_STR("#include \"types.h\"\nint Query_a(xy_call *c)"), field));
    assert_true(xy__gen_defines(XY_STR("int\nQuery_a (xy_call *c)"), field));
    assert_false(xy__gen_defines(XY_STR("int Query_ab(xy_call *c)"), field));
    assert_false(xy__gen_defines(XY_STR("return Query_a(c)"), field));
    assert_false(xy__gen_defines(XY_STR("print Query_a"), field));
    assert_false(xy__gen_defines(XY_STR(""), field));
    assert_true(xy_str_is(xy__gen_stub_file(model, field), "some"));
    xy__gen_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_root_field_says_who_may_use_it),
        cmocka_unit_test(a_key_of_a_topic_is_an_argument),
        cmocka_unit_test(a_topic_is_durable_or_not),
        cmocka_unit_test(directives_stand_where_they_mean_something),
        cmocka_unit_test(names_that_c_has_taken_are_told),
        cmocka_unit_test(two_of_one_name_in_c_are_told),
        cmocka_unit_test(a_definition_is_found_in_c),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
