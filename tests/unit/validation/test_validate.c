/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

static const char sdl[] =
    "directive @live(if: Boolean = true, throttle: Int) on QUERY\n"
    "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT\n"
    "directive @stream(if: Boolean! = true, initialCount: Int = 0) on FIELD\n"
    "type Query {\n"
    "  room(id: ID!): Room\n"
    "  rooms: [Room!]!\n"
    "  old(by: Int @deprecated(reason: \"never used\")): Kind @deprecated\n"
    "  find(filter: Filter, kind: Kind): Room\n"
    "}\n"
    "type Room { id: ID! title: String messages: [String!]! }\n"
    "type Mutation { rename(id: ID!, title: String!): Room }\n"
    "input Filter { title: String text: String @deprecated(reason: \"use title\") }\n"
    "enum Kind { OPEN CLOSED HIDDEN @deprecated(reason: \"use CLOSED\") }\n";

typedef struct expectation {
    const char *document;
    const char *errors;
} expectation;

static void expect_all(const expectation *cases, size_t count, const xy_validate_options *options)
{
    fixture f;

    fixture_init(&f, sdl);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(fixture_errors(&f, cases[i].document, options), cases[i].errors);
    fixture_deinit(&f);
}

#define EXPECT_ALL(cases, options) expect_all((cases), sizeof(cases) / sizeof *(cases), (options))

static void test_errors_with_locations(void **state)
{
    static const expectation cases[] = {
        {"{ room(id: 1) { id title } rooms { id } }", ""},
        {"{ romo }", "1:3 Cannot query field \"romo\" on type \"Query\". Did you mean \"room\" or "
                     "\"rooms\"?\n"},
        {"{ room }",
         "1:3 Field \"room\" of type \"Room\" must have a selection of subfields. Did you mean "
         "\"room { ... }\"?\n"
         "1:3 Argument \"Query.room(id:)\" of type \"ID!\" is required, but it was not "
         "provided.\n"},
        {"query Q($id: Int) {\n  room(id: $id) { id }\n}",
         "1:9 2:12 Variable \"$id\" of type \"Int\" used in position expecting type \"ID!\".\n"},
    };

    (void)state;
    EXPECT_ALL(cases, NULL);
}

static void test_suggestions_hidden(void **state)
{
    static const expectation cases[] = {
        {"{ romo }", "1:3 Cannot query field \"romo\" on type \"Query\".\n"},
        {"{ find(knd: OPEN) { id } }", "1:8 Unknown argument \"knd\" on field \"Query.find\".\n"},
        {"{ find(kind: OPNE) { id } }", "1:14 Value \"OPNE\" does not exist in \"Kind\" enum.\n"},
    };

    (void)state;
    EXPECT_ALL(cases, &(xy_validate_options){.hide_suggestions = true});
}

static void test_suggestions_masked(void **state)
{
    static const expectation cases[] = {
        {"{ romo }", "1:3 Cannot query field \"romo\" on type \"Query\". [Suggestion hidden]?\n"},
        {"{ zzzzzz }", "1:3 Cannot query field \"zzzzzz\" on type \"Query\".\n"},
    };

    (void)state;
    EXPECT_ALL(cases, &(xy_validate_options){.mask_suggestions = true});
}

static void test_introspection_hidden(void **state)
{
    static const expectation cases[] = {
        {"{ __typename rooms { __typename } }", ""},
        {"{ __schema { description } }",
         "1:3 GraphQL introspection has been disabled, but the requested query contained the "
         "field \"__schema\".\n"},
    };

    (void)state;
    EXPECT_ALL(cases, &(xy_validate_options){.hide_introspection = true});
}

static void test_deprecated_reported(void **state)
{
    static const expectation cases[] = {
        {"{ old(by: 1) }", "1:3 The field Query.old is deprecated. No longer supported\n"
                           "1:7 The argument \"Query.old(by:)\" is deprecated. never used\n"},
        {"{ find(filter: {text: \"\"}, kind: HIDDEN) { id } }",
         "1:17 The input field Filter.text is deprecated. use title\n"
         "1:34 The enum value \"Kind.HIDDEN\" is deprecated. use CLOSED\n"},
    };

    (void)state;
    EXPECT_ALL(cases, &(xy_validate_options){.report_deprecated = true});
}

static void test_live_is_not_incremental(void **state)
{
    static const expectation cases[] = {
        {"query @live { rooms { id } }", ""},
        {"query @live { ... @defer { rooms { id } } }",
         "1:19 Cannot mix \"@defer\" with \"@live\".\n"},
        {"query @live { rooms @stream { id } }", "1:21 Cannot mix \"@stream\" with \"@live\".\n"},
        /* Fragments count where a live query reaches them, before and behind it. */
        {"fragment A on Query { ...B } query Q @live { ...A } fragment B on Query { "
         "rooms @stream { id } }",
         "1:81 Cannot mix \"@stream\" with \"@live\".\n"},
        {"query Q @live { rooms { id } } query R { ...A } fragment A on Query { "
         "rooms @stream { id } }",
         ""},
        /* Constant conditions are known here, others are not. */
        {"query @live(if: false) { rooms @stream { id } }", ""},
        {"query @live { rooms @stream(if: false) { id } }", ""},
        {"query ($l: Boolean) @live(if: $l) { rooms @stream { id } }",
         "1:43 Cannot mix \"@stream\" with \"@live\".\n"},
        {"mutation @live { rename(id: 1, title: \"\") { id } }",
         "1:10 Directive \"@live\" may not be used on MUTATION.\n"},
    };

    (void)state;
    EXPECT_ALL(cases, NULL);
}

