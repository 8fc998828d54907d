/* SPDX-License-Identifier: MIT */
/* Random queries whose fields load by key, at once, later or on a thread, and clients that go at
 * random: who stays gets what he would get if each field looked for itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/loader.h"

#include "execution/work.h"
#include "fixture.h"

enum { ROUNDS = 300, CLIENTS = 16, NUMBERS = 64 };

static fixture f;
static uint64_t dice;
static bool alone; /* each field looks for itself */

static unsigned roll(unsigned sides)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice >> 33) % sides;
}

/* ---- nodes: numbers, of which some do not exist and some cannot be had ---- */

typedef struct Node {
    unsigned number;
} Node;

static Node nodes[NUMBERS];

static unsigned number_of(const xy_call *call)
{
    const Node *node = xy_parent(call);

    return node ? node->number : 1;
}

static bool is_broken(unsigned number)
{
    return number % 9 == 4;
}

static const Node *find(unsigned number)
{
    return number % 7 == 3 ? NULL : &nodes[number];
}

static void fill(xy_batch *batch)
{
    for (size_t i = 0; i < xy_batch_len(batch); i++) {
        unsigned number = (unsigned)strtoul(xy_batch_key(batch, i).ptr, NULL, 10);

        assert_true(number < NUMBERS);
        for (size_t j = 0; j < i; j++)
            assert_false(xy_str_eq(xy_batch_key(batch, i), xy_batch_key(batch, j)));
        if (is_broken(number)) {
            xy_batch_fail(batch, i, NULL, "%u is broken", number);
        } else {
            xy_batch_put(batch, i, xy_result_object(NULL, find(number)));
        }
    }
}

static int load_now(xy_call *call, xy_batch *batch)
{
    (void)call;
    fill(batch);
    return XY_OK;
}

static void on_timer(xy_promise *promise, void *arg)
{
    fill(arg);
    xy_promise_resolve(promise);
}

static int load_later(xy_call *call, xy_batch *batch)
{
    xy_promise_after(xy_later(call), roll(4), on_timer, batch);
    return XY_OK;
}

static int load_far(xy_work *work, xy_batch *batch)
{
    (void)work;
    fill(batch);
    return XY_OK;
}

static const xy_loader loaders[] = {
    {.load = load_now, .keys_max = 3},
    {.load = load_later},
    {.load_blocking = load_far, .keys_max = 5},
};

/* ---- fields ---- */

static int ask(xy_call *call, const xy_loader *loader, unsigned number)
{
    number %= NUMBERS;
    if (!alone)
        return xy_load(call, loader, xy_format(call, "%u", number));
    if (is_broken(number))
        return xy_fail(call, "%u is broken", number);
    return xy_put_object(call, find(number));
}

static int Node_twice(xy_call *call)
{
    return ask(call, &loaders[0], number_of(call) * 2);
}

static int Node_next(xy_call *call)
{
    return ask(call, &loaders[1], number_of(call) + 1);
}

static int Node_thrice(xy_call *call)
{
    return ask(call, &loaders[2], number_of(call) * 3);
}

static int Node_many(xy_call *call)
{
    const xy_loader *loader = &loaders[number_of(call) % 3];
    xy_result *items = xy_put_list(call, 4);

    for (unsigned i = 0; i < 4; i++) {
        unsigned number = (number_of(call) + i * 5) % NUMBERS;

        if (!alone) {
            items[i] = xy_load_item(call, loader, xy_format(call, "%u", number));
        } else if (is_broken(number)) {
            items[i] = xy_result_error(xy_format(call, "%u is broken", number));
        } else {
            items[i] = xy_result_object(NULL, find(number));
        }
    }
    return XY_OK;
}

static int Node_value(xy_call *call)
{
    return xy_put_int(call, number_of(call));
}

/* ---- queries ---- */

