/* SPDX-License-Identifier: MIT */
/* Late or at once, in whatever order: the data are the same. Random queries over random values,
 * executed three times:
 *
 *   at once    every field answers in its resolver
 *   late       fields and items of lists answer later as the dice fall, in random order; some
 *              promises are resolved inside their resolver, some by a promise again
 *   all        at once, and with null propagation switched off: every error there can be
 *
 * 1. The data of "late" are, byte by byte, those of "at once".
 * 2. Every error of "late" and of "at once" is one of "all".
 * 3. The positions that errors made null are the same in "late" and "at once".
 * 4. A promise is stopped at most once; nothing is left when all are resolved.
 *
 * Now and then the client goes half way: then nothing comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "fixture.h"
#include "json/write.h"

#define SEEDS 150u /* or as many as the command line says */

static const char sdl[] =
    "directive @experimental_disableErrorPropagation on QUERY | MUTATION\n"
    "interface X { i: Int  I: Int!  n: Node }\n"
    "type Node implements X { i: Int  I: Int!  s: String  l: [Int]  li: [Int!]  L: [Int!]!\n"
    "  ll: [[Int!]]  n: Node  N: Node!  m: [Node]  mi: [Node!]  M: [Node!]!  mm: [[Node]!]  x: X\n"
    "  X: X! }\n"
    "type Other implements X { i: Int  I: Int!  n: Node }\n"
    "type Query { i: Int  n: Node  N: Node!  m: [Node]  M: [Node!]!  x: X }\n"
    "type Mutation { i: Int  n: Node  N: Node!  m: [Node]  x: X }";

/* ---- dice ---- */

static unsigned seed; /* to find a failure again */
static uint64_t dice;

static void seed_dice(unsigned number)
{
    seed = number;
    dice = number * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

static unsigned roll(unsigned sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)((dice >> 20) % sides);
}

static bool percent(unsigned chance)
{
    return roll(100) < chance;
}

/* ---- a random query ---- */

static const char *const leaves[] = {"i", "I", "s", "l", "li", "L", "ll"};
static const char *const objects[] = {"n", "N", "m", "mi", "M", "mm"};
static const char *const query_objects[] = {"n", "N", "m", "M"};
static const char *const mutation_objects[] = {"n", "N", "m"};

#define PICK(names) ((names)[roll((unsigned)(sizeof(names) / sizeof *(names)))])

static void write_node(xy_buf *query, unsigned depth);

static void write_key(xy_buf *query)
{
    if (percent(40))
        xy__buf_printf(query, "k%u:", roll(1000000));
}

static void write_interface(xy_buf *query, unsigned depth)
{
    XY_BUF_LITERAL(query, "{i ...on Node");
    write_node(query, depth + 1);
    XY_BUF_LITERAL(query, "...on Other{I n");
    write_node(query, depth + 1);
    XY_BUF_LITERAL(query, "}} ");
}

static void write_node(xy_buf *query, unsigned depth)
{
    unsigned count = 1 + roll(4);

    xy__buf_char(query, '{');
    for (unsigned i = 0; i < count; i++) {
        write_key(query);
        if (depth >= 4 || percent(45)) {
            xy__buf_printf(query, "%s ", PICK(leaves));
        } else if (percent(15)) {
            xy__buf_str(query, percent(50) ? XY_STR("x") : XY_STR("X"));
            write_interface(query, depth);
        } else {
            xy__buf_str(query, xy_str_from(PICK(objects)));
            write_node(query, depth + 1);
        }
    }
    xy__buf_char(query, '}');
}

static void write_operation(xy_buf *query, bool mutation)
{
    unsigned count = 1 + roll(4);

    XY_BUF_LITERAL(query, "{i ");
    for (unsigned i = 0; i < count; i++) {
        write_key(query);
        xy__buf_str(query, xy_str_from(mutation ? PICK(mutation_objects) : PICK(query_objects)));
        write_node(query, 0);
    }
    xy__buf_char(query, '}');
}

/* ---- random values ---- */

static void write_value(xy_buf *json, const char *field, unsigned depth);

/* Things that go wrong with any value. */
static bool write_trouble(xy_buf *json)
{
    if (percent(5)) {
        XY_BUF_LITERAL(json, "null");
    } else if (percent(3)) {
        XY_BUF_LITERAL(json, "\"wrong\"");
    } else if (percent(3)) {
        xy__buf_printf(json, "{\"__error\":\"e%u\"}", roll(100));
    } else {
        return false;
    }
    return true;
}

static void write_items(xy_buf *json, const char *item, unsigned depth)
{
    unsigned count = roll(4);

    xy__buf_char(json, '[');
    for (unsigned i = 0; i < count; i++) {
        if (i > 0)
            xy__buf_char(json, ',');
        write_value(json, item, depth);
    }
    xy__buf_char(json, ']');
}

