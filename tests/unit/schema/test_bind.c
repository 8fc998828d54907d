/* SPDX-License-Identifier: MIT */
/* Resolvers, openers and structs bound to a schema. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sdl.h"

static const char rooms[] = "type Query { room: Room any: Any }\n"
                            "type Subscription { said: String }\n"
                            "interface Node { id: ID! }\n"
                            "type Room implements Node { id: ID! size: Int open: Boolean kind: Kind"
                            " tags: [String!] next: Room any: Any }\n"
                            "enum Kind { A B }\n"
                            "union Any = Room\n";

static int Query_room(xy_call *call)
{
    (void)call;
    return XY_OK;
}

static int Subscription_said(xy_call *call, xy_source_stream *stream)
{
    (void)call;
    (void)stream;
    return XY_OK;
}

static void test_resolvers(void **state)
{
    xy_schema *schema = sdl_schema(*state, rooms);

    assert_int_equal(xy_bind(schema, "Query.room", Query_room), XY_OK);
    assert_ptr_equal(xy__type_field(schema->query, XY_STR("room"))->resolver, Query_room);
    assert_int_equal(xy_bind(schema, "Query.room", Query_room), XY_EEXIST);
    assert_int_equal(xy_bind(schema, "Query.rom", Query_room), XY_ENOTFOUND);
    assert_int_equal(xy_bind(schema, "Quer.room", Query_room), XY_ENOTFOUND);
    assert_int_equal(xy_bind(schema, "Query", Query_room), XY_ENOTFOUND);
    assert_int_equal(xy_bind(schema, "Node.id", Query_room), XY_ENOTFOUND);
    xy_bind_default(schema, Query_room);
    assert_ptr_equal(schema->default_resolver, Query_room);
}

static int Room_size(xy_work *work)
{
    (void)work;
    return XY_OK;
}

static void test_blocking_resolvers(void **state)
{
    xy_schema *schema = sdl_schema(*state, rooms);

    assert_int_equal(xy_bind_blocking(schema, "Room.size", Room_size), XY_OK);
    assert_int_equal(xy_bind_blocking(schema, "Room.size", Room_size), XY_EEXIST);
    assert_int_equal(xy_bind(schema, "Room.size", Query_room), XY_EEXIST);
    assert_int_equal(xy_bind(schema, "Room.open", Query_room), XY_OK);
    assert_int_equal(xy_bind_blocking(schema, "Room.open", Room_size), XY_EEXIST);
    assert_int_equal(xy_bind_blocking(schema, "Node.id", Room_size), XY_ENOTFOUND);
}

static void test_openers(void **state)
{
    xy_schema *schema = sdl_schema(*state, rooms);

    assert_int_equal(xy_bind_stream(schema, "Query.room", Subscription_said), XY_ENOTFOUND);
    assert_int_equal(xy_bind_stream(schema, "Subscription.said", Subscription_said), XY_OK);
    assert_ptr_equal(xy__type_field(schema->subscription, XY_STR("said"))->opener,
                     Subscription_said);
    assert_int_equal(xy_bind_stream(schema, "Subscription.said", Subscription_said), XY_EEXIST);
}

typedef struct Room {
    xy_str id;
    int32_t size;
    bool has_size;
    int kind;
    xy_items tags;
    struct Room *next;
} Room;

static const xy_slot tag = {NULL, XY_SLOT_STR, 0, XY_SLOT_NO_HAS, NULL, 0};

static void test_structs(void **state)
{
    static const xy_slot slots[] = {
        {"id", XY_SLOT_STR, offsetof(Room, id), XY_SLOT_NO_HAS, NULL, 0},
        {"size", XY_SLOT_INT32, offsetof(Room, size), offsetof(Room, has_size), NULL, 0},
        {"kind", XY_SLOT_ENUM, offsetof(Room, kind), XY_SLOT_NO_HAS, NULL, 0},
        {"tags", XY_SLOT_LIST, offsetof(Room, tags), XY_SLOT_NO_HAS, &tag, sizeof(xy_str)},
        {"next", XY_SLOT_OBJECT, offsetof(Room, next), XY_SLOT_NO_HAS, NULL, 0},
    };
    xy_schema *schema = sdl_schema(*state, rooms);
    xy_type *room = sdl_type(schema, "Room");

    assert_int_equal(xy_bind_struct(schema, "Room", slots, 5), XY_OK);
    assert_ptr_equal(xy__type_field(room, XY_STR("size"))->slot, &slots[1]);
    assert_null(xy__type_field(room, XY_STR("open"))->slot);
    assert_int_equal(xy_bind_struct(schema, "Room", slots, 1), XY_EEXIST);
    assert_int_equal(xy_bind_struct(schema, "Kind", slots, 1), XY_ENOTFOUND);
}

/* All slots are bound or none is. */
static void test_slots_that_do_not_fit(void **state)
{
    static const struct {
        xy_slot slot;
        int rc;
    } cases[] = {
        {{"nothing", XY_SLOT_STR, 0, XY_SLOT_NO_HAS, NULL, 0}, XY_ENOTFOUND},
        {{"kind", XY_SLOT_INT32, 0, XY_SLOT_NO_HAS, NULL, 0}, XY_EINVAL},
        {{"tags", XY_SLOT_STR, 0, XY_SLOT_NO_HAS, NULL, 0}, XY_EINVAL},
        {{"size", XY_SLOT_LIST, 0, XY_SLOT_NO_HAS, &tag, 0}, XY_EINVAL},
        {{"tags", XY_SLOT_LIST, 0, XY_SLOT_NO_HAS, NULL, 0}, XY_EINVAL},
        {{"next", XY_SLOT_ANY, 0, XY_SLOT_NO_HAS, NULL, 0}, XY_EINVAL},
        {{"any", XY_SLOT_OBJECT, 0, XY_SLOT_NO_HAS, NULL, 0}, XY_EINVAL},
        {{"any", XY_SLOT_ANY, 0, XY_SLOT_NO_HAS, NULL, 0}, XY_OK},
        {{"kind", XY_SLOT_STR, 0, XY_SLOT_NO_HAS, NULL, 0}, XY_OK},
        {{"open", XY_SLOT_VALUE, 0, XY_SLOT_NO_HAS, NULL, 0}, XY_OK},
    };
    xy_schema *schema = sdl_schema(*state, rooms);
    xy_field *id = xy__type_field(sdl_type(schema, "Room"), XY_STR("id"));

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_slot both[] = {{"id", XY_SLOT_STR, 0, XY_SLOT_NO_HAS, NULL, 0}, cases[i].slot};

        id->slot = NULL;
        assert_int_equal(xy_bind_struct(schema, "Room", both, 2), cases[i].rc);
        assert_ptr_equal(id->slot, cases[i].rc == XY_OK ? &both[0] : NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SDL_TEST(test_resolvers),
        SDL_TEST(test_blocking_resolvers),
        SDL_TEST(test_openers),
        SDL_TEST(test_structs),
        SDL_TEST(test_slots_that_do_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
