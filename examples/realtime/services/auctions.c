/* SPDX-License-Identifier: MIT */
/* A live query: whoever watches an auction gets each bid. Try it with the playground's tabs
 * GetCurrentAuctionBids and MakeBid, or with scripts/simulate_bids.sh. */
#include "types.h"

#define AUCTION(number, name)                                                                      \
    {                                                                                              \
        .id = XY_STR_INIT(number), .title = XY_STR_INIT(name)                                      \
    }

static Auction auctions[] = {
    AUCTION("1", "Logo shirt"), AUCTION("2", "Lapel pin"),  AUCTION("3", "Beanie"),
    AUCTION("4", "Dad hat"),    AUCTION("5", "Skater hat"),
};

static Auction *find(xy_str id)
{
    for (size_t i = 0; i < sizeof auctions / sizeof *auctions; i++)
        if (xy_str_eq(auctions[i].id, id))
            return &auctions[i];
    return NULL;
}

/* Bids move when their list grows, and an answer may be read long after its resolver has
 * returned: so clients get a copy. */
int Query_auction(xy_call *c, const Query_auction_args *a, Auction **out)
{
    const Auction *auction = find(a->id);

    if (!auction)
        return XY_OK;
    *out = xy_new(c, Auction);
    **out = *auction;
    xy_list_copy(c, &(*out)->bids, &auction->bids);
    return XY_OK;
}

int Auction_highestBid(xy_call *c, const Auction *self, Bid **out)
{
    (void)c;
    for (size_t i = 0; i < self->bids.len; i++)
        if (!*out || self->bids.items[i].amount > (*out)->amount)
            *out = &self->bids.items[i];
    return XY_OK;
}

int Mutation_bid(xy_call *c, const Mutation_bid_args *a, Bid **out)
{
    Auction *auction = find(a->input.auctionId);

    if (!auction)
        return xy_fail_code(c, "BAD_USER_INPUT", "There is no auction %.*s.",
                            XY_PRI(a->input.auctionId));
    *out = xy_new(c, Bid);
    **out = (Bid){.amount = a->input.amount};
    Bid_list_push(&auction->bids, **out);
    return Auction_invalidate(c, auction->id);
}
