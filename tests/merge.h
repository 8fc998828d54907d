/* SPDX-License-Identifier: MIT */
/* tests/merge.h -- a result that grows by its later parts, as a client puts it together. */
#ifndef XY_TESTS_MERGE_H
#define XY_TESTS_MERGE_H

#include "xylem/value.h"

#include "base/arena.h"

/* What is at `path`, a list of keys and indices, in `root`; NULL when there is nothing. */
const xy_value *merge_find(const xy_value *root, const xy_value *path);

/* `root` with `value` in the place of what is at `path`, where something must be. */
xy_value merge_replace(xy_arena *arena, const xy_value *root, const xy_value *path,
                       const xy_value *value);

/* Where fields come twice, null may have reached their object in one part and not in the other. */
typedef enum merge_rule {
    MERGE_LAST_WINS, /* as the parts come */
    MERGE_NULL_WINS, /* whatever their order */
} merge_rule;

/* `old` and, deep within it, `added`: objects member by member, lists item by item; of all else the
 * one that wins. New members come behind the old ones. */
xy_value merge_deeply(xy_arena *arena, merge_rule rule, const xy_value *old, const xy_value *added);

/* The list `old` with `items` from `index` on, merged with those that are there; what is missing in
 * between is null. */
xy_value merge_items(xy_arena *arena, merge_rule rule, const xy_value *old, const xy_value *items,
                     size_t index);

/* Does `path` lead to null, or through it? */
bool merge_meets_null(const xy_value *root, const xy_value *path);

#endif
