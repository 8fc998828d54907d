/* SPDX-License-Identifier: MIT */
/* Where null goes when a value may not be null. Spec 6.4.4 Handling Execution Errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "fixture.h"

static const char sdl[] = "directive @experimental_disableErrorPropagation on QUERY\n"
                          "type Query { n: Node  N: Node!  a: Int }\n"
                          "type Node { i: Int  I: Int!  n: Node  N: Node!\n"
                          "  l: [Int]  li: [Int!]  L: [Int]!  LI: [Int!]!  ll: [[Int!]]\n"
                          "  m: [Node]  mi: [Node!] }";

typedef struct propagation {
    const char *query;
    const char *root;
    const char *result;
} propagation;

#define BAD     "Int cannot represent non-integer value: \\\"x\\\""
#define NO_NULL "Cannot return null for non-nullable field Node."

static const propagation propagations[] = {
    /* A nullable field keeps its null to itself. */
    {"{n{i}}", "{\"n\":{}}", "{\"data\":{\"n\":{\"i\":null}}}"},
    {"{n{i I}}", "{\"n\":{\"i\":\"x\",\"I\":1}}",
     "{\"errors\":[{\"message\":\"" BAD "\",\"locations\":[{\"line\":1,\"column\":4}],"
     "\"path\":[\"n\",\"i\"]}],\"data\":{\"n\":{\"i\":null,\"I\":1}}}"},
    /* A field that is not nullable takes its parent with it. */
    {"{a n{i I}}", "{\"a\":1,\"n\":{\"i\":1}}",
     "{\"errors\":[{\"message\":\"" NO_NULL "I.\",\"locations\":[{\"line\":1,\"column\":8}],"
     "\"path\":[\"n\",\"I\"]}],\"data\":{\"a\":1,\"n\":null}}"},
    /* ... as far as need be. */
    {"{n{N{N{I}} i}}", "{\"n\":{\"N\":{\"N\":{}}}}",
     "{\"errors\":[{\"message\":\"" NO_NULL "I.\",\"locations\":[{\"line\":1,\"column\":8}],"
     "\"path\":[\"n\",\"N\",\"N\",\"I\"]}],\"data\":{\"n\":null}}"},
    {"{a N{N{I}}}", "{\"a\":1,\"N\":{\"N\":{}}}",
     "{\"errors\":[{\"message\":\"" NO_NULL "I.\",\"locations\":[{\"line\":1,\"column\":8}],"
     "\"path\":[\"N\",\"N\",\"I\"]}],\"data\":null}"},
    /* Lists: an item for itself, or the list. */
    {"{n{l}}", "{\"n\":{\"l\":[1,\"x\",3]}}",
     "{\"errors\":[{\"message\":\"" BAD "\",\"locations\":[{\"line\":1,\"column\":4}],"
     "\"path\":[\"n\",\"l\",1]}],\"data\":{\"n\":{\"l\":[1,null,3]}}}"},
    {"{n{i li}}", "{\"n\":{\"i\":1,\"li\":[1,\"x\",\"y\"]}}",
     "{\"errors\":[{\"message\":\"" BAD "\",\"locations\":[{\"line\":1,\"column\":6}],"
     "\"path\":[\"n\",\"li\",1]}],\"data\":{\"n\":{\"i\":1,\"li\":null}}}"},
    {"{n{L}}", "{\"n\":{\"L\":null}}",
     "{\"errors\":[{\"message\":\"" NO_NULL "L.\",\"locations\":[{\"line\":1,\"column\":4}],"
     "\"path\":[\"n\",\"L\"]}],\"data\":{\"n\":null}}"},
    {"{n{LI}}", "{\"n\":{\"LI\":[1,null]}}",
     "{\"errors\":[{\"message\":\"" NO_NULL "LI.\",\"locations\":[{\"line\":1,\"column\":4}],"
     "\"path\":[\"n\",\"LI\",1]}],\"data\":{\"n\":null}}"},
    {"{n{ll}}", "{\"n\":{\"ll\":[[1],[2,null],null,[]]}}",
     "{\"errors\":[{\"message\":\"" NO_NULL "ll.\",\"locations\":[{\"line\":1,\"column\":4}],"
     "\"path\":[\"n\",\"ll\",1,1]}],\"data\":{\"n\":{\"ll\":[[1],null,null,[]]}}}"},
    {"{n{m{I}}}", "{\"n\":{\"m\":[{\"I\":1},{},{\"I\":3}]}}",
     "{\"errors\":[{\"message\":\"" NO_NULL "I.\",\"locations\":[{\"line\":1,\"column\":6}],"
     "\"path\":[\"n\",\"m\",1,\"I\"]}],\"data\":{\"n\":{\"m\":[{\"I\":1},null,{\"I\":3}]}}}"},
    {"{n{mi{I}}}", "{\"n\":{\"mi\":[{\"I\":1},{},{}]}}",
     "{\"errors\":[{\"message\":\"" NO_NULL "I.\",\"locations\":[{\"line\":1,\"column\":7}],"
     "\"path\":[\"n\",\"mi\",1,\"I\"]}],\"data\":{\"n\":{\"mi\":null}}}"},
    /* What failed before, beneath the same null, is told; what would come after is not tried. */
    {"{n{i I l}}", "{\"n\":{\"i\":\"x\",\"l\":5}}",
     "{\"errors\":[{\"message\":\"" BAD "\",\"locations\":[{\"line\":1,\"column\":4}],"
     "\"path\":[\"n\",\"i\"]},{\"message\":\"" NO_NULL "I.\","
     "\"locations\":[{\"line\":1,\"column\":6}],\"path\":[\"n\",\"I\"]}],\"data\":{\"n\":null}}"},
    /* All nodes of a merged field are told, under its alias. */
    {"{n{x:i}...F}fragment F on Query{n{x:i}}", "{\"n\":{\"i\":\"x\"}}",
     "{\"errors\":[{\"message\":\"" BAD "\",\"locations\":[{\"line\":1,\"column\":4},"
     "{\"line\":1,\"column\":35}],\"path\":[\"n\",\"x\"]}],\"data\":{\"n\":{\"x\":null}}}"},
    {"{n{l}}", "{\"n\":{\"l\":5}}",
     "{\"errors\":[{\"message\":\"Expected Iterable, but did not find one for field "
     "\\\"Node.l\\\".\",\"locations\":[{\"line\":1,\"column\":4}],\"path\":[\"n\",\"l\"]}],"
     "\"data\":{\"n\":{\"l\":null}}}"},
    /* Propagation switched off. */
    {"query @experimental_disableErrorPropagation {N{I LI}}", "{\"N\":{\"LI\":[null,2]}}",
     "{\"errors\":[{\"message\":\"" NO_NULL "I.\",\"locations\":[{\"line\":1,\"column\":48}],"
     "\"path\":[\"N\",\"I\"]},{\"message\":\"" NO_NULL "LI.\","
     "\"locations\":[{\"line\":1,\"column\":50}],\"path\":[\"N\",\"LI\",0]}],"
     "\"data\":{\"N\":{\"I\":null,\"LI\":[null,2]}}}"},
};

static void null_goes_to_the_nearest_nullable_position(void **state)
{
    fixture f;

    (void)state;
    fixture_init(&f, sdl);
    for (size_t i = 0; i < sizeof propagations / sizeof *propagations; i++) {
        const propagation *p = &propagations[i];

        assert_string_equal(fixture_execute(&f, p->query, NULL, p->root), p->result);
    }
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_goes_to_the_nearest_nullable_position),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
