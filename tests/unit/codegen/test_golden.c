/* SPDX-License-Identifier: MIT */
/* graphql/ makes golden/, byte for byte. After a change that is meant, look at the difference:
 *
 *   XYLEM_GOLDEN=write build/tests/unit/codegen/test_codegen_golden
 *   git diff tests/unit/codegen/golden */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "codegen/emit.h"

#define FOLDER XY_SOURCE_ROOT "/tests/unit/codegen/"

static void read_file(const char *path, xy_buf *out)
{
    FILE *file = fopen(path, "rb");
    char piece[4096];
    size_t got;

    if (!file)
        fail_msg("%s cannot be read", path);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        xy__buf_append(out, piece, got);
    fclose(file);
}

static void write_file(const char *path, xy_str text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
}

static void generate(void (*emit)(xy_buf *out, xy_gen_model *model), const char *prefix,
                     xy_buf *out)
{
    xy_gen_model *model;
    xy_sdl file = {.name = XY_STR("auctions.graphql")};
    xy_buf text;

    xy__buf_init(&text, SIZE_MAX);
    read_file(FOLDER "graphql/auctions.graphql", &text);
    file.text = xy__buf_view(&text);
    assert_int_equal(xy__gen_model_create(&file, 1, xy_str_from(prefix), &model), XY_OK);
    emit(out, model);
    xy__gen_model_destroy(model);
    xy__buf_deinit(&text);
}

static void check(void (*emit)(xy_buf *out, xy_gen_model *model), const char *golden)
{
    const char *mode = getenv("XYLEM_GOLDEN");
    xy_buf text;
    xy_buf wanted;

    xy__buf_init(&text, SIZE_MAX);
    xy__buf_init(&wanted, SIZE_MAX);
    generate(emit, "", &text);
    if (mode && strcmp(mode, "write") == 0)
        write_file(golden, xy__buf_view(&text));
    read_file(golden, &wanted);
    if (!xy_str_eq(xy__buf_view(&text), xy__buf_view(&wanted)))
        fail_msg("%s is not what is generated now", golden);
    xy__buf_deinit(&text);
    xy__buf_deinit(&wanted);
}

static void the_header_is_as_it_was(void **state)
{
    (void)state;
    check(xy__gen_header, FOLDER "golden/types.h.golden");
}

static void the_bindings_are_as_they_were(void **state)
{
    (void)state;
    check(xy__gen_bindings, FOLDER "golden/types.c.golden");
}

/* No global name is without it: two schemas fit into one program. */
static void a_prefix_stands_before_every_name(void **state)
{
    static const char *const names[] = {" Auction ", " Query_auction(", "\nint types_load(",
                                        "#ifndef TYPES_H", " Bid_list_push("};
    xy_buf text;

    (void)state;
    xy__buf_init(&text, SIZE_MAX);
    generate(xy__gen_header, "my_", &text);
    xy__buf_char(&text, '\0');
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(text.ptr, names[i]))
            fail_msg("%s has no prefix", names[i]);
    assert_non_null(strstr(text.ptr, "int my_Query_auction(xy_call *c, "));
    assert_non_null(strstr(text.ptr, "#ifndef MY_TYPES_H"));
    xy__buf_deinit(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_is_as_it_was),
        cmocka_unit_test(the_bindings_are_as_they_were),
        cmocka_unit_test(a_prefix_stands_before_every_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