static void write_selection(xy_buf *text, unsigned depth)
{
    static const char *const fields[] = {"twice", "next", "thrice", "sure", "many"};
    unsigned count = 1 + roll(3);

    xy__buf_char(text, '{');
    for (unsigned i = 0; i < count; i++) {
        xy__buf_printf(text, " a%u:", i);
        if (depth > 0 && roll(4) > 0) {
            xy__buf_str(text, xy_str_from(fields[roll(5)]));
            write_selection(text, depth - 1);
        } else {
            XY_BUF_LITERAL(text, "value");
        }
    }
    xy__buf_char(text, '}');
}

static const char *make_query(void)
{
    xy_buf text;
    const char *copy;

    xy__buf_init(&text, 1 << 20);
    write_selection(&text, 5);
    copy = xy__arena_str(&f.arena, xy__buf_view(&text)).ptr;
    xy__buf_deinit(&text);
    return copy;
}

static const char *data_of(const char *result)
{
    const char *data = strstr(result, "\"data\":");

    assert_non_null(data);
    return data;
}

/* ---- clients ---- */

typedef struct client {
    const char *expected;
    xy_operation *operation; /* NULL: he has gone, or has his answer */
    catcher out;
} client;

static client clients[CLIENTS];
static unsigned answered;
static unsigned gone;

static void start(client *c)
{
    const char *query = make_query();

    alone = true;
    c->expected = data_of(fixture_execute(&f, query, NULL, NULL));
    alone = false;
    c->operation = fixture_prepare(&f, query, NULL);
    fixture_start(&f, c->operation, NULL, &c->out);
}

static void leave(client *c)
{
    if (!c->operation)
        return;
    if (c->out.ended) {
        assert_string_equal(data_of(fixture_take(&f, &c->out)), c->expected);
        answered++;
    } else {
        xy__operation_cancel(c->operation);
        gone++;
    }
    xy__operation_unref(c->operation);
    c->operation = NULL;
}

/* Timers by the clock, threads by waiting for them. */
static void go_on(void)
{
    if (f.executor.works.out)
        xy__loop_wait(&f.loop);
    xy__loop_advance(&f.loop, 1);
}

static void play(unsigned round)
{
    dice = round;
    for (unsigned i = 0; i < CLIENTS; i++) {
        start(&clients[i]);
        if (roll(8) == 0)
            leave(&clients[i]);
    }
    for (unsigned i = 0; i < CLIENTS / 2; i++) {
        leave(&clients[roll(CLIENTS)]);
        if (roll(2))
            xy__loop_advance(&f.loop, roll(2));
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        while (clients[i].operation && !clients[i].out.ended)
            go_on();
        leave(&clients[i]);
    }
    while (f.executor.gauges.runs)
        go_on();
    assert_int_equal(f.executor.gauges.promises, 0);
}

static void loading_changes_no_result(void **state)
{
    static const struct {
        const char *field;
        xy_resolver *resolver;
    } fields[] = {{"twice", Node_twice}, {"next", Node_next}, {"thrice", Node_thrice},
                  {"sure", Node_next},   {"many", Node_many}, {"value", Node_value}};
    xy_pool *pool = xy__pool_create(2, 10000);
    char name[32];

    (void)state;
    fixture_init(&f, "type Query { twice: Node next: Node thrice: Node sure: Node! many: [Node]\n"
                     "  value: Int }\n"
                     "type Node { twice: Node next: Node thrice: Node sure: Node! many: [Node]\n"
                     "  value: Int }");
    for (unsigned i = 0; i < NUMBERS; i++)
        nodes[i].number = i;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        snprintf(name, sizeof name, "Query.%s", fields[i].field);
        assert_int_equal(xy_bind(f.schema, name, fields[i].resolver), XY_OK);
        snprintf(name, sizeof name, "Node.%s", fields[i].field);
        assert_int_equal(xy_bind(f.schema, name, fields[i].resolver), XY_OK);
    }
    f.executor.works.pool = pool;
    for (unsigned round = 1; round <= ROUNDS; round++)
        play(round);
    assert_int_equal(answered + gone, ROUNDS * CLIENTS);
    assert_true(answered > ROUNDS && gone > ROUNDS && xy__pool_read(pool).ended > ROUNDS);
    fixture_deinit(&f);
    xy__pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(loading_changes_no_result)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
