/* SPDX-License-Identifier: MIT */
/* C structs as JSON and back, by the layouts that generated code has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "execution/typed.h"
#include "fixture.h"

typedef struct person person;
typedef struct person_list {
    person *items;
    size_t len;
    size_t cap;
} person_list;

struct person {
    xy_str name;
    xy_maybe_int age;
    bool has_age; /* as in an input */
    int mood;
    person *friend;
    person_list children; /* never null */
    xy_int_list scores;   /* may be null */
    xy_any pet;
};

static const xy_layout layout_person;
static const char *const moods[] = {"HAPPY", "SAD"};
static const xy_layout layout_mood = {.type = "Mood", .values = moods, .value_count = 2};
static const xy_layout *const pets[] = {&layout_person};
static const xy_layout layout_pet = {.type = "Pet", .possible = pets, .possible_count = 1};
static const xy_slot item_int = {NULL, XY_SLOT_INT32, 0, XY_SLOT_NO_HAS, NULL, 0, 0, NULL};
static const xy_slot item_person = {NULL, XY_SLOT_STRUCT, 0, XY_SLOT_NO_HAS, NULL, 0,
                                    0,    &layout_person};
static const xy_slot pointer_person = {NULL, XY_SLOT_OBJECT, 0, XY_SLOT_NO_HAS, NULL, 0,
                                       0,    &layout_person};
static const xy_slot slots[] = {
    {"name", XY_SLOT_STR, offsetof(person, name), XY_SLOT_NO_HAS, NULL, 0, 0, NULL},
    {"age", XY_SLOT_INT32, offsetof(person, age.value), offsetof(person, age.has), NULL, 0,
     offsetof(person, has_age), NULL},
    {"mood", XY_SLOT_ENUM, offsetof(person, mood), XY_SLOT_NO_HAS, NULL, 0, 0, &layout_mood},
    {"friend", XY_SLOT_OBJECT, offsetof(person, friend), XY_SLOT_NO_HAS, NULL, 0, 0,
     &layout_person},
    {"children", XY_SLOT_LIST, offsetof(person, children), XY_SLOT_EMPTY, &item_person,
     sizeof(person), 0, NULL},
    {"scores", XY_SLOT_LIST, offsetof(person, scores), XY_SLOT_NO_HAS, &item_int, sizeof(int32_t),
     0, NULL},
    {"pet", XY_SLOT_ANY, offsetof(person, pet), XY_SLOT_NO_HAS, NULL, 0, 0, &layout_pet},
};
static const xy_layout layout_person = {
    .type = "Person",
    .size = sizeof(person),
    .slots = slots,
    .slot_count = sizeof slots / sizeof *slots,
};

#define PLAIN                                                                                      \
    "{\"name\":\"Ada\",\"age\":null,\"mood\":\"SAD\",\"friend\":null,\"children\":[],"             \
    "\"scores\":null,\"pet\":null}"

static int setup(void **state)
{
    static fixture f;

    fixture_init(&f, "type Query { a: Int }");
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_deinit(*state);
    return 0;
}

static void *arena_alloc(void *arena, size_t size)
{
    return xy__arena_zalloc(arena, size);
}

static void assert_written(const person *value, const char *wanted)
{
    xy_buf buf;

    xy__buf_init(&buf, 4096);
    assert_int_equal(xy__typed_write(&buf, &pointer_person, &value), XY_OK);
    xy__buf_char(&buf, '\0');
    assert_string_equal(buf.ptr, wanted);
    xy__buf_deinit(&buf);
}

static void a_cleared_struct_has_nulls_and_empty_lists(void **state)
{
    (void)state;
    assert_written(&(person){.name = XY_STR("Ada"), .mood = 1}, PLAIN);
    assert_written(NULL, "null");
}

static void an_object_of_an_abstract_type_tells_its_type(void **state)
{
    person rex = {.name = XY_STR("Rex"), .mood = -1, .age = xy_some_int(3)};

    (void)state;
    assert_written(&(person){.name = XY_STR("Ada"), .pet = {"Person", &rex}},
                   "{\"name\":\"Ada\",\"age\":null,\"mood\":\"HAPPY\",\"friend\":null,"
                   "\"children\":[],\"scores\":null,\"pet\":{\"__typename\":\"Person\","
                   "\"name\":\"Rex\",\"age\":3,\"mood\":null,\"friend\":null,\"children\":[],"
                   "\"scores\":null,\"pet\":null}}");
}

