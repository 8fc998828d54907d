/* SPDX-License-Identifier: MIT */
/* execution/exec.h -- an operation and its runs. Spec 6 Execution.
 *
 *   operation = xy__operation_create(&executor, document);
 *   … read the request's variables into xy__operation_arena(operation) …
 *   if (xy__operation_prepare(operation, name, variables) < 0)
 *       answer(xy__errors_response(&operation->errors));
 *   else if (xy__operation_type(operation) != XY_OPERATION_SUBSCRIPTION)
 *       xy__execute_query_or_mutation(operation, NULL, outlet);
 *   …
 *   xy__operation_unref(operation);
 *
 * An operation is one request: a document, one of its operations, the coerced variables, the
 * client's context. A run is one execution of it: a query or mutation has one, a subscription
 * one for each event. A run holds a reference to its operation, so the owner may let go of an
 * operation at any time. Loop's thread only. */
#ifndef XY_EXECUTION_EXEC_H
#define XY_EXECUTION_EXEC_H

#include "base/list.h"
#include "execution/delivery.h"
#include "execution/document.h"
#include "execution/executor.h"
#include "execution/identity.h"
#include "execution/lift.h"
#include "execution/outlet.h"
#include "execution/source_stream.h"
#include "execution/watch.h"

typedef struct xy_plan xy_plan;
typedef struct xy_field_memo xy_field_memo;
typedef struct xy_form xy_form; /* execution/form.h */

struct xy_operation {
    uint32_t refs;
    xy_executor *executor;
    xy_document *document; /* a reference */
    /* Its own literals, where the document is of another text of that shape; NULL: it has none. */
    const xy_lifted *lifted;
    xy_plans *plans; /* the chosen operation of the document; NULL before prepare */
    xy_plan *plan;   /* its plan for these variables */
    xy_arena arena;
    xy_errors errors;     /* request errors: of prepare */
    xy_value variables;   /* OBJECT: coerced */
    xy_link runs;         /* alive and not cancelled */
    xy_field_memo *memos; /* by index of the plan's field; see execution/run.h */
    uint32_t memo_cap;
    xy_lane lane; /* its works that wait for a thread */
    xy_delivery delivery;
    bool shared;      /* by equal clients, so it knows of none */
    bool shares_text; /* … and its document is found by its text */
    union {
        struct {                   /* of one client */
            xy_identity *identity; /* who asks: a reference, or NULL: nobody known */
            void *context;         /* the owner's */
            /* Called with `context` when the last reference goes; may be NULL. */
            void (*on_destroy)(void *context);
            /* What its variables point into, and how to let go of it at the end; or NULL. */
            void *kept;
            void (*release)(void *kept);
        };
        struct {        /* shared */
            void *live; /* what serves its live queries, of the room above; NULL: nobody asks */
            uint64_t hash;
        };
    };
    xy_operation *next; /* in the executor's spares, or of the shared ones with a like hash */
};

/* gives: one reference. shares: document. */
xy_operation *xy__operation_create(xy_executor *executor, xy_document *document);

/* One more reference, for another owner. Returns `operation`. */
xy_operation *xy__operation_ref(xy_operation *operation);

/* takes: one reference (NULL is fine). Runs go on; xy__operation_cancel() stops them. */
void xy__operation_unref(xy_operation *operation);

/* Memory that lives as long as the operation. */
static inline xy_arena *xy__operation_arena(xy_operation *operation)
{
    return &operation->arena;
}

/* The document is that of another text: take the literals of this operation's text from `lifted`.
 * Before prepare. */
void xy__operation_lift(xy_operation *operation, const xy_lifted *lifted);

/* Take account of @defer and @stream. Before prepare. */
void xy__operation_deliver(xy_operation *operation, xy_delivery delivery);

/* May something come later, because of a @defer or @stream whose `if` is not false? After prepare;
 * never with XY_DELIVER_WHOLE, nor of a subscription. */
bool xy__operation_is_incremental(const xy_operation *operation);

/* The name of the chosen operation in its own text; null without. After prepare. */
xy_str xy__operation_name(const xy_operation *operation);

/* Choose the operation `name` (null: the only one) and coerce `variables` (an OBJECT; NULL:
 * none). Spec 6.1 GetOperation, CoerceVariableValues. keeps: variables, as long as the operation.
 * Returns 0; XY_EFAILED and request errors in operation->errors. */
int xy__operation_prepare(xy_operation *operation, xy_str name, const xy_value *variables);

/* Query, mutation or subscription; after prepare. */
xy_operation_type xy__operation_type(const xy_operation *operation);

/* Spec 6.2.1, 6.2.2: execute and put one result, flagged XY_PUT_LAST, then end; at once, or when
 * the last promise is resolved. `root` is the value whose fields the root fields' default
 * resolver reads (may be NULL). keeps: root, as long as the run; outlet, until its end; takes
 * its callbacks: when on_stop is called the operation is cancelled. */
void xy__execute_query_or_mutation(xy_operation *operation, const xy_value *root,
                                   xy_outlet *outlet);

/* The same in parts, each put as it is there: the first without what is deferred, then what `form`
 * makes of the rest, the last flagged XY_PUT_LAST. When nothing comes later after all it is one
 * result as above. The rest is begun once the first part was put; while the outlet is full no more
 * of it is. takes: form. */
void xy__execute_incrementally(xy_operation *operation, const xy_value *root, xy_outlet *outlet,
                               xy_form *form);

/* A run's result, one JSON object; `flags` of xy_put_flag, XY_PUT_LAST never. takes: result. */
typedef void xy_on_result(void *arg, xy_bytes *result, unsigned flags);

/* One execution of a query on `terms`. keeps: arg, until `done` was called, once, perhaps before
 * this returns; never after xy__operation_cancel() or xy__watch_cancel(). */
void xy__execute_query_as(xy_operation *operation, const xy_run_terms *terms, xy_on_result *done,
                          void *arg);

/* Spec 6.2.3.2 MapSourceToResponseEvent, one event: execute the subscription with `event`, JSON
 * text, as the value of its root field (to a resolver of that field, bound or default, it is
 * xy_parent_value()), on `terms` (NULL: as the operation's own identity). shares: event. keeps:
 * arg, as xy__execute_query_as(). */
void xy__execute_event(xy_operation *operation, const xy_run_terms *terms, xy_bytes *event,
                       xy_on_result *done, void *arg);

/* Spec 6.2.3.1 CreateSourceEventStream: coerce the root field's arguments and let its opener fill
 * `stream`, as `identity` (NULL: nobody known). What the opener allocates lives in the arena of
 * `errors`. Returns 0; XY_EFAILED and request errors in `errors`. */
int xy__create_source_stream(xy_operation *operation, xy_identity *identity,
                             xy_source_stream *stream, xy_errors *errors);

/* The response that tells of a failure outside any run, as of a source: one error at the place
 * of the operation. `code` and `message` as in xy_stream_fail(): without a code it is unexpected,
 * so masked where the executor masks. gives: one reference. */
xy_bytes *xy__operation_failure(xy_operation *operation, const char *code, xy_str message);

/* Nobody waits for the runs any more: their promises are stopped, their results dropped. Memory
 * goes when the last promise is resolved. */
void xy__operation_cancel(xy_operation *operation);

#endif
