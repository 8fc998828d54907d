/* SPDX-License-Identifier: MIT */
/* Auctions. The workers share them, and an answer is written after its resolver has returned, so
 * resolvers answer with copies. */
#include "app.h"

static const char *const ids[APP_AUCTIONS] = {"1", "2", "3", "4", "5"};
static const int32_t first_bids[APP_AUCTIONS] = {100, 50, 15, 20, 20};
static const char *const titles[APP_AUCTIONS] = {
    "Digital-only PS5", "Vintage synthesizer", "Signed first edition",
    "Mechanical watch", "Tabletop telescope",
};

void app_auctions_reset(app *application)
{
    pthread_mutex_lock(&application->auctions_lock);
    for (size_t i = 0; i < APP_AUCTIONS; i++) {
        Auction *auction = &application->auctions[i];

        auction->id = xy_str_from(ids[i]);
        auction->title = xy_str_from(titles[i]);
        Bid_list_free(&auction->bids);
        Bid_list_push(&auction->bids, (Bid){.amount = first_bids[i]});
    }
    pthread_mutex_unlock(&application->auctions_lock);
}

void app_auctions_free(app *application)
{
    for (size_t i = 0; i < APP_AUCTIONS; i++)
        Bid_list_free(&application->auctions[i].bids);
}

static Auction *find(app *application, xy_str id)
{
    for (size_t i = 0; i < APP_AUCTIONS; i++)
        if (xy_str_eq(application->auctions[i].id, id))
            return &application->auctions[i];
    return NULL;
}

static void copy_auction(xy_call *c, const Auction *from, Auction *to)
{
    *to = *from;
    xy_list_alloc(c, &to->bids, from->bids.len);
    for (size_t i = 0; i < from->bids.len; i++) {
        to->bids.items[i] = from->bids.items[i];
        if (!to->highestBid || to->highestBid->amount < to->bids.items[i].amount)
            to->highestBid = &to->bids.items[i];
    }
}

int Query_auctions(xy_call *c, Auction_list *out)
{
    app *application = app_of(c);

    xy_list_alloc(c, out, APP_AUCTIONS);
    pthread_mutex_lock(&application->auctions_lock);
    for (size_t i = 0; i < APP_AUCTIONS; i++)
        copy_auction(c, &application->auctions[i], &out->items[i]);
    pthread_mutex_unlock(&application->auctions_lock);
    return XY_OK;
}

int Query_auction(xy_call *c, const Query_auction_args *a, Auction **out)
{
    app *application = app_of(c);
    const Auction *auction = find(application, a->id);

    if (!auction)
        return XY_OK;
    *out = xy_new(c, Auction);
    pthread_mutex_lock(&application->auctions_lock);
    copy_auction(c, auction, *out);
    pthread_mutex_unlock(&application->auctions_lock);
    return XY_OK;
}

int Mutation_bid(xy_call *c, const Mutation_bid_args *a, Bid **out)
{
    app *application = app_of(c);
    Auction *auction = find(application, a->input.auctionId);

    if (!auction)
        return xy_fail_code(c, "BAD_USER_INPUT", "There is no auction %.*s.",
                            XY_PRI(a->input.auctionId));
    *out = xy_new(c, Bid);
    (*out)->amount = a->input.amount;
    pthread_mutex_lock(&application->auctions_lock);
    Bid_list_push(&auction->bids, **out);
    pthread_mutex_unlock(&application->auctions_lock);
    Auction_invalidate(c, auction->id);
    return XY_OK;
}

int Mutation_adminReset(xy_call *c, bool *out)
{
    app_auctions_reset(app_of(c));
    *out = true;
    return XY_OK;
}
