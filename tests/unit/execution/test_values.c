/* SPDX-License-Identifier: MIT */
/* Variables and arguments: what the document decides, and what the request does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../schema/coercing.h"
#include "execution/values.h"

static const char sdl[] =
    "enum Color { RED GREEN }\n"
    "input Point { x: Int! y: Int = 7 }\n"
    "scalar JSON\n"
    "type Query {\n"
    "  f(a: Int, b: Int! = 5, p: Point, list: [Int], json: JSON, color: Color = RED): Int\n"
    "  need(id: ID!): Float\n"
    "}\n";

static coercing c;

static int start(void **state)
{
    (void)state;
    coercing_init(&c, sdl);
    return 0;
}

static int end(void **state)
{
    (void)state;
    coercing_deinit(&c);
    return 0;
}

typedef struct row {
    const char *document;
    const char *inputs; /* JSON; NULL: none at all */
    const char *expected;
} row;

static void check(const row *rows, size_t count, const char *(*run)(const row *r))
{
    for (size_t i = 0; i < count; i++) {
        const char *got = run(&rows[i]);

        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("%s with %s:\n%s\nexpected:\n%s", rows[i].document, rows[i].inputs, got,
                     rows[i].expected);
    }
}

#define CHECK(rows, run) check((rows), sizeof(rows) / sizeof *(rows), (run))

/* ---- variables ---- */

static int coerce_variables(const row *r, xy_value *out)
{
    const xy_ast_operation *operation = coercing_operation(&c, r->document);
    const xy_value *inputs = r->inputs ? coercing_json(&c, r->inputs) : NULL;
    xy_variables variables = xy__variables_compile(&c.arena, c.schema, &operation->variables);

    return xy__variables_coerce(&c.arena, &variables, inputs, false, coercing_begin(&c), out);
}

static const char *run_variables(const row *r)
{
    xy_value result = XY_NULL;
    int rc = coerce_variables(r, &result);

    return coercing_text(&c, rc, &result);
}

static void variables_have_values(void **state)
{
    static const row rows[] = {
        {"{ f }", NULL, "{}"},
        {"query ($b: Int, $a: Int) { f }", "{\"a\":1,\"b\":2,\"c\":3}", "{\"b\":2,\"a\":1}"},
        {"query ($a: Int, $b: Int = 5, $c: Int! = 6) { f }", "{}", "{\"b\":5,\"c\":6}"},
        {"query ($a: Int, $b: Int = 5, $c: Int! = 6) { f }", "{\"a\":null,\"b\":null}",
         "{\"a\":null,\"b\":null,\"c\":6}"},
        {"query ($p: [Point] = {x: 1}) { f }", NULL, "{\"p\":[{\"x\":1,\"y\":7}]}"},
    };

    (void)state;
    CHECK(rows, run_variables);
}

static void variables_are_refused(void **state)
{
    static const row rows[] = {
        {"query ($a: Int!) { f }", NULL,
         "Variable \"$a\" has invalid value: Expected a value of non-null type \"Int!\" to be "
         "provided. (1:8)"},
        {"query ($a: Int! = 6) { f }", "{\"a\":null}",
         "Variable \"$a\" has invalid value: Expected value of non-null type \"Int!\" not to be "
         "null. (1:8)"},
        {"query ($p: [Point],\n  $c: Color) { f }", "{\"p\":[{\"x\":1},{\"x\":true}],\"c\":1}",
         "Variable \"$p\" has invalid value at [1].x: Int cannot represent non-integer value: "
         "true (1:8)\n"
         "Variable \"$c\" has invalid value: Enum \"Color\" cannot represent non-string value: 1. "
         "(2:3)"},
        {"query ($q: [Query!], $n: Nothing) { f }", "{}",
         "Variable \"$q\" expected value of type \"[Query!]\" which cannot be used as an input "
         "type. (1:12)\n"
         "Variable \"$n\" expected value of type \"Nothing\" which cannot be used as an input "
         "type. (1:26)"},
    };

    (void)state;
    CHECK(rows, run_variables);
}

/* A default that is not valid is an error of the requests that need it. */
static void bad_defaults(void **state)
{
    static const row rows[] = {
        {"query ($p: Point = {x: a}) { f }", "{\"p\":{\"x\":1}}", "{\"p\":{\"x\":1,\"y\":7}}"},
        {"query ($p: Point = {x: a}) { f }", "{}",
         "Variable \"$p\" has invalid default value at .x: Int cannot represent non-integer "
         "value: a (1:8)"},
    };

    (void)state;
    CHECK(rows, run_variables);
}

