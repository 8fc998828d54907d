/* SPDX-License-Identifier: MIT */
/* realtime/live.h -- the live queries of one worker: whose results are made anew, and sent, when
 * what they depend on is invalidated.
 *
 *   invalidation -> live_index.h: key -> groups -> one run each -> the outlets of its queries
 *
 * Loop's thread only. */
#ifndef XY_REALTIME_LIVE_H
#define XY_REALTIME_LIVE_H

#include "execution/live.h"
#include "realtime/invalidations.h"

/* extensions.code of the error that ends a live query which depends on too many keys. */
#define XY_LIVE_TOO_LARGE_CODE "LIVE_QUERY_TOO_LARGE"

typedef struct xy_live xy_live;
typedef struct xy_live_query xy_live_query;

typedef struct xy_live_options {
    const xy_live_index_rule *indices; /* NULL: none */
    uint32_t keys_max;                 /* that one query may depend on */
    uint32_t throttle_min_ms;          /* what a client asks for is held between these */
    uint32_t throttle_max_ms;
    bool resend_equal; /* send a result also when it is the same as before */
    bool tell_keys;    /* results list their keys: extensions.liveResourceIdentifier */
} xy_live_options;

/* Live queries on `loop`, whose thread must be the caller's. keeps: all, loop, options, gauges,
 * until xy__live_destroy(). gives: them. */
xy_live *xy__live_create(xy_invalidations *all, xy_loop *loop, const xy_live_options *options,
                         xy_realtime_gauges *gauges);

/* takes: live (NULL is fine). Every query must be gone. Its memory goes in a later step of the
 * loop. */
void xy__live_destroy(xy_live *live);

/* Put a result of `operation`, a prepared query, into `outlet` now, and a new one whenever it has
 * become another. It is executed on behalf of `identity` (NULL: anonymous), or of someone for whom
 * it comes out the same. An outlet that says XY_EFULL gets nothing more before its on_ready, then
 * the newest result alone.
 *
 * It ends when the outlet's on_stop is called, or by itself after one result with
 * XY_LIVE_TOO_LARGE_CODE. shares: operation, which may be anybody's (xy__operation_share()),
 * identity. takes: outlet. */
void xy__live_open(xy_live *live, xy_operation *operation, xy_identity *identity, xy_outlet *outlet,
                   uint64_t throttle_ms);

/* ---- looking at them ---- */

typedef enum xy_live_cause {
    XY_LIVE_NEVER, /* it has not run yet */
    XY_LIVE_OPENED,
    XY_LIVE_KEY,  /* a key was invalidated: xy__live_info_key() */
    XY_LIVE_ALL,  /* everything was */
    XY_LIVE_FACT, /* its clients were told apart from others, or an identity has expired */
} xy_live_cause;

/* What goes on in one group. */
typedef struct xy_live_info {
    const xy_operation *operation;
    const struct xy_live_dependant *keys;
    const char *state;    /* "watching", "waiting", "due", "running" */
    uint32_t members;     /* clients */
    uint32_t behind;      /* of them, still without the newest result */
    uint32_t runs;        /* so far, */
    uint32_t equal;       /* of them without a change */
    uint32_t superseded;  /* results that a client never got, as there was a newer one */
    uint64_t results;     /* given to clients, counted for each */
    uint64_t bytes;       /* in them */
    uint64_t throttle_ms; /* 0: none */
    uint32_t lag_ms;      /* from what caused the last run to its result */
    xy_live_cause cause;  /* of the last run */
    uint32_t key_hash;    /* of XY_LIVE_KEY */
} xy_live_info;

typedef void xy_on_live_info(void *arg, const xy_live_info *info);

/* Call `fn` with each group; what it is given is valid until it returns. */
void xy__live_each(xy_live *live, xy_on_live_info *fn, void *arg);

/* The key of XY_LIVE_KEY; null: it depends on that no longer. Looks at all its keys. */
xy_str xy__live_info_key(const xy_live_info *info);

#endif
