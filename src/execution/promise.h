/* SPDX-License-Identifier: MIT */
/* execution/promise.h -- an answer that a resolver gives later, and the call it is put into.
 *
 *   MADE --kept--> KEPT --placed--+--> WAITED --filled--> (nobody waits: the run has it)
 *     |             |             |      |
 *     +-------------)--- placed --+      |         KEPT: for an item of a list that is streamed
 *     +-------------+------ stop --------+--> STOPPED
 *
 *   1. `resolved` is set once, by the resolver, in whatever state; a promise that has a timer and
 *      no on_stop is resolved by its stop, as only the timer would have done so.
 *   2. A promise is memory of its call's run, which stays until every promise is resolved. The
 *      run that waits for it may be another: that of a streamed item.
 *   3. A call whose own promise is MADE and not resolved is answered by it, whatever was put.
 *   4. What is resolved while the engine is on the stack of the run waits in run->resolved.
 *
 * Read next: spot.h (where it is waited for), xylem/call.h (the resolver's side). */
#ifndef XY_EXECUTION_PROMISE_H
#define XY_EXECUTION_PROMISE_H

#include <stdarg.h>

#include "execution/run.h"

typedef struct xy_list_source xy_list_source; /* execution/list_source.h */
typedef struct xy_batch xy_batch;             /* execution/loads.h */

/* A call to a resolver, and what it answered. */
struct xy_call {
    xy_run *run; /* NULL: to the opener of a source stream */
    xy_operation *operation;
    const xy_identity *identity; /* who asks; NULL: nobody known */
    xy_arena *arena;
    const xy_plan_field *field;
    const xy_value *arguments;
    xy_parent_ref parent;
    xy_result result;
    const char *code;                  /* of a result that is an ERROR */
    xy_str extensions;                 /* likewise, as in xy_error */
    bool internal;                     /* that ERROR is not for the client */
    xy_promise *own;                   /* of xy_later(): the call lives as long as it */
    const struct xy_guard *transforms; /* of the field, to be applied to what it resolves to */
    xy_list_source *source;            /* of xy_later_list(), whose promise `own` is; NULL: none */
    xy_batch *batch;                   /* that it loads, once its promise is out; NULL: none */
    xy_promise *promises;              /* made through this call, linked by `sibling` */
    xy_call *next;                     /* in run->spare_calls */
};

typedef enum xy_promise_state {
    XY_PROMISE_MADE,    /* not placed in the response so far */
    XY_PROMISE_KEPT,    /* will be placed */
    XY_PROMISE_WAITED,  /* `spot` waits for it */
    XY_PROMISE_STOPPED, /* nobody waits for it (any more) */
    XY_PROMISE_STATES,
} xy_promise_state;

struct xy_promise {
    xy_call *call;
    xy_spot *spot;
    xy_run *waiter; /* whose spot that is */
    xy_promise_state state;
    bool resolved;
    xy_on_stop *on_stop;
    void *stop_arg;
    xy_timer timer;
    xy_promise_fn *on_timer;
    void *timer_arg;
    xy_promise *sibling;
    xy_promise *next; /* in run->resolved */
};

/* A call of the run, cleared but for `run`, `operation` and `arena`. */
xy_call *xy__call_take(xy_run *run);

/* The answer of `call` has been completed: stop the promises that found no place in it, and use
 * the call again unless a promise has it. */
void xy__call_release(xy_call *call);

/* The inside of xy_fail() and of xy_fail_with(); the first returns XY_EFAILED. */
int xy__call_vfail(xy_call *call, const char *fmt, va_list args);
void xy__call_set_properties(xy_call *call, const xy_value *properties);

/* The resolver returned the negative code `rc` instead of an answer: unless it put an error, the
 * field fails with a text that is not for the client. What it might have answered later is
 * stopped. */
void xy__call_refuse(xy_call *call, int rc);

/* It has found its place: `spot` of `run` waits for it (NULL: it is resolved already). */
void xy__promise_wait(xy_promise *promise, xy_run *run, xy_spot *spot);

/* It has no place, and is waited for all the same. */
void xy__promise_keep(xy_promise *promise);

/* The promises in the items of the list `list`, from number `from` on: their places come later
 * (keep), or never (drop). */
void xy__promises_keep(const xy_result *list, size_t from);
void xy__promises_drop(const xy_result *list, size_t from);

/* Is the answer of `call` still to come? */
static inline bool xy__call_is_late(const xy_call *call)
{
    return call->own && call->own->state == XY_PROMISE_MADE && !call->own->resolved;
}

/* Nobody waits any more: tell the resolver, end the timer. Any state; inside the engine only. */
void xy__promise_stop(xy_promise *promise);

#endif
