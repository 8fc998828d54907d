/* SPDX-License-Identifier: MIT */
/* execution/part.h -- what of a result is executed by a run of its own.
 *
 *   WAITING --announced--> READY --start--> WORKING --end--> FINISHED --> SETTLED --delivered--+
 *      `------------------ nobody wants it any more (from each) -------------------------------+
 *                                                                                             gone
 *
 * WAITING are the fields of fragments that are not announced yet, SETTLED those that are executed
 * but whose fragments are not complete, and items that come before their turn. */
#ifndef XY_EXECUTION_PART_H
#define XY_EXECUTION_PART_H

#include "execution/run.h"

typedef struct xy_increments xy_increments;
typedef struct xy_fragment xy_fragment;
typedef struct xy_list_rest xy_list_rest;

typedef enum xy_part_kind {
    XY_PART_FIRST,  /* what the first payload has */
    XY_PART_FIELDS, /* deferred fields of one object */
    XY_PART_ITEM,   /* an item of a list */
} xy_part_kind;

typedef enum xy_part_state {
    XY_PART_WAITING,
    XY_PART_READY,
    XY_PART_WORKING,
    XY_PART_FINISHED,
    XY_PART_SETTLED,
    XY_PART_STATES,
} xy_part_state;

struct xy_part {
    xy_part_kind kind;
    xy_part_state state;
    xy_increments *increments;
    xy_run *run;     /* a hold; NULL before WORKING */
    size_t held;     /* SETTLED: bytes of its text */
    bool integrated; /* what its run has found is in the graph */
    xy_link link;    /* in increments->parts[state] */
};

/* That fields belong to a fragment. */
typedef struct xy_membership {
    xy_fragment *fragment;
    struct xy_deferred *fields;
    xy_link link; /* in fragment->memberships; in none: no longer */
} xy_membership;

typedef struct xy_deferred {
    xy_part part;
    xy_run *found_in; /* a hold */
    const xy_selection *selection;
    xy_parent_ref parent;
    const xy_defer_scope *scope;
    const xy_path *path; /* of the object; NULL: the root */
    unsigned depth;      /* of frames around them */
    xy_membership *memberships;
    size_t membership_count;
    xy_link rests; /* xy_list_rest found in it, to be announced with its delivery */
} xy_deferred;

typedef struct xy_item {
    xy_part part;
    xy_list_rest *rest;
    size_t index;
    xy_result value;
    xy_link link; /* in rest->items */
} xy_item;

/* The first pass of a part's run. */
void xy__part_execute(xy_run *run);

/* Move `part`. */
void xy__part_go(xy_part *part, xy_part_state to);

/* `part` is gone from here on. takes: its hold on its run, which is stopped. */
void xy__part_leave(xy_part *part);

/* The errors of a run as a JSON list, in increments->errors; null when there are none. Of a run
 * that `failed`: the one that did it. */
xy_str xy__part_errors(xy_increments *increments, xy_run *run, bool failed);

/* Did null reach its root, or did it pass a limit? */
bool xy__part_failed(const xy_run *run);

/* increments.c: the run of `part` has ended: its text and errors are there. */
void xy__part_finished(xy_part *part);

#endif
