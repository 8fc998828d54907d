/* SPDX-License-Identifier: MIT */
/* A schema of its SDL: what is linked to what, and what is built in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "schema/coordinate.h"
#include "schema/type_ref.h"
#include "sdl.h"

static const char rooms[] =
    "\"Something with an identity.\"\n"
    "interface Node { id: ID! }\n"
    "interface Named implements Node { id: ID! name: String }\n"
    "type Query { node(id: ID!, deep: Boolean = false): Node find: [Hit!]! }\n"
    "type Room implements Named & Node { id: ID! name: String kind: Kind }\n"
    "type User implements Node { id: ID! old: Int @deprecated }\n"
    "union Hit = Room | User\n"
    "enum Kind { OPEN CLOSED @deprecated(reason: \"none is\") }\n"
    "input Filter @oneOf { text: String kind: Kind }\n"
    "scalar Date @specifiedBy(url: \"https://example.org/date\")\n";

static void test_fields_and_arguments(void **state)
{
    xy_schema *schema = sdl_schema(*state, rooms);
    xy_field *node = xy__type_field(schema->query, XY_STR("node"));

    assert_ptr_equal(node->parent, sdl_type(schema, "Query"));
    assert_ptr_equal(node->type, sdl_type(schema, "Node"));
    assert_int_equal(node->arguments.len, 2);
    assert_true(xy__input_value_is_required(node->arguments.items[0]));
    assert_true(xy_str_is(node->arguments.items[1]->name, "deep"));
    assert_non_null(node->arguments.items[1]->default_value);
    assert_null(xy__type_field(schema->query, XY_STR("nothing")));
}

static void test_wrapping_types_are_one(void **state)
{
    xy_schema *schema = sdl_schema(*state, rooms);
    xy_type *id = xy__type_field(sdl_type(schema, "User"), XY_STR("id"))->type;
    xy_type *find = xy__type_field(schema->query, XY_STR("find"))->type;

    assert_ptr_equal(id, xy__type_field(sdl_type(schema, "Room"), XY_STR("id"))->type);
    assert_ptr_equal(id, xy__type_non_null(schema, schema->type_id));
    assert_ptr_equal(find->named, sdl_type(schema, "Hit"));
    assert_string_equal(xy__type_print(schema->arena, find).ptr, "[Hit!]!");
}

static void test_possible_types(void **state)
{
    xy_schema *schema = sdl_schema(*state, rooms);
    xy_type *node = sdl_type(schema, "Node");
    xy_type *named = sdl_type(schema, "Named");
    xy_type *hit = sdl_type(schema, "Hit");
    xy_type *room = sdl_type(schema, "Room");
    xy_type *user = sdl_type(schema, "User");

    assert_int_equal(node->possible.len, 2);
    assert_ptr_equal(node->possible.items[0], room);
    assert_int_equal(node->implementing_interfaces.len, 1);
    assert_ptr_equal(node->implementing_interfaces.items[0], named);
    assert_ptr_equal(room->possible.items[0], room);
    assert_true(xy__type_is_possible(hit, user));
    assert_false(xy__type_is_possible(named, user));
    assert_true(xy__type_is_sub_type(node, named));
    assert_true(xy__type_is_sub_type(node, xy__type_non_null(schema, room)));
    assert_false(xy__type_is_sub_type(xy__type_non_null(schema, node), room));
    assert_true(xy__type_overlap(hit, node));
    assert_false(xy__type_overlap(named, user));
}

static void test_what_directives_say(void **state)
{
    xy_schema *schema = sdl_schema(*state, rooms);
    xy_type *kind = sdl_type(schema, "Kind");
    xy_field *old = xy__type_field(sdl_type(schema, "User"), XY_STR("old"));

    assert_true(xy_str_is(old->deprecation_reason, "No longer supported"));
    assert_null(kind->values.items[0]->deprecation_reason.ptr);
    assert_true(xy_str_is(kind->values.items[1]->deprecation_reason, "none is"));
    assert_true(sdl_type(schema, "Filter")->is_one_of);
    assert_true(xy_str_is(sdl_type(schema, "Date")->specified_by_url, "https://example.org/date"));
    assert_true(xy_str_is(sdl_type(schema, "Node")->description, "Something with an identity."));
}

/* As the reference lists them: what a type needs of the built-in ones comes behind it. */
static void test_order_of_types(void **state)
{
    static const char *const names[] = {
        "Node",        "ID",          "Named",
        "String",      "Query",       "Boolean",
        "Room",        "User",        "Int",
        "Hit",         "Kind",        "Filter",
        "Date",        "__Schema",    "__Type",
        "__TypeKind",  "__Field",     "__InputValue",
        "__EnumValue", "__Directive", "__DirectiveLocation",
    };
    xy_schema *schema = sdl_schema(*state, rooms);

    assert_int_equal(schema->types.len, sizeof names / sizeof *names);
    for (size_t i = 0; i < schema->types.len; i++) {
        assert_string_equal(xy__type_print(schema->arena, schema->types.items[i]).ptr, names[i]);
        assert_int_equal(schema->types.items[i]->index, i);
    }
}

