/* SPDX-License-Identifier: MIT */
/* Auctions: structs read by offset. */
#include "app.h"

static int Query_auctions(xy_call *call)
{
    static const xy_slot one = {NULL, XY_SLOT_STRUCT, 0, XY_SLOT_NO_HAS, NULL, 0};
    static const xy_slot list = {NULL, XY_SLOT_LIST, 0, XY_SLOT_NO_HAS, &one, sizeof(Auction)};

    return xy_put(call, xy_result_slot(&list, &app_of(call)->auctions));
}

static int Query_auction(xy_call *call)
{
    return xy_put_object(call, auctions_find(&app_of(call)->auctions, xy_arg_str(call, "id")));
}

static int Mutation_bid(xy_call *call)
{
    const xy_value *input = xy_arg(call, "input");
    xy_str id = xy_value_text(xy_value_get(input, XY_STR("auctionId")));
    Auction *auction = auctions_find(&app_of(call)->auctions, id);

    if (!auction)
        return xy_fail_code(call, "BAD_USER_INPUT", "There is no auction %.*s.", XY_PRI(id));
    return xy_put_object(
        call, auction_bid(auction, (int32_t)xy_value_get(input, XY_STR("amount"))->integer));
}

static int Mutation_adminReset(xy_call *call)
{
    auctions_reset(&app_of(call)->auctions);
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
