/* SPDX-License-Identifier: MIT */
/* execution/increments.h -- the delivery of a result in parts: which run is begun when, and what is
 * put on the outlet when.
 *
 *   FIRST --put--> STARTING --turn--> GOING --last payload--> OVER
 *     |                |                |
 *     +- nothing later, the client has gone, cancelled ------> OVER
 *
 * Invariants
 *   1. Nothing deferred is begun before the first payload was put and the loop has had the chance
 *      to send it.
 *   2. While the outlet is full nothing is put and nothing begun; what is under way goes on.
 *   3. Parts are begun and ended by xy__increments_go_on() only, one after another, so that the C
 *      stack does not grow with their number.
 *   4. What a turn of the loop gathers is one payload, unless it gets large.
 *
 * Lives in the memory of the run of the first part.
 *
 * Read next: fragment.h (the graph), list_rest.h, part.h, form.h. */
#ifndef XY_EXECUTION_INCREMENTS_H
#define XY_EXECUTION_INCREMENTS_H

#include "execution/form.h"
#include "execution/part.h"

/* Parts under way at a time. */
#define XY_INCREMENTS_WORKING_MAX 1024u
/* What is done in one turn of the loop: parts that are begun, parts that are delivered. */
#define XY_INCREMENTS_TURN_STEPS 512u
/* A payload is put as soon as it has so many bytes. */
#define XY_PAYLOAD_BYTES ((size_t)16 << 10)

typedef enum xy_increments_state {
    XY_INCREMENTS_FIRST,
    XY_INCREMENTS_STARTING,
    XY_INCREMENTS_GOING,
    XY_INCREMENTS_OVER,
    XY_INCREMENTS_STATES,
} xy_increments_state;

struct xy_increments {
    xy_increments_state state;
    xy_part part;  /* the first */
    xy_run *first; /* a hold */
    xy_outlet *outlet;
    xy_form *form;
    unsigned busy; /* on the stack */
    bool full;     /* the outlet is */
    size_t open;   /* fragments and lists that are not over */
    size_t working;
    size_t held; /* bytes of parts that are executed and not delivered */
    uint32_t next_id;
    unsigned flags; /* of xy_put_flag: of what the next payload tells */
    xy_link parts[XY_PART_STATES];
    xy_link fragments; /* those registered and not over */
    xy_link rests;     /* likewise */
    xy_link active;    /* those that may have an item to be started */
    xy_loads *loads;   /* what parts look up by key: a reference; NULL: nothing so far */
    xy_task task;
    xy_buf text; /* of what is being delivered */
    xy_buf errors;
};

/* The run `first` executes the first part of its operation's result. keeps: outlet, until its end.
 * takes: form. */
xy_increments *xy__increments_create(xy_run *first, xy_outlet *outlet, xy_form *form);

/* Do what can be done now. */
void xy__increments_go_on(xy_increments *increments);

/* Nobody wants anything of it any more. */
void xy__increments_cancel(xy_increments *increments);

#endif
