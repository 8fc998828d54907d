/* SPDX-License-Identifier: MIT */
/* execution/live.h -- what makes a query live, and the coordinates that it depends on whatever it
 * finds. */
#ifndef XY_EXECUTION_LIVE_H
#define XY_EXECUTION_LIVE_H

#include "xylem/live.h"

#include "execution/exec.h"

/* `@live(if: …, throttle: …)` of a prepared operation, defaults of its variables included. */
typedef struct xy_live_request {
    bool live;            /* there is one, and its `if` is true */
    uint64_t throttle_ms; /* 0: none asked for */
} xy_live_request;

/* Returns 0; XY_EFAILED and an error in operation->errors when its arguments make no sense. */
int xy__live_request(xy_operation *operation, xy_live_request *out);

typedef void xy_on_coordinate(void *arg, xy_str coordinate);

/* Call `fn` with each coordinate of the operation's root fields: `Query.field`;
 * `Query.field(id:"1")` where an argument `id` of type ID has a value; and those of `indices`, up
 * to an entry without field (NULL: none). */
void xy__live_coordinates(xy_operation *operation, const xy_live_index_rule *indices,
                          xy_on_coordinate *fn, void *arg);

#endif
