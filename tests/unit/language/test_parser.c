/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "language/parser.h"
#include "language/printer.h"

#define ARENA_MAX ((size_t)1 << 24)

static xy_arena arena;

static int set_up(void **state)
{
    (void)state;
    xy__arena_init(&arena, ARENA_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    xy__arena_deinit(&arena);
    return 0;
}

/* The document of a text that is right. The source lives in the arena, as long as the tree. */
static xy_ast_document *parse(const char *text)
{
    xy_source *source = XY_ARENA_NEW(&arena, xy_source);
    xy_ast_document *document;
    xy_errors errors;

    source->text = xy_str_from(text);
    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__parse(&arena, source, NULL, &document, &errors), 0);
    return document;
}

/* `line:column message` of a text that is wrong. */
static const char *error_of(const char *text, const xy_parse_options *options, int rc)
{
    xy_source source = {.text = xy_str_from(text)};
    xy_ast_document *document = NULL;
    const xy_error *error;
    xy_errors errors;

    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__parse(&arena, &source, options, &document, &errors), rc);
    assert_null(document);
    assert_int_equal(errors.list.len, 1);
    error = errors.list.items[0];
    assert_int_equal(error->location_count, 1);
    return xy__arena_printf(&arena, "%u:%u %.*s", error->locations[0].line,
                            error->locations[0].column, XY_PRI(error->message))
        .ptr;
}

static void an_operation(void **state)
{
    xy_ast_document *document = parse(
        "\"\"\"What for\"\"\" query Q($a: [Int!] = [1], \"b\" $b: B) @x { z: f(a: $a) { id } }");
    const xy_ast_operation *operation = (const void *)document->definitions.items[0];
    const xy_ast_field *field = (const void *)operation->selection_set->selections.items[0];

    (void)state;
    assert_int_equal(document->definitions.len, 1);
    assert_int_equal(document->token_count, 37);
    assert_int_equal(operation->node.kind, XY_KIND_OPERATION_DEFINITION);
    assert_int_equal(operation->operation, XY_OPERATION_QUERY);
    assert_true(xy_str_is(operation->description->text, "What for"));
    assert_true(operation->description->block);
    assert_true(xy_str_is(operation->name->value, "Q"));
    assert_int_equal(operation->variables.len, 2);
    assert_int_equal(operation->variables.items[0]->type->node.kind, XY_KIND_LIST_TYPE);
    assert_int_equal(operation->variables.items[0]->default_value->items.len, 1);
    assert_true(xy_str_is(operation->variables.items[1]->description->text, "b"));
    assert_int_equal(operation->directives.len, 1);
    assert_true(xy_str_is(field->alias->value, "z"));
    assert_true(xy_str_is(field->name->value, "f"));
    assert_int_equal(field->arguments.items[0]->value->node.kind, XY_KIND_VARIABLE);
    assert_true(xy_str_is(field->arguments.items[0]->value->text, "a"));
}

static void nodes_know_where_they_are(void **state)
{
    xy_ast_document *document = parse("{\n  a: b(c: 1)\n}\n");
    const xy_ast_operation *operation = (const void *)document->definitions.items[0];
    const xy_node *field = operation->selection_set->selections.items[0];

    (void)state;
    assert_int_equal(document->node.start, 0);
    assert_int_equal(document->node.end, 17);
    assert_int_equal(operation->node.end, 16);
    assert_int_equal(field->start, 4);
    assert_int_equal(field->end, 14);
    assert_int_equal(xy__node_location(field).line, 2);
    assert_int_equal(xy__node_location(field).column, 3);
}

static void values(void **state)
{
    xy_source source = {.text = XY_STR("[1, 2.0, \"s\", true, null, E, $v, {a: {}}]")};
    static const xy_kind kinds[] = {
        XY_KIND_INT_VALUE,  XY_KIND_FLOAT_VALUE, XY_KIND_STRING_VALUE, XY_KIND_BOOLEAN_VALUE,
        XY_KIND_NULL_VALUE, XY_KIND_ENUM_VALUE,  XY_KIND_VARIABLE,     XY_KIND_OBJECT_VALUE,
    };
    xy_ast_value *value;
    xy_errors errors;

    (void)state;
    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__parse_value(&arena, &source, NULL, &value, &errors), 0);
    assert_int_equal(value->items.len, sizeof kinds / sizeof *kinds);
    for (size_t i = 0; i < value->items.len; i++)
        assert_int_equal(value->items.items[i]->node.kind, kinds[i]);
    assert_true(xy_str_is(value->items.items[1]->text, "2.0"));
    assert_true(value->items.items[3]->boolean);
    assert_true(xy_str_is(value->items.items[7]->fields.items[0]->name->value, "a"));

    assert_int_equal(xy__parse_const_value(&arena, &source, NULL, &value, &errors), XY_ESYNTAX);
    assert_true(xy_str_is(errors.list.items[0]->message,
                          "Syntax Error: Unexpected variable \"$v\" in constant value."));
    assert_int_equal(errors.list.items[0]->locations[0].column, 30);
}

