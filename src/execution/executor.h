/* SPDX-License-Identifier: MIT */
/* execution/executor.h -- what all executions on one loop share: limits, gauges, and the memory
 * of those that have ended, kept for the next.
 *
 * One a worker; loop's thread only. */
#ifndef XY_EXECUTION_EXECUTOR_H
#define XY_EXECUTION_EXECUTOR_H

#include "xylem/app.h"
#include "xylem/bytes.h"
#include "xylem/live.h"

#include "base/buf.h"
#include "base/errors.h"
#include "base/loop.h"
#include "base/map.h"
#include "base/pool.h"

/* How many ended runs and operations keep their memory for the next, and how much each keeps. */
#define XY_EXECUTOR_SPARES      8u
#define XY_EXECUTOR_SPARE_BYTES ((size_t)64 << 10)

/* Nested positions of a response: fields and items. Bounds the C stack of a run. */
#define XY_EXECUTOR_DEPTH_MAX 1000u

typedef struct xy_run xy_run;
typedef struct xy_operation xy_operation;

typedef struct xy_executor_limits {
    size_t run_bytes_max;       /* memory of one run; 64 MiB */
    size_t operation_bytes_max; /* memory of one operation: variables, stream; 16 MiB */
    size_t response_bytes_max;  /* one result; 16 MiB */
    uint64_t timeout_ms;        /* of one run, on `loop`; 0: none */
} xy_executor_limits;

/* Now alive, but for what counts for ever. */
typedef struct xy_executor_gauges {
    size_t operations;
    size_t runs;     /* a run whose client has gone counts until its last promise is resolved */
    size_t promises; /* unresolved, stopped ones too */
    /* Ever: of loaders, and the keys in them. */
    uint64_t batches;
    uint64_t batch_keys;
} xy_executor_gauges;

/* The storage of a result that was given away: used again once nobody else holds it. */
typedef struct xy_spare_bytes {
    xy_bytes *bytes; /* a reference; NULL: none */
    size_t cap;
} xy_spare_bytes;

/* Operations that equal clients share; see execution/share.h. */
typedef struct xy_shares {
    xy_operation **buckets; /* by xy_operation.hash, linked by `next` */
    size_t cap;             /* a power of two, or 0 */
    size_t len;
    xy_map documents; /* by text: of those whose document is of their own text */
    xy_buf key;       /* of one that is looked for, and of one that it may be */
    xy_buf other_key;
} xy_shares;

/* Blocking resolvers on their way; see execution/work.h. */
typedef struct xy_works {
    xy_pool *pool; /* NULL: they run on the loop's thread, one after another */
    size_t out;    /* submitted and not back */
    void (*on_idle)(void *arg);
    void *arg;
} xy_works;

typedef struct xy_executor {
    xy_loop *loop; /* NULL: promises without timers only */
    xy_app *app;   /* what xy_call_app() answers; may be NULL */
    xy_executor_limits limits;
    /* Unexpected errors of resolvers and sources reach clients as XY_MASKED_MESSAGE. */
    bool mask_errors;
    xy_live_key_fn *live_key; /* how objects are named to watches; NULL: `Type:id` */
    bool hide_suggestions;    /* no "Did you mean …" in errors of variables and arguments */
    /* Called for each unexpected error, masked or not (error->original tells the real one when
     * it was); may be NULL. The error is valid until the return. */
    void (*on_unexpected)(xy_operation *operation, const xy_error *error);
    /* For whom a shared operation is at work: whose errors unexpected ones are; where a run serves
     * several, one of them. NULL: nobody in particular. */
    const struct xy_outlet *asking;
    xy_executor_gauges gauges;
    xy_works works;
    xy_link deadlines; /* runs that wait, oldest first; see execution/deadline.h */
    xy_timer deadline;
    xy_run *spare_runs; /* linked by `next` */
    unsigned spare_run_count;
    xy_shares shares;
    xy_operation *spare_operations;
    unsigned spare_operation_count;
    xy_spare_bytes spare_bytes[XY_EXECUTOR_SPARES];
    unsigned spare_bytes_next; /* the one to be replaced next */
} xy_executor;

#define XY_MASKED_MESSAGE "Something went wrong."
#define XY_MASKED_CODE    "INTERNAL_SERVER_ERROR"

/* An executor on `loop` (NULL: see above) with the default limits, which unmasks. keeps: loop,
 * until the end. */
void xy__executor_init(xy_executor *executor, xy_loop *loop);

/* An empty buffer for a result, with spare storage where there is some. */
void xy__executor_buf(xy_executor *executor, xy_buf *buf);

/* The content of `buf` as a result, and its storage among the spares. gives: one reference. */
xy_bytes *xy__executor_take(xy_executor *executor, xy_buf *buf);

/* Keep the storage of `buf` for another and leave it empty. */
void xy__executor_drop(xy_executor *executor, xy_buf *buf);

/* Frees the spares. Asserts that no operation and no run is left. */
void xy__executor_deinit(xy_executor *executor);

#endif
