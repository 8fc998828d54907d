/* SPDX-License-Identifier: MIT */
/* serve/single_operation.h -- the reply of an operation whose results go to the stream of a
 * reservation, wherever that is.
 *
 *         +--refuse: 400-------------------------------------------> over
 *   reply +
 *         +--begin: 202--> put … put … end, or stopped by anybody --> over */
#ifndef XY_SERVE_SINGLE_OPERATION_H
#define XY_SERVE_SINGLE_OPERATION_H

#include "serve/reply.h"
#include "serve/single.h"

/* Take a seat for operation `id`; `exchange` is answered with whether it was started. gives: *out,
 * to be refused or begun before the loop's next step. Returns 0, or as xy__seat_take(), and the
 * exchange is not answered. */
int xy__single_operation_create(xy_single *single, xy_reservation *reservation, xy_str id,
                                xy_exchange *exchange, xy_reply **out);

/* Stop all operations that the worker runs. */
void xy__single_operations_stop(xy_single *single);

#endif
