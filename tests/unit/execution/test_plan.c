/* SPDX-License-Identifier: MIT */
/* What a plan holds: which fields, how often, and how much of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "execution/plan.h"
#include "fixture.h"

static const char sdl[] =
    "type Query { a: Int b: Int c(x: Int = 1, y: [Int!]): Int q: Query n: Node ns: [Node] u: U }\n"
    "interface Node { id: ID next: Node q: Query }\n"
    "type A implements Node { id: ID next: Node q: Query a: Int }\n"
    "type B implements Node { id: ID next: Node q: Query b: Int }\n"
    "type C implements Node { id: ID next: Node q: Query }\n"
    "union U = A | B";

static fixture f;

static int setup(void **state)
{
    (void)state;
    fixture_init(&f, sdl);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

/* Response keys of a selection as "a,b". */
static const char *keys(const xy_selection *selection)
{
    xy_str text = XY_STR("");

    for (size_t i = 0; i < selection->field_count; i++)
        text = xy__arena_printf(&f.arena, "%.*s%s%.*s", XY_PRI(text), i ? "," : "",
                                XY_PRI(selection->fields[i].key));
    return text.len ? text.ptr : "";
}

static const xy_plan_field *field(const xy_selection *selection, const char *key)
{
    for (size_t i = 0; i < selection->field_count; i++)
        if (xy_str_is(selection->fields[i].key, key))
            return &selection->fields[i];
    fail_msg("no field %s", key);
    return NULL;
}

static xy_plan_field *root_field(const xy_operation *operation, const char *key)
{
    return (xy_plan_field *)(uintptr_t)field(operation->plan->root, key);
}

/* ---- merging ---- */

typedef struct merging {
    const char *query;
    const char *variables;
    const char *root; /* response keys */
    const char *q;    /* those beneath q; NULL: not asked for */
} merging;

static const merging mergings[] = {
    {"{b a b}", NULL, "b,a", NULL},
    {"{x:a a ...on Query{b x:a}}", NULL, "x,a,b", NULL},
    {"{q{a} ...F q{b a}} fragment F on Query{q{c} a}", NULL, "q,a", "a,c,b"},
    {"{...F ...F ...G} fragment F on Query{a ...G} fragment G on Query{b}", NULL, "a,b", NULL},
    {"{a @skip(if:true) b @include(if:true) c @include(if:false)}", NULL, "b", NULL},
    /* The order follows what is included, so it may depend on variables. */
    {"query($v:Boolean!){a @include(if:$v) b a}", "{\"v\":true}", "a,b", NULL},
    {"query($v:Boolean!){a @include(if:$v) b a}", "{\"v\":false}", "b,a", NULL},
    {"query($v:Boolean!){q @skip(if:$v){a} q{b}}", "{\"v\":true}", "q", "b"},
    {"query($v:Boolean!){q @skip(if:$v){a} q{b}}", "{\"v\":false}", "q", "a,b"},
    {"query($v:Boolean!){...F @include(if:$v) a} fragment F on Query{q{a}}", "{\"v\":true}", "q,a",
     "a"},
    {"query($v:Boolean=false){a @include(if:$v) b}", NULL, "b", NULL},
};

static void fields_are_collected_and_merged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mergings / sizeof *mergings; i++) {
        const merging *m = &mergings[i];
        xy_operation *operation = fixture_prepare(&f, m->query, m->variables);

        assert_string_equal(keys(operation->plan->root), m->root);
        if (m->q)
            assert_string_equal(keys(root_field(operation, "q")->selection), m->q);
        xy__operation_unref(operation);
    }
}

static void merged_fields_keep_all_their_nodes(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{a ...F a} fragment F on Query{a}", NULL);
    const xy_plan_field *a = root_field(operation, "a");

    (void)state;
    assert_int_equal(a->nodes.len, 3);
    assert_int_equal(a->nodes.items[0]->node.start, 1);
    assert_int_equal(a->nodes.items[1]->node.start, 31);
    assert_int_equal(a->nodes.items[2]->node.start, 8);
    xy__operation_unref(operation);
}

