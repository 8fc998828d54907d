/* SPDX-License-Identifier: MIT */
/* execution/list_source.h -- the inside of xy_later_list(): a source whose items make a list.
 *
 *   COLLECTING --enough, end, fail--> SETTLED --> the rest takes item by item --> STOPPED
 *       `------------------ nobody wants it any more (from each) ---------------> STOPPED
 *
 * The list is a promise that is resolved when its first part can be completed: with `wanted` items,
 * or at the end of the source. What is pushed later waits for xy_list_rest. A source is not stopped
 * while it is pushing, as its memory goes with the stop, but at the end of the turn. */
#ifndef XY_EXECUTION_LIST_SOURCE_H
#define XY_EXECUTION_LIST_SOURCE_H

#include "execution/promise.h"
#include "execution/source_stream.h"

/* A result that is the items of a list source: kind and pointer. */
#define XY_RESULT_SOURCE ((uint32_t)XY_RESULT_LATER + 1)

/* Items that may wait for the rest of a list before the source is told to wait, and before they
 * are too many; and their bytes. */
#define XY_SOURCE_ITEMS_FULL 64u
#define XY_SOURCE_BYTES_FULL ((size_t)64 << 10)
#define XY_SOURCE_BYTES_MAX  ((size_t)1 << 20)

typedef struct xy_list_rest xy_list_rest;

typedef enum xy_list_source_state {
    XY_LIST_SOURCE_COLLECTING,
    XY_LIST_SOURCE_SETTLED,
    XY_LIST_SOURCE_STOPPED,
    XY_LIST_SOURCE_STATES,
} xy_list_source_state;

/* A pushed item. */
typedef struct xy_source_item {
    xy_bytes *text; /* JSON, or the message of an error */
    bool is_error;
} xy_source_item;

struct xy_list_source {
    xy_source_stream stream;
    xy_source_env env;
    xy_list_source_state state;
    xy_call *call;
    xy_run *run;   /* the call's; a hold */
    size_t wanted; /* items; SIZE_MAX: all */
    bool awaited;  /* … is known */
    xy_source_item *items;
    size_t first; /* of them that nobody has taken */
    size_t len;
    size_t cap;
    size_t bytes; /* in those */
    bool ended;   /* no more will be pushed */
    bool failed;  /* … because of an error: */
    const char *code;
    xy_str message; /* in the run's arena */
    bool full;      /* it was told so */
    unsigned pushing;
    xy_task stop;
    xy_list_rest *rest; /* NULL: nobody takes what comes */
};

static inline xy_list_source *xy__result_source(const xy_result *result)
{
    return (xy_list_source *)(uintptr_t)result->object;
}

/* The items that are there. */
size_t xy__list_source_len(const xy_list_source *source);

/* One of them, number `index`, in the arena of `run`. */
xy_result xy__list_source_item(xy_list_source *source, xy_run *run, size_t index);

/* The list is to be completed at `at`, for which `type` is wanted: how many items are needed is
 * known now. */
void xy__list_source_await(xy_list_source *source, xy_run *run, const xy_frame *at,
                           const xy_plan_field *field, const xy_type *type);

/* The list was completed: nobody needs the source any more, but for its rest. */
void xy__list_source_completed(xy_list_source *source);

/* Forget the items that the first part has. keeps: rest, until the stop. */
void xy__list_source_follow(xy_list_source *source, xy_list_rest *rest, size_t count);

/* Take the next item, in the arena of `run`. */
xy_result xy__list_source_take(xy_list_source *source, xy_run *run);

/* There may be room again: tell the source if it waits. False when it does not. */
bool xy__list_source_ready(xy_list_source *source);

void xy__list_source_stop(xy_list_source *source);

#endif
