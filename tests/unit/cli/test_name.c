/* SPDX-License-Identifier: MIT */
/* What a model's name becomes, however it is typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "cli/name.h"

static void expect(const char *word, const char *type, const char *types, const char *name,
                   const char *names)
{
    const char *problem;
    xy_name forms;

    assert_int_equal(xy__name_from(word, &forms, &problem), XY_OK);
    assert_string_equal(forms.type, type);
    assert_string_equal(forms.types, types);
    assert_string_equal(forms.name, name);
    assert_string_equal(forms.names, names);
}

static void a_name_has_four_forms(void **state)
{
    (void)state;
    expect("Widget", "Widget", "Widgets", "widget", "widgets");
    expect("widgets", "Widget", "Widgets", "widget", "widgets");
    expect("w", "W", "Ws", "w", "ws");
}

static void words_are_joined(void **state)
{
    (void)state;
    expect("BlogPost", "BlogPost", "BlogPosts", "blogPost", "blogPosts");
    expect("blog posts", "BlogPost", "BlogPosts", "blogPost", "blogPosts");
    expect("blog-post", "BlogPost", "BlogPosts", "blogPost", "blogPosts");
    expect("blog_post", "BlogPost", "BlogPosts", "blogPost", "blogPosts");
}

static void plurals_are_english(void **state)
{
    (void)state;
    expect("category", "Category", "Categories", "category", "categories");
    expect("boxes", "Box", "Boxes", "box", "boxes");
    expect("address", "Address", "Addresses", "address", "addresses");
    expect("day", "Day", "Days", "day", "days");
    expect("match", "Match", "Matches", "match", "matches");
    expect("houses", "House", "Houses", "house", "houses");
    expect("images", "Image", "Images", "image", "images");
    expect("statuses", "Status", "Statuses", "status", "statuses");
    expect("bus", "Bus", "Buses", "bus", "buses");
    expect("movies", "Movie", "Movies", "movie", "movies");
}

static void only_the_last_word_is_inflected(void **state)
{
    (void)state;
    expect("people", "Person", "People", "person", "people");
    expect("SalesPerson", "SalesPerson", "SalesPeople", "salesPerson", "salesPeople");
    expect("school children", "SchoolChild", "SchoolChildren", "schoolChild", "schoolChildren");
}

static void a_noun_without_a_plural_gets_one(void **state)
{
    (void)state;
    expect("equipment", "Equipment", "EquipmentList", "equipment", "equipmentList");
    expect("NewsSeries", "NewsSeries", "NewsSeriesList", "newsSeries", "newsSeriesList");
}

static void what_cannot_name_a_type_is_refused(void **state)
{
    static const char *const words[] = {
        "",
        "1st",
        "-x",
        "a/b",
        "a.b",
        "caf\xc3\xa9",
        "query",
        "Mutation",
        "ints",
        "string",
        "a23456789012345678901234567890123456789012345678901234567890123456789",
    };

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *problem = NULL;
        xy_name forms;

        assert_int_equal(xy__name_from(words[i], &forms, &problem), XY_EINVAL);
        assert_non_null(problem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_has_four_forms),
        cmocka_unit_test(words_are_joined),
        cmocka_unit_test(plurals_are_english),
        cmocka_unit_test(only_the_last_word_is_inflected),
        cmocka_unit_test(a_noun_without_a_plural_gets_one),
        cmocka_unit_test(what_cannot_name_a_type_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