static void keys_are_json_already(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{x:a __typename t:__typename}", NULL);

    (void)state;
    assert_true(xy_str_is(root_field(operation, "x")->text, ",\"x\":"));
    assert_true(xy_str_is(root_field(operation, "__typename")->text, ",\"__typename\":\"Query\""));
    assert_true(xy_str_is(root_field(operation, "t")->text, ",\"t\":\"Query\""));
    xy__operation_unref(operation);
}

static void constant_arguments_are_coerced_once(void **state)
{
    xy_operation *operation =
        fixture_prepare(&f, "query($x:Int){c d:c(y:7) e:c(x:$x)}", "{\"x\":5}");

    (void)state;
    assert_true(root_field(operation, "c")->arguments->is_constant);
    assert_true(root_field(operation, "d")->arguments->is_constant);
    assert_int_equal(root_field(operation, "d")->arguments->value.len, 2);
    assert_false(root_field(operation, "e")->arguments->is_constant);
    xy__operation_unref(operation);
}

/* ---- abstract types ---- */

static void types_are_planned_when_they_are_met(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{n{id ...on A{a} ...on B{b next{id}}}}", NULL);
    xy_plan_field *n = root_field(operation, "n");
    const xy_type *a = xy__schema_type(f.schema, XY_STR("A"));
    const xy_type *b = xy__schema_type(f.schema, XY_STR("B"));
    const xy_selection *as_a;

    (void)state;
    assert_null(n->selection);
    assert_null(atomic_load(&n->by_type));
    as_a = xy__plan_selection(operation->plan, n, a);
    assert_string_equal(keys(as_a), "id,a");
    assert_string_equal(keys(xy__plan_selection(operation->plan, n, b)), "id,b,next");
    assert_ptr_equal(xy__plan_selection(operation->plan, n, a), as_a);
    xy__operation_unref(operation);
}

/* Else a document that nests d interfaces of n types would have n^d selections. */
static void what_types_have_in_common_is_planned_once(void **state)
{
    xy_operation *operation = fixture_prepare(&f, "{n{id q{a}}}", NULL);
    xy_plan_field *n = root_field(operation, "n");
    const xy_selection *as_a =
        xy__plan_selection(operation->plan, n, xy__schema_type(f.schema, XY_STR("A")));
    const xy_selection *as_b =
        xy__plan_selection(operation->plan, n, xy__schema_type(f.schema, XY_STR("B")));

    (void)state;
    assert_ptr_not_equal(as_a, as_b);
    assert_ptr_equal(field(as_a, "q")->selection, field(as_b, "q")->selection);
    xy__operation_unref(operation);
}

/* ---- plans of one document ---- */

static void a_plan_is_made_once_for_equal_conditions(void **state)
{
    xy_document *document = fixture_document(&f, "query($v:Boolean!,$w:Boolean=false,$x:Int)"
                                                 "{a @include(if:$v) b @skip(if:$w) c(x:$x)}");
    const char *variables[] = {
        "{\"v\":true,\"x\":1}",
        "{\"v\":true,\"x\":2,\"w\":false}",
        "{\"v\":false}",
        "{\"v\":true,\"w\":true}",
    };
    xy_operation *operations[4];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        operations[i] = fixture_operation(&f, document, variables[i]);
    assert_ptr_equal(operations[0]->plan, operations[1]->plan);
    assert_string_equal(keys(operations[0]->plan->root), "a,b,c");
    assert_string_equal(keys(operations[2]->plan->root), "b,c");
    assert_string_equal(keys(operations[3]->plan->root), "a,c");
    assert_int_equal(document->plans_kept, 3);
    assert_true(xy__document_bytes(document) > document->source.text.len);
    for (size_t i = 0; i < 4; i++)
        xy__operation_unref(operations[i]);
    xy__document_unref(document);
}

