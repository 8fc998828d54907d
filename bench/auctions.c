/* SPDX-License-Identifier: MIT */
#include "auctions.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const titles[] = {
    "Digital-only PS5", "Vintage synthesizer", "Signed first edition",
    "Mechanical watch", "Tabletop telescope",
};

static const int32_t first_bids[] = {100, 50, 15, 20, 20};

#define SAMPLE_COUNT (sizeof titles / sizeof *titles)

static void *or_exit(void *memory)
{
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

void auctions_init(auctions *all, size_t count)
{
    all->items = or_exit(calloc(count ? count : 1, sizeof *all->items));
    all->len = count;
    for (size_t i = 0; i < count; i++) {
        Auction *auction = &all->items[i];
        int len = snprintf(auction->id_text, sizeof auction->id_text, "%zu", i + 1);

        auction->id = (xy_str){auction->id_text, (size_t)len};
        auction->title = xy_str_from(titles[i % SAMPLE_COUNT]);
    }
    auctions_reset(all);
}

void auctions_deinit(auctions *all)
{
    for (size_t i = 0; i < all->len; i++)
        free(all->items[i].bids.items);
    free(all->items);
    *all = (auctions){0};
}

void auctions_reset(auctions *all)
{
    for (size_t i = 0; i < all->len; i++) {
        all->items[i].bids.len = 0;
        all->items[i].highest_bid = NULL;
        auction_bid(&all->items[i], first_bids[i % SAMPLE_COUNT]);
    }
}

Auction *auctions_find(const auctions *all, xy_str id)
{
    size_t number = 0;

    if (!id.len || id.len > 9 || id.ptr[0] == '0')
        return NULL;
    for (size_t i = 0; i < id.len; i++) {
        if (id.ptr[i] < '0' || id.ptr[i] > '9')
            return NULL;
        number = number * 10 + (size_t)(id.ptr[i] - '0');
    }
    return number >= 1 && number <= all->len ? &all->items[number - 1] : NULL;
}

Bid *auction_bid(Auction *auction, int32_t amount)
{
    Bid *made;

    if (auction->bids.len == auction->bids.cap) {
        auction->bids.cap = auction->bids.cap ? auction->bids.cap * 2 : 1;
        auction->bids.items =
            or_exit(realloc(auction->bids.items, auction->bids.cap * sizeof(Bid)));
    }
    made = &auction->bids.items[auction->bids.len++];
    made->amount = amount;
    if (!auction->highest_bid || amount > auction->best.amount)
        auction->best = *made;
    auction->highest_bid = &auction->best;
    return made;
}

int auctions_bind_structs(xy_schema *schema)
{
    static const xy_slot bid_slots[] = {
        {"amount", XY_SLOT_INT32, offsetof(Bid, amount), XY_SLOT_NO_HAS, NULL, 0},
    };
    static const xy_slot one_bid = {NULL, XY_SLOT_STRUCT, 0, XY_SLOT_NO_HAS, NULL, 0};
    static const xy_slot auction_slots[] = {
        {"id", XY_SLOT_STR, offsetof(Auction, id), XY_SLOT_NO_HAS, NULL, 0},
        {"title", XY_SLOT_STR, offsetof(Auction, title), XY_SLOT_NO_HAS, NULL, 0},
        {"highestBid", XY_SLOT_OBJECT, offsetof(Auction, highest_bid), XY_SLOT_NO_HAS, NULL, 0},
        {"bids", XY_SLOT_LIST, offsetof(Auction, bids), XY_SLOT_NO_HAS, &one_bid, sizeof(Bid)},
    };
    int rc = xy_bind_struct(schema, "Bid", bid_slots, sizeof bid_slots / sizeof *bid_slots);

    if (rc == XY_OK)
        rc = xy_bind_struct(schema, "Auction", auction_slots,
                            sizeof auction_slots / sizeof *auction_slots);
    return rc;
}