static void errors_of_variables_end(void **state)
{
    static const char wrong[] = "{\"a\":[true,true,true,true,true,true,true,true,true,true,true,"
                                "true,true,true,true,true,true,true,true,true,true,true,true,true,"
                                "true,true,true,true,true,true,true,true,true,true,true,true,true,"
                                "true,true,true,true,true,true,true,true,true,true,true,true,true,"
                                "true]}";
    static const row r = {"query ($a: [Int]) { f }", wrong, NULL};
    const xy_error *last;
    xy_value out;

    (void)state;
    assert_int_equal(coerce_variables(&r, &out), XY_EFAILED);
    assert_int_equal(c.errors.list.len, XY_VARIABLE_ERRORS_MAX + 1);
    last = c.errors.list.items[XY_VARIABLE_ERRORS_MAX];
    assert_true(xy_str_is(last->message, "Too many errors processing variables, error limit "
                                         "reached. Execution aborted."));
    assert_int_equal(last->location_count, 0);
}

static void many_inputs(void **state)
{
    static const row rows[] = {
        {"query ($a: Int, $s: Int) { f }",
         "{\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0,\"j\":0,\"k\":0,"
         "\"l\":0,\"m\":0,\"n\":0,\"o\":0,\"p\":0,\"q\":0,\"r\":0,\"s\":1,\"t\":0}",
         "{\"s\":1}"},
    };

    (void)state;
    CHECK(rows, run_variables);
}

static void variables_do_not_outgrow_the_arena(void **state)
{
    enum { COUNT = 10000 };
    const xy_ast_operation *operation = coercing_operation(&c, "query ($p: [Point]) { f }");
    xy_variables variables = xy__variables_compile(&c.arena, c.schema, &operation->variables);
    size_t size = COUNT * 8 + 16;
    char *text = malloc(size);
    size_t len = (size_t)snprintf(text, size, "{\"p\":[{\"x\":1}");
    const xy_value *inputs;
    xy_arena small;
    xy_value out;

    (void)state;
    for (int i = 1; i < COUNT; i++)
        len += (size_t)snprintf(text + len, size - len, ",{\"x\":1}");
    snprintf(text + len, size - len, "]}");
    inputs = coercing_json(&c, text);
    xy__arena_init(&small, 1 << 16);
    assert_int_equal(
        xy__variables_coerce(&small, &variables, inputs, false, coercing_begin(&c), &out),
        XY_ELIMIT);
    assert_int_equal(c.errors.list.len, 1);
    xy__arena_deinit(&small);
    free(text);
}

/* ---- arguments ---- */

static const xy_arguments *compile(const xy_ast_operation *operation)
{
    const xy_ast_field *node = (const void *)operation->selection_set->selections.items[0];
    xy_arguments_site site = {
        .field = xy__type_field(c.schema->query, node->name->value),
        .node = &node->node,
        .nodes = &node->arguments,
    };

    return xy__arguments_compile(&c.arena, &site);
}

/* Of the document's first field. The inputs are taken for coerced variables. */
static const char *run_arguments(const row *r)
{
    const xy_value *variables = r->inputs ? coercing_json(&c, r->inputs) : NULL;
    const xy_arguments *arguments = compile(coercing_operation(&c, r->document));
    xy_value result = XY_NULL;
    int rc =
        xy__arguments_coerce(&c.arena, arguments, variables, false, coercing_begin(&c), &result);

    return coercing_text(&c, rc, &result);
}

static void arguments_have_values(void **state)
{
    static const row rows[] = {
        {"{ f }", NULL, "{\"b\":5,\"color\":\"RED\"}"},
        {"{ f(color: GREEN, p: {x: 1}, b: 1, a: null) }", NULL,
         "{\"a\":null,\"b\":1,\"p\":{\"x\":1,\"y\":7},\"color\":\"GREEN\"}"},
        {"{ f(a: $v, b: $w, color: $u) }", "{\"v\":1,\"u\":null}",
         "{\"a\":1,\"b\":5,\"color\":null}"},
        {"{ f(a: $v) }", "{}", "{\"b\":5,\"color\":\"RED\"}"},
        {"{ f(p: {x: $v, y: $w}, list: [$v, $w], json: {v: [$v], w: $w}) }", "{\"v\":1}",
         "{\"b\":5,\"p\":{\"x\":1,\"y\":7},\"list\":[1,null],\"json\":{\"v\":[1]},"
         "\"color\":\"RED\"}"},
    };

    (void)state;
    CHECK(rows, run_arguments);
}