static void test_built_in_directives(void **state)
{
    static const char *const names[] = {"mine",       "include",     "skip",
                                        "deprecated", "specifiedBy", "oneOf"};
    xy_schema *schema =
        sdl_schema(*state, "type Query { a: Int } directive @mine repeatable on FIELD | QUERY");

    assert_int_equal(schema->directives.len, sizeof names / sizeof *names);
    for (size_t i = 0; i < schema->directives.len; i++)
        assert_true(xy_str_is(schema->directives.items[i]->name, names[i]));
    assert_true(schema->directives.items[0]->repeatable);
    assert_string_equal(schema->directives.items[0]->locations.items[1], "QUERY");
}

static void test_meta_fields(void **state)
{
    xy_schema *schema = sdl_schema(*state, "type Query { a: Int }");
    xy_field *type = schema->field_type;

    assert_ptr_equal(schema->field_schema->type->of, sdl_type(schema, "__Schema"));
    assert_ptr_equal(type->type, sdl_type(schema, "__Type"));
    assert_ptr_equal(schema->field_typename->type->of, schema->type_string);
    assert_string_equal(xy__argument_coordinate(schema->arena, type, type->arguments.items[0]).ptr,
                        "<meta>.__type(name:)");
    assert_null(xy__schema_type(schema, XY_STR("__Meta")));
    assert_null(xy__schema_type(schema, XY_STR("Float"))); /* nobody needs it */
    assert_non_null(schema->type_float);
}

static void test_roots(void **state)
{
    xy_schema *schema = sdl_schema(*state, "schema { query: Q mutation: Query }"
                                           "type Q { a: Int } type Query { a: Int }");

    assert_ptr_equal(schema->query, sdl_type(schema, "Q"));
    assert_ptr_equal(schema->mutation, sdl_type(schema, "Query"));
    assert_null(schema->subscription);
}

static void test_type_references(void **state)
{
    sdl_fixture *f = *state;
    xy_schema *schema = sdl_schema(f, rooms);
    xy_type *list = xy__type_list(schema, sdl_type(schema, "Kind"));
    xy_ast_name name = {.value = XY_STR("Kind")};
    xy_ast_type named = {.node.kind = XY_KIND_NAMED_TYPE, .name = &name};
    xy_ast_type wrapped = {.node.kind = XY_KIND_LIST_TYPE, .of = &named};
    xy_ast_type twice = {.node.kind = XY_KIND_LIST_TYPE, .of = &wrapped};

    assert_ptr_equal(xy__schema_type_ref(schema, f->arena, &wrapped), list);
    assert_true(xy__type_equal(xy__schema_type_ref(schema, f->arena, &twice),
                               xy__schema_type_ref(schema, f->arena, &twice)));
    name.value = XY_STR("Unknown");
    assert_null(xy__schema_type_ref(schema, f->arena, &twice));
}

/* The first wrong argument ends the building. */
static void test_wrong_built_in_directive(void **state)
{
    assert_string_equal(
        sdl_errors(*state, NULL,
                   "type Query { a: Int @deprecated(reason: 1) b: Int @deprecated(reason: 2) }"),
        "1:41 Argument \"@deprecated(reason:)\" has invalid value: String cannot represent a non "
        "string value: 1\n");
    assert_string_equal(
        sdl_errors(*state, NULL, "directive @specifiedBy on SCALAR scalar S @specifiedBy"),
        "1:43 Argument \"@specifiedBy(url:)\" of required type \"String!\" was not provided.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SDL_TEST(test_fields_and_arguments), SDL_TEST(test_wrapping_types_are_one),
        SDL_TEST(test_possible_types),       SDL_TEST(test_what_directives_say),
        SDL_TEST(test_order_of_types),       SDL_TEST(test_built_in_directives),
        SDL_TEST(test_meta_fields),          SDL_TEST(test_roots),
        SDL_TEST(test_type_references),      SDL_TEST(test_wrong_built_in_directive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