static void write_object(xy_buf *json, unsigned depth)
{
    static const char *const fields[] = {"i", "I", "s",  "l", "li", "L", "ll", "n",
                                         "N", "m", "mi", "M", "mm", "x", "X"};

    xy__buf_printf(json, "{\"__typename\":\"%s\"",
                   percent(3)    ? "Nobody"
                   : percent(60) ? "Node"
                                 : "Other");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
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
    } else if (field[0] == 'l' || field[0] == 'L') {
        write_items(json, "i", depth);
    } else if (field[0] == 'm' || field[0] == 'M') {
        write_items(json, "n", depth);
    } else if (strchr("nNxX", field[0])) {
        if (depth > 3 || (depth > 1 && percent(50))) {
            XY_BUF_LITERAL(json, "{\"i\":1,\"I\":2,\"__typename\":\"Node\"}");
        } else {
            write_object(json, depth);
        }
    } else {
        xy__buf_printf(json, "%u", roll(10));
    }
}

/* ---- resolvers ---- */

typedef struct waiting {
    xy_promise *promise;
    const xy_value *value;
    bool stopped;
} waiting;

static unsigned late_chance;
static waiting *pool[100000]; /* all that is unresolved */
static size_t pool_len;

static void put(xy_call *call, const xy_value *value);

static void resolve(size_t index)
{
    waiting *w = pool[index];

    pool[index] = pool[--pool_len];
    put(xy_promise_call(w->promise), w->value);
    xy_promise_resolve(w->promise);
}

static void on_stop(void *arg)
{
    waiting *w = arg;

    assert_false(w->stopped);
    w->stopped = true;
    if (percent(50))
        return;
    for (size_t i = 0; i < pool_len; i++)
        if (pool[i] == w) {
            pool[i] = pool[--pool_len];
            xy_promise_resolve(w->promise);
            return;
        }
}

static void hold(xy_call *call, xy_promise *promise, const xy_value *value)
{
    waiting *w = xy_new(call, waiting);

    *w = (waiting){.promise = promise, .value = value};
    assert_true(pool_len < sizeof pool / sizeof *pool);
    pool[pool_len++] = w;
    xy_promise_on_stop(promise, on_stop, w);
    if (percent(10))
        resolve(pool_len - 1);
}

static xy_result result_of(xy_call *call, const xy_value *value)
{
    const xy_value *error = xy_value_get(value, XY_STR("__error"));
    xy_result *items;

    if (error)
        return xy_result_error(xy_value_text(error));
    if (value->kind != XY_VALUE_LIST)
        return xy_result_value(value);
    items = xy_results(call, value->len);
    for (size_t i = 0; i < value->len; i++) {
        if (percent(late_chance)) {
            xy_promise *promise = xy_later_item(call);

            hold(call, promise, &value->items[i]);
            items[i] = xy_result_promise(promise);
        } else {
            items[i] = result_of(call, &value->items[i]);
        }
    }
    return (xy_result){.kind = XY_RESULT_LIST, .items = items, .len = value->len};
}

static void put(xy_call *call, const xy_value *value)
{
    xy_promise *promise;

    if (!percent(late_chance / 4)) {
        xy_put(call, result_of(call, value));
        return;
    }
    promise = xy_later_item(call);
    hold(call, promise, value);
    xy_put(call, xy_result_promise(promise));
}

static int property(xy_call *call)
{
    const xy_value *value = xy_value_get(xy_parent_value(call), xy_call_field(call));

    if (!value)
        return XY_OK;
    if (percent(late_chance)) {
        hold(call, xy_later(call), value);
    } else {
        put(call, value);
    }
    return XY_OK;
}

/* ---- executing ---- */

static fixture f;

/* Execute with so many percent of all answers late. NULL when the client has gone. */
static const xy_value *execute(const char *query, const char *root, unsigned chance, bool may_go)
{
    xy_operation *operation = fixture_prepare(&f, query, NULL);
    bool goes = may_go && percent(10);
    const xy_value *response = NULL;
    catcher out;

    late_chance = chance;
    pool_len = 0;
    fixture_start(&f, operation, root, &out);
    while (pool_len > 0) {
        if (goes && !out.ended && percent(20)) {
            xy__outlet_stop(&out.outlet);
            goes = false;
        }
        if (pool_len > 0)
            resolve(roll((unsigned)pool_len));
    }
    assert_int_equal(f.executor.gauges.runs, 0);
    assert_int_equal(f.executor.gauges.promises, 0);
    xy__operation_unref(operation);
    if (out.result)
        response = fixture_json(&f, fixture_take(&f, &out));
    return response;
}

/* ---- comparing ---- */

static xy_str text_of(const xy_value *value)
{
    xy_buf text;
    xy_str copy;

    xy__buf_init(&text, (size_t)1 << 28);
    xy__json_write_value(&text, value);
    copy = xy__arena_str(&f.arena, xy__buf_view(&text));
    xy__buf_deinit(&text);
    return copy;
}

