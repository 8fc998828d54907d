/* SPDX-License-Identifier: MIT */
/* execution/list_rest.h -- the rest of a list with @stream: items that are executed one by one,
 * several at a time, and delivered in order. Spec: the @stream of the incremental delivery RFC.
 *
 *   NEW --registered--> WAITING --announced--> ANNOUNCED --all delivered, failed--> OVER
 *
 * Items come from an array that is there, or from a source that pushes them. */
#ifndef XY_EXECUTION_LIST_REST_H
#define XY_EXECUTION_LIST_REST_H

#include "execution/form.h"
#include "execution/list_source.h"
#include "execution/part.h"

typedef enum xy_rest_state {
    XY_REST_NEW,
    XY_REST_WAITING,
    XY_REST_ANNOUNCED,
    XY_REST_OVER,
} xy_rest_state;

struct xy_list_rest {
    xy_announced announced;
    xy_rest_state state;
    xy_increments *increments;
    xy_run *found_in; /* a hold, once it is registered */
    xy_plan_field *field;
    const xy_type *item_type;
    xy_result list;         /* an array; kind SOURCE: none */
    xy_list_source *source; /* NULL: an array */
    size_t len;             /* of the array */
    size_t next;            /* index of the next item to be started */
    unsigned depth;         /* of frames around it */
    xy_link items;          /* xy_item: started and not delivered, in order */
    size_t item_count;
    xy_link link;    /* in increments->rests */
    xy_link active;  /* in increments->active: an item may be there to be started */
    xy_link waiting; /* in fields->rests, or in a list to be announced */
};

/* Items that may be under way at a time, of one list. */
#define XY_REST_ITEMS_MAX 256u

/* The items of `list` (of those it has so far when it is a source) from number `from` on. Lives in
 * the arena of `run`. takes: what is kept for them (promises, the source). */
xy_list_rest *xy__list_rest_create(xy_run *run, xy_plan_field *field, const xy_type *item_type,
                                   const xy_result *list, size_t len, size_t from);

/* It is part of what is to come: found in `run`. */
void xy__list_rest_register(xy_list_rest *rest, xy_increments *increments, xy_run *run);

void xy__list_rest_announce(xy_list_rest *rest);

/* There may be an item to be started, or nothing left. */
void xy__list_rest_wake(xy_list_rest *rest);

/* Start its next item. False when there is none or it may not be; completes the rest when nothing
 * is left of it. */
bool xy__list_rest_start_item(xy_list_rest *rest);

/* The run of `item` has ended. */
void xy__item_finished(xy_item *item);

/* Nobody wants it any more: stops what is under way and the source. takes: rest, if it is not
 * registered; else its hold. */
void xy__list_rest_drop(xy_list_rest *rest);

#endif
