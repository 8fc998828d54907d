/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"
#include "validation/context.h"

static const char sdl[] = "type Query { a: Query f(x: Int! = 1, in: In): Int }\n"
                          "input In { n: Int! one: One list: [Int!] }\n"
                          "input One @oneOf { n: Int }\n";

typedef struct world {
    fixture f;
    xy_validate_options options;
    xy_errors errors;
    xy_validation v;
    xy_buf text;
} world;

static void open_world(world *w, const char *document)
{
    *w = (world){.options = {.work_max = 1000}};
    fixture_init(&w->f, sdl);
    xy__errors_init(&w->errors, w->f.arena);
    xy__validation_init(&w->v, w->f.arena, w->f.schema, fixture_parse(&w->f, xy_str_from(document)),
                        &w->options, &w->errors);
    xy__buf_init(&w->text, 4096);
}

static void close_world(world *w, const char *text)
{
    xy__buf_char(&w->text, '\0');
    assert_string_equal(w->text.ptr, text);
    xy__buf_deinit(&w->text);
    fixture_deinit(&w->f);
}

static void test_spreads_in_the_order_of_the_reference(void **state)
{
    xy_definition *query;
    world w;

    (void)state;
    open_world(&w, "{ ...A a { ...B a { ...C } } ... { ...D } ...E }");
    query = &w.v.definitions.items[0];
    xy__definition_find_spreads(&w.v, query);
    for (size_t i = 0; i < query->spreads.len; i++)
        xy__buf_str(&w.text, query->spreads.items[i]->name->value);
    close_world(&w, "AEDBC");
}

static void test_reach(void **state)
{
    xy_definition *query;
    xy_reach reach;
    world w;

    (void)state;
    open_world(&w, "{ ...A ...B ...Nope } fragment A on Query { ...C ...A }"
                   "fragment B on Query { f ...C } fragment C on Query { ...D }"
                   "fragment D on Query { ...A } fragment Z on Query { f }");
    query = &w.v.definitions.items[0];
    xy__definitions_find_reach(&w.v, &query, 1, &reach);
    for (size_t i = 0; i < reach.len; i++)
        xy__buf_str(&w.text, reach.items[i]->name);
    close_world(&w, "ABCD");
}

/* A spread means the last fragment of its name. */
static void test_fragments_of_one_name(void **state)
{
    world w;

    (void)state;
    open_world(&w, "fragment A on Query { f } { f } fragment A on Query { a { f } }");
    assert_ptr_equal(xy__definitions_fragment(&w.v.definitions, XY_STR("A")),
                     &w.v.definitions.items[2]);
    assert_ptr_equal(w.v.definitions.items[0].named, &w.v.definitions.items[2]);
    assert_null(w.v.definitions.items[1].named);
    assert_null(xy__definitions_fragment(&w.v.definitions, XY_STR("B")));
    close_world(&w, "");
}

static void put_uses(world *w, xy_definition *operation)
{
    xy_variable_uses uses;
    const xy_variable_use *use;

    xy__variable_uses_init(&uses, &w->v, operation);
    while ((use = xy__variable_uses_next(&uses))) {
        xy_str type = use->type ? xy__type_print(w->f.arena, use->type) : XY_STR("-");

        xy__buf_printf(&w->text, "$%.*s %.*s%s%s\n", XY_PRI(use->node->text), XY_PRI(type),
                       use->has_default ? " default" : "",
                       use->parent_type && use->parent_type->is_one_of ? " one of" : "");
    }
}

static void test_uses_of_variables(void **state)
{
    world w;

    (void)state;
    open_world(&w, "query ($a: Int) @nope(a: $a) { f(x: $b in: {n: $c one: {n: $d} list: [$e]}) "
                   "...F } fragment F on Query { f(x: $f nope: $g) }");
    put_uses(&w, &w.v.definitions.items[0]);
    close_world(&w, "$a -\n$b Int! default\n$c Int!\n$d Int one of\n$e Int!\n$f Int! default\n"
                    "$g -\n");
}

static void test_uses_cost_work(void **state)
{
    world w;

    (void)state;
    open_world(&w, "{ f(x: $a) ...F } fragment F on Query { f(x: $b) }");
    w.v.work_left = 3; /* a spread, a use, a fragment */
    put_uses(&w, &w.v.definitions.items[0]);
    assert_true(w.v.doc.full);
    assert_int_equal(w.errors.list.len, 1);
    close_world(&w, "$a Int! default\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spreads_in_the_order_of_the_reference),
        cmocka_unit_test(test_reach),
        cmocka_unit_test(test_fragments_of_one_name),
        cmocka_unit_test(test_uses_of_variables),
        cmocka_unit_test(test_uses_cost_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
