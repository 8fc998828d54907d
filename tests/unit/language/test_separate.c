/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "language/parser.h"
#include "language/separate.h"
#include "language/strip.h"

#define ARENA_MAX ((size_t)1 << 20)

/* The name of a definition: each operation and fragment below has one letter. */
static char letter_of(const xy_node *definition)
{
    const xy_ast_name *name = definition->kind == XY_KIND_FRAGMENT_DEFINITION
                                  ? ((const xy_ast_fragment *)(const void *)definition)->name
                                  : ((const xy_ast_operation *)(const void *)definition)->name;

    return name ? name->value.ptr[0] : '-';
}

/* The operations of `text`, each as the letters of its document. */
static void check(const char *text, const char *const *expected, size_t expected_count)
{
    xy_source source = {.text = xy_str_from(text)};
    xy_ast_document *document;
    xy_separated *list;
    xy_arena arena;
    xy_errors errors;
    size_t count;

    xy__arena_init(&arena, ARENA_MAX);
    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__parse(&arena, &source, NULL, &document, &errors), 0);
    list = xy__separate_operations(&arena, document, &count);
    assert_int_equal(count, expected_count);
    for (size_t i = 0; i < count; i++) {
        xy_nodes definitions = list[i].document->definitions;

        assert_int_equal(definitions.len, strlen(expected[i]));
        for (size_t k = 0; k < definitions.len; k++)
            assert_int_equal(letter_of(definitions.items[k]), expected[i][k]);
    }
    xy__arena_deinit(&arena);
}

static void each_operation_takes_its_fragments(void **state)
{
    static const char *const expected[] = {"-Y", "RXYZ"};

    (void)state;
    check("{ ...Y } query R { ...X } fragment X on T { ...Y ...Z } type T { a: Int } "
          "fragment Y on T { a } fragment Z on T { ...X ...Unknown }",
          expected, 2);
}

static void the_last_of_a_name_counts(void **state)
{
    static const char *const expected[] = {"AX", "B"};

    (void)state;
    check("query A { a } query B { b } query A { ...X } fragment X on T { a }", expected, 2);
}

static void no_operations(void **state)
{
    (void)state;
    check("type T { a: Int }", NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_takes_its_fragments),
        cmocka_unit_test(the_last_of_a_name_counts),
        cmocka_unit_test(no_operations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
