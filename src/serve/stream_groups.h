/* SPDX-License-Identifier: MIT */
/* serve/stream_groups.h -- what one worker serves by streams, as JSON: the largest groups of
 * clients that one run serves, each one object. */
#ifndef XY_SERVE_STREAM_GROUPS_H
#define XY_SERVE_STREAM_GROUPS_H

#include "base/buf.h"
#include "serve/service.h"

/* Of a document, and of a key, no more than this is shown; and no more keys of a group. */
#define XY_SHOWN_DOCUMENT_MAX  ((size_t)1024)
#define XY_SHOWN_KEY_BYTES_MAX ((size_t)256)
#define XY_SHOWN_KEYS_MAX      100u

/* One group, and what it is sorted by: members, then runs. */
typedef struct xy_stream_group {
    uint32_t members;
    uint32_t runs;
    uint32_t order; /* among all of the worker */
    xy_str text;    /* JSON */
} xy_stream_group;

typedef struct xy_stream_groups {
    xy_stream_group *items; /* the largest first */
    size_t len;
    size_t total; /* that there are */
    xy_buf text;  /* that of all items */
} xy_stream_groups;

/* The `limit` largest groups of `service`, which calls itself number `worker`. Service's thread.
 * gives: *out. */
void xy__stream_groups_collect(xy_stream_groups *out, const xy_service *service, size_t limit,
                               uint32_t worker);

/* All zero is fine. */
void xy__stream_groups_deinit(xy_stream_groups *groups);

/* The largest first; for qsort(). */
int xy__stream_group_compare(const void *a, const void *b);

#endif
