/* SPDX-License-Identifier: MIT */
/* Chat: a mutation publishes, a topic delivers. Nothing is stored. */
#include "rooms.h"

static int Query_room(xy_call *call)
{
    xy_put_list(call, 0);
    return XY_OK;
}

static int Mutation_sendMessage(xy_call *call)
{
    const xy_value *input = xy_arg(call, "input");
    xy_str room_id = xy_value_text(xy_value_get(input, XY_STR("roomId")));
    xy_member *message = xy_alloc(call, 2 * sizeof *message);
    xy_value *payload = xy_new(call, xy_value);

    message[0] = (xy_member){XY_STR("from"), *xy_value_get(input, XY_STR("from"))};
    message[1] = (xy_member){XY_STR("body"), *xy_value_get(input, XY_STR("body"))};
    *payload = (xy_value){.kind = XY_VALUE_OBJECT, .len = 2, .members = message};
    if (xy_publish(xy_call_app(call), XY_STR("newMessage"), room_id, payload) < 0)
        return xy_fail(call, "The message could not be delivered: the server is too busy.");
    return xy_put_value(call, payload);
}

static int Subscription_newMessage(xy_call *call, xy_source_stream *stream)
{
    return xy_stream_topic(stream, XY_STR("newMessage"), xy_arg_str(call, "roomId"));
}

static int bind_resolvers(xy_schema *schema)
{
    int rc = xy_bind(schema, "Query.room", Query_room);

    return rc == XY_OK ? xy_bind(schema, "Mutation.sendMessage", Mutation_sendMessage) : rc;
}

int rooms_bind(xy_schema *schema)
{
    int rc = bind_resolvers(schema);

    return rc == XY_OK ? xy_bind_stream(schema, "Subscription.newMessage", Subscription_newMessage)
                       : rc;
}
