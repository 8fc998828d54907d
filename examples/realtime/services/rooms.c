/* SPDX-License-Identifier: MIT */
/* A chat: a mutation publishes, a topic delivers. Nothing is stored. The subscription has no
 * function: @topic in graphql/rooms.graphql is all there is to it.
 *
 * To try it, listen in one terminal,
 *
 *   curl -N http://127.0.0.1:8911/graphql -H 'Content-Type: application/json' \
 *     -H 'Accept: text/event-stream' \
 *     -d '{"query":"subscription { newMessage(roomId: \"1\") { from body } }"}'
 *
 * and say something in another:
 *
 *   curl http://127.0.0.1:8911/graphql -H 'Content-Type: application/json' \
 *     -d '{"query":"mutation { sendMessage(input:
 *            {roomId: \"1\", from: \"ann\", body: \"hello\"}) { body } }"}' */
#include "types.h"

int Query_room(xy_call *c, const Query_room_args *a, Message_list *out)
{
    (void)c;
    (void)a;
    *out = (Message_list){0};
    return XY_OK;
}

int Mutation_sendMessage(xy_call *c, const Mutation_sendMessage_args *a, Message **out)
{
    Message *message = xy_new(c, Message);

    *message = (Message){.from = a->input.from, .body = a->input.body};
    *out = message;
    if (Subscription_newMessage_publish(c, a->input.roomId, message) < 0)
        return xy_fail(c, "The message could not be delivered: the server is too busy.");
    return XY_OK;
}