/* 64 combinations: what is not kept is made for its operation alone. */
static void a_document_keeps_so_many_plans_and_no_more(void **state)
{
    xy_document *document = fixture_document(
        &f,
        "query($a:Boolean!,$b:Boolean!,$c:Boolean!,$d:Boolean!,$e:Boolean!,$g:Boolean!){__typename "
        "a @include(if:$a) b @include(if:$b) c @include(if:$c) x:a @include(if:$d) "
        "y:a @include(if:$e) z:a @include(if:$g)}");

    (void)state;
    for (unsigned i = 0; i < 64; i++) {
        xy_str variables = xy__arena_printf(
            &f.arena, "{\"a\":%s,\"b\":%s,\"c\":%s,\"d\":%s,\"e\":%s,\"g\":%s}",
            i & 1 ? "true" : "false", i & 2 ? "true" : "false", i & 4 ? "true" : "false",
            i & 8 ? "true" : "false", i & 16 ? "true" : "false", i & 32 ? "true" : "false");
        xy_operation *operation = fixture_operation(&f, document, variables.ptr);

        assert_int_equal(operation->plan->kept, i < XY_PLANS_KEPT_MAX);
        assert_int_equal(operation->plan->root->field_count, 1 + __builtin_popcount(i));
        xy__operation_unref(operation);
    }
    assert_int_equal(document->plans_kept, XY_PLANS_KEPT_MAX);
    xy__document_unref(document);
}

/* ---- hostile documents ---- */

/* Thirty fragments, each spread twice by the one before: 2^30 shapes, one plan field each. */
static void shapes_that_multiply_are_planned_once(void **state)
{
    xy_document_options trusted = {.trusted = true};
    xy_str text = XY_STR("{...F0}");
    xy_operation *operation;
    xy_document *document;
    xy_errors errors;

    (void)state;
    for (int i = 0; i < 30; i++)
        text = xy__arena_printf(&f.arena, "%.*s fragment F%d on Query{x:q{...F%d} y:q{...F%d}}",
                                XY_PRI(text), i, i + 1, i + 1);
    text = xy__arena_printf(&f.arena, "%.*s fragment F30 on Query{a}", XY_PRI(text));
    xy__errors_init(&errors, &f.arena);
    assert_int_equal(xy__document_create(f.schema, text, &trusted, &document, &errors), XY_OK);
    operation = fixture_operation(&f, document, NULL);
    assert_int_equal(operation->plan->field_count, 2 * 30 + 1);
    assert_ptr_equal(root_field(operation, "x")->selection, root_field(operation, "y")->selection);
    xy__operation_unref(operation);
    xy__document_unref(document);
}

/* A cycle, which validation would refuse, makes a plan with a cycle. */
static void fragments_in_a_circle_end(void **state)
{
    xy_document_options trusted = {.trusted = true};
    xy_operation *operation;
    xy_document *document;
    xy_errors errors;

    (void)state;
    xy__errors_init(&errors, &f.arena);
    assert_int_equal(xy__document_create(f.schema,
                                         XY_STR("{...F} fragment F on Query{a q{...F} ...F}"),
                                         &trusted, &document, &errors),
                     XY_OK);
    operation = fixture_operation(&f, document, NULL);
    assert_ptr_equal(root_field(operation, "q")->selection, operation->plan->root);
    xy__operation_unref(operation);
    xy__document_unref(document);
}

/* "Was the 24th field from here an x?" takes a selection for each of 2^24 sets of fragments. */
static void a_plan_has_an_end(void **state)
{
    enum { LEVELS = 24 };
    xy_document_options trusted = {.trusted = true};
    xy_operation *operation;
    xy_document *document;
    xy_errors errors;
    xy_buf text;

    (void)state;
    xy__buf_init(&text, 1u << 20);
    XY_BUF_LITERAL(&text, "{...F0} fragment F0 on Query{x:q{...F0 ...F1} y:q{...F0}}");
    for (int i = 1; i < LEVELS; i++)
        xy__buf_printf(&text, " fragment F%d on Query{x:q{...F%d} y:q{...F%d}}", i, i + 1, i + 1);
    xy__buf_printf(&text, " fragment F%d on Query{a}", LEVELS);
    xy__errors_init(&errors, &f.arena);
    assert_int_equal(
        xy__document_create(f.schema, xy__buf_view(&text), &trusted, &document, &errors), XY_OK);
    operation = xy__operation_create(&f.executor, document);
    assert_int_equal(xy__operation_prepare(operation, XY_STR_NULL, NULL), XY_EFAILED);
    assert_string_equal(operation->errors.list.items[0]->message.ptr,
                        "The operation selects too much.");
    xy__operation_unref(operation);
    xy__document_unref(document);
    xy__buf_deinit(&text);
}

/* ---- the operation of a document ---- */

