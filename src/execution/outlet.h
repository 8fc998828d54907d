/* SPDX-License-Identifier: MIT */
/* execution/outlet.h -- where the results of an operation go: a response, a stream, a test.
 *
 *   open, put … put … end   by the producer; what it has put is taken, whatever comes back
 *   on_ready, on_stop    by the consumer; never from within put() or end()
 *
 * The consumer fills `ops`, the producer the callbacks. Loop's thread only. */
#ifndef XY_EXECUTION_OUTLET_H
#define XY_EXECUTION_OUTLET_H

#include "xylem/bytes.h"
#include "xylem/error.h"

#include "execution/shared_result.h"

typedef struct xy_outlet xy_outlet;

/* What a consumer may want to know of a result without reading it. */
typedef enum xy_put_flag {
    XY_PUT_LAST = 1,    /* only end() follows */
    XY_PUT_ERRORS = 2,  /* it has "errors" */
    XY_PUT_NO_DATA = 4, /* it has no "data": a request error (spec 7.1.2), or out of time */
    XY_PUT_TIMEOUT = 8, /* out of time */
} xy_put_flag;

typedef struct xy_outlet_ops {
    /* The producer of a subscription is there: whoever waits for that may be told. Before any put()
     * or end() of that producer, once; one that comes without says the same. NULL: nothing. */
    void (*open)(xy_outlet *outlet);
    /* Send one result, a JSON object; `flags` are of xy_put_flag. takes: result, always. Returns
     * XY_OK; XY_EFULL (taken, but put no more before on_ready); XY_ECLOSED (nobody listens any
     * more; on_stop comes or has come). */
    int (*put)(xy_outlet *outlet, xy_bytes *result, unsigned flags);
    /* The same with a result that other outlets are given, too. shares: result. NULL: put() is
     * given a reference to its JSON. */
    int (*put_shared)(xy_outlet *outlet, xy_shared_result *result);
    /* What the log calls the request behind it. NULL: nothing. */
    xy_str (*request_id)(const xy_outlet *outlet);
    /* Nothing more comes. takes: outlet; neither callback is called from here on. */
    void (*end)(xy_outlet *outlet);
} xy_outlet_ops;

struct xy_outlet {
    const xy_outlet_ops *ops;
    /* The reader has caught up after XY_EFULL. NULL: nobody cares. */
    void (*on_ready)(void *arg);
    /* The client has gone: called once; the producer neither puts nor ends afterwards. NULL:
     * nobody produces at the moment. */
    void (*on_stop)(void *arg);
    void *arg; /* of both */
};

static inline void xy__outlet_open(xy_outlet *outlet)
{
    if (outlet->ops->open)
        outlet->ops->open(outlet);
}

static inline int xy__outlet_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    return outlet->ops->put(outlet, result, flags);
}

static inline int xy__outlet_put_shared(xy_outlet *outlet, xy_shared_result *result)
{
    if (outlet->ops->put_shared)
        return outlet->ops->put_shared(outlet, result);
    return outlet->ops->put(outlet, xy_bytes_ref(result->json), result->flags);
}

/* Forget the callbacks and end it. */
static inline void xy__outlet_end(xy_outlet *outlet)
{
    outlet->on_ready = NULL;
    outlet->on_stop = NULL;
    outlet->ops->end(outlet);
}

/* For the consumer: tell the producer, if there is one. */
static inline void xy__outlet_ready(xy_outlet *outlet)
{
    if (outlet->on_ready)
        outlet->on_ready(outlet->arg);
}

static inline void xy__outlet_stop(xy_outlet *outlet)
{
    void (*on_stop)(void *arg) = outlet->on_stop;

    outlet->on_ready = NULL;
    outlet->on_stop = NULL;
    if (on_stop)
        on_stop(outlet->arg);
}

#endif
