/* SPDX-License-Identifier: MIT */
/* realtime/live.h -- live queries of one worker: each client gets the result of its query, and
 * then each newer one.
 *
 * Equal operations are a *family*. Those of its members for whom the facts that its runs have read
 * of the request so far (who asks, whether he has a role) are the same, form a *group*: they share
 * runs, and each result is made once. A run is executed as one of them.
 *
 * Promises to a client
 *   - A result is that of a run as its own identity, or as one that is the same in every fact that
 *     the run has read.
 *   - Its first result is of a run that began after it had come; none is older than the one before.
 *   - What was invalidated since its newest result was begun is in a later one, unless the result
 *     is the same.
 *   - While it does not read (XY_EFULL), nothing is kept for it but the group's newest result.
 *
 * Loop's thread only. */
#ifndef XY_REALTIME_LIVE_H
#define XY_REALTIME_LIVE_H

#include "base/loop.h"
#include "execution/exec.h"
#include "realtime/invalidations.h"

/* Facts of the request that tell the groups of a family apart. Where runs have read more, every
 * identity is a group of its own. */
#define XY_LIVE_FACTS_MAX ((size_t)64)

/* A turn of the loop begins no more runs, and puts no more results. */
#define XY_LIVE_TURN_RUNS 64u
#define XY_LIVE_TURN_PUTS 8192u

/* How much of a key is kept to tell what caused a run. */
#define XY_LIVE_CAUSE_BYTES ((size_t)64)

typedef struct xy_live_hub xy_live_hub;
typedef struct xy_live xy_live;

/* What executes. */
typedef struct xy_live_engine {
    /* As xy__execute_query_as(). */
    void (*execute)(xy_operation *operation, const xy_run_terms *terms, xy_on_result *done,
                    void *arg);
    /* As xy__watch_cancel(). */
    void (*cancel)(xy_watch *watch);
} xy_live_engine;

typedef struct xy_live_options {
    const xy_live_engine *engine; /* NULL: the real one */
    bool send_equal;              /* also a result that is the same as the one before */
} xy_live_options;

typedef struct xy_live_terms {
    uint64_t throttle_ms; /* 0: none. The first run is at once, then one begins every so often */
    const xy_str *coordinates; /* keys that the query depends on whatever it finds */
    size_t coordinate_count;
} xy_live_terms;

/* What a group is doing, to be shown. Valid until the function that is given it returns. */
typedef struct xy_live_view {
    const xy_operation *operation;
    size_t members;
    size_t keys;
    uint64_t runs;
    uint64_t unchanged; /* of them, those whose result was the one before */
    xy_str cause;       /* of the last run: a key, cut off; "" when it was no key */
    uint64_t last_ms;   /* how long the last run took */
    uint64_t longest_ms;
    bool running;
} xy_live_view;

/* A hub on `loop`, whose thread must be the caller's. keeps: invalidations, loop, and
 * options->engine, until xy__live_hub_destroy(). gives: the hub. */
xy_live_hub *xy__live_hub_create(xy_invalidations *invalidations, xy_realtime_gauges *gauges,
                                 xy_loop *loop, const xy_live_options *options);

/* takes: hub (NULL is fine). Every live query must be gone. Its memory goes in a later step of the
 * loop, at the latest in xy__loop_deinit(). */
void xy__live_hub_destroy(xy_live_hub *hub);

/* End every live query. For a server that stops. */
void xy__live_hub_end_all(xy_live_hub *hub);

/* Call `fn` with each group. It may not open or end a live query. */
void xy__live_hub_each(xy_live_hub *hub, void (*fn)(void *arg, const xy_live_view *view),
                       void *arg);

/* Put the result of `operation`, a prepared query, into `outlet` as `identity` (NULL: nobody
 * known), and each newer one. Nothing is put before this has returned. The same operation is the
 * same family; its terms are those with which it was opened first. Results are never flagged
 * XY_PUT_LAST; one without "data" is a result like any other.
 *
 * shares: operation, identity. takes: outlet, until it is ended or its on_stop was called. Returns
 * the live query, which is valid as long as the outlet is taken. */
xy_live *xy__live_open(xy_live_hub *hub, xy_operation *operation, xy_identity *identity,
                       const xy_live_terms *terms, xy_outlet *outlet);

/* End it: nothing more is put. takes: live. */
void xy__live_end(xy_live *live);

#endif
