/* SPDX-License-Identifier: MIT */
/* execution/run.h -- the inside of one execution: its text, the positions that are being
 * written, and its life.
 *
 * A *frame* is a position of the response (a field, an item of a list) while its value is
 * written; frames are linked on the C stack. A *spot* (spot.h) is a position that outlives its
 * frame, because something late lies at it or beneath it. */
#ifndef XY_EXECUTION_RUN_H
#define XY_EXECUTION_RUN_H

#include "base/buf.h"
#include "execution/exec.h"
#include "execution/plan.h"
#include "execution/watch.h"

typedef struct xy_spot xy_spot;
typedef struct xy_loads xy_loads;             /* execution/loads.h */
typedef struct xy_part xy_part;               /* execution/part.h */
typedef struct xy_defer_scope xy_defer_scope; /* execution/found.h */

/* A position while its value is written. */
typedef struct xy_frame {
    xy_path path;        /* linked to those above, up to the root's, which is no step of a path */
    struct xy_frame *up; /* NULL: the root, or the first frame of a late segment */
    xy_spot *spot;       /* NULL: nothing late so far */
    size_t start;        /* of the value's text in run->text */
    bool nullable;       /* what fails here or beneath becomes null here */
    bool root;
} xy_frame;

/* How a position came out. */
typedef enum xy_outcome {
    XY_OUTCOME_WRITTEN, /* its text is there, or a spot stands for it */
    XY_OUTCOME_NULL,    /* the value is null; nothing was written */
    XY_OUTCOME_FAILED,  /* an error is recorded; the nearest nullable position becomes null */
} xy_outcome;

/* The object whose fields are executed: a C struct, or a JSON value. */
typedef struct xy_parent_ref {
    const void *object; /* NULL: `value` counts */
    const xy_value *value;
    bool is_event; /* `value` is that of the root field itself, not of an object that has it */
} xy_parent_ref;

/* What an operation remembers of a field of its plan. */
struct xy_field_memo {
    const xy_value *arguments; /* coerced with the operation's variables; NULL: not yet */
    const xy_error *refusal;   /* why they cannot be; NULL: they can, or not yet */
    xy_location *locations;    /* of the field's nodes; NULL: not yet */
};

struct xy_run {
    xy_operation *operation; /* a reference */
    xy_executor *executor;
    xy_identity *identity; /* a reference, or NULL: nobody known */
    xy_watch *watch;       /* or NULL */
    xy_str more;           /* members of the result behind its data */
    xy_link link;          /* in operation->runs */
    xy_arena arena;
    xy_buf text; /* all segments, one behind the other */
    xy_errors errors;
    xy_parent_ref root_parent;
    xy_bytes *event;        /* what root_parent.value points into; a reference, or NULL */
    xy_outlet *outlet;      /* whose on_stop cancels this run; or NULL */
    bool bad_event;         /* it is no JSON */
    unsigned depth;         /* of frames on the stack, and of those around a part */
    unsigned busy;          /* the engine is on the stack: what is resolved meanwhile has to wait */
    bool cancelled;         /* nobody wants the result */
    bool finished;          /* it was given, or dropped */
    const char *limit;      /* what ended it early; NULL: nothing did */
    const char *limit_code; /* with XY_TIMEOUT_CODE there is no data, else the data is null */
    bool timed;             /* it has waited, until `due_ms` at most */
    uint64_t due_ms;
    xy_link deadline;     /* in executor->deadlines, while it waits and has time left */
    xy_spot *root;        /* the position of "data"; NULL: nothing late so far */
    size_t waiting;       /* spots whose text is to come */
    size_t unresolved;    /* promises */
    xy_promise *resolved; /* while busy, oldest first; linked by `next` */
    xy_promise **resolved_end;
    size_t serial_next;   /* root field of a mutation that an earlier, late one holds up */
    xy_spot *serial_rest; /* where it and what follows will stand; NULL: nothing is held up */
    xy_loads *loads;      /* what it looks up by key: a reference; NULL: nothing so far */
    xy_call *spare_calls;
    xy_on_result *done;
    void *done_arg;
    xy_part *part;       /* what it is of a result in parts; NULL: all of it */
    const xy_path *base; /* of its root; NULL: that of the result */
    const xy_defer_scope
        *scope;   /* of the object whose fields are executed; NULL: nothing deferred */
    bool failed;  /* null has reached its root */
    size_t holds; /* on its memory, by parts found in it */
    xy_run *up;   /* on whose memory it has a hold; NULL: none */
    xy_run *next; /* in executor->spare_runs */
};

/* Is the run over, whatever is still to be written? Asked before each field and item. */
static inline bool xy__run_halted(const xy_run *run)
{
    return XY_UNLIKELY(run->cancelled || run->limit || run->text.err ||
                       xy__arena_over(&run->arena));
}

/* May null stand where a value of `type` is wanted? */
static inline bool xy__frame_nullable(const xy_run *run, const xy_type *type)
{
    return type->kind != XY_TYPE_NON_NULL || run->operation->plans->null_anywhere;
}

/* What an operation remembers of `field`, cleared at first. */
xy_field_memo *xy__operation_memo(xy_operation *operation, const xy_plan_field *field);

/* A run of `operation` on `terms` (NULL: as the operation's own identity) whose result goes to
 * `done`. shares: operation. keeps: arg, until `done` was called or the run is cancelled. gives:
 * the run, to xy__run_execute(). */
xy_run *xy__run_create(xy_operation *operation, const xy_run_terms *terms, xy_on_result *done,
                       void *arg);

/* Execute the root fields of run->root_parent; and then, now or as promises are resolved,
 * whatever is needed until the result is given. takes: run. */
void xy__run_execute(xy_run *run);

/* A run that executes `part`, found in `up`, for the same client. takes: a hold on `up`, until its
 * own memory goes. gives: the run, with one hold on it, to xy__run_execute(). */
xy_run *xy__run_create_part(xy_run *up, xy_part *part, const xy_path *base);

/* Nobody waits for the result any more, nor for that of any part of it. */
void xy__run_cancel(xy_run *run);

/* The same of a part alone, by its owner. */
void xy__run_cancel_alone(xy_run *run);

/* Its memory stays after its end until the hold is let go of. */
static inline void xy__run_hold(xy_run *run)
{
    run->holds++;
}

void xy__run_unhold(xy_run *run);

/* Of a run that has ended: its text so far as JSON, in `scratch` or the run's own memory. */
xy_str xy__run_text(const xy_run *run, xy_buf *scratch);

/* What ended it early or makes it worthless; NULL: nothing. */
const char *xy__run_limit(const xy_run *run);

/* Its result, with errors and run->more; *flags as of xy_on_result. Sets run->limit when there is
 * more of it than may be. gives: one reference. */
xy_bytes *xy__run_result(xy_run *run, unsigned *flags);

/* Around everything that writes or resolves. The last to leave fills what was resolved
 * meanwhile, goes on with a mutation, gives the result when it is there, and frees the run when
 * nothing needs it any more. */
static inline void xy__run_enter(xy_run *run)
{
    run->busy++;
}

void xy__run_leave(xy_run *run);

#endif
