/* SPDX-License-Identifier: MIT */
/* xylem/live.h -- live queries: say what has changed, and everybody who looks at it gets the new
 * result.
 *
 *   query @live { auction(id: "1") { highestBid { amount } } }
 *
 *   xy_invalidate_object(xy_call_app(call), "Auction", id);
 *
 * A live query depends on keys, each an exact text:
 *
 *   Type:id                  an object in its result, whose type has a field id: ID!
 *   Query.field              a root field that it selects
 *   Query.field(id:"1")      the same with the value of its argument `id`
 *   anything                 what a resolver names with xy_depend()
 *
 * It is executed again when any of them is invalidated, always as the user who opened it. */
#ifndef XYLEM_LIVE_H
#define XYLEM_LIVE_H

#include "xylem/app.h"

/* The result of the run that `call` belongs to depends on `key`, too. Nothing happens where nobody
 * watches: in mutations, subscriptions and queries that are not live. */
XY_API void xy_depend(xy_call *call, xy_str key);

/* What `keys` name has changed: every live query that depends on any of them is executed again,
 * once for the whole batch. From any thread. Returns 0, or XY_ELIMIT for a key that is too long. */
XY_API int xy_invalidate(xy_app *app, const xy_str *keys, size_t count);

/* The same for the object `type:id`. */
XY_API int xy_invalidate_object(xy_app *app, const char *type, xy_str id);

#endif