typedef struct choice {
    const char *document;
    const char *name;  /* NULL: none */
    const char *error; /* NULL: found */
} choice;

static const choice choices[] = {
    {"{a}", NULL, NULL},
    {"query A{a}", NULL, NULL},
    {"query A{a} query B{b}", "B", NULL},
    {"query A{a} query B{b}", NULL,
     "Must provide operation name if query contains multiple operations."},
    {"query A{a} query B{b}", "C", "Unknown operation named \"C\"."},
    {"query A{a}", "", "Unknown operation named \"\"."},
    {"fragment F on Query{a}", NULL, "Must provide an operation."},
};

static void an_operation_is_chosen_by_name(void **state)
{
    xy_document_options trusted = {.trusted = true};

    (void)state;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const choice *c = &choices[i];
        xy_document *document;
        xy_plans *plans = NULL;
        xy_errors errors;

        xy__errors_init(&errors, &f.arena);
        assert_int_equal(
            xy__document_create(f.schema, xy_str_from(c->document), &trusted, &document, &errors),
            XY_OK);
        assert_int_equal(xy__document_operation(document, xy_str_from(c->name), &plans, &errors),
                         c->error ? XY_EFAILED : XY_OK);
        if (c->error)
            assert_string_equal(errors.list.items[0]->message.ptr, c->error);
        xy__document_unref(document);
    }
}

static void a_bad_document_is_refused_with_a_code(void **state)
{
    xy_document *document = NULL;
    xy_errors errors;

    (void)state;
    xy__errors_init(&errors, &f.arena);
    assert_int_equal(xy__document_create(f.schema, XY_STR("{a"), NULL, &document, &errors),
                     XY_ESYNTAX);
    assert_int_equal(xy__document_create(f.schema, XY_STR("{zzz}"), NULL, &document, &errors),
                     XY_EFAILED);
    assert_null(document);
    assert_string_equal(errors.list.items[0]->code, "GRAPHQL_PARSE_FAILED");
    assert_string_equal(errors.list.items[1]->code, "GRAPHQL_VALIDATION_FAILED");
}

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 200 };

static void execute_many(void *arg)
{
    xy_document *document = arg;
    xy_executor executor;
    xy_operation *operation;

    xy__executor_init(&executor, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        const xy_member member = {XY_STR("v"), xy_value_bool(i % 3 == 0)};
        const xy_value variables = {.kind = XY_VALUE_OBJECT, .len = 1, .members = &member};
        const char *names[] = {"A", "B", "C"};

        operation = xy__operation_create(&executor, document);
        XY_ASSERT(xy__operation_prepare(operation, XY_STR_NULL, &variables) == XY_OK);
        XY_ASSERT(xy__plan_selection(operation->plan, root_field(operation, "n"),
                                     xy__schema_type(f.schema, xy_str_from(names[i % 3]))));
        xy__operation_unref(operation);
    }
    xy__executor_deinit(&executor);
    xy__document_unref(document);
}

static void threads_share_a_document(void **state)
{
    xy_document *document = fixture_document(
        &f, "query($v:Boolean!){n{id ...on A{a next{id}} ...on B @include(if:$v){b}}}");
    uv_thread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(uv_thread_create(&threads[i], execute_many, xy__document_ref(document)),
                         0);
    xy__document_unref(document);
    for (int i = 0; i < THREADS; i++)
        uv_thread_join(&threads[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_collected_and_merged),
        cmocka_unit_test(merged_fields_keep_all_their_nodes),
        cmocka_unit_test(keys_are_json_already),
        cmocka_unit_test(constant_arguments_are_coerced_once),
        cmocka_unit_test(types_are_planned_when_they_are_met),
        cmocka_unit_test(what_types_have_in_common_is_planned_once),
        cmocka_unit_test(a_plan_is_made_once_for_equal_conditions),
        cmocka_unit_test(a_document_keeps_so_many_plans_and_no_more),
        cmocka_unit_test(shapes_that_multiply_are_planned_once),
        cmocka_unit_test(fragments_in_a_circle_end),
        cmocka_unit_test(a_plan_has_an_end),
        cmocka_unit_test(an_operation_is_chosen_by_name),
        cmocka_unit_test(a_bad_document_is_refused_with_a_code),
        cmocka_unit_test(threads_share_a_document),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
