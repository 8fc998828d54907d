/* SPDX-License-Identifier: MIT */
/* cli/watch.h -- which of the application's own files change: by inotify, folders in folders, and
 * those that come later, too. */
#ifndef XY_CLI_WATCH_H
#define XY_CLI_WATCH_H

#include <stdbool.h>

#include "xylem/error.h"

#include "base/arena.h"
#include "base/vec.h"

typedef struct xy_watch {
    int fd;
    xy_arena arena;
    XY_VEC(const char *) folders; /* by watch descriptor; NULL: none */
    char changed[256];            /* the path of what changed last */
} xy_watch;

/* Watch the current folder, and graphql/, services/ and subscriptions/ in it. Returns XY_OK, or
 * XY_EIO with errno set. */
int xy__watch_init(xy_watch *watch);

void xy__watch_deinit(xy_watch *watch);

/* The descriptor is readable. Returns whether a file changed that the application is made of:
 * SDL, C, and what meson reads. */
bool xy__watch_read(xy_watch *watch);

#endif
