/* SPDX-License-Identifier: MIT */
/* JSON values as literals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "coercing.h"
#include "language/printer.h"
#include "schema/value_to_literal.h"

static const char sdl[] = "enum Color { RED GREEN }\n"
                          "input Point { x: Int! y: Int = 7 colors: [Color!] }\n"
                          "scalar JSON\n"
                          "type Query { a(p: Point, json: JSON, id: ID, f: Float): Int }\n";

static const struct {
    const char *type;
    const char *json;
    const char *expected; /* NULL: not a value of the type */
} rows[] = {
    {"Int", "1.0", "1"},
    {"Int", "-0", "0"},
    {"Int", "2147483648", NULL},
    {"Int", "\"1\"", NULL},
    {"Float", "1e21", "1e+21"},
    {"Float", "9007199254740993", "9007199254740993"},
    {"Float", "1e400", NULL},
    {"String", "\"a\\\"b\\n\"", "\"a\\\"b\\n\""},
    {"String", "1", NULL},
    {"Boolean", "false", "false"},
    {"Boolean", "0", NULL},
    {"ID", "\"12\"", "12"},
    {"ID", "\"-3\"", "-3"},
    {"ID", "\"007\"", "\"007\""},
    {"ID", "12", "12"},
    {"ID", "1.5", NULL},
    {"Color", "\"RED\"", "RED"},
    {"Color", "\"red\"", NULL},
    {"Color", "1", NULL},
    {"Int", "null", "null"},
    {"Int!", "null", NULL},
    {"[Int]", "1", "1"},
    {"[Int]", "[1,null]", "[1, null]"},
    {"[Int!]", "[1,null]", NULL},
    {"Point", "{\"colors\":[\"RED\"],\"x\":1}", "{ x: 1, colors: [RED] }"},
    {"Point", "{\"y\":1}", NULL},
    {"Point", "{\"x\":1,\"z\":1}", NULL},
    {"Point", "{\"x\":true}", NULL},
    {"Point", "5", NULL},
    {"JSON", "{\"a\":[1,1.5,\"x\",true,null,1e400]}", "{ a: [1, 1.5, \"x\", true, null, null] }"},
};

static void values_become_literals(void **state)
{
    coercing c;

    (void)state;
    coercing_init(&c, sdl);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const xy_ast_value *literal = xy__value_to_literal(
            &c.arena, coercing_type(&c, rows[i].type), coercing_json(&c, rows[i].json));
        xy_str got = literal ? xy__print_str(&c.arena, &literal->node) : XY_STR_NULL;

        if (!xy_str_is(got, rows[i].expected) || !got.ptr != !rows[i].expected)
            fail_msg("%s of %s: %.*s", rows[i].type, rows[i].json, XY_PRI(got));
    }
    coercing_deinit(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_literals),
    };

    return cmocka_run_group_tests_name("schema/value_to_literal", tests, NULL, NULL);
}
