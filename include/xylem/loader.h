/* SPDX-License-Identifier: MIT */
/* xylem/loader.h -- many keys, one call: what the fields of an operation look up one by one is
 * gathered and fetched together.
 *
 *   static int load_users(xy_call *call, xy_batch *batch)
 *   {
 *       for (size_t i = 0; i < xy_batch_len(batch); i++)
 *           xy_batch_put(batch, i, xy_result_object(NULL, find_user(xy_batch_key(batch, i))));
 *       return XY_OK;
 *   }
 *
 *   static const xy_loader users = {.load = load_users};
 *
 *   static int Message_author(xy_call *call)
 *   {
 *       return xy_load(call, &users, author_id(xy_parent(call)));
 *   }
 *
 * Keys are gathered until the end of the turn of the loop, when nothing else can be done, so each
 * level of a query makes one batch. A key is fetched once: who asks again gets the same value, or
 * the same error, until the run is over. A query, a mutation, an event, a refresh of a live query
 * each begin with nothing; the parts of a result in parts gather together (see
 * docs/guide/blocking-and-loaders.md). Loop's thread only, but for what load_blocking is given. */
#ifndef XYLEM_LOADER_H
#define XYLEM_LOADER_H

#include "xylem/work.h"

/* The keys of one call, and the places for their values. */
typedef struct xy_batch xy_batch;

/* Fetches the values of all keys: puts each with xy_batch_put(), what is not put is null. `call` is
 * for memory (xy_alloc()), for who asks, and to fail all keys: `return xy_fail(call, …)`. Its field
 * is the one that asked first; it has no arguments and no parent. One that answers later asks for
 * xy_later(call), puts when it can, and then resolves that promise; it is stopped when nobody waits
 * for any of the keys. */
typedef int xy_batch_load(xy_call *call, xy_batch *batch);

/* The same on a thread of the pool; see xylem/work.h. */
typedef int xy_batch_load_blocking(xy_work *work, xy_batch *batch);

/* A kind of thing that is looked up by key. Static storage: its address is its identity. One of the
 * two functions is set. */
typedef struct xy_loader {
    xy_batch_load *load;
    xy_batch_load_blocking *load_blocking;
    uint32_t keys_max; /* of one batch; more make more batches; 0: 1,000 */
} xy_loader;

/* ---- a resolver ---- */

/* The field's value is what `loader` gives for `key`, which is copied: `return xy_load(…)`. For the
 * null string it is null. */
XY_API int xy_load(xy_call *call, const xy_loader *loader, xy_str key);

/* Goes on with the value of a key, which is neither null nor an error: puts the field's answer, or
 * loads another key for it; returns as a resolver. */
typedef int xy_loaded(xy_call *call, const xy_result *value, void *arg);

/* The field's value is what `then` makes of what `loader` gives for `key`; null and errors stay as
 * they are. keeps: arg, until `then` was called or the run is over. */
XY_API int xy_load_then(xy_call *call, const xy_loader *loader, xy_str key, xy_loaded *then,
                        void *arg);

/* As xy_load(), for an item of a list, like xy_later_item(). */
XY_API xy_result xy_load_item(xy_call *call, const xy_loader *loader, xy_str key);

/* Forget what was fetched for `key` (null: for every key) in the run of `call`: it has changed, as
 * by a mutation, and who asks from now on gets it anew. */
XY_API void xy_load_again(xy_call *call, const xy_loader *loader, xy_str key);

/* ---- a batch ---- */

/* Keys differ. They are valid as long as the batch: until the function returns, or its promise is
 * resolved. */
XY_API size_t xy_batch_len(const xy_batch *batch);
XY_API xy_str xy_batch_key(const xy_batch *batch, size_t at);

/* The value of key number `at`; no promise. What it points to lives as long as what
 * xy_alloc() or xy_work_alloc() gave. */
XY_API void xy_batch_put(xy_batch *batch, size_t at, xy_result value);

/* Key number `at` has none: each field that asked for it fails with this message, and with
 * `extensions.code` (static storage; NULL: none). */
XY_API void xy_batch_fail(xy_batch *batch, size_t at, const char *code, const char *fmt, ...)
    XY_PRINTF(4, 5);

#endif
