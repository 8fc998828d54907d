/* SPDX-License-Identifier: MIT */
/* tests/increments.h -- the payloads of an operation with @defer and @stream: are they a sequence
 * that a client may be sent, what do they say however they are cut, what do they come to. */
#ifndef XY_TESTS_INCREMENTS_H
#define XY_TESTS_INCREMENTS_H

#include "xylem/value.h"

#include "base/arena.h"
#include "merge.h"

typedef enum increments_form { INCREMENTS_2022, INCREMENTS_2023 } increments_form;

/* In the arena and in what was read. */
typedef struct increments {
    const char *fault; /* what a client may not be sent; NULL: all is well */
    size_t faulty;     /* in which payload, from 0 on */
    /* What is left of the payloads without what is a matter of time:
     *   2022  {initial, incremental, deferred: [{path, label?, data, errors?}],
     *          streamed: [{path, label?, first, items, errors?, failed}]}
     *   2023  {initial, incremental, pending: [{path, label?}], patches: [{path, data, errors?}],
     *          streamed: [{path, label?, items, errors?}], completed: [{path, label?, errors?}]}
     * Items are in order of their index, all other lists in that of the payloads. */
    xy_value canonical;
    xy_value merged; /* {data, errors?}; as far as it was read before a fault */
    xy_value failed; /* LIST: the paths of fragments and lists that null has reached */
} increments;

/* Read `count` payloads, at least one, merging by `rule`. Errors are read without their extensions.
 */
void increments_read(increments *out, xy_arena *arena, increments_form form, merge_rule rule,
                     const xy_value *payloads, size_t count);

/* A canonical form whose lists of errors are in an order of their own, in the arena. */
xy_value increments_sorted(xy_arena *arena, const xy_value *canonical);

#endif