static void a_type(void **state)
{
    xy_source source = {.text = XY_STR("[Int!]!")};
    xy_source two = {.text = XY_STR("Int Int")};
    xy_ast_type *type;
    xy_errors errors;

    (void)state;
    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__parse_type(&arena, &source, NULL, &type, &errors), 0);
    assert_int_equal(type->node.kind, XY_KIND_NON_NULL_TYPE);
    assert_int_equal(type->of->node.kind, XY_KIND_LIST_TYPE);
    assert_int_equal(type->of->of->of->node.kind, XY_KIND_NAMED_TYPE);
    assert_int_equal(xy__parse_type(&arena, &two, NULL, &type, &errors), XY_ESYNTAX);
}

static void a_schema(void **state)
{
    static const char text[] =
        "schema @s { query: Q } extend schema { mutation: M } scalar S extend scalar S @x "
        "type Q implements & A & B @d { \"f\" f(a: Int = 1 @x): Int! @y } extend type Q @d "
        "interface A { f: Int } union U = | Q | R extend union U = S enum E { A B } "
        "input I { a: Int = 1 } extend input I @x "
        "directive @d(a: Int) @meta repeatable on | FIELD | OBJECT extend directive @d @meta";
    static const xy_kind kinds[] = {
        XY_KIND_SCHEMA_DEFINITION,
        XY_KIND_SCHEMA_EXTENSION,
        XY_KIND_SCALAR_TYPE_DEFINITION,
        XY_KIND_SCALAR_TYPE_EXTENSION,
        XY_KIND_OBJECT_TYPE_DEFINITION,
        XY_KIND_OBJECT_TYPE_EXTENSION,
        XY_KIND_INTERFACE_TYPE_DEFINITION,
        XY_KIND_UNION_TYPE_DEFINITION,
        XY_KIND_UNION_TYPE_EXTENSION,
        XY_KIND_ENUM_TYPE_DEFINITION,
        XY_KIND_INPUT_OBJECT_TYPE_DEFINITION,
        XY_KIND_INPUT_OBJECT_TYPE_EXTENSION,
        XY_KIND_DIRECTIVE_DEFINITION,
        XY_KIND_DIRECTIVE_EXTENSION,
    };
    xy_ast_document *document = parse(text);
    const xy_ast_type_definition *object = (const void *)document->definitions.items[4];
    const xy_ast_directive_definition *directive = (const void *)document->definitions.items[12];

    (void)state;
    assert_int_equal(document->definitions.len, sizeof kinds / sizeof *kinds);
    for (size_t i = 0; i < document->definitions.len; i++)
        assert_int_equal(document->definitions.items[i]->kind, kinds[i]);
    assert_int_equal(object->interfaces.len, 2);
    assert_true(xy_str_is(object->fields.items[0]->arguments.items[0]->default_value->text, "1"));
    assert_true(directive->repeatable);
    assert_int_equal(directive->directives.len, 1);
    assert_int_equal(directive->locations.len, 2);
}

static void errors_are_worded_as_the_reference_words_them(void **state)
{
    static const char *const cases[][2] = {
        {"", "1:1 Syntax Error: Unexpected <EOF>."},
        {"{", "1:2 Syntax Error: Expected Name, found <EOF>."},
        {"{ }", "1:3 Syntax Error: Expected Name, found \"}\"."},
        {"{ a", "1:4 Syntax Error: Expected Name, found <EOF>."},
        {"{ a(b: ) }", "1:8 Syntax Error: Unexpected \")\"."},
        {"{ a(b 1) }", "1:7 Syntax Error: Expected \":\", found Int \"1\"."},
        {"query", "1:6 Syntax Error: Expected \"{\", found <EOF>."},
        {"notAnOperation", "1:1 Syntax Error: Unexpected Name \"notAnOperation\"."},
        {"fragment on on on { a }", "1:10 Syntax Error: Unexpected Name \"on\"."},
        {"fragment \"on\" on T { a }", "1:10 Syntax Error: Unexpected String \"on\"."},
        {"fragment F T { a }", "1:12 Syntax Error: Expected \"on\", found Name \"T\"."},
        {"{ ...on }", "1:9 Syntax Error: Expected Name, found \"}\"."},
        {"query ($a: Int = $b) { a }",
         "1:18 Syntax Error: Unexpected variable \"$b\" in constant value."},
        {"query ($a: Int = $) { a }", "1:18 Syntax Error: Unexpected \"$\"."},
        {"\"d\" { a }", "1:1 Syntax Error: Unexpected description, descriptions are not supported "
                        "on shorthand queries."},
        {"\"d\" extend type A @b", "1:1 Syntax Error: Unexpected description, only GraphQL "
                                   "definitions support descriptions."},
        {"\"d\" 1", "1:5 Syntax Error: Unexpected Int \"1\"."},
        {"extend type A", "1:14 Syntax Error: Unexpected <EOF>."},
        {"extend foo", "1:8 Syntax Error: Unexpected Name \"foo\"."},
        {"enum E { true }", "1:10 Syntax Error: Name \"true\" is reserved and cannot be used for "
                            "an enum value."},
        {"directive @d on NOWHERE", "1:17 Syntax Error: Unexpected Name \"NOWHERE\"."},
        {"type A { }", "1:10 Syntax Error: Expected Name, found \"}\"."},
        {"{ a ? }", "1:5 Syntax Error: Unexpected character: \"?\"."},
        /* What stands behind a description is read before anything is said of it. */
        {"\"d\" ?", "1:5 Syntax Error: Unexpected character: \"?\"."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(error_of(cases[i][0], NULL, XY_ESYNTAX), cases[i][1]);
}

static void tokens_are_limited(void **state)
{
    xy_parse_options seven = {.tokens_max = 7};
    xy_parse_options eight = {.tokens_max = 8};
    xy_source source = {.text = XY_STR("{ foo(bar: \"baz\") } # not counted")};
    xy_ast_document *document;
    xy_errors errors;

    (void)state;
    assert_string_equal(
        error_of(source.text.ptr, &seven, XY_ELIMIT),
        "1:19 Syntax Error: Document contains more than 7 tokens. Parsing aborted.");
    seven.tokens_as_limit = true;
    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__parse(&arena, &source, &seven, &document, &errors), XY_ELIMIT);
    assert_string_equal(errors.list.items[0]->message.ptr,
                        "Syntax Error: Token limit of 7 exceeded.");
    assert_int_equal(errors.list.items[0]->location_count, 0);
    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__parse(&arena, &source, &eight, &document, &errors), 0);
    assert_int_equal(document->token_count, 8);
}