static void assert_same_data(const xy_value *a, const xy_value *b)
{
    xy_str of_a = text_of(xy_value_get(a, XY_STR("data")));
    xy_str of_b = text_of(xy_value_get(b, XY_STR("data")));

    if (!xy_str_eq(of_a, of_b))
        fail_msg("seed %u: other data:\n%s\n%s", seed, of_a.ptr, of_b.ptr);
}

static const xy_value *errors_of(const xy_value *response)
{
    static const xy_value none = {.kind = XY_VALUE_LIST};
    const xy_value *errors = xy_value_get(response, XY_STR("errors"));

    return errors ? errors : &none;
}

static void assert_errors_among(const xy_value *some, const xy_value *all)
{
    for (size_t i = 0; i < errors_of(some)->len; i++) {
        const xy_value *error = &errors_of(some)->items[i];
        bool found = false;

        for (size_t k = 0; k < errors_of(all)->len && !found; k++)
            found = xy_value_equal(error, &errors_of(all)->items[k]);
        if (!found)
            fail_msg("seed %u: an error from nowhere: %s", seed, text_of(error).ptr);
    }
}

/* The null which the error at `path` has made, as the number of steps that lead to it. */
static size_t steps_to_null(const xy_value *response, const xy_value *path)
{
    const xy_value *at = xy_value_get(response, XY_STR("data"));
    size_t steps = 0;

    while (at->kind != XY_VALUE_NULL) {
        const xy_value *step = &path->items[steps++];

        at = step->kind == XY_VALUE_STRING ? xy_value_get(at, xy_value_text(step))
                                           : &at->items[step->integer];
        assert_non_null(at);
    }
    return steps;
}

/* Does an error of `response` account for the null at the first `steps` of `path`? */
static bool accounts(const xy_value *response, const xy_value *path, size_t steps)
{
    const xy_value *errors = errors_of(response);

    for (size_t i = 0; i < errors->len; i++) {
        const xy_value *own = xy_value_get(&errors->items[i], XY_STR("path"));
        size_t same = 0;

        while (same < steps && same < own->len &&
               xy_value_equal(&own->items[same], &path->items[same]))
            same++;
        if (same == steps && steps_to_null(response, own) == steps)
            return true;
    }
    return false;
}

static void assert_same_nulls(const xy_value *a, const xy_value *b)
{
    for (size_t i = 0; i < errors_of(a)->len; i++) {
        const xy_value *path = xy_value_get(&errors_of(a)->items[i], XY_STR("path"));

        if (!accounts(b, path, steps_to_null(a, path)))
            fail_msg("seed %u: nobody accounts for the null at %s", seed, text_of(path).ptr);
    }
}

/* ---- the property ---- */

typedef struct subject {
    bool mutation;
    xy_str query;
    const char *root;
} subject;

static subject random_subject(void)
{
    subject s = {.mutation = percent(30)};
    xy_buf text;

    xy__buf_init(&text, (size_t)1 << 24);
    write_operation(&text, s.mutation);
    s.query = xy__arena_str(&f.arena, xy__buf_view(&text));
    xy__buf_truncate(&text, 0);
    write_object(&text, 0);
    s.root = xy__arena_str(&f.arena, xy__buf_view(&text)).ptr;
    xy__buf_deinit(&text);
    return s;
}

static const xy_value *execute_subject(const subject *s, const char *directive, unsigned chance,
                                       bool may_go)
{
    /* Padded, for the errors to be at the same places. */
    xy_str query = xy__arena_printf(&f.arena, "%s %40s %.*s", s->mutation ? "mutation" : "query",
                                    directive, XY_PRI(s->query));

    return execute(query.ptr, s->root, chance, may_go);
}

static void check(void)
{
    subject s = random_subject();
    const xy_value *all = execute_subject(&s, "@experimental_disableErrorPropagation", 0, false);
    const xy_value *at_once = execute_subject(&s, "", 0, false);
    unsigned chance = 5 + roll(90);

    assert_errors_among(at_once, all);
    for (int i = 0; i < 3; i++) {
        const xy_value *late = execute_subject(&s, "", chance, true);

        if (!late)
            continue;
        assert_same_data(late, at_once);
        assert_errors_among(late, all);
        assert_same_nulls(late, at_once);
        assert_same_nulls(at_once, late);
    }
}

static unsigned seeds = SEEDS;

static void data_do_not_depend_on_time(void **state)
{
    (void)state;
    for (unsigned number = 1; number <= seeds; number++) {
        fixture_init(&f, sdl);
        f.schema->default_resolver = property;
        seed_dice(number);
        check();
        fixture_deinit(&f);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_do_not_depend_on_time),
    };

    if (argc > 1)
        seeds = (unsigned)strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
