/* SPDX-License-Identifier: MIT */
/* A chat: a mutation publishes, a topic delivers. Nothing is stored. The subscription has no
 * function: @topic in graphql/rooms.graphql is all there is to it. Try it with the playground's
 * tabs NewMessage and SendMessage, or with scripts/simulate_chat.sh. */
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
