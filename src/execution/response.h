/* SPDX-License-Identifier: MIT */
/* execution/response.h -- results as JSON text. Spec 7.1 Response Format. */
#ifndef XY_EXECUTION_RESPONSE_H
#define XY_EXECUTION_RESPONSE_H

#include "xylem/bytes.h"

#include "base/buf.h"
#include "base/errors.h"

/* The number of steps from the root; 0 for NULL. */
size_t xy__path_depth(const xy_path *path);

/* Append the steps as a JSON list, the outermost first: `["rooms",0,"name"]`. NULL is the root:
 * `[]`. */
void xy__path_write(xy_buf *buf, const xy_path *path);

/* The same without the `above` outermost steps; there are as many. */
void xy__path_write_below(xy_buf *buf, const xy_path *path, size_t above);

/* Append `[{"message":…,"locations":…,"path":…,"extensions":…}]`; members that an error has not
 * are left out. */
void xy__errors_write(xy_buf *buf, const xy_errors *errors);

/* `{"errors":[…]}`: the response to a request that was not executed. gives: one reference. */
xy_bytes *xy__errors_response(const xy_errors *errors);

#endif
