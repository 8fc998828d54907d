/* SPDX-License-Identifier: MIT */
/* xylem/live.h -- live queries: `query @live { … }` gets a new result whenever what it depends on
 * is invalidated.
 *
 *   static int Mutation_bid(xy_call *call)
 *   {
 *       ...
 *       return xy_invalidate(xy_call_app(call), xy_format(call, "Auction:%.*s", XY_PRI(id)));
 *   }
 *
 * A live query depends on these keys, by itself:
 *
 *   Auction:1                each object that it meets whose type has a field `id: ID!`, whether or
 *                            not the client selected it
 *   Query.auctions           each root field
 *   Query.auction(id:"1")    each root field with an argument `id` of type ID
 *
 * and on those of xy_server_config.live_indices, and on what its resolvers say with xy_depend().
 * Keys are compared byte for byte. */
#ifndef XYLEM_LIVE_H
#define XYLEM_LIVE_H

#include "xylem/call.h"

/* A root field whose arguments make a key: {"Query.auctions", "status"} makes
 * `Query.auctions(status:"OPEN")`, {"Query.auctions", "status,first"} makes
 * `Query.auctions(status:"OPEN",first:"10")`. Without a value for each of the arguments there is no
 * such key. Values of any type stand in quotes, as JSON text. */
typedef struct xy_live_index_rule {
    const char *field;
    const char *arguments; /* names in the order of the key, between commas */
} xy_live_index_rule;

/* Writes the key of the object of `type` with this `id` to `out`, which has room for `size` bytes.
 * Returns the key's length; 0, or more than `size`, where the object has none. */
typedef size_t xy_live_key_fn(xy_str type, xy_str id, char *out, size_t size);

/* The result of the run that `call` belongs to depends on `key`, too. Nothing happens where the
 * query is not live. */
XY_API void xy_depend(xy_call *call, xy_str key);

/* What `key` stands for has changed: every live query that depends on it is executed again, on
 * behalf of its own client, and its client gets the result if it is another than before. From any
 * thread; nothing is executed before this returns. What is invalidated in one turn of a loop, or by
 * one call, makes a query run once. With Redis, in all processes. Returns XY_OK, also when nobody
 * depends on it; XY_ELIMIT for a key longer than 4,096 bytes; XY_EUNAVAILABLE when Redis is away
 * and as much waits for it as may: this process alone was told. */
XY_API int xy_invalidate(xy_app *app, xy_str key);

/* The same for several keys, as one. Empty ones are passed over. */
XY_API int xy_invalidate_keys(xy_app *app, const xy_str *keys, size_t count);

/* Anything may have changed: every live query is executed again, as by the key "*". With Redis, in
 * all processes. From any thread. */
XY_API void xy_invalidate_all(xy_app *app);

#endif
