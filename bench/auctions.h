/* SPDX-License-Identifier: MIT */
/* Auctions kept in memory: typed structs that the engine reads by offset. */
#ifndef BENCH_AUCTIONS_H
#define BENCH_AUCTIONS_H

#include "xylem/xylem.h"

typedef struct Bid {
    int32_t amount;
} Bid;

typedef struct Auction {
    xy_str id;
    xy_str title;
    Bid *highest_bid; /* &best, or NULL before the first bid */
    struct {
        Bid *items;
        size_t len;
        size_t cap;
    } bids;
    Bid best;
    char id_text[12];
} Auction;

typedef struct auctions {
    Auction *items;
    size_t len;
} auctions;

/* `count` auctions with the ids 1 to count, each with one bid. gives: their memory, to
 * auctions_deinit(). */
void auctions_init(auctions *all, size_t count);
void auctions_deinit(auctions *all);

/* As they were after auctions_init(). */
void auctions_reset(auctions *all);

/* The auction with that id; NULL when there is none. */
Auction *auctions_find(const auctions *all, xy_str id);

/* One more bid. Returns it; valid until the next one on the same auction. */
Bid *auction_bid(Auction *auction, int32_t amount);

/* Tell `schema` how Auction and Bid are laid out. Returns as xy_bind_struct(). */
int auctions_bind_structs(xy_schema *schema);

#endif