static void nesting_is_limited(void **state)
{
    xy_parse_options three = {.depth_max = 3};

    (void)state;
    assert_string_equal(
        error_of("{ a { b { c { d } } } }", &three, XY_ELIMIT),
        "1:13 Syntax Error: Document contains more than 3 levels of nesting. Parsing aborted.");
    assert_string_equal(
        error_of("{ a(b: [[[1]]]) }", &three, XY_ELIMIT),
        "1:10 Syntax Error: Document contains more than 3 levels of nesting. Parsing aborted.");
    assert_string_equal(
        error_of("query ($a: [[[[Int]]]]) { a }", &three, XY_ELIMIT),
        "1:15 Syntax Error: Document contains more than 3 levels of nesting. Parsing aborted.");
}

/* Whatever limit is asked for, a hostile text does not overflow the stack. */
static void nesting_is_limited_whatever_one_asks_for(void **state)
{
    static const char *const openings[] = {"{a", "{a(b:[", "{a(b:{c:", "type T{a:["};
    xy_parse_options all = {.depth_max = UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        xy_buf text;

        xy__buf_init(&text, ARENA_MAX);
        xy__buf_str(&text, xy_str_from(openings[i]));
        for (int level = 0; level < 100000; level++)
            xy__buf_str(&text, i == 0 ? XY_STR("{a") : i == 2 ? XY_STR("{c:") : XY_STR("["));
        xy__buf_char(&text, '\0');
        assert_non_null(strstr(error_of(text.ptr, &all, XY_ELIMIT), "levels of nesting"));
        xy__buf_deinit(&text);
    }
}

/* With every size of arena the answer is the tree or a clean XY_ELIMIT. */
static void memory_is_limited(void **state)
{
    xy_source source = {.text =
                            XY_STR("query Q($a: [Int] = [1, 2]) { a(b: {c: \"\\n\"}) @d { e } }")};
    int succeeded = 0;

    (void)state;
    for (size_t max = 0; max < 16384; max += 512) {
        xy_ast_document *document = NULL;
        xy_arena small;
        xy_errors errors;
        int rc;

        xy__arena_init(&small, max);
        xy__errors_init(&errors, &small);
        rc = xy__parse(&small, &source, NULL, &document, &errors);
        assert_true(rc == 0 || rc == XY_ELIMIT);
        assert_int_equal(errors.list.len, rc == 0 ? 0 : 1);
        assert_int_equal(rc == 0, document != NULL);
        succeeded += rc == 0;
        xy__arena_deinit(&small);
    }
    assert_true(succeeded > 0);
}

static void long_lists_outgrow_the_stack(void **state)
{
    xy_source source = {0};
    xy_ast_document *document;
    xy_errors errors;
    xy_buf text;

    (void)state;
    xy__buf_init(&text, ARENA_MAX);
    xy__buf_char(&text, '{');
    for (int i = 0; i < 5000; i++)
        xy__buf_printf(&text, " a%d", i);
    xy__buf_char(&text, '}');
    source.text = xy__buf_view(&text);
    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__parse(&arena, &source, NULL, &document, &errors), 0);
    assert_int_equal(((const xy_ast_operation *)(const void *)document->definitions.items[0])
                         ->selection_set->selections.len,
                     5000);
    xy__buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_operation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nodes_know_where_they_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_schema, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_are_worded_as_the_reference_words_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(tokens_are_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nesting_is_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nesting_is_limited_whatever_one_asks_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(memory_is_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_lists_outgrow_the_stack, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
