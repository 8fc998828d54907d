/* SPDX-License-Identifier: MIT */
/* Auctions: structs read by offset. The workers share them, and an answer is written after its
 * resolver has returned, so resolvers answer with copies. */
#include "app.h"

static void copy_auction(xy_call *call, const Auction *from, Auction *to)
{
    size_t size = from->bids.len * sizeof(Bid);

    *to = *from;
    to->bids.items = xy_alloc(call, size ? size : sizeof(Bid));
    if (size)
        memcpy(to->bids.items, from->bids.items, size);
    to->highest_bid = from->highest_bid ? &to->best : NULL;
}

static int Query_auctions(xy_call *call)
{
    static const xy_slot one = {NULL, XY_SLOT_STRUCT, 0, XY_SLOT_NO_HAS, NULL, 0};
    static const xy_slot list = {NULL, XY_SLOT_LIST, 0, XY_SLOT_NO_HAS, &one, sizeof(Auction)};
    app *application = app_of(call);
    const auctions *all = &application->auctions;
    auctions *copy = xy_new(call, auctions);

    copy->items = xy_alloc(call, all->len * sizeof *copy->items);
    copy->len = all->len;
    pthread_mutex_lock(&application->auctions_lock);
    for (size_t i = 0; i < all->len; i++)
        copy_auction(call, &all->items[i], &copy->items[i]);
    pthread_mutex_unlock(&application->auctions_lock);
    return xy_put(call, xy_result_slot(&list, copy));
}

static int Query_auction(xy_call *call)
{
    app *application = app_of(call);
    const Auction *auction = auctions_find(&application->auctions, xy_arg_str(call, "id"));
    Auction *copy;

    if (!auction)
        return xy_put(call, xy_result_null());
    copy = xy_new(call, Auction);
    pthread_mutex_lock(&application->auctions_lock);
    copy_auction(call, auction, copy);
    pthread_mutex_unlock(&application->auctions_lock);
    return xy_put_object(call, copy);
}

static int Mutation_bid(xy_call *call)
{
    app *application = app_of(call);
    const xy_value *input = xy_arg(call, "input");
    xy_str id = xy_value_text(xy_value_get(input, XY_STR("auctionId")));
    int64_t amount = 0;
    Auction *auction = auctions_find(&application->auctions, id);
    Bid *bid = xy_new(call, Bid);

    if (!auction)
        return xy_fail_code(call, "BAD_USER_INPUT", "There is no auction %.*s.", XY_PRI(id));
    xy_value_to_int64(xy_value_get(input, XY_STR("amount")), &amount);
    pthread_mutex_lock(&application->auctions_lock);
    *bid = *auction_bid(auction, (int32_t)amount);
    pthread_mutex_unlock(&application->auctions_lock);
    xy_invalidate(xy_call_app(call), xy_format(call, "Auction:%.*s", XY_PRI(id)));
    return xy_put_object(call, bid);
}

static int Mutation_adminReset(xy_call *call)
{
    app *application = app_of(call);

    pthread_mutex_lock(&application->auctions_lock);
    auctions_reset(&application->auctions);
    pthread_mutex_unlock(&application->auctions_lock);
    return xy_put_bool(call, true);
}

int app_bind_auctions(xy_schema *schema)
{
    int rc = auctions_bind_structs(schema);

    if (rc == XY_OK)
        rc = xy_bind(schema, "Query.auctions", Query_auctions);
    if (rc == XY_OK)
        rc = xy_bind(schema, "Query.auction", Query_auction);
    if (rc == XY_OK)
        rc = xy_bind(schema, "Mutation.bid", Mutation_bid);
    if (rc == XY_OK)
        rc = xy_bind(schema, "Mutation.adminReset", Mutation_adminReset);
    return rc;
}
