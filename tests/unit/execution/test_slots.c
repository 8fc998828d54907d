/* SPDX-License-Identifier: MIT */
/* Fields read from C structs by offset, without a resolver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "fixture.h"

static const char sdl[] =
    "enum Mood { HAPPY SAD }\n"
    "scalar JSON\n"
    "interface Named { name: String }\n"
    "type Cat implements Named { name: String lives: Int! }\n"
    "type Dog implements Named { name: String mood: Mood friends: [Dog!] }\n"
    "type All { flag: Boolean small: Int large: ID real: Float text: String mood: Mood any: JSON\n"
    "  cat: Cat inner: Dog pet: Named numbers: [Int!]! pets: [Named] cats: [Cat!] rows: [[Int!]!]\n"
    "  bare: String }\n"
    "type Query { all: All none: All json: All }";

typedef struct cat {
    xy_str name;
    int32_t lives;
} cat;

typedef struct dog {
    xy_str name;
    int mood;
    xy_items friends; /* of pointers to dogs */
} dog;

typedef struct all {
    bool flag;
    bool has_flag;
    int32_t small;
    bool has_small;
    int64_t large;
    double real;
    xy_str text;
    int mood;
    xy_value any;
    const cat *cat;
    dog inner;
    xy_any pet;
    xy_items numbers;
    xy_items pets;
    xy_items cats;
    xy_items rows; /* of xy_items of int32_t */
} all;

#define SLOT(name, slot_kind, T, member)                                                           \
    {                                                                                              \
        .field = (name), .kind = (slot_kind), .offset = offsetof(T, member),                       \
        .has_offset = XY_SLOT_NO_HAS                                                               \
    }
#define SLOT_LIST(name, T, member, item_slot, size)                                                \
    {                                                                                              \
        .field = (name), .kind = XY_SLOT_LIST, .offset = offsetof(T, member),                      \
        .has_offset = XY_SLOT_NO_HAS, .item = (item_slot), .item_size = (size)                     \
    }

static const xy_slot int_item = {.kind = XY_SLOT_INT32, .has_offset = XY_SLOT_NO_HAS};
static const xy_slot any_item = {.kind = XY_SLOT_ANY, .has_offset = XY_SLOT_NO_HAS};
static const xy_slot struct_item = {.kind = XY_SLOT_STRUCT, .has_offset = XY_SLOT_NO_HAS};
static const xy_slot pointer_item = {.kind = XY_SLOT_OBJECT, .has_offset = XY_SLOT_NO_HAS};
static const xy_slot row_item = {
    .kind = XY_SLOT_LIST,
    .has_offset = XY_SLOT_NO_HAS,
    .item = &int_item,
    .item_size = sizeof(int32_t),
};

static const xy_slot cat_slots[] = {
    SLOT("name", XY_SLOT_STR, cat, name),
    SLOT("lives", XY_SLOT_INT32, cat, lives),
};
static const xy_slot dog_slots[] = {
    SLOT("name", XY_SLOT_STR, dog, name),
    SLOT("mood", XY_SLOT_ENUM, dog, mood),
    SLOT_LIST("friends", dog, friends, &pointer_item, sizeof(dog *)),
};
static const xy_slot all_slots[] = {
    {"flag", XY_SLOT_BOOL, offsetof(all, flag), offsetof(all, has_flag), NULL, 0},
    {"small", XY_SLOT_INT32, offsetof(all, small), offsetof(all, has_small), NULL, 0},
    SLOT("large", XY_SLOT_INT64, all, large),
    SLOT("real", XY_SLOT_DOUBLE, all, real),
    SLOT("text", XY_SLOT_STR, all, text),
    SLOT("mood", XY_SLOT_ENUM, all, mood),
    SLOT("any", XY_SLOT_VALUE, all, any),
    SLOT("cat", XY_SLOT_OBJECT, all, cat),
    SLOT("inner", XY_SLOT_STRUCT, all, inner),
    SLOT("pet", XY_SLOT_ANY, all, pet),
    SLOT_LIST("numbers", all, numbers, &int_item, sizeof(int32_t)),
    SLOT_LIST("pets", all, pets, &any_item, sizeof(xy_any)),
    SLOT_LIST("cats", all, cats, &struct_item, sizeof(cat)),
    SLOT_LIST("rows", all, rows, &row_item, sizeof(xy_items)),
};

static const int32_t numbers[] = {1, -2, 2147483647};
static const cat cats[] = {{XY_STR_INIT("Tom"), 9}, {XY_STR_INIT("Kit \"x\""), 8}};
static const dog rex = {.name = XY_STR_INIT("Rex"), .mood = 1};
static const dog *const friends[] = {&rex};
static const dog bello = {.name = XY_STR_INIT("Bello"), .friends = {friends, 1}};
static const xy_any pets[] = {{"Dog", &bello}, {NULL, NULL}, {"Cat", &cats[0]}};
static const xy_items rows[] = {{numbers, 2}, {numbers, 0}};

