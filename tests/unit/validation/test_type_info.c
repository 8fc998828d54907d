/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"
#include "validation/type_info.h"

static const char sdl[] = "type Query { room(id: ID! = 1, filter: [Filter!]): Room node: Node }\n"
                          "interface Node { id: ID! }\n"
                          "type Room implements Node { id: ID! kind(is: Kind): Kind owner: Room }\n"
                          "input Filter { text: String = \"\" all: [Filter] kind: Kind }\n"
                          "enum Kind { OPEN CLOSED }\n"
                          "type Mutation { room: Room }\n";

typedef struct listing {
    fixture f;
    xy_type_info types;
    xy_buf lines;
} listing;

static void put_type(listing *l, const char *label, const xy_type *type)
{
    xy_str text = type ? xy__type_print(l->f.arena, type) : XY_STR("-");

    xy__buf_printf(&l->lines, " %s %.*s", label, XY_PRI(text));
}

static xy_visit_next list_selection(void *arg, const xy_visit_at *at)
{
    listing *l = arg;
    const xy_field *field = xy__type_info_field(&l->types);

    xy__buf_printf(&l->lines, "%s", xy__kind_name((xy_kind)at->node->kind));
    if (at->node->kind == XY_KIND_FIELD)
        xy__buf_printf(&l->lines, " %.*s", XY_PRI(field ? field->name : XY_STR("-")));
    put_type(l, "type", xy__type_info_type(&l->types));
    put_type(l, "parent", xy__type_info_parent_type(&l->types));
    xy__buf_char(&l->lines, '\n');
    return XY_VISIT_ON;
}

static xy_visit_next list_value(void *arg, const xy_visit_at *at)
{
    listing *l = arg;

    xy__buf_printf(&l->lines, "%s", xy__kind_name((xy_kind)at->node->kind));
    put_type(l, "input", xy__type_info_input_type(&l->types));
    put_type(l, "parent", xy__type_info_parent_input_type(&l->types));
    if (xy__type_info_input(&l->types).has_default)
        XY_BUF_LITERAL(&l->lines, " default");
    if (l->types.argument)
        xy__buf_printf(&l->lines, " argument %.*s", XY_PRI(l->types.argument->name));
    if (l->types.directive)
        xy__buf_printf(&l->lines, " directive %.*s", XY_PRI(l->types.directive->name));
    if (l->types.enum_value)
        xy__buf_printf(&l->lines, " value %.*s", XY_PRI(l->types.enum_value->name));
    xy__buf_char(&l->lines, '\n');
    return XY_VISIT_ON;
}

static const xy_visit_handler selections[] = {
    {XY_KIND_BIT(FIELD) | XY_KIND_BIT(INLINE_FRAGMENT) | XY_KIND_BIT(OPERATION_DEFINITION) |
         XY_KIND_BIT(FRAGMENT_DEFINITION),
     list_selection, NULL},
    {0},
};

static const xy_visit_handler values[] = {
    {XY_KIND_BIT(VARIABLE_DEFINITION) | XY_KIND_BIT(ARGUMENT) | XY_KIND_BIT(OBJECT_FIELD) |
         XY_KIND_BIT(INT_VALUE) | XY_KIND_BIT(LIST_VALUE) | XY_KIND_BIT(ENUM_VALUE),
     list_value, NULL},
    {0},
};

/* What a visitor is told at the nodes it looks at. */
static void expect_listing(const xy_visit_handler *visitor, const char *document, const char *lines)
{
    listing l = {.lines = {0}};
    void *args[] = {&l};
    xy_visit_around around;
    xy_visit_plan plan;

    fixture_init(&l.f, sdl);
    xy__buf_init(&l.lines, (size_t)1 << 16);
    xy__type_info_init(&l.types, l.f.schema, l.f.arena);
    around = xy__type_info_around(&l.types);
    xy__visit_plan_init(&plan, &visitor, 1);
    xy__visit(&plan, args, &around, &fixture_parse(&l.f, xy_str_from(document))->node);
    xy__buf_char(&l.lines, '\0');
    assert_string_equal(l.lines.ptr, lines);
    assert_null(xy__type_info_type(&l.types));
    assert_null(xy__type_info_parent_type(&l.types));
    assert_null(xy__type_info_field(&l.types));
    assert_null(xy__type_info_input_type(&l.types));
    xy__buf_deinit(&l.lines);
    fixture_deinit(&l.f);
}

