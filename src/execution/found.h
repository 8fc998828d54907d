/* SPDX-License-Identifier: MIT */
/* execution/found.h -- what a run finds that comes later: objects some of whose fields are
 * deferred, lists whose items are streamed. It hangs on the spot of that object or list, so it goes
 * when null takes the spot away; what is left when the run ends is part of the graph. */
#ifndef XY_EXECUTION_FOUND_H
#define XY_EXECUTION_FOUND_H

#include "execution/deferral.h"
#include "execution/spot.h"

typedef struct xy_fragment xy_fragment;
typedef struct xy_list_rest xy_list_rest;

/* The fragments of one object, and those of the objects around it. */
struct xy_defer_scope {
    const xy_deferral *deferral;
    xy_fragment *fragments; /* one for each usage */
    const xy_defer_scope *up;
};

struct xy_found {
    xy_list_rest *rest; /* NULL: a deferral */
    xy_parent_ref parent;
    const xy_defer_scope *scope;
    const xy_path *path; /* of the object; NULL: the root */
    unsigned depth;      /* of frames there */
};

/* The fields of the object at `at` are deferred in part. Sets run->scope. */
void xy__found_deferral(xy_run *run, xy_frame *at, const xy_deferral *deferral,
                        const xy_parent_ref *parent);

/* The fragment of `usage` as seen from `scope`. */
xy_fragment *xy__scope_fragment(const xy_defer_scope *scope, const xy_defer_usage *usage);

/* Is the list that is completed at `at` one with @stream? Only the outermost of a field is. */
static inline bool xy__is_streamed(const xy_frame *at, const xy_plan_field *field)
{
    return field->increments && field->increments->stream && at->path.key.ptr;
}

/* How many items the first part of the list has. FAILED, and an error recorded, when the arguments
 * of @stream make no sense. */
xy_outcome xy__stream_count(xy_run *run, const xy_frame *at, const xy_plan_field *field,
                            size_t *count);

/* The same for a source, before the list is completed; 0 when the arguments make no sense. */
size_t xy__stream_wanted(const xy_run *run, const xy_plan_field *field);

/* `count` items at most of the list at `at`, which has `len` so far, are written. */
void xy__found_list(xy_run *run, xy_frame *at, xy_plan_field *field, const xy_type *item_type,
                    const xy_result *list, size_t len, size_t count);

/* Null has taken it away before the graph knew of it. */
void xy__found_drop(xy_found *found);

#endif
