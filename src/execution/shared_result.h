/* SPDX-License-Identifier: MIT */
/* execution/shared_result.h -- one result for many outlets: what the first of them makes of it, a
 * frame of its format, is kept for the others.
 *
 * Refcounted, loop's thread only. */
#ifndef XY_EXECUTION_SHARED_RESULT_H
#define XY_EXECUTION_SHARED_RESULT_H

#include <stdint.h>

#include "xylem/bytes.h"
#include "xylem/str.h"

/* Kinds of frames; which is which only the outlets know. */
#define XY_SHARED_FRAMES 8u

/* No name of a result is longer. */
#define XY_RESULT_NAME_MAX 64u

typedef struct xy_shared_result {
    uint32_t refs;
    unsigned flags; /* of xy_put_flag */
    /* By which its client can ask for what comes after it; empty: it has none. */
    uint32_t name_len;
    char name[XY_RESULT_NAME_MAX];
    xy_bytes *json; /* a reference */
    xy_bytes *frames[XY_SHARED_FRAMES];
} xy_shared_result;

/* takes: json. gives: one reference. */
xy_shared_result *xy__shared_result_create(xy_bytes *json, unsigned flags);

static inline xy_str xy__shared_result_name(const xy_shared_result *result)
{
    return (xy_str){result->name, result->name_len};
}

static inline xy_shared_result *xy__shared_result_ref(xy_shared_result *result)
{
    result->refs++;
    return result;
}

/* takes: one reference; NULL is fine. */
void xy__shared_result_unref(xy_shared_result *result);

#endif
