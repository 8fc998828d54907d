/* SPDX-License-Identifier: MIT */
/* xylem/bytes.h -- a refcounted immutable chunk of bytes.
 *
 * The only thing that crosses runs, operations and threads: an event's payload, a rendered
 * frame. The count is atomic; the bytes never change after creation. */
#ifndef XYLEM_BYTES_H
#define XYLEM_BYTES_H

#include "xylem/str.h"

typedef struct xy_bytes xy_bytes;

/* A copy of `s`. gives: one reference. */
XY_API xy_bytes *xy_bytes_create(xy_str s);

/* One more reference to `bytes`, for another owner. Returns `bytes`. */
XY_API xy_bytes *xy_bytes_ref(xy_bytes *bytes);

/* takes: one reference (NULL is fine); the last one frees the chunk. */
XY_API void xy_bytes_unref(xy_bytes *bytes);

/* What is in the chunk; valid as long as a reference is held. */
XY_API xy_str xy_bytes_str(const xy_bytes *bytes);

#endif