static void what_is_read_is_what_was_written(void **state)
{
    static const char text[] = "{\"name\":\"Bo\",\"age\":7,\"mood\":\"SAD\",\"friend\":" PLAIN
                               ",\"children\":[" PLAIN "," PLAIN "],\"scores\":[1,-2],\"pet\":"
                               "{\"__typename\":\"Person\",\"name\":null,\"age\":0,"
                               "\"mood\":null,\"friend\":null,\"children\":[],\"scores\":[],"
                               "\"pet\":null}}";
    fixture *f = *state;
    person back;

    xy__typed_read(arena_alloc, &f->arena, &layout_person, fixture_json(f, text), &back);
    assert_written(&back, text);
}

static void what_was_not_given_is_told_from_null(void **state)
{
    fixture *f = *state;
    person back;

    xy__typed_read(arena_alloc, &f->arena, &layout_person, fixture_json(f, "{}"), &back);
    assert_false(back.has_age);
    assert_int_equal(back.mood, -1);
    xy__typed_read(arena_alloc, &f->arena, &layout_person, fixture_json(f, "{\"age\":null}"),
                   &back);
    assert_true(back.has_age);
    assert_false(back.age.has);
    xy__typed_read(arena_alloc, &f->arena, &layout_person, NULL, &back);
    assert_false(back.has_age);
}

/* JSON of an event may be anybody's: Redis carries that of other programs. */
static void json_of_other_kinds_is_null(void **state)
{
    fixture *f = *state;
    person back;

    xy__typed_read(arena_alloc, &f->arena, &layout_person,
                   fixture_json(f, "{\"name\":1.5e400,\"age\":\"x\",\"mood\":\"ANGRY\",\"friend\":"
                                   "[],\"children\":{},\"scores\":[\"x\",1e99],\"pet\":"
                                   "{\"__typename\":\"Nobody\"}}"),
                   &back);
    assert_false(back.age.has);
    assert_int_equal(back.mood, -1);
    assert_null(back.friend);
    assert_null(back.children.items);
    assert_int_equal(back.scores.len, 2);
    assert_int_equal(back.scores.items[0], 0);
    assert_null(back.pet.type);
}

static void objects_in_a_circle_are_too_deep(void **state)
{
    person ada = {.name = XY_STR("Ada")};
    const person *pointer = &ada;
    xy_buf buf;

    (void)state;
    ada.friend = &ada;
    xy__buf_init(&buf, SIZE_MAX);
    assert_int_equal(xy__typed_write(&buf, &pointer_person, &pointer), XY_ELIMIT);
    xy__buf_deinit(&buf);
}

static void a_full_buffer_ends_the_writing(void **state)
{
    person ada = {.name = XY_STR("Ada")};
    const person *pointer = &ada;
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, 16);
    assert_int_equal(xy__typed_write(&buf, &pointer_person, &pointer), XY_ELIMIT);
    xy__buf_deinit(&buf);
}

static void a_borrowed_list_is_copied_when_it_grows(void **state)
{
    int32_t borrowed[] = {1, 2};
    xy_int_list list = {.items = borrowed, .len = 2};

    (void)state;
    assert_int_equal(*xy_int_list_push(&list, 3), 3);
    assert_ptr_not_equal(list.items, borrowed);
    for (int32_t i = 4; i < 100; i++)
        xy_int_list_push(&list, i);
    assert_int_equal(list.len, 99);
    for (int32_t i = 0; i < 99; i++)
        assert_int_equal(list.items[i], i + 1);
    xy_int_list_free(&list);
    assert_null(list.items);
    xy_int_list_free(&list);
}

static void the_number_of_the_version_is_that_of_the_build(void **state)
{
    int major;
    int minor;
    int patch;

    (void)state;
    assert_int_equal(sscanf(XY_VERSION, "%d.%d.%d", &major, &minor, &patch), 3);
    assert_int_equal(XY_VERSION_NUMBER, major * 10000 + minor * 100 + patch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cleared_struct_has_nulls_and_empty_lists),
        cmocka_unit_test(an_object_of_an_abstract_type_tells_its_type),
        cmocka_unit_test(what_is_read_is_what_was_written),
        cmocka_unit_test(what_was_not_given_is_told_from_null),
        cmocka_unit_test(json_of_other_kinds_is_null),
        cmocka_unit_test(objects_in_a_circle_are_too_deep),
        cmocka_unit_test(a_full_buffer_ends_the_writing),
        cmocka_unit_test(a_borrowed_list_is_copied_when_it_grows),
        cmocka_unit_test(the_number_of_the_version_is_that_of_the_build),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
