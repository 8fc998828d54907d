/* SPDX-License-Identifier: MIT */
/* Random queries whose fields block, three threads, clients that go at random: who stays gets what
 * he would get if everything were resolved at once, in whatever order the works come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/work.h"

#include "base/map.h"
#include "execution/work.h"
#include "fixture.h"

enum { ROUNDS = 200, CLIENTS = 24 };

static fixture f;
static uint64_t dice;

static unsigned roll(unsigned sides)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(dice >> 33) % sides;
}

/* ---- a tree: each node is a number, its children follow from it ---- */

typedef struct Node {
    unsigned number;
} Node;

static unsigned number_of(const Node *parent)
{
    return parent ? parent->number : 1;
}

static int Node_value(xy_work *work)
{
    unsigned number = number_of(xy_work_parent(work));

    if (number % 7 == 3)
        return xy_work_fail(work, "%u has none", number);
    return xy_work_put_str(work, xy_work_format(work, "n%u", number));
}

static int Node_child(xy_work *work)
{
    Node *child = xy_work_new(work, Node);

    child->number = number_of(xy_work_parent(work)) * 2;
    return xy_work_put_object(work, child);
}

static int Node_children(xy_work *work)
{
    unsigned number = number_of(xy_work_parent(work));
    xy_result *items = xy_work_put_list(work, 3);

    for (unsigned i = 0; i < 3; i++) {
        Node *child = xy_work_new(work, Node);

        child->number = number * 3 + i;
        items[i] = xy_result_object(NULL, child);
    }
    return XY_OK;
}

/* Null where a node may not be null: takes its parent away. */
static int Node_sure(xy_work *work)
{
    unsigned number = number_of(xy_work_parent(work));
    Node *child = xy_work_new(work, Node);

    child->number = number + 1;
    return number % 11 == 5 ? XY_OK : xy_work_put_object(work, child);
}

static int Node_plain(xy_call *call)
{
    return xy_put_int(call, number_of(xy_parent(call)));
}

/* ---- queries ---- */

static void write_selection(xy_buf *text, unsigned depth)
{
    static const char *const nodes[] = {"child", "children", "sure"};
    unsigned count = 1 + roll(3);

    xy__buf_char(text, '{');
    for (unsigned i = 0; i < count; i++) {
        xy__buf_printf(text, "a%u:", i);
        if (depth > 0 && roll(3) > 0) {
            xy__buf_str(text, xy_str_from(nodes[roll(3)]));
            write_selection(text, depth - 1);
        } else {
            xy__buf_str(text, roll(3) ? XY_STR("value ") : XY_STR("plain "));
        }
    }
    xy__buf_char(text, '}');
}

static const char *make_query(void)
{
    xy_buf text;
    const char *copy;

    xy__buf_init(&text, 1 << 20);
    write_selection(&text, 4);
    copy = xy__arena_str(&f.arena, xy__buf_view(&text)).ptr;
    xy__buf_deinit(&text);
    return copy;
}

/* Errors are in the order in which they came up; beneath what is nulled, which of them came first
 * decides: compared is the data. */
static const char *data_of(const char *result)
{
    const char *data = strstr(result, "\"data\":");

    assert_non_null(data);
    return data;
}

/* ---- clients ---- */

typedef struct client {
    const char *query;
    const char *expected;
    xy_operation *operation; /* NULL: he has gone, or has his answer */
    catcher out;
} client;

static client clients[CLIENTS];
static unsigned answered;
static unsigned gone;
static uint64_t works;

static void start(client *c, xy_pool *pool)
{
    c->query = make_query();
    f.executor.works.pool = NULL;
    c->expected = data_of(fixture_execute(&f, c->query, NULL, NULL));
    f.executor.works.pool = pool;
    c->operation = fixture_prepare(&f, c->query, NULL);
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
        gone++;
        xy__operation_cancel(c->operation);
    }
    xy__operation_unref(c->operation);
    c->operation = NULL;
}

static void stay(client *c)
{
    while (c->operation && !c->out.ended)
        xy__loop_wait(&f.loop);
    leave(c);
}

static void play(unsigned round)
{
    xy_pool *pool = xy__pool_create(3, 10000);

    dice = round;
    for (unsigned i = 0; i < CLIENTS; i++) {
        start(&clients[i], pool);
        if (roll(4) == 0)
            leave(&clients[i]);
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        leave(&clients[roll(2 * CLIENTS) % CLIENTS]);
        if (roll(2))
            xy__loop_turn(&f.loop);
    }
    for (unsigned i = 0; i < CLIENTS; i++)
        stay(&clients[i]);
    while (f.executor.gauges.runs)
        xy__loop_wait(&f.loop);
    assert_int_equal(xy__pool_read(pool).queued + xy__pool_read(pool).running, 0);
    assert_int_equal(xy__pool_read(pool).refused, 0);
    works += xy__pool_read(pool).ended;
    f.executor.works.pool = NULL;
    xy__pool_destroy(pool);
}

static void threads_change_no_result(void **state)
{
    static const struct {
        const char *field;
        xy_blocking_resolver *resolver;
    } fields[] = {{"value", Node_value},
                  {"child", Node_child},
                  {"children", Node_children},
                  {"sure", Node_sure}};
    char name[32];

    (void)state;
    fixture_init(&f,
                 "type Query { value: String plain: Int child: Node children: [Node] sure: Node! }"
                 "type Node { value: String plain: Int child: Node children: [Node] sure: Node! }");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        snprintf(name, sizeof name, "Query.%s", fields[i].field);
        assert_int_equal(xy_bind_blocking(f.schema, name, fields[i].resolver), XY_OK);
        snprintf(name, sizeof name, "Node.%s", fields[i].field);
        assert_int_equal(xy_bind_blocking(f.schema, name, fields[i].resolver), XY_OK);
    }
    assert_int_equal(xy_bind(f.schema, "Query.plain", Node_plain), XY_OK);
    assert_int_equal(xy_bind(f.schema, "Node.plain", Node_plain), XY_OK);
    for (unsigned round = 1; round <= ROUNDS; round++)
        play(round);
    assert_int_equal(answered + gone, ROUNDS * CLIENTS);
    assert_true(answered > ROUNDS && gone > ROUNDS && works > answered);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_change_no_result)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