/* A schema without the directive has no live queries, whatever is written. */
static void test_live_is_a_directive_of_the_schema(void **state)
{
    fixture f;

    (void)state;
    fixture_init(&f, "directive @stream on FIELD type Query { a: [Int] }");
    assert_string_equal(fixture_errors(&f, "query @live { a @stream }", NULL),
                        "1:7 Unknown directive \"@live\".\n");
    fixture_deinit(&f);
}

static void test_only_some_rules(void **state)
{
    static const expectation cases[] = {
        {"{ romo @nope } { room }", "1:8 Unknown directive \"@nope\".\n"},
    };

    (void)state;
    EXPECT_ALL(cases, &(xy_validate_options){.only = XY_RULE_BIT(known_directives)});
}

static void test_errors_are_counted(void **state)
{
    static const char text[] = "{ a b c }";
    xy_validate_options options = {.errors_max = 2, .hide_suggestions = true};
    fixture f;
    int rc;

    (void)state;
    fixture_init(&f, sdl);
    assert_string_equal(fixture_errors(&f, text, &options),
                        "1:3 Cannot query field \"a\" on type \"Query\".\n"
                        "1:5 Cannot query field \"b\" on type \"Query\".\n"
                        "Too many validation errors, error limit reached. Validation aborted.\n");
    fixture_work(&f, XY_STR("{ a b c }"), &options, &rc);
    assert_int_equal(rc, XY_ELIMIT);
    options.errors_max = 3;
    fixture_work(&f, XY_STR("{ a b c }"), &options, &rc);
    assert_int_equal(rc, XY_EFAILED);
    fixture_work(&f, XY_STR("{ rooms { id } }"), &options, &rc);
    assert_int_equal(rc, XY_OK);
    fixture_deinit(&f);
}

/* Values are checked by another room, which counts along. */
static void test_errors_in_values_are_counted(void **state)
{
    fixture f;

    (void)state;
    fixture_init(&f, sdl);
    assert_string_equal(
        fixture_errors(&f, "{ find(filter: {title: 1, text: 2, zzzzzzzz: 3}) { id } romo }",
                       &(xy_validate_options){.errors_max = 2}),
        "1:24 String cannot represent a non string value: 1\n"
        "1:33 String cannot represent a non string value: 2\n"
        "Too many validation errors, error limit reached. Validation aborted.\n");
    fixture_deinit(&f);
}

/* Errors that were there before stay, and are not counted. */
static void test_errors_are_appended(void **state)
{
    const xy_ast_document *document;
    xy_errors errors;
    fixture f;

    (void)state;
    fixture_init(&f, sdl);
    xy__errors_init(&errors, f.arena);
    xy__errors_add(&errors, XY_STR("before"));
    document = fixture_parse(&f, XY_STR("{ rooms { id } }"));
    assert_int_equal(xy__validate(f.schema, document, NULL, &errors), XY_OK);
    document = fixture_parse(&f, XY_STR("{ a }"));
    assert_int_equal(
        xy__validate(f.schema, document, &(xy_validate_options){.errors_max = 1}, &errors),
        XY_EFAILED);
    assert_int_equal(errors.list.len, 2);
    assert_true(xy_str_is(errors.list.items[0]->message, "before"));
    fixture_deinit(&f);
}

/* Whenever the budget ends, the validation ends, and says so. */
static void test_every_budget(void **state)
{
    static const char text[] =
        "query Q($id: ID!) { ...A rooms { ...B } } query R { ...A } subscription { ...A }"
        "fragment A on Query { room(id: $id) { title: id ...B } room(id: 1) { title } ...A }"
        "fragment B on Room { id title messages }";
    xy_validate_options options = {0};
    uint32_t all;
    fixture f;
    int rc;

    (void)state;
    fixture_init(&f, sdl);
    all = fixture_work(&f, xy_str_from(text), NULL, &rc);
    assert_int_equal(rc, XY_EFAILED);
    for (options.work_max = 1; options.work_max < all; options.work_max++) {
        bool aborted = strstr(fixture_errors(&f, text, &options), "Validation aborted.\n");

        assert_true(fixture_work(&f, xy_str_from(text), &options, &rc) <= options.work_max);
        assert_int_equal(rc, aborted ? XY_ELIMIT : XY_EFAILED);
        assert_true(aborted || options.work_max > 2);
    }
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_with_locations),
        cmocka_unit_test(test_suggestions_hidden),
        cmocka_unit_test(test_suggestions_masked),
        cmocka_unit_test(test_introspection_hidden),
        cmocka_unit_test(test_deprecated_reported),
        cmocka_unit_test(test_live_is_not_incremental),
        cmocka_unit_test(test_live_is_a_directive_of_the_schema),
        cmocka_unit_test(test_only_some_rules),
        cmocka_unit_test(test_errors_are_counted),
        cmocka_unit_test(test_errors_in_values_are_counted),
        cmocka_unit_test(test_errors_are_appended),
        cmocka_unit_test(test_every_budget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
