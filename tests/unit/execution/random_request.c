/* SPDX-License-Identifier: MIT */
#include "random_request.h"

#include "base/buf.h"

const char random_sdl[] =
    "directive @experimental_disableErrorPropagation on QUERY | MUTATION\n"
    "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT\n"
    "directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD\n"
    "interface X { i: Int  I: Int!  n: Node }\n"
    "type Node implements X { i: Int  I: Int!  s: String  l: [Int]  li: [Int!]  L: [Int!]!\n"
    "  ll: [[Int!]]  n: Node  N: Node!  m: [Node]  mi: [Node!]  M: [Node!]!  mm: [[Node]!]  x: X\n"
    "  X: X!  xs: [X] }\n"
    "type Other implements X { i: Int  I: Int!  n: Node }\n"
    "type Query { i: Int  n: Node  N: Node!  m: [Node]  M: [Node!]!  x: X }\n"
    "type Mutation { i: Int  n: Node  N: Node!  m: [Node]  x: X }";

/* ---- dice ---- */

static uint64_t dice;

void seed_dice(unsigned number)
{
    dice = number * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

unsigned roll(unsigned sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)((dice >> 20) % sides);
}

bool percent(unsigned chance)
{
    return roll(100) < chance;
}

/* ---- a random query ---- */

#define DEPTH_MAX 4u
#define FRAGMENTS 3u

static unsigned names;          /* of keys and labels so far */
static unsigned first_fragment; /* that may be spread here, so that there is no cycle */

static void write_node(xy_buf *query, unsigned depth);

/* `more` stands before the label and the condition. */
static void write_directive(xy_buf *query, const char *name, const char *more)
{
    static const char *const conditions[] = {"",          "",       "",      " if:true",
                                             " if:false", " if:$t", " if:$f"};

    xy__buf_printf(query, "@%s(%s", name, more);
    if (percent(60) || !*more)
        xy__buf_printf(query, " label:\"L%u\"", ++names);
    xy__buf_printf(query, "%s) ", PICK(conditions));
}

static void write_defer(xy_buf *query)
{
    if (percent(20))
        XY_BUF_LITERAL(query, "@defer ");
    else if (percent(60))
        write_directive(query, "defer", "");
}

/* A list is streamed under a key of its own: no other selection may be merged with it. */
static void write_field(xy_buf *query, const char *field)
{
    static const char *const counts[] = {"initialCount:0", "initialCount:1", "initialCount:2",
                                         "initialCount:7"};

    if (strpbrk(field, "lLmM") == field || strcmp(field, "xs") == 0) {
        if (percent(50)) {
            xy__buf_printf(query, "s%u:%s ", ++names, field);
            write_directive(query, "stream", PICK(counts));
            return;
        }
    }
    if (percent(30))
        xy__buf_printf(query, "k%u:", ++names);
    xy__buf_printf(query, "%s ", field);
}

static void write_interface(xy_buf *query, unsigned depth)
{
    XY_BUF_LITERAL(query, "{i ...on Node ");
    write_defer(query);
    write_node(query, depth + 1);
    XY_BUF_LITERAL(query, "...on Other ");
    write_defer(query);
    XY_BUF_LITERAL(query, "{I n");
    write_node(query, depth + 1);
    XY_BUF_LITERAL(query, "}... ");
    write_defer(query);
    XY_BUF_LITERAL(query, "{I}} ");
}

static void write_fragment(xy_buf *query, unsigned depth)
{
    unsigned fragment = first_fragment + roll(FRAGMENTS);

    if (fragment < FRAGMENTS && percent(60)) {
        xy__buf_printf(query, "...F%u ", fragment);
        write_defer(query);
    } else {
        xy__buf_str(query, percent(50) ? XY_STR("... ") : XY_STR("...on Node "));
        write_defer(query);
        write_node(query, depth + 1);
    }
}

static void write_node(xy_buf *query, unsigned depth)
{
    static const char *const leaves[] = {"i", "I", "s", "l", "li", "L", "ll", "l", "L"};
    static const char *const objects[] = {"n", "N", "m", "mi", "M", "mm", "m", "M"};
    static const char *const abstracts[] = {"x", "X", "xs"};
    unsigned count = 1 + roll(4);

    xy__buf_char(query, '{');
    for (unsigned i = 0; i < count; i++) {
        if (depth >= DEPTH_MAX || percent(40)) {
            write_field(query, PICK(leaves));
        } else if (percent(30)) {
            write_fragment(query, depth);
        } else if (percent(15)) {
            write_field(query, PICK(abstracts));
            write_interface(query, depth);
        } else {
            write_field(query, PICK(objects));
            write_node(query, depth + 1);
        }
    }
    XY_BUF_LITERAL(query, "} ");
}

static void write_roots(xy_buf *query, bool mutation)
{
    static const char *const query_fields[] = {"n", "N", "m", "M"};
    static const char *const mutation_fields[] = {"n", "N"};
    unsigned count = 1 + roll(3);

    for (unsigned i = 0; i < count; i++) {
        if (mutation)
            xy__buf_str(query, xy_str_from(PICK(mutation_fields)));
        else
            write_field(query, PICK(query_fields));
        write_node(query, 1);
    }
}