static void arguments_are_refused(void **state)
{
    static const row rows[] = {
        {"{ need }", NULL,
         "Argument \"Query.need(id:)\" of required type \"ID!\" was not provided. (1:3)"},
        {"{ need(id: $v) }", "{}",
         "Argument \"Query.need(id:)\" has invalid value: Expected variable \"$v\" provided to "
         "type \"ID!\" to provide a runtime value. (1:12)"},
        {"{ f(b: $v) }", "{\"v\":null}",
         "Argument \"Query.f(b:)\" has invalid value: Expected variable \"$v\" provided to "
         "non-null type \"Int!\" not to be null. (1:8)"},
        {"{ f(b: null) }", NULL,
         "Argument \"Query.f(b:)\" has invalid value: Expected value of non-null type \"Int!\" "
         "not to be null. (1:8)"},
        {"{ f(p: {x: $v}) }", "{}",
         "Argument \"Query.f(p:)\" has invalid value at .x: Expected variable \"$v\" provided to "
         "type \"Int!\" to provide a runtime value. (1:12)"},
        /* one error only, the first */
        {"{ f(p: {y: true, z: 1}) }", NULL,
         "Argument \"Query.f(p:)\" has invalid value: Expected value of type \"Point\" to include "
         "required field \"x\", found: { y: true, z: 1 }. (1:8)"},
    };

    (void)state;
    CHECK(rows, run_arguments);
}

/* What needs no variables is made when the document is planned, and is shared by all runs. */
static void constant_arguments_cost_nothing(void **state)
{
    const xy_arguments *arguments =
        compile(coercing_operation(&c, "{ f(p: {x: 1}, json: {a: [1]}) }"));
    xy_arena arena;
    xy_value first;
    xy_value second;

    (void)state;
    assert_true(arguments->is_constant);
    xy__arena_init(&arena, 0);
    assert_int_equal(
        xy__arguments_coerce(&arena, arguments, NULL, false, coercing_begin(&c), &first), 0);
    assert_int_equal(
        xy__arguments_coerce(&arena, arguments, NULL, false, coercing_begin(&c), &second), 0);
    assert_ptr_equal(first.members, second.members);
    assert_int_equal(arena.held, 0);
    assert_false(compile(coercing_operation(&c, "{ f(a: $a) }"))->is_constant);
    assert_false(compile(coercing_operation(&c, "{ f(a: true) }"))->is_constant);
}

/* ---- directives ---- */

static const char *run_directive(const row *r)
{
    const xy_ast_operation *operation = coercing_operation(&c, r->document);
    const xy_ast_field *node = (const void *)operation->selection_set->selections.items[0];
    xy_arguments_site site =
        xy__directive_site(xy__schema_directive(c.schema, XY_STR("skip")),
                           xy__directive_find(&node->directives, XY_STR("skip")));
    const xy_arguments *arguments = xy__arguments_compile(&c.arena, &site);
    const xy_value *variables = coercing_json(&c, r->inputs);
    xy_value result = XY_NULL;
    int rc =
        xy__arguments_coerce(&c.arena, arguments, variables, false, coercing_begin(&c), &result);

    return coercing_text(&c, rc, &result);
}

static void directives_have_arguments(void **state)
{
    static const row rows[] = {
        {"{ f @include(if: false) @skip(if: true) @skip(if: false) }", "{}", "{\"if\":true}"},
        {"{ f @skip(if: $v) }", "{\"v\":false}", "{\"if\":false}"},
        {"{ f @skip(if: $v) }", "{}",
         "Argument \"@skip(if:)\" has invalid value: Expected variable \"$v\" provided to type "
         "\"Boolean!\" to provide a runtime value. (1:15)"},
        {"{ f @skip }", "{}",
         "Argument \"@skip(if:)\" of required type \"Boolean!\" was not provided. (1:5)"},
    };

    (void)state;
    CHECK(rows, run_directive);
}

static void directives_are_found_by_name(void **state)
{
    const xy_ast_operation *operation = coercing_operation(&c, "{ f @a @b @a(x: 1) }");
    const xy_ast_field *node = (const void *)operation->selection_set->selections.items[0];

    (void)state;
    assert_ptr_equal(xy__directive_find(&node->directives, XY_STR("a")), node->directives.items[0]);
    assert_null(xy__directive_find(&node->directives, XY_STR("c")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_have_values),
        cmocka_unit_test(variables_are_refused),
        cmocka_unit_test(bad_defaults),
        cmocka_unit_test(errors_of_variables_end),
        cmocka_unit_test(many_inputs),
        cmocka_unit_test(variables_do_not_outgrow_the_arena),
        cmocka_unit_test(arguments_have_values),
        cmocka_unit_test(arguments_are_refused),
        cmocka_unit_test(constant_arguments_cost_nothing),
        cmocka_unit_test(directives_have_arguments),
        cmocka_unit_test(directives_are_found_by_name),
    };

    return cmocka_run_group_tests_name("execution/values", tests, start, end);
}