static const all full = {
    .flag = true,
    .has_flag = true,
    .small = -5,
    .has_small = true,
    .large = INT64_C(9007199254740993),
    .real = 0.5,
    .text = XY_STR_INIT("a\nb"),
    .mood = 0,
    .any = {.kind = XY_VALUE_INT, .integer = 7},
    .cat = &cats[0],
    .inner = {.name = XY_STR_INIT("in"), .mood = -1},
    .pet = {"Cat", &cats[1]},
    .numbers = {numbers, 3},
    .pets = {pets, 3},
    .cats = {cats, 2},
    .rows = {rows, 2},
};

/* Everything that can be null is. */
static const all empty = {.mood = -1, .numbers = {numbers, 0}};

static int Query_all(xy_call *call)
{
    return xy_put_object(call, &full);
}

static int Query_none(xy_call *call)
{
    return xy_put_object(call, &empty);
}

static int Query_json(xy_call *call)
{
    static const xy_member members[] = {
        {XY_STR_INIT("small"), {.kind = XY_VALUE_INT, .integer = 3}},
        {XY_STR_INIT("bare"), {.kind = XY_VALUE_STRING, .len = 1, .text = "b"}},
    };
    static const xy_value value = {.kind = XY_VALUE_OBJECT, .len = 2, .members = members};

    return xy_put_value(call, &value);
}

static const binding bindings[] = {
    {"Query.all", Query_all},
    {"Query.none", Query_none},
    {"Query.json", Query_json},
    {NULL, NULL},
};

static int setup(void **state)
{
    static fixture f;

    fixture_init(&f, sdl);
    fixture_bind(&f, bindings);
    assert_int_equal(xy_bind_struct(f.schema, "All", all_slots, 14), XY_OK);
    assert_int_equal(xy_bind_struct(f.schema, "Cat", cat_slots, 2), XY_OK);
    assert_int_equal(xy_bind_struct(f.schema, "Dog", dog_slots, 3), XY_OK);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_deinit(*state);
    return 0;
}

static void members_of_every_kind_are_read(void **state)
{
    assert_string_equal(
        fixture_execute(*state, "{all{flag small large real text mood any}}", NULL, NULL),
        "{\"data\":{\"all\":{\"flag\":true,\"small\":-5,\"large\":\"9007199254740993\",\"real\":0."
        "5,"
        "\"text\":\"a\\nb\",\"mood\":\"HAPPY\",\"any\":7}}}");
    assert_string_equal(
        fixture_execute(*state,
                        "{all{cat{name lives} inner{name mood friends{name}} "
                        "pet{__typename name ... on Cat{lives}}}}",
                        NULL, NULL),
        "{\"data\":{\"all\":{\"cat\":{\"name\":\"Tom\",\"lives\":9},"
        "\"inner\":{\"name\":\"in\",\"mood\":null,\"friends\":null},"
        "\"pet\":{\"__typename\":\"Cat\",\"name\":\"Kit \\\"x\\\"\",\"lives\":8}}}}");
}

static void lists_are_read_in_place(void **state)
{
    assert_string_equal(
        fixture_execute(*state,
                        "{all{numbers rows cats{lives name} "
                        "pets{... on Dog{name mood friends{name mood}} ... on Cat{lives}}}}",
                        NULL, NULL),
        "{\"data\":{\"all\":{\"numbers\":[1,-2,2147483647],\"rows\":[[1,-2],[]],"
        "\"cats\":[{\"lives\":9,\"name\":\"Tom\"},{\"lives\":8,\"name\":\"Kit \\\"x\\\"\"}],"
        "\"pets\":[{\"name\":\"Bello\",\"mood\":\"HAPPY\","
        "\"friends\":[{\"name\":\"Rex\",\"mood\":\"SAD\"}]},null,{\"lives\":9}]}}}");
}

static void what_is_not_there_is_null(void **state)
{
    assert_string_equal(
        fixture_execute(*state,
                        "{none{flag small text mood any cat{name} pet{name} numbers pets{name} "
                        "cats{name} rows bare}}",
                        NULL, NULL),
        "{\"data\":{\"none\":{\"flag\":null,\"small\":null,\"text\":null,\"mood\":null,"
        "\"any\":null,\"cat\":null,\"pet\":null,\"numbers\":[],\"pets\":null,\"cats\":null,"
        "\"rows\":null,\"bare\":null}}}");
}

static void a_json_parent_of_the_same_type_is_read_by_name(void **state)
{
    assert_string_equal(fixture_execute(*state, "{json{small bare flag}}", NULL, NULL),
                        "{\"data\":{\"json\":{\"small\":3,\"bare\":\"b\",\"flag\":null}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_every_kind_are_read),
        cmocka_unit_test(lists_are_read_in_place),
        cmocka_unit_test(what_is_not_there_is_null),
        cmocka_unit_test(a_json_parent_of_the_same_type_is_read_by_name),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