static void write_operation(xy_buf *query, bool mutation)
{
    XY_BUF_LITERAL(query, "{i @skip(if:$f) k:i @include(if:$t) ");
    write_roots(query, mutation);
    if (!mutation && percent(60)) {
        XY_BUF_LITERAL(query, "... ");
        write_defer(query);
        xy__buf_char(query, '{');
        write_roots(query, false);
        XY_BUF_LITERAL(query, "} ");
    }
    for (unsigned i = 0; i < FRAGMENTS; i++) {
        xy__buf_printf(query, "f%u:n{...F%u ", i, i);
        write_defer(query);
        XY_BUF_LITERAL(query, "} ");
    }
    xy__buf_char(query, '}');
    for (unsigned i = 0; i < FRAGMENTS; i++) {
        first_fragment = i + 1;
        xy__buf_printf(query, " fragment F%u on Node", i);
        write_node(query, 2);
    }
    first_fragment = 0;
}

/* ---- random values ---- */

const char random_endless[] =
    "{\"i\":1,\"I\":2,\"s\":\"s\",\"l\":[1,2,3],\"li\":[],\"L\":[4,5],\"ll\":[[6],[7,8]],"
    "\"n\":{\"i\":9,\"__typename\":\"Node\"},\"N\":{\"__typename\":\"Node\"},\"m\":[{\"i\":10}],"
    "\"mi\":[],\"M\":[{},{\"I\":11}],\"mm\":[[],[{}]],\"x\":{\"__typename\":\"Other\"},"
    "\"X\":{\"__typename\":\"Node\"},\"xs\":[{\"__typename\":\"Other\"},"
    "{\"__typename\":\"Node\"}]}";

static unsigned trouble; /* of 100 values */

static void write_value(xy_buf *json, const char *field, unsigned depth);

static bool write_trouble(xy_buf *json)
{
    if (!percent(trouble))
        return false;
    switch (roll(3)) {
    case 0:
        XY_BUF_LITERAL(json, "null");
        break;
    case 1:
        XY_BUF_LITERAL(json, "\"wrong\"");
        break;
    default:
        xy__buf_printf(json, "{\"__error\":\"e%u\"}", roll(100));
        break;
    }
    return true;
}

/* {"__items": […], "__error": …} is a list whose source fails after these. */
static void write_items(xy_buf *json, const char *item, unsigned depth)
{
    unsigned count = roll(5);
    bool fails = percent(trouble);

    xy__buf_str(json, fails ? XY_STR("{\"__items\":[") : XY_STR("["));
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            xy__buf_char(json, ',');
        write_value(json, item, depth);
    }
    xy__buf_str(json, fails ? XY_STR("],\"__error\":\"source\"}") : XY_STR("]"));
}

static void write_object(xy_buf *json, unsigned depth)
{
    static const char *const fields[] = {"i", "I", "s",  "l", "li", "L", "ll", "n",
                                         "N", "m", "mi", "M", "mm", "x", "X",  "xs"};

    xy__buf_printf(json, "{\"__typename\":\"%s\"",
                   percent(trouble) ? "Nobody"
                   : percent(60)    ? "Node"
                                    : "Other");
    for (size_t i = 0; i < COUNT(fields); i++) {
        if (depth > 1 && percent(40))
            continue;
        xy__buf_printf(json, ",\"%s\":", fields[i]);
        write_value(json, fields[i], depth + 1);
    }
    xy__buf_char(json, '}');
}

/* A value for a field by its name; the first letter says what it holds. */
static void write_value(xy_buf *json, const char *field, unsigned depth)
{
    if (write_trouble(json))
        return;
    if (strcmp(field, "ll") == 0) {
        write_items(json, "l", depth);
    } else if (strcmp(field, "mm") == 0) {
        write_items(json, "m", depth);
    } else if (strcmp(field, "xs") == 0) {
        write_items(json, "x", depth);
    } else if (strchr("lL", field[0])) {
        write_items(json, "i", depth);
    } else if (strchr("mM", field[0])) {
        write_items(json, "n", depth);
    } else if (!strchr("nNxX", field[0])) {
        xy__buf_printf(json, "%u", roll(10));
    } else if (depth > 3 || (depth > 1 && percent(50))) {
        XY_BUF_LITERAL(json, "{\"__typename\":\"Node\"}");
    } else {
        write_object(json, depth);
    }
}

/* ---- both ---- */

void random_request_make(random_request *request, xy_arena *arena)
{
    static const unsigned troubles[] = {0, 1, 1, 3, 6};
    xy_buf text;

    names = 0;
    trouble = PICK(troubles);
    request->mutation = percent(20);
    xy__buf_init(&text, (size_t)1 << 24);
    write_operation(&text, request->mutation);
    request->query = xy__arena_str(arena, xy__buf_view(&text));
    xy__buf_truncate(&text, 0);
    write_object(&text, 0);
    request->root = xy__arena_str(arena, xy__buf_view(&text)).ptr;
    xy__buf_deinit(&text);
}
