/* SPDX-License-Identifier: MIT */
/* A small query whose document is cached takes no memory from the system: runs, operations and
 * the storage of results are used again. Linked so that every allocation is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "base/fatal.h"
#include "fixture.h"

static size_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *ptr, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *ptr, size_t size)
{
    allocations++;
    return __real_realloc(ptr, size);
}

/* ---- the auction ---- */

static const char sdl[] =
    "type Query { auction(id: ID!): Auction }\n"
    "type Auction { id: ID! title: String! highestBid: Bid bids: [Bid!]! later: Int }\n"
    "type Bid { amount: Int! }\n"
    "type Subscription { bid: Bid }";

typedef struct bid {
    int32_t amount;
} bid;

typedef struct auction {
    xy_str id;
    xy_str title;
    const bid *highest;
    xy_items bids;
} auction;

static const bid bids[] = {{100}, {120}};
static const auction the_auction = {
    XY_STR_INIT("1"), XY_STR_INIT("Digital-only PS5"), &bids[1], {bids, 2}};

#define NO_HAS XY_SLOT_NO_HAS

static const xy_slot bid_item = {.kind = XY_SLOT_STRUCT, .has_offset = NO_HAS};
static const xy_slot bid_slots[] = {
    {"amount", XY_SLOT_INT32, offsetof(bid, amount), NO_HAS, NULL, 0}};
static const xy_slot auction_slots[] = {
    {"id", XY_SLOT_STR, offsetof(auction, id), NO_HAS, NULL, 0},
    {"title", XY_SLOT_STR, offsetof(auction, title), NO_HAS, NULL, 0},
    {"highestBid", XY_SLOT_OBJECT, offsetof(auction, highest), NO_HAS, NULL, 0},
    {"bids", XY_SLOT_LIST, offsetof(auction, bids), NO_HAS, &bid_item, sizeof(bid)},
};

static int Query_auction(xy_call *call)
{
    return xy_put_object(call, xy_str_is(xy_arg_str(call, "id"), "1") ? &the_auction : NULL);
}

static void on_time(xy_promise *promise, void *arg)
{
    (void)arg;
    xy_put_int(xy_promise_call(promise), 5);
    xy_promise_resolve(promise);
}

static int Auction_later(xy_call *call)
{
    xy_promise_after(xy_later(call), 1, on_time, NULL);
    return XY_OK;
}

static const binding bindings[] = {
    {"Query.auction", Query_auction}, {"Auction.later", Auction_later}, {NULL, NULL}};

/* ---- counting ---- */

typedef struct steady {
    const char *query;
    const char *variables;
    const char *result;
} steady;

#define AUCTION                                                                                    \
    "{\"data\":{\"auction\":{\"id\":\"1\",\"title\":\"Digital-only PS5\","                         \
    "\"highestBid\":{\"amount\":120},\"bids\":[{\"amount\":100},{\"amount\":120}]}}}"

static const steady steadies[] = {
    {"{auction(id:\"1\"){id title highestBid{amount} bids{amount}}}", NULL, AUCTION},
    {"query($id:ID!){auction(id:$id){id title highestBid{amount} bids{amount}}}", "{\"id\":\"1\"}",
     AUCTION},
    {"query($id:ID!,$v:Boolean!){auction(id:$id){id title @skip(if:$v)}}",
     "{\"id\":\"1\",\"v\":true}", "{\"data\":{\"auction\":{\"id\":\"1\"}}}"},
    {"{auction(id:\"1\"){later title}}", NULL,
     "{\"data\":{\"auction\":{\"later\":5,\"title\":\"Digital-only PS5\"}}}"},
    {"{auction(id:\"2\"){id}}", NULL, "{\"data\":{\"auction\":null}}"},
};

static void execute(fixture *f, xy_document *document, const xy_value *variables, catcher *out)
{
    xy_operation *operation = xy__operation_create(&f->executor, document);

    xy_bytes_unref(out->result);
    XY_ASSERT(xy__operation_prepare(operation, XY_STR_NULL, variables) == XY_OK);
    fixture_start(f, operation, NULL, out);
    xy__operation_unref(operation);
    xy__loop_advance(&f->loop, 1);
}

static void a_small_query_takes_no_memory(void **state)
{
    fixture f;

    (void)state;
    fixture_init(&f, sdl);
    fixture_bind(&f, bindings);
    assert_int_equal(xy_bind_struct(f.schema, "Bid", bid_slots, 1), XY_OK);
    assert_int_equal(xy_bind_struct(f.schema, "Auction", auction_slots, 4), XY_OK);
    for (size_t i = 0; i < sizeof steadies / sizeof *steadies; i++) {
        xy_document *document = fixture_document(&f, steadies[i].query);
        const xy_value *variables = fixture_json(&f, steadies[i].variables);
        catcher out = {0};

        for (int round = 0; round < 30; round++) {
            if (round == 10)
                allocations = 0;
            execute(&f, document, variables, &out);
        }
        assert_int_equal(allocations, 0);
        assert_string_equal(fixture_take(&f, &out), steadies[i].result);
        xy__document_unref(document);
    }
    fixture_deinit(&f);
}

static void on_result(void *arg, xy_bytes *result, unsigned flags)
{
    (void)flags;
    *(bool *)arg =
        xy_str_is(xy_bytes_str(result), "{\"data\":{\"bid\":{\"amount\":7,\"t\":\"Bid\"}}}");
    xy_bytes_unref(result);
}

static void neither_does_an_event(void **state)
{
    xy_bytes *event = xy_bytes_create(XY_STR("{\"amount\":7}"));
    xy_operation *operation;
    fixture f;

    (void)state;
    fixture_init(&f, sdl);
    operation = fixture_prepare(&f, "subscription{bid{amount t:__typename}}", NULL);
    for (int round = 0; round < 30; round++) {
        bool right = false;

        if (round == 10)
            allocations = 0;
        xy__execute_event(operation, NULL, event, on_result, &right);
        assert_true(right);
    }
    assert_int_equal(allocations, 0);
    xy__operation_unref(operation);
    xy_bytes_unref(event);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_query_takes_no_memory),
        cmocka_unit_test(neither_does_an_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
