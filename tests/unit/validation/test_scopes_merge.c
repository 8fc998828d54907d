/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"
#include "validation/scopes_merge.h"

#define STEPS 10000u

static const char sdl[] =
    "directive @stream(initialCount: Int) on FIELD\n"
    "type Query { a: Query l: [Query] p: Pet x(by: Int, of: In): Int y: Int }\n"
    "input In { a: Int b: Int }\n"
    "interface Pet { name: String up: Pet num: Int }\n"
    "type Dog implements Pet { name: String up: Dog num: Int id: Int! "
    "bark: String size(in: Int): Int }\n"
    "type Cat implements Pet { name: String up: Cat num: Int id: Int "
    "meow: String size(in: Int): Int }\n";

static xy_merge_answer ask(fixture *f, const char *text, uint32_t steps)
{
    const xy_ast_document *document = fixture_parse(f, xy_str_from(text));
    xy_validate_options options = {0};
    xy_field_scopes scopes;
    xy_validation v;
    xy_errors errors;

    xy__errors_init(&errors, f->arena);
    xy__validation_init(&v, f->arena, f->schema, document, &options, &errors);
    xy__field_scopes_init(&scopes, &v);
    return xy__scopes_merge(&scopes, steps);
}

static void test_what_fits(void **state)
{
    static const char *const texts[] = {
        "{ a { y } a { y } }",
        "{ x(by: 1) x(by: 1) }",
        "{ x(of: {a: 1, b: 2}) x(of: {b: 2, a: 1}) }",
        "{ p { ... on Dog { s: size(in: 1) } ... on Cat { s: size(in: 2) } } }",
        "{ p { ... on Dog { s: name } ... on Cat { s: meow } } }",
        /* Fragments used beside different fields do not make these conflict. */
        "{ a { ...F y: x(by: 1) } b: a { ...F y: x(by: 2) } } fragment F on Query { a { y } }",
        /* Below exclusive fields everything is exclusive. */
        "{ p { ... on Dog { up { s: size(in: 1) } } ... on Cat { up { s: size(in: 2) } } } }",
        "fragment F on Query { a { ...F } }",
        "{ nope { z } nope { z } ...Nope }",
    };
    fixture f;

    (void)state;
    fixture_init(&f, sdl);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(ask(&f, texts[i], STEPS), XY_MERGE_FITS);
    fixture_deinit(&f);
}

static void test_what_conflicts(void **state)
{
    static const char *const texts[] = {
        "{ x: y x }",
        "{ x(by: 1) x(by: 2) }",
        "{ x(by: 1) x }",
        "{ x(by: \"a\") x(by: \"\"\"a\"\"\") }",
        "{ l { y } l @stream { y } }",
        "{ p { s: name ... on Dog { s: bark } } }",
        "{ p { ... on Dog { id } ... on Cat { id } } }",
        "{ p { ... on Dog { s: up { name } } ... on Cat { s: meow } } }",
        "{ p { ... on Dog { up { s: num } } ... on Cat { up { s: name } } } }",
        "{ a { ...F } a { y: x } } fragment F on Query { ...G } fragment G on Query { y }",
        /* In a fragment that nothing uses. */
        "{ y } fragment F on Query { x: y x }",
        /* Two arguments of one name are never equal to anything. */
        "{ x(by: 1, by: 1) x(by: 1, by: 1) }",
    };
    fixture f;

    (void)state;
    fixture_init(&f, sdl);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(ask(&f, texts[i], STEPS), XY_MERGE_CONFLICTS);
    fixture_deinit(&f);
}

static void test_steps(void **state)
{
    static const char text[] = "{ a { a { a { y } } } p { ... on Dog { s: size(in: 1) } "
                               "... on Cat { s: size(in: 2) } } }";
    uint32_t enough = 1;
    fixture f;

    (void)state;
    fixture_init(&f, sdl);
    while (ask(&f, text, enough) == XY_MERGE_UNKNOWN)
        enough++;
    assert_int_equal(ask(&f, text, enough), XY_MERGE_FITS);
    assert_in_range(enough, 10, 100);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_fits),
        cmocka_unit_test(test_what_conflicts),
        cmocka_unit_test(test_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