static void test_fields(void **state)
{
    (void)state;
    expect_listing(selections, "{ room { id owner { kind __typename } } }",
                   "OperationDefinition type Query parent -\n"
                   "Field room type Room parent Query\n"
                   "Field id type ID! parent Room\n"
                   "Field owner type Room parent Room\n"
                   "Field kind type Kind parent Room\n"
                   "Field __typename type String! parent Room\n");
}

static void test_fragments(void **state)
{
    (void)state;
    expect_listing(selections,
                   "{ node { ... { id } ... on Room { kind } ... on Kind { id } } }"
                   "fragment F on Node { id }",
                   "OperationDefinition type Query parent -\n"
                   "Field node type Node parent Query\n"
                   "InlineFragment type Node parent Node\n"
                   "Field id type ID! parent Node\n"
                   "InlineFragment type Room parent Node\n"
                   "Field kind type Kind parent Room\n"
                   "InlineFragment type Kind parent Node\n"
                   "Field - type - parent -\n"
                   "FragmentDefinition type Node parent -\n"
                   "Field id type ID! parent Node\n");
}

static void test_what_is_unknown(void **state)
{
    (void)state;
    expect_listing(selections, "subscription { room { id } } { nope { id } room { id { id } } }",
                   "OperationDefinition type - parent -\n"
                   "Field - type - parent -\n"
                   "Field - type - parent -\n"
                   "OperationDefinition type Query parent -\n"
                   "Field - type - parent Query\n"
                   "Field - type - parent -\n"
                   "Field room type Room parent Query\n"
                   "Field id type ID! parent Room\n"
                   "Field - type - parent -\n");
}

/* __schema and __type are fields of the query type only. */
static void test_meta_fields(void **state)
{
    (void)state;
    expect_listing(selections, "{ __type(name: \"A\") { name } } mutation { __schema { types } }",
                   "OperationDefinition type Query parent -\n"
                   "Field __type type __Type parent Query\n"
                   "Field name type String parent __Type\n"
                   "OperationDefinition type Mutation parent -\n"
                   "Field - type - parent Mutation\n"
                   "Field - type - parent -\n");
}

static void test_arguments(void **state)
{
    (void)state;
    expect_listing(values, "{ room(id: 1, filter: [{kind: OPEN}], nope: 3) { id } }",
                   "Argument input ID! parent - default argument id\n"
                   "IntValue input ID! parent - default argument id\n"
                   "Argument input [Filter!] parent - argument filter\n"
                   "ListValue input Filter! parent [Filter!] argument filter\n"
                   "ObjectField input Kind parent Filter! argument filter\n"
                   "EnumValue input Kind parent Filter! argument filter value OPEN\n"
                   "Argument input - parent -\n"
                   "IntValue input - parent -\n");
}

static void test_directives_and_variables(void **state)
{
    (void)state;
    expect_listing(values, "query ($k: Kind = OPEN, $r: Room) { room @skip(if: 1) { id } }",
                   "VariableDefinition input Kind parent -\n"
                   "EnumValue input Kind parent - value OPEN\n"
                   "VariableDefinition input - parent -\n"
                   "Argument input Boolean! parent - argument if directive skip\n"
                   "IntValue input Boolean! parent - argument if directive skip\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),          cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_what_is_unknown), cmocka_unit_test(test_meta_fields),
        cmocka_unit_test(test_arguments),       cmocka_unit_test(test_directives_and_variables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
