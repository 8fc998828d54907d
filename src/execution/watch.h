/* SPDX-License-Identifier: MIT */
/* execution/watch.h -- what a run tells, as it goes, of what its result depends on: keys of the
 * data, and facts of the request.
 *
 *   key    "Auction:1", "Query.auction(id:\"1\")", or what a resolver names with xy_depend()
 *   fact   who asks, whether he has a role: another answer may mean another result
 *
 * A key is told when its object is met, not when the run ends: what is invalidated in between is
 * noticed by whoever listens. */
#ifndef XY_EXECUTION_WATCH_H
#define XY_EXECUTION_WATCH_H

#include "base/buf.h"
#include "execution/identity.h"

typedef enum xy_fact_kind {
    XY_FACT_SIGNED_IN, /* xy_signed_in() */
    XY_FACT_USER,      /* xy_user_id() */
    XY_FACT_ROLE,      /* xy_has_role(): `name` tells which */
} xy_fact_kind;

typedef struct xy_watch xy_watch;
typedef struct xy_run xy_run;

/* What they are given is valid until they return. The same key and the same fact may come several
 * times. Either may be NULL. */
typedef struct xy_watch_ops {
    void (*on_key)(xy_watch *watch, xy_str key);
    void (*on_fact)(xy_watch *watch, xy_fact_kind kind, xy_str name);
} xy_watch_ops;

/* Embed it. */
struct xy_watch {
    const xy_watch_ops *ops; /* NULL: it is told nothing, and can be cancelled */
    xy_run *run; /* that tells it; NULL before, and once its result is given or it is cancelled */
};

/* On whose behalf an execution runs, and who watches it. All zero: nobody. */
typedef struct xy_run_terms {
    /* NULL: anonymous. Not one that has expired (xy__identity_now()). Shared by the run */
    xy_identity *identity;
    xy_watch *watch; /* NULL: nobody. Until the result is given or the run is cancelled */
    const struct xy_outlet *asking; /* executor->asking until the execution returns or waits */
    /* Members that follow "data" in the result, with a comma before each (`,"isLive":true`).
     * Until the result is given. */
    xy_str more;
} xy_run_terms;

/* Append to `key` what a run reads when it asks `identity` (NULL: anonymous) for this fact. A
 * series of facts gives the same text for two identities exactly when it reads the same of both. */
void xy__fact_write(xy_buf *key, xy_fact_kind kind, xy_str name, const xy_identity *identity);

/* A resolver has read a fact of the request. */
void xy__watch_fact(const xy_call *call, xy_fact_kind kind, xy_str name);

/* Nobody waits for the result of the run that `watch` watches, if there is one. */
void xy__watch_cancel(xy_watch *watch);

#endif
